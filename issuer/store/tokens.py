"""Bearer tokens in the database, known by their SHA-256 only; a revoked token stays, so that its acts have a name."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, ForeignKey, Index, Select, Table, insert, select, update

from issuer.store.tables import LARGE, METADATA, TEXT

API_TOKENS: Final = Table(
    "api_tokens",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("token_sha256", TEXT, nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("name", TEXT, nullable=False),
    Column("scopes", TEXT, nullable=False),
    Column("created_at", TEXT, nullable=False),
    Column("created_by", TEXT, nullable=False),
    Column("expires_at", LARGE, nullable=False),
    Column("revoked_at", TEXT),
    Index(None, "account_id"),
)


@dataclass(frozen=True, slots=True)
class StoredToken:
    """One token: its public id, the SHA-256 of its text in hex, whose account it opens and what for.

    `scopes` are separated by spaces. `expires_at` is in Unix seconds, the other times are UTC in ISO 8601.
    """

    id: str
    token_sha256: str
    account_id: str
    name: str
    scopes: str
    created_at: str
    created_by: str
    expires_at: int
    revoked_at: str | None = None


class TokenBook:
    """Reads and writes tokens within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token: StoredToken) -> None:
        """Record a new token."""
        values = {name: getattr(token, name) for name in StoredToken.__slots__}
        self._connection.execute(insert(API_TOKENS).values(**values))

    def with_digest(self, token_sha256: str) -> StoredToken | None:
        """Return the token whose text has this SHA-256, whatever its state."""
        found = self._connection.execute(_select().where(API_TOKENS.c.token_sha256 == token_sha256)).first()
        return None if found is None else StoredToken(*found)

    def token(self, token_id: str) -> StoredToken | None:
        """Return one token by its id."""
        found = self._connection.execute(_select().where(API_TOKENS.c.id == token_id)).first()
        return None if found is None else StoredToken(*found)

    def tokens(self, account_id: str | None = None) -> list[StoredToken]:
        """Return the tokens of an account, or all, oldest first."""
        query = _select().order_by(API_TOKENS.c.created_at, API_TOKENS.c.id)
        if account_id is not None:
            query = query.where(API_TOKENS.c.account_id == account_id)
        return [StoredToken(*row) for row in self._connection.execute(query)]

    def revoke(self, token_id: str, *, at: str) -> None:
        """Record that a token opens nothing any more; the first time stays."""
        wanted = (API_TOKENS.c.id == token_id, API_TOKENS.c.revoked_at.is_(None))
        self._connection.execute(update(API_TOKENS).where(*wanted).values(revoked_at=at))


def _select() -> Select[*tuple[Any, ...]]:
    return select(*(API_TOKENS.c[name] for name in StoredToken.__slots__))
