"""Encrypted PKCS#8 in the one form we write and read: PBES2 with scrypt and AES-256-CBC (S22).

The ASN.1 is asn1crypto's, the cryptography that of `cryptography`; the choice of both, and the bounds, are ours.
Files of this form are read by `cryptography` and, where it may use 128 MiB for scrypt, by OpenSSL.
"""

import secrets
from typing import ClassVar, Final

from asn1crypto import core
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys.errors import KeyFileError
from keys.limits import MAX_SCRYPT_LOG2_N, MIN_SCRYPT_LOG2_N, SCRYPT_BLOCK_SIZE, SCRYPT_PARALLELISM

_PBES2: Final = "1.2.840.113549.1.5.13"
_SCRYPT: Final = "1.3.6.1.4.1.11591.4.11"
_AES256_CBC: Final = "2.16.840.1.101.3.4.1.42"
_SALT_BYTES: Final = 16
_AES_BLOCK_BYTES: Final = 16
_AES256_KEY_BYTES: Final = 32
_COSTS: Final = frozenset(2**log2_n for log2_n in range(MIN_SCRYPT_LOG2_N, MAX_SCRYPT_LOG2_N + 1))


class _ScryptParameters(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    """RFC 7914 section 7.1."""

    _fields: ClassVar = [
        ("salt", core.OctetString),
        ("n", core.Integer),
        ("r", core.Integer),
        ("p", core.Integer),
        ("key_length", core.Integer, {"optional": True}),
    ]


class _KeyDerivation(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    _fields: ClassVar = [("algorithm", core.ObjectIdentifier), ("parameters", _ScryptParameters)]


class _CipherAlgorithm(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    _fields: ClassVar = [("algorithm", core.ObjectIdentifier), ("parameters", core.OctetString)]


class _Pbes2Parameters(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    _fields: ClassVar = [("key_derivation", _KeyDerivation), ("cipher", _CipherAlgorithm)]


class _EncryptionAlgorithm(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    _fields: ClassVar = [("algorithm", core.ObjectIdentifier), ("parameters", _Pbes2Parameters)]


class _EncryptedPrivateKeyInfo(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    """RFC 5958 section 3, with the only algorithms we accept."""

    _fields: ClassVar = [("algorithm", _EncryptionAlgorithm), ("encrypted_data", core.OctetString)]


def encrypt_pkcs8(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey, passphrase: str, *, log2_n: int
) -> bytes:
    """Return a private key as DER EncryptedPrivateKeyInfo.

    Args:
        key: the key.
        passphrase: used as UTF-8; its quality is the caller's business.
        log2_n: scrypt cost; the caller keeps it in our bounds.

    Source: RFC 5958 section 3, RFC 8018 section 6.2, RFC 7914 section 7
    """
    salt, initial_vector = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_AES_BLOCK_BYTES)
    cost = {"n": 2**log2_n, "r": SCRYPT_BLOCK_SIZE, "p": SCRYPT_PARALLELISM}
    secret = Scrypt(salt=salt, length=_AES256_KEY_BYTES, **cost).derive(passphrase.encode("utf-8"))
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    padder = padding.PKCS7(AES256.block_size).padder()
    encryptor = Cipher(AES256(secret), CBC(initial_vector)).encryptor()
    encrypted = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    derivation = {"algorithm": _SCRYPT, "parameters": {"salt": salt, **cost, "key_length": _AES256_KEY_BYTES}}
    cipher = {"algorithm": _AES256_CBC, "parameters": initial_vector}
    algorithm = {"algorithm": _PBES2, "parameters": {"key_derivation": derivation, "cipher": cipher}}
    info = _EncryptedPrivateKeyInfo({"algorithm": algorithm, "encrypted_data": encrypted})
    der: bytes = info.dump()
    return der


def check_protection(der: bytes) -> None:
    """Refuse an encrypted key that is protected worse than we would, or at a cost that only exhausts memory.

    Raises:
        KeyFileError: another structure, algorithm or cost.
    """
    try:
        algorithm = _EncryptedPrivateKeyInfo.load(der, strict=True)["algorithm"].native
    except (ValueError, TypeError, AttributeError):  # AttributeError: asn1crypto, for a member of an odd type
        algorithm = None
    if algorithm is None:
        raise KeyFileError("expected a key encrypted with PBES2, scrypt and AES-256-CBC, found another form")
    parameters = algorithm["parameters"]
    derivation, cipher = parameters["key_derivation"], parameters["cipher"]
    if (algorithm["algorithm"], derivation["algorithm"], cipher["algorithm"]) != (_PBES2, _SCRYPT, _AES256_CBC):
        raise KeyFileError("expected a key encrypted with PBES2, scrypt and AES-256-CBC, found another algorithm")
    cost = derivation["parameters"]
    if cost["n"] not in _COSTS or (cost["r"], cost["p"]) != (SCRYPT_BLOCK_SIZE, SCRYPT_PARALLELISM):
        raise KeyFileError(
            f"expected scrypt with N a power of two from 2^{MIN_SCRYPT_LOG2_N} to 2^{MAX_SCRYPT_LOG2_N}, "
            f"r {SCRYPT_BLOCK_SIZE} and p {SCRYPT_PARALLELISM}, found another cost"
        )
