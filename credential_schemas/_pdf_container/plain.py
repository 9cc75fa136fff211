"""A certificate exactly as our issuer draws it, read without a PDF parser.

`keys.plain_pdf` cuts the file into its objects; here each of them must have, whole, one of the forms that our writer
gives them (`issuer.certificate`), and those that carry the attachments must agree with each other. No form holds an
action, a script, multimedia or a file besides ours, so there is nothing of the kind in the file; and every limit of the
general reader is kept by a narrower one. What has another form is not judged here: `parsing` reads it, and it alone
finds fault. Tests hold both to the same answer (`docs/decisions/0089-plain-pdfs.md`).
"""

import re
import zlib
from collections.abc import Mapping
from typing import Final

from credential_schemas._pdf_container.facts import (
    CREDENTIAL,
    TLOG_PROOF,
    AttachmentParameters,
    PdfInspection,
    attachment_parameters,
)
from credential_schemas.creator_tool import wording_of
from credential_schemas.pdf_bounds import MAX_ALL_STREAMS_BYTES, MAX_PAGES, MAX_STREAM_BYTES
from keys.plain_pdf import PlainPdf, read_plain_pdf

_MAX_RATIO: Final = 1032  # of bytes inflated to bytes stored: Deflate says 258 bytes in two bits at best (RFC 1951)

_REFERENCE: Final = r"[1-9]\d{0,4} 0 R"
_REFERENCES: Final = rf"\[{_REFERENCE}(?: {_REFERENCE})*\]"
_VALUE: Final = r"-?\d{1,6}(?:\.\d{1,6})?"
_BOX: Final = rf"\[{_VALUE} {_VALUE} {_VALUE} {_VALUE}\]"
_TEXT: Final = r"<FEFF(?:[0-9A-F]{4})*>"
_FONT: Final = r"/[A-Z]{6}\+[A-Za-z0-9-]{1,63}"
_DATE: Final = r"\(D:\d{14}[+-]\d\d'\d\d'\)"
_LABEL: Final = r"[A-Za-z0-9]{1,16}"
_FILE: Final = r"\([a-z.-]{1,32}\)"
_ATTRIBUTES: Final = (
    rf"(?: /Alt {_TEXT} /A << /O /Layout /Placement /Block /BBox {_BOX} >>"
    r"| /A << /O /Table(?: /Scope /(?:Row|Column))?(?: /ColSpan \d{1,2})? >>)?"
)
# An element of the structure: most of the objects are one, and nothing else begins like one.
_ELEMENT_BEGINS: Final = b"<< /Type /StructElem "
_ELEMENT: Final = (
    r"<< /Type /StructElem /S /(?:Document|H1|P|Table|TR|TH|TD|Figure)"
    rf" /P {_REFERENCE}(?: /Pg {_REFERENCE})?(?: /K \[\d{{1,5}}(?: 0 R)?(?: \d{{1,5}}(?: 0 R)?)*\])?{_ATTRIBUTES} >>\n"
)
# What each other object that is no stream may be.
_FORMS: Final = {
    "owners": rf"(?:\[\]|{_REFERENCES})",
    "page": rf"<< /Type /Page /Parent (?P<tree>{_REFERENCE}) /MediaBox {_BOX}"
    rf" /Resources << /Font <<(?: /{_LABEL} {_REFERENCE})* >> /XObject <<(?: /{_LABEL} {_REFERENCE})+ >> >>"
    rf" /Contents {_REFERENCE} /StructParents \d{{1,4}} /Tabs /S >>",
    "pages": rf"<< /Type /Pages /Kids (?P<kids>{_REFERENCES}) /Count (?P<count>\d{{1,4}}) >>",
    "structure": rf"<< /Type /StructTreeRoot /K \[{_REFERENCE}\] /ParentTree {_REFERENCE}"
    r" /ParentTreeNextKey \d{1,4} >>",
    "parents": rf"<< /Nums \[\d{{1,4}} {_REFERENCE}(?: \d{{1,4}} {_REFERENCE})*\] >>",
    "descriptor": rf"<< /Type /FontDescriptor /FontName {_FONT} /Flags \d{{1,9}} /FontBBox {_BOX} /Ascent {_VALUE}"
    rf" /Descent {_VALUE} /CapHeight {_VALUE} /ItalicAngle {_VALUE} /StemV {_VALUE} /FontFile2 {_REFERENCE} >>",
    "glyphs": rf"<< /Type /Font /Subtype /CIDFontType2 /BaseFont {_FONT} /FontDescriptor {_REFERENCE} /CIDSystemInfo"
    r" << /Registry \(Adobe\) /Ordering \(Identity\) /Supplement 0 >> /CIDToGIDMap /Identity"
    rf" /W \[1 \[{_VALUE}(?: {_VALUE})*\]\] >>",
    "font": rf"<< /Type /Font /Subtype /Type0 /BaseFont {_FONT} /Encoding /Identity-H"
    rf" /DescendantFonts \[{_REFERENCE}\] /ToUnicode {_REFERENCE} >>",
    "intent": r"<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier \(sRGB IEC61966-2\.1\)"
    rf" /Info \(sRGB IEC61966-2\.1\) /DestOutputProfile {_REFERENCE} >>",
    "specification": rf"<< /Type /Filespec /F (?P<file>{_FILE}) /UF (?P<again>{_FILE}) /Desc \([A-Za-z -]{{1,64}}\)"
    rf" /AFRelationship /(?P<relationship>[A-Za-z]{{1,32}})"
    rf" /EF << /F (?P<stream>{_REFERENCE}) /UF (?P<same>{_REFERENCE}) >> >>",
    "information": rf"<< /Title {_TEXT} /Creator (?P<creator>{_TEXT}) /Producer \([a-z-]{{1,64}}\)"
    rf" /CreationDate {_DATE} /ModDate {_DATE} >>",
    "catalogue": rf"<< /Type /Catalog /Pages (?P<all_pages>{_REFERENCE}) /MarkInfo << /Marked true >> /Lang {_TEXT}"
    rf" /StructTreeRoot {_REFERENCE} /ViewerPreferences << /DisplayDocTitle true >> /Metadata {_REFERENCE}"
    rf" /OutputIntents \[{_REFERENCE}\] /AF (?P<associated>{_REFERENCES})"
    rf" /Names << /EmbeddedFiles << /Names \[(?P<named>{_FILE} {_REFERENCE}(?: {_FILE} {_REFERENCE})*)\] >> >> >>",
}
# What each stream may be, by its dictionary without the length.
_STREAMS: Final = {
    "deflated": r"<< /Filter /FlateDecode (?:/Length1 \d{1,8}|/N 3)?",
    "picture": rf"<< /Filter /FlateDecode /Type /XObject /Subtype /(?:Form /BBox {_BOX} /Resources << >>"
    r"|Image /Width \d{1,4} /Height \d{1,4} /ImageMask true /BitsPerComponent 1)",
    "metadata": r"<< /Type /Metadata /Subtype /XML",
    "embedded": r"<< /Filter /FlateDecode /Type /EmbeddedFile /Subtype /(?P<type>[a-z]{1,16}#2F[a-z+-]{1,16})"
    rf" /Params << /Size \d{{1,8}} /CheckSum <[0-9A-F]{{32}}> /ModDate {_DATE} >>",
}


def _one_of(forms: Mapping[str, str]) -> re.Pattern[bytes]:
    """Return the expression of all forms; the last group of a match names its kind."""
    return re.compile("|".join(f"(?P<{kind}>{form})" for kind, form in forms.items()).encode("ascii"))


_OBJECT: Final = _one_of(_FORMS)
_STREAM: Final = _one_of(_STREAMS)
_ELEMENTS: Final = re.compile(f"(?:{_ELEMENT})*+".encode("ascii"))
_NUMBER: Final = re.compile(rb"([1-9]\d*) 0 R")
_NAMED: Final = re.compile(rb"\(([^()]*)\) ([1-9]\d*) 0 R")

_Found = Mapping[str, Mapping[int, re.Match[bytes]]]  # the objects of each kind, by their numbers


def inspect_plain(pdf: bytes) -> PdfInspection | None:
    """Return what `inspect_container` says of a plain certificate without findings; None for any other file.

    Args:
        pdf: a whole file, hostile. Takes time linear in its size.
    """
    plain = read_plain_pdf(pdf)
    found = None if plain is None or not _is_within_limits(plain.streams) else _kinds(plain)
    if plain is None or found is None:
        return None
    pages = _count_pages(plain, found)
    wording = _read_wording(plain, found)
    contents = {} if pages is None else _read_attachments(plain, found)
    if wording is None or CREDENTIAL not in contents:
        return None
    return PdfInspection(
        findings=(),
        details=(),
        credential=contents[CREDENTIAL].decode("ascii"),
        tlog_proof=contents.get(TLOG_PROOF),
        pages=pages,
        signed=b"/ByteRange" in pdf,
        wording=wording,
    )


def _kinds(plain: PlainPdf) -> _Found | None:
    """Return the objects but the elements by their kinds; None if one has none of the forms."""
    found: dict[str, dict[int, re.Match[bytes]]] = {kind: {} for kind in (*_FORMS, *_STREAMS)}
    elements: list[bytes] = []
    for number, text in enumerate(plain.objects, start=1):
        if text.startswith(_ELEMENT_BEGINS) and number not in plain.streams:
            elements.append(text)
            continue
        match = (_STREAM if number in plain.streams else _OBJECT).fullmatch(text)
        if match is None:
            return None
        found[str(match.lastgroup)][number] = match
    # Together, because no object has a line end in it.
    return found if _ELEMENTS.fullmatch(b"\n".join([*elements, b""])) else None


def _is_within_limits(streams: Mapping[int, bytes]) -> bool:
    """Return whether no stream, nor all together, can be inflated beyond the limits; the largest are tried first."""
    total = _MAX_RATIO * sum(map(len, streams.values()))
    for stored in sorted(streams.values(), key=len, reverse=True):
        bound = _MAX_RATIO * len(stored)
        if bound <= MAX_STREAM_BYTES and total <= MAX_ALL_STREAMS_BYTES:
            return True
        inflated = _inflated(stored, MAX_STREAM_BYTES)
        if inflated is None:
            return False
        total += len(inflated) - bound
    return total <= MAX_ALL_STREAMS_BYTES


def _inflated(stored: bytes, max_bytes: int) -> bytes | None:
    """Return what one whole compressed stream holds; None for anything else, or for more."""
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(stored, max_bytes + 1)
    except zlib.error:
        return None
    return content if inflater.eof and not inflater.unused_data and len(content) <= max_bytes else None


def _count_pages(plain: PlainPdf, found: _Found) -> int | None:
    """Return the number of pages: one tree without branches, which has each page once."""
    catalogue, trees, pages = found["catalogue"].get(plain.root), found["pages"], found["page"]
    if catalogue is None or len(found["catalogue"]) != 1 or list(trees) != _numbers(catalogue["all_pages"]):
        return None
    (tree,) = trees.values()
    if sorted(_numbers(tree["kids"])) != list(pages) or int(tree["count"]) != len(pages):
        return None
    if any(_numbers(page["tree"]) != list(trees) for page in pages.values()):
        return None
    return len(pages) if len(pages) <= MAX_PAGES else None


def _read_attachments(plain: PlainPdf, found: _Found) -> dict[AttachmentParameters, bytes]:
    """Return the attachments if the catalogue lists every one, in both ways, under its own name; else none."""
    (catalogue,) = found["catalogue"].values()
    pairs = _NAMED.findall(catalogue["named"])
    named = {name.decode("ascii"): int(number) for name, number in pairs}
    contents: dict[AttachmentParameters, bytes] = {}
    for parameters in attachment_parameters():
        specification = found["specification"].get(named.get(parameters.name, 0))
        content = None if specification is None else _content(plain, found, parameters, specification)
        if content is not None:
            contents[parameters] = content
    is_each_named = _numbers(catalogue["associated"]) == list(named.values()) == list(found["specification"])
    return contents if is_each_named and len(contents) == len(pairs) == len(found["embedded"]) else {}


def _content(
    plain: PlainPdf, found: _Found, parameters: AttachmentParameters, specification: re.Match[bytes]
) -> bytes | None:
    """Return what is attached, if it is written as it should be and small enough."""
    name = f"({parameters.name})".encode("ascii")
    said = specification["file"], specification["again"], specification["relationship"]
    streams = _numbers(specification["stream"] + b" " + specification["same"])
    stream = found["embedded"].get(streams[0])
    if said != (name, name, parameters.relationship.encode("ascii")) or streams[0] != streams[1] or stream is None:
        return None
    if stream["type"] != parameters.media_type.replace("/", "#2F").encode("ascii"):
        return None
    content = _inflated(plain.streams[streams[0]], parameters.max_bytes)
    return content if content is None or parameters is TLOG_PROOF or content.isascii() else None


def _read_wording(plain: PlainPdf, found: _Found) -> int | None:
    """Return the version of the wording; None when the file names none, or not where its trailer says."""
    information = found["information"].get(plain.information)
    if information is None or len(found["information"]) != 1:
        return None
    units = bytes.fromhex(information["creator"][5:-1].decode("ascii"))
    return wording_of(units.decode("utf-16-be", "replace"))


def _numbers(references: bytes) -> list[int]:
    return [int(number) for number in _NUMBER.findall(references)]
