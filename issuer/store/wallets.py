"""Offers to wallets, access tokens, used nonces and notifications in the database; secrets as keyed hashes only.

What is used once is used up by one statement, so that of two who come at the same time one finds it gone.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, delete, insert, select, update

from issuer.store.tables import LARGE, METADATA, TEXT
from issuer.store.upserts import upsert

OFFERS: Final = Table(
    "wallet_offers",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("code_link", TEXT, nullable=False, unique=True),
    Column("tx_link", TEXT),
    Column("tries_left", Integer, nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("request", TEXT, nullable=False),
    Column("configurations", TEXT, nullable=False),
    Column("created_at", TEXT, nullable=False),
    Column("expires_at", LARGE, nullable=False),
    Column("redeemed_at", TEXT),
    Index(None, "expires_at"),
)
ACCESS_TOKENS: Final = Table(
    "wallet_tokens",
    METADATA,
    Column("token_link", TEXT, primary_key=True),
    Column("offer_id", ForeignKey("wallet_offers.id"), nullable=False),
    Column("client_id", TEXT),
    Column("identified", Integer, nullable=False),
    Column("expires_at", LARGE, nullable=False),
    Index(None, "expires_at"),
)
USED_NONCES: Final = Table(
    "wallet_nonces",
    METADATA,
    Column("nonce_link", TEXT, primary_key=True),
    Column("expires_at", LARGE, nullable=False),
    Index(None, "expires_at"),
)
NOTICES: Final = Table(
    "wallet_notices",
    METADATA,
    Column("notice_link", TEXT, primary_key=True),
    Column("offer_id", TEXT, nullable=False),
    Column("number", ForeignKey("certificates.number"), nullable=False),
    Column("event", TEXT),
)


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """One offer: `request` and `configurations` are JSON text; without `tx_link` it needs no transaction code."""

    id: str
    code_link: str
    tx_link: str | None
    tries_left: int
    account_id: str
    request: str
    configurations: str
    created_at: str
    expires_at: int
    redeemed_at: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAccess:
    """One access token: for which offer, who said to ask, and whether it names data sets by identifiers."""

    token_link: str
    offer_id: str
    client_id: str | None
    identified: bool
    expires_at: int


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """What a wallet said about a certificate it was sent; `event` None before it said anything."""

    notice_link: str
    offer_id: str
    number: str
    event: str | None = None


class WalletBook:
    """Reads and writes what wallets bring and get, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_offer(self, offer: StoredOffer) -> None:
        """Record a new offer."""
        values = {name: getattr(offer, name) for name in StoredOffer.__slots__}
        self._connection.execute(insert(OFFERS).values(**values))

    def offer_with_code(self, code_link: str, *, to_change: bool = False) -> StoredOffer | None:
        """Return the offer of a pre-authorized code; `to_change` lets nobody else change it until the end."""
        query = select(*(OFFERS.c[name] for name in StoredOffer.__slots__))
        query = query.where(OFFERS.c.code_link == code_link)
        row = self._connection.execute(query.with_for_update() if to_change else query).first()
        return None if row is None else StoredOffer(*row)

    def offer(self, offer_id: str) -> StoredOffer | None:
        """Return an offer by its id."""
        columns = (OFFERS.c[name] for name in StoredOffer.__slots__)
        row = self._connection.execute(select(*columns).where(OFFERS.c.id == offer_id)).first()
        return None if row is None else StoredOffer(*row)

    def count_wrong_code(self, offer_id: str) -> None:
        """Take one try from an offer."""
        by_id = OFFERS.c.id == offer_id
        self._connection.execute(update(OFFERS).where(by_id).values(tries_left=OFFERS.c.tries_left - 1))

    def redeem(self, offer_id: str, access: StoredAccess, *, at: str) -> None:
        """Use up an offer and record the token it was exchanged for."""
        by_id = OFFERS.c.id == offer_id
        self._connection.execute(update(OFFERS).where(by_id).values(redeemed_at=at))
        values = {name: getattr(access, name) for name in StoredAccess.__slots__} | {
            "identified": int(access.identified)
        }
        self._connection.execute(insert(ACCESS_TOKENS).values(**values))

    def access(self, token_link: str) -> StoredAccess | None:
        """Return what an access token opens."""
        columns = (ACCESS_TOKENS.c[name] for name in StoredAccess.__slots__)
        row = self._connection.execute(select(*columns).where(ACCESS_TOKENS.c.token_link == token_link)).first()
        if row is None:
            return None
        return StoredAccess(row.token_link, row.offer_id, row.client_id, bool(row.identified), row.expires_at)

    def use_nonce(self, nonce_link: str, *, expires_at: int) -> bool:
        """Use up a nonce; False when it was used before."""
        used = upsert(self._connection, USED_NONCES).values(nonce_link=nonce_link, expires_at=expires_at)
        stored = used.on_conflict_do_nothing().returning(USED_NONCES.c.nonce_link)
        return self._connection.execute(stored).first() is not None

    def add_notice(self, notice: StoredNotice) -> None:
        """Record that a wallet was sent a certificate and may say what became of it."""
        values = {name: getattr(notice, name) for name in StoredNotice.__slots__}
        self._connection.execute(insert(NOTICES).values(**values))

    def notice(self, notice_link: str) -> StoredNotice | None:
        """Return what a notification is about."""
        columns = (NOTICES.c[name] for name in StoredNotice.__slots__)
        row = self._connection.execute(select(*columns).where(NOTICES.c.notice_link == notice_link)).first()
        return None if row is None else StoredNotice(*row)

    def record_event(self, notice_link: str, event: str) -> None:
        """Record what a wallet said last."""
        by_link = NOTICES.c.notice_link == notice_link
        self._connection.execute(update(NOTICES).where(by_link).values(event=event))

    def forget_expired(self, *, now_s: int) -> None:
        """Destroy tokens and nonces that have expired, and the contents of offers."""
        self._connection.execute(delete(ACCESS_TOKENS).where(ACCESS_TOKENS.c.expires_at <= now_s))
        self._connection.execute(delete(USED_NONCES).where(USED_NONCES.c.expires_at <= now_s))
        still_used = select(ACCESS_TOKENS.c.offer_id)
        ended = (OFFERS.c.expires_at <= now_s, OFFERS.c.id.not_in(still_used))
        self._connection.execute(delete(OFFERS).where(*ended))
