"""Confirmation codes: 20 characters on the paper that find and open the stored copy, and that the bank does not keep.

A code is 19 random characters of Crockford's base32 (95 bits) and a check character, written `ABCDE-FGHJK-MNPQR-STVWX`.
From the code come two things that do not tell each other: a locator (HMAC under the bank's pepper), by which the record
is found, and a key (argon2id under the same pepper, with a salt of its own), by which it is opened (AES-256-GCM).

The check character is the sum, over the field of 32 elements, of each symbol times a power of the field's generator.
All powers differ and none is zero, so every single wrong character and every swap of two different characters changes
the sum. Left to the caller: rate limits, and one answer for unknown and for wrong codes.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.crockford import ALPHABET, in_groups, symbols_of, typed_symbols
from keys.errors import ConfirmationCodeError
from keys.limits import ARGON2_LANES, ARGON2_MEMORY_KIB, ARGON2_PASSES, MIN_PEPPER_BYTES

CODE_CHARACTERS: Final = 20
_GROUP: Final = 5
_RANDOM_BYTES: Final = 12  # 96 bits, of which 95 are used
_RANDOM_SYMBOLS: Final = CODE_CHARACTERS - 1
_FIELD_POLYNOMIAL: Final = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)

_FORMAT_BYTE: Final = b"\x01"
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_TAG_BYTES: Final = 16
SEALED_MORE_BYTES: Final = len(_FORMAT_BYTE) + _SALT_BYTES + _NONCE_BYTES + _TAG_BYTES
"""How much longer what is sealed is than what it was made from."""
_LOCATOR_LABEL: Final = b"competency-bank/confirmation-code/locator/1"
_KEY_LABEL: Final = b"competency-bank/confirmation-code/key/1"


def generate_code(token_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Make a new code in its printed form, four groups of five characters joined by hyphens."""
    number = int.from_bytes(token_bytes(_RANDOM_BYTES), "big")
    symbols = symbols_of(number, _RANDOM_SYMBOLS)
    return _printed(symbols + ALPHABET[_check_value([ALPHABET.index(symbol) for symbol in symbols])])


def normalise_code(text: str) -> str:
    """Return the printed form of a code as somebody typed it.

    What does not matter is said in `crockford.typed_symbols`.

    Raises:
        ConfirmationCodeError: not 20 characters, a character that no code has, or a check character that does not fit.
    """
    symbols = typed_symbols(text)
    if len(symbols) != CODE_CHARACTERS:
        raise ConfirmationCodeError(
            f"expected a confirmation code of {CODE_CHARACTERS} characters, found {len(symbols)}"
        )
    if any(symbol not in ALPHABET for symbol in symbols):
        raise ConfirmationCodeError(
            "expected a confirmation code of digits and letters without U, found another character"
        )
    values = [ALPHABET.index(symbol) for symbol in symbols]
    if _check_value(values[:-1]) != values[-1]:
        raise ConfirmationCodeError(
            "expected a correctly typed confirmation code; the last character does not fit the rest"
        )
    return _printed(symbols)


def code_locator(code: str, *, pepper: bytes) -> str:
    """Return the name under which the record of a code is stored: HMAC-SHA256 as 64 hex digits.

    Args:
        code: in any form that `normalise_code` accepts.
        pepper: at least 32 bytes, kept apart from the store.

    Raises:
        ConfirmationCodeError: the code is mistyped.
        ValueError: the pepper is too short, a configuration mistake.
    """
    return _mac(_LOCATOR_LABEL, code, pepper).hex()


def seal_under_code(plaintext: bytes, *, code: str, pepper: bytes, associated_data: bytes) -> bytes:
    """Encrypt what only the holder of the code may open again.

    Args:
        plaintext: the stored copy.
        code: in any form that `normalise_code` accepts.
        pepper: at least 32 bytes, kept apart from the store.
        associated_data: what the copy belongs to, such as the certificate number; must be given again to open it.

    Returns:
        A format byte, salt (16 bytes), nonce (12 bytes), ciphertext and tag.

    Raises:
        ConfirmationCodeError: the code is mistyped.
        ValueError: the pepper is too short, a configuration mistake.
    """
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    cipher = AESGCM(_derive_key(code, pepper, salt=salt))
    return _FORMAT_BYTE + salt + nonce + cipher.encrypt(nonce, plaintext, _FORMAT_BYTE + associated_data)


def open_under_code(sealed: bytes, *, code: str, pepper: bytes, associated_data: bytes) -> bytes:
    """Decrypt what `seal_under_code` made; the arguments are the same.

    Raises:
        ConfirmationCodeError: the code is mistyped or not the one, the data was changed or belongs to something else.
        ValueError: the pepper is too short, a configuration mistake.
    """
    if not sealed.startswith(_FORMAT_BYTE):
        raise ConfirmationCodeError("expected data sealed under a confirmation code, found another format")
    salt, rest = sealed[1 : 1 + _SALT_BYTES], sealed[1 + _SALT_BYTES :]
    nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
    if len(nonce) != _NONCE_BYTES:
        raise ConfirmationCodeError("expected data sealed under a confirmation code, found too few bytes")
    cipher = AESGCM(_derive_key(code, pepper, salt=salt))
    try:
        return cipher.decrypt(nonce, ciphertext, _FORMAT_BYTE + associated_data)
    except InvalidTag:
        raise ConfirmationCodeError("this confirmation code does not open this record") from None


def decoy(size: int) -> bytes:
    """Return bytes that no code opens and that cost as much to try as a sealed copy of `size` bytes.

    A look-up of a code without a record tries these, so that its time does not tell that there is none.
    """
    return _FORMAT_BYTE + secrets.token_bytes(_SALT_BYTES + _NONCE_BYTES + size)


def _derive_key(code: str, pepper: bytes, *, salt: bytes) -> bytes:
    from argon2.low_level import Type, hash_secret_raw  # who only looks at the form of a number does without it

    return hash_secret_raw(
        secret=_mac(_KEY_LABEL, code, pepper),
        salt=salt,
        time_cost=ARGON2_PASSES,
        memory_cost=ARGON2_MEMORY_KIB,
        parallelism=ARGON2_LANES,
        hash_len=_KEY_BYTES,
        type=Type.ID,
    )


def _mac(label: bytes, code: str, pepper: bytes) -> bytes:
    if len(pepper) < MIN_PEPPER_BYTES:
        raise ValueError(f"expected a pepper of at least {MIN_PEPPER_BYTES} bytes, found {len(pepper)}")
    # The labels have no zero byte and the printed code has one length, so label and code cannot run together.
    return hmac.new(pepper, label + b"\x00" + normalise_code(code).encode("ascii"), hashlib.sha256).digest()


def _printed(symbols: str) -> str:
    return in_groups(symbols, size=_GROUP)


def _check_value(values: list[int]) -> int:
    """Return the sum of the symbols times powers of the generator, by Horner's rule; 19 of 31 powers, all distinct."""
    total = 0
    for value in values:
        total = _times_generator(total ^ value)
    return total


def _times_generator(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled > 0b11111 else doubled
