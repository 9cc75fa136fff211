"""Private keys in files: encrypted PKCS#8 (scrypt, AES-256-CBC), mode 0600, never overwritten, never printed (S22).

The file is what `openssl pkey` calls an "ENCRYPTED PRIVATE KEY" (RFC 5958, RFC 8018 PBES2, RFC 7914 section 7).
Reading refuses files that other users may read, weaker protection than we would write, and other kinds of keys: P-256
everywhere, but Ed25519 for the key of a transparency log and RSA for that of Open Badges.
"""

import os
import secrets
import stat
from functools import cache
from pathlib import Path
from typing import Final

from asn1crypto import pem
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from keys.badge_key import KEY_BITS, BadgeKey
from keys.errors import KeyFileError, WrongPassphrase
from keys.jwk import PublicKey, der_to_raw, public_key_of
from keys.limits import (
    MAX_KEY_FILE_BYTES,
    MAX_SCRYPT_LOG2_N,
    MIN_PASSPHRASE_CHARACTERS,
    MIN_SCRYPT_LOG2_N,
)
from keys.note_keys import NotePrivateKey
from keys.pkcs8 import check_protection, encrypt_pkcs8
from keys.public_half import PublicHalf
from keys.values import dataclass, field

_ENCRYPTED_LABEL: Final = "ENCRYPTED PRIVATE KEY"
_PLAIN_LABEL: Final = "PRIVATE KEY"
_OTHERS_MAY_ACCESS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A P-256 private key in memory; its `repr` shows the `kid` only."""

    _key: ec.EllipticCurvePrivateKey = field(repr=False)

    def __repr__(self) -> str:
        return f"PrivateKey(kid={self.public_key().kid!r})"

    def public_key(self) -> PublicKey:
        """Return the public half, named by `PublicKey.short_name`."""
        return public_key_of(self._key.public_key())

    def cryptography_key(self) -> ec.EllipticCurvePrivateKey:
        """Return the key object of the `cryptography` library, for other modules of `keys` only."""
        return self._key


@dataclass(frozen=True, slots=True)
class FileSigner(PublicHalf):
    """A `Signer` whose key lives in memory, from a key file or just made."""

    key: PrivateKey
    public_key: PublicKey = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_key", self.key.public_key())

    def sign(self, message: bytes) -> bytes:
        """Return the raw r || s signature (64 bytes) over the message."""
        return der_to_raw(self.key.cryptography_key().sign(message, _ecdsa_sha256()))


@cache
def _ecdsa_sha256() -> ec.ECDSA:
    """Return the one object; making it loads every cipher of the library."""
    return ec.ECDSA(hashes.SHA256())


def create_key() -> PrivateKey:
    """Make a new P-256 key from the operating system's randomness.

    Its name does not begin with a hyphen, which a command line would take for an option; one key in 64 is drawn again.
    """
    while True:
        key = PrivateKey(ec.generate_private_key(ec.SECP256R1()))
        if not str(key.public_key().kid).startswith("-"):
            return key


def write_encrypted(
    path: str | Path,
    key: PrivateKey | NotePrivateKey | BadgeKey,
    *,
    passphrase: str,
    scrypt_log2_n: int = MIN_SCRYPT_LOG2_N,
) -> None:
    """Write a key as encrypted PKCS#8 PEM, mode 0600, whole or not at all.

    Args:
        path: a file that does not exist yet, in a folder that does.
        key: the key.
        passphrase: at least 8 characters, used as UTF-8.
        scrypt_log2_n: cost, 17 (128 MiB of memory) to 20.

    Raises:
        KeyFileError: the passphrase or the cost is too weak, the file exists, or it cannot be written.

    Source: RFC 8018 section 6.2, RFC 7914 section 7
    """
    if len(passphrase) < MIN_PASSPHRASE_CHARACTERS:
        raise KeyFileError(f"expected a passphrase of at least {MIN_PASSPHRASE_CHARACTERS} characters")
    if not MIN_SCRYPT_LOG2_N <= scrypt_log2_n <= MAX_SCRYPT_LOG2_N:
        raise KeyFileError(f"expected scrypt_log2_n from {MIN_SCRYPT_LOG2_N} to {MAX_SCRYPT_LOG2_N}")
    der = encrypt_pkcs8(key.cryptography_key(), passphrase, log2_n=scrypt_log2_n)
    _write_new_file(Path(path), pem.armor(_ENCRYPTED_LABEL, der))


def write_plain_for_development(path: str | Path, key: PrivateKey | NotePrivateKey | BadgeKey) -> None:
    """Write a key without any encryption, mode 0600: for development only, whoever reads the file has the key.

    Raises:
        KeyFileError: the file exists or cannot be written.
    """
    encoded = key.cryptography_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write_new_file(Path(path), encoded)


def read_private_key(path: str | Path, *, passphrase: str) -> PrivateKey:
    """Read an encrypted key file.

    Raises:
        WrongPassphrase: the passphrase does not open the file.
        KeyFileError: missing, too large, readable by others, not encrypted, weakly encrypted, or not a P-256 key.
    """
    return _p256(_read_encrypted(Path(path), passphrase))


def read_signer(path: str | Path, *, passphrase: str) -> FileSigner:
    """Read an encrypted key file as a `Signer`; errors as `read_private_key`."""
    return FileSigner(read_private_key(path, passphrase=passphrase))


def read_plain_development_signer(path: str | Path) -> FileSigner:
    """Read a key file that nothing protects; only for development, and only where the caller says so by this name.

    Raises:
        KeyFileError: missing, too large, readable by others, encrypted, or not a P-256 key.
    """
    return FileSigner(_p256(_read_plain(Path(path))))


def read_note_key(path: str | Path, *, passphrase: str) -> NotePrivateKey:
    """Read the encrypted key file of a log; errors as `read_private_key`, for a key that is not Ed25519."""
    return _ed25519(_read_encrypted(Path(path), passphrase))


def read_plain_development_note_key(path: str | Path) -> NotePrivateKey:
    """Read the key file of a log that nothing protects; errors as `read_plain_development_signer`."""
    return _ed25519(_read_plain(Path(path)))


def read_badge_key(path: str | Path, *, passphrase: str) -> BadgeKey:
    """Read the encrypted key file of Open Badges; errors as `read_private_key`, for a key that is not RSA."""
    return _rsa(_read_encrypted(Path(path), passphrase))


def read_plain_development_badge_key(path: str | Path) -> BadgeKey:
    """Read the key file of Open Badges that nothing protects; errors as `read_plain_development_signer`."""
    return _rsa(_read_plain(Path(path)))


def _read_encrypted(path: Path, passphrase: str) -> object:
    der = _read_pem(path, label=_ENCRYPTED_LABEL)
    check_protection(der)
    if not passphrase:
        raise WrongPassphrase(f"expected the passphrase of the key file {path.name}, found an empty one")
    try:
        return _load(der, password=passphrase.encode("utf-8"))
    except ValueError:
        raise WrongPassphrase(f"the passphrase does not open the key file {path.name}") from None


def _read_plain(path: Path) -> object:
    der = _read_pem(path, label=_PLAIN_LABEL)
    try:
        return _load(der, password=None)
    except (ValueError, TypeError):  # TypeError: it is encrypted, whatever its label says
        raise KeyFileError("expected a PKCS#8 private key, found something else") from None


def _load(der: bytes, *, password: bytes | None) -> object:
    """Read a private key of any kind; None for a kind that the library does not know, which is not ours either."""
    try:
        return load_der_private_key(der, password=password)
    except UnsupportedAlgorithm:
        return None


def _ed25519(key: object) -> NotePrivateKey:
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise KeyFileError("expected an Ed25519 private key, found another kind of key")
    return NotePrivateKey(key)


def _rsa(key: object) -> BadgeKey:
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != KEY_BITS:
        raise KeyFileError(f"expected an RSA private key of {KEY_BITS} bits, found another kind of key")
    return BadgeKey(key)


def _p256(key: object) -> PrivateKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError("expected a private key on the curve P-256, found another kind of key")
    return PrivateKey(key)


def _read_pem(path: Path, *, label: str) -> bytes:
    content = _read_private_file(path)
    try:
        found, _headers, der = pem.unarmor(content)
    except ValueError:
        found, der = None, b""
    if found != label:
        raise KeyFileError(f"expected a PEM file with {label}, found {found or 'something else'}")
    return bytes(der)


def _read_private_file(path: Path) -> bytes:
    """Read a small regular file that only its owner may touch."""
    try:
        # Not blocking, so that a pipe in the place of a key file cannot hold the program.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            _check_private(path, status)
            return file.read(MAX_KEY_FILE_BYTES)
    except OSError as error:
        raise KeyFileError(f"cannot read the key file {path.name}: {error.strerror}") from error


def _check_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_KEY_FILE_BYTES:
        raise KeyFileError(f"expected {path.name} to be a regular file of at most {MAX_KEY_FILE_BYTES} bytes")
    if status.st_mode & _OTHERS_MAY_ACCESS:
        mode = stat.S_IMODE(status.st_mode)
        raise KeyFileError(
            f"expected mode 0600 on the key file {path.name}, found {mode:04o}; run chmod 600 on it, "
            "and replace the key if others may have read it"
        )


def _write_new_file(path: Path, content: bytes) -> None:
    """Write beside the target, then link it into place: whole or not at all, and never over another file."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError as error:
        raise KeyFileError(f"expected no file at {path.name}; a key file is never overwritten") from error
    except OSError as error:
        raise KeyFileError(f"cannot write the key file {path.name}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
