"""What holders have chosen for a certificate and put aside: one for each account, sealed, destroyed after its day."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Index, LargeBinary, Table, delete, select

from issuer.store.tables import LARGE, METADATA, TEXT
from issuer.store.upserts import upsert

KEPT_CHOICES: Final = Table(
    "kept_choices",
    METADATA,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", TEXT, nullable=False),
    Column("expires_at", LARGE, nullable=False),
    Index(None, "expires_at"),
)


@dataclass(frozen=True, slots=True)
class StoredChoice:
    """One choice: whose, sealed, since when (UTC in ISO 8601), and until when it is kept, in Unix seconds."""

    account_id: str
    sealed: bytes
    kept_at: str
    expires_at: int


class ChoiceBook:
    """Reads and writes choices within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, choice: StoredChoice) -> None:
        """Keep a choice in the place of the one that the account had."""
        values = {name: getattr(choice, name) for name in StoredChoice.__slots__}
        new = upsert(self._connection, KEPT_CHOICES).values(**values)
        changed = {name: new.excluded[name] for name in values if name != "account_id"}
        self._connection.execute(new.on_conflict_do_update(index_elements=["account_id"], set_=changed))

    def of(self, account_id: str, *, now_s: int) -> StoredChoice | None:
        """Return the choice of an account, if it is there and its day is not over."""
        columns = (KEPT_CHOICES.c[name] for name in StoredChoice.__slots__)
        wanted = (KEPT_CHOICES.c.account_id == account_id, KEPT_CHOICES.c.expires_at > now_s)
        row = self._connection.execute(select(*columns).where(*wanted)).first()
        return None if row is None else StoredChoice(*row)

    def forget(self, account_id: str) -> None:
        """Destroy the choice of an account."""
        self._connection.execute(delete(KEPT_CHOICES).where(KEPT_CHOICES.c.account_id == account_id))

    def forget_expired(self, *, now_s: int) -> int:
        """Destroy the choices whose day is over; answer how many."""
        return self._connection.execute(delete(KEPT_CHOICES).where(KEPT_CHOICES.c.expires_at <= now_s)).rowcount
