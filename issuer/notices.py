"""Notices to everybody: operators write them in both languages and say from which day to which they are shown.

They are plain text. Publishing and withdrawing give a reason and are recorded; a notice is never changed, so that what
people have read stays what was published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from credential_schemas.look.harmless import harmless
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.notice_errors import NoticeFieldRefused
from issuer.sources.rows import holds_resident_number
from issuer.store.notices import StoredNotice
from issuer.times import korean_day_of, utc_text

MOST_TITLE: Final = 100
MOST_TEXT: Final = 2000
MOST_SHOWN: Final = 50
NOTICE_FIELDS: Final = ("title_ko", "title_en", "text_ko", "text_en", "first_day", "last_day")
"""What is filled in for a notice; the days are Korean and in ISO 8601, and the last one may be empty."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice that can be published: no text is empty, and its last day is not over."""

    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    first_day: date
    last_day: date | None


def read_notice(typed: Mapping[str, str], *, today: date) -> NewNotice:
    """Return a notice as it was typed, by the names of `NOTICE_FIELDS`.

    Raises:
        NoticeFieldRefused: a text is empty, too long, or has characters that nobody sees or a resident registration
            number; a day is none, or the last one is over or before the first.
    """
    texts = {
        name: _text(typed.get(name, ""), name, most=MOST_TITLE if name.startswith("title") else MOST_TEXT)
        for name in NOTICE_FIELDS
        if not name.endswith("_day")
    }
    first, last = (_day(typed.get(name, ""), name) for name in ("first_day", "last_day"))
    if last is not None and last < max(first or today, today):
        raise NoticeFieldRefused(field="last_day", kind="over")
    return NewNotice(**texts, first_day=first or today, last_day=last)


def publish_notice(bank: Bank, new: NewNotice, *, reason: str, now: datetime) -> int:
    """Publish a notice; answer its id."""
    at = utc_text(now)
    last = None if new.last_day is None else new.last_day.isoformat()
    days = (new.first_day.isoformat(), last)
    stored = StoredNotice(0, new.title_ko, new.title_en, new.text_ko, new.text_en, *days, at, None)
    with bank.store.write() as transaction:
        notice_id = transaction.notices.add(stored)
        act = Act("notice_published", subject=str(notice_id), detail=reason)
        record_acts(transaction, act, actor=bank.actor, at=at)
    return notice_id


def withdraw_notice(bank: Bank, notice_id: int, *, reason: str, now: datetime) -> bool:
    """Show a notice no more; False when there is none, or it was withdrawn before, and nothing is recorded then."""
    at = utc_text(now)
    with bank.store.write() as transaction:
        withdrawn = transaction.notices.withdraw(notice_id, at=at)
        if withdrawn:
            act = Act("notice_withdrawn", subject=str(notice_id), detail=reason)
            record_acts(transaction, act, actor=bank.actor, at=at)
    return withdrawn


def notices_of_today(bank: Bank, *, now: datetime) -> list[StoredNotice]:
    """Return what everybody is shown today, the newest first."""
    with bank.store.read() as transaction:
        return transaction.notices.shown_on(korean_day_of(now).isoformat(), limit=MOST_SHOWN)


def newest_notices(bank: Bank) -> list[StoredNotice]:
    """Return the newest notices for operators, also those that are over, withdrawn, or not shown yet."""
    with bank.store.read() as transaction:
        return transaction.notices.newest(limit=MOST_SHOWN)


def notice_state(notice: StoredNotice, *, today: date) -> str:
    """Return "withdrawn", "over", "waiting" (its first day is to come) or "shown"."""
    day = today.isoformat()
    if notice.withdrawn_at is not None:
        return "withdrawn"
    if notice.last_day is not None and notice.last_day < day:
        return "over"
    return "waiting" if notice.first_day > day else "shown"


def _text(typed: str, name: str, *, most: int) -> str:
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    text = " ".join(lines).strip() if name.startswith("title") else "\n".join(lines).strip()
    if not text:
        raise NoticeFieldRefused(field=name, kind="empty")
    if len(text) > most:
        raise NoticeFieldRefused(field=name, kind="long")
    if harmless(text.replace("\n", " ")) != text.replace("\n", " "):
        raise NoticeFieldRefused(field=name, kind="characters")
    if holds_resident_number(text):
        raise NoticeFieldRefused(field=name, kind="number")
    return text


def _day(typed: str, name: str) -> date | None:
    text = typed.strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NoticeFieldRefused(field=name, kind="day") from error
