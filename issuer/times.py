"""Times and days as the bank writes them: UTC to the second in its records, Korean days on its certificates."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from credential_schemas.certificate_claims import korean_day

KOREAN_TIME: Final = timezone(timedelta(hours=9))


def utc_text(moment: datetime) -> str:
    """Return an aware time as ISO 8601 text in UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def korean_day_of(moment: datetime) -> date:
    """Return the Korean day in which an aware time lies."""
    return korean_day(int(moment.timestamp()))


def utc_moment(text: str) -> datetime:
    """Return the aware time that `utc_text` wrote."""
    return datetime.fromisoformat(text)


def korean_time(moment: datetime) -> str:
    """Return the Korean day and minute of an aware time, such as 2026-11-22 12:00."""
    return moment.astimezone(KOREAN_TIME).strftime("%Y-%m-%d %H:%M")
