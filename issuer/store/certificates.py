"""Certificates, the entries they carry and the events of their status in the database."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from issuer.store.appending import APART, collected, waiting
from issuer.store.tables import CERTIFICATE_ENTRIES, CERTIFICATES, CONFIRMATION_LOOKUPS, COUNTERS, STATUS_EVENTS
from issuer.store.upserts import upsert
from keys.encoding import decode_json, encode_json

_MAX_DISCLOSED_BYTES = 64 * 1024
PAPER, WALLET, FLAT = "paper", "wallet", "flat"
_NO_COPY = CERTIFICATES.c.copy_of.is_(None)
# Statements made once: making one costs three times as much as running it.
_ADD_CERTIFICATE, _ADD_ENTRIES = insert(CERTIFICATES), insert(CERTIFICATE_ENTRIES)
_REVOKED = "revoked"
_NEWEST_ISSUE = (
    select(CERTIFICATES.c.issued_at)
    .where(CERTIFICATES.c.status != _REVOKED)
    .order_by(CERTIFICATES.c.issued_at.desc())
    .limit(1)
    .execution_options(**APART)
)
_IDS_AT_ONCE = 1000  # a statement takes a limited number of values: SQLite 32,766, PostgreSQL 65,535


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """One issued certificate. `sealed` is PDF and credential, encrypted under the confirmation code.

    `carrier` is what it was issued on: `paper`, `wallet` or `flat` (of one entry, for a wallet; its status index stands
    for certificate and entry). A batch for a wallet is several of them: the first has the number, the others say in
    `copy_of` whose copies they are.
    """

    number: str
    account_id: str
    list_no: int
    idx: int
    status: str
    kind: str
    edition: str
    language: str
    purpose: str
    recipient: str | None
    applicant_no: str | None
    issued_on: str
    valid_until: str
    issued_at: str
    key_id: str
    consent_id: int
    locator: str
    sealed: bytes
    pdf_sha256: str
    credential_sha256: str
    carrier: str = "paper"
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One issued certificate as a list shows it, without its stored copy.

    `entries` it carries, `changed` of them whose published status is not valid any more, and how often somebody looked
    it up by its code. `carrier` as in `StoredCertificate`.
    """

    number: str
    status: str
    kind: str
    edition: str
    language: str
    purpose: str
    recipient: str | None
    applicant_no: str | None
    issued_on: str
    valid_until: str
    issued_at: str
    carrier: str
    entries: int
    changed: int
    lookups: int


@dataclass(frozen=True, slots=True)
class CarriedEntry:
    """One entry on one certificate: which fields were disclosed, their hash, and its own published status value.

    `source_entry_id` is the stored entry whose changes matter; a derived competency unit has another `entry_id`.
    """

    number: str
    position: int
    entry_id: str
    source_entry_id: str
    disclosed: tuple[str, ...]
    claims_hash: str
    list_no: int
    idx: int
    status: int


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One change of a status; `position` names the entry on the certificate, None the certificate itself."""

    number: str
    position: int | None
    before: str
    after: str
    reason: str
    at: str


class CertificateBook:
    """Reads and writes certificates within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def reserve_numbers(self, year: int, count: int) -> range:
        """Reserve the next serial numbers of a year; a number that is then not used stays a gap."""
        reserved = upsert(self._connection, COUNTERS).values(name=f"certificates-{year}", value=count)
        raised = reserved.on_conflict_do_update(
            index_elements=["name"], set_={"value": COUNTERS.c.value + reserved.excluded.value}
        )
        last = self._connection.execute(raised.returning(COUNTERS.c.value)).scalar_one()
        return range(last - count + 1, last + 1)

    def record_issued(self, certificate: StoredCertificate, entries: Iterable[CarriedEntry]) -> None:
        """Record a certificate with the entries it carries; the rows wait for those of others (`appending`)."""
        values = {name: getattr(certificate, name) for name in StoredCertificate.__slots__}
        rows = collected(self._connection)
        rows.add(_ADD_CERTIFICATE, [values])
        rows.add(_ADD_ENTRIES, [_carried_values(entry) for entry in entries])

    def certificate(self, number: str) -> StoredCertificate | None:
        """Return one certificate."""
        found = self._select(CERTIFICATES.c.number == number)
        return found[0] if found else None

    def certificate_with_index(self, list_no: int, idx: int) -> StoredCertificate | None:
        """Return the certificate whose own status stands at an index of a list."""
        found = self._select((CERTIFICATES.c.list_no == list_no) & (CERTIFICATES.c.idx == idx))
        return found[0] if found else None

    def certificate_of(self, account_id: str, number: str) -> StoredCertificate | None:
        """Return one certificate of an account; one of another is looked for as long as one that does not exist."""
        found = self._select((CERTIFICATES.c.number == number) & (CERTIFICATES.c.account_id == account_id))
        return found[0] if found else None

    def sealed_bytes(self, number: str) -> int:
        """Return how long the stored copy of a certificate is, without reading it; 0 for no such certificate."""
        query = select(func.length(CERTIFICATES.c.sealed)).where(CERTIFICATES.c.number == number)
        return self._connection.execute(query).scalar() or 0

    def lines(self, account_id: str, number: str | None = None) -> list[CertificateLine]:
        """Return the certificates of an account, or one of them, the newest first."""
        carried = select(func.count()).where(CERTIFICATE_ENTRIES.c.number == CERTIFICATES.c.number)
        asked = select(func.count()).where(CONFIRMATION_LOOKUPS.c.number == CERTIFICATES.c.number)
        counts = (carried, carried.where(CERTIFICATE_ENTRIES.c.status != 0), asked)
        own = (CERTIFICATES.c[name] for name in CertificateLine.__slots__[: -len(counts)])
        counted = (each.scalar_subquery() for each in counts)
        query = select(*own, *counted).where(CERTIFICATES.c.account_id == account_id, _NO_COPY)
        if number is not None:
            query = query.where(CERTIFICATES.c.number == number)
        ordered = query.order_by(CERTIFICATES.c.issued_at.desc(), CERTIFICATES.c.number.desc())
        return [CertificateLine(*row) for row in self._connection.execute(ordered)]

    def certificate_to_change(self, number: str) -> StoredCertificate | None:
        """Return one certificate and let nobody else change it until this transaction ends."""
        found = self._select(CERTIFICATES.c.number == number, locked=True)
        return found[0] if found else None

    def of_account(self, account_id: str) -> list[StoredCertificate]:
        """Return the certificates of an account in the order of their numbers, without further copies."""
        return self._select((CERTIFICATES.c.account_id == account_id) & _NO_COPY)

    def at_indexes(self, list_no: int, indexes: Collection[int]) -> tuple[list[StoredCertificate], list[CarriedEntry]]:
        """Return the certificates and the carried entries that have these indexes of one list."""
        certificates, entries, wanted = [], [], list(indexes)
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            some = wanted[start : start + _IDS_AT_ONCE]
            certificates += self._select((CERTIFICATES.c.list_no == list_no) & CERTIFICATES.c.idx.in_(some))
            entries += self._carried((CERTIFICATE_ENTRIES.c.list_no == list_no) & CERTIFICATE_ENTRIES.c.idx.in_(some))
        return certificates, entries

    def further_copies(self, number: str) -> list[str]:
        """Return the numbers of the copies of a certificate that were issued with it."""
        query = select(CERTIFICATES.c.number).where(CERTIFICATES.c.copy_of == number)
        return list(self._connection.execute(query.order_by(CERTIFICATES.c.number)).scalars())

    def flat_among(self, numbers: Collection[str]) -> list[StoredCertificate]:
        """Return those of these certificates whose status index stands for their entry, too."""
        found, wanted = [], list(numbers)
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            some = CERTIFICATES.c.number.in_(wanted[start : start + _IDS_AT_ONCE])
            found += self._select(some & (CERTIFICATES.c.carrier == FLAT))
        return found

    def newest_issue(self) -> str | None:
        """Return when the newest certificate that is not revoked was issued."""
        recorded = self._connection.execute(_NEWEST_ISSUE).scalar()
        rows = waiting(self._connection, _ADD_CERTIFICATE)
        times = [str(row["issued_at"]) for row in rows if row["status"] != _REVOKED]
        return max(times if recorded is None else [*times, recorded], default=None)

    def certificate_at(self, locator: str) -> StoredCertificate | None:
        """Return the certificate whose confirmation code has this locator."""
        found = self._select(CERTIFICATES.c.locator == locator)
        return found[0] if found else None

    def count(self) -> int:
        """Return how many certificates were issued."""
        return self._connection.execute(select(func.count()).select_from(CERTIFICATES)).scalar_one()

    def set_status(self, number: str, status: str) -> None:
        """Record the new status of a certificate."""
        self._connection.execute(update(CERTIFICATES).where(CERTIFICATES.c.number == number).values(status=status))

    def carried_entries(self, number: str) -> list[CarriedEntry]:
        """Return the entries of one certificate in their order."""
        return self._carried(CERTIFICATE_ENTRIES.c.number == number)

    def copies_of(self, source_entry_ids: Collection[str]) -> list[CarriedEntry]:
        """Return every place where one of these entries is certified."""
        ids = list(source_entry_ids)
        copies = []
        for start in range(0, len(ids), _IDS_AT_ONCE):
            copies += self._carried(CERTIFICATE_ENTRIES.c.source_entry_id.in_(ids[start : start + _IDS_AT_ONCE]))
        return copies

    def set_entry_status(self, entry: CarriedEntry, status: int) -> None:
        """Record the new status value (0 to 3) of one entry on one certificate."""
        place = (CERTIFICATE_ENTRIES.c.number == entry.number) & (CERTIFICATE_ENTRIES.c.position == entry.position)
        self._connection.execute(update(CERTIFICATE_ENTRIES).where(place).values(status=status))

    def record_event(self, event: StatusEvent) -> None:
        """Append one status event; events are never changed."""
        values = {name: getattr(event, name) for name in StatusEvent.__slots__}
        self._connection.execute(insert(STATUS_EVENTS).values(**values))

    def events(self, number: str) -> list[StatusEvent]:
        """Return the status events of one certificate, oldest first."""
        columns = (STATUS_EVENTS.c[name] for name in StatusEvent.__slots__)
        query = select(*columns).where(STATUS_EVENTS.c.number == number).order_by(STATUS_EVENTS.c.id)
        return [StatusEvent(*row) for row in self._connection.execute(query)]

    def _select(self, condition: ColumnElement[bool], *, locked: bool = False) -> list[StoredCertificate]:
        columns = (CERTIFICATES.c[name] for name in StoredCertificate.__slots__)
        query = select(*columns).where(condition).order_by(CERTIFICATES.c.number)
        if locked:
            query = query.with_for_update()
        return [StoredCertificate(*row) for row in self._connection.execute(query)]

    def _carried(self, condition: ColumnElement[bool]) -> list[CarriedEntry]:
        columns = (CERTIFICATE_ENTRIES.c[name] for name in CarriedEntry.__slots__)
        order = (CERTIFICATE_ENTRIES.c.number, CERTIFICATE_ENTRIES.c.position)
        return [_carried(row) for row in self._connection.execute(select(*columns).where(condition).order_by(*order))]


def _carried_values(entry: CarriedEntry) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(entry, name) for name in CarriedEntry.__slots__}
    values["disclosed"] = encode_json(list(entry.disclosed)).decode()
    return values


def _carried(row: Row[Any]) -> CarriedEntry:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy for a row as a mapping
    disclosed = decode_json(values["disclosed"].encode(), max_bytes=_MAX_DISCLOSED_BYTES)
    values["disclosed"] = tuple(str(name) for name in disclosed) if isinstance(disclosed, list) else ()
    return CarriedEntry(**values)
