"""The access log of staff for auditors (LR-08): who, when, from where, whose data, what; reading it is recorded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from credential_schemas.korean_time import KOREAN_TIME
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.store.audit import AuditRecord, StaffActs
from issuer.times import utc_moment, utc_text

PAGE: Final = 100
_ACTOR: Final = re.compile(r"staff:(.+?)(?:@([^@\s]+))?")
_ON_THE_MACHINE: Final = ""


@dataclass(frozen=True, slots=True)
class LogWish:
    """Which accesses are wanted; an empty text, None or 0 asks for nothing in particular.

    `name` is whose, `day` a Korean day, `action` a word of the trail, `before` a place in it, for the next page.
    """

    name: str = ""
    day: date | None = None
    action: str = ""
    before: int = 0


@dataclass(frozen=True, slots=True)
class StaffAccess:
    """One access with the five facts; `place` is empty for a command on the machine, `subject` says what of whose.

    `reason` is what was written beside it.
    """

    seq: int
    at: datetime
    name: str
    place: str
    action: str
    account: str
    subject: str
    reason: str


def staff_accesses(bank: Bank, wish: LogWish, *, now: datetime) -> tuple[Sequence[StaffAccess], int]:
    """Return a page of accesses, newest first, and where the next page begins (0: there is none); record this look.

    Args:
        bank: acting as the auditor.
        wish: which.
        now: aware.
    """
    begin, end = _bounds(wish.day)
    with bank.store.write() as transaction:
        asked = StaffActs(wish.name, begin, end, wish.action, wish.before)
        found = transaction.audit.of_staff(asked, limit=PAGE + 1)
        act = Act("access_log_read", detail=_said(wish))
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    shown = [_access(each) for each in found[:PAGE]]
    return shown, shown[-1].seq if len(found) > PAGE else 0


def _bounds(day: date | None) -> tuple[str, str]:
    if day is None:
        return "", ""
    begin = datetime(day.year, day.month, day.day, tzinfo=KOREAN_TIME).astimezone(UTC)
    return utc_text(begin), utc_text(begin + timedelta(days=1))


def _said(wish: LogWish) -> str:
    day = "" if wish.day is None else wish.day.isoformat()
    given = {"name": wish.name, "day": day, "action": wish.action, "before": str(wish.before or "")}
    return ", ".join(f"{name} {value}" for name, value in given.items() if value) or "everything"


def _access(record: AuditRecord) -> StaffAccess:
    found = _ACTOR.fullmatch(record.actor)
    name, place = (record.actor, None) if found is None else (found[1], found[2])
    return StaffAccess(
        seq=record.seq,
        at=utc_moment(record.at),
        name=name,
        place=place or _ON_THE_MACHINE,
        action=record.action,
        account=record.account or "",
        subject=record.subject or "",
        reason=record.detail or "",
    )
