"""Sessions of people who are signed in, known by the hash of their token only."""

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from keys.sign_in.sessions import SessionLimits, SessionRecord
from verifier.store.tables import SESSIONS


class SessionBook:
    """The sessions, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, session: SessionRecord) -> None:
        """Keep a new session."""
        values = {
            "session_id": session.session_id,
            "person_id": session.user_id,
            "started_at": session.started_at,
            "seen_at": session.seen_at,
        }
        self._connection.execute(insert(SESSIONS).values(values))

    def find(self, session_id: str) -> SessionRecord | None:
        """Return a session, whether or not it is still alive."""
        row = self._connection.execute(select(SESSIONS).where(SESSIONS.c.session_id == session_id)).one_or_none()
        return None if row is None else SessionRecord(row.session_id, row.person_id, row.started_at, row.seen_at)

    def touch(self, session_id: str, *, now: int) -> None:
        """Keep the time of the last use."""
        self._connection.execute(update(SESSIONS).where(SESSIONS.c.session_id == session_id).values(seen_at=now))

    def end(self, session_id: str) -> None:
        """Forget one session."""
        self._connection.execute(delete(SESSIONS).where(SESSIONS.c.session_id == session_id))

    def end_all(self, person_id: str, *, except_for: str = "") -> int:
        """Forget every session of a person, but for one; answer how many."""
        mine = delete(SESSIONS).where(SESSIONS.c.person_id == person_id, SESSIONS.c.session_id != except_for)
        return self._connection.execute(mine).rowcount

    def end_dead(self, *, now: int, limits: SessionLimits) -> None:
        """Forget sessions that nobody can use any more."""
        self._connection.execute(delete(SESSIONS).where(_is_dead(now, limits)))

    def count(self, person_id: str, *, now: int, limits: SessionLimits) -> int:
        """Return in how many sessions a person is signed in; those that nobody can use any more do not count."""
        mine = (
            select(func.count()).select_from(SESSIONS).where(SESSIONS.c.person_id == person_id, ~_is_dead(now, limits))
        )
        return int(self._connection.execute(mine).scalar_one())


def _is_dead(now: int, limits: SessionLimits) -> ColumnElement[bool]:
    return or_(SESSIONS.c.started_at <= now - limits.absolute_s, SESSIONS.c.seen_at <= now - limits.idle_s)
