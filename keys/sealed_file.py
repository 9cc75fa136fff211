"""A file under a passphrase: argon2id makes the key, AES-256-GCM seals the content (S22).

Form: a format byte, memory in KiB (4 bytes, big endian), passes (1), lanes (1), salt (16), nonce (12), ciphertext and
tag; everything before the ciphertext is authenticated with it. Reading refuses a price that would only stop the reader,
or that is below what we would ever write. Left to the caller: files, and how strong the passphrase is.
"""

import struct
import unicodedata
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import SealedFileError
from keys.limits import (
    ARGON2_LANES,
    ARGON2_MEMORY_KIB,
    ARGON2_PASSES,
    MAX_ARGON2_MEMORY_KIB,
    MAX_ARGON2_PASSES,
    MIN_PASSPHRASE_CHARACTERS,
)
from keys.values import dataclass

_FORMAT: Final = 1
_HEADER: Final = struct.Struct(">BIBB")
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_LABEL: Final = b"competency-bank/sealed-file/1\x00"


@dataclass(frozen=True, slots=True)
class SealPrice:
    """What deriving the key costs: memory in KiB and passes over it."""

    memory_kib: int = ARGON2_MEMORY_KIB
    passes: int = ARGON2_PASSES


def seal_file(
    content: bytes, *, passphrase: str, random_bytes: Callable[[int], bytes], price: SealPrice | None = None
) -> bytes:
    """Seal a content under a passphrase.

    Args:
        content: what only the passphrase opens again.
        passphrase: at least 8 characters.
        random_bytes: a cryptographic source.
        price: the default is the right one outside tests.

    Raises:
        SealedFileError: kind `passphrase`, it is too short.
    """
    if len(passphrase) < MIN_PASSPHRASE_CHARACTERS:
        problem = f"expected a passphrase of at least {MIN_PASSPHRASE_CHARACTERS} characters"
        raise SealedFileError(problem, kind="passphrase")
    paid = price or SealPrice()
    salt, nonce = random_bytes(_SALT_BYTES), random_bytes(_NONCE_BYTES)
    head = _HEADER.pack(_FORMAT, paid.memory_kib, paid.passes, ARGON2_LANES) + salt + nonce
    return head + _cipher(passphrase, salt, paid).encrypt(nonce, content, _LABEL + head)


def open_file(sealed: bytes, *, passphrase: str, cheapest: SealPrice | None = None) -> bytes:
    """Open what `seal_file` made.

    Args:
        sealed: hostile.
        passphrase: the one it was sealed under.
        cheapest: the least price that is believed; the default is the right one outside tests.

    Raises:
        SealedFileError: kind `format`, it is no such file; `passphrase`, it does not open it, or the file was changed.
    """
    least, head_bytes = cheapest or SealPrice(), _HEADER.size + _SALT_BYTES + _NONCE_BYTES
    head, ciphertext = sealed[:head_bytes], sealed[head_bytes:]
    if len(head) < head_bytes:
        raise SealedFileError("expected a sealed file, found something shorter", kind="format")
    form, memory_kib, passes, lanes = _HEADER.unpack_from(head)
    if (form, lanes) != (_FORMAT, ARGON2_LANES):
        raise SealedFileError("expected a sealed file, found another format", kind="format")
    fits = least.memory_kib <= memory_kib <= MAX_ARGON2_MEMORY_KIB and least.passes <= passes <= MAX_ARGON2_PASSES
    if not fits:
        raise SealedFileError("expected a sealed file with a usual price, found another", kind="format")
    salt, nonce = head[_HEADER.size : -_NONCE_BYTES], head[-_NONCE_BYTES:]
    try:
        return _cipher(passphrase, salt, SealPrice(memory_kib, passes)).decrypt(nonce, ciphertext, _LABEL + head)
    except InvalidTag:
        problem = "the passphrase does not open this file, or the file was changed"
        raise SealedFileError(problem, kind="passphrase") from None


def _cipher(passphrase: str, salt: bytes, price: SealPrice) -> AESGCM:
    from argon2.low_level import Type, hash_secret_raw

    typed = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    key = hash_secret_raw(
        secret=typed,
        salt=salt,
        time_cost=price.passes,
        memory_cost=price.memory_kib,
        parallelism=ARGON2_LANES,
        hash_len=_KEY_BYTES,
        type=Type.ID,
    )
    return AESGCM(key)
