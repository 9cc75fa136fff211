"""Signed heads of the audit trail: what it was at a moment, so that it cannot be shortened or written anew later.

A head is a signed note, made with the key of the log: name of the trail, number of records, hash of the last one in
base64, and the time. The newest is published; whoever keeps a copy can compare. A head is due when there are new
records and a minute has passed, or a thousand are new; a program that has the key open signs at its end in any case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from issuer.audit.trail import HASH_BYTES
from issuer.bank import Bank
from issuer.outputs import write_whole
from issuer.times import utc_text
from keys.checkpoint import decode_number
from keys.errors import NoteError
from keys.note_keys import NotePublicKey
from keys.signed_note import decode_base64, encode_base64, sign_note, verify_note

RECORDS_A_HEAD: Final = 1_000
HEAD_EVERY: Final = timedelta(seconds=60)
_LINES: Final = 4
_SCHEME_END: Final = "://"


@dataclass(frozen=True, slots=True)
class Head:
    """How many records there were, the hash of the last one, and when (UTC in ISO 8601)."""

    size: int
    hash: bytes
    at: str


def trail_origin(issuer: str) -> str:
    """Return the name of an issuer's audit trail, in notes and for its key."""
    return f"{issuer.partition(_SCHEME_END)[2]}/audit"


def read_head(note: bytes, *, issuer: str, key: NotePublicKey) -> Head:
    """Read a head that this bank signed.

    Raises:
        NoteError: it is not one.
    """
    origin = trail_origin(issuer)
    lines = verify_note(note, name=origin, key=key).removesuffix("\n").split("\n")
    if len(lines) != _LINES or lines[0] != origin:
        raise NoteError("expected the name of the trail, a number, a hash and a time", kind="format")
    found = decode_base64(lines[2])
    if len(found) != HASH_BYTES:
        raise NoteError(f"expected a hash of {HASH_BYTES} bytes", kind="format")
    return Head(decode_number(lines[1]), found, lines[3])


def keep_head(bank: Bank, *, now: datetime) -> bool:
    """Sign and publish a head if one is due; answer whether one was signed.

    Raises:
        PassphraseMissing, KeysError: the log key does not open; the head stays due.
        StorageFull, StorageUnusable: the head stays due, or is not published yet.
    """
    if not bank.has_log or not _is_due(bank, now=now):
        return False
    key, origin = bank.log_key(), trail_origin(bank.profile.issuer)
    with bank.store.write() as transaction:
        size, last = transaction.audit.state(to_append=True)
        signed, _ = transaction.audit.last_head()
        if size == signed:
            return False  # another program was faster
        at = utc_text(now)
        note = sign_note(f"{origin}\n{size}\n{encode_base64(last)}\n{at}\n", name=origin, key=key)
        transaction.audit.record_head(size, at=at, note=note)
        write_whole(bank.folder.audit_head, note)
    return True


def _is_due(bank: Bank, *, now: datetime) -> bool:
    with bank.store.read() as transaction:
        size, _ = transaction.audit.state()
        signed, signed_at = transaction.audit.last_head()
    if size == signed:
        return False
    return bank.log_key_is_open or size - signed >= RECORDS_A_HEAD or signed_at <= utc_text(now - HEAD_EVERY)
