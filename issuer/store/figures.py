"""Counts for the dashboard. Each reads what it counts, some whole tables, so callers keep the answer for a while."""

from dataclasses import dataclass

from sqlalchemy import Connection, distinct, func, select, text

from issuer.store.connections import SQLITE
from issuer.store.schema import schema_version
from issuer.store.tables import (
    ACCOUNTS,
    CERTIFICATE_ENTRIES,
    CERTIFICATES,
    CONFIRMATION_LOOKUPS,
    DELIVERIES,
    ENTRIES,
    STATUS_EVENTS,
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a source delivered last: as of which day, and when it came (UTC in ISO 8601)."""

    source: str
    as_of: str
    received_at: str


class FigureBook:
    """Counts within one transaction; times are UTC in ISO 8601."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accounts(self) -> int:
        """Return how many accounts are open."""
        query = select(func.count()).select_from(ACCOUNTS).where(ACCOUNTS.c.closed_at.is_(None))
        return int(self._connection.execute(query).scalar_one())

    def issued_at(self, since: str) -> list[str]:
        """Return when certificates were issued since a time."""
        query = select(CERTIFICATES.c.issued_at).where(CERTIFICATES.c.issued_at >= since)
        return list(self._connection.execute(query).scalars())

    def checked_at(self, since: str) -> list[str]:
        """Return when certificates were looked up by their code since a time."""
        query = select(CONFIRMATION_LOOKUPS.c.at).where(CONFIRMATION_LOOKUPS.c.at >= since)
        return list(self._connection.execute(query).scalars())

    def revoked_at(self, since: str) -> list[str]:
        """Return when certificates, whole ones, were revoked since a time."""
        events = STATUS_EVENTS.c
        wanted = (events.at >= since, events.after == "revoked", events.position.is_(None))
        return list(self._connection.execute(select(events.at).where(*wanted)).scalars())

    def entries_by_type(self) -> dict[str, int]:
        """Return how many entries there are of each type."""
        query = select(ENTRIES.c.entry_type, func.count()).group_by(ENTRIES.c.entry_type)
        return {str(row[0]): int(row[1]) for row in self._connection.execute(query)}

    def entries_by_source(self) -> dict[str, int]:
        """Return how many entries each source delivered."""
        query = select(ENTRIES.c.source, func.count()).group_by(ENTRIES.c.source)
        return {str(row[0]): int(row[1]) for row in self._connection.execute(query)}

    def affected_certificates(self, on: str) -> int:
        """Return how many certificates in force on a Korean day carry a changed entry; copies are not counted."""
        joined = CERTIFICATES.join(CERTIFICATE_ENTRIES, CERTIFICATE_ENTRIES.c.number == CERTIFICATES.c.number)
        query = select(func.count(distinct(CERTIFICATES.c.number))).select_from(joined)
        first = CERTIFICATES.c.copy_of.is_(None)
        in_force = (CERTIFICATES.c.status == "valid", CERTIFICATES.c.valid_until >= on, first)
        return int(self._connection.execute(query.where(CERTIFICATE_ENTRIES.c.status != 0, *in_force)).scalar_one())

    def last_delivered(self) -> list[Delivered]:
        """Return the newest delivery of each source, in the order of their ids."""
        columns = (DELIVERIES.c.source, func.max(DELIVERIES.c.as_of), func.max(DELIVERIES.c.received_at))
        query = select(*columns).group_by(DELIVERIES.c.source).order_by(DELIVERIES.c.source)
        return [Delivered(*row) for row in self._connection.execute(query)]

    def database(self) -> tuple[str, str]:
        """Return the kind of the database and the revision of its schema."""
        return self._connection.dialect.name, schema_version(self._connection)

    def database_time(self) -> float | None:
        """Return the time of a database on a server, in Unix seconds; a file has none of its own."""
        if self._connection.dialect.name == SQLITE:
            return None
        return float(self._connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
