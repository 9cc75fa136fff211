"""Checkpoints: a log's signed statement of its size and root.

Source: C2SP tlog-checkpoint, version 1. Extension lines, which it does not recommend, are refused.
"""

from typing import Final

from keys.errors import NoteError
from keys.merkle import HASH_BYTES
from keys.note_keys import NotePublicKey, NoteSigner
from keys.signed_note import decode_base64, encode_base64, sign_note, verify_note
from keys.values import dataclass

MAX_SIZE: Final = 2**63 - 1
_NUMBER_CHARACTERS: Final = 19  # of the longest number below 2^63
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: whose log, how many leaves, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, *, key: NoteSigner) -> bytes:
    """Return a checkpoint as a note, signed under the log's origin.

    Raises:
        NoteError: the origin cannot stand in a note.
    """
    return sign_note(checkpoint.text(), name=checkpoint.origin, key=key)


def verify_checkpoint(note: bytes, *, origin: str, key: NotePublicKey) -> Checkpoint:
    """Return what a checkpoint says that this log signed with this key.

    Raises:
        NoteError: as `verify_note`; `format` also when the text is not a checkpoint of this origin.
    """
    lines = verify_note(note, name=origin, key=key).removesuffix("\n").split("\n")
    if len(lines) != _LINES or lines[0] != origin:
        raise NoteError("expected the log's origin, a size and a root, and nothing else", kind="format")
    root = decode_base64(lines[2])
    if len(root) != HASH_BYTES:
        raise NoteError(f"expected a root of {HASH_BYTES} bytes", kind="format")
    return Checkpoint(origin, decode_number(lines[1]), root)


def decode_number(text: str) -> int:
    """Read a size or an index: decimal digits, no zero before others, below 2^63.

    Raises:
        NoteError: `format`.
    """
    plain = text.isascii() and text.isdigit() and len(text) <= _NUMBER_CHARACTERS
    if not plain or (text[0] == "0" and text != "0") or int(text) > MAX_SIZE:
        raise NoteError("expected a number in decimal digits without leading zeroes", kind="format")
    return int(text)
