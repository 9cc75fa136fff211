"""Exact numbers, days, whole months, comparable names."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential_schemas.criteria.values import (
    comparable,
    day,
    matches,
    months_later,
    number,
    number_json,
    number_text,
    whole_months,
)

DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (3, Fraction(3)),
        (0.1, Fraction(1, 10)),
        (Decimal("0.5"), Fraction(1, 2)),
        ("950", Fraction(950)),
        (" 98.5 ", Fraction(197, 2)),
        ("98.", Fraction(98)),
        ("123456789012", Fraction(123456789012)),
        ("12345678901.", Fraction(12345678901)),
        (Fraction(1, 3), Fraction(1, 3)),
    ],
)
def test_a_number_is_taken_as_written(value: object, found: Fraction) -> None:
    assert number(value) == found


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        "",
        ".",
        "1e3",
        "-5",
        "IM2",
        "１２",
        "1.2.3",
        "1" * 13,
        float("nan"),
        float("inf"),
        -float("inf"),
        [1],
    ],
)
def test_what_is_no_number_is_none(value: object) -> None:
    assert number(value) is None


def test_numbers_are_written_whole_where_they_are() -> None:
    assert number_json(Fraction(4)) == 4
    assert number_json(Fraction(5, 2)) == 2.5
    assert number_text(Fraction(1, 3)) == "0.3333"


@pytest.mark.parametrize("value", ["2026-3-2", "2026-02-30", "20260302", 20260302, None, "2026-03-02T00:00"])
def test_what_names_no_day_is_none(value: object) -> None:
    assert day(value) is None


def test_a_month_without_that_day_ends_with_its_last_day() -> None:
    assert months_later(date(2024, 2, 29), -24) == date(2022, 2, 28)
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2026, 12, 1), 1) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("periods", "months"),
    [
        ([], 0),
        ([(date(2023, 3, 1), date(2025, 2, 28))], 24),
        ([(date(2023, 3, 1), date(2025, 2, 27))], 23),
        ([(date(2023, 3, 1), date(2023, 3, 1))], 0),
        ([(date(2023, 1, 1), date(2023, 6, 30)), (date(2023, 4, 1), date(2023, 9, 30))], 9),
        ([(date(2023, 1, 1), date(2023, 1, 15)), (date(2023, 1, 16), date(2023, 1, 31))], 1),
        ([(date(2023, 1, 1), date(2023, 1, 20)), (date(2023, 3, 1), date(2023, 3, 20))], 0),
        ([(date(2023, 1, 1), date(2023, 12, 31)), (date(2023, 2, 1), date(2023, 3, 1))], 12),
        ([(date(2024, 1, 31), date(2024, 2, 28))], 0),  # the month ends with the last of February
        ([(date(2024, 1, 31), date(2024, 2, 29))], 1),
        ([(date(2024, 1, 31), date(2024, 3, 30))], 2),
        ([(date(2024, 2, 29), date(2025, 2, 27))], 11),
        ([(date(2024, 2, 29), date(2025, 2, 28))], 12),
        ([(date(9999, 1, 1), date.max)], 11),  # the day after the last of the calendar is none
    ],
)
def test_months_are_complete_and_overlap_counts_once(periods: list[tuple[date, date]], months: int) -> None:
    assert whole_months(periods) == months
    assert whole_months(reversed(periods)) == months


@given(st.lists(st.tuples(DAYS, st.integers(0, 2000)), max_size=6), DAYS, st.integers(0, 2000))
def test_another_period_never_takes_months_away(
    given_periods: list[tuple[date, int]], start: date, length: int
) -> None:
    periods = [(first, first + timedelta(days=days)) for first, days in given_periods]
    more = [*periods, (start, start + timedelta(days=length))]
    assert whole_months(more) >= whole_months(periods)


def test_names_compare_without_spaces_and_in_one_form() -> None:
    assert comparable("정보 처리 기사") == comparable("정보처리기사")
    assert comparable("TOEIC Speaking") == "toeicspeaking"


@pytest.mark.parametrize(
    ("pattern", "word", "fits"),
    [
        ("변호사", "변 호 사", True),
        ("변호사", "변호사보", False),
        ("*박사", "공학박사", True),
        ("*박사", "박사과정", False),
        ("5급*", "5급 공채", True),
        ("5급*", "7급 공채", False),
        ("5급*", "5등급", False),
        ("*사", "변호사", True),
        ("5*", "5급", True),
        ("*", "무엇", False),
    ],
)
def test_a_pattern_names_one_word_or_one_end(pattern: str, word: str, *, fits: bool) -> None:
    assert matches(pattern, word) is fits
