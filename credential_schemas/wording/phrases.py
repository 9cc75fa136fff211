"""The fixed phrases of a certificate in Korean and English, read from `phrases.json`, and how they write a day."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from credential_schemas.wording.model import Language
from keys.encoding import decode_json_object

_MAX_BYTES: Final = 64 * 1024
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@cache
def phrases() -> Mapping[str, Mapping[Language, str]]:
    """Return all phrases by key."""
    data = (resources.files("credential_schemas.wording") / "phrases.json").read_bytes()
    decoded: Any = decode_json_object(data, max_bytes=_MAX_BYTES)  # our own file; the tests read every phrase
    return {key: {"ko": phrase["ko"], "en": phrase["en"]} for key, phrase in decoded.items()}


def phrase(key: str, language: Language, **values: str) -> str:
    """Return a phrase with its places filled; `singular|plural` is decided by the value `n`."""
    text = phrases()[key][language]
    if "|" in text:
        singular, plural = text.split("|")
        text = singular if values["n"] == "1" else plural
    return text.format_map(values)


def spoken_day(day: date, language: Language) -> str:
    """Return a day as a sentence writes it: 2026년 11월 22일, 22 November 2026."""
    if language == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
