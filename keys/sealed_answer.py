"""Answers kept for a retry: sealed under a key that only the caller has, so that whoever kept them cannot read them.

The caller's own key (an `Idempotency-Key`) is random and long, as a UUID is; it is not a password, so one HMAC under
the pepper makes the encryption key (AES-256-GCM). Left to the caller: that the key is long enough, and how long to keep
the answer.
"""

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import SealedAnswerError
from keys.limits import MIN_PEPPER_BYTES

_FORMAT_BYTE: Final = b"\x01"
_NONCE_BYTES: Final = 12
_KEY_LABEL: Final = b"competency-bank/kept-answer/key/1\x00"


def seal_answer(answer: bytes, *, key: str, pepper: bytes, associated_data: bytes) -> bytes:
    """Encrypt an answer so that only the caller's key opens it again.

    Args:
        answer: the bytes that were answered.
        key: the caller's own, at least 100 bits of chance.
        pepper: at least 32 bytes, kept apart from the store.
        associated_data: what the answer belongs to; must be given again to open it.

    Returns:
        A format byte, nonce (12 bytes), ciphertext and tag.

    Raises:
        ValueError: the pepper is too short, a configuration mistake.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT_BYTE + nonce + _cipher(key, pepper).encrypt(nonce, answer, _FORMAT_BYTE + associated_data)


def open_answer(sealed: bytes, *, key: str, pepper: bytes, associated_data: bytes) -> bytes:
    """Decrypt what `seal_answer` made; the arguments are the same.

    Raises:
        SealedAnswerError: not the key, the data was changed or belongs to something else.
        ValueError: the pepper is too short, a configuration mistake.
    """
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if not sealed.startswith(_FORMAT_BYTE) or len(nonce) != _NONCE_BYTES:
        raise SealedAnswerError("expected a kept answer, found another format")
    try:
        return _cipher(key, pepper).decrypt(nonce, ciphertext, _FORMAT_BYTE + associated_data)
    except InvalidTag:
        raise SealedAnswerError("this key does not open this answer") from None


def _cipher(key: str, pepper: bytes) -> AESGCM:
    if len(pepper) < MIN_PEPPER_BYTES:
        raise ValueError(f"expected a pepper of at least {MIN_PEPPER_BYTES} bytes, found {len(pepper)}")
    return AESGCM(hmac.new(pepper, _KEY_LABEL + key.encode("utf-8"), hashlib.sha256).digest())
