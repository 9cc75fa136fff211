"""What a notice says, from the fields of a form and back: one field for each parameter that its policy declares.

| Kind | In the form |
|---|---|
| `date` | a day |
| `choice` | one of its values |
| `requirements` | a line for each requirement, alternatives with `|` between them |
| `month_bands`, `word_points` | a line for each: `12 = 3`, `대상 = 3` |
| `families`, `members` | JSON, as docs/formats/criteria.md describes the rows |
| readings | a choice of each open reading |

Judging is left to the engine's own reader of notices; here only the shape of lines is read.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.terms import ChoiceParameter, DateParameter, PointsParameter, RequirementsParameter
from keys.encoding import JsonValue, decode_json
from keys.errors import DecodingError
from keys.values import dataclass
from verifier.scoring.limits import MAX_NOTICE_BYTES

PREFIX: Final = "p-"
READING: Final = "r-"
_WHOLE: Final = re.compile(r"[0-9]{1,4}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was read: the document of the notice, and what is wrong by name of field."""

    document: dict[str, JsonValue]
    problems: dict[str, str]


def document_of(policy: Policy, form: Mapping[str, str]) -> Filled:
    """Return the notice that a form describes; fields that are empty are left out."""
    document: dict[str, JsonValue] = {"id": form.get("name", "").strip()}
    problems: dict[str, str] = {}
    title = " ".join(form.get("title", "").split())
    if title:
        document["title"] = title
    for name, parameter in policy.parameters.items():
        typed = form.get(PREFIX + name, "").strip()
        if not typed:
            continue
        try:
            document[name] = _value(parameter, typed)
        except ValueError as error:
            problems[name] = str(error)
    chosen: dict[str, JsonValue] = {
        each.id: form[READING + each.id] for each in policy.ambiguities if form.get(READING + each.id)
    }
    different = {
        each.id: chosen[each.id] for each in policy.ambiguities if chosen.get(each.id, each.chosen) != each.chosen
    }
    if different:
        document["readings"] = different
    return Filled(document, problems)


def form_of(policy: Policy, document: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return the fields of the form that describe a notice."""
    form = {"name": str(document.get("id", "")), "title": str(document.get("title", ""))}
    for name, parameter in policy.parameters.items():
        value = document.get(name)
        if value is not None:
            form[PREFIX + name] = _typed(parameter, value)
    readings = document.get("readings")
    for each, option in (readings if isinstance(readings, dict) else {}).items():
        form[READING + each] = str(option)
    return form


def encoded(document: Mapping[str, JsonValue]) -> bytes:
    """Return the bytes of a notice, as they are kept and as scoring reads them."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _value(parameter: object, typed: str) -> JsonValue:
    if isinstance(parameter, DateParameter | ChoiceParameter):
        return typed
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if isinstance(parameter, RequirementsParameter):
        return [{"any_of": [each.strip() for each in line.split("|") if each.strip()]} for line in lines]
    if isinstance(parameter, PointsParameter):
        pairs = [_pair(line) for line in lines]
        if parameter.type == "word_points":
            return dict(pairs)
        return [{"min_months": _months(months), "points": points} for months, points in pairs]
    try:
        return decode_json(typed.encode(), max_bytes=MAX_NOTICE_BYTES)
    except DecodingError as error:
        raise ValueError(error.message) from None


def _pair(line: str) -> tuple[str, int | float]:
    word, _, points = line.rpartition("=")
    if not word.strip() or not _NUMBER.fullmatch(points.strip()):
        raise ValueError("expected a line such as 12 = 3")
    number = points.strip()
    return word.strip(), float(number) if "." in number else int(number)


def _months(word: str) -> int:
    if not _WHOLE.fullmatch(word):
        raise ValueError("expected a number of months before the sign")
    return int(word)


def _typed(parameter: object, value: JsonValue) -> str:
    if isinstance(parameter, DateParameter | ChoiceParameter):
        return str(value)
    if isinstance(parameter, RequirementsParameter) and isinstance(value, list):
        rows = [row.get("any_of") for row in value if isinstance(row, dict)]
        return "\n".join(" | ".join(str(each) for each in row) for row in rows if isinstance(row, list))
    if isinstance(parameter, PointsParameter) and isinstance(value, dict):
        return "\n".join(f"{word} = {points}" for word, points in value.items())
    if isinstance(parameter, PointsParameter) and isinstance(value, list):
        return "\n".join(f"{row['min_months']} = {row['points']}" for row in value if isinstance(row, dict))
    return json.dumps(value, ensure_ascii=False)
