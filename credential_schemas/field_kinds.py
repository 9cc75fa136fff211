"""The kinds of values an entry's field may have: what is accepted, and the same rule as a JSON Schema.

A type file names one of these kinds for each field. A new entry type needs no new kind as long as its values are texts,
numbers, days, yes or no, one of a list, or NCS codes.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache, partial
from types import MappingProxyType
from typing import Final, TypeAlias, TypeGuard

from credential_schemas.errors import EntryTypeError
from keys.encoding import JsonValue

MAX_TEXT_CHARACTERS: Final = 1000
MAX_LIST_ITEMS: Final = 100
MAX_STATUS_INDEX: Final = 2**32 - 1

# Letters by category, but drawn as nothing: text could be hidden in them.
_INVISIBLE_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
_INVISIBLE: Final = re.compile(f"[{''.join(sorted(_INVISIBLE_LETTERS))}]").search
# Control, format (bidi overrides, zero width), lone surrogate, private use, line and paragraph separator.
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class FieldKind(StrEnum):
    """What a field's value is; the comments name the JSON form where it is not obvious."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    HOURS = "hours"
    CREDITS = "credits"
    LEVEL = "level"  # NCS level, 1 to 8
    DATE = "date"  # "2026-11-21", a Korean day
    BOOLEAN = "boolean"
    ENUM = "enum"  # one of the field's `values`
    TERM = "term"  # "2025-1", "2025-2", "2025-S", "2025-W"
    BODY = "body"  # id of issuing_bodies.csv, or a name
    ITEM_CODE = "item_code"  # jmCd
    COURSE_ID = "course_id"  # trprId
    PROVIDER_ID = "provider_id"  # trainstCstId
    BUSINESS_NUMBER = "business_number"
    NCS_UNIT = "ncs_unit"  # "2001020203_19v4"
    NCS_UNITS = "ncs_units"  # list of the same
    NCS_CODE = "ncs_code"  # occupation (8 digits) or unit
    CODED_NAME = "coded_name"  # {"code": "21", "name": "정보통신"}
    ENTRY_IDX = "entry_idx"  # `idx` of another entry of the same certificate


_UNIT: Final = r"[0-9]{10}_[0-9]{2}v[0-9]{1,3}"
_DAY_CHARACTERS: Final = len("2026-11-21")
CODE_PATTERNS: Final[Mapping[FieldKind, str]] = MappingProxyType(
    {
        FieldKind.TERM: r"[0-9]{4}-[12SW]",
        FieldKind.ITEM_CODE: r"[0-9A-Z]{4}",
        FieldKind.COURSE_ID: r"[A-Z]{3}[0-9]{14}",
        FieldKind.PROVIDER_ID: r"[0-9]{12}",
        FieldKind.BUSINESS_NUMBER: r"[0-9]{10}",
        FieldKind.NCS_UNIT: _UNIT,
        FieldKind.NCS_CODE: rf"[0-9]{{8}}|{_UNIT}",
    }
)
CLASS_CODE: Final = r"[0-9A-Z]{1,10}"
_RANGES: Final[Mapping[FieldKind, tuple[int, int]]] = MappingProxyType(
    {
        FieldKind.INTEGER: (0, 2**31),
        FieldKind.HOURS: (0, 100_000),
        FieldKind.LEVEL: (1, 8),
        FieldKind.ENTRY_IDX: (0, MAX_STATUS_INDEX),
        FieldKind.DECIMAL: (0, 1_000_000),
        FieldKind.PERCENT: (0, 100),
        FieldKind.CREDITS: (0, 1000),
    }
)
_FRACTIONS_ALLOWED: Final = frozenset({FieldKind.DECIMAL, FieldKind.PERCENT, FieldKind.CREDITS})


def check_text(value: JsonValue, *, path: str) -> str:
    """Return the value as a text that can be signed, printed and compared: NFC, visible, at most 1,000 characters.

    Raises:
        EntryTypeError: `wrong_kind`, `too_long`, `not_nfc` or `control_character`; the message never holds the text.
    """
    if is_plain(value):
        return value
    if not isinstance(value, str) or not value.strip():
        raise EntryTypeError(path, f"expected a text that is not empty, found {_described(value)}")
    if len(value) > MAX_TEXT_CHARACTERS:
        detail = f"expected at most {MAX_TEXT_CHARACTERS} characters, found {len(value)}"
        raise EntryTypeError(path, detail, kind="too_long")
    for character in value:
        if unicodedata.category(character) in _REFUSED_CATEGORIES or character in _INVISIBLE_LETTERS:
            detail = f"expected visible characters only, found U+{ord(character):04X}"
            raise EntryTypeError(path, detail, kind="control_character")
    if not unicodedata.is_normalized("NFC", value):
        raise EntryTypeError(path, "expected text in normalisation form NFC, found another form", kind="not_nfc")
    return value


def is_plain(value: JsonValue) -> TypeGuard[str]:
    """Return whether it is a text that none of the rules of `check_text` refuses: the common case, in a few calls.

    What is printable has no character of a refused category (`str.isprintable`); ASCII is always in NFC.
    """
    if type(value) is not str or not value.isprintable() or value.isspace():
        return False
    if not 0 < len(value) <= MAX_TEXT_CHARACTERS:
        return False
    return value.isascii() or (not _INVISIBLE(value) and unicodedata.is_normalized("NFC", value))


def check_day(value: JsonValue, *, path: str) -> date:
    """Return the value as a day; only `YYYY-MM-DD` of a day that exists is accepted.

    Raises:
        EntryTypeError: `wrong_kind`.
    """
    if is_day(value):
        return date.fromisoformat(value)
    raise EntryTypeError(path, f"expected a day as YYYY-MM-DD, found {_described(value)}")


def is_day(value: JsonValue) -> TypeGuard[str]:
    """Return whether a value is `YYYY-MM-DD` of a day that exists; Python also reads weeks, without this hyphen."""
    if type(value) is not str or len(value) != _DAY_CHARACTERS or value[4] != "-" or value[7] != "-":
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def check_integer(value: JsonValue, *, path: str, least: int, most: int) -> int:
    """Return the value as a whole number in a range; a boolean or a number with a decimal point is none.

    Raises:
        EntryTypeError: `wrong_kind`.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise EntryTypeError(path, f"expected a whole number from {least} to {most}, found {_described(value)}")
    return value


def check_value(value: JsonValue, *, kind: FieldKind, values: Collection[str], path: str) -> None:
    """Check that a value is of its field's kind.

    Args:
        value: as decoded from JSON.
        kind: the field's kind.
        values: the permitted values of an `enum` field.
        path: of the claim, for the error.

    Raises:
        EntryTypeError: with the path and what was expected.
    """
    if kind is FieldKind.TEXT or kind is FieldKind.BODY:
        check_text(value, path=path)
    elif kind is FieldKind.DATE:
        check_day(value, path=path)
    elif kind is FieldKind.BOOLEAN:
        if not isinstance(value, bool):
            raise EntryTypeError(path, f"expected true or false, found {_described(value)}")
    elif kind is FieldKind.ENUM:
        if not isinstance(value, str) or value not in values:
            detail = f"expected one of {', '.join(sorted(values))}, found {_described(value)}"
            raise EntryTypeError(path, detail, kind="unknown_value")
    elif kind in CODE_PATTERNS:
        _check_code(value, pattern=CODE_PATTERNS[kind], expected=f"a {kind}", path=path)
    elif kind in _RANGES:
        _check_number(value, kind=kind, path=path)
    elif kind is FieldKind.NCS_UNITS:
        _check_units(value, path=path)
    else:
        _check_coded_name(value, path=path)


QuickTest: TypeAlias = Callable[[JsonValue], bool]
"""A short test that only values of a kind pass; what does not pass is for `check_value` to judge."""


def entry_tests(fields: Iterable[tuple[str, FieldKind, Collection[str]]]) -> tuple[tuple[str, QuickTest], ...]:
    """Return the tests for the members of an entry object: the common ones, then these fields with kind and values."""
    return (*_COMMON_TESTS, *((name, quick_test(kind, values=values)) for name, kind, values in fields))


def quick_test(kind: FieldKind, *, values: Collection[str] = ()) -> QuickTest:
    """Return a short test that only values of the kind pass; what does not pass is for `check_value` to judge."""
    if kind is FieldKind.ENUM:
        return lambda value: type(value) is str and value in values
    return _quick_test(kind)


@cache
def _quick_test(kind: FieldKind) -> QuickTest:
    if kind is FieldKind.TEXT or kind is FieldKind.BODY:
        return is_plain
    if kind is FieldKind.DATE:
        return is_day
    if kind is FieldKind.BOOLEAN:
        return lambda value: type(value) is bool
    if kind in CODE_PATTERNS:
        pattern = CODE_PATTERNS[kind]  # compiled when a value comes
        return lambda value: type(value) is str and _compiled(pattern).fullmatch(value) is not None
    if kind in _RANGES:
        least, most = _RANGES[kind]
        permitted = frozenset({int, float} if kind in _FRACTIONS_ALLOWED else {int})
        return lambda value: type(value) in permitted and least <= value <= most  # type: ignore[operator]  # numbers
    return partial(_is_of_kind, kind=kind)


def _is_of_kind(value: JsonValue, *, kind: FieldKind) -> bool:
    try:
        check_value(value, kind=kind, values=(), path="")
    except EntryTypeError:
        return False
    return True


_COMMON_TESTS: Final = (
    ("type", is_plain),
    ("title", is_plain),
    ("title_en", is_plain),
    ("issuing_body", is_plain),
    ("as_of", is_day),
    ("idx", _quick_test(FieldKind.ENTRY_IDX)),
)


def value_schema(kind: FieldKind, *, values: Collection[str]) -> dict[str, JsonValue]:
    """Return the JSON Schema (2020-12) of a value: the rule of `check_value`, as far as a schema can say it."""
    if kind in (FieldKind.TEXT, FieldKind.BODY):
        return {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARACTERS}
    if kind is FieldKind.DATE:
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    if kind is FieldKind.BOOLEAN:
        return {"type": "boolean"}
    if kind is FieldKind.ENUM:
        return {"enum": list(values)}
    if kind in CODE_PATTERNS:
        return _code_schema(CODE_PATTERNS[kind])
    if kind in _RANGES:
        least, most = _RANGES[kind]
        name = "number" if kind in _FRACTIONS_ALLOWED else "integer"
        return {"type": name, "minimum": least, "maximum": most}
    if kind is FieldKind.NCS_UNITS:
        items: JsonValue = dict(_code_schema(_UNIT))
        return {"type": "array", "items": items, "minItems": 1, "maxItems": MAX_LIST_ITEMS, "uniqueItems": True}
    members: dict[str, JsonValue] = {
        "code": _code_schema(CLASS_CODE),
        "name": value_schema(FieldKind.TEXT, values=()),
    }
    return {"type": "object", "properties": members, "required": ["code", "name"], "additionalProperties": False}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _code_schema(pattern: str) -> dict[str, JsonValue]:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def _check_code(value: JsonValue, *, pattern: str, expected: str, path: str) -> None:
    if not isinstance(value, str) or not _compiled(pattern).fullmatch(value):
        raise EntryTypeError(path, f"expected {expected} ({pattern}), found {_described(value)}")


def _check_number(value: JsonValue, *, kind: FieldKind, path: str) -> None:
    least, most = _RANGES[kind]
    if kind not in _FRACTIONS_ALLOWED:
        check_integer(value, path=path, least=least, most=most)
    elif not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise EntryTypeError(path, f"expected a number from {least} to {most}, found {_described(value)}")


def _check_units(value: JsonValue, *, path: str) -> None:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_LIST_ITEMS:
        raise EntryTypeError(path, f"expected a list of 1 to {MAX_LIST_ITEMS} unit codes, found {_described(value)}")
    for index, unit in enumerate(value):
        _check_code(unit, pattern=_UNIT, expected="an NCS unit code", path=f"{path}[{index}]")
        if unit in value[:index]:
            raise EntryTypeError(f"{path}[{index}]", "expected each unit once, found it again", kind="repeated")


def _check_coded_name(value: JsonValue, *, path: str) -> None:
    if not isinstance(value, dict) or set(value) != {"code", "name"}:
        raise EntryTypeError(path, f"expected an object with code and name, found {_described(value)}")
    _check_code(value["code"], pattern=CLASS_CODE, expected="a code", path=f"{path}.code")
    check_text(value["name"], path=f"{path}.name")


def _described(value: JsonValue) -> str:
    """Name the JSON type; the value itself may be personal and is never repeated."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    return {int: "a number", float: "a number with a decimal point", list: "a list", dict: "an object"}[type(value)]
