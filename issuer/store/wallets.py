"""Offers to wallets, access tokens, used nonces and notifications in the database; secrets as keyed hashes only.

What is used once is used up by one statement, so that of two who come at the same time one finds it gone.
"""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    delete,
    exists,
    insert,
    not_,
    select,
    update,
)

from issuer.store.authorizations import (
    CODES,
    DEFERRALS,
    REFRESH_TOKENS,
    REQUESTS,
    AuthorizationBook,
)
from issuer.store.tables import CERTIFICATES, CONSENTS, LARGE, METADATA, TEXT
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
    Index(None, "account_id"),
)
ACCESS_TOKENS: Final = Table(
    "wallet_tokens",
    METADATA,
    Column("token_link", TEXT, primary_key=True),
    Column("offer_id", ForeignKey("wallet_offers.id"), nullable=False),
    Column("client_id", TEXT),
    Column("identified", Integer, nullable=False),
    Column("key_thumbprint", TEXT),
    Column("expires_at", LARGE, nullable=False),
    Index(None, "expires_at"),
    Index(None, "offer_id"),
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
    Column("configuration", TEXT),
    Column("token_link", TEXT),
    Index(None, "offer_id"),
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
    """One access token: for which offer, who said to ask, and whether it names data sets by identifiers.

    `key_thumbprint` is that of the key it is bound to, None for a bearer token.
    """

    token_link: str
    offer_id: str
    client_id: str | None
    identified: bool
    expires_at: int
    key_thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """What a wallet said about a certificate it was sent; `event` None before it said anything.

    `configuration` and `token_link` say as what, and for which access token it was issued.
    """

    notice_link: str
    offer_id: str
    number: str
    event: str | None = None
    configuration: str | None = None
    token_link: str | None = None


@dataclass(frozen=True, slots=True)
class WalletIssue:
    """One issue of a configuration of an offer: by which token, how its certificate stands, and the consent to it."""

    number: str
    token_link: str | None
    status: str
    valid_until: str
    withdrawn_at: str | None


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

    def offer(self, offer_id: str, *, to_change: bool = False) -> StoredOffer | None:
        """Return an offer by its id; `to_change` as for `offer_with_code`."""
        query = select(*(OFFERS.c[name] for name in StoredOffer.__slots__)).where(OFFERS.c.id == offer_id)
        row = self._connection.execute(query.with_for_update() if to_change else query).first()
        return None if row is None else StoredOffer(*row)

    def count_wrong_code(self, offer_id: str) -> None:
        """Take one try from an offer."""
        by_id = OFFERS.c.id == offer_id
        self._connection.execute(update(OFFERS).where(by_id).values(tries_left=OFFERS.c.tries_left - 1))

    def redeem(self, offer_id: str, *, at: str) -> None:
        """Use up an offer."""
        self._connection.execute(update(OFFERS).where(OFFERS.c.id == offer_id).values(redeemed_at=at))

    def add_access(self, access: StoredAccess) -> None:
        """Record an access token."""
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
        return replace(StoredAccess(*row), identified=bool(row.identified))

    def end_access(self, offer_id: str) -> None:
        """Take away every access token of an offer."""
        self._connection.execute(delete(ACCESS_TOKENS).where(ACCESS_TOKENS.c.offer_id == offer_id))

    def end_all(self, account_id: str) -> None:
        """Take away everything that wallets have to ask with for an account."""
        own = select(OFFERS.c.id).where(OFFERS.c.account_id == account_id)
        for table in (ACCESS_TOKENS, CODES, REFRESH_TOKENS, DEFERRALS):
            self._connection.execute(delete(table).where(table.c.offer_id.in_(own)))
        self._connection.execute(update(OFFERS).where(OFFERS.c.account_id == account_id).values(tries_left=0))

    def issues(self, offer_id: str, configuration: str) -> list[WalletIssue]:
        """Return what was issued of a configuration of an offer, in the order of issue."""
        issued, consent = CERTIFICATES.c, CONSENTS.c
        columns = (NOTICES.c.number, NOTICES.c.token_link, issued.status, issued.valid_until, consent.withdrawn_at)
        joined = NOTICES.join(CERTIFICATES, issued.number == NOTICES.c.number)
        joined = joined.join(CONSENTS, consent.id == issued.consent_id)
        query = select(*columns).select_from(joined)
        query = query.where(NOTICES.c.offer_id == offer_id, NOTICES.c.configuration == configuration)
        rows = self._connection.execute(query.order_by(CERTIFICATES.c.issued_at, NOTICES.c.number))
        return [WalletIssue(*row) for row in rows]

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
        AuthorizationBook(self._connection).forget_expired(now_s=now_s)
        needing = (ACCESS_TOKENS, REQUESTS, CODES, REFRESH_TOKENS, DEFERRALS)
        # Asked of each offer by an index: PostgreSQL reads a long list behind NOT IN once for every offer.
        unused = (not_(exists().where(table.c.offer_id == OFFERS.c.id)) for table in needing)
        self._connection.execute(delete(OFFERS).where(OFFERS.c.expires_at <= now_s, *unused))
