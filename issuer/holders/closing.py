"""Closing an account: what is erased, what has to be kept, and what becomes of the certificates, as the holder chooses.

Erased at once: the ways to sign in with their sessions, the link to the person, what was put aside while choosing, and
the entries that no certificate carries; tokens of programs and of wallets open nothing any more. Kept: records of
issued certificates with what they carry, because others rely on them and they can be checked and revoked; consents,
marked as withdrawn; and the audit trail, which the law asks for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.holders.errors import AccountClosed
from issuer.issued.status_changes import StatusOrder, change_certificates
from issuer.store.accounts import Account
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_text

REASON: Final = "holder_request"


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing an account does: how many entries are erased, how many certificates stay valid or are revoked."""

    erased_entries: int
    kept_entries: int
    valid_certificates: tuple[str, ...]


def plan_closing(bank: Bank, account_id: str, *, now: datetime) -> Closing:
    """Return what closing would do; nothing is changed.

    Raises:
        AccountClosed: it is closed already.
    """
    with bank.store.read() as transaction:
        account = transaction.accounts.account(account_id)
        if account is None or account.closed_at is not None:
            raise AccountClosed(account=account_id)
        total = kept = 0
        if account.person_link is not None:
            total = sum(transaction.entries.counts_of(account.person_link).values())
            kept = transaction.entries.certified_count(account.person_link)
        today = korean_day_of(now).isoformat()
        issued = transaction.certificates.of_account(account_id)
    standing = [each.number for each in issued if each.status != "revoked" and each.valid_until >= today]
    return Closing(total - kept, kept, tuple(standing))


def close_account(bank: Bank, account_id: str, *, revoke: bool, now: datetime) -> Closing:
    """Close an account.

    Args:
        bank: acting as the holder.
        account_id: whose account.
        revoke: whether certificates that are in force are revoked first; else they stay valid until their last day.
        now: aware.

    Raises:
        AccountClosed: it is closed already; nothing was changed.
        KeysError, PassphraseMissing: revoking was asked for and the status key does not open; nothing was changed.
        StorageFull, StorageUnusable: what was revoked until then stays revoked; the account stays open.
    """
    planned = plan_closing(bank, account_id, now=now)
    if revoke and planned.valid_certificates:
        change_certificates(bank, planned.valid_certificates, StatusOrder("revoke", REASON), now=now)
    at = utc_text(now)
    with bank.store.write() as transaction:
        account = transaction.accounts.account(account_id)
        if account is None or account.closed_at is not None:
            raise AccountClosed(account=account_id)
        erased = erase_account(transaction, account, at=at)
        act = Act("account_closed", account_id, account.person_link, f"{erased} entries erased")
        record_acts(transaction, act, actor=bank.actor, at=at)
    return Closing(erased, planned.kept_entries, planned.valid_certificates)


def erase_account(transaction: Transaction, account: Account, *, at: str) -> int:
    """Erase what closing erases and end what opens the account; answer how many entries were erased."""
    erased = 0
    if account.person_link is not None:
        erased = transaction.entries.remove_uncertified(account.person_link)
    for consent in transaction.accounts.all_consents(account.id):
        transaction.accounts.withdraw_consent(consent, at=at)
    for token in transaction.tokens.tokens(account.id):
        transaction.tokens.revoke(token.id, at=at)
    transaction.wallets.end_all(account.id)
    transaction.choices.forget(account.id)
    transaction.sign_ins.remove_all(account.id)
    transaction.accounts.close_account(account.id, at=at)
    return erased
