"""Tell from its first bytes what a piece of evidence is; names and declared types are never asked."""

import re
import stat
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from verifier.errors import UnreadableEvidence
from verifier.evidence.limits import MAX_EVIDENCE_BYTES, MAX_TEXT_BYTES


class Form(Enum):
    """How the evidence must be read."""

    PDF = "pdf"
    PICTURE = "picture"
    SD_JWT = "sd-jwt"
    CODE_TEXT = "code text"


_PDF = b"%PDF-"
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_KNOWN_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"RIFF", "WebP"),
    (b"PK\x03\x04", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "Office"),
)
_JSON_OBJECT = b"eyJ"  # `{"` in base64url: how a token begins, and no file above
_LONGEST_START = 16
_HEIF_BRAND = slice(4, 8)
_BASE64URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LOOKS_LIKE_SD_JWT = r"\s*[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[^\s]*"  # this and the next are compiled when they are needed
_CODE_LINE = r"(?i)https?://\S+|[0-9]+"


def form_of(data: bytes) -> Form:
    """Return how to read some bytes.

    Raises:
        UnreadableEvidence: `empty`, `too_large`, `other_kind` (a known kind of file that is never a certificate) or
            `not_a_certificate`.
    """
    if not data.strip():
        raise UnreadableEvidence("empty")
    if len(data) > MAX_EVIDENCE_BYTES:
        raise UnreadableEvidence("too_large", limit=MAX_EVIDENCE_BYTES // (1024 * 1024))
    if data.startswith(_JSON_OBJECT):
        return form_of_text(text_of(data))
    for_child = form_by_start(data)
    if for_child is not None:
        return for_child
    for start, name in _KNOWN_OTHERS:
        if data.startswith(start):
            raise UnreadableEvidence("other_kind", found=name)
    if data[_HEIF_BRAND] == b"ftyp":
        raise UnreadableEvidence("other_kind", found="HEIC")
    return form_of_text(text_of(data))


def form_by_start(data: bytes) -> Form | None:
    """Return how to read some bytes that begin like a file for the child processes; None for all others."""
    if data.startswith(_PDF):
        return Form.PDF
    return Form.PICTURE if data.startswith(_PICTURES) else None


def forms_of_files(names: Iterable[str]) -> frozenset[Form]:
    """Return what child processes will probably be needed for, from the first bytes of files; a guess, never a verdict.

    Only ordinary files are looked at: what comes through a pipe can be read only once.
    """
    found = set()
    for name in names:
        try:
            if stat.S_ISREG(Path(name).stat().st_mode):
                with Path(name).open("rb") as file:
                    found.add(form_by_start(file.read(_LONGEST_START)))
        except (OSError, ValueError):  # whoever reads it says so
            continue
    return frozenset(form for form in found if form is not None)


def text_of(data: bytes) -> str:
    """Return the text of some bytes without the white space around it.

    Raises:
        UnreadableEvidence: `not_a_certificate`: no ASCII text; `too_large`.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise UnreadableEvidence("not_a_certificate")
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise UnreadableEvidence("not_a_certificate") from error


def form_of_text(text: str) -> Form:
    """Return whether a text is a credential or what codes say (one or several, separated by white space).

    Raises:
        UnreadableEvidence: `not_a_certificate`.
    """
    if _begins_like_sd_jwt(text) or re.fullmatch(_LOOKS_LIKE_SD_JWT, text):
        return Form.SD_JWT
    if text and all(re.fullmatch(_CODE_LINE, line) for line in text.split()):
        return Form.CODE_TEXT
    raise UnreadableEvidence("not_a_certificate")


def _begins_like_sd_jwt(text: str) -> bool:
    """Whether three parts of base64url with dots between them, and a tilde behind, are where a text begins."""
    issuer_jwt, tilde, _ = text.partition("~")
    return bool(tilde) and issuer_jwt.encode("ascii", "replace").translate(None, _BASE64URL) == b".."
