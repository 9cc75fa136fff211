"""Entries that are held back, beside the entries of registered persons that may be the same record.

What a source says of a person is hidden until somebody of the staff opens it with a reason; that is recorded for the
account that it is laid beside, too. A likeness proves nothing: people decide, and say why.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer.accounts.account import find_account
from issuer.accounts.same_records import look_of, one_records
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.deliveries.errors import ReferenceNotHeld
from issuer.deliveries.resolving import Resolution, give_held, resolve_held
from issuer.errors import AccountNotLinked
from issuer.store.audit import AuditRecord
from issuer.store.entries import StoredEntry
from issuer.store.transaction import Transaction
from issuer.times import utc_text

MOST_CANDIDATES: Final = 20
_SHORT: Final = 12
_LEFT: Final = "held_entry_left"


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One entry that is held back, without anything that its source says of a person.

    `together` counts the entries under the same reference, this one included: they are decided together. `left` is the
    newest decision to leave it held, None while it waits for one.
    """

    id: str
    source: str
    entry_type: str
    as_of: str
    collected_at: str
    together: int
    left: AuditRecord | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of a registered person that may be the same record, and the person's account, None for none.

    `is_same`: it agrees in everything by which the bank joins the records of two sources; else in kind, title and day.
    """

    entry: StoredEntry
    account_id: str | None
    is_same: bool


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A held entry that was opened, and what lies beside it."""

    row: HeldRow
    entry: StoredEntry
    candidates: Sequence[Candidate]


def held_rows(bank: Bank) -> list[HeldRow]:
    """Return the entries that are held back, those that wait for a decision first.

    Raises:
        StorageUnusable: the database cannot be read.
    """
    with bank.store.read() as transaction:
        held, left = transaction.entries.held(), _left(transaction)
    return sorted(_rows(held, left), key=lambda row: (row.left is not None, row.source, row.collected_at, row.id))


def references_waiting(bank: Bank) -> int:
    """Return how many references of persons have held entries that nobody has decided about."""
    with bank.store.read() as transaction:
        left = _left(transaction)
        return len({entry.person_link for entry in transaction.entries.held() if entry.id not in left})


def oldest_reference(bank: Bank) -> str | None:
    """Return when the oldest held entry came that nobody has decided about, UTC in ISO 8601; None when none waits."""
    with bank.store.read() as transaction:
        left = _left(transaction)
        waiting = (entry.first_collected_at for entry in transaction.entries.held() if entry.id not in left)
        return min(waiting, default=None)


def open_held(bank: Bank, entry_id: str, *, reason: str, now: datetime) -> OpenedRow:
    """Return a held entry with what may be the same record; recorded before it is answered.

    Args:
        bank: acting as whoever looks.
        entry_id: the whole id.
        reason: why; the holders of the accounts beside it see it.
        now: aware.

    Raises:
        ReferenceNotHeld: there is no such held entry; nothing was recorded.
    """
    with bank.store.write() as transaction:
        entry = _one(transaction, entry_id)
        together = transaction.entries.held_under(str(entry.person_link))
        left = _newest(transaction.audit.acts_about([entry_id], _LEFT))
        (row,) = (each for each in _rows(together, left) if each.id == entry_id)
        candidates = _candidates(transaction, entry)
        accounts = sorted({each.account_id for each in candidates if each.account_id is not None})
        acts = [Act("held_entries_read", None, entry.id, reason)]
        acts += [Act("held_entries_read", account, entry.id, reason) for account in accounts]
        record_acts(transaction, *acts, actor=bank.actor, at=utc_text(now))
    return OpenedRow(row, entry, candidates)


def leave_held(bank: Bank, entry_id: str, *, reason: str, now: datetime) -> None:
    """Record that a held entry stays held, and why; all entries under its reference do.

    Raises:
        ReferenceNotHeld: there is no such held entry; nothing was changed.
    """
    with bank.store.write() as transaction:
        together = transaction.entries.held_under(str(_one(transaction, entry_id).person_link))
        acts = [Act(_LEFT, None, each.id, reason) for each in together]
        record_acts(transaction, *acts, actor=bank.actor, at=utc_text(now))


def give_to_account(bank: Bank, entry_id: str, *, account_id: str, reason: str, now: datetime) -> int:
    """Give a held entry, and all under its reference, to the person of an account; answer how many.

    Raises:
        ReferenceNotHeld, AccountNotFound, AccountNotLinked, PersonNotFound: nothing was changed.
    """
    with bank.store.read() as transaction:
        _one(transaction, entry_id)
        account = find_account(transaction, account_id)
    if account.person_link is None:
        raise AccountNotLinked(account=account.id)
    return len(give_held(bank, entry_id, person_link=account.person_link, reason=reason, now=now))


def give_to_reference(bank: Bank, entry_id: str, *, person_ref: str, reason: str, now: datetime) -> int:
    """Give a held entry, and all under its reference, to the person with this reference of the register.

    Raises:
        ReferenceNotHeld, PersonNotFound: nothing was changed.
    """
    with bank.store.read() as transaction:
        _one(transaction, entry_id)
    return len(resolve_held(bank, entry_id, Resolution(person_ref, reason), now=now))


def _one(transaction: Transaction, entry_id: str) -> StoredEntry:
    found = transaction.entries.held_beginning(entry_id, limit=1)
    if not found or found[0].id != entry_id:
        raise ReferenceNotHeld(entry=entry_id[:_SHORT], count=0)
    return found[0]


def _rows(held: Sequence[StoredEntry], left: Mapping[str, AuditRecord]) -> list[HeldRow]:
    together = Counter(each.person_link for each in held)
    return [
        HeldRow(
            id=each.id,
            source=each.source,
            entry_type=each.entry_type,
            as_of=each.as_of,
            collected_at=each.collected_at,
            together=together[each.person_link],
            left=left.get(each.id),
        )
        for each in held
    ]


def _left(transaction: Transaction) -> dict[str, AuditRecord]:
    """Return the newest decision to leave an entry held, by the id of the entry; this reads the whole trail."""
    return _newest(transaction.audit.acts_after(0, [_LEFT]))


def _newest(acts: Iterable[AuditRecord]) -> dict[str, AuditRecord]:
    return {str(each.subject): each for each in acts}


def _candidates(transaction: Transaction, entry: StoredEntry) -> list[Candidate]:
    look = look_of(entry)
    if look is None:
        return []
    days = [day for day in look[2:] if day]
    found = []
    for each in transaction.entries.registered_like(entry.title, days, limit=MOST_CANDIDATES):
        if look_of(each) != look:
            continue
        account = transaction.accounts.account_of(str(each.person_link))
        is_same = len(one_records([entry, each])) == 1
        found.append(Candidate(each, None if account is None else account.id, is_same))
    return sorted(found, key=lambda candidate: not candidate.is_same)
