"""What the bank does: take up, ask, note, screen, decide by two persons, and end a recognition before its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from issuer.bank import Bank
from issuer.recognition.cases import Change, Order, changing, reviewer_of
from issuer.recognition.errors import DecidedAlready, FieldRefused, FindingUnmet, ForBothReviewers, ScreeningIncomplete
from issuer.recognition.stages import Step
from issuer.recognition.texts import MOST_YEARS, USUAL_YEARS, day, lines, targets_of, whole
from issuer.store.recognition import StoredDecision, StoredFinding
from issuer.times import korean_day_of

FINDINGS: Final = ("met", "partial", "unmet")
OUTCOMES: Final = ("recognised", "refused")
_KEPT_AFTER: Final = timedelta(days=5 * 365)
_REVIEWERS: Final = 2


@dataclass(frozen=True, slots=True)
class FindingForm:
    """How a course meets one of its units, by its place among them, as it was typed."""

    target: int
    finding: str
    note: str


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """A decision as it was typed: `words` are conditions, which may be empty, or the grounds of a refusal."""

    outcome: str
    years: str = str(USUAL_YEARS)
    words: str = ""


def take_case(bank: Bank, order: Order) -> None:
    """Take an application up; errors as `changing`."""
    with changing(bank, order, Step.TAKE) as change:
        change.values["reviewer"] = reviewer_of(bank.actor)
        change.happened("taken")


def ask_university(bank: Bank, order: Order, *, words: str) -> None:
    """Ask the university for more; a decision that waits for its second lapses. FieldRefused, or as `changing`."""
    question = lines(words, field="question")
    with changing(bank, order, Step.ASK) as change:
        _lapse(change)
        change.happened("asked", question)


def add_note(bank: Bank, order: Order, *, words: str, is_internal: bool) -> None:
    """Add a consulting note; FieldRefused for the text, else errors as `changing`."""
    text = lines(words, field="note")
    with changing(bank, order, Step.NOTE) as change:
        change.values["keep_until"] = change.case.keep_until
        change.happened("noted", text, internal=is_internal)


def screen_course(bank: Bank, order: Order, position: int, *, findings: Sequence[FindingForm]) -> None:
    """Record how a course meets its units; a decision that waits for its second lapses.

    Raises:
        FieldRefused: no finding, or one without a note or of a unit that the course does not name.
        CaseNotFound, CaseChanged, StepRefused: as `changing`.
    """
    with changing(bank, order, Step.SCREEN) as change:
        course = change.course(position)
        known = range(len(targets_of(course.targets)))
        if not findings:
            raise FieldRefused(field="finding", problem="expected at least one finding")
        for each in findings:
            if each.finding not in FINDINGS or each.target not in known:
                raise FieldRefused(field="finding", problem=f"expected one of {', '.join(FINDINGS)}")
            note = lines(each.note, field="finding_note", most=500)
            change.book.put_finding(
                StoredFinding(change.case.id, position, each.target, each.finding, note, bank.actor, change.at)
            )
        _lapse(change)
        change.happened("screened", course.title, internal=True)


def decide(bank: Bank, order: Order, form: DecisionForm) -> None:
    """Enter the decision of whoever acts; with the second of a round it stands, or both decide again.

    Raises:
        FieldRefused: outcome, years, or a refusal without grounds.
        ScreeningIncomplete, FindingUnmet: it cannot be decided, or not recognised, yet.
        DecidedAlready, ForBothReviewers: it is somebody else's turn.
        CaseNotFound, CaseChanged, StepRefused: as `changing`.
    """
    if form.outcome not in OUTCOMES:
        raise FieldRefused(field="outcome_choice", problem=f"expected one of {', '.join(OUTCOMES)}")
    years = whole(form.years, field="years", most=MOST_YEARS) if form.outcome == "recognised" else 0
    words = lines(form.words, field="words") if form.outcome == "refused" or form.words.strip() else ""
    with changing(bank, order, Step.DECIDE) as change:
        reviewer = reviewer_of(bank.actor)
        _check_screening(change, form.outcome)
        first = _check_turn(change, reviewer)
        mine = StoredDecision(change.case.id, change.case.round, reviewer, form.outcome, years, words, change.at)
        change.book.add_decision(mine)
        if not first:
            change.happened("decided_first", internal=True)
        elif (first[0].outcome, first[0].years) != (mine.outcome, mine.years):
            change.values["round"] = change.case.round + 1
            change.happened("disagreed", internal=True)
        else:
            _conclude(change, mine, order)


def end_recognition(bank: Bank, order: Order, position: int, *, last_day: str, words: str) -> None:
    """End the recognition of a course: it is recognised up to and on a day that is not before today.

    Raises:
        FieldRefused: the day, the grounds, or a course that is not recognised any more.
        CaseNotFound, CaseChanged, StepRefused: as `changing`.
    """
    ends, grounds = day(last_day, field="last_day"), lines(words, field="grounds", most=1000)
    with changing(bank, order, Step.END) as change:
        course, today = change.course(position), korean_day_of(order.now).isoformat()
        last = course.ended_on or course.valid_until
        if last is None or not today <= ends < last:
            raise FieldRefused(field="last_day", problem="expected a day from today on, before the recognition ends")
        change.book.change_course(course, {"ended_on": ends})
        change.values["keep_until"] = change.case.keep_until
        change.happened("ended", f"{course.title} ({ends}): {grounds}")


def _check_screening(change: Change, outcome: str) -> None:
    findings = {(each.position, each.target): each for each in change.book.findings(change.case.id)}
    courses = change.book.courses(change.case.id)
    wanted = [(each.position, place) for each in courses for place, _ in enumerate(targets_of(each.targets))]
    open_ = [each for each in wanted if each not in findings]
    if open_:
        raise ScreeningIncomplete(count=len(open_))
    unmet = sum(each.finding == "unmet" for each in findings.values())
    if outcome == "recognised" and unmet:
        raise FindingUnmet(count=unmet)


def _check_turn(change: Change, reviewer: str) -> list[StoredDecision]:
    """Return what was decided in this round by somebody else; refuse whoever may not decide in it."""
    all_of_them = change.book.decisions(change.case.id)
    current = [each for each in all_of_them if each.round == change.case.round]
    if any(each.reviewer == reviewer for each in current):
        raise DecidedAlready
    before = {each.reviewer for each in all_of_them if each.round < change.case.round}
    there = {each for each in before if _is_there(change, each)}
    if len(there) == _REVIEWERS and reviewer not in before:
        raise ForBothReviewers
    return current


def _is_there(change: Change, reviewer: str) -> bool:
    """Return whether a reviewer still has the role: a case must not wait for ever for somebody who has left."""
    row = change.transaction.staff.named(reviewer)
    return row is not None and "operator" in row.roles


def _lapse(change: Change) -> None:
    if change.book.forget_decisions(change.case.id, change.case.round):
        change.happened("lapsed", internal=True)


def _conclude(change: Change, decision: StoredDecision, order: Order) -> None:
    if decision.outcome == "refused":
        change.go_to(Step.REFUSE)
        change.happened("refused")
        return
    change.go_to(Step.GRANT)
    begins = korean_day_of(order.now)
    ends = _years_after(begins, decision.years) - timedelta(days=1)
    for course in change.book.courses(change.case.id):
        number = f"NCSC-{begins.year}-{change.case.id:06d}-{course.position:02d}"
        days = {"valid_from": begins.isoformat(), "valid_until": ends.isoformat()}
        change.book.change_course(course, {"recognition_id": number, **days})
    change.values["keep_until"] = (ends + _KEPT_AFTER).isoformat()
    change.happened("recognised")


def _years_after(begins: date, years: int) -> date:
    """Return the same day some years later; for 29 February the first of March."""
    try:
        return begins.replace(year=begins.year + years)
    except ValueError:
        return date(begins.year + years, 3, 1)
