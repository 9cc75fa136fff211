"""Signed notes: a text and, below it, one line for each signature.

Rules enforced: strict UTF-8 without control characters but newlines; a text that ends in a newline; an empty line; then
only signature lines in their one form, at most 64; base64 in canonical form. A signature of a known key that does not
verify refuses the note; lines of unknown keys are ignored, as the standard asks, so that witnesses may add theirs.
Left to the caller: what the text says.

Source: C2SP signed-note, version 1
"""

import base64
import binascii
from typing import Final

from keys.errors import NoteError
from keys.limits import MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES
from keys.note_keys import KEY_ID_BYTES, NotePublicKey, NoteSigner
from keys.values import dataclass

_MARK: Final = "— "
_SPLIT: Final = "\n\n"
_FIRST_PRINTABLE: Final = " "


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line, nothing of it verified: name and id of a key, and what follows the id."""

    name: str
    key_id: bytes
    signature: bytes


def sign_note(text: str, *, name: str, key: NoteSigner) -> bytes:
    """Return a note with one signature.

    Args:
        text: ends in a newline.
        name: of the key, without spaces and plus signs; usually the log's origin.
        key: signs.

    Raises:
        NoteError: the text or the name cannot stand in a note.
    """
    public = key.public_key()
    encoded = encode_base64(public.key_id(name) + key.sign(text.encode()))
    note = f"{text}\n{_MARK}{name} {encoded}\n".encode()
    verify_note(note, name=name, key=public)  # what nobody could read must not leave
    return note


def verify_note(note: bytes, *, name: str, key: NotePublicKey) -> str:
    """Return the text of a note that this key signed under this name.

    Raises:
        NoteError: `format`, `unknown_key` (no signature of this key), or `signature` (one of it is wrong).
    """
    text, lines = parse_note(note)
    own = [line for line in lines if (line.name, line.key_id) == (name, key.key_id(name))]
    if not own:
        raise NoteError("expected a signature of the known key, found none", kind="unknown_key")
    if not all(key.verify(line.signature, text.encode()) for line in own):
        raise NoteError("the signature does not belong to this text and key", kind="signature")
    return text


def decode_base64(text: str) -> bytes:
    """Read base64 with padding in its one form.

    Raises:
        NoteError: `format`.

    Source: RFC 4648 section 4
    """
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded or encode_base64(decoded) != text:
        raise NoteError("expected base64 in canonical form", kind="format")
    return decoded


def encode_base64(data: bytes) -> str:
    """Write base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_text(data: bytes, *, max_bytes: int) -> str:
    """Read text as notes have it: strict UTF-8, no control characters but newlines, a newline at the end.

    Raises:
        NoteError: `format`.
    """
    if len(data) > max_bytes:
        raise NoteError(f"expected at most {max_bytes} bytes", kind="format")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteError("expected UTF-8", kind="format") from None
    if any(character < _FIRST_PRINTABLE and character != "\n" for character in text):
        raise NoteError("expected no control characters", kind="format")
    if not text.endswith("\n"):
        raise NoteError("expected a newline at the end", kind="format")
    return text


def parse_note(note: bytes) -> tuple[str, list[SignatureLine]]:
    """Return the text of a note and its signature lines, about which nothing was proved.

    Raises:
        NoteError: `format`.
    """
    whole = decode_text(note, max_bytes=MAX_NOTE_BYTES)
    text, split, below = whole.rpartition(_SPLIT)
    lines = below.removesuffix("\n").split("\n")
    if not split or len(lines) > MAX_NOTE_SIGNATURES:
        raise NoteError(f"expected a text, an empty line and 1 to {MAX_NOTE_SIGNATURES} signatures", kind="format")
    return f"{text}\n", [_line(line) for line in lines]


def _line(line: str) -> SignatureLine:
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    has_bad_name = not name or "+" in name or any(character.isspace() for character in name)
    if not line.startswith(_MARK) or not space or has_bad_name:
        raise NoteError("expected a line with a dash, the name of a key and a signature", kind="format")
    signature = decode_base64(encoded)
    if len(signature) <= KEY_ID_BYTES:
        raise NoteError("expected a key id and a signature", kind="format")
    return SignatureLine(name, signature[:KEY_ID_BYTES], signature[KEY_ID_BYTES:])
