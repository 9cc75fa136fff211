"""Korean time, in which the law, the notices and the certificates count their days: UTC+9 all year (since 1988)."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

DAY_S: Final = 24 * 3600
KOREAN_OFFSET_S: Final = 9 * 3600
KOREAN_TIME: Final = timezone(timedelta(seconds=KOREAN_OFFSET_S))
_EPOCH: Final = date(1970, 1, 1).toordinal()


def korean_day(instant: int) -> date:
    """Return the Korean day in which an instant (Unix time, seconds) lies."""
    return date.fromordinal(_EPOCH + (instant + KOREAN_OFFSET_S) // DAY_S)


def korean_midnight(day: date) -> int:
    """Return the second (Unix time) at which a Korean day begins."""
    return (day.toordinal() - _EPOCH) * DAY_S - KOREAN_OFFSET_S


def korean_time(moment: datetime) -> str:
    """Return the Korean day and minute of an aware time, such as 2026-11-22 12:00."""
    return moment.astimezone(KOREAN_TIME).strftime("%Y-%m-%d %H:%M")
