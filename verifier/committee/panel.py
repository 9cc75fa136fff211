"""The panel: what reviewers must answer, their answers, disagreements, and questions asked anew.

An answer is taken only about an applicant whose sheet is open, to a question that the criteria ask, and once of each
person; who has answered, what, when and with which note stays on record until the notice is destroyed.
"""

from collections.abc import Iterable

from credential_schemas.criteria.decisions import asked_of_people
from keys.values import dataclass
from verifier.committee.access import Files, applicant_in, notice_in
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import ANSWERS_AT_ONCE, MAX_NOTE_CHARACTERS
from verifier.committee.notices import Notice, loaded
from verifier.committee.officers import OFFICER, REVIEWER, Officer, event, stated
from verifier.committee.questions import Question, Standing, State
from verifier.committee.sheets import Book, Sheet, SheetDesk, SheetState
from verifier.store.committee_files import ApplicantRow, OpinionRow, Step
from verifier.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it was typed: `value` is yes or no, or a level; `note` may be empty."""

    question: Question
    value: bool | str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One applicant in the queue of one reviewer: how many questions wait for her, and how many are disputed."""

    applicant: ApplicantRow
    for_me: int
    waiting: int
    disagreed: int


class PanelDesk:
    """Where questions are answered."""

    def __init__(self, files: Files, sheets: SheetDesk) -> None:
        self._files = files
        self._sheets = sheets

    def queue(self, officer: Officer, notice_id: int) -> tuple[Book, tuple[Waiting, ...]]:
        """Return whom a reviewer must look at, those with the most disputes first.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`.
        """
        officer.demand(REVIEWER)
        book = self._sheets.book(officer, notice_id)
        found = [_waiting(sheet, officer.id) for sheet in book.sheets if sheet.state is SheetState.OPEN]
        listed = [each for each in found if each.for_me or each.waiting or each.disagreed]
        listed.sort(key=lambda each: (-each.disagreed, each.for_me == 0, each.applicant.place))
        return book, tuple(listed)

    def answer(self, officer: Officer, notice_id: int, place: int, *, answers: Iterable[Answer]) -> int:
        """Take the answers of a reviewer about one applicant, all or none; return how many.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`, `confirmed`, `no_question`, `answer`, `answered`,
                `settled`, `too_many`.
        """
        officer.demand(REVIEWER)
        given, at = tuple(answers), self._files.seconds()
        if not given or len(given) > ANSWERS_AT_ONCE:
            raise CommitteeRefused("answer" if not given else "too_many")
        with self._files.store.write() as transaction:
            notice, row, sheet = self._open_sheet(transaction, notice_id, place)
            known = {each.question: each for each in sheet.questions}
            for each in given:
                standing = known.pop(each.question, None)
                if standing is None:
                    raise CommitteeRefused("no_question")
                _check_value(notice, each)
                standing.check_answer(officer.id)
                opinion = _opinion(standing, "own", officer, at=at, value=each.value, note=_note(each.note))
                transaction.applicants.add_opinion(notice_id, row.id, opinion)
            transaction.applicants.touch(row.id)
            transaction.notices.note(notice_id, event(officer, "answered", at=at, place=place))
        return len(given)

    def accept(self, officer: Officer, notice_id: int, place: int, *, question: Question, note: str) -> None:
        """Take over the other's answer after a disagreement, with a note.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `open_only`, `confirmed`, `no_question`, `accept`.
        """
        officer.demand(REVIEWER)
        why, at = stated(note), self._files.seconds()
        with self._files.store.write() as transaction:
            _, row, sheet = self._open_sheet(transaction, notice_id, place)
            standing = _find(sheet, question)
            value = standing.other_answer(officer.id)
            opinion = _opinion(standing, "accepts", officer, at=at, value=value, note=why)
            transaction.applicants.add_opinion(notice_id, row.id, opinion)
            transaction.applicants.touch(row.id)
            transaction.notices.note(notice_id, event(officer, "accepted", at=at, place=place))

    def ask_anew(self, officer: Officer, notice_id: int, place: int, *, question: Question, reason: str) -> None:
        """Ask a settled question anew; the answers so far stay on record and count no more.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `open_only`, `confirmed`, `no_question` if it is not settled.
        """
        officer.demand(OFFICER)
        why, at = stated(reason), self._files.seconds()
        with self._files.store.write() as transaction:
            _, row, sheet = self._open_sheet(transaction, notice_id, place)
            standing = _find(sheet, question)
            if standing.state is not State.SETTLED:
                raise CommitteeRefused("no_question")
            opinion = _opinion(standing, "reopens", officer, at=at, value="", note=why)
            transaction.applicants.add_opinion(notice_id, row.id, opinion)
            transaction.applicants.touch(row.id)
            transaction.notices.note(notice_id, event(officer, "asked_anew", at=at, place=place, reason=why))

    def _open_sheet(self, transaction: Transaction, notice_id: int, place: int) -> tuple[Notice, ApplicantRow, Sheet]:
        today = self._files.today()
        notice = loaded(transaction, notice_in(transaction, notice_id, "open", today=today), today=today)
        row = applicant_in(transaction, notice.row, place)
        sheet = self._sheets.of(transaction, notice, row)
        if sheet.state is not SheetState.OPEN:
            raise CommitteeRefused("confirmed")
        return notice, row, sheet


def _waiting(sheet: Sheet, person_id: str) -> Waiting:
    undecided = sheet.open_questions
    disagreed = sum(1 for each in undecided if each.state is State.DISAGREED)
    for_me = sum(1 for each in undecided if not each.has_answered(person_id))
    return Waiting(sheet.applicant, for_me, len(undecided) - for_me, disagreed)


def _find(sheet: Sheet, question: Question) -> Standing:
    found = next((each for each in sheet.questions if each.question == question), None)
    if found is None:
        raise CommitteeRefused("no_question")
    return found


def _check_value(notice: Notice, answer: Answer) -> None:
    asked = asked_of_people(notice.posting.policy, notice.posting.notice)
    if answer.question.kind == "adjudications":
        if not isinstance(answer.value, bool):
            raise CommitteeRefused("answer")
    elif answer.value not in asked.levels:
        raise CommitteeRefused("answer")


def _note(typed: str) -> str:
    found = typed.strip()
    if len(found) > MAX_NOTE_CHARACTERS:
        raise CommitteeRefused("answer")
    return found


def _opinion(standing: Standing, step: Step, officer: Officer, *, at: int, **said: bool | str) -> OpinionRow:
    question = standing.question
    return OpinionRow(
        kind=question.kind,
        about=question.about,
        name=question.name,
        round=standing.round,
        step=step,
        answer=said["value"],
        person_id=officer.id,
        person_name=officer.name,
        at=at,
        note=str(said["note"]),
    )
