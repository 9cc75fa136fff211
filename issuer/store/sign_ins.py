"""Ways to sign in, their sessions and their recovery codes in the database.

A local sign-in is found by its folded name, one with a provider by a keyed hash of the provider and its subject. No
password, code or token is kept in the clear: an argon2id text, a sealed secret, keyed and plain hashes.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, ForeignKey, Index, LargeBinary, Table, delete, insert, select, update

from issuer.store.tables import LARGE, METADATA, TEXT
from issuer.store.upserts import upsert

SIGN_INS: Final = Table(
    "sign_ins",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("handle", TEXT, nullable=False, unique=True),
    Column("name", TEXT, nullable=False),
    Column("password_hash", TEXT),
    Column("totp_secret", LargeBinary),
    Column("totp_step", LARGE),
    Column("created_at", TEXT, nullable=False),
    Index(None, "account_id"),
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("session_id", TEXT, primary_key=True),
    Column("sign_in_id", ForeignKey("sign_ins.id"), nullable=False),
    Column("started_at", LARGE, nullable=False),
    Column("seen_at", LARGE, nullable=False),
    Index(None, "sign_in_id"),
    Index(None, "started_at"),
)

RECOVERY_CODES: Final = Table(
    "recovery_codes",
    METADATA,
    Column("link", TEXT, primary_key=True),
    Column("sign_in_id", ForeignKey("sign_ins.id"), nullable=False),
    Index(None, "sign_in_id"),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way into one account.

    Attributes:
        id: 24 random characters.
        account_id: which account it opens.
        kind: "local", or the id of the provider.
        handle: under what it is found; unique.
        name: as the page shows it: the typed sign-in name, or what the provider calls the person.
        password_hash: of a local one.
        totp_secret: sealed secret of the second step; None where there is none.
        totp_step: the last step whose code was taken.
        created_at: UTC in ISO 8601.
    """

    id: str
    account_id: str
    kind: str
    handle: str
    name: str
    password_hash: str | None
    totp_secret: bytes | None
    totp_step: int | None
    created_at: str


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One session: SHA-256 of its token, whose it is, and Unix seconds of its beginning and last use."""

    session_id: str
    sign_in_id: str
    started_at: int
    seen_at: int


class SignInBook:
    """Reads and writes ways to sign in within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sign_in: SignIn) -> bool:
        """Record a new way to sign in; answer False, and record nothing, when its handle is taken."""
        values = {name: getattr(sign_in, name) for name in SignIn.__slots__}
        added = upsert(self._connection, SIGN_INS).values(**values).on_conflict_do_nothing(index_elements=["handle"])
        return self._connection.execute(added.returning(SIGN_INS.c.id)).first() is not None

    def with_handle(self, handle: str, *, to_change: bool = False) -> SignIn | None:
        """Return the one with this handle; `to_change` lets nobody else change it until this transaction ends."""
        query = select(*_columns()).where(SIGN_INS.c.handle == handle)
        row = self._connection.execute(query.with_for_update() if to_change else query).first()
        return None if row is None else SignIn(*row)

    def sign_in(self, sign_in_id: str, *, to_change: bool = False) -> SignIn | None:
        """Return one by its id; `to_change` as for `with_handle`."""
        query = select(*_columns()).where(SIGN_INS.c.id == sign_in_id)
        row = self._connection.execute(query.with_for_update() if to_change else query).first()
        return None if row is None else SignIn(*row)

    def of_account(self, account_id: str) -> list[SignIn]:
        """Return the ways into one account, oldest first."""
        query = select(*_columns()).where(SIGN_INS.c.account_id == account_id)
        return [SignIn(*row) for row in self._connection.execute(query.order_by(SIGN_INS.c.created_at, SIGN_INS.c.id))]

    def replace(self, sign_in: SignIn) -> None:
        """Record the new state of one."""
        values = {name: getattr(sign_in, name) for name in SignIn.__slots__ if name != "id"}
        self._connection.execute(update(SIGN_INS).where(SIGN_INS.c.id == sign_in.id).values(**values))

    def remove_all(self, account_id: str) -> None:
        """Take away every way into an account, with sessions and recovery codes."""
        ids = select(SIGN_INS.c.id).where(SIGN_INS.c.account_id == account_id)
        for table in (SESSIONS, RECOVERY_CODES):
            self._connection.execute(delete(table).where(table.c.sign_in_id.in_(ids)))
        self._connection.execute(delete(SIGN_INS).where(SIGN_INS.c.account_id == account_id))

    def set_recovery_links(self, sign_in_id: str, links: tuple[str, ...]) -> None:
        """Put these recovery codes in the place of all earlier ones; none is allowed."""
        self._connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.sign_in_id == sign_in_id))
        if links:
            rows = [{"link": link, "sign_in_id": sign_in_id} for link in links]
            self._connection.execute(insert(RECOVERY_CODES), rows)

    def use_recovery_link(self, sign_in_id: str, link: str) -> bool:
        """Take a recovery code away; say whether it was there."""
        this = (RECOVERY_CODES.c.link == link) & (RECOVERY_CODES.c.sign_in_id == sign_in_id)
        return bool(self._connection.execute(delete(RECOVERY_CODES).where(this)).rowcount)

    def begin_session(self, session: StoredSession, *, instead_of: str | None) -> None:
        """Record a session, and take away the one that the browser had."""
        if instead_of is not None:
            self.end_session(instead_of)
        values = {name: getattr(session, name) for name in StoredSession.__slots__}
        self._connection.execute(insert(SESSIONS).values(**values))

    def session(self, session_id: str) -> tuple[StoredSession, SignIn] | None:
        """Return a session with the way it was begun."""
        own = [SESSIONS.c[name] for name in StoredSession.__slots__]
        joined = SESSIONS.join(SIGN_INS, SIGN_INS.c.id == SESSIONS.c.sign_in_id)
        query = select(*own, *_columns()).select_from(joined).where(SESSIONS.c.session_id == session_id)
        row = self._connection.execute(query).first()
        return None if row is None else (StoredSession(*row[: len(own)]), SignIn(*row[len(own) :]))

    def touch_session(self, session_id: str, *, seen_at: int) -> None:
        """Record when a session was last used."""
        this = SESSIONS.c.session_id == session_id
        self._connection.execute(update(SESSIONS).where(this).values(seen_at=seen_at))

    def end_session(self, session_id: str) -> None:
        """Take one session away."""
        self._connection.execute(delete(SESSIONS).where(SESSIONS.c.session_id == session_id))

    def end_sessions(self, account_id: str, *, but: str | None = None) -> int:
        """Take all sessions of an account away, but one where it is named; answer how many went."""
        ids = select(SIGN_INS.c.id).where(SIGN_INS.c.account_id == account_id)
        ended = delete(SESSIONS).where(SESSIONS.c.sign_in_id.in_(ids))
        if but is not None:
            ended = ended.where(SESSIONS.c.session_id != but)
        return self._connection.execute(ended).rowcount

    def forget_sessions(self, *, started_before: int) -> None:
        """Take away sessions that began before a time, in Unix seconds; they are over anyway."""
        self._connection.execute(delete(SESSIONS).where(SESSIONS.c.started_at < started_before))


def _columns() -> list[Column[Any]]:
    return [SIGN_INS.c[name] for name in SignIn.__slots__]
