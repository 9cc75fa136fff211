"""One application as it is found, checked and changed; every step of it goes through `changing`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.recognition.errors import CaseChanged, CaseNotFound
from issuer.recognition.stages import Stage, Step, stage_after
from issuer.recognition.texts import targets_of
from issuer.store.recognition import StoredCase, StoredCourse, StoredDecision, StoredEvent, StoredFinding
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_text
from keys.errors import SealedAnswerError
from keys.sealed_answer import open_answer

FILE_LABEL: Final = "recognition-syllabus"
_SHOWN_TO_BANK: Final = frozenset(Stage) - {Stage.DRAFT}
_KEPT_YEARS: Final = {Stage.DRAFT: 1, Stage.WITHDRAWN: 3, Stage.REFUSED: 3}
_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody means to change: the application, and the version of it that was on the page.

    `institution_id` is that of whoever orders, None for somebody of the bank.
    """

    case_id: int
    version: int
    now: datetime
    institution_id: str | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything about one application that one person may see."""

    case: StoredCase
    courses: Sequence[StoredCourse]
    findings: Sequence[StoredFinding]
    decisions: Sequence[StoredDecision]
    events: Sequence[StoredEvent]
    hidden_decisions: int = 0

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return Stage(self.case.stage)

    def finding(self, position: int, target: int) -> StoredFinding | None:
        """Return what was found about a course and one of its units."""
        found = (each for each in self.findings if (each.position, each.target) == (position, target))
        return next(found, None)


class Change:
    """An application while it is changed, in one transaction."""

    def __init__(self, transaction: Transaction, case: StoredCase, stage: Stage, *, actor: str, at: str) -> None:
        self.transaction = transaction
        self.book = transaction.recognition
        self.case = case
        self.stage = stage
        self.actor = actor
        self.at = at
        self.values: dict[str, str | int | None] = {}

    def happened(self, kind: str, words: str = "", *, internal: bool = False) -> None:
        """Note what happened."""
        self.book.add_event(StoredEvent(self.case.id, 0, kind, words, self.actor, int(internal), self.at))

    def course(self, position: int) -> StoredCourse:
        """Return a course of the application; `CaseNotFound` for none."""
        for each in self.book.courses(self.case.id):
            if each.position == position:
                return each
        raise CaseNotFound

    def go_to(self, step: Step) -> None:
        """Take a further step."""
        self.stage = stage_after(self.stage, step)


@contextmanager
def changing(bank: Bank, order: Order, step: Step) -> Iterator[Change]:
    """Lock an application, check version and step, and record the change with its act at the end.

    Raises:
        CaseNotFound: there is none, it is somebody else's, or a draft and the bank asks.
        CaseChanged: it has another version.
        StepRefused: the step is not one of its stage.
    """
    with bank.store.write() as transaction:
        case = transaction.recognition.case(order.case_id, to_change=True)
        if case is None or not is_seen_by(case, order.institution_id):
            raise CaseNotFound
        if case.version != order.version:
            raise CaseChanged
        before = Stage(case.stage)
        change = Change(transaction, case, stage_after(before, step), actor=bank.actor, at=utc_text(order.now))
        yield change
        values = {"keep_until": kept_until(change.stage, order.now), "stage": change.stage.value} | change.values
        if change.stage is not before:
            values["stage_since"] = change.at
        transaction.recognition.change(case.id, values)
        act = Act("recognition_changed", subject=f"recognition:{case.id}", detail=step.value)
        record_acts(transaction, act, actor=bank.actor, at=change.at)


def is_seen_by(case: StoredCase, institution_id: str | None) -> bool:
    """Return whether a university, or with None the bank, may know that the application is there."""
    if institution_id is None:
        return Stage(case.stage) in _SHOWN_TO_BANK and case.submitted_at is not None
    return case.institution_id == institution_id


def kept_until(stage: Stage, now: datetime) -> str | None:
    """Return the last day on which an application of this stage is kept; None while it is worked on."""
    years = _KEPT_YEARS.get(stage)
    return None if years is None else korean_day_of(now + years * _YEAR).isoformat()


def own_case(bank: Bank, case_id: int, *, institution_id: str) -> CaseView:
    """Return an application as its university sees it: no internal notes, findings and decisions when it is over.

    Raises:
        CaseNotFound: there is none, or it is somebody else's.
    """
    view = _view(bank, case_id, institution_id)
    events = [each for each in view.events if not each.internal]
    is_over = view.stage in (Stage.RECOGNISED, Stage.REFUSED)
    final = [each for each in view.decisions if each.round == view.case.round] if is_over else []
    return replace(view, events=events, findings=view.findings if is_over else [], decisions=final)


def case_for_bank(bank: Bank, case_id: int, *, reviewer: str) -> CaseView:
    """Return an application as a reviewer sees it: decisions of a round that goes on only after her own.

    Raises:
        CaseNotFound: there is none, or the university has not submitted it.
    """
    view = _view(bank, case_id, None)
    current = [each for each in view.decisions if each.round == view.case.round]
    if view.stage is not Stage.IN_REVIEW or any(each.reviewer == reviewer for each in current):
        return view
    shown = [each for each in view.decisions if each.round < view.case.round]
    return replace(view, decisions=shown, hidden_decisions=len(current))


def cases_for_bank(bank: Bank) -> list[CaseView]:
    """Return every application that was submitted, without events, findings and decisions; those that wait first."""
    with bank.store.read() as transaction:
        book = transaction.recognition
        seen = [case for case in book.cases() if is_seen_by(case, None)]
        views = [CaseView(case, book.courses(case.id), [], [], []) for case in seen]
    open_stages = (Stage.RECEIVED, Stage.IN_REVIEW, Stage.QUESTIONS)
    return sorted(views, key=lambda view: (view.stage not in open_stages, view.case.stage_since, view.case.id))


def cases_at(bank: Bank, stage: Stage, *, institution_id: str | None = None) -> int:
    """Return how many applications, of one institution or of all, are at a stage."""
    with bank.store.read() as transaction:
        return transaction.recognition.count(stage.value, institution_id)


def waiting_since(bank: Bank) -> str | None:
    """Return since when the oldest application has been at its stage with the bank, UTC in ISO 8601."""
    with bank.store.read() as transaction:
        return transaction.recognition.oldest_at([Stage.RECEIVED.value, Stage.IN_REVIEW.value])


def own_cases(bank: Bank, institution_id: str) -> list[CaseView]:
    """Return every application of a university, newest first."""
    with bank.store.read() as transaction:
        book = transaction.recognition
        cases = book.cases(institution_id)
        return [CaseView(case, book.courses(case.id), [], [], []) for case in reversed(cases)]


def syllabus(bank: Bank, case_id: int, position: int, *, institution_id: str | None, now: datetime) -> bytes:
    """Return the file of a course; that the bank looked at it is recorded before.

    Raises:
        CaseNotFound: there is no such file, or it is not this person's to see.
    """
    with bank.store.write() as transaction:
        case = transaction.recognition.case(case_id)
        sealed = (
            b""
            if case is None or not is_seen_by(case, institution_id)
            else transaction.recognition.file(case_id, position)
        )
        if not sealed:
            raise CaseNotFound
        if institution_id is None:
            act = Act("recognition_read", subject=f"recognition:{case_id}", detail=f"course {position}")
            record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    try:
        return open_answer(sealed, key=FILE_LABEL, pepper=bank.pepper, associated_data=file_place(case_id, position))
    except SealedAnswerError:
        raise CaseNotFound from None


def file_place(case_id: int, position: int) -> bytes:
    """Return what a sealed file belongs to."""
    return f"{FILE_LABEL}/{case_id}/{position}".encode()


def open_targets(view: CaseView) -> int:
    """Return how many units were not compared with their courses yet."""
    done = {(each.position, each.target) for each in view.findings}
    wanted = {(each.position, place) for each in view.courses for place, _ in enumerate(targets_of(each.targets))}
    return len(wanted - done)


def reviewer_of(actor: str) -> str:
    """Return the name of whoever of the staff acts, without the place; another actor stays as it is."""
    return actor.removeprefix("staff:").rpartition("@")[0] or actor


def days_since(stored: str, now: datetime) -> int:
    """Return how many Korean days lie between a stored time and now."""
    return (korean_day_of(now) - korean_day_of(datetime.fromisoformat(stored))).days


def _view(bank: Bank, case_id: int, institution_id: str | None) -> CaseView:
    with bank.store.read() as transaction:
        book = transaction.recognition
        case = book.case(case_id)
        if case is None or not is_seen_by(case, institution_id):
            raise CaseNotFound
        return CaseView(
            case, book.courses(case_id), book.findings(case_id), book.decisions(case_id), book.events(case_id)
        )
