"""The values criteria count with: exact numbers, days, whole months, words made comparable."""

import calendar
import math
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from keys.encoding import JsonValue

_DECIMALS: Final = 4


def number(value: object) -> Fraction | None:
    """Return a number exactly as it was written, None if it is none; text such as "950" counts as its number."""
    if isinstance(value, str):
        plain = value.strip()
        if not plain.isascii() or not plain.replace(".", "", 1).isdigit() or len(plain) > 12:
            return None
        return Fraction(plain)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        return None
    if isinstance(value, float):
        return Fraction(str(value)) if math.isfinite(value) else None
    return Fraction(value)


def number_json(value: Fraction) -> JsonValue:
    """Return a number for JSON: whole ones as integers, others with at most four decimals."""
    return int(value) if value.denominator == 1 else float(round(value, _DECIMALS))


def number_text(value: Fraction) -> str:
    """Return a number for people."""
    return str(number_json(value))


def day(value: object) -> date | None:
    """Return the day that a text such as "2026-03-02" names, None if it names none."""
    if not isinstance(value, str) or len(value) != len("2026-03-02"):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def months_later(start: date, months: int) -> date:
    """Return the same day of a later (or earlier) month, or that month's last day where there is no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def whole_months(periods: Iterable[tuple[date, date]]) -> int:
    """Return the complete calendar months in the union of periods; first and last day belong to a period.

    Periods that touch or overlap count as one; each such stretch gives its own complete months. A month ends on the day
    before the same day of the next one, and with the next month's last day where there is no such day.

    Source: Civil Act of Korea, article 160
    """
    stretches: list[tuple[date, date]] = []
    for first, last in sorted(periods):
        after = last + timedelta(days=1) if last < date.max else last
        if stretches and first <= stretches[-1][1]:
            first, reach = stretches.pop()  # noqa: PLW2901  # the stretch goes on
            after = max(reach, after)
        stretches.append((first, after))
    return sum(_months_between(start, end) for start, end in stretches)


def _months_between(start: date, end: date) -> int:
    """Return the months from a day up to another, which does not belong to them."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if end.day >= start.day else months - 1


def comparable(word: str) -> str:
    """Return a name for comparison: NFC, without spaces, in one letter case."""
    return "".join(unicodedata.normalize("NFC", word).split()).casefold()


def matches(pattern: str, word: str) -> bool:
    """Return whether a name fits a pattern: the same name, or with `*` at an end, any name that ends or begins so."""
    wanted, found = comparable(pattern), comparable(word)
    if wanted.startswith("*") and len(wanted) > 1:
        return found.endswith(wanted[1:])
    if wanted.endswith("*") and len(wanted) > 1:
        return found.startswith(wanted[:-1])
    return wanted == found
