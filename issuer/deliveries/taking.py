"""Take the rows of one delivery into the store: persons and entries with provenance, and what follows from them.

A record is found again by its source, entry type and natural key. What changed at the source changes the status of
every certificate that carries the entry, in the same transaction. Entries of persons who are not registered are kept,
held back, until the identity register knows the person or an operator says for whom the reference stands.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from issuer.audit.trail import Act, Action, record_acts
from issuer.bank import Bank
from issuer.deliveries.reconciling import SOURCE_UPDATE, WITHDRAWN, Acceptance, Withdrawal
from issuer.issued.entry_states import CopyChange, planned_changes, record_hash, update_copies
from issuer.recognition.completions import RecognisedCourses
from issuer.sources.model import PersonRecord, RejectedRow, SourceRecord
from issuer.store.accounts import Person
from issuer.store.entries import Delivery, StoredEntry
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_moment
from keys.encoding import JsonValue

DeliveredRow = SourceRecord | PersonRecord | RejectedRow
_ENTRY_ACTIONS: Final[Mapping[str, Action]] = {"new": "entry_added", "changed": "entry_changed"}
_TAKEN: Final = "expected a person who is not registered under another reference"
_AGAIN: Final = "expected each record once in a delivery, found it again"
_FUTURE: Final = "expected a day that is not in the future"
_PAST_DAYS: Final = (
    "acquired_date",
    "issued_date",
    "opened_on",
    "conferred_date",
    "award_date",
    "test_date",
    "pass_date",
)
"""Fields of days on which something happened; the other days may lie ahead."""


@dataclass(slots=True)
class ImportCounts:
    """What one delivery brought. `held` are rows of this delivery whose person is not registered.

    `withdrawn` are records that a complete delivery no longer has, `not_withdrawn` those that it seems not to have,
    which stay because some of its rows could not be read.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    held: int = 0
    rejected: int = 0
    dropped_fields: int = 0
    withdrawn: int = 0
    not_withdrawn: int = 0
    statuses_changed: int = 0

    def add(self, other: "ImportCounts") -> None:
        """Add the counts of another delivery."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_json(self) -> dict[str, JsonValue]:
        """Return the counts by name."""
        return {name: int(getattr(self, name)) for name in self.__slots__}


@dataclass(slots=True)
class Progress:
    """What taking rows has led to so far.

    `record_keys` are those of every record of the delivery that could be read; `copies` the certified entries whose
    status changes with it, each with its new value. `accepted` is the word of whoever let the source withdraw so much,
    None where that took nobody's.
    """

    counts: ImportCounts = field(default_factory=ImportCounts)
    rejected: list[RejectedRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    copies: list[CopyChange] = field(default_factory=list)
    record_keys: set[str] = field(default_factory=set)
    accepted: Acceptance | None = None

    def add_withdrawal(self, gone: Withdrawal) -> None:
        """Count what the delivery no longer has, with what follows from it."""
        self.counts.withdrawn += gone.entries
        self.counts.statuses_changed += gone.statuses_changed
        self.copies += gone.copies
        self.acts += gone.acts

    def reject(self, row: RejectedRow) -> None:
        """Count a row that is not taken."""
        self.counts.rejected += 1
        self.rejected.append(row)


def take_rows(
    bank: Bank,
    transaction: Transaction,
    delivery: Delivery,
    *,
    rows: Iterable[DeliveredRow],
    repeats: Collection[str] = (),
) -> tuple[int, Progress]:
    """Take in the rows of one file; those that cannot be taken are answered, the others are kept.

    Args:
        bank: the bank.
        transaction: a write transaction.
        delivery: where the rows come from.
        rows: what its parser gave.
        repeats: record keys that an earlier file of the same delivery had already.

    Returns:
        The id of the recorded delivery, and what came of it.
    """
    progress = Progress()
    taking = _Taking(bank, transaction, delivery, transaction.entries.record_delivery(delivery), progress)
    today = korean_day_of(utc_moment(delivery.received_at)).isoformat()
    recognised = RecognisedCourses.of(transaction)
    changed: list[StoredEntry] = []
    for number, row in enumerate(rows, start=1):
        if isinstance(row, RejectedRow):
            progress.reject(row)
        elif isinstance(row, PersonRecord):
            taking.take_person(row, number)
        else:
            arrived = taking.entry_of(row)
            progress.record_keys.add(arrived.record_key)
            fault = ("row", _AGAIN) if arrived.record_key in repeats else day_fault(row, today) or recognised.fault(row)
            if fault is not None:
                progress.reject(RejectedRow(None, number, *fault))
                continue
            progress.counts.dropped_fields += len(row.dropped)
            progress.warnings.extend(f"{row.title}: {warning}" for warning in row.warnings)
            changed += taking.take_entry(arrived)
    planned = planned_changes(transaction, changed)
    progress.copies = [change for change in planned if change.value != change.copy.status]
    changes = update_copies(transaction, planned, reason=SOURCE_UPDATE, at=delivery.received_at)
    progress.counts.statuses_changed = changes
    return taking.delivery_id, progress


def record_taken(
    bank: Bank, transaction: Transaction, delivery: Delivery, *, delivery_id: int, progress: Progress
) -> None:
    """Record the counts of a delivery, and in the audit trail what it changed; the last act in its transaction."""
    transaction.entries.record_counts(delivery_id, progress.counts.as_json())
    taken = Act("delivery_taken", subject=f"{delivery.source}:{delivery.sha256[:16]}")
    record_acts(transaction, taken, actor=bank.actor, at=delivery.received_at)
    record_acts(transaction, *progress.acts, actor=f"source:{delivery.source}", at=delivery.received_at)
    if progress.accepted is not None:  # the holder of each sees who let the source withdraw it, and why
        gone = (act.subject for act in progress.acts if act.detail == WITHDRAWN)
        why = (Act("delivery_accepted", subject=entry, detail=progress.accepted.reason or None) for entry in gone)
        record_acts(transaction, *why, actor=progress.accepted.by, at=delivery.received_at)


@dataclass(frozen=True, slots=True)
class _Taking:
    """One delivery on its way into the store; who is registered is asked once for each person, not for each row."""

    bank: Bank
    transaction: Transaction
    delivery: Delivery
    delivery_id: int
    progress: Progress
    links: dict[str, str] = field(default_factory=dict)
    registered: dict[str, bool] = field(default_factory=dict)

    def take_person(self, record: PersonRecord, number: int) -> None:
        """Register a person, unless the same identity is registered under another reference."""
        person = Person(
            person_link=self.bank.person_link(record.person_ref),
            name=record.name,
            name_en=record.name_en,
            birth_date=record.birth_date,
            identity_link=self.bank.identity_link(record.ci),
        )
        accounts, at = self.transaction.accounts, self.delivery.received_at
        if accounts.has_other_person(person):
            self.progress.reject(RejectedRow(None, number, "ci", _TAKEN))
            return
        outcome = accounts.register_person(person, registered_at=at, delivery_id=self.delivery_id)
        self.links.clear()
        self.registered.clear()
        if outcome != "unchanged":
            self.progress.acts.append(Act("person_registered", subject=person.person_link, detail=outcome))
        self._count(outcome)

    def take_entry(self, arrived: StoredEntry) -> list[StoredEntry]:
        """Add, change or confirm one entry and count it; answer it when certificates may have to follow."""
        entry, outcome = self._compared(arrived)
        if entry.person_link is not None and not self._is_registered(entry.person_link):
            self.progress.counts.held += 1
        if outcome in _ENTRY_ACTIONS and entry.person_link is not None:
            self.progress.acts.append(Act(_ENTRY_ACTIONS[outcome], subject=entry.id))
        self._count(outcome)
        return [entry] if outcome == "changed" else []

    def entry_of(self, record: SourceRecord) -> StoredEntry:
        """Return a record as it will be stored."""
        person_link = None
        if record.person_ref is not None:
            person_link = self._link_of(record.person_ref)
        entry = StoredEntry(
            id=uuid.uuid4().hex,
            source=self.delivery.source,
            record_key=self.bank.record_key(record.entry_type, record.natural_key),
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
            as_of=self.delivery.as_of,
            delivery_id=self.delivery_id,
            first_collected_at=self.delivery.received_at,
            collected_at=self.delivery.received_at,
        )
        return replace(entry, record_hash=record_hash(entry))

    def _compared(self, arrived: StoredEntry) -> tuple[StoredEntry, str]:
        """Store an entry as it arrived; answer its new state and "new", "changed" or "unchanged"."""
        entries = self.transaction.entries
        known = entries.find_record(arrived.source, arrived.record_key)
        if known is None:
            entries.add(arrived)
            return arrived, "new"
        if arrived.as_of < known.as_of:
            return known, "unchanged"  # an older delivery says nothing new about what a newer one described
        kept = (known.id, known.bank_status, known.first_collected_at)
        current = replace(arrived, id=kept[0], bank_status=kept[1], first_collected_at=kept[2])
        entries.replace(current)
        return current, "unchanged" if current.record_hash == known.record_hash else "changed"

    def _is_registered(self, person_link: str) -> bool:
        if person_link not in self.registered:
            self.registered[person_link] = self.transaction.accounts.person(person_link) is not None
        return self.registered[person_link]

    def _link_of(self, person_ref: str) -> str:
        """Return under which link a reference stands: its own, or when nobody has that, the one decided on."""
        if person_ref not in self.links:
            delivered = self.bank.person_link(person_ref)
            resolved = None if self._is_registered(delivered) else self.transaction.pulls.resolved(delivered)
            self.links[person_ref] = resolved or delivered
        return self.links[person_ref]

    def _count(self, outcome: str) -> None:
        counts = self.progress.counts
        setattr(counts, outcome, getattr(counts, outcome) + 1)


def _without_person(record: SourceRecord, person_link: str | None) -> str:
    """The record id as it may be stored: where the source uses the person's reference in it, a hash stands instead."""
    if record.person_ref is None or person_link is None:
        return record.source_record_id
    return record.source_record_id.replace(record.person_ref, person_link[:12])


def day_fault(record: SourceRecord, today: str) -> tuple[str, str] | None:
    """Return the field of something that is said to have happened after today, and what was expected; or None."""
    days = (name for name in _PAST_DAYS if isinstance(day := record.fields.get(name), str) and day > today)
    name = next(days, None)
    return None if name is None else (name, _FUTURE)
