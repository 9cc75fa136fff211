"""Cosignatures: witnesses sign, with the time, that a checkpoint continues every one of the log they saw before.

Rules enforced: Ed25519 only (signature type 0x04), a time of Unix seconds above 0, and that no two witnesses have the
same key, because the name is not part of what is signed. A line of a known witness that does not verify counts as
none, so that nobody can spoil a checkpoint by adding one. Left to the caller: that the log signed the checkpoint, and
how many witnesses are enough.

Source: C2SP tlog-cosignature, version 1
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Final

from keys.errors import NoteError
from keys.limits import ED25519_KEY_BYTES
from keys.note_keys import KEY_ID_BYTES, NotePublicKey
from keys.signed_note import SignatureLine, encode_base64, parse_note
from keys.values import dataclass

COSIGNATURE_TYPE: Final = b"\x04"
_TIME_BYTES: Final = 8
_MAX_TIME: Final = 2**63
_MAX_KEY_CHARACTERS: Final = 512
_MARK: Final = "— "


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """Who cosigns, by the name in signature lines, and with which key."""

    name: str
    key: NotePublicKey

    @classmethod
    def from_text(cls, text: str) -> "WitnessKey":
        """Read a verifier key as witnesses publish it: name, id and key, joined by plus signs.

        Raises:
            NoteError: `format`; another form or kind of key, or an id that is not that of name and key.
        """
        name, _, rest = text.partition("+")
        _, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        is_named = name.isprintable() and not any(each.isspace() for each in name) and name
        if not is_named or len(raw) != 1 + ED25519_KEY_BYTES or raw[:1] != COSIGNATURE_TYPE:
            raise NoteError("expected the key of a witness as name+id+key, for Ed25519 cosignatures", kind="format")
        found = cls(name, NotePublicKey(raw[1:]))
        if found.text() != text or len(text) > _MAX_KEY_CHARACTERS:
            raise NoteError("expected the id of a witness key to be that of its name and key", kind="format")
        return found

    def text(self) -> str:
        """Write the key as `from_text` reads it."""
        return f"{self.name}+{self.key_id().hex()}+{encode_base64(COSIGNATURE_TYPE + self.key.raw)}"

    def key_id(self) -> bytes:
        """Return the 4 bytes that a signature line names this key by."""
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE_TYPE + self.key.raw).digest()[:KEY_ID_BYTES]


def check_different(witnesses: Iterable[WitnessKey]) -> None:
    """Refuse two witnesses of one name or one key.

    Raises:
        NoteError: `format`.
    """
    known = tuple(witnesses)
    if len({each.name for each in known}) != len(known) or len({each.key.raw for each in known}) != len(known):
        raise NoteError("expected each witness once, with a key of its own", kind="format")


def cosigned_message(text: str, *, at: int) -> bytes:
    """Return what a witness signs: the text of a checkpoint, and the time in Unix seconds."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosigned_by(note: bytes, witnesses: Iterable[WitnessKey]) -> dict[str, int]:
    """Return the witnesses that cosigned a checkpoint, by name, and when (Unix seconds; the newest time of each).

    Args:
        note: a checkpoint that its log signed.
        witnesses: those whose word counts.

    Raises:
        NoteError: `format`; it is no note.
    """
    text, lines = parse_note(note)
    found: dict[str, int] = {}
    for witness in witnesses:
        times = [at for line in lines if (at := _time(line, witness, text)) is not None]
        if times:
            found[witness.name] = max(times)
    return found


def with_cosignatures(note: bytes, answer: bytes, *, witness: WitnessKey) -> bytes | None:
    """Return a checkpoint with the cosignature of a witness out of its answer; None when there is none that verifies.

    Args:
        note: a checkpoint that its log signed; an earlier line of this witness is replaced.
        answer: hostile; signature lines.
        witness: who was asked.
    """
    try:
        text, lines = parse_note(note)
        same, answered = parse_note(f"{text}\n".encode() + answer)
    except NoteError:
        return None
    new = [line for line in answered if _time(line, witness, text) is not None]
    if same != text or not new:
        return None
    kept = [line for line in lines if (line.name, line.key_id) != (witness.name, witness.key_id())]
    return f"{text}\n{''.join(map(_written, (*kept, new[0])))}".encode()


def _time(line: SignatureLine, witness: WitnessKey, text: str) -> int | None:
    """When a witness signed by this line; None when it did not."""
    if (line.name, line.key_id) != (witness.name, witness.key_id()):
        return None
    at, signature = int.from_bytes(line.signature[:_TIME_BYTES], "big"), line.signature[_TIME_BYTES:]
    verifies = 0 < at < _MAX_TIME and witness.key.verify(signature, cosigned_message(text, at=at))
    return at if verifies else None


def _written(line: SignatureLine) -> str:
    return f"{_MARK}{line.name} {encode_base64(line.key_id + line.signature)}\n"
