"""How long issuing took and what was refused, by Korean day: no time of day, no account, no number."""

from collections import Counter
from typing import Final

from sqlalchemy import Column, Connection, Index, Integer, Table, delete, func, insert, select

from issuer.store.appending import collected
from issuer.store.tables import LARGE, METADATA, TEXT

ISSUING_COUNTS: Final = Table(
    "issuing_counts",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("day", TEXT, nullable=False),
    Column("took_ms", Integer),
    Column("refusal", TEXT),
    Index(None, "day"),
)

_ADD_TIME: Final = insert(ISSUING_COUNTS)


class IssuingCountBook:
    """Reads and writes these rows within one transaction; a row is one issuing, or one that was refused."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def took(self, day: str, took_ms: int) -> None:
        """Record how long an issuing took."""
        collected(self._connection).add(_ADD_TIME, [{"day": day, "took_ms": took_ms}])

    def refused(self, day: str, code: str) -> None:
        """Record that an issuing was refused, by the code of the error."""
        self._connection.execute(insert(ISSUING_COUNTS).values(day=day, refusal=code))

    def times(self, since: str) -> dict[str, Counter[int]]:
        """Return for each day since one how often issuing took how many milliseconds."""
        columns = ISSUING_COUNTS.c
        query = select(columns.day, columns.took_ms, func.count()).where(
            columns.day >= since, columns.took_ms.is_not(None)
        )
        found: dict[str, Counter[int]] = {}
        for day, took_ms, number in self._connection.execute(query.group_by(columns.day, columns.took_ms)):
            found.setdefault(day, Counter())[took_ms] = number
        return found

    def refusals(self, since: str) -> dict[str, Counter[str]]:
        """Return for each day since one how often which code was the reason of a refusal."""
        columns = ISSUING_COUNTS.c
        query = select(columns.day, columns.refusal, func.count()).where(
            columns.day >= since, columns.refusal.is_not(None)
        )
        found: dict[str, Counter[str]] = {}
        for day, code, number in self._connection.execute(query.group_by(columns.day, columns.refusal)):
            found.setdefault(day, Counter())[code] = number
        return found

    def forget(self, before: str) -> int:
        """Erase what is older than a day; answer how many rows."""
        return self._connection.execute(delete(ISSUING_COUNTS).where(ISSUING_COUNTS.c.day < before)).rowcount
