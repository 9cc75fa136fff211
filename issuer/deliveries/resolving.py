"""Entries that are held back because nobody is registered under their reference: an operator says who is meant.

The decision is recorded with its reason, and kept: what the source delivers under that reference later belongs to the
same person, until the identity register itself knows the reference. Names and days of birth decide nothing here.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.deliveries.errors import ReferenceNotHeld
from issuer.errors import PersonNotFound
from issuer.issued.entry_states import record_hash
from issuer.store.entries import StoredEntry
from issuer.times import utc_text

_MOST_NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom an operator names for the reference of a held entry, by the register's own reference, and why."""

    person_ref: str
    reason: str


def resolve_held(bank: Bank, entry: str, resolution: Resolution, *, now: datetime) -> list[StoredEntry]:
    """Give every entry with the reference of a held one to a registered person; answer these entries.

    Args:
        bank: the bank.
        entry: the beginning of the id of a held entry.
        resolution: whose it is, and why.
        now: aware.

    Raises:
        ReferenceNotHeld: no single held entry has an id that begins so; nothing was changed.
        PersonNotFound: nobody is registered under the reference that was named; nothing was changed.
    """
    person_link = bank.person_link(resolution.person_ref)
    return give_held(bank, entry, person_link=person_link, reason=resolution.reason, now=now)


def give_held(bank: Bank, entry: str, *, person_link: str, reason: str, now: datetime) -> list[StoredEntry]:
    """Do the same for a person whose link is known; raises as `resolve_held`."""
    at = utc_text(now)
    with bank.store.write() as transaction:
        found = transaction.entries.held_beginning(entry.lower(), limit=_MOST_NAMED) if entry else []
        if len(found) != 1:
            raise ReferenceNotHeld(entry=entry, count=len(found))
        delivered = str(found[0].person_link)
        if transaction.accounts.person_to_link(person_link) is None:
            raise PersonNotFound
        transaction.pulls.resolve(delivered, person_link=person_link, reason=reason, actor=bank.actor, at=at)
        same = [_given(each, person_link) for each in transaction.entries.held_under(delivered)]
        for each in same:
            transaction.entries.replace(each)
        account = transaction.accounts.account_of(person_link)
        act = Act("reference_resolved", None if account is None else account.id, person_link, reason)
        record_acts(transaction, act, actor=bank.actor, at=at)
    return same


def _given(entry: StoredEntry, person_link: str) -> StoredEntry:
    # Where the source uses the person's reference in the record id, the beginning of the link stands in its place.
    record_id = entry.source_record_id.replace(str(entry.person_link)[:12], person_link[:12])
    given = replace(entry, person_link=person_link, source_record_id=record_id)
    return replace(given, record_hash=record_hash(given))
