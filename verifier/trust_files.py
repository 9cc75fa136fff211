"""The verifier's own trust list file: read, add issuers, take one out. A change is written whole or not at all.

Adding never replaces an issuer that is already there: its keys would change without a signature of the old ones. The
issuer must be removed first, which is a decision a person takes.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, TrustListError
from keys.limits import MAX_TRUST_LIST_BYTES
from keys.trust_list import TrustList
from verifier.errors import TrustFileError, TrustMissing

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Offered:
    """A trust list that may be added: its bytes, its parsed form, and its fingerprint (SHA-256 in hex)."""

    data: bytes
    trust: TrustList
    fingerprint: str


def read_trust(path: Path | None) -> TrustList:
    """Read the trust list in use.

    Raises:
        TrustMissing: there is no such file, or nothing says where it would be.
        TrustFileError: it cannot be read or breaks the rules of trust lists.
    """
    if path is None or not path.exists():
        raise TrustMissing("expected a trust list, found none")
    return offered(_read(path)).trust


def offered(data: bytes) -> Offered:
    """Return a trust list with its fingerprint.

    Raises:
        TrustFileError: it is not a trust list.
    """
    try:
        return Offered(data, TrustList.parse(data), hashlib.sha256(data).hexdigest())
    except TrustListError as error:
        raise TrustFileError(error.message) from error


def add_issuers(path: Path, new: Offered) -> tuple[str, ...]:
    """Add every issuer of a trust list to the file at `path`, creating it; returns their ids.

    Raises:
        TrustFileError: an issuer is already there, or the file cannot be read or written.
    """
    known = _issuers(path) if path.exists() else []
    present = {_id_of(issuer) for issuer in known}
    added = _issuers_in(new.data)
    for issuer in added:
        if _id_of(issuer) in present:
            raise TrustFileError(f"expected new issuers, found {_id_of(issuer)} already trusted; remove it first")
    _write(path, [*known, *added], version=_next_version(path))
    return tuple(_id_of(issuer) for issuer in added)


def remove_issuer(path: Path, issuer_id: str) -> None:
    """Take one issuer out of the file at `path`.

    Raises:
        TrustMissing: there is no such file.
        TrustFileError: the issuer is not in it, or the file cannot be read or written.
    """
    if not path.exists():
        raise TrustMissing("expected a trust list, found none")
    known = _issuers(path)
    kept = [issuer for issuer in known if _id_of(issuer) != issuer_id]
    if len(kept) == len(known):
        raise TrustFileError(f"expected a trusted issuer, found none with the id {issuer_id}")
    _write(path, kept, version=_next_version(path))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_TRUST_LIST_BYTES + 1)
    except OSError as error:
        raise TrustFileError(f"expected a readable trust list, found: {error.strerror}") from error


def _issuers(path: Path) -> list[dict[str, JsonValue]]:
    data = _read(path)
    offered(data)  # a file that breaks the rules is never extended
    return _issuers_in(data)


def _issuers_in(data: bytes) -> list[dict[str, JsonValue]]:
    try:
        listed = decode_json_object(data, max_bytes=MAX_TRUST_LIST_BYTES).get("issuers")
    except DecodingError as error:
        raise TrustFileError(error.message) from error
    return [issuer for issuer in listed if isinstance(issuer, dict)] if isinstance(listed, list) else []


def _id_of(issuer: dict[str, JsonValue]) -> str:
    return str(issuer.get("id"))


def _next_version(path: Path) -> int:
    return offered(_read(path)).trust.version + 1 if path.exists() else 1


def _write(path: Path, issuers: list[dict[str, JsonValue]], *, version: int) -> None:
    document: dict[str, JsonValue] = {"trust": _FORMAT, "version": version, "issuers": [*issuers]}
    data = encode_json(document)
    offered(data)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        raise TrustFileError(f"expected to write the trust list, found: {error.strerror}") from error
