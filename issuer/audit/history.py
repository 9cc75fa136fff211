"""What the bank can tell a holder about who read or changed the holder's data."""

import re
from dataclasses import dataclass
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.store.accounts import Account
from issuer.store.transaction import Transaction

_PLACE: Final = re.compile(r"(staff:[a-z0-9][a-z0-9._-]*)@(?:[0-9a-f.:/]+|unknown)")


@dataclass(frozen=True, slots=True)
class Access:
    """One access: when (UTC in ISO 8601), who, what was done, and to what, where that is not the account itself."""

    at: str
    actor: str
    action: str
    subject: str | None
    detail: str | None


def access_history(transaction: Transaction, account: Account, *, actor: str, at: str) -> list[Access]:
    """Return every access to the data of an account's person, oldest first, and record this one.

    A member of the staff is named; from where that was asked is for auditors (`issuer.staff.access_log`).

    Args:
        transaction: a write transaction.
        account: whose history.
        actor: who asks for it.
        at: now, UTC in ISO 8601.
    """
    found = [
        Access(each.at, _without_place(each.actor), each.action, each.subject, each.detail)
        for each in transaction.audit.about(account.id, account.person_link)
    ]
    found += [
        Access(asked_at, f"asker:{requester or 'unknown'}", "code_looked_up", number, None)
        for asked_at, requester, number in transaction.audit.lookups(account.id)
    ]
    record_acts(transaction, Act("history_read", account.id), actor=actor, at=at)
    return sorted(found, key=lambda access: access.at)


def _without_place(actor: str) -> str:
    found = _PLACE.fullmatch(actor)
    return actor if found is None else found[1]
