"""Everything the bank holds about a holder, for her to see and to take away (LR-11): consents, accesses, entries."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from issuer.accounts import AccountEntry, OpenAccount, show_account
from issuer.audit.history import Access, access_history
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import AccountNotLinked
from issuer.holder_errors import AccountClosed
from issuer.store.accounts import Account, Consent
from issuer.store.certificates import StoredCertificate
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.encoding import JsonValue

EXPORT_FORMAT = 1


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """What the page of consents and accesses shows, newest first."""

    account: Account
    consents: Sequence[Consent]
    accesses: Sequence[Access]


def own_records(bank: Bank, account_id: str, *, now: datetime) -> OwnRecords:
    """Return consents and accesses; reading them is itself recorded.

    Raises:
        AccountClosed: there is no such account any more.
    """
    with bank.store.write() as transaction:
        account = _open(transaction, account_id)
        consents = transaction.accounts.all_consents(account_id)
        accesses = access_history(transaction, account, actor=bank.actor, at=utc_text(now))
    return OwnRecords(account, consents, [*reversed(accesses)])


def export_records(bank: Bank, account_id: str, *, now: datetime) -> dict[str, JsonValue]:
    """Return everything held about the holder as one JSON document; that it was taken is recorded.

    Keyed hashes and what is kept only sealed (issued files, secrets of signing in) are not part of it.

    Raises:
        AccountClosed: there is no such account any more.
    """
    at = utc_text(now)
    with bank.store.write() as transaction:
        account = _open(transaction, account_id)
        opened = _shown(bank, transaction, account_id)
        issued = transaction.certificates.of_account(account_id)
        ways = transaction.sign_ins.of_account(account_id)
        accesses = access_history(transaction, account, actor=bank.actor, at=at)
        document: dict[str, JsonValue] = {
            "export": EXPORT_FORMAT,
            "made_at": at,
            "account": {"id": account.id, "opened_at": account.opened_at, "linked_at": account.linked_at},
            "person": None if opened is None else _person(opened),
            "sign_ins": [{"kind": way.kind, "name": way.name, "created_at": way.created_at} for way in ways],
            "consents": [_consent(each) for each in transaction.accounts.all_consents(account_id)],
            "entries": [] if opened is None else [_entry(each) for each in opened.entries],
            "certificates": [_certificate(transaction, each) for each in issued],
            "accesses": [asdict(each) for each in accesses],
        }
        record_acts(transaction, Act("data_exported", account_id), actor=bank.actor, at=at)
    return document


def _open(transaction: Transaction, account_id: str) -> Account:
    account = transaction.accounts.account(account_id)
    if account is None or account.closed_at is not None:
        raise AccountClosed(account=account_id)
    return account


def _shown(bank: Bank, transaction: Transaction, account_id: str) -> OpenAccount | None:
    try:
        return show_account(bank, transaction, account_id)
    except AccountNotLinked:
        return None


def _person(opened: OpenAccount) -> dict[str, JsonValue]:
    person = opened.person
    return {"name": person.name, "name_en": person.name_en, "birth_date": person.birth_date}


def _consent(consent: Consent) -> dict[str, JsonValue]:
    return {name: getattr(consent, name) for name in Consent.__slots__ if name != "account_id"}


def _entry(entry: AccountEntry) -> dict[str, JsonValue]:
    stored = entry.source_entry
    return {
        "id": entry.id,
        "type": entry.type,
        "title": entry.title,
        "title_en": entry.title_en,
        "issuing_body": entry.issuing_body,
        "record_keeper": stored.record_keeper,
        "status": entry.status,
        "source": stored.source,
        "source_record_id": stored.source_record_id,
        "as_of": stored.as_of,
        "first_collected_at": stored.first_collected_at,
        "collected_at": stored.collected_at,
        "proven_by": entry.proven_by,
        "also_delivered": [
            {name: getattr(each, name) for name in ("id", "source", "source_record_id", "as_of", "collected_at")}
            for each in entry.others
        ],
        "possible_repeats": [*entry.alike],
        "fields": dict(entry.fields),
    }


def _certificate(transaction: Transaction, issued: StoredCertificate) -> dict[str, JsonValue]:
    names = ("number", "status", "kind", "edition", "language", "purpose", "recipient", "applicant_no", "carrier")
    days = ("issued_on", "valid_until", "issued_at", "consent_id", "pdf_sha256", "credential_sha256")
    carried = transaction.certificates.carried_entries(issued.number)
    entries: list[JsonValue] = [{"entry": each.entry_id, "disclosed": [*each.disclosed]} for each in carried]
    looked_up: list[JsonValue] = [
        {"at": each.at, "asker": each.requester} for each in transaction.lookups.of(issued.number)
    ]
    return {
        **{name: getattr(issued, name) for name in (*names, *days)},
        "entries": entries,
        "looked_up": looked_up,
    }
