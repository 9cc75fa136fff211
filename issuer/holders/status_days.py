"""The day on which the bank recorded the status that an entry has: what its holder is told beside that status.

A source says that a record was corrected or cancelled, not when it did so; the bank knows when it learnt of it.
"""

from collections.abc import Iterable

from issuer.accounts.account import AccountEntry
from issuer.audit.trail import Action
from issuer.store.entries import StoredEntry
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_moment


def status_days(transaction: Transaction, entries: Iterable[AccountEntry]) -> dict[str, str]:
    """Return for each entry that is not simply valid, by its id, the Korean day of the last change of its status.

    An entry that came with this status when the bank first saw it has no day: nobody here knows since when.
    """
    actions = {
        each.id: (each.source_entry.id, _action(each.source_entry)) for each in entries if each.status != "valid"
    }
    if not actions:
        return {}
    found = transaction.audit.last_acts(
        sorted({stored for stored, _ in actions.values()}), sorted({action for _, action in actions.values()})
    )
    return {each: korean_day_of(utc_moment(found[act])).isoformat() for each, act in actions.items() if act in found}


def _action(entry: StoredEntry) -> Action:
    """Return what gave an entry the status that counts: a delivery of its source, or somebody of the bank."""
    return "entry_changed" if entry.status == entry.source_status else "entry_status_changed"
