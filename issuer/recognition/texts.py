"""What people fill in: every text is checked before it is kept; what is wrong with it names the field."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from credential_schemas.catalogue import ncs_unit
from issuer.recognition.errors import FieldRefused
from issuer.sources.rows import holds_resident_number

MOST_LINE: Final = 200
MOST_TEXT: Final = 2000
MOST_TARGETS: Final = 20
MOST_COURSES: Final = 30
MOST_HOURS: Final = 1000
MOST_LEVEL: Final = 8
MOST_YEARS: Final = 5
USUAL_YEARS: Final = 3
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Target:
    """An NCS unit that a course claims to teach, and the element of it, empty for the whole unit."""

    code: str
    element: str


@dataclass(frozen=True, slots=True)
class CourseForm:
    """A course as it was typed, by the names of the fields; nothing is checked yet."""

    code: str
    title: str
    hours: str
    level: str
    targets: str
    outcome: str
    evaluation: str


def line(text: str, *, field: str, most: int = MOST_LINE) -> str:
    """Return a text on one line.

    Raises:
        FieldRefused: empty, too long, or with characters that nobody sees, or with a resident registration number.
    """
    return _checked(" ".join(text.split()), field, most)


def lines(text: str, *, field: str, most: int = MOST_TEXT) -> str:
    """Return a text with its line breaks; errors as `line`."""
    return _checked("\n".join(" ".join(each.split()) for each in text.splitlines()).strip(), field, most)


def whole(text: str, *, field: str, most: int) -> int:
    """Return a whole number from 1; FieldRefused for anything else."""
    typed = unicodedata.normalize("NFKC", text).strip()
    if not typed.isascii() or not typed.isdigit() or len(typed) > len(str(most)) or not 1 <= int(typed) <= most:
        raise FieldRefused(field=field, problem=f"expected a whole number from 1 to {most}")
    return int(typed)


def day(text: str, *, field: str) -> str:
    """Return a day in ISO 8601; FieldRefused for anything else."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise FieldRefused(field=field, problem="expected a day as YYYY-MM-DD") from None
    return found.isoformat()


def targets(text: str) -> list[Target]:
    """Return the units that were typed, one on each line: the code, and after a space the element.

    Raises:
        FieldRefused: none, too many, one twice, or one that the catalogue does not know.
    """
    found = []
    for each in lines(text, field="targets").splitlines():
        code, _, element = each.partition(" ")
        if ncs_unit(code) is None:
            raise FieldRefused(field="targets", problem="expected codes of NCS units that the catalogue has")
        found.append(Target(code, element.strip()))
    if len(found) > MOST_TARGETS or len(set(found)) < len(found):
        raise FieldRefused(field="targets", problem=f"expected at most {MOST_TARGETS} lines, none of them twice")
    return found


def targets_json(found: Sequence[Target]) -> str:
    """Return units as they are stored."""
    return json.dumps([[each.code, each.element] for each in found], ensure_ascii=False)


def targets_of(stored: str) -> list[Target]:
    """Return the units that were stored."""
    return [Target(code, element) for code, element in json.loads(stored)]


def course_values(form: CourseForm) -> Mapping[str, str | int]:
    """Return the columns of a course that was typed.

    Raises:
        FieldRefused: the first field that cannot be taken.
    """
    return {
        "code": line(form.code, field="code", most=40),
        "title": line(form.title, field="title"),
        "hours": whole(form.hours, field="hours", most=MOST_HOURS),
        "level": whole(form.level, field="level", most=MOST_LEVEL),
        "targets": targets_json(targets(form.targets)),
        "outcome": lines(form.outcome, field="outcome"),
        "evaluation": lines(form.evaluation, field="evaluation"),
    }


def _checked(text: str, field: str, most: int) -> str:
    text = unicodedata.normalize("NFC", text)
    if not text:
        raise FieldRefused(field=field, problem="expected a text, found none")
    if len(text) > most:
        raise FieldRefused(field=field, problem=f"expected at most {most} characters")
    if any(unicodedata.category(each) in _REFUSED for each in text.replace("\n", "")):
        raise FieldRefused(field=field, problem="expected visible characters only")
    if holds_resident_number(text):
        raise FieldRefused(field=field, problem="expected no resident registration number")
    return text
