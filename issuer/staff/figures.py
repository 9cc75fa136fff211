"""The figures of the dashboard, counted at most once a minute, because some of them read whole tables."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from credential_schemas.version import VERSION
from issuer.bank import Bank
from issuer.errors import FileUnreadable
from issuer.issuing.counts import nearest_rank
from issuer.key_life.listing import list_keys
from issuer.times import korean_day_of, utc_moment, utc_text
from keys.errors import KeysError

KEPT_FOR: Final = timedelta(seconds=60)
DAYS: Final = 7
SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SourceDelay:
    """How old what a source delivered last is, in days, and when it came."""

    source: str
    as_of: str
    received_at: datetime
    days: int


@dataclass(frozen=True, slots=True)
class IssuingTime:
    """How long issuing a certificate with a page took, in milliseconds: the median and the 95th percentile."""

    median_ms: int
    p95_ms: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the dashboard shows, as of one moment; days are Korean.

    Attributes:
        at: when it was counted.
        accounts: how many are open.
        issued, checked, revoked: how many certificates on each of the last seven days, the oldest first; checked are
            look-ups by code, other checks happen without the bank.
        times: how long issuing took on each of these days, None on a day without any.
        time_of_week: the same for all of them together.
        refused: how many issuings were refused on each of these days.
        refusals: how many in all of them, by the code of the error.
        entries: how many of each type.
        delivered: how many entries of each source.
        delays: of each source that has delivered anything.
        affected: certificates in force with an entry that its source changed.
        database: kind, revision of the schema.
        database_skew_s: how far the clock of the database is ahead; None for a file.
        keys_due: how many keys are to be replaced within a month; None when the keys cannot be listed.
        build: version of the program.
    """

    at: datetime
    accounts: int
    issued: Mapping[date, int]
    checked: Mapping[date, int]
    revoked: Mapping[date, int]
    times: Mapping[date, IssuingTime | None]
    time_of_week: IssuingTime | None
    refused: Mapping[date, int]
    refusals: Mapping[str, int]
    entries: Mapping[str, int]
    delivered: Mapping[str, int]
    delays: Sequence[SourceDelay]
    affected: int
    database: tuple[str, str]
    database_skew_s: float | None
    keys_due: int | None
    build: str = VERSION


class FigureBoard:
    """Counts when it is asked and the last count is too old; safe to share between threads."""

    def __init__(self, bank: Bank) -> None:
        """Count for one bank."""
        self._bank = bank
        self._lock = threading.Lock()
        self._last: Figures | None = None

    def figures(self, now: datetime) -> Figures:
        """Return figures that are at most a minute old.

        Raises:
            StorageUnusable: the database cannot be read.
        """
        with self._lock:  # whoever comes meanwhile waits for the count instead of counting, too
            last = self._last
            if last is None or not timedelta() <= now - last.at < KEPT_FOR:
                last = self._last = count_figures(self._bank, now=now)
            return last


def count_figures(bank: Bank, *, now: datetime) -> Figures:
    """Count now."""
    today = korean_day_of(now)
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    since, due = utc_text(now - timedelta(days=DAYS + 1)), _keys_due(bank, now=now)
    with bank.store.read() as transaction:
        figures, counts = transaction.figures, transaction.issuing_counts
        times, refusals = counts.times(days[0].isoformat()), counts.refusals(days[0].isoformat())
        own_time = figures.database_time()
        delays = [
            SourceDelay(
                each.source,
                each.as_of,
                utc_moment(each.received_at),
                (today - date.fromisoformat(each.as_of[:10])).days,
            )
            for each in figures.last_delivered()
        ]
        return Figures(
            at=now,
            accounts=figures.accounts(),
            issued=_by_day(days, figures.issued_at(since)),
            checked=_by_day(days, figures.checked_at(since)),
            revoked=_by_day(days, figures.revoked_at(since)),
            times={day: _time(times.get(day.isoformat(), Counter())) for day in days},
            time_of_week=_time(sum(times.values(), Counter[int]())),
            refused={day: sum(refusals.get(day.isoformat(), Counter()).values()) for day in days},
            refusals=sum(refusals.values(), Counter[str]()),
            entries=figures.entries_by_type(),
            delivered=figures.entries_by_source(),
            delays=delays,
            affected=figures.affected_certificates(today.isoformat()),
            database=figures.database(),
            database_skew_s=None if own_time is None else own_time - now.timestamp(),
            keys_due=due,
        )


def _keys_due(bank: Bank, *, now: datetime) -> int | None:
    by = utc_text(now + SOON)
    try:
        return sum(1 for each in list_keys(bank) if each.next_rotation is not None and each.next_rotation <= by)
    except (FileUnreadable, KeysError):
        return None  # the page of the keys says what is wrong


def _by_day(days: Sequence[date], times: Iterable[str]) -> dict[date, int]:
    counted = Counter(korean_day_of(utc_moment(each)) for each in times)
    return {day: counted[day] for day in days}


def _time(counted: Mapping[int, int]) -> IssuingTime | None:
    median, p95 = nearest_rank(counted, 50), nearest_rank(counted, 95)
    return None if median is None or p95 is None else IssuingTime(median, p95)
