"""Take in deliveries: each file is one transaction, with its provenance, and may be read again without effect.

A record is found again by its source, entry type and natural key. What changed at the source changes the status of
every certificate that carries the entry, in the same transaction; the lists are published before the import answers.
Entries of persons who are not registered are kept, held back, until the identity register knows the person.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from issuer.audit.trail import Act, Action, record_acts
from issuer.bank import Bank
from issuer.entry_states import CopyChange, planned_changes, update_copies
from issuer.errors import DeliveryUnreadable, FileUnreadable, InvalidOption, SourceUnknown
from issuer.publishing import publish_due
from issuer.sources import persons
from issuer.sources.model import PersonRecord, RejectedRow, SourceRecord
from issuer.sources.registry import SOURCES
from issuer.store.accounts import Person
from issuer.store.entries import Delivery, StoredEntry
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_text
from keys.encoding import JsonValue, encode_json

SOURCE_UPDATE: Final = "source_update"
DeliveryParser = Callable[[bytes], Iterator[SourceRecord | RejectedRow] | Iterator[PersonRecord | RejectedRow]]


_ENTRY_ACTIONS: Final[Mapping[str, Action]] = {"new": "entry_added", "changed": "entry_changed"}
_TAKEN: Final = "expected a person who is not registered under another reference"


@dataclass(slots=True)
class ImportCounts:
    """What one delivery brought. `held` are rows of this delivery whose person is not registered."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    held: int = 0
    rejected: int = 0
    dropped_fields: int = 0
    statuses_changed: int = 0

    def add(self, other: "ImportCounts") -> None:
        """Add the counts of another delivery."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_json(self) -> dict[str, JsonValue]:
        """Return the counts by name."""
        return {name: int(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One delivery after it was taken in; a warning names the row it is about.

    `copies` are the certified entries whose status changed with it, each with its new value.
    """

    file: str
    counts: ImportCounts
    rejected: Sequence[RejectedRow]
    warnings: Sequence[str]
    copies: Sequence[CopyChange] = ()


@dataclass(slots=True)
class _Progress:
    counts: ImportCounts = field(default_factory=ImportCounts)
    rejected: list[RejectedRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    copies: list[CopyChange] = field(default_factory=list)

    def as_imported(self, path: Path) -> ImportedFile:
        return ImportedFile(str(path), self.counts, self.rejected, self.warnings, self.copies)


def find_parser(source_id: str) -> DeliveryParser:
    """Return what reads the deliveries of a source system or of the identity register.

    Raises:
        SourceUnknown: there is none.
    """
    if source_id == persons.SOURCE_ID:
        return persons.parse_persons
    if source_id not in SOURCES:
        raise SourceUnknown(source=source_id, count=len(SOURCES) + 1)
    return SOURCES[source_id].parse


def import_delivery(bank: Bank, source_id: str, path: Path, *, as_of: date | None, now: datetime) -> ImportedFile:
    """Take in one file; rows that cannot be taken are answered, the others are kept.

    Args:
        bank: the bank.
        source_id: who sent it; `persons` is the identity register.
        path: the file.
        as_of: the day its content describes; None means the Korean day of `now`.
        now: aware.

    Raises:
        SourceUnknown, FileUnreadable, DeliveryUnreadable, InvalidOption: nothing was changed.
        PassphraseMissing, KeysError: certificates exist and the status key does not open; nothing was changed.
        StorageFull, StorageUnusable: nothing was changed.
    """
    delivery, rows = _read_delivery(source_id, path, as_of=as_of, now=now)
    with bank.store.read() as transaction:
        certificates_exist = transaction.certificates.count() > 0
    if certificates_exist:
        bank.signer("status")  # a change that cannot be published must not be recorded
    progress = _Progress()
    with bank.store.write() as transaction:
        _take_rows(bank, transaction, delivery, rows=rows, progress=progress)
        taken = Act("delivery_taken", subject=f"{source_id}:{delivery.sha256[:16]}")
        record_acts(transaction, taken, actor=bank.actor, at=delivery.received_at)
        record_acts(transaction, *progress.acts, actor=f"source:{source_id}", at=delivery.received_at)
    if certificates_exist:
        publish_due(bank, now=now)
    return progress.as_imported(path)


def rehearse_delivery(bank: Bank, source_id: str, path: Path, *, as_of: date | None, now: datetime) -> ImportedFile:
    """Say what `import_delivery` would do with the same arguments, by doing it and leaving nothing of it.

    Raises:
        SourceUnknown, FileUnreadable, DeliveryUnreadable, InvalidOption, StorageFull, StorageUnusable: as there.
    """
    delivery, rows = _read_delivery(source_id, path, as_of=as_of, now=now)
    progress = _Progress()
    try:
        with bank.store.write() as transaction:
            _take_rows(bank, transaction, delivery, rows=rows, progress=progress)
            raise _RehearsedError
    except _RehearsedError:
        return progress.as_imported(path)


class _RehearsedError(Exception):
    """Ends a transaction that must leave nothing."""


def _read_delivery(
    source_id: str, path: Path, *, as_of: date | None, now: datetime
) -> tuple[Delivery, list[SourceRecord | PersonRecord | RejectedRow]]:
    parse, today = find_parser(source_id), korean_day_of(now)
    if as_of is not None and as_of > today:
        problem = f"expected a day up to today, {today.isoformat()}"
        raise InvalidOption(problem, option=f"--as-of {as_of.isoformat()}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=str(path)) from error
    try:
        rows = [*parse(data)]
    except DeliveryUnreadable as error:
        raise DeliveryUnreadable(f"{error.details.get('problem')} ({path.name})") from error
    delivery = Delivery(
        source=source_id,
        file_name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        received_at=utc_text(now),
        as_of=(as_of or today).isoformat(),
    )
    return delivery, rows


def _take_rows(
    bank: Bank,
    transaction: Transaction,
    delivery: Delivery,
    *,
    rows: Iterable[SourceRecord | PersonRecord | RejectedRow],
    progress: _Progress,
) -> None:
    delivery_id = transaction.entries.record_delivery(delivery)
    counts = progress.counts
    changed: list[StoredEntry] = []
    for number, row in enumerate(rows, start=1):
        if isinstance(row, RejectedRow):
            counts.rejected += 1
            progress.rejected.append(row)
            continue
        if isinstance(row, PersonRecord):
            outcome = _take_person(bank, transaction, row, delivery=delivery, delivery_id=delivery_id)
            if outcome == "rejected":
                progress.rejected.append(RejectedRow(None, number, "ci", _TAKEN))
            elif outcome != "unchanged":
                progress.acts.append(Act("person_registered", subject=bank.person_link(row.person_ref), detail=outcome))
        else:
            counts.dropped_fields += len(row.dropped)
            progress.warnings.extend(f"{row.title}: {warning}" for warning in row.warnings)
            entry, outcome = _take_record(bank, transaction, row, delivery=delivery, delivery_id=delivery_id)
            if entry.person_link is not None and transaction.accounts.person(entry.person_link) is None:
                counts.held += 1
            if outcome == "changed":
                changed.append(entry)
            if outcome in _ENTRY_ACTIONS and entry.person_link is not None:
                progress.acts.append(Act(_ENTRY_ACTIONS[outcome], subject=entry.id))
        setattr(counts, outcome, getattr(counts, outcome) + 1)
    planned = planned_changes(transaction, changed)
    progress.copies = [change for change in planned if change.value != change.copy.status]
    counts.statuses_changed = update_copies(transaction, planned, reason=SOURCE_UPDATE, at=delivery.received_at)
    transaction.entries.record_counts(delivery_id, counts.as_json())


def _take_person(
    bank: Bank, transaction: Transaction, record: PersonRecord, *, delivery: Delivery, delivery_id: int
) -> str:
    person = Person(
        person_link=bank.person_link(record.person_ref),
        name=record.name,
        name_en=record.name_en,
        birth_date=record.birth_date,
        identity_link=bank.identity_link(record.ci),
    )
    if transaction.accounts.has_other_person(person):
        return "rejected"
    return transaction.accounts.register_person(person, registered_at=delivery.received_at, delivery_id=delivery_id)


def _take_record(
    bank: Bank, transaction: Transaction, record: SourceRecord, *, delivery: Delivery, delivery_id: int
) -> tuple[StoredEntry, str]:
    """Add, change or confirm one entry; answer its new state and "new", "changed" or "unchanged"."""
    arrived = _entry(bank, record, delivery=delivery, delivery_id=delivery_id)
    known = transaction.entries.find_record(delivery.source, arrived.record_key)
    if known is None:
        transaction.entries.add(arrived)
        return arrived, "new"
    if delivery.as_of < known.as_of:
        return known, "unchanged"  # an older delivery says nothing new about what a newer one described
    current = replace(arrived, id=known.id, bank_status=known.bank_status, first_collected_at=known.first_collected_at)
    transaction.entries.replace(current)
    return current, "unchanged" if current.record_hash == known.record_hash else "changed"


def _entry(bank: Bank, record: SourceRecord, *, delivery: Delivery, delivery_id: int) -> StoredEntry:
    person_link = None if record.person_ref is None else bank.person_link(record.person_ref)
    entry = StoredEntry(
        id=uuid.uuid4().hex,
        source=delivery.source,
        record_key=bank.record_key(record.entry_type, record.natural_key),
        person_link=person_link,
        entry_type=record.entry_type,
        title=record.title,
        title_en=record.title_en,
        issuing_body=record.issuing_body,
        record_keeper=record.record_keeper,
        source_record_id=_without_person(record, person_link),
        source_status=record.source_status,
        bank_status="valid",
        fields=dict(record.fields),
        record_hash="",
        as_of=delivery.as_of,
        delivery_id=delivery_id,
        first_collected_at=delivery.received_at,
        collected_at=delivery.received_at,
    )
    return replace(entry, record_hash=_record_hash(entry))


def _without_person(record: SourceRecord, person_link: str | None) -> str:
    """The record id as it may be stored: where the source uses the person's reference in it, a hash stands instead."""
    if record.person_ref is None or person_link is None:
        return record.source_record_id
    return record.source_record_id.replace(record.person_ref, person_link[:12])


def _record_hash(entry: StoredEntry) -> str:
    content: JsonValue = [
        entry.person_link,
        entry.entry_type,
        entry.title,
        entry.title_en,
        entry.issuing_body,
        entry.record_keeper,
        entry.source_record_id,
        entry.source_status,
        {name: entry.fields[name] for name in sorted(entry.fields)},
    ]
    return hashlib.sha256(encode_json(content)).hexdigest()
