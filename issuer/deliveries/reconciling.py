"""What a complete delivery no longer has: found, limited, and withdrawn with its effect on certificates.

Only a delivery that says it is complete can withdraw. A record is missing when the delivery does not have it, nothing
newer confirmed it, and it was collected before the delivery was made. A delivery that would withdraw everything, or
more than the allowance, is not believed: an operator decides. A withdrawn record that is delivered again is back.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from issuer.audit.trail import Act
from issuer.issued.entry_states import CopyChange, planned_changes, record_hash, update_copies
from issuer.store.entries import StandingRecord, StoredEntry
from issuer.store.transaction import Transaction

SOURCE_UPDATE: Final = "source_update"
WITHDRAWN: Final = "withdrawn"
_AT_ONCE: Final = 500
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much one delivery may take away or replace without an operator: the larger of a count and a share."""

    entries: int = 20
    percent: int = 2

    def excludes(self, count: int, *, of: int) -> bool:
        """Return whether so many of so many need a decision; all of several always do."""
        if count == 0:
            return False
        return count > max(self.entries, of * self.percent // _PERCENT) or (count == of and of > 1)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An operator's word that a delivery is right.

    Attributes:
        code: stands for exactly this delivery and its numbers (`decision_code`).
        by: the actor whose word it is.
        reason: as the person gave it; "" when none was asked for.
    """

    code: str
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CompleteDelivery:
    """What a complete delivery says: its source, when it was made (UTC), which day it describes, and all it has."""

    source: str
    made_at: str
    as_of: str
    record_keys: Collection[str]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was withdrawn, with the places in certificates that changed, and what to write into the audit trail."""

    entries: int
    copies: Sequence[CopyChange]
    statuses_changed: int
    acts: Sequence[Act]


def decision_code(sha256: str, missing: int, alike: int) -> str:
    """Return what an operator types to accept exactly this: eight hexadecimal digits.

    Args:
        sha256: of the delivery, or of the note that describes it.
        missing: how many records it would withdraw.
        alike: how many of its new records look like records that it does not have.
    """
    return hashlib.sha256(f"{sha256}:{missing}:{alike}".encode()).hexdigest()[:8]


def missing_records(transaction: Transaction, complete: CompleteDelivery) -> list[StandingRecord]:
    """Return the records that a complete delivery no longer has."""
    return [
        each
        for each in transaction.entries.standing(complete.source)
        if each.record_key not in complete.record_keys
        and each.as_of <= complete.as_of
        and each.collected_at < complete.made_at
    ]


def withdraw(
    transaction: Transaction, missing: Collection[StandingRecord], *, as_of: str, delivery_id: int, at: str
) -> Withdrawal:
    """Mark records as withdrawn at their source, and set what that means for certificates.

    Args:
        transaction: a write transaction.
        missing: as `missing_records` returned it, in the same transaction.
        as_of: the day that the delivery describes.
        delivery_id: of the delivery.
        at: now, UTC in ISO 8601.
    """
    copies: list[CopyChange] = []
    acts: list[Act] = []
    changed = 0
    for entries in _in_parts(transaction, [each.id for each in missing]):
        gone = [_withdrawn(entry, as_of=as_of, delivery_id=delivery_id, at=at) for entry in entries]
        for entry in gone:
            transaction.entries.replace(entry)
        planned = planned_changes(transaction, gone)
        copies += [change for change in planned if change.value != change.copy.status]
        changed += update_copies(transaction, planned, reason=SOURCE_UPDATE, at=at)
        acts += [Act("entry_changed", subject=entry.id, detail=WITHDRAWN) for entry in gone]
    return Withdrawal(len(acts), copies, changed, acts)


def _in_parts(transaction: Transaction, ids: Sequence[str]) -> Iterator[list[StoredEntry]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield transaction.entries.entries_to_change(ids[start : start + _AT_ONCE])


def _withdrawn(entry: StoredEntry, *, as_of: str, delivery_id: int, at: str) -> StoredEntry:
    gone = replace(entry, source_status=WITHDRAWN, as_of=as_of, delivery_id=delivery_id, collected_at=at)
    return replace(gone, record_hash=record_hash(gone))
