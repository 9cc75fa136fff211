"""Notices of the bank to everybody: two languages, the days on which they are shown; who wrote one is in the trail."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, insert, or_, select, true, update

from issuer.store.tables import LARGE, METADATA, TEXT

NOTICES: Final = Table(
    "notices",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("title_ko", TEXT, nullable=False),
    Column("title_en", TEXT, nullable=False),
    Column("text_ko", TEXT, nullable=False),
    Column("text_en", TEXT, nullable=False),
    Column("first_day", TEXT, nullable=False),
    Column("last_day", TEXT),
    Column("published_at", TEXT, nullable=False),
    Column("withdrawn_at", TEXT),
)


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """One notice.

    `first_day` and `last_day` are Korean days, both included; without a last one it stays. `published_at` and
    `withdrawn_at` are UTC in ISO 8601.
    """

    id: int
    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    first_day: str
    last_day: str | None
    published_at: str
    withdrawn_at: str | None


class NoticeBook:
    """Reads and writes notices within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, notice: StoredNotice) -> int:
        """Add a notice, whose own `id` counts for nothing; answer the id."""
        values = {name: getattr(notice, name) for name in StoredNotice.__slots__ if name != "id"}
        added: int = self._connection.execute(insert(NOTICES).values(**values).returning(NOTICES.c.id)).scalar_one()
        return added

    def withdraw(self, notice_id: int, *, at: str) -> bool:
        """Show a notice no more; False when there is none, or it was withdrawn before."""
        standing = and_(NOTICES.c.id == notice_id, NOTICES.c.withdrawn_at.is_(None))
        return self._connection.execute(update(NOTICES).where(standing).values(withdrawn_at=at)).rowcount == 1

    def shown_on(self, day: str, *, limit: int) -> list[StoredNotice]:
        """Return what is shown on a Korean day, the newest first."""
        columns = NOTICES.c
        open_ended = or_(columns.last_day.is_(None), columns.last_day >= day)
        wanted = and_(columns.withdrawn_at.is_(None), columns.first_day <= day, open_ended)
        return self._found(wanted, limit)

    def newest(self, *, limit: int) -> list[StoredNotice]:
        """Return notices whatever their state, the newest first."""
        return self._found(true(), limit)

    def _found(self, wanted: ColumnElement[bool], limit: int) -> list[StoredNotice]:
        columns = (NOTICES.c[name] for name in StoredNotice.__slots__)
        newest = (NOTICES.c.first_day.desc(), NOTICES.c.id.desc())
        rows = self._connection.execute(select(*columns).where(wanted).order_by(*newest).limit(limit))
        return [StoredNotice(*row) for row in rows]
