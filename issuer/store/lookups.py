"""Look-ups by confirmation code in the database: who asked the bank about a certificate, and when.

A look-up that found nothing belongs to no certificate; of those only the number of each day is kept.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from issuer.store.tables import CONFIRMATION_LOOKUPS, COUNTERS
from issuer.store.upserts import upsert

_UNKNOWN_PREFIX = "unknown-confirmations-"


@dataclass(frozen=True, slots=True)
class Lookup:
    """One look-up of a certificate; `at` is UTC in ISO 8601, `requester` the name of the asker's token, if any."""

    number: str
    at: str
    requester: str | None


class LookupBook:
    """Reads and writes look-ups within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, lookup: Lookup) -> None:
        """Append one look-up; look-ups are never changed."""
        values = {name: getattr(lookup, name) for name in Lookup.__slots__}
        self._connection.execute(insert(CONFIRMATION_LOOKUPS).values(**values))

    def record_unknown(self, day: str) -> None:
        """Count one look-up on a day that found nothing."""
        name = _UNKNOWN_PREFIX + day
        counted = upsert(self._connection, COUNTERS).values(name=name, value=1)
        self._connection.execute(
            counted.on_conflict_do_update(index_elements=["name"], set_={"value": COUNTERS.c.value + 1})
        )

    def of(self, number: str) -> list[Lookup]:
        """Return the look-ups of one certificate, oldest first."""
        columns = (CONFIRMATION_LOOKUPS.c[name] for name in Lookup.__slots__)
        query = select(*columns).where(CONFIRMATION_LOOKUPS.c.number == number).order_by(CONFIRMATION_LOOKUPS.c.id)
        return [Lookup(*row) for row in self._connection.execute(query)]

    def unknown(self, day: str) -> int:
        """Return how many look-ups of a day found nothing."""
        by_name = select(COUNTERS.c.value).where(COUNTERS.c.name == _UNKNOWN_PREFIX + day)
        return self._connection.execute(by_name).scalar() or 0
