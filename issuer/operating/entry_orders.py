"""Suspending, reinstating or revoking one entry: a dry run that says what would change, then exactly that.

The entry is what a source delivered; its status counts in every certificate that carries it, and nobody can choose an
entry that is not in force for a new one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.audit.trail import Act
from issuer.bank import Bank
from issuer.issued.status_changes import AFTER, StatusChange, StatusOrder, change_entry
from issuer.operating.errors import NothingToChange, RehearsalDiffers
from issuer.staff.records import record_reads
from issuer.store.entries import StoredEntry


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody confirms: the code of a rehearsal, and how many places in certificates change, as it was typed."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class EntryRehearsed:
    """What would happen to an entry; the source's own status of it stays as it is.

    Attributes:
        entry: as it is.
        after: what its status at the bank would be.
        changing: its places in certificates whose status would change.
        unchanged: in how many certificates it would stay what it is.
        code: stands for exactly this.
    """

    entry: StoredEntry
    after: str
    changing: Sequence[StatusChange]
    unchanged: int
    code: str

    @property
    def changes_nothing(self) -> bool:
        """Return whether the entry has this status already, in every certificate, too."""
        return self.entry.bank_status == self.after and not self.changing


def rehearse_entry(bank: Bank, record: str, order: StatusOrder, *, now: datetime) -> EntryRehearsed:
    """Say what an order would do to an entry; that it was looked at is recorded for its holder.

    Raises:
        SourceRecordNotFound, ReasonUnknown, TransitionRefused: nothing was recorded.
    """
    seen: list[EntryRehearsed] = []

    def look(entry: StoredEntry, changes: Sequence[StatusChange]) -> None:
        seen.append(_rehearsed(entry, changes, order))

    change_entry(bank, record, replace(order, dry_run=True), now=now, approve=look)
    (found,) = seen
    record_reads(bank, [Act("entry_status_rehearsed", None, found.entry.id, order.words)], now=now)
    return found


def change_one_entry(bank: Bank, record: str, order: StatusOrder, *, seen: Seen, now: datetime) -> None:
    """Change the status of an entry as it was rehearsed.

    Args:
        bank: acting as whoever orders it.
        record: the record id at the source, or SOURCE:RECORD-ID.
        order: the same as in the rehearsal.
        seen: the rehearsal that was confirmed.
        now: aware.

    Raises:
        RehearsalDiffers: entry or certificates are others than in the rehearsal, or the count is not that of the
            changes; nothing was changed.
        NothingToChange: it has this status already.
        SourceRecordNotFound, ReasonUnknown, TransitionRefused: as `rehearse_entry`; nothing was changed.
        KeysError, PassphraseMissing: the status key does not open; nothing was changed.
    """

    def check(entry: StoredEntry, changes: Sequence[StatusChange]) -> None:
        found = _rehearsed(entry, changes, order)
        if found.changes_nothing:
            raise NothingToChange(final=0, unchanged=found.unchanged)
        if seen != Seen(found.code, len(found.changing)):
            raise RehearsalDiffers(count=len(found.changing), given=seen.count)

    change_entry(bank, record, order, now=now, approve=check)


def _rehearsed(entry: StoredEntry, changes: Sequence[StatusChange], order: StatusOrder) -> EntryRehearsed:
    after, changing = AFTER[order.action], [each for each in changes if each.changes]
    lines = [f"{each.number} {each.position} {each.before} {each.after}" for each in changing]
    content = "\n".join([entry.id, entry.record_hash, entry.bank_status, after, *lines])
    code = hashlib.sha256(content.encode()).hexdigest()[:16]
    return EntryRehearsed(entry, after, changing, len(changes) - len(changing), code)
