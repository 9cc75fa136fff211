"""What a holder was asked and allowed a wallet: pushed requests, codes, refresh tokens, deferred credentials.

Secrets are here as keyed hashes only. What is used once is marked as used and kept for a while, so that a second use is
told from a first one and ends what the first one gave.
"""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, delete, insert, select, update

from issuer.store.tables import LARGE, METADATA, TEXT

REPLAY_S: Final = 24 * 3600
"""How long a used or expired code is known, so that a replay is noticed: longer than any token that it gave."""

REQUESTS: Final = Table(
    "wallet_requests",
    METADATA,
    Column("request_link", TEXT, primary_key=True),
    Column("client_id", TEXT, nullable=False),
    Column("redirect_uri", TEXT, nullable=False),
    Column("state", TEXT),
    Column("code_challenge", TEXT, nullable=False),
    Column("wanted", TEXT, nullable=False),
    Column("identified", Integer, nullable=False),
    Column("offer_id", TEXT),
    Column("key_thumbprint", TEXT),
    Column("expires_at", LARGE, nullable=False),
    Index(None, "offer_id"),
    Index(None, "expires_at"),
)
CODES: Final = Table(
    "wallet_codes",
    METADATA,
    Column("code_link", TEXT, primary_key=True),
    Column("offer_id", ForeignKey("wallet_offers.id"), nullable=False),
    Column("client_id", TEXT, nullable=False),
    Column("identified", Integer, nullable=False),
    Column("key_thumbprint", TEXT),
    Column("redirect_uri", TEXT, nullable=False),
    Column("code_challenge", TEXT, nullable=False),
    Column("expires_at", LARGE, nullable=False),
    Column("used_at", LARGE),
    Index(None, "offer_id"),
    Index(None, "expires_at"),
)
REFRESH_TOKENS: Final = Table(
    "wallet_refresh_tokens",
    METADATA,
    Column("token_link", TEXT, primary_key=True),
    Column("offer_id", ForeignKey("wallet_offers.id"), nullable=False),
    Column("client_id", TEXT),
    Column("identified", Integer, nullable=False),
    Column("key_thumbprint", TEXT, nullable=False),
    Column("parent_link", TEXT),
    Column("expires_at", LARGE, nullable=False),
    Column("used_at", LARGE),
    Index(None, "offer_id"),
    Index(None, "parent_link"),
    Index(None, "expires_at"),
)
DEFERRALS: Final = Table(
    "wallet_deferrals",
    METADATA,
    Column("transaction_link", TEXT, primary_key=True),
    Column("offer_id", ForeignKey("wallet_offers.id"), nullable=False),
    Column("configuration", TEXT, nullable=False),
    Column("keys", TEXT, nullable=False),
    Column("expires_at", LARGE, nullable=False),
    Index(None, "expires_at"),
    Index(None, "offer_id"),
)


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """One pushed request: `wanted` is JSON, the configurations; `offer_id` None when no offer led to it."""

    request_link: str
    client_id: str
    redirect_uri: str
    state: str | None
    code_challenge: str
    wanted: str
    identified: bool
    offer_id: str | None
    key_thumbprint: str | None
    expires_at: int


@dataclass(frozen=True, slots=True)
class StoredCode:
    """One authorization code; `used_at` (Unix seconds) is set by its one use."""

    code_link: str
    offer_id: str
    client_id: str
    identified: bool
    key_thumbprint: str | None
    redirect_uri: str
    code_challenge: str
    expires_at: int
    used_at: int | None = None


@dataclass(frozen=True, slots=True)
class StoredRefresh:
    """One refresh token, bound to a key; `parent_link` is the one that it was given for."""

    token_link: str
    offer_id: str
    client_id: str | None
    identified: bool
    key_thumbprint: str
    parent_link: str | None
    expires_at: int
    used_at: int | None = None


@dataclass(frozen=True, slots=True)
class StoredDeferral:
    """A credential that will be issued to these keys (JSON) as soon as its sources have answered."""

    transaction_link: str
    offer_id: str
    configuration: str
    keys: str
    expires_at: int


class AuthorizationBook:
    """Reads and writes all this within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_request(self, request: StoredRequest) -> None:
        """Record a pushed request."""
        self._add(REQUESTS, request)

    def request(self, request_link: str, *, now_s: int, to_change: bool = False) -> StoredRequest | None:
        """Return a pushed request that is alive; `to_change` lets nobody else decide it until the end."""
        query = select(*(REQUESTS.c[name] for name in StoredRequest.__slots__))
        query = query.where(REQUESTS.c.request_link == request_link, REQUESTS.c.expires_at > now_s)
        row = self._connection.execute(query.with_for_update() if to_change else query).first()
        return None if row is None else replace(StoredRequest(*row), identified=bool(row.identified))

    def decide_request(self, request_link: str) -> bool:
        """Take a request away, because it was decided; False when somebody else was faster."""
        return self._connection.execute(delete(REQUESTS).where(REQUESTS.c.request_link == request_link)).rowcount == 1

    def add_code(self, code: StoredCode) -> None:
        """Record an authorization code."""
        self._add(CODES, code)

    def code(self, code_link: str) -> StoredCode | None:
        """Return a code, also a used one; nobody else changes it until this transaction ends."""
        query = select(*(CODES.c[name] for name in StoredCode.__slots__)).where(CODES.c.code_link == code_link)
        row = self._connection.execute(query.with_for_update()).first()
        return None if row is None else replace(StoredCode(*row), identified=bool(row.identified))

    def use_code(self, code_link: str, *, now_s: int) -> None:
        """Mark a code as used."""
        self._connection.execute(update(CODES).where(CODES.c.code_link == code_link).values(used_at=now_s))

    def add_refresh(self, token: StoredRefresh) -> None:
        """Record a refresh token."""
        self._add(REFRESH_TOKENS, token)

    def refresh(self, token_link: str) -> StoredRefresh | None:
        """Return a refresh token, also a used one; nobody else changes it until this transaction ends."""
        columns = (REFRESH_TOKENS.c[name] for name in StoredRefresh.__slots__)
        query = select(*columns).where(REFRESH_TOKENS.c.token_link == token_link)
        row = self._connection.execute(query.with_for_update()).first()
        return None if row is None else replace(StoredRefresh(*row), identified=bool(row.identified))

    def use_refresh(self, token_link: str, *, now_s: int) -> None:
        """Mark a refresh token as used, and take away what it was exchanged for before and nobody has used."""
        own = REFRESH_TOKENS.c.token_link == token_link
        self._connection.execute(update(REFRESH_TOKENS).where(own).values(used_at=now_s))
        self._connection.execute(delete(REFRESH_TOKENS).where(REFRESH_TOKENS.c.parent_link == token_link))

    def successor_is_used(self, token_link: str) -> bool:
        """Return whether a refresh token that this one was exchanged for was used itself."""
        used = (REFRESH_TOKENS.c.parent_link == token_link, REFRESH_TOKENS.c.used_at.is_not(None))
        return self._connection.execute(select(REFRESH_TOKENS.c.token_link).where(*used)).first() is not None

    def end_refresh(self, offer_id: str) -> None:
        """Take away every refresh token of what a holder allowed once."""
        self._connection.execute(delete(REFRESH_TOKENS).where(REFRESH_TOKENS.c.offer_id == offer_id))

    def add_deferral(self, deferral: StoredDeferral) -> None:
        """Record that a credential comes later."""
        self._add(DEFERRALS, deferral)

    def deferral(self, transaction_link: str, *, now_s: int) -> StoredDeferral | None:
        """Return what was deferred, while it lives."""
        query = select(*(DEFERRALS.c[name] for name in StoredDeferral.__slots__))
        alive = (DEFERRALS.c.transaction_link == transaction_link, DEFERRALS.c.expires_at > now_s)
        row = self._connection.execute(query.where(*alive)).first()
        return None if row is None else StoredDeferral(*row)

    def end_deferral(self, transaction_link: str) -> None:
        """Take a deferral away: its credential was issued, or never will be."""
        self._connection.execute(delete(DEFERRALS).where(DEFERRALS.c.transaction_link == transaction_link))

    def forget_expired(self, *, now_s: int) -> None:
        """Destroy what has expired; codes a day later."""
        for table in (REQUESTS, REFRESH_TOKENS, DEFERRALS):
            self._connection.execute(delete(table).where(table.c.expires_at <= now_s))
        self._connection.execute(delete(CODES).where(CODES.c.expires_at <= now_s - REPLAY_S))

    def _add(self, table: Table, record: StoredRequest | StoredCode | StoredRefresh | StoredDeferral) -> None:
        values = {name: getattr(record, name) for name in record.__slots__}
        if "identified" in values:
            values["identified"] = int(values["identified"])
        self._connection.execute(insert(table).values(**values))
