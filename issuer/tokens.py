"""Bearer tokens: one account, some scopes, until a day. The bank shows a token once and keeps only its SHA-256.

A token has 256 random bits, so its hash needs no salt and no slow function, and it is found by the hash alone. What a
token does is recorded under its id, also after it was revoked.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from issuer.accounts.account import find_account
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.desk_errors import TokenNotFound
from issuer.errors import InvalidOption
from issuer.store.tokens import StoredToken
from issuer.times import utc_text

READ: Final = "read"
ISSUE: Final = "issue"
REVOKE: Final = "revoke"
SCOPES: Final = (READ, ISSUE, REVOKE)
"""See account and certificates, preview · issue and print again · revoke."""

LONGEST_DAYS: Final = 365
PREFIX: Final = "cbt_"
"""What every token begins with, so that one that was lost is recognised for what it is."""

_TOKEN_BYTES: Final = 32
_ID_BYTES: Final = 6
_MAX_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class TokenWish:
    """What a token is to be called, allowed, and for how many days."""

    name: str
    scopes: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made; `text` is shown now and never again."""

    text: str
    record: StoredToken


def create_token(bank: Bank, account_id: str, wish: TokenWish, *, now: datetime) -> NewToken:
    """Make a token for a program that acts for the holder of one account.

    Raises:
        InvalidOption: no name, an unknown scope or none, or a time that is too long.
        AccountNotFound: no such account.
    """
    _check(wish)
    text = PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    with bank.store.write() as transaction:
        account = find_account(transaction, account_id)
        record = StoredToken(
            id=secrets.token_hex(_ID_BYTES),
            token_sha256=_digest(text),
            account_id=account.id,
            name=wish.name,
            scopes=" ".join(scope for scope in SCOPES if scope in wish.scopes),
            created_at=utc_text(now),
            created_by=bank.actor,
            expires_at=int((now + timedelta(days=wish.days)).timestamp()),
        )
        transaction.tokens.add(record)
        act = Act("token_made", account.id, record.id, record.scopes)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    return NewToken(text, record)


def revoke_token(bank: Bank, token_id: str, *, now: datetime) -> StoredToken:
    """Let a token open nothing any more; doing it twice is no error.

    Raises:
        TokenNotFound: no such token.
    """
    with bank.store.write() as transaction:
        known = transaction.tokens.token(token_id)
        if known is None:
            raise TokenNotFound(token=token_id)
        if known.revoked_at is None:
            transaction.tokens.revoke(token_id, at=utc_text(now))
            act = Act("token_revoked", known.account_id, known.id)
            record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
        return transaction.tokens.token(token_id) or known


def list_tokens(bank: Bank, account_id: str | None = None) -> list[StoredToken]:
    """Return the tokens of an account, or all, also those that have ended.

    Raises:
        AccountNotFound: no such account.
    """
    with bank.store.read() as transaction:
        account = None if account_id is None else find_account(transaction, account_id)
        return transaction.tokens.tokens(None if account is None else account.id)


class TokenDoor:
    """Says what a token opens; safe to share between threads."""

    def __init__(self, bank: Bank, *, clock: Callable[[], datetime]) -> None:
        """Open for one bank."""
        self._bank = bank
        self._clock = clock

    def find(self, text: str) -> StoredToken | None:
        """Return the token with this text, None when there is none or it has ended."""
        with self._bank.store.read() as transaction:
            found = transaction.tokens.with_digest(_digest(text))
        if found is None or found.revoked_at is not None or found.expires_at <= int(self._clock().timestamp()):
            return None
        return found


def _check(wish: TokenWish) -> None:
    if not (wish.name.isprintable() and 0 < len(wish.name) <= _MAX_NAME):
        problem = f"expected a name of 1 to {_MAX_NAME} printable characters"
        raise InvalidOption(problem, option="--name")
    if not wish.scopes or not set(wish.scopes) <= set(SCOPES):
        problem = f"expected some of {', '.join(SCOPES)}"
        raise InvalidOption(problem, option="--scope")
    if not 1 <= wish.days <= LONGEST_DAYS:
        problem = f"expected 1 to {LONGEST_DAYS} days"
        raise InvalidOption(problem, option=f"--days {wish.days}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
