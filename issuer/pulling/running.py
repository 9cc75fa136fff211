"""One run: ask a source, look at the whole delivery, take it page by page, and only at its end withdraw what is gone.

One program at a time asks a source; it keeps a lease and proves in every transaction that it still has it. Each page is
one transaction together with how far the run is, so that a run that ends anywhere keeps what is committed, and the next
one goes on behind it without taking anything twice. Nothing is taken of a delivery that is not whole and readable.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from secrets import token_hex
from typing import Final, Self

from issuer.bank import Bank
from issuer.deliveries.errors import DeliveryHeld, PageDiffers, RunNotFound, SourceBusy
from issuer.deliveries.files import must_publish
from issuer.deliveries.reconciling import Acceptance
from issuer.deliveries.taking import ImportCounts
from issuer.errors import IssuerError, UnreadableError
from issuer.issued.entry_states import CopyChange
from issuer.publishing import publish_due
from issuer.pulling.delivery_note import DeliveryNote, Page, read_note
from issuer.pulling.fetching import Outside, SourceAsker, StoppedError
from issuer.pulling.limits import LEASE_S
from issuer.pulling.page_store import PageStore
from issuer.pulling.page_taker import PageTaker, TakenPart
from issuer.pulling.planning import Plan, make_plan
from issuer.pulling.settings_file import AskedSource
from issuer.store.pulls import (
    HELD,
    INTERRUPTED,
    MAX_KEPT_REJECTIONS,
    REFUSED,
    REHEARSED,
    TAKEN,
    UNCHANGED,
    RejectedLine,
    SourceRun,
)
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_text
from keys.encoding import JsonValue
from keys.errors import KeysError
from keys.faults import faults_told
from keys.watching import stage

FAILED: Final = "failed"
CANCELLED: Final = "cancelled"


@dataclass(frozen=True, slots=True)
class PullOrder:
    """How to run: `rehearse` says what would happen and leaves nothing; `accept` is an operator's decision."""

    rehearse: bool = False
    accept: Acceptance | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """How a run ended.

    `error` is what stopped it, None when nothing did; `copies` are the certified entries whose status it changed, or
    would change.
    """

    run: SourceRun
    error: IssuerError | KeysError | None
    copies: Sequence[CopyChange] = ()


def pull_source(bank: Bank, asked: AskedSource, outside: Outside, *, order: PullOrder | None = None) -> Pulled:
    """Ask one source and take what it delivers.

    Raises:
        SourceBusy: another program asks it just now; nothing was done.
        StorageFull, StorageUnusable: not even the run could be recorded.
    """
    with _Lease(bank, asked.id, outside) as lease:
        with bank.store.write() as transaction:
            run_id = transaction.pulls.begin_run(asked.id, actor=bank.actor, at=utc_text(outside.clock()))
        run = _Run(bank, asked, outside, lease, run_id, order or PullOrder())
        error: IssuerError | KeysError | None = None
        values: dict[str, object] = {"outcome": INTERRUPTED}
        try:
            with stage("source.pull", source=asked.id):
                values = {"outcome": run.go()}
        except StoppedError:
            values = {"outcome": CANCELLED}
        except KeyboardInterrupt:
            values = {"outcome": CANCELLED}
            raise
        except (IssuerError, KeysError) as stopped:
            error, values = stopped, _failure(stopped, run.accepted)
        finally:  # whatever ends a run: what is committed stays, and the run says so
            with faults_told("recording a run", IssuerError), bank.store.write() as transaction:
                ended = utc_text(outside.clock())
                transaction.pulls.update_run(run_id, ended_at=ended, counts=run.counts.as_json(), **values)
    with bank.store.read() as transaction:
        return Pulled(find_run(transaction, run_id), error, run.copies)


def find_run(transaction: Transaction, run_id: int) -> SourceRun:
    """Return a run by its number.

    Raises:
        RunNotFound: there is none.
    """
    found = transaction.pulls.run(run_id)
    if found is None:
        raise RunNotFound(run=run_id)
    return found


def _failure(error: IssuerError | KeysError, accepted: Acceptance | None) -> dict[str, object]:
    details: Mapping[str, str | int] = error.details if isinstance(error, IssuerError) else {"problem": str(error)}
    outcome = HELD if isinstance(error, DeliveryHeld) else REFUSED if isinstance(error, UnreadableError) else FAILED
    kept = {} if accepted is None else asdict(accepted)
    return {"outcome": outcome, "problem": error.code, "details": {**kept, **details}}


class _Lease:
    """The right to ask one source, for as long as it is used; `keep` proves it within a transaction."""

    def __init__(self, bank: Bank, source: str, outside: Outside) -> None:
        self._bank = bank
        self._source = source
        self._clock = outside.clock
        self._holder = token_hex(8)
        self._kept_at_s = 0

    def __enter__(self) -> Self:
        self.renew()
        return self

    def __exit__(self, *_: object) -> None:
        with faults_told("giving a source back", IssuerError), self._bank.store.write() as transaction:
            transaction.pulls.release(self._source, self._holder)

    def renew(self) -> None:
        """Keep the right before something that may take a while, if it was not kept lately.

        Raises:
            StoppedError: somebody asked whoever has it to stop.
        """
        if abs(int(self._clock().timestamp()) - self._kept_at_s) >= LEASE_S // 5:
            with self._bank.store.write() as transaction:
                self.keep(transaction)
        else:
            with self._bank.store.read() as transaction:
                self._go_on(transaction)

    def keep(self, transaction: Transaction) -> None:
        now_s = int(self._clock().timestamp())
        if not transaction.pulls.hold(self._source, self._holder, now_s=now_s, until_s=now_s + LEASE_S):
            raise SourceBusy(source=self._source)
        self._kept_at_s = now_s
        self._go_on(transaction)

    def _go_on(self, transaction: Transaction) -> None:
        if transaction.pulls.should_stop(self._source, self._holder):
            raise StoppedError


@dataclass(slots=True)
class _Run:
    bank: Bank
    asked: AskedSource
    outside: Outside
    lease: _Lease
    run_id: int
    order: PullOrder
    counts: ImportCounts = field(default_factory=ImportCounts)
    copies: list[CopyChange] = field(default_factory=list)
    accepted: Acceptance | None = None

    def go(self) -> str:
        """Do everything; answer the outcome."""
        asker = SourceAsker(self.asked, self.outside, before_try=self.lease.renew)
        with self.bank.store.read() as transaction:
            last = transaction.pulls.last_taken(self.asked.id)
        fetched = asker.note(None if last is None else last.etag)
        if fetched.body is None:
            return UNCHANGED
        now = self.outside.clock()
        newest, largest = None if last is None else last.made_at, self.asked.largest_page_bytes
        note = read_note(fetched.body, source=self.asked.id, now=now, newest=newest, largest_page_bytes=largest)
        with self.bank.store.write() as transaction:
            self.lease.keep(transaction)
            done, is_taken = transaction.pulls.pages_taken(self.asked.id, note.sha256)
            transaction.pulls.update_run(self.run_id, **_described(note, fetched.etag))
        if is_taken:
            return UNCHANGED
        pages = PageStore(self.bank, self.asked.id)
        self._fetch(note, asker, pages)
        contents = _Contents(note, pages)
        plan = make_plan(self.bank, note, contents.of, today=korean_day_of(now).isoformat())
        if self.order.rehearse:
            return self._rehearse(PageTaker(self.bank, note, plan, None), contents, done=done)
        self.accepted = self._given_before(note) if done else self._accepted(note, plan)
        self._take(PageTaker(self.bank, note, plan, self.accepted), contents, done=done)
        pages.forget_but(())
        return TAKEN

    def _fetch(self, note: DeliveryNote, asker: SourceAsker, pages: PageStore) -> None:
        """Fetch the pages that are not there yet."""
        pages.forget_but(note.pages)
        for number, page in enumerate(note.pages, start=1):
            if pages.page(page) is None:
                pages.keep(page, asker.page(page, number))

    def _accepted(self, note: DeliveryNote, plan: Plan) -> Acceptance | None:
        """Leave a delivery that is hard to believe to an operator; answer whose word lets it in, if it takes one.

        The word is recorded before anything is taken: a run that goes on behind this one finds it.
        """
        if not plan.needs_decision(self.asked.allowance):
            return None
        code, accept = plan.code(note), self.order.accept
        if accept is None or accept.code != code:
            raise DeliveryHeld(missing=plan.missing, standing=plan.standing, alike=plan.alike, code_to_accept=code)
        with self.bank.store.write() as transaction:
            transaction.pulls.update_run(self.run_id, details=asdict(accept))
        return accept

    def _given_before(self, note: DeliveryNote) -> Acceptance | None:
        """Answer whose word let in a delivery that was begun; it was believed already."""
        with self.bank.store.read() as transaction:
            runs = transaction.pulls.runs_of(self.asked.id, note.sha256)
        names = Acceptance.__slots__
        said = ({name: str(run.details[name]) for name in names} for run in runs if run.details.keys() >= {*names})
        return next((Acceptance(**words) for words in said), None)

    def _take(self, taker: PageTaker, contents: "_Contents", *, done: int) -> None:
        publishes = must_publish(self.bank)
        for number in range(done + 1, len(taker.note.pages) + 2):
            if self.outside.wait(0.0):
                raise StoppedError
            content, at = contents.numbered(number), utc_text(self.outside.clock())
            with self.bank.store.write() as transaction:
                self.lease.keep(transaction)
                taken = _take_part(taker, transaction, number, content, at=at)
                self._note_progress(transaction, taken, number=number, is_end=content is None)
                taker.record(transaction, taken)
            self._count(taken)
            if publishes:
                publish_due(self.bank, now=self.outside.clock())

    def _rehearse(self, taker: PageTaker, contents: "_Contents", *, done: int) -> str:
        at = utc_text(self.outside.clock())
        with suppress(_RehearsedError), self.bank.store.write() as transaction:
            for number in range(done + 1, len(taker.note.pages) + 2):
                self._count(_take_part(taker, transaction, number, contents.numbered(number), at=at))
            raise _RehearsedError
        if taker.plan.needs_decision(self.asked.allowance):
            plan = taker.plan
            held: dict[str, JsonValue] = {"missing": plan.missing, "standing": plan.standing, "alike": plan.alike}
            held["code_to_accept"] = plan.code(taker.note)
            with self.bank.store.write() as transaction:
                transaction.pulls.update_run(self.run_id, problem=DeliveryHeld.code, details=held)
        return REHEARSED

    def _count(self, taken: TakenPart) -> None:
        self.counts.add(taken.progress.counts)
        self.copies += taken.progress.copies

    def _note_progress(self, transaction: Transaction, taken: TakenPart, *, number: int, is_end: bool) -> None:
        """Record how far the run is, in the transaction that brings it there."""
        room = max(0, MAX_KEPT_REJECTIONS - self.counts.rejected)
        rejected = taken.progress.rejected[:room]
        name = taken.delivery.file_name
        lines = [RejectedLine(name, row.line, row.item, row.field, row.problem) for row in rejected]
        transaction.pulls.keep_rejected(self.run_id, lines)
        total = ImportCounts()
        total.add(self.counts)
        total.add(taken.progress.counts)
        values: dict[str, object] = {"outcome": TAKEN} if is_end else {"pages_taken": number}
        transaction.pulls.update_run(self.run_id, counts=total.as_json(), **values)


class _RehearsedError(Exception):
    """Ends a transaction that must leave nothing."""


@dataclass(frozen=True, slots=True)
class _Contents:
    """The pages of a delivery that were fetched."""

    note: DeliveryNote
    pages: PageStore

    def of(self, page: Page) -> bytes:
        """Return a page; it was fetched, so that its absence means that somebody took it away."""
        content = self.pages.page(page)
        if content is None:
            raise PageDiffers(source=self.note.source, page=self.note.pages.index(page) + 1)
        return content

    def numbered(self, number: int) -> bytes | None:
        """Return a page by its number from 1; None behind the last one."""
        return None if number > len(self.note.pages) else self.of(self.note.pages[number - 1])


def _take_part(taker: PageTaker, transaction: Transaction, number: int, content: bytes | None, *, at: str) -> TakenPart:
    if content is None:
        return taker.take_end(transaction, at=at)
    return taker.take_page(transaction, number, content, at=at)


def _described(note: DeliveryNote, etag: str | None) -> dict[str, object]:
    return {
        "delivery": note.id,
        "note_sha256": note.sha256,
        "made_at": note.made_at,
        "as_of": note.as_of.isoformat(),
        "etag": etag,
        "pages": len(note.pages),
    }
