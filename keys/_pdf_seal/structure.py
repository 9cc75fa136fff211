"""The structure of a file whose bytes are already known to be a trusted sealer's: does a parser see what was checked?

The file is one revision and the update that sealed it; the one signature field holds the one signature value, which is
the one whose bytes were checked; it certifies the document and permits no change (DocMDP, P = 1).

The parser reads a hexadecimal string digit by digit, thousands for a seal. What stands in the gap was read and checked
already, so the parser is given a short mark in its place. The digits behind it stay, as a comment up to the end of the
gap: every offset stays, and an object can begin in the gap as little as before. The mark has the digest of the whole
file, which nothing in the file can hold: whoever reads it has read the gap.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Final

from keys._pdf_seal.layout import SealBytes
from keys._pdf_seal.pyhanko_reader import PdfError, PdfFileReader, generic
from keys._pdf_seal.reasons import SealReason, SealRefused

MAX_OBJECTS: Final = 20_000  # S2
SUB_FILTER: Final = "/ETSI.CAdES.detached"
# What a parser of a foreign format may answer to a file it cannot make sense of.
PARSER_FAILURES: Final = (PdfError, ValueError, TypeError, LookupError, AttributeError, RecursionError, ArithmeticError)
_REVISIONS: Final = 2  # the file as drawn, and the update that sealed it
_NOT_CERTIFYING: Final = SealReason.NOT_CERTIFYING
_NO_CHANGES: Final = 1  # DocMDP, P: no change to the document is permitted


def _expect(condition: bool, expectation: str, *, reason: SealReason = SealReason.BROKEN) -> None:  # noqa: FBT001 - reads as a sentence at each call
    if not condition:
        raise SealRefused(reason, f"expected {expectation}")


def examine_structure(pdf: bytes, found: SealBytes) -> datetime | None:
    """Compare the parsed document with the bytes that were checked; returns the claimed time of sealing.

    Raises:
        SealRefused: they say different things, or no parser can read the document.
    """
    try:
        mark = _mark_of(pdf, found)
        reader = PdfFileReader(BytesIO(_marked(pdf, found, mark)), strict=True)
        _expect(not reader.encrypted, "a file without encryption")
        _examine_revisions(reader, found)
        field, value = _only_signature(reader)
        _examine_value(value, found, mark)
        _examine_certification(reader.root, field, value)
        return generic.parse_pdf_date(value["/M"]) if "/M" in value else None
    except PARSER_FAILURES as error:
        raise SealRefused(SealReason.UNREADABLE, "expected a well-formed PDF behind the seal") from error


def _mark_of(pdf: bytes, found: SealBytes) -> bytes:
    # No text begins with a null byte, so the parser takes it for bytes, as it takes a seal. A seal is longer than this.
    return (b"\x00" + hashlib.sha256(pdf).digest())[: len(found.contents) - 1]


def _marked(pdf: bytes, found: SealBytes, mark: bytes) -> bytes:
    written = b"<%b>%%" % mark.hex().encode("ascii")
    return b"".join(
        (pdf[: found.start], written, pdf[found.start + len(written) : found.end - 1], b"\n", pdf[found.end :])
    )


def _examine_revisions(reader: PdfFileReader, found: SealBytes) -> None:
    """Two cross-reference sections, one before the gap, one behind it; the strict reader searches for neither."""
    _expect(reader.total_revisions == _REVISIONS, "the file as drawn and one update that sealed it")
    _expect(not reader.xrefs.hybrid_xrefs_present, "one cross-reference table for every reader")
    drawn, sealing = (reader.xrefs.get_xref_container_info(number) for number in range(_REVISIONS))
    _expect(drawn.end_location < found.start < found.end < sealing.start_location, "the seal inside the last update")


def _only_signature(reader: PdfFileReader) -> tuple[generic.DictionaryObject, generic.DictionaryObject]:
    fields = reader.root["/AcroForm"]["/Fields"]
    objects = list(_dictionaries(reader))
    signature_fields = [each for each in objects if each.get("/FT") == "/Sig"]
    values = [each for each in objects if "/ByteRange" in each]
    alone = len(fields) == len(signature_fields) == len(values) == 1
    _expect(alone, "one form field, with one signature", reason=SealReason.MORE_THAN_ONE)
    field = fields[0]
    _expect(field.get("/FT") == "/Sig" and "/Kids" not in field, "one signature field")
    return field, field["/V"]


def _dictionaries(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """Every object of every revision that is a dictionary, each in its latest form."""
    references = {each for number in range(_REVISIONS) for each in reader.xrefs.explicit_refs_in_revision(number)}
    _expect(len(references) <= MAX_OBJECTS, f"at most {MAX_OBJECTS} objects")
    for reference in references:
        found = reader.get_object(reference)  # type: ignore[no-untyped-call] # pyHanko is partly typed
        if isinstance(found, generic.DictionaryObject):
            yield found


def _examine_value(value: generic.DictionaryObject, found: SealBytes, mark: bytes) -> None:
    gap = [0, found.start, found.end, value["/ByteRange"][3]]
    _expect(list(value["/ByteRange"]) == gap, "the signature value to be the one that was checked")
    _expect(bytes(value.raw_get("/Contents")) == mark, "the contents to be those that were checked")
    _expect(value.get("/SubFilter") == SUB_FILTER, f"a signature of the form {SUB_FILTER}")


def _examine_certification(
    root: generic.DictionaryObject,
    field: generic.DictionaryObject,
    value: generic.DictionaryObject,
) -> None:
    """The catalogue names this value, and no other, as certifying; it permits no change."""
    _expect("/Perms" in root, "the catalogue to name a certifying signature", reason=_NOT_CERTIFYING)
    permissions = root["/Perms"]
    _expect(list(permissions) == ["/DocMDP"], "the catalogue to name the seal as certifying", reason=_NOT_CERTIFYING)
    certifying = permissions.raw_get("/DocMDP")
    _expect(certifying == field.raw_get("/V"), "the certifying signature to be the seal", reason=_NOT_CERTIFYING)
    references = value.get("/Reference", [])
    _expect(len(references) == 1, "one reference in the seal", reason=_NOT_CERTIFYING)
    rule = references[0]["/TransformMethod"], references[0]["/TransformParams"].get("/P")
    _expect(rule == ("/DocMDP", _NO_CHANGES), "DocMDP with P = 1, no change permitted", reason=_NOT_CERTIFYING)
