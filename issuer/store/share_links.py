"""Links under which a copy of a certificate's PDF lies until a day; the copy is sealed under the link itself.

When a link ends or is closed its copy is destroyed; the row stays, so that its holder can see what there was.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, LargeBinary, Table, insert, select, text, update

from issuer.store.tables import LARGE, METADATA, TEXT

_KEPT: Final = text("sealed IS NOT NULL")
SHARE_LINKS: Final = Table(
    "share_links",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("number", ForeignKey("certificates.number"), nullable=False),
    Column("locator", TEXT, nullable=False, unique=True),
    Column("sealed", LargeBinary),
    Column("created_at", TEXT, nullable=False),
    Column("expires_at", LARGE, nullable=False),
    Column("closed_at", TEXT),
    Column("opened", Integer, nullable=False, server_default="0"),
    Index(None, "number"),
    Index(None, "expires_at"),
    Index("ix_share_links_kept", "expires_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
)
_SHOWN: Final = ("id", "number", "created_at", "expires_at", "closed_at", "opened")


@dataclass(frozen=True, slots=True)
class StoredLink:
    """One link as its holder sees it; `expires_at` in Unix seconds, `opened` counts how often the PDF was taken."""

    id: str
    number: str
    created_at: str
    expires_at: int
    closed_at: str | None = None
    opened: int = 0

    def is_open(self, now_s: int) -> bool:
        """Whether the link leads to anything."""
        return self.closed_at is None and now_s < self.expires_at


class LinkBook:
    """Reads and writes links within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, link: StoredLink, *, locator: str, sealed: bytes) -> None:
        """Record a new link with its copy."""
        values: dict[str, Any] = {name: getattr(link, name) for name in _SHOWN}
        self._connection.execute(insert(SHARE_LINKS).values(**values, locator=locator, sealed=sealed))

    def of(self, number: str) -> list[StoredLink]:
        """Return the links of a certificate, oldest first."""
        columns = (SHARE_LINKS.c[name] for name in _SHOWN)
        query = select(*columns).where(SHARE_LINKS.c.number == number)
        ordered = query.order_by(SHARE_LINKS.c.created_at, SHARE_LINKS.c.id)
        return [StoredLink(*row) for row in self._connection.execute(ordered)]

    def sealed_at(self, locator: str, *, now_s: int) -> tuple[StoredLink, bytes] | None:
        """Return an open link with its copy."""
        columns = (SHARE_LINKS.c[name] for name in (*_SHOWN, "sealed"))
        wanted = (SHARE_LINKS.c.locator == locator, SHARE_LINKS.c.expires_at > now_s, SHARE_LINKS.c.sealed.is_not(None))
        row = self._connection.execute(select(*columns).where(*wanted)).first()
        return None if row is None else (StoredLink(*row[:-1]), row[-1])

    def count_opening(self, link_id: str) -> None:
        """Count that the PDF was taken once more."""
        by_id = SHARE_LINKS.c.id == link_id
        self._connection.execute(update(SHARE_LINKS).where(by_id).values(opened=SHARE_LINKS.c.opened + 1))

    def close(self, link_id: str, *, at: str) -> None:
        """End a link and destroy its copy."""
        wanted = (SHARE_LINKS.c.id == link_id, SHARE_LINKS.c.closed_at.is_(None))
        self._connection.execute(update(SHARE_LINKS).where(*wanted).values(closed_at=at, sealed=None))

    def forget_ended(self, *, now_s: int) -> int:
        """Destroy the copies of links that have ended; answer how many."""
        ended = (SHARE_LINKS.c.expires_at <= now_s, SHARE_LINKS.c.sealed.is_not(None))
        return self._connection.execute(update(SHARE_LINKS).where(*ended).values(sealed=None)).rowcount
