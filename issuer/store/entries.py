"""Deliveries and entries in the database."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
    update,
)

from issuer.store.appending import APART
from issuer.store.tables import CERTIFICATE_ENTRIES, DELIVERIES, ENTRIES, PERSONS, begins_with
from keys.encoding import JsonValue, decode_json_object, encode_json

_MAX_FIELDS_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One entry as the bank keeps it.

    `record_key` is the keyed hash of the source's natural key, `record_hash` of the record itself. `source_status` is
    what the source says ("withdrawn": a complete delivery no longer has the record), `bank_status` what an operator
    decided ("valid" when nothing). `as_of` is a Korean day.
    """

    id: str
    source: str
    record_key: str
    person_link: str | None
    entry_type: str
    title: str
    title_en: str | None
    issuing_body: str
    record_keeper: str | None
    source_record_id: str
    source_status: str
    bank_status: str
    fields: dict[str, JsonValue]
    record_hash: str
    as_of: str
    delivery_id: int
    first_collected_at: str
    collected_at: str

    @property
    def status(self) -> str:
        """Return the status that counts: revoked before suspended before what the source says otherwise."""
        for status in ("revoked", "expired", "withdrawn", "suspended"):
            if status in (self.source_status, self.bank_status):
                return status
        return self.source_status


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """What is needed of a stored record to tell whether a complete delivery still has it."""

    id: str
    record_key: str
    person_link: str
    as_of: str
    collected_at: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file that a source sent; `as_of` is the day that its content describes."""

    source: str
    file_name: str
    sha256: str
    received_at: str
    as_of: str


class EntryBook:
    """Reads and writes deliveries and entries within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record_delivery(self, delivery: Delivery) -> int:
        """Record that a file arrived; answer the id of the delivery.

        Only one transaction at a time takes in a delivery.
        """
        if self._connection.dialect.name != "sqlite":
            # Two programs that read the same file would both find its records new; SQLite has one writer anyway.
            self._connection.exec_driver_sql("LOCK TABLE deliveries IN SHARE ROW EXCLUSIVE MODE")
        values = {name: getattr(delivery, name) for name in Delivery.__slots__}
        recorded = insert(DELIVERIES).values(**values, counts="{}").returning(DELIVERIES.c.id)
        delivery_id: int = self._connection.execute(recorded).scalar_one()
        return delivery_id

    def record_counts(self, delivery_id: int, counts: dict[str, JsonValue]) -> None:
        """Record what a delivery brought."""
        by_id = DELIVERIES.c.id == delivery_id
        self._connection.execute(update(DELIVERIES).where(by_id).values(counts=encode_json(counts).decode()))

    def last_deliveries(self) -> dict[str, tuple[str, str]]:
        """Return for each source when its newest delivery arrived, and the newest day that one described."""
        columns = (DELIVERIES.c.source, func.max(DELIVERIES.c.received_at), func.max(DELIVERIES.c.as_of))
        rows = self._connection.execute(select(*columns).group_by(DELIVERIES.c.source))
        return {source: (received_at, as_of) for source, received_at, as_of in rows}

    def counts_of(self, person_link: str) -> dict[str, int]:
        """Return how many entries of a person each source brought."""
        counted = select(ENTRIES.c.source, func.count()).where(ENTRIES.c.person_link == person_link)
        return {row.source: row[1] for row in self._connection.execute(counted.group_by(ENTRIES.c.source))}

    def certified_count(self, person_link: str) -> int:
        """Return how many of a person's entries are carried by a certificate."""
        these = and_(ENTRIES.c.person_link == person_link, _carried())
        return self._connection.execute(select(func.count()).select_from(ENTRIES).where(these)).scalar_one()

    def remove_uncertified(self, person_link: str) -> int:
        """Erase a person's entries that no certificate carries; answer how many."""
        these = and_(ENTRIES.c.person_link == person_link, not_(_carried()))
        return self._connection.execute(delete(ENTRIES).where(these)).rowcount

    def find_record(self, source: str, record_key: str) -> StoredEntry | None:
        """Return the entry that a source delivered before under the same key, and let nobody else change it now."""
        row = self._connection.execute(_FIND, {"of_source": source, "of_key": record_key}).first()
        return None if row is None else _entry(row)

    def add(self, entry: StoredEntry) -> None:
        """Record a new entry."""
        self._connection.execute(_ADD_ENTRY, _values(entry))

    def replace(self, entry: StoredEntry) -> None:
        """Record the new state of an entry."""
        self._connection.execute(_REPLACE, {**_values(entry), "of_id": entry.id})

    def entries(self, ids: Collection[str]) -> list[StoredEntry]:
        """Return entries by their ids."""
        return self._select(ENTRIES.c.id.in_(ids))

    def entries_kept_as_they_are(self, ids: Collection[str]) -> list[StoredEntry]:
        """Return entries by their ids, and let nobody change them until this transaction ends."""
        return self._select(ENTRIES.c.id.in_(ids), shared=True)

    def entries_of(self, person_link: str, sources: Collection[str]) -> list[StoredEntry]:
        """Return a person's entries of the given sources, in a stable order."""
        return self._select(and_(ENTRIES.c.person_link == person_link, ENTRIES.c.source.in_(sources)))

    def reference(self, source: str, record_keys: Collection[str]) -> list[StoredEntry]:
        """Return reference data (nobody's entries) of a source by record keys."""
        of_nobody = and_(ENTRIES.c.source == source, ENTRIES.c.person_link.is_(None))
        return self._select(and_(of_nobody, ENTRIES.c.record_key.in_(record_keys)))

    def standing(self, source: str) -> list[StandingRecord]:
        """Return what a source brought of persons and has not withdrawn."""
        of_persons = and_(ENTRIES.c.source == source, ENTRIES.c.person_link.is_not(None))
        columns = (ENTRIES.c[name] for name in StandingRecord.__slots__)
        query = select(*columns).where(of_persons, ENTRIES.c.source_status != "withdrawn")
        return [StandingRecord(*row) for row in self._connection.execute(query)]

    def entries_to_change(self, ids: Collection[str]) -> list[StoredEntry]:
        """Return entries as they are now, and let nobody else change them until this transaction ends."""
        return self._select(ENTRIES.c.id.in_(ids), locked=True)

    def entry_to_change(self, entry_id: str) -> StoredEntry:
        """Return one entry as it is now, and let nobody else change it until this transaction ends."""
        (found,) = self._select(ENTRIES.c.id == entry_id, locked=True)
        return found

    def with_source_record(self, record_id: str, source: str | None) -> list[StoredEntry]:
        """Return the entries with this record id at their source, of one source or of all."""
        wanted = [ENTRIES.c.source_record_id == record_id]
        if source is not None:
            wanted.append(ENTRIES.c.source == source)
        return self._select(and_(*wanted))

    def held(self) -> list[StoredEntry]:
        """Return the entries whose person is not registered; this reads all entries."""
        return self._select(_held())

    def held_beginning(self, text: str, *, limit: int) -> list[StoredEntry]:
        """Return at most so many of these entries whose id begins with a text."""
        return self._select(and_(begins_with(ENTRIES.c.id, text), _held()), limit=limit)

    def held_under(self, person_link: str) -> list[StoredEntry]:
        """Return those of these entries that are of one person."""
        return self._select(and_(ENTRIES.c.person_link == person_link, _held()))

    def registered_like(self, title: str, days: Collection[str], *, limit: int) -> list[StoredEntry]:
        """Return entries of registered persons with this title in whose fields all these days stand."""
        registered = select(PERSONS.c.person_link)
        wanted = [ENTRIES.c.title == title, ENTRIES.c.person_link.in_(registered)]
        wanted += [ENTRIES.c.fields.contains(f'"{day}"', autoescape=True) for day in days]
        return self._select(and_(*wanted), limit=limit)

    def _select(
        self, condition: ColumnElement[bool], *, locked: bool = False, shared: bool = False, limit: int | None = None
    ) -> list[StoredEntry]:
        query = _entries_where(condition).order_by(ENTRIES.c.source, ENTRIES.c.first_collected_at, ENTRIES.c.id)
        if limit is not None:
            query = query.limit(limit)
        if locked or shared:
            query = query.with_for_update(read=shared)
        if shared:
            query = query.execution_options(**APART)
        return [_entry(row) for row in self._connection.execute(query)]


def _held() -> ColumnElement[bool]:
    """Return the condition that an entry's person is not registered."""
    registered = exists().where(PERSONS.c.person_link == ENTRIES.c.person_link)
    return and_(ENTRIES.c.person_link.is_not(None), not_(registered))


def _carried() -> ColumnElement[bool]:
    """Return the condition that a certificate carries an entry."""
    return exists().where(CERTIFICATE_ENTRIES.c.source_entry_id == ENTRIES.c.id)


def _entries_where(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(*(ENTRIES.c[name] for name in StoredEntry.__slots__)).where(*conditions)


# Asked once for each row of a delivery, and built once: building them costs more than the database does.
_KEYS: Final = (ENTRIES.c.source == bindparam("of_source"), ENTRIES.c.record_key == bindparam("of_key"))
_FIND: Final = _entries_where(*_KEYS).with_for_update()
_ADD_ENTRY: Final = insert(ENTRIES)
_REPLACE: Final = update(ENTRIES).where(ENTRIES.c.id == bindparam("of_id"))


def _values(entry: StoredEntry) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(entry, name) for name in StoredEntry.__slots__}
    values["fields"] = encode_json(entry.fields).decode()
    return values


def _entry(row: Row[Any]) -> StoredEntry:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy for a row as a mapping
    values["fields"] = decode_json_object(values["fields"].encode(), max_bytes=_MAX_FIELDS_BYTES)
    return StoredEntry(**values)
