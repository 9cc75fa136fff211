"""How the value of an entry's field is written in words."""

from collections.abc import Mapping
from typing import Final

from credential_schemas.entry_types import Field
from credential_schemas.field_kinds import FieldKind
from credential_schemas.wording.model import Language
from credential_schemas.wording.published import WordingVersion, current_wording
from keys.encoding import JsonValue

_COUNTED: Final[Mapping[FieldKind, str]] = {
    FieldKind.HOURS: "value.hours",
    FieldKind.CREDITS: "value.credits",
    FieldKind.LEVEL: "value.level",
}


def value_text(
    field: Field,
    value: JsonValue,
    *,
    language: Language,
    numbers: Mapping[int, str],
    version: WordingVersion | None = None,
) -> str:
    """Write a value that `Field.check` accepts.

    Args:
        field: the value's field.
        value: the value.
        language: Korean or English.
        numbers: the printed number of each entry of the certificate, by its `idx`.
        version: of the wording, today's unless given.

    Returns:
        The text. A text of the entry is returned literally, in its own language.
    """
    words = current_wording() if version is None else version
    match value:
        case bool() if field.values:
            return field.values["true" if value else "false"].in_language(language)
        case bool():
            return words.phrase("value.true" if value else "value.false", language)
        case int() if field.kind is FieldKind.ENTRY_IDX:
            number = numbers.get(value)
            key = "value.entry" if number else "value.entry.elsewhere"
            return words.phrase(key, language, number=number or "")
        case int() | float():
            return _number(field.kind, value, language, words)
        case list():
            return ", ".join(str(item) for item in value)
        case dict():
            return f"{value['code']} {value['name']}"
        case _:
            return _text(field, str(value), language, words)


def number_text(value: float) -> str:
    """Write a number with a comma at the thousands and no superfluous decimal zero."""
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


def _number(kind: FieldKind, value: float, language: Language, words: WordingVersion) -> str:
    text = number_text(value)
    if kind is FieldKind.PERCENT:
        return f"{text}%"
    return words.phrase(_COUNTED[kind], language, n=text) if kind in _COUNTED else text


def _text(field: Field, value: str, language: Language, words: WordingVersion) -> str:
    if field.kind is FieldKind.ENUM:
        return field.values[value].in_language(language)
    if field.kind is FieldKind.BODY:
        return words.body_name(value).in_language(language)
    if field.kind is FieldKind.TERM:
        year, term = value.split("-")
        return words.phrase(f"value.term.{term}", language, year=year)
    return value
