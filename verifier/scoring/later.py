"""Written test and interview of one applicant, as exports show them: apart from the score, never added to it.

Only what is settled is here: the correct answers of a section on which people agree, and an interview that was closed.
All else is None, never zero. Nothing is turned into points that the published criteria do not turn into points.

Source: docs/committee.md
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import TypeAlias

from credential_schemas.criteria.language import Interview, WrittenTest
from credential_schemas.criteria.later_stages import MOST_POINTS, InterviewResult, SectionMark, SlotMark
from credential_schemas.criteria.values import number_json
from credential_schemas.report.facts import timestamp
from keys.encoding import JsonValue
from keys.values import dataclass

Cell: TypeAlias = int | float | str | None


@dataclass(frozen=True, slots=True)
class By:
    """Who did something, and when."""

    officer: str
    at: datetime

    def to_json(self) -> dict[str, JsonValue]:
        """Return both."""
        return {"officer": self.officer, "at": timestamp(self.at)}


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a written test: its settled mark, None while there is none, and who entered it."""

    mark: SectionMark | None
    entered: tuple[By, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A written test: every section by name, and the correct answers of all, None while a section is open."""

    test: WrittenTest
    sections: Mapping[str, Section]
    correct: int | None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the test as docs/committee.md describes it."""
        sections: dict[str, JsonValue] = {}
        for name, found in self.sections.items():
            mark = found.mark
            sections[name] = {
                "questions": self.test.sections[name].questions,
                "correct": mark.correct if mark is not None else None,
                "subject": (mark.subject or None) if mark is not None else None,
                "entered": [each.to_json() for each in found.entered],
            }
        return {"id": self.test.id, "questions": self.test.questions, "correct": self.correct, "sections": sections}


@dataclass(frozen=True, slots=True)
class Member:
    """What one member of an interview gave, by place."""

    by: By
    marks: Mapping[str, SlotMark]

    def to_json(self) -> dict[str, JsonValue]:
        """Return the marks with who gave them, and when."""
        marks: dict[str, JsonValue] = {
            name: {"task": mark.task, "points": number_json(mark.points)} for name, mark in self.marks.items()
        }
        return {**self.by.to_json(), "marks": marks}


@dataclass(frozen=True, slots=True)
class Interviewed:
    """An interview: by whom it was closed, and then what it came to; None and empty while it is open."""

    interview: Interview
    closed: By | None = None
    result: InterviewResult | None = None
    members: tuple[Member, ...] = ()

    def points(self, name: str) -> Fraction | None:
        """Return the mean of a place."""
        return self.result.slots[name] if self.result is not None else None

    @property
    def total(self) -> Fraction | None:
        """The weighted mean, 0 to 100."""
        return self.result.total if self.result is not None else None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the interview as docs/committee.md describes it."""
        places: dict[str, JsonValue] = {
            name: {"weight": number_json(slot.weight), "points": _number(self.points(name))}
            for name, slot in self.interview.slots.items()
        }
        return {
            "id": self.interview.id,
            "points": _number(self.total),
            "places": places,
            "closed": self.closed.to_json() if self.closed is not None else None,
            "members": [each.to_json() for each in self.members],
        }


@dataclass(frozen=True, slots=True)
class LaterStages:
    """What follows the screening of documents; None is what the criteria do not have."""

    written: Written | None
    interview: Interviewed | None

    def to_json(self) -> dict[str, JsonValue]:
        """Return both stages; there is no sum of them, because the published criteria have none."""
        return {
            "written_test": self.written.to_json() if self.written is not None else None,
            "interview": self.interview.to_json() if self.interview is not None else None,
        }

    def cells(self) -> Iterator[tuple[str, Cell]]:
        """Yield the columns of a table with their values, None where something is open."""
        if self.written is not None:
            for name, found in self.written.sections.items():
                yield f"written_{name}", found.mark.correct if found.mark is not None else None
                if self.written.test.sections[name].subjects:
                    yield f"written_{name}_subject", found.mark.subject if found.mark is not None else None
            yield "written_correct", self.written.correct
        if self.interview is not None:
            for name in self.interview.interview.slots:
                yield f"interview_{name}", _cell(self.interview.points(name))
            yield "interview_points", _cell(self.interview.total)

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """Yield stage, part, value, what it is out of, subject or task, officer and time of everything settled."""
        if self.written is not None:
            for name, found in self.written.sections.items():
                mark, questions = found.mark, self.written.test.sections[name].questions
                if mark is None:
                    continue
                value = (mark.correct, questions, mark.subject or None)
                for by in found.entered:
                    yield ("written_test", name, *value, by.officer, timestamp(by.at))
        for member in self.interview.members if self.interview is not None else ():
            for name, given in member.marks.items():
                points = (_cell(given.points), MOST_POINTS, given.task)
                yield ("interview", name, *points, member.by.officer, timestamp(member.by.at))


def _number(points: Fraction | None) -> JsonValue:
    return number_json(points) if points is not None else None


def _cell(points: Fraction | None) -> int | float | None:
    found = _number(points)
    return found if isinstance(found, int | float) else None
