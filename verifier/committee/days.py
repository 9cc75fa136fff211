"""The days of a notice: decision, last day of retention, and whether the day of destruction has come (Korean days)."""

from datetime import date, datetime, timedelta

from credential_schemas.korean_time import KOREAN_TIME
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import MAX_DAYS, MIN_DAYS


def korean_day(now: datetime) -> date:
    """Return the day that it is in Korea."""
    return now.astimezone(KOREAN_TIME).date()


def last_day(decision_on: str, retention_days: int) -> date:
    """Return the last day on which anything about applicants is kept."""
    return date.fromisoformat(decision_on) + timedelta(days=retention_days)


def check_retention(decision_on: str, retention_days: int, *, today: date) -> None:
    """Refuse days that cannot be.

    Raises:
        CommitteeRefused: `days`, no day, or not 14 to 180 days; `past`, the last day is over already.
    """
    try:
        decided = date.fromisoformat(decision_on)
    except ValueError as error:
        raise CommitteeRefused("days") from error
    if not MIN_DAYS <= retention_days <= MAX_DAYS or decided > today + timedelta(days=3 * 365):
        raise CommitteeRefused("days")
    if last_day(decision_on, retention_days) < today:
        raise CommitteeRefused("past")
