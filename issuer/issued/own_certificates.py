"""A holder's certificates: which there are, what each disclosed, who looked at it. Others' are not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from issuer.accounts.account import AccountEntry, show_account
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import CertificateNotFound
from issuer.issued.entry_states import VALUE_NAMES
from issuer.store.certificates import CertificateLine, StatusEvent
from issuer.store.lookups import Lookup
from issuer.store.share_links import StoredLink
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_text

EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One entry on a certificate: what the account knows of it today, the fields it disclosed, its published status."""

    entry_id: str
    entry: AccountEntry | None
    disclosed: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """A certificate with its entries, the changes of its status, its links, and who asked the bank about it."""

    line: CertificateLine
    entries: Sequence[OwnEntry]
    events: Sequence[StatusEvent]
    lookups: Sequence[Lookup]
    links: Sequence[StoredLink]


def state_of(line: CertificateLine, *, now: datetime) -> str:
    """Return the status that counts today: valid, suspended, revoked, expired, or superseded by its sources.

    Superseded: an entry on it was cancelled, corrected or suspended at its source, so that a new one should be issued.
    """
    return certificate_state(line.status, line.valid_until, is_changed=line.changed > 0, now=now)


def certificate_state(status: str, valid_until: str, *, is_changed: bool, now: datetime) -> str:
    """Return the same of a recorded status and last Korean day; `is_changed`: an entry on it is not valid any more."""
    if status == "revoked":
        return status
    if korean_day_of(now) > date.fromisoformat(valid_until):
        return EXPIRED
    return "superseded" if status == "valid" and is_changed else status


def list_certificates(bank: Bank, account_id: str, *, now: datetime) -> list[CertificateLine]:
    """Return the certificates of an account, the newest first; recorded before they are seen."""
    with bank.store.write() as transaction:
        lines = transaction.certificates.lines(account_id)
        act = Act("certificates_listed", account_id)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    return lines


def read_certificate(bank: Bank, account_id: str, number: str, *, now: datetime) -> OwnCertificate:
    """Return one certificate of an account; recorded before it is seen.

    Raises:
        CertificateNotFound: there is none, or it is another account's.
    """
    with bank.store.write() as transaction:
        found = show_certificate(bank, transaction, account_id, number=number)
        record_acts(transaction, Act("certificate_read", account_id, number), actor=bank.actor, at=utc_text(now))
    return found


def show_certificate(bank: Bank, transaction: Transaction, account_id: str, *, number: str) -> OwnCertificate:
    """Return one certificate of an account to its holder.

    Raises:
        CertificateNotFound: there is none, or it is another account's.
    """
    lines = transaction.certificates.lines(account_id, number)
    if not lines:
        raise CertificateNotFound(number=number)
    entries_now = show_account(bank, transaction, account_id).entries
    known = {entry_id: entry for entry in entries_now for entry_id in entry.ids}
    entries = [
        OwnEntry(each.entry_id, known.get(each.entry_id), each.disclosed, VALUE_NAMES[each.status])
        for each in transaction.certificates.carried_entries(number)
    ]
    return OwnCertificate(
        line=lines[0],
        entries=entries,
        events=transaction.certificates.events(number),
        lookups=transaction.lookups.of(number),
        links=transaction.links.of(number),
    )
