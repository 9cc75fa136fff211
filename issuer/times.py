"""Times and days as the bank writes them: UTC to the second in its records, Korean days on its certificates."""

from datetime import UTC, date, datetime

from credential_schemas.korean_time import korean_day


def utc_text(moment: datetime) -> str:
    """Return an aware time as ISO 8601 text in UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def korean_day_of(moment: datetime) -> date:
    """Return the Korean day in which an aware time lies."""
    return korean_day(int(moment.timestamp()))


def utc_moment(text: str) -> datetime:
    """Return the aware time that `utc_text` wrote."""
    return datetime.fromisoformat(text)
