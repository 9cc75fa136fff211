"""Secrets that wallets bring: how they are made, and the keyed hashes under which the bank knows them.

A nonce says itself until when it lives, under the bank's key, so that giving one out stores nothing; only used ones
are recorded. A pre-authorized code is derived from the secret part of its offer's address, so that an offer can be
shown by reference though its code is kept nowhere.
"""

import hmac
import secrets
from typing import Final, Literal

from issuer.bank import Bank
from keys.encoding import b64url_decode, b64url_encode
from keys.errors import DecodingError
from keys.keyed_link import keyed_link

NONCE_S: Final = 300  # S10
NonceUse = Literal["nonce", "dpop-nonce"]
"""For proofs of the keys of credentials, used once; or for proofs of the key of a token, used while it lives."""

_SECRET_BYTES: Final = 32
_NONCE_RANDOM: Final = 16
_TIME_BYTES: Final = 8
_MAC_CHARACTERS: Final = 32  # hexadecimal digits: 128 bits
_NONCE_CHARACTERS: Final = 80


def new_secret() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def link_of(bank: Bank, value: str, use: str) -> str:
    """Return the keyed hash under which a secret is known; one for each use."""
    return keyed_link(value, key=bank.wallet_key, context=f"openid4vci:{use}")


def code_of(bank: Bank, address_secret: str) -> str:
    """Return the pre-authorized code of the offer with this secret in its address."""
    return b64url_encode(bytes.fromhex(link_of(bank, address_secret, "pre-authorized-code")))


def state_of(bank: Bank, address_secret: str) -> str:
    """Return the `issuer_state` of the offer with this secret in its address."""
    return b64url_encode(bytes.fromhex(link_of(bank, address_secret, "issuer-state-of")))


def new_nonce(bank: Bank, *, now_s: int, use: NonceUse = "nonce") -> str:
    """Return a nonce that lives five minutes."""
    body = secrets.token_bytes(_NONCE_RANDOM) + (now_s + NONCE_S).to_bytes(_TIME_BYTES, "big")
    return b64url_encode(body + _mac(bank, body, use))


def nonce_end(bank: Bank, nonce: str, *, use: NonceUse = "nonce") -> int | None:
    """Return until when a nonce lives (Unix seconds), None for one that the bank never gave out for this use."""
    if len(nonce) > _NONCE_CHARACTERS:
        return None
    try:
        data = b64url_decode(nonce)
    except DecodingError:
        return None
    body, mac = data[: _NONCE_RANDOM + _TIME_BYTES], data[_NONCE_RANDOM + _TIME_BYTES :]
    if not hmac.compare_digest(mac, _mac(bank, body, use)):
        return None
    return int.from_bytes(body[_NONCE_RANDOM:], "big")


def _mac(bank: Bank, body: bytes, use: NonceUse) -> bytes:
    return bytes.fromhex(link_of(bank, body.hex(), use)[:_MAC_CHARACTERS])
