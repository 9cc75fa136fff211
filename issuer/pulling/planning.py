"""Look at a whole delivery before anything of it is taken: is it readable, what would it withdraw, is it believable?

Two signs of a delivery that must not be taken blindly: a complete one that no longer has much of what stands, and one
whose new records look like records that it does not have, as when a source writes its record numbers in a new way.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from issuer.accounts.same_records import look_of, record_look
from issuer.bank import Bank
from issuer.deliveries.errors import PageUnreadable
from issuer.deliveries.files import find_parser
from issuer.deliveries.reconciling import Allowance, CompleteDelivery, decision_code, missing_records
from issuer.deliveries.taking import DeliveredRow, day_fault
from issuer.errors import DeliveryUnreadable
from issuer.pulling.delivery_note import DeliveryNote, Page
from issuer.recognition.completions import RecognisedCourses
from issuer.sources import persons
from issuer.sources.model import RejectedRow, SourceRecord
from issuer.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Plan:
    """What a delivery has, and what taking it would do.

    Attributes:
        record_keys: of every record in it.
        repeats: for each page the keys that an earlier page had already.
        rejected: rows that cannot be taken.
        missing: records that it would withdraw.
        standing: records that stand now.
        alike: new records that look like stored ones that it does not have.
    """

    record_keys: frozenset[str]
    repeats: tuple[frozenset[str], ...]
    rejected: int
    missing: int
    standing: int
    alike: int

    def needs_decision(self, allowance: Allowance) -> bool:
        """Return whether an operator has to decide."""
        withdraws_too_much = allowance.excludes(self.missing, of=self.standing)
        return withdraws_too_much or allowance.excludes(self.alike, of=max(self.standing, 2))

    def code(self, note: DeliveryNote) -> str:
        """Return what an operator types to accept it."""
        return decision_code(note.sha256, self.missing, self.alike)


PageContent = Callable[[Page], bytes]


def read_page(note: DeliveryNote, number: int, content: bytes) -> Iterator[DeliveredRow]:
    """Yield the rows of one page; its number counts from 1.

    Raises:
        PageUnreadable: it is no delivery of this source.
    """
    try:
        yield from find_parser(note.source)(content)
    except DeliveryUnreadable as error:
        raise PageUnreadable(str(error.details.get("problem")), source=note.source, page=number) from error


def withdraws(note: DeliveryNote) -> bool:
    """Return whether a delivery withdraws what it does not have; the identity register never does."""
    return note.complete and note.source != persons.SOURCE_ID


def make_plan(bank: Bank, note: DeliveryNote, content_of: PageContent, *, today: str) -> Plan:
    """Read every page and compare with what stands; nothing is changed.

    Args:
        bank: the bank.
        note: of the delivery.
        content_of: returns a page's bytes.
        today: the Korean day, ISO 8601.

    Raises:
        PageUnreadable: a page is no delivery of this source.
    """
    with bank.store.read() as transaction:
        standing = transaction.entries.standing(note.source)
        found = _Found(RecognisedCourses.of(transaction))
    stored, owners = {each.record_key for each in standing}, {each.person_link for each in standing}
    for number, page in enumerate(note.pages, start=1):
        found.next_page()
        for row in read_page(note, number, content_of(page)):
            if isinstance(row, SourceRecord):
                key = bank.record_key(row.entry_type, row.natural_key)
                owner = None if row.person_ref is None or key in stored else bank.person_link(row.person_ref)
                found.add(row, key, new_for=owner if owner in owners else None, today=today)
            else:
                found.rejected += isinstance(row, RejectedRow)
    with bank.store.read() as transaction:
        alike = sum(_lost_alike(transaction, note, found, owner=owner) for owner in found.suspects)
        complete = CompleteDelivery(note.source, note.made_at, note.as_of.isoformat(), found.keys)
        missing = missing_records(transaction, complete) if withdraws(note) else []
    repeats = tuple(frozenset(page) for page in found.repeats)
    return Plan(frozenset(found.keys), repeats, found.rejected, len(missing), len(stored), alike)


@dataclass(slots=True)
class _Found:
    """What reading the pages has shown so far; `suspects` is how new records look, by the persons who have others."""

    recognised: RecognisedCourses
    keys: set[str] = field(default_factory=set)
    repeats: list[set[str]] = field(default_factory=list)
    suspects: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    rejected: int = 0

    def next_page(self) -> None:
        self.repeats.append(set())

    def add(self, record: SourceRecord, key: str, *, new_for: str | None, today: str) -> None:
        if key in self.keys:
            self.repeats[-1].add(key)
            self.rejected += 1
            return
        self.keys.add(key)
        self.rejected += (day_fault(record, today) or self.recognised.fault(record)) is not None
        look = record_look(record.entry_type, record.title, record.fields)
        if new_for is not None and look is not None:
            self.suspects.setdefault(new_for, []).append(look)


def _lost_alike(transaction: Transaction, note: DeliveryNote, found: _Found, *, owner: str) -> int:
    """Return how many new records of a person look like stored ones that the delivery does not have."""
    stored = transaction.entries.entries_of(owner, [note.source])
    lost = {look_of(entry) for entry in stored if entry.record_key not in found.keys}
    return sum(look in lost for look in found.suspects[owner])
