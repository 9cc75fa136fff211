"""The verifier's key for receipts, and the list of its published keys by which receipts are checked years later.

Two files in the configuration folder: `receipt-key.pem`, the private key (encrypted PKCS#8, mode 0600), and
`receipt-keys.json`, a JWK set with every public key this verifier ever signed receipts with. Whoever checks receipts
pins a copy of the second; a new key is added to it, an old one never taken away.
"""

from collections.abc import Mapping
from pathlib import Path

from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, JwkError, KeyFileError, KeysError
from keys.jwk import PublicKey
from keys.key_files import FileSigner, create_key, read_signer, write_encrypted
from keys.limits import MAX_KEYS_IN_SET
from verifier.errors import ReceiptKeyError, ReceiptPassphraseMissing
from verifier.whole_files import PUBLIC, held, write_whole

KEY_FILE = "receipt-key.pem"
PUBLISHED_FILE = "receipt-keys.json"
LOCK_FILE = "receipt-key.lock"
_MAX_PUBLISHED_BYTES = 64 * 1024


def open_receipt_key(folder: Path | None, *, passphrase: str | None) -> FileSigner:
    """Return the key for receipts, making it on first use.

    Args:
        folder: configuration folder, or None where there is none.
        passphrase: opens the key file; None when none was given.

    Raises:
        ReceiptPassphraseMissing: no passphrase was given.
        ReceiptKeyError: no folder, a wrong passphrase, or a file that cannot be read or written.
    """
    if folder is None:
        raise ReceiptKeyError("expected a configuration folder for the receipt key; set VERIFIER_CONFIG")
    if not passphrase:
        raise ReceiptPassphraseMissing("expected the passphrase of the receipt key in VERIFIER_PASSPHRASE, found none")
    try:
        if not (folder / KEY_FILE).exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with held(folder / LOCK_FILE):  # of several programs that need it at once, one makes it
                if not (folder / KEY_FILE).exists():
                    return create_receipt_key(folder, passphrase=passphrase)
        signer = read_signer(folder / KEY_FILE, passphrase=passphrase)
    except KeysError as error:
        raise ReceiptKeyError(error.message) from error
    except OSError as error:
        raise ReceiptKeyError(f"expected a readable key file, found: {error.strerror}") from error
    publish_key(folder, signer.public_key)
    return signer


def create_receipt_key(folder: Path, *, passphrase: str) -> FileSigner:
    """Make a key for receipts in a folder and publish its public half beside it.

    Raises:
        KeyFileError: the passphrase is too short, a key is there already, or it cannot be written.
        ReceiptKeyError: the list of published keys cannot be read or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFileError(f"cannot make the folder of the receipt key: {error.strerror}") from error
    key = create_key()
    write_encrypted(folder / KEY_FILE, key, passphrase=passphrase)
    signer = FileSigner(key)
    publish_key(folder, signer.public_key)
    return signer


def publish_key(folder: Path, key: PublicKey) -> None:
    """Add a public key to the published ones, unless it is there.

    Raises:
        ReceiptKeyError: the file cannot be read or written.
    """
    path = folder / PUBLISHED_FILE
    known = dict(read_published_keys(path)) if path.exists() else {}
    name = key.kid or key.short_name()
    if name in known:
        return
    keys: list[JsonValue] = [dict(one.jwk()) for one in (*known.values(), key)]
    _write_published(path, encode_json({"keys": keys}) + b"\n")


def published_keys(folder: Path | None) -> Mapping[str, PublicKey]:
    """Return the keys this verifier itself published.

    Raises:
        ReceiptKeyError: there are none, or they cannot be read.
    """
    if folder is None or not (folder / PUBLISHED_FILE).exists():
        raise ReceiptKeyError("expected published keys of this verifier, found none; give the keys to trust with --key")
    return read_published_keys(folder / PUBLISHED_FILE)


def read_published_keys(path: Path) -> Mapping[str, PublicKey]:
    """Return the keys of a file that somebody pins: a JWK set, or one JWK, by `kid`.

    Raises:
        ReceiptKeyError: it cannot be read, or holds no usable key.
    """
    try:
        with path.open("rb") as file:
            members = decode_json_object(file.read(_MAX_PUBLISHED_BYTES + 1), max_bytes=_MAX_PUBLISHED_BYTES)
        listed = members.get("keys", [members])
        items = listed if isinstance(listed, list) and len(listed) <= MAX_KEYS_IN_SET else []
        found = [PublicKey.from_jwk(item) for item in items if isinstance(item, dict)]
    except OSError as error:
        raise ReceiptKeyError(f"expected a readable key file, found: {error.strerror}") from error
    except (DecodingError, JwkError) as error:
        raise ReceiptKeyError(f"expected a JWK set, found: {error.message}") from error
    if not found:
        raise ReceiptKeyError("expected at least one public key, found none")
    return {key.kid or key.short_name(): key for key in found}


def _write_published(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data, mode=PUBLIC)
    except OSError as error:
        raise ReceiptKeyError(f"expected to write the published keys, found: {error.strerror}") from error
