"""The fixed phrases of today's wording version, and how every version writes a day."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from credential_schemas.wording.model import Language
from credential_schemas.wording.published import current_wording

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def phrases() -> Mapping[str, Mapping[Language, str]]:
    """Return all phrases of today's version by key."""
    return current_wording().phrases


def phrase(key: str, language: Language, **values: str) -> str:
    """Return a phrase of today's version with its places filled."""
    return current_wording().phrase(key, language, **values)


def spoken_day(day: date, language: Language) -> str:
    """Return a day as a sentence writes it: 2026년 11월 22일, 22 November 2026."""
    if language == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
