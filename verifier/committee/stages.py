"""Written test and interview of the applicants of a notice: marks by people, and what they come to.

Rules enforced:
* the correct answers of a written test are entered by an officer or a reviewer; with two pairs of eyes by two people
  who do not see each other's, and what differs is settled as every other question of the panel;
* a member of the interview marks all its places at once, sees nobody else's marks until the interview is closed, and
  may correct her own until then, with a note; earlier ones stay on record;
* an officer closes an interview; only then does it have a result, and nobody marks any more. It takes a mark of two
  members where the notice asks for two pairs of eyes, else of one, and the same task for all members;
* a section, or an interview, can be asked anew with a reason; earlier marks stay on record and count no more;
* these stages are apart from the score sheet: nothing is added up across stages, and nothing says who passes.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.criteria.language import Interview, WrittenTest
from credential_schemas.criteria.later_stages import (
    InterviewResult,
    SectionMark,
    SlotMark,
    correct_answers,
    interview_result,
)
from keys.values import dataclass, replace
from verifier.committee.access import Files, applicant_in, notice_in
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import MAX_NOTE_CHARACTERS
from verifier.committee.notices import Notice, loaded
from verifier.committee.officers import OFFICER, REVIEWER, Officer, event, stated
from verifier.committee.questions import INTERVIEW, WRITTEN_TEST, Question, Standing, State, standings
from verifier.store.committee_files import ApplicantRow, OpinionRow, Step
from verifier.store.transaction import Transaction

_TOGETHER: Final = Question(INTERVIEW, "", "")  # an interview is closed and asked anew as a whole


@dataclass(frozen=True, slots=True)
class Member:
    """What one member of an interview gave: her latest marks by place, when, with which note, and how often before."""

    person_id: str
    person_name: str
    at: int
    note: str
    marks: Mapping[str, SlotMark]
    corrections: int


@dataclass(frozen=True, slots=True)
class Interviewed:
    """The interview of one applicant.

    Attributes:
        members: who has marked, in the order in which they first did.
        result: what the marks come to, whether it is closed or not; `shown_to` says who may see it.
        closed: by whom and when, None while it is open.
        needed: how many members must have marked before it can be closed.
        round: rises each time the interview is asked anew.
        earlier: how many marks of earlier rounds are on record.
    """

    members: tuple[Member, ...]
    result: InterviewResult
    closed: OpinionRow | None
    needed: int
    round: int = 1
    earlier: int = 0

    def member(self, person_id: str) -> Member | None:
        """Return what a person gave."""
        return next((each for each in self.members if each.person_id == person_id), None)

    def shown_to(self, person_id: str) -> tuple[Member, ...]:
        """Return whose marks a person may see: her own, and everybody's once it is closed."""
        return self.members if self.closed is not None else tuple(m for m in self.members if m.person_id == person_id)


@dataclass(frozen=True, slots=True)
class Stages:
    """The later stages of one applicant; what the policy does not have is empty."""

    applicant: ApplicantRow
    sections: Mapping[str, Standing]
    correct: int | None
    interview: Interviewed | None


@dataclass(frozen=True, slots=True)
class StageBook:
    """The later stages of every applicant of a notice who was not set aside."""

    notice: Notice
    rows: tuple[Stages, ...]


def has_later_stages(notice: Notice) -> bool:
    """Return whether the criteria of a notice have a written test or an interview."""
    policy = notice.posting.policy
    return policy.written_test is not None or policy.interview is not None


class StageDesk:
    """Where written tests and interviews are marked."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def book(self, officer: Officer, notice_id: int) -> StageBook:
        """Return the later stages of everybody.

        Raises:
            CommitteeRefused: `role`, `unknown` also where the criteria have no such stage, `open_only`.
        """
        officer.demand(OFFICER, REVIEWER)
        with self._files.store.read() as transaction:
            notice = self._notice(transaction, notice_id)
            opinions = transaction.applicants.opinions(notice_id)
            rows = transaction.applicants.all_of(notice_id)
        return StageBook(
            notice, tuple(stages_of(notice, row, opinions.get(row.id, [])) for row in rows if not row.is_set_aside)
        )

    def one(self, officer: Officer, notice_id: int, place: int) -> tuple[Notice, Stages]:
        """Return the later stages of one applicant.

        Raises:
            CommitteeRefused: as `book`.
        """
        officer.demand(OFFICER, REVIEWER)
        with self._files.store.read() as transaction:
            return self._found(transaction, notice_id, place)

    def on_sheet(self, officer: Officer, notice_id: int, place: int) -> Stages | None:
        """Return the later stages of one applicant as her score sheet shows them; None where there are none.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`.
        """
        officer.demand(OFFICER, REVIEWER)
        with self._files.store.read() as transaction:
            today = self._files.today()
            notice = loaded(transaction, notice_in(transaction, notice_id, "open", today=today), today=today)
            row = applicant_in(transaction, notice.row, place)
            if row.is_set_aside or not has_later_stages(notice):
                return None
            return stages_of(notice, row, transaction.applicants.opinions(notice_id, [row.id]).get(row.id, []))

    def mark_section(
        self, officer: Officer, notice_id: int, place: int, *, section: str, typed: Mapping[str, str]
    ) -> None:
        """Take the correct answers of one section: members `correct`, `subject` and `note` of what was typed.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`, `no_question`, `mark`, `answered`, `settled`.
        """
        officer.demand(OFFICER, REVIEWER)
        with self._files.store.write() as transaction:
            notice, stages = self._found(transaction, notice_id, place)
            test = notice.posting.policy.written_test
            if test is None or section not in test.sections:
                raise CommitteeRefused("no_question")
            mark = _read_section(test, section, typed)
            standing = stages.sections[section]
            standing.check_answer(officer.id)
            row = self._row(officer, standing.question, number=standing.round, answer=mark.text)
            self._keep(transaction, notice, stages, replace(row, note=_note(typed)), action="marked_test")

    def accept_section(self, officer: Officer, notice_id: int, place: int, *, section: str, note: str) -> None:
        """Take over the other's entry after a disagreement, with a note.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `open_only`, `no_question`, `accept`.
        """
        officer.demand(OFFICER, REVIEWER)
        why = stated(note)
        with self._files.store.write() as transaction:
            notice, stages = self._found(transaction, notice_id, place)
            standing = _section(stages, section)
            answer = standing.other_answer(officer.id)
            row = self._row(officer, standing.question, number=standing.round, answer=answer, step="accepts")
            self._keep(transaction, notice, stages, replace(row, note=why), action="marked_test")

    def mark_interview(self, officer: Officer, notice_id: int, place: int, *, typed: Mapping[str, str]) -> None:
        """Take a member's marks of every place: `points:PLACE`, `task:PLACE` and `note` of what was typed.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`, `no_question`, `mark`, `interview_closed`; `reason`, she
                has marked before, and the note does not say why she corrects it.
        """
        officer.demand(REVIEWER)
        with self._files.store.write() as transaction:
            notice, stages = self._found(transaction, notice_id, place)
            interview, interviewed = _interview(notice, stages)
            if interviewed.closed is not None:
                raise CommitteeRefused("interview_closed")
            before = interviewed.member(officer.id)
            note = stated(typed.get("note", "")) if before is not None else _note(typed)
            count = "" if before is None else str(before.corrections + 1)
            for name, mark in _read_slots(interview, typed).items():
                question = Question(INTERVIEW, name, count)
                row = self._row(officer, question, number=interviewed.round, answer=mark.text)
                transaction.applicants.add_opinion(notice_id, stages.applicant.id, replace(row, note=note))
            action = "marked_interview" if before is None else "corrected_interview"
            transaction.notices.note(notice_id, event(officer, action, at=self._files.seconds(), place=place))

    def close_interview(self, officer: Officer, notice_id: int, place: int) -> None:
        """Close an interview: from now on it has a result, and nobody marks any more.

        Raises:
            CommitteeRefused: `role`, `unknown`, `open_only`, `no_question`, `interview_closed`; `members`, too few have
                marked; `tasks`, they name different tasks.
        """
        officer.demand(OFFICER)
        with self._files.store.write() as transaction:
            notice, stages = self._found(transaction, notice_id, place)
            _, interviewed = _interview(notice, stages)
            if interviewed.closed is not None:
                raise CommitteeRefused("interview_closed")
            if len(interviewed.members) < interviewed.needed:
                raise CommitteeRefused("members")
            if interviewed.result.differing:
                raise CommitteeRefused("tasks")
            row = self._row(officer, _TOGETHER, number=interviewed.round, answer=True, step="closes")
            self._keep(transaction, notice, stages, row, action="closed_interview")

    def ask_anew(self, officer: Officer, notice_id: int, place: int, *, section: str, reason: str) -> None:
        """Ask a settled section anew, or, with an empty `section`, a closed interview.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `open_only`; `no_question`, it is not settled or closed.
        """
        officer.demand(OFFICER)
        why = stated(reason)
        with self._files.store.write() as transaction:
            notice, stages = self._found(transaction, notice_id, place)
            if section:
                standing = _section(stages, section)
                question, number, settled = standing.question, standing.round, standing.state is State.SETTLED
            else:
                _, interviewed = _interview(notice, stages)
                question, number, settled = _TOGETHER, interviewed.round, interviewed.closed is not None
            if not settled:
                raise CommitteeRefused("no_question")
            row = self._row(officer, question, number=number, answer="", step="reopens")
            self._keep(transaction, notice, stages, replace(row, note=why), action="stage_anew")

    def _keep(self, transaction: Transaction, notice: Notice, stages: Stages, row: OpinionRow, *, action: str) -> None:
        transaction.applicants.add_opinion(notice.row.id, stages.applicant.id, row)
        who = Officer(row.person_id, row.person_name, frozenset())
        why = row.note if row.step == "reopens" else ""
        noted = event(who, action, at=row.at, place=stages.applicant.place, reason=why)
        transaction.notices.note(notice.row.id, noted)

    def _row(
        self, officer: Officer, question: Question, *, number: int, answer: bool | str, step: Step = "own"
    ) -> OpinionRow:
        return OpinionRow(
            kind=question.kind,
            about=question.about,
            name=question.name,
            round=number,
            step=step,
            answer=answer,
            person_id=officer.id,
            person_name=officer.name,
            at=self._files.seconds(),
            note="",
        )

    def _found(self, transaction: Transaction, notice_id: int, place: int) -> tuple[Notice, Stages]:
        notice = self._notice(transaction, notice_id)
        row = applicant_in(transaction, notice.row, place)
        if row.is_set_aside:
            raise CommitteeRefused("unknown")
        return notice, stages_of(notice, row, transaction.applicants.opinions(notice_id, [row.id]).get(row.id, []))

    def _notice(self, transaction: Transaction, notice_id: int) -> Notice:
        today = self._files.today()
        notice = loaded(transaction, notice_in(transaction, notice_id, "open", today=today), today=today)
        if not has_later_stages(notice):
            raise CommitteeRefused("unknown")
        return notice


def stages_of(notice: Notice, row: ApplicantRow, opinions: Sequence[OpinionRow]) -> Stages:
    """Return the later stages of an applicant from everything that people said about her."""
    policy, four_eyes = notice.posting.policy, notice.row.four_eyes
    test, interview = policy.written_test, policy.interview
    known = standings((each for each in opinions if each.kind == WRITTEN_TEST), four_eyes=four_eyes)
    questions = {name: Question(WRITTEN_TEST, name, "") for name in (test.sections if test is not None else ())}
    sections = {name: known.get(question, Standing(question, 1, (), four_eyes)) for name, question in questions.items()}
    settled = {name: each.answer for name, each in sections.items()}
    marks = {name: SectionMark.of_text(str(answer)) for name, answer in settled.items() if answer is not None}
    given = [each for each in opinions if each.kind == INTERVIEW]
    return Stages(
        row,
        sections,
        correct_answers(test, marks) if test is not None else None,
        _interviewed(interview, given, needed=2 if four_eyes else 1) if interview is not None else None,
    )


def _interviewed(interview: Interview, given: Sequence[OpinionRow], *, needed: int) -> Interviewed:
    present = 1 + sum(1 for each in given if each.step == "reopens")
    mine = [each for each in given if each.round == present and each.step == "own"]
    closed = next((each for each in given if each.round == present and each.step == "closes"), None)
    latest: dict[str, dict[str, OpinionRow]] = {}
    for each in mine:  # in the order in which they came, so that a correction replaces what it corrects
        latest.setdefault(each.person_id, {})[each.about] = each
    members = tuple(_member(rows) for rows in latest.values())
    marks = {name: [member.marks[name] for member in members] for name in interview.slots}
    earlier = sum(1 for each in given if each.step == "own") - sum(len(rows) for rows in latest.values())
    return Interviewed(members, interview_result(interview, marks), closed, needed, present, earlier)


def _member(rows: Mapping[str, OpinionRow]) -> Member:
    last = next(iter(rows.values()))
    marks = {name: SlotMark.of_text(str(row.answer)) for name, row in rows.items()}
    return Member(last.person_id, last.person_name, last.at, last.note, marks, int(last.name or "0"))


def _section(stages: Stages, section: str) -> Standing:
    if section not in stages.sections:
        raise CommitteeRefused("no_question")
    return stages.sections[section]


def _interview(notice: Notice, stages: Stages) -> tuple[Interview, Interviewed]:
    interview = notice.posting.policy.interview
    if interview is None or stages.interview is None:
        raise CommitteeRefused("no_question")
    return interview, stages.interview


def _read_section(test: WrittenTest, section: str, typed: Mapping[str, str]) -> SectionMark:
    try:
        return SectionMark.read(
            test.sections[section], correct=typed.get("correct", ""), subject=typed.get("subject", "")
        )
    except ScoringInputError as error:
        raise CommitteeRefused("mark", str(error)) from error


def _read_slots(interview: Interview, typed: Mapping[str, str]) -> dict[str, SlotMark]:
    found = {}
    for name, slot in interview.slots.items():
        try:
            found[name] = SlotMark.read(
                slot, points=typed.get(f"points:{name}", ""), task=typed.get(f"task:{name}", "")
            )
        except ScoringInputError as error:
            raise CommitteeRefused("mark", f"{name}: {error}") from error
    return found


def _note(typed: Mapping[str, str]) -> str:
    found = typed.get("note", "").strip()
    if len(found) > MAX_NOTE_CHARACTERS:
        raise CommitteeRefused("answer")
    return found
