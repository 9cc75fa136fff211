"""Everything the bank holds about a holder, for her to see and to take away (LR-11): consents, accesses, entries."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from issuer.accounts.account import AccountEntry, OpenAccount, show_account
from issuer.audit.history import Access, access_history
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import AccountNotLinked
from issuer.holders.errors import AccountClosed
from issuer.holders.kept_choices import KeptChoice, open_choice
from issuer.store.accounts import Account, Consent
from issuer.store.certificates import CarriedEntry, StoredCertificate
from issuer.store.lookups import Lookup
from issuer.store.sign_ins import SignIn
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


@dataclass(frozen=True, slots=True)
class OwnCertificateRecord:
    """One issued certificate with the entries that it carries and the look-ups by its number."""

    issued: StoredCertificate
    carried: Sequence[CarriedEntry]
    lookups: Sequence[Lookup]


@dataclass(frozen=True, slots=True)
class OwnData:
    """Everything held about a holder; `opened` is None before the account is linked with a person."""

    made_at: str
    account: Account
    opened: OpenAccount | None
    sign_ins: Sequence[SignIn]
    consents: Sequence[Consent]
    certificates: Sequence[OwnCertificateRecord]
    accesses: Sequence[Access]
    choice: KeptChoice | None


def take_own_data(bank: Bank, account_id: str, *, now: datetime) -> OwnData:
    """Return everything held about the holder, to be taken away; that it was taken is recorded.

    Keyed hashes and what is kept only sealed (issued files, secrets of signing in) are not part of it.

    Raises:
        AccountClosed: there is no such account any more.
    """
    at = utc_text(now)
    with bank.store.write() as transaction:
        account = _open(transaction, account_id)
        choice = transaction.choices.of(account_id, now_s=int(now.timestamp()))
        data = OwnData(
            made_at=at,
            account=account,
            opened=_shown(bank, transaction, account_id),
            sign_ins=transaction.sign_ins.of_account(account_id),
            consents=transaction.accounts.all_consents(account_id),
            certificates=[_record(transaction, issued) for issued in transaction.certificates.of_account(account_id)],
            accesses=access_history(transaction, account, actor=bank.actor, at=at),
            choice=None if choice is None else open_choice(bank, choice),
        )
        record_acts(transaction, Act("data_exported", account_id), actor=bank.actor, at=at)
    return data


def own_data_document(data: OwnData) -> dict[str, JsonValue]:
    """Return everything held about a holder as one JSON document."""
    account, opened = data.account, data.opened
    return {
        "export": EXPORT_FORMAT,
        "made_at": data.made_at,
        "account": {"id": account.id, "opened_at": account.opened_at, "linked_at": account.linked_at},
        "person": None if opened is None else _person(opened),
        "sign_ins": [{"kind": way.kind, "name": way.name, "created_at": way.created_at} for way in data.sign_ins],
        "consents": [_consent(each) for each in data.consents],
        "entries": [] if opened is None else [_entry(each) for each in opened.entries],
        "certificates": [_certificate(each) for each in data.certificates],
        "accesses": [asdict(each) for each in data.accesses],
        "kept_choice": None if data.choice is None else _choice(data.choice),
    }


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


def _choice(choice: KeptChoice) -> dict[str, JsonValue]:
    fields: list[JsonValue] = [f"{name}={value}" for name, value in choice.fields]
    return {"kept_at": choice.kept_at, "fields": fields}


def _record(transaction: Transaction, issued: StoredCertificate) -> OwnCertificateRecord:
    carried = transaction.certificates.carried_entries(issued.number)
    return OwnCertificateRecord(issued, carried, transaction.lookups.of(issued.number))


def _certificate(record: OwnCertificateRecord) -> dict[str, JsonValue]:
    names = ("number", "status", "kind", "edition", "language", "purpose", "recipient", "applicant_no", "carrier")
    days = ("issued_on", "valid_until", "issued_at", "consent_id", "pdf_sha256", "credential_sha256")
    entries: list[JsonValue] = [{"entry": each.entry_id, "disclosed": [*each.disclosed]} for each in record.carried]
    looked_up: list[JsonValue] = [{"at": each.at, "asker": each.requester} for each in record.lookups]
    return {
        **{name: getattr(record.issued, name) for name in (*names, *days)},
        "entries": entries,
        "looked_up": looked_up,
    }
