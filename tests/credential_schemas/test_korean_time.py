"""Days and minutes in Korea, whatever zone a moment is given in."""

from datetime import UTC, date, datetime, timedelta, timezone

from credential_schemas.korean_time import korean_day, korean_midnight, korean_time


def test_day_begins_at_fifteen_hours_of_the_day_before_in_utc() -> None:
    assert korean_midnight(date(2026, 11, 22)) == 1795273200  # 2026-11-21T15:00:00Z
    assert korean_day(1795273199) == date(2026, 11, 21)
    assert korean_day(1795273200) == korean_day(1795273200 + 86399) == date(2026, 11, 22)


def test_midnights_and_days_are_each_other_s_opposite() -> None:
    for day in (date(1970, 1, 2), date(1988, 5, 8), date(2024, 2, 29), date(2200, 12, 31)):
        assert korean_day(korean_midnight(day)) == day


def test_time_is_said_to_the_minute_below() -> None:
    assert korean_time(datetime(2026, 11, 22, 2, 59, 59, tzinfo=UTC)) == "2026-11-22 11:59"
    assert korean_time(datetime(2026, 11, 21, 16, 0, tzinfo=timezone(timedelta(hours=-8)))) == "2026-11-22 09:00"
