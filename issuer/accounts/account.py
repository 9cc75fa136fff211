"""Accounts: opening and linking them, recorded consents, and the entries that an account shows.

An account belongs to nobody until it is linked to a registered person, by an operator who gives a reason; never by name
and birth date. Its entries are those of the person whose sources the holder consented to, and the NCS competency units
that follow from them.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from credential_schemas.entry_types import entry_types
from issuer.accounts.same_records import one_records
from issuer.accounts.units import UNIT_TYPE, derived_units
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import (
    AccountAlreadyLinked,
    AccountExists,
    AccountNotFound,
    AccountNotLinked,
    PersonNotFound,
    SourceUnknown,
)
from issuer.sources.registry import SOURCES
from issuer.store.accounts import Account, Consent, Person
from issuer.store.entries import StoredEntry
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.encoding import JsonValue

CONSENT_TEXT_VERSION: Final = "2026-11"
OPERATOR: Final = "operator"
_ID_ALPHABET: Final = "23456789abcdefghjkmnpqrstvwxyz"
_ID_CHARACTERS: Final = 10


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One entry as an account shows it.

    `type` is the type's name in credentials. `source_entry` is the stored entry behind it; for a derived competency
    unit that is the entry that proves it, and `proven_by` is the id of the account's entry for that. `others` are
    stored entries of other sources that say the same, `alike` the ids of entries that may be the same and may not.
    """

    id: str
    type: str
    category: str
    title: str
    title_en: str | None
    issuing_body: str
    fields: Mapping[str, JsonValue]
    source_entry: StoredEntry
    proven_by: str | None = None
    others: tuple[StoredEntry, ...] = ()
    alike: tuple[str, ...] = ()

    @property
    def provenances(self) -> tuple[StoredEntry, ...]:
        """Every stored entry that says this, the one behind it first."""
        return (self.source_entry, *self.others)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id under which the entry is or was known: its own, and those of the others that say the same."""
        return (self.id, *(each.id for each in self.others))

    @property
    def type_ids(self) -> frozenset[str]:
        """The names by which the entry's type is chosen: as in credentials, and as the source delivers it."""
        return frozenset(
            {self.type} if self.proven_by else {self.type, *(each.entry_type for each in self.provenances)}
        )

    @property
    def status(self) -> str:
        """The status at the source: valid, suspended, revoked, expired or corrected."""
        return self.source_entry.status

    @property
    def in_force(self) -> bool:
        """Return whether the entry may be certified; a corrected entry is in force with its new content."""
        return self.status in ("valid", "corrected")


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """A linked account with its person and entries."""

    account: Account
    person: Person
    entries: Sequence[AccountEntry]


def open_account(
    bank: Bank, person_ref: str | None, *, sources: Sequence[str], discloses: bool, now: datetime
) -> Account:
    """Open an account; for a registered person, link it and record the consents.

    Args:
        bank: the bank.
        person_ref: how the identity register calls the person; None opens an account that belongs to nobody yet.
        sources: source systems whose entries the holder consents to be collected.
        discloses: the holder also consents that entries of these sources are certified for whomever the holder chooses.
        now: aware.

    Raises:
        SourceUnknown, PersonNotFound, AccountExists: nothing was changed.
    """
    _check_sources(sources)
    account = new_account(now=now)
    with bank.store.write() as transaction:
        acts = [Act("account_opened", account.id)]
        transaction.accounts.open_account(account)
        if person_ref is not None:
            account = _link(bank, transaction, account, link=_Link(person_ref, "opened for this person", now))
            acts.append(Act("account_linked", account.id, account.person_link))
        if sources:
            given = Consent(
                account_id=account.id,
                act="collection",
                recipient=None,
                purpose="account",
                scope={"sources": [*sources]},
                valid_until=None,
                text_version=CONSENT_TEXT_VERSION,
                given_at=utc_text(now),
                channel=OPERATOR,
            )
            transaction.accounts.record_consent(given)
            if discloses:
                transaction.accounts.record_consent(replace(given, act="disclosure", purpose=None))
            acts.append(Act("consent_recorded", account.id))
        record_acts(transaction, *acts, actor=bank.actor, at=utc_text(now))
    return account


def new_account(*, now: datetime) -> Account:
    """Return an account with an id of its own that belongs to nobody yet; it is not recorded."""
    return Account(id="".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_CHARACTERS)), opened_at=utc_text(now))


def link_account(bank: Bank, account_id: str, *, person_ref: str, reason: str, now: datetime) -> Account:
    """Link an account to a registered person, for the reason that the operator records.

    Raises:
        AccountNotFound, AccountAlreadyLinked, PersonNotFound, AccountExists: nothing was changed.
    """
    with bank.store.write() as transaction:
        account = find_account(transaction, account_id)
        if account.person_link is not None:
            raise AccountAlreadyLinked(account=account.id)
        linked = _link(bank, transaction, account, link=_Link(person_ref, reason, now))
        act = Act("account_linked", linked.id, linked.person_link)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
        return linked


def record_disclosure_consent(bank: Bank, consent: Consent) -> Consent:
    """Record that the holder agrees to a disclosure.

    Raises:
        AccountNotFound: no such account.
    """
    with bank.store.write() as transaction:
        account = find_account(transaction, consent.account_id)
        recorded = transaction.accounts.record_consent(replace(consent, account_id=account.id))
        act = Act("consent_recorded", account.id, detail=str(recorded.id))
        record_acts(transaction, act, actor=bank.actor, at=consent.given_at)
        return recorded


def find_account(transaction: Transaction, account_id: str) -> Account:
    """Return the one account whose id begins so.

    Raises:
        AccountNotFound: none, or more than one.
    """
    exact = transaction.accounts.account(account_id)
    if exact is not None:
        return exact
    found = transaction.accounts.accounts_beginning(account_id, limit=2) if account_id else []
    if len(found) != 1:
        raise AccountNotFound(account=account_id)
    return found[0]


def read_account(bank: Bank, account_id: str, *, now: datetime) -> OpenAccount:
    """Return an account for somebody of the staff to see; recorded before it is seen.

    Raises:
        AccountNotFound, AccountNotLinked: as `show_account`; nothing was seen or recorded.
        StorageFull, StorageUnusable: it cannot be recorded, and is not shown.
    """
    with bank.store.write() as transaction:
        opened = show_account(bank, transaction, account_id)
        record_acts(transaction, Act("account_read", opened.account.id), actor=bank.actor, at=utc_text(now))
    return opened


def show_account(bank: Bank, transaction: Transaction, account_id: str) -> OpenAccount:
    """Return an account with its person and entries.

    Raises:
        AccountNotFound: no such account.
        AccountNotLinked: it belongs to nobody yet.
    """
    account = find_account(transaction, account_id)
    person = None if account.person_link is None else transaction.accounts.person(account.person_link)
    if person is None:
        raise AccountNotLinked(account=account.id)
    consented: set[str] = set()
    for consent in transaction.accounts.consents(account.id, "collection"):
        consented |= consent.names("sources")
    stored = transaction.entries.entries_of(person.person_link, consented)
    return OpenAccount(account, person, _account_entries(bank, transaction, stored))


def _account_entries(bank: Bank, transaction: Transaction, stored: Sequence[StoredEntry]) -> list[AccountEntry]:
    registry = entry_types()
    records = one_records(stored)
    lead_of = {each.id: record.lead.id for record in records for each in (record.lead, *record.others)}
    entries = []
    for record in records:
        entry = record.lead
        entry_type = registry[entry.entry_type]
        entries.append(
            AccountEntry(
                id=entry.id,
                type=entry_type.credential_type,
                category=entry_type.category,
                title=entry.title,
                title_en=entry.title_en,
                issuing_body=entry.issuing_body,
                fields=entry.fields,
                source_entry=entry,
                others=record.others,
                alike=record.alike,
            )
        )
    units = [
        AccountEntry(
            id=unit.id,
            type=UNIT_TYPE,
            category=registry[UNIT_TYPE].category,
            title=unit.title,
            title_en=unit.title_en,
            issuing_body=unit.issuing_body,
            fields=unit.fields,
            source_entry=unit.proof,
            proven_by=lead_of[unit.proof.id],
        )
        for unit in derived_units(bank, transaction, stored)
    ]
    return [*entries, *units]


@dataclass(frozen=True, slots=True)
class _Link:
    """Whom an operator links an account with, why and when."""

    person_ref: str
    reason: str
    at: datetime


def _link(bank: Bank, transaction: Transaction, account: Account, *, link: _Link) -> Account:
    person_link = bank.person_link(link.person_ref)
    if transaction.accounts.person_to_link(person_link) is None:
        raise PersonNotFound
    existing = transaction.accounts.account_of(person_link)
    if existing is not None:
        raise AccountExists(account=existing.id)
    linked = replace(
        account, person_link=person_link, linked_at=utc_text(link.at), link_method=OPERATOR, link_reason=link.reason
    )
    transaction.accounts.link_account(linked)
    return linked


def _check_sources(sources: Sequence[str]) -> None:
    for source in sources:
        if source not in SOURCES:
            raise SourceUnknown(source=source, count=len(SOURCES) + 1)
