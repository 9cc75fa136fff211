"""Written test and interview: what people mark, and what the marks come to under a policy.

Rules enforced:
* a mark lies within what the policy says: correct answers up to the questions of a section, with the subject that was
  sat where there are several; points from 0 to 100 for one place of an interview, with the task that was held;
* nothing is concluded from less than everything: a missing mark leaves its sum open, never zero;
* members of an interview are averaged, places weighted; all arithmetic is exact;
* a place whose members name different tasks has no result, a person must look.

A policy says what its published text leaves out (`unknown`), for example points for a question or the weight of a stage
against another. Therefore nothing here turns answers into points, adds stages up, or says who passes. That the members
of an interview are averaged is our reading: the published text has no scoring sheet.

Source: docs/formats/criteria.md
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, Self

from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.criteria.language import Interview, Section, Slot, WrittenTest
from credential_schemas.criteria.values import number_text
from keys.values import dataclass

MOST_POINTS: Final = 100
_WHOLE: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
_POINTS: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class SectionMark:
    """Correct answers in one section of a written test; `subject` is empty where the section has no choice."""

    correct: int
    subject: str = ""

    @classmethod
    def read(cls, section: Section, *, correct: str, subject: str) -> Self:
        """Read a mark as it was typed.

        Raises:
            ScoringInputError: no whole number up to the questions of the section, or no subject of it.
        """
        typed = correct.strip()
        if not _WHOLE.fullmatch(typed) or int(typed) > section.questions:
            raise ScoringInputError(f"expected correct answers from 0 to {section.questions}")
        if (subject not in section.subjects) if section.subjects else bool(subject):
            raise ScoringInputError("expected one of the subjects of the section")
        return cls(int(typed), subject)

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read `text` back."""
        correct, _, subject = text.partition(" ")
        return cls(int(correct), subject)

    @property
    def text(self) -> str:
        """The mark in one line, equal for equal marks."""
        return f"{self.correct} {self.subject}".rstrip()


@dataclass(frozen=True, slots=True)
class SlotMark:
    """What one member gives for one place of an interview: the task that was held, and points from 0 to 100."""

    points: Fraction
    task: str

    @classmethod
    def read(cls, slot: Slot, *, points: str, task: str) -> Self:
        """Read a mark as it was typed, with at most two decimals.

        Raises:
            ScoringInputError: no number from 0 to 100, or no task of this place.
        """
        typed = points.strip()
        if not _POINTS.fullmatch(typed) or Fraction(typed) > MOST_POINTS:
            raise ScoringInputError(f"expected points from 0 to {MOST_POINTS}, with at most two decimals")
        if task not in slot.one_of:
            raise ScoringInputError("expected one of the tasks of this place")
        return cls(Fraction(typed), task)

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read `text` back."""
        points, _, task = text.partition(" ")
        return cls(Fraction(points), task)

    @property
    def text(self) -> str:
        """The mark in one line, equal for equal marks."""
        return f"{number_text(self.points)} {self.task}"


@dataclass(frozen=True, slots=True)
class InterviewResult:
    """What an interview comes to.

    Attributes:
        slots: mean of the members by place, None while nobody has marked it or the tasks differ.
        total: weighted mean from 0 to 100, None while a place is open.
        differing: places whose members name different tasks.
    """

    slots: Mapping[str, Fraction | None]
    total: Fraction | None
    differing: tuple[str, ...] = ()


def correct_answers(test: WrittenTest, marks: Mapping[str, SectionMark]) -> int | None:
    """Return the correct answers of all sections, None while a section has no mark."""
    if any(name not in marks for name in test.sections):
        return None
    return sum(marks[name].correct for name in test.sections)


def interview_result(interview: Interview, marks: Mapping[str, Sequence[SlotMark]]) -> InterviewResult:
    """Return what the marks of all members come to.

    Args:
        interview: of the policy.
        marks: by place, one mark of each member.
    """
    differing = tuple(name for name in interview.slots if len({each.task for each in marks.get(name, ())}) > 1)
    slots = {name: None if name in differing else _mean(marks.get(name)) for name in interview.slots}
    total: Fraction | None = Fraction(0)
    for name, slot in interview.slots.items():
        points = slots[name]
        total = None if total is None or points is None else total + slot.weight * points / MOST_POINTS
    return InterviewResult(slots, total, differing)


def _mean(marks: Sequence[SlotMark] | None) -> Fraction | None:
    return sum((each.points for each in marks), Fraction(0)) / len(marks) if marks else None
