"""The finishing pass: ReportLab's file becomes PDF/A-3a and PDF/UA-1 with the credential attached.

Source: ISO 19005-3, 6.2.4 (output intent), 6.6 (metadata), 6.8 (embedded files); ISO 14289-1, 7. ReportLab's own file
is not conforming (stream ends, Unicode values of its fonts), so pypdf writes every object again.
"""

import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from issuer.certificate.assets import read_asset
from issuer.certificate.closing import code_name
from issuer.certificate.ornaments import Form, forms
from issuer.certificate.qr_symbol import QrSymbol
from issuer.certificate.structure import add_object, add_structure
from issuer.certificate.tagged_canvas import Element
from issuer.certificate.xmp import CREATOR_TOOL, FileFacts

ATTACHMENT_NAME = "credential.sdjwt"
ATTACHMENT_TYPE = "application/dc+sd-jwt"
# Pillow's sRGB profile (littlecms), its time of creation frozen at 2026-01-01.
PROFILE_SHA256 = "81d313ce695fe3d921806c24018e87561b90127a69057797cfe20f9b508359b8"
_LEVEL = 6  # of compression
_MAX_MAPPINGS = 100  # in one block of a CMap (Adobe Technical Note 5014)


@dataclass(frozen=True, slots=True)
class Finish:
    """What the finishing pass adds to the drawn pages."""

    root: Element
    symbols: Sequence[QrSymbol]
    credential: bytes | None
    facts: FileFacts


def finish_pdf(drawn: bytes, finish: Finish) -> bytes:
    """Write ReportLab's file again as a conforming one.

    Args:
        drawn: ReportLab's file, streams uncompressed.
        finish: structure, codes, attachment and facts.

    Returns:
        The file; the same bytes for the same arguments.
    """
    writer = PdfWriter(clone_from=PdfReader(BytesIO(drawn)))
    writer.pdf_header = "%PDF-1.7"
    catalog = writer.root_object
    for name in ("/Outlines", "/PageMode", "/PageLabels"):
        catalog.pop(NameObject(name), None)
    _compress_streams(writer)
    _add_pictures(writer, finish.symbols)
    add_structure(writer, finish.root)
    _add_facts(writer, finish.facts)
    _add_output_intent(writer)
    if finish.credential is not None:
        _attach(writer, finish.credential, finish.facts)
    digest = hashlib.sha256(drawn + (finish.credential or b"") + finish.facts.document_id.encode()).digest()
    identifier = ByteStringObject(digest[:16])
    writer._ID = ArrayObject([identifier, identifier])  # noqa: SLF001 — pypdf's public way draws a random one
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _compress_streams(writer: PdfWriter) -> None:
    """Compress every stream that ReportLab left plain; mend the Unicode maps of its fonts on the way."""
    for font in _fonts(writer):
        reference = font.raw_get("/ToUnicode")
        mended = compressed(_mended_cmap(_stream(reference).get_data()))
        writer._replace_object(reference, mended)  # noqa: SLF001 — pypdf has no public way
        _compress(writer, _dictionary(font["/FontDescriptor"]).raw_get("/FontFile2"))
    for page in writer.pages:
        _compress(writer, page.raw_get("/Contents"))


def _fonts(writer: PdfWriter) -> list[DictionaryObject]:
    fonts = _dictionary(_dictionary(writer.pages[0]["/Resources"])["/Font"])
    return [_dictionary(fonts[name]) for name in fonts]


def _dictionary(value: PdfObject) -> DictionaryObject:
    if not isinstance(value, DictionaryObject):
        raise TypeError(f"expected a dictionary in ReportLab's file, found {type(value).__name__}")
    return value


def _stream(reference: PdfObject) -> StreamObject:
    value = reference.get_object()
    if not isinstance(value, StreamObject):
        raise TypeError(f"expected a stream in ReportLab's file, found {type(value).__name__}")
    return value


def _compress(writer: PdfWriter, reference: IndirectObject) -> None:
    plain = _stream(reference)
    stream = compressed(plain.get_data())
    if "/Length1" in plain:
        stream[NameObject("/Length1")] = plain["/Length1"]
    writer._replace_object(reference, stream)  # noqa: SLF001 — pypdf has no public way


def _mended_cmap(cmap: bytes) -> bytes:
    """Drop what maps to U+0000 (ISO 14289-1, 7.21.7) and cut the list into blocks of the permitted length."""
    head, rest = cmap.split(b"endcodespacerange\n", 1)
    tail = rest.split(b"endbfchar\n", 1)[1]
    pairs = [pair for pair in re.findall(rb"<[0-9A-F]{2}> <[0-9A-F]{4}>", rest) if not pair.endswith(b"<0000>")]
    blocks = [pairs[start : start + _MAX_MAPPINGS] for start in range(0, len(pairs), _MAX_MAPPINGS)]
    body = b"".join(b"%d beginbfchar\n%s\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks)
    return head + b"endcodespacerange\n" + body + tail


def _add_pictures(writer: PdfWriter, symbols: Sequence[QrSymbol]) -> None:
    """Add the shared drawings to every page and the codes to the last, as one-bit stencils without interpolation."""
    shared = {name: add_object(writer, _form(form)) for name, form in forms().items()}
    for page in writer.pages:
        pictures = DictionaryObject({NameObject(f"/{name}"): reference for name, reference in shared.items()})
        _dictionary(page["/Resources"])[NameObject("/XObject")] = pictures
        if page == writer.pages[-1]:
            for number, symbol in enumerate(symbols, start=1):
                pictures[NameObject(f"/{code_name(number)}")] = add_object(writer, _stencil(symbol))


def _form(form: Form) -> StreamObject:
    stream = deflated_stream(form.deflated)
    stream[NameObject("/Type")] = NameObject("/XObject")
    stream[NameObject("/Subtype")] = NameObject("/Form")
    stream[NameObject("/BBox")] = ArrayObject([FloatObject(f"{value:.2f}") for value in form.bounds])
    stream[NameObject("/Resources")] = DictionaryObject()
    return stream


def _stencil(symbol: QrSymbol) -> StreamObject:
    stream = compressed(symbol.stencil)
    stream[NameObject("/Type")] = NameObject("/XObject")
    stream[NameObject("/Subtype")] = NameObject("/Image")
    stream[NameObject("/Width")] = stream[NameObject("/Height")] = NumberObject(symbol.modules)
    stream[NameObject("/ImageMask")] = BooleanObject(True)  # noqa: FBT003 — pypdf's constructor
    stream[NameObject("/BitsPerComponent")] = NumberObject(1)
    return stream


def _add_facts(writer: PdfWriter, facts: FileFacts) -> None:
    writer.metadata = {
        "/Title": facts.title,
        "/Creator": CREATOR_TOOL,
        "/Producer": CREATOR_TOOL,
        "/CreationDate": facts.pdf_date,
        "/ModDate": facts.pdf_date,
    }
    metadata = DecodedStreamObject()  # stays uncompressed, so that any program finds it (ISO 19005-3, 6.6.2.1)
    metadata.set_data(facts.xmp())
    metadata[NameObject("/Type")] = NameObject("/Metadata")
    metadata[NameObject("/Subtype")] = NameObject("/XML")
    catalog = writer.root_object
    catalog[NameObject("/Metadata")] = add_object(writer, metadata)
    catalog[NameObject("/Lang")] = TextStringObject(facts.language)
    catalog[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(True)}  # noqa: FBT003 — pypdf's constructor
    )


def _add_output_intent(writer: PdfWriter) -> None:
    profile = compressed(read_asset("srgb.icc", sha256=PROFILE_SHA256))
    profile[NameObject("/N")] = NumberObject(3)
    intent = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): TextStringObject("sRGB IEC61966-2.1"),
            NameObject("/Info"): TextStringObject("sRGB IEC61966-2.1"),
            NameObject("/DestOutputProfile"): add_object(writer, profile),
        }
    )
    writer.root_object[NameObject("/OutputIntents")] = ArrayObject([add_object(writer, intent)])


def _attach(writer: PdfWriter, credential: bytes, facts: FileFacts) -> None:
    """Attach the credential as the source of the page (ISO 19005-3, 6.8; RFC 9901 text, unchanged)."""
    embedded = compressed(credential)
    embedded[NameObject("/Type")] = NameObject("/EmbeddedFile")
    embedded[NameObject("/Subtype")] = NameObject(f"/{ATTACHMENT_TYPE}")
    embedded[NameObject("/Params")] = DictionaryObject(
        {
            NameObject("/Size"): NumberObject(len(credential)),
            # ISO 32000-1, table 46, prescribes MD5 here: a check for transport, not a protection.
            NameObject("/CheckSum"): ByteStringObject(hashlib.md5(credential, usedforsecurity=False).digest()),
            NameObject("/ModDate"): TextStringObject(facts.pdf_date),
        }
    )
    file = add_object(writer, embedded)
    specification = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Filespec"),
            NameObject("/F"): TextStringObject(ATTACHMENT_NAME),
            NameObject("/UF"): TextStringObject(ATTACHMENT_NAME),
            NameObject("/Desc"): TextStringObject("SD-JWT VC"),
            NameObject("/AFRelationship"): NameObject("/Source"),
            NameObject("/EF"): DictionaryObject({NameObject("/F"): file, NameObject("/UF"): file}),
        }
    )
    reference = add_object(writer, specification)
    names = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject(ATTACHMENT_NAME), reference])})
    writer.root_object[NameObject("/AF")] = ArrayObject([reference])
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): names})


def compressed(data: bytes) -> StreamObject:
    """Return a stream that holds data deflated."""
    return deflated_stream(zlib.compress(data, _LEVEL))


def deflated_stream(deflated: bytes) -> StreamObject:
    """Return a stream whose data is deflated already."""
    return StreamObject.initialize_from_dictionary(
        {NameObject("/Filter"): NameObject("/FlateDecode"), "__streamdata__": deflated}
    )
