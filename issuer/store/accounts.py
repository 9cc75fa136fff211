"""Persons, accounts and consents in the database."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select, update

from issuer.store.appending import APART
from issuer.store.tables import ACCOUNTS, CONSENTS, PERSONS, begins_with
from keys.encoding import JsonValue, decode_json_object, encode_json

_MAX_SCOPE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Person:
    """A registered person; `person_link` is the keyed hash that joins entries with the person."""

    person_link: str
    name: str
    name_en: str | None
    birth_date: str
    identity_link: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """An account; `person_link` is None until it is linked, and again when it was closed. Times are UTC in ISO 8601."""

    id: str
    opened_at: str
    person_link: str | None = None
    linked_at: str | None = None
    link_method: str | None = None
    link_reason: str | None = None
    closed_at: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """One recorded consent: who (the account), what for, to whom, what, how long, which text, when and on which way.

    `act` is "collection" or "disclosure". `recipient` None means unspecified, the holder decides; `purpose` None any.
    `scope` has "sources" or "entries" (lists of ids). `valid_until` is the last day, None without end; `withdrawn_at`
    is None while it stands.
    """

    account_id: str
    act: str
    recipient: str | None
    purpose: str | None
    scope: dict[str, JsonValue]
    valid_until: str | None
    text_version: str
    given_at: str
    channel: str
    id: int = 0
    withdrawn_at: str | None = None

    def names(self, member: str) -> frozenset[str]:
        """Return the ids of one member of the scope, "sources" or "entries"."""
        listed = self.scope.get(member)
        return frozenset(name for name in listed if isinstance(name, str)) if isinstance(listed, list) else frozenset()


class AccountBook:
    """Reads and writes persons, accounts and consents within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def register_person(self, person: Person, *, registered_at: str, delivery_id: int) -> str:
        """Add or update a person; answer "new", "changed" or "unchanged"."""
        known = self.person(person.person_link)
        if known == person:
            return "unchanged"
        values = asdict(person)
        if known is None:
            self._connection.execute(
                insert(PERSONS).values(**values, registered_at=registered_at, delivery_id=delivery_id)
            )
            return "new"
        by_link = PERSONS.c.person_link == person.person_link
        self._connection.execute(update(PERSONS).where(by_link).values(**values, delivery_id=delivery_id))
        return "changed"

    def has_other_person(self, person: Person) -> bool:
        """Return whether the same identity is registered under another reference."""
        same = (PERSONS.c.identity_link == person.identity_link) & (PERSONS.c.person_link != person.person_link)
        return self._connection.execute(select(PERSONS.c.person_link).where(same)).first() is not None

    def person(self, person_link: str) -> Person | None:
        """Return a registered person."""
        columns = (PERSONS.c[name] for name in Person.__slots__)
        row = self._connection.execute(select(*columns).where(PERSONS.c.person_link == person_link)).first()
        return None if row is None else Person(*row)

    def person_to_link(self, person_link: str) -> Person | None:
        """Return a registered person, and let nobody else link or change it until this transaction ends."""
        self._connection.execute(
            select(PERSONS.c.person_link).where(PERSONS.c.person_link == person_link).with_for_update()
        )
        return self.person(person_link)

    def open_account(self, account: Account) -> None:
        """Record a new account."""
        self._connection.execute(insert(ACCOUNTS).values(**asdict(account)))

    def link_account(self, account: Account) -> None:
        """Record to whom an account belongs, when, how and why."""
        values = {name: getattr(account, name) for name in ("person_link", "linked_at", "link_method", "link_reason")}
        self._connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(**values))

    def accounts(self) -> list[Account]:
        """Return all accounts, oldest first."""
        rows = self._connection.execute(_select_accounts().order_by(ACCOUNTS.c.opened_at, ACCOUNTS.c.id))
        return [Account(*row) for row in rows]

    def accounts_beginning(self, text: str, *, limit: int) -> list[Account]:
        """Return at most so many accounts whose id begins with a text."""
        query = _select_accounts().where(begins_with(ACCOUNTS.c.id, text)).order_by(ACCOUNTS.c.id).limit(limit)
        rows = self._connection.execute(query)
        return [Account(*row) for row in rows]

    def account(self, account_id: str) -> Account | None:
        """Return one account by its whole id."""
        row = self._connection.execute(_select_accounts().where(ACCOUNTS.c.id == account_id)).first()
        return None if row is None else Account(*row)

    def person_with_identity(self, identity_link: str) -> Person | None:
        """Return the registered person with this connecting information."""
        columns = (PERSONS.c[name] for name in Person.__slots__)
        row = self._connection.execute(select(*columns).where(PERSONS.c.identity_link == identity_link)).first()
        return None if row is None else Person(*row)

    def account_of(self, person_link: str) -> Account | None:
        """Return the account of a person."""
        row = self._connection.execute(_select_accounts().where(ACCOUNTS.c.person_link == person_link)).first()
        return None if row is None else Account(*row)

    def record_consent(self, consent: Consent) -> Consent:
        """Append a consent; answer it with its id. Consents are never changed, only withdrawn."""
        values = {name: getattr(consent, name) for name in Consent.__slots__ if name not in {"id", "scope"}}
        recorded = insert(CONSENTS).values(**values, scope=encode_json(consent.scope).decode()).returning(CONSENTS.c.id)
        return replace(consent, id=self._connection.execute(recorded, execution_options=APART).scalar_one())

    def consents(self, account_id: str, act: str) -> Sequence[Consent]:
        """Return the consents of one act that were not withdrawn, newest first."""
        wanted = (CONSENTS.c.account_id == account_id, CONSENTS.c.act == act, CONSENTS.c.withdrawn_at.is_(None))
        return self._consents(*wanted)

    def all_consents(self, account_id: str) -> Sequence[Consent]:
        """Return every consent of an account, the withdrawn ones too, newest first."""
        return self._consents(CONSENTS.c.account_id == account_id)

    def withdraw_consent(self, consent: Consent, *, at: str) -> None:
        """Record that a consent is withdrawn; nothing else of it ever changes."""
        standing = (CONSENTS.c.id == consent.id) & CONSENTS.c.withdrawn_at.is_(None)
        self._connection.execute(update(CONSENTS).where(standing).values(withdrawn_at=at))

    def close_account(self, account_id: str, *, at: str) -> None:
        """Record that an account is closed; it belongs to nobody from then on."""
        this = ACCOUNTS.c.id == account_id
        self._connection.execute(update(ACCOUNTS).where(this).values(person_link=None, closed_at=at))

    def _consents(self, *wanted: ColumnElement[bool]) -> list[Consent]:
        columns = (CONSENTS.c[name] for name in Consent.__slots__)
        rows = self._connection.execute(select(*columns).where(*wanted).order_by(CONSENTS.c.id.desc()))
        return [_consent(row) for row in rows]


def _select_accounts() -> Select[*tuple[Any, ...]]:
    return select(*(ACCOUNTS.c[name] for name in Account.__slots__))


def _consent(row: Row[*tuple[Any, ...]]) -> Consent:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy for a row as a mapping
    values["scope"] = decode_json_object(values["scope"].encode(), max_bytes=_MAX_SCOPE_BYTES)
    return Consent(**values)
