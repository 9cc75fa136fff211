"""What the transparency log says of one credential, and proving that a credential was logged.

An entry is 41 bytes without personal data: a version, the time of logging, and a salted hash of the part that the
issuer signed. Disclosures are not part of it, so that a copy with fewer of them has the same proof. The salt is in the
proof only; without it nobody who has the credential finds its entry, and nobody who has the log learns anything.

Source: docs/formats/transparency-log.md
"""

import hashlib
from typing import Final

from keys.errors import LogProofError
from keys.log_proof import LogProof
from keys.note_keys import NotePublicKey
from keys.values import dataclass

SALT_BYTES: Final = 32
_VERSION: Final = b"\x01"
_TIME_BYTES: Final = 8
_LABEL: Final = b"competency-bank/log-entry\x00"
_SCHEME_END: Final = "://"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry: when it was logged (Unix seconds), the salt (32 bytes), and SHA-256 of the issuer-signed part."""

    logged_at: int
    salt: bytes
    signed_part_sha256: bytes

    def encode(self) -> bytes:
        """Return the entry as it stands in the log."""
        commitment = hashlib.sha256(_LABEL + self.salt + self.signed_part_sha256).digest()
        return _VERSION + self.logged_at.to_bytes(_TIME_BYTES, "big") + commitment

    def opening(self) -> bytes:
        """Return the extra data of a proof: what a holder of the credential needs to write the entry again."""
        return _VERSION + self.logged_at.to_bytes(_TIME_BYTES, "big") + self.salt


@dataclass(frozen=True, slots=True)
class Logged:
    """A proved place in the log: when the entry was logged (Unix seconds), its index, and the size that proves it."""

    at: int
    index: int
    log_size: int


def log_origin(issuer: str) -> str:
    """Return the name of an issuer's log: its URL without the scheme, with `/log` behind it."""
    return f"{issuer.partition(_SCHEME_END)[2]}/log"


def signed_part_sha256(credential: str) -> bytes:
    """Return SHA-256 of the issuer-signed part of a compact SD-JWT: all before the first tilde."""
    return hashlib.sha256(credential.partition("~")[0].encode("ascii")).digest()


def prove_logged(credential: str, proof: bytes, *, issuer: str, key: NotePublicKey) -> Logged:
    """Check a proof that a credential is in its issuer's log.

    Args:
        credential: a compact SD-JWT whose signature was verified.
        proof: a tlog-proof, hostile.
        issuer: the `iss` of the credential, which names the log.
        key: the log's key.

    Raises:
        NoteError: not a proof in its form, or its checkpoint is not of this log and key.
        LogProofError: it does not prove this credential.
    """
    read = LogProof.decode(proof)
    opening = read.extra
    if len(opening) != len(_VERSION) + _TIME_BYTES + SALT_BYTES or not opening.startswith(_VERSION):
        raise LogProofError("expected the time and the salt of the entry as extra data")
    logged_at = int.from_bytes(opening[1 : 1 + _TIME_BYTES], "big")
    entry = LogEntry(logged_at, opening[1 + _TIME_BYTES :], signed_part_sha256(credential))
    checkpoint = read.verify(entry.encode(), origin=log_origin(issuer), key=key)
    return Logged(logged_at, read.index, checkpoint.size)
