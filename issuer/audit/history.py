"""What the bank can tell a holder about who read or changed the holder's data."""

from dataclasses import dataclass

from issuer.audit.trail import Act, record_acts
from issuer.store.accounts import Account
from issuer.store.transaction import Transaction


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

    Args:
        transaction: a write transaction.
        account: whose history.
        actor: who asks for it.
        at: now, UTC in ISO 8601.
    """
    found = [
        Access(each.at, each.actor, each.action, each.subject, each.detail)
        for each in transaction.audit.about(account.id, account.person_link)
    ]
    found += [
        Access(asked_at, f"asker:{requester or 'unknown'}", "code_looked_up", number, None)
        for asked_at, requester, number in transaction.audit.lookups(account.id)
    ]
    record_acts(transaction, Act("history_read", account.id), actor=actor, at=at)
    return sorted(found, key=lambda access: access.at)
