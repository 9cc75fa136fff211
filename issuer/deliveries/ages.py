"""How late is late: how old what a source delivered last is, against what was promised for it. One rule for everybody.

A source that is asked over HTTP says itself when a delivery was made. A file describes a Korean day: it is as old as
the end of that day, or as its arrival if that came before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from credential_schemas.korean_time import KOREAN_TIME
from issuer.accounts.units import REFERENCE_SOURCE
from issuer.sources import persons
from issuer.sources.registry import SOURCES
from issuer.store.transaction import Transaction
from issuer.times import utc_moment, utc_text

STANDARD_HOURS: Final = 7 * 24
"""For entries of persons that come as files, where nobody promised anything else."""
_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Promises:
    """How old in hours what a source delivered may be, by source: `asked` those that are asked, `files` the others."""

    asked: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)

    def hours(self, source: str) -> int | None:
        """Return what was promised for a source, None for nothing."""
        return self.asked.get(source, self.files.get(source))


@dataclass(frozen=True, slots=True)
class SourceAge:
    """How old what a source delivered last is.

    Attributes:
        made_at: of when it is, UTC in ISO 8601; None before the first.
        hours: since then.
        most_hours: how old it may be; None where nothing is expected.
        is_promised: whether somebody said so, so that nothing at all is late, too.
    """

    made_at: str | None
    hours: int | None
    most_hours: int | None
    is_promised: bool

    @property
    def is_late(self) -> bool:
        """Return whether it is older than it may be, or was promised and has never come."""
        if self.hours is None or self.most_hours is None:
            return self.is_promised
        return self.hours > self.most_hours


def all_sources() -> tuple[str, ...]:
    """Return the ids of all sources, the identity register first."""
    return (persons.SOURCE_ID, *SOURCES)


def source_ages(transaction: Transaction, promises: Promises, *, now: datetime) -> dict[str, SourceAge]:
    """Return the age of every source that this bank knows, in the order of `all_sources`."""
    files = transaction.entries.last_deliveries()
    found = {}
    for source in all_sources():
        if source in promises.asked:
            taken = transaction.pulls.last_taken(source)
            made_at = None if taken is None else taken.made_at
        else:
            made_at = _of_files(*files[source]) if source in files else None
        hours = None if made_at is None else int((now - utc_moment(made_at)).total_seconds()) // _HOUR_S
        promised = promises.hours(source)
        most = _standard(source) if promised is None else promised
        found[source] = SourceAge(made_at, hours, most, is_promised=promised is not None)
    return found


def _standard(source: str) -> int | None:
    return None if source in (persons.SOURCE_ID, REFERENCE_SOURCE) else STANDARD_HOURS


def _of_files(received_at: str, as_of: str) -> str:
    ended = datetime.combine(date.fromisoformat(as_of) + timedelta(days=1), time(), KOREAN_TIME)
    return min(received_at, utc_text(ended))
