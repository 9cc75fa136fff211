"""The staff of the bank, their sessions and recovery codes in the database; apart from holders.

Somebody who was removed stays as a row without roles, password and second step: the audit trail names staff by their
sign-in name, so a name never becomes somebody else's.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, ForeignKey, Index, LargeBinary, Row, Table, delete, insert, select, update

from issuer.store.tables import LARGE, METADATA, TEXT
from issuer.store.upserts import upsert

STAFF: Final = Table(
    "staff",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("shown_name", TEXT, nullable=False),
    Column("roles", TEXT, nullable=False),
    Column("institution_id", TEXT),
    Column("institution_name", TEXT),
    Column("password_hash", TEXT),
    Column("identity_link", TEXT, unique=True),
    Column("totp_secret", LargeBinary),
    Column("totp_step", LARGE),
    Column("added_at", TEXT, nullable=False),
    Column("removed_at", TEXT),
)

STAFF_SESSIONS: Final = Table(
    "staff_sessions",
    METADATA,
    Column("session_id", TEXT, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("started_at", LARGE, nullable=False),
    Column("seen_at", LARGE, nullable=False),
    Index(None, "staff_id"),
    Index(None, "started_at"),
)

STAFF_RECOVERY_CODES: Final = Table(
    "staff_recovery_codes",
    METADATA,
    Column("link", TEXT, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Index(None, "staff_id"),
)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of the staff.

    Attributes:
        id: 24 hex digits.
        name: what is typed at the sign-in, folded; unique for ever.
        shown_name: what pages show.
        roles: their names; none for somebody who was removed.
        institution_id: of the university that the person acts for, None for the bank's own people.
        institution_name: of the same.
        password_hash: None for somebody who signs in with a provider only.
        identity_link: keyed hash of issuer and subject at a provider.
        totp_secret: sealed secret of the second step; None where there is none.
        totp_step: the last step whose code was taken.
        added_at: UTC in ISO 8601.
        removed_at: the same; None for somebody who is there.
    """

    id: str
    name: str
    shown_name: str
    roles: frozenset[str]
    institution_id: str | None
    institution_name: str | None
    password_hash: str | None
    identity_link: str | None
    totp_secret: bytes | None
    totp_step: int | None
    added_at: str
    removed_at: str | None = None


@dataclass(frozen=True, slots=True)
class StaffSession:
    """One session: SHA-256 of its token, whose it is, and Unix seconds of its beginning and last use."""

    session_id: str
    staff_id: str
    started_at: int
    seen_at: int


class StaffBook:
    """Reads and writes the staff within one transaction; `to_change` lets nobody else change a row until it ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: StaffRow) -> bool:
        """Record somebody new; answer False, and record nothing, when the name or the identity is taken."""
        added = upsert(self._connection, STAFF).values(**_values(row)).on_conflict_do_nothing()
        return self._connection.execute(added.returning(STAFF.c.id)).first() is not None

    def all(self) -> list[StaffRow]:
        """Return everybody, also those who were removed, by name."""
        return [_row(each) for each in self._connection.execute(select(*_columns()).order_by(STAFF.c.name))]

    def named(self, name: str, *, to_change: bool = False) -> StaffRow | None:
        """Return whoever has this folded name."""
        return self._one(STAFF.c.name == name, to_change=to_change)

    def by_id(self, staff_id: str, *, to_change: bool = False) -> StaffRow | None:
        """Return one by the id."""
        return self._one(STAFF.c.id == staff_id, to_change=to_change)

    def with_identity(self, link: str) -> StaffRow | None:
        """Return whoever a provider calls so."""
        return self._one(STAFF.c.identity_link == link)

    def replace(self, row: StaffRow) -> None:
        """Record the new state of one."""
        values = {name: value for name, value in _values(row).items() if name != "id"}
        self._connection.execute(update(STAFF).where(STAFF.c.id == row.id).values(**values))

    def set_recovery_links(self, staff_id: str, links: Collection[str]) -> None:
        """Put these recovery codes in the place of all earlier ones; none is allowed."""
        self._connection.execute(delete(STAFF_RECOVERY_CODES).where(STAFF_RECOVERY_CODES.c.staff_id == staff_id))
        if links:
            rows = [{"link": link, "staff_id": staff_id} for link in links]
            self._connection.execute(insert(STAFF_RECOVERY_CODES), rows)

    def use_recovery_link(self, staff_id: str, link: str) -> bool:
        """Take a recovery code away; say whether it was there."""
        this = (STAFF_RECOVERY_CODES.c.link == link) & (STAFF_RECOVERY_CODES.c.staff_id == staff_id)
        return bool(self._connection.execute(delete(STAFF_RECOVERY_CODES).where(this)).rowcount)

    def begin_session(self, session: StaffSession, *, instead_of: str | None) -> None:
        """Record a session, and take away the one that the browser had."""
        if instead_of is not None:
            self.end_session(instead_of)
        values = {name: getattr(session, name) for name in StaffSession.__slots__}
        self._connection.execute(insert(STAFF_SESSIONS).values(**values))

    def session(self, session_id: str) -> tuple[StaffSession, StaffRow] | None:
        """Return a session with whose it is, as of now."""
        own = [STAFF_SESSIONS.c[name] for name in StaffSession.__slots__]
        joined = STAFF_SESSIONS.join(STAFF, STAFF.c.id == STAFF_SESSIONS.c.staff_id)
        query = select(*own, *_columns()).select_from(joined).where(STAFF_SESSIONS.c.session_id == session_id)
        found = self._connection.execute(query).first()
        return None if found is None else (StaffSession(*found[: len(own)]), _of(found[len(own) :]))

    def touch_session(self, session_id: str, *, seen_at: int) -> None:
        """Record when a session was last used."""
        this = STAFF_SESSIONS.c.session_id == session_id
        self._connection.execute(update(STAFF_SESSIONS).where(this).values(seen_at=seen_at))

    def end_session(self, session_id: str) -> None:
        """Take one session away."""
        self._connection.execute(delete(STAFF_SESSIONS).where(STAFF_SESSIONS.c.session_id == session_id))

    def end_sessions(self, staff_id: str, *, but: str | None = None) -> int:
        """Take all sessions of somebody away, but one where it is named; answer how many went."""
        ended = delete(STAFF_SESSIONS).where(STAFF_SESSIONS.c.staff_id == staff_id)
        if but is not None:
            ended = ended.where(STAFF_SESSIONS.c.session_id != but)
        return self._connection.execute(ended).rowcount

    def forget_sessions(self, *, started_before: int) -> None:
        """Take away sessions that began before a time, in Unix seconds; they are over anyway."""
        self._connection.execute(delete(STAFF_SESSIONS).where(STAFF_SESSIONS.c.started_at < started_before))

    def _one(self, this: Any, *, to_change: bool = False) -> StaffRow | None:  # noqa: ANN401 - a condition
        query = select(*_columns()).where(this)
        found = self._connection.execute(query.with_for_update() if to_change else query).first()
        return None if found is None else _row(found)


def _columns() -> list[Column[Any]]:
    return [STAFF.c[name] for name in StaffRow.__slots__]


def _row(found: Row[Any]) -> StaffRow:
    return _of(tuple(found))


def _of(values: tuple[Any, ...]) -> StaffRow:
    named = dict(zip(StaffRow.__slots__, values, strict=True))
    return StaffRow(**{**named, "roles": frozenset(json.loads(named["roles"]))})


def _values(row: StaffRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in StaffRow.__slots__}
    return {**values, "roles": json.dumps(sorted(row.roles))}
