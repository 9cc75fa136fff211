"""Take in deliveries that come as files: each is one transaction, and may be read again without effect.

The lists are published before the import answers. Every import leaves a run beside those of sources that are asked,
also one that was refused or held back. Only a file that the operator calls complete withdraws what it no longer has,
within an allowance; a rehearsal does the same and leaves nothing.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from issuer.bank import Bank
from issuer.deliveries.errors import DeliveryHeld
from issuer.deliveries.reconciling import (
    Acceptance,
    Allowance,
    CompleteDelivery,
    decision_code,
    missing_records,
    withdraw,
)
from issuer.deliveries.taking import DeliveredRow, ImportCounts, Progress, record_taken, take_rows
from issuer.errors import DeliveryUnreadable, FileUnreadable, InvalidOption, IssuerError, SourceUnknown
from issuer.issued.entry_states import CopyChange
from issuer.publishing import publish_due
from issuer.sources import persons
from issuer.sources.model import PersonRecord, RejectedRow, SourceRecord
from issuer.sources.registry import SOURCES
from issuer.store.entries import Delivery, StandingRecord
from issuer.store.pulls import FILE, HELD, REFUSED, REHEARSED, TAKEN, RejectedLine, SourceRun
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_text
from keys.faults import faults_told


class DeliveryFile(Protocol):
    """A file to read: a path, or one that was kept."""

    @property
    def name(self) -> str:
        """What it is called, without its folder."""

    def read_bytes(self) -> bytes:
        """Return what it has; raises `OSError` when it cannot be read."""


DeliveryParser = Callable[[bytes], Iterator[SourceRecord | RejectedRow] | Iterator[PersonRecord | RejectedRow]]


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """How a file is to be read.

    `as_of` is the day that its content describes, None the Korean day of the import. `complete`: it has everything that
    the source has of persons, so that the rest is withdrawn; `accept` is an operator's word that lets it withdraw more
    than the allowance.
    """

    as_of: date | None = None
    complete: bool = False
    accept: Acceptance | None = None
    allowance: Allowance = field(default_factory=Allowance)


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


def import_delivery(
    bank: Bank, source_id: str, path: DeliveryFile, *, order: ImportOrder, now: datetime
) -> ImportedFile:
    """Take in one file; rows that cannot be taken are answered, the others are kept.

    Args:
        bank: the bank.
        source_id: who sent it; `persons` is the identity register.
        path: the file.
        order: how to read it.
        now: aware.

    Raises:
        SourceUnknown, FileUnreadable, DeliveryUnreadable, InvalidOption: nothing was changed.
        DeliveryHeld: it would withdraw too much, and nobody accepted that; nothing was changed.
        PassphraseMissing, KeysError: certificates exist and the status key does not open; nothing was changed.
        StorageFull, StorageUnusable: nothing was changed.
    """
    try:
        delivery, rows = _read_delivery(source_id, path, order=order, now=now)
        publishes = must_publish(bank)
        with bank.store.write() as transaction:
            progress = _take(bank, transaction, delivery, rows=rows, order=order)
            _record_taken(bank, transaction, delivery, progress)
    except (DeliveryUnreadable, DeliveryHeld) as error:
        run = _file_run(bank, source_id, path.name, at=utc_text(now))
        record_refused(bank, replace(run, as_of=(order.as_of or korean_day_of(now)).isoformat()), error)
        raise
    if publishes:
        publish_due(bank, now=now)
    return _imported(path, progress)


def rehearse_delivery(
    bank: Bank, source_id: str, path: DeliveryFile, *, order: ImportOrder, now: datetime
) -> ImportedFile:
    """Say what `import_delivery` would do with the same arguments, by doing it and leaving nothing of it.

    Raises:
        SourceUnknown, FileUnreadable, DeliveryUnreadable, InvalidOption, DeliveryHeld, StorageFull, StorageUnusable: as
            there.
    """
    delivery, rows = _read_delivery(source_id, path, order=order, now=now)
    progress = Progress()
    try:
        with bank.store.write() as transaction:
            progress = _take(bank, transaction, delivery, rows=rows, order=order)
            raise _RehearsedError
    except _RehearsedError:
        return _imported(path, progress)


def must_publish(bank: Bank) -> bool:
    """Return whether a change at a source has to be published; if so, the key for that opens.

    Raises:
        PassphraseMissing, KeysError: it does not, and a change that cannot be published must not be recorded.
    """
    with bank.store.read() as transaction:
        certificates_exist = transaction.certificates.count() > 0
    if certificates_exist:
        bank.signer("status")
    return certificates_exist


def _record_taken(bank: Bank, transaction: Transaction, delivery: Delivery, progress: Progress) -> None:
    run = replace(
        _file_run(bank, delivery.source, delivery.file_name, at=delivery.received_at),
        outcome=TAKEN,
        as_of=delivery.as_of,
        pages_taken=1,
        counts=progress.counts.as_json(),
    )
    name = delivery.file_name
    lines = (RejectedLine(name, row.line, row.item, row.field, row.problem) for row in progress.rejected)
    transaction.pulls.record_file(run, lines)


def record_refused(bank: Bank, run: SourceRun, error: IssuerError) -> None:
    """Record that a file was refused or held back, and by what; `run` says which file."""
    outcome = HELD if isinstance(error, DeliveryHeld) else REFUSED
    run = replace(run, outcome=outcome, problem=error.code, details=dict(error.details))
    # What was wrong with the file is said, recorded or not.
    with faults_told("recording a file that was not taken", IssuerError), bank.store.write() as transaction:
        transaction.pulls.record_file(run)


def record_rehearsed(bank: Bank, held: SourceRun, imported: ImportedFile, *, now: datetime) -> None:
    """Record that a file that was held back was rehearsed, with what it would do; its code is the one that was held."""
    run = replace(
        _file_run(bank, held.source, imported.file, at=utc_text(now)),
        outcome=REHEARSED,
        as_of=held.as_of,
        problem=DeliveryHeld.code,
        details=held.details,
        counts=imported.counts.as_json(),
    )
    with bank.store.write() as transaction:
        transaction.pulls.record_file(run)


def _file_run(bank: Bank, source_id: str, name: str, *, at: str) -> SourceRun:
    return SourceRun(
        id=0,
        source=source_id,
        actor=bank.actor,
        started_at=at,
        ended_at=at,
        outcome="",
        problem=None,
        details={},
        delivery=name,
        note_sha256=None,
        made_at=None,
        as_of=None,
        etag=None,
        pages=1,
        pages_taken=0,
        way=FILE,
    )


class _RehearsedError(Exception):
    """Ends a transaction that must leave nothing."""


def _imported(path: DeliveryFile, progress: Progress) -> ImportedFile:
    return ImportedFile(str(path), progress.counts, progress.rejected, progress.warnings, progress.copies)


def _read_delivery(
    source_id: str, path: DeliveryFile, *, order: ImportOrder, now: datetime
) -> tuple[Delivery, list[DeliveredRow]]:
    parse, today = find_parser(source_id), korean_day_of(now)
    if order.as_of is not None and order.as_of > today:
        problem = f"expected a day up to today, {today.isoformat()}"
        raise InvalidOption(problem, option=f"--as-of {order.as_of.isoformat()}")
    if order.complete and source_id not in SOURCES:
        problem = "expected a source of entries; persons are never withdrawn"
        raise InvalidOption(problem, option="--complete")
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
        as_of=(order.as_of or today).isoformat(),
    )
    return delivery, rows


def _take(
    bank: Bank, transaction: Transaction, delivery: Delivery, *, rows: Sequence[DeliveredRow], order: ImportOrder
) -> Progress:
    before = len(transaction.entries.standing(delivery.source)) if order.complete else 0
    delivery_id, progress = take_rows(bank, transaction, delivery, rows=rows)
    if order.complete:
        missing = _missing(transaction, delivery, progress, order=order, standing=before)
        gone = withdraw(transaction, missing, as_of=delivery.as_of, delivery_id=delivery_id, at=delivery.received_at)
        progress.add_withdrawal(gone)
    record_taken(bank, transaction, delivery, delivery_id=delivery_id, progress=progress)
    return progress


def _missing(
    transaction: Transaction, delivery: Delivery, progress: Progress, *, order: ImportOrder, standing: int
) -> list[StandingRecord]:
    """Return what a complete file withdraws: nothing when some of its rows could not be read."""
    complete = CompleteDelivery(delivery.source, delivery.received_at, delivery.as_of, progress.record_keys)
    missing = missing_records(transaction, complete)
    if progress.counts.rejected:
        progress.counts.not_withdrawn = len(missing)
        return []
    code = decision_code(delivery.sha256, len(missing), 0)
    if order.allowance.excludes(len(missing), of=standing):
        if order.accept is None or order.accept.code != code:
            raise DeliveryHeld(missing=len(missing), standing=standing, alike=0, code_to_accept=code)
        progress.accepted = order.accept
    return missing
