"""What people must answer about an applicant, and when an answer stands: alone, or by two who did not see each other.

Rules enforced:
* nobody answers the same question twice;
* with two pairs of eyes, two equal answers of two people settle a question; where they differ, one of the two may
  accept the other's answer, with a note, or a third person's answer decides;
* what others answered is shown only to whoever has answered, or when the question is settled: so the second and the
  third answer are their own;
* a settled question can be asked anew, with a reason; earlier answers stay on record and count no more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from credential_schemas.criteria.decisions import Decision, Kind
from verifier.committee.errors import CommitteeRefused
from verifier.store.committee_files import OpinionRow

AskedKind: TypeAlias = Kind | Literal["written_test", "interview"]
WRITTEN_TEST: Final = "written_test"
INTERVIEW: Final = "interview"

_KINDS: Final[dict[str, AskedKind]] = {
    "adjudications": "adjudications",
    "ratings": "ratings",
    WRITTEN_TEST: WRITTEN_TEST,
    INTERVIEW: INTERVIEW,
}
_MISSING_ADJUDICATION = "adjudication_missing"
_MISSING_RATING = "rating_missing"
_NOBODY_ELSE = 2


class State(StrEnum):
    """How far a question is."""

    OPEN = "open"
    WAITING = "waiting"  # for the second answer
    DISAGREED = "disagreed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """One question: about an entry and a decision such as `related`, an item of a rubric, or a later stage."""

    kind: AskedKind
    about: str
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A question with the answers of its present round, in their order, and those of earlier rounds."""

    question: Question
    round: int
    answers: tuple[OpinionRow, ...]
    four_eyes: bool
    earlier: tuple[OpinionRow, ...] = ()

    @property
    def _own(self) -> tuple[OpinionRow, ...]:
        return tuple(each for each in self.answers if each.step == "own")

    @property
    def state(self) -> State:
        """How far it is."""
        own = self._own
        if not own:
            return State.OPEN
        if not self.four_eyes or len(own) > _NOBODY_ELSE or len(own) < len(self.answers):
            return State.SETTLED
        if len(own) == 1:
            return State.WAITING
        return State.SETTLED if own[0].answer == own[1].answer else State.DISAGREED

    @property
    def answer(self) -> bool | str | None:
        """The answer that stands, None while there is none."""
        return self.answers[-1].answer if self.state is State.SETTLED else None

    def has_answered(self, person_id: str) -> bool:
        """Return whether a person has given an answer of her own in this round."""
        return any(each.person_id == person_id for each in self._own)

    def seen_by(self, person_id: str) -> tuple[OpinionRow, ...]:
        """Return the answers that a person may see."""
        return self.answers if self.state is State.SETTLED or self.has_answered(person_id) else ()

    def check_answer(self, person_id: str) -> None:
        """Refuse an answer that may not be given.

        Raises:
            CommitteeRefused: `settled`, `answered`.
        """
        if self.state is State.SETTLED:
            raise CommitteeRefused("settled")
        if self.has_answered(person_id):
            raise CommitteeRefused("answered")

    def other_answer(self, person_id: str) -> bool | str:
        """Return the answer that a person may accept: that of the other one with whom she disagrees.

        Raises:
            CommitteeRefused: `accept`, they do not disagree, or she is none of the two.
        """
        if self.state is not State.DISAGREED or not self.has_answered(person_id):
            raise CommitteeRefused("accept")
        return next(each.answer for each in self._own if each.person_id != person_id)

    def decision(self, applicant: str) -> Decision:
        """Return the decision as scoring reads it; the question must be settled.

        Raises:
            CommitteeRefused: `no_question`: it is not settled, or is a stage with points of its own.
        """
        answer, kind = self.answer, self.question.kind
        if answer is None or kind == "written_test" or kind == "interview":
            raise CommitteeRefused("no_question")
        names = dict.fromkeys(each.person_name for each in self.answers)
        return Decision(
            kind=kind,
            applicant=applicant,
            about=self.question.about,
            name=self.question.name,
            answer=answer,
            officer=", ".join(names),
            at=datetime.fromtimestamp(max(each.at for each in self.answers), UTC),
            place="committee",
        )


def standings(opinions: Iterable[OpinionRow], *, four_eyes: bool) -> dict[Question, Standing]:
    """Return every question about which somebody has said something, with the answers of its present round."""
    by_question: dict[Question, list[OpinionRow]] = {}
    for each in opinions:
        by_question.setdefault(_question(each), []).append(each)
    found = {}
    for question, given in by_question.items():
        present = 1 + sum(1 for each in given if each.step == "reopens")
        answers = tuple(each for each in given if each.round == present and each.step != "reopens")
        earlier = tuple(each for each in given if each.round < present and each.step != "reopens")
        found[question] = Standing(question, present, answers, four_eyes, earlier)
    return found


def of_the_score(opinions: Iterable[OpinionRow]) -> list[OpinionRow]:
    """Return what was said for the score sheet, without the marks of later stages."""
    return [each for each in opinions if each.kind not in (WRITTEN_TEST, INTERVIEW)]


def asked_by(flags: Iterable[str], known: dict[Question, Standing], *, four_eyes: bool) -> tuple[Standing, ...]:
    """Return every question about an applicant: those that her score waits for, and those with answers already.

    Args:
        flags: of the score.
        known: the questions with answers.
        four_eyes: as of the notice.
    """
    found = dict(known)
    for flag in flags:
        question = _waited_for(flag)
        if question is not None and question not in found:
            found[question] = Standing(question, 1, (), four_eyes)
    return tuple(found[question] for question in sorted(found))


def _waited_for(flag: str) -> Question | None:
    slug, _, about = flag.partition(":")
    if slug == _MISSING_ADJUDICATION:
        entry, _, need = about.rpartition(":")
        return Question("adjudications", entry, need)
    if slug == _MISSING_RATING:
        rubric, _, item = about.partition("/")
        return Question("ratings", rubric, item)
    return None


def _question(opinion: OpinionRow) -> Question:
    return Question(_KINDS[opinion.kind], opinion.about, opinion.name)
