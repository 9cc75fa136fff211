"""The PDF of a receipt as a file: faces, sheets with footer, and the signed record attached so that it pins every byte.

The record is attached as a stream of known length. Its `page_sha256` is the digest of the whole file with the record's
own bytes replaced by zeros (0x30), so the file cannot change anywhere without breaking the signature, and it is checked
without reading PDF: find the one attachment, check the token, put zeros in its place, compare the digest.

Source: docs/formats/receipt.md, section "The page"
"""

import re
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObject, PDFString
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate

from credential_schemas.look.typefaces import Typeface, read_typeface
from keys.values import dataclass
from verifier.errors import ReceiptRefused
from verifier.receipt.digests import sha256_hex
from verifier.receipt.limits import MAX_PAGE_BYTES, MAX_RECEIPT_BYTES
from verifier.receipt.token import MEDIA_TYPE
from verifier.rendering.plain_text import harmless

ATTACHMENT_NAME = "receipt.jws"
MARGIN = 51.0  # points: 18 mm
_FRAME_PADDING = 6.0  # of a ReportLab frame
_FOOTER_SIZE = 7.5
_DRAWING = threading.Lock()  # ReportLab's font objects are not safe for several threads
_SUBTYPE = MEDIA_TYPE.replace("/", "#2F").encode("ascii")
_HEAD = re.compile(rb"<< /Type /EmbeddedFile /Subtype /" + re.escape(_SUBTYPE) + rb" /Length (\d{1,7}) >>\nstream\n")
_FILLER = b"0"

Story = Callable[[], Sequence[Any]]
"""Makes the flowables of the pages; called twice, because the first pass counts the pages."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """What stands on every sheet, and what the file says of itself."""

    title: str
    author: str
    language: str
    created_at: datetime
    footer: str
    page_words: Callable[[int, int], str]


def draw_sheets(sheets: Sheets, story: Story, *, record_length: int) -> bytes:
    """Draw the pages with room for a record of that many bytes, which is zeros until `attach` puts it in."""
    with _DRAWING:
        _register_faces()
        pages = _build(sheets, story, record_length, pages=0)[1]
        return _build(sheets, story, record_length, pages=pages)[0]


def pinned_digest(pdf: bytes) -> str:
    """Return the digest of a file with zeros in the place of its record.

    Raises:
        ReceiptRefused: `no_receipt`: there is not exactly one record in it.
    """
    place = _place(pdf)
    return sha256_hex(pdf[: place.start] + _FILLER * len(place) + pdf[place.stop :])


def attach(pdf: bytes, record: str) -> bytes:
    """Put the signed record into its place.

    Raises:
        ValueError: the record has another length than the place.
    """
    place = _place(pdf)
    token = record.encode("ascii")
    if len(token) != len(place):
        raise ValueError("expected a record of the length that was left for it")
    return pdf[: place.start] + token + pdf[place.stop :]


def attached_record(pdf: bytes) -> str:
    """Return the record of a receipt's PDF, not verified.

    Raises:
        ReceiptRefused: `no_receipt`, `too_large`.
    """
    if len(pdf) > MAX_PAGE_BYTES:
        raise ReceiptRefused("too_large")
    place = _place(pdf)
    return pdf[place.start : place.stop].decode("ascii", "replace")


def printable(text: str) -> str:
    """Return a text in which everything that acts, or has no shape in our faces, is written out."""
    covered = _covered()
    return "".join(c if c in covered else f"<U+{ord(c):04X}>" for c in harmless(text))


def _place(pdf: bytes) -> range:
    found = list(_HEAD.finditer(pdf))
    if len(found) != 1:
        raise ReceiptRefused("no_receipt")
    length = int(found[0][1])
    place = range(found[0].end(), found[0].end() + length)
    if not 0 < length <= MAX_RECEIPT_BYTES or pdf[place.stop : place.stop + 10] != b"\nendstream":
        raise ReceiptRefused("no_receipt")
    return place


class _Record(PDFObject):  # type: ignore[misc]  # ReportLab has no types
    """The attachment: a stream that is neither compressed nor encoded."""

    __RefOnly__ = 1

    def __init__(self, length: int) -> None:
        self._length = length

    def format(self, _document: object) -> bytes:
        """Return the text of the object."""
        head = b"<< /Type /EmbeddedFile /Subtype /%b /Length %d >>\nstream\n" % (_SUBTYPE, self._length)
        return head + _FILLER * self._length + b"\nendstream"


def _build(sheets: Sheets, story: Story, record_length: int, *, pages: int) -> tuple[bytes, int]:
    buffer, seen = BytesIO(), [0]
    template = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN - _FRAME_PADDING,
        rightMargin=MARGIN - _FRAME_PADDING,
        topMargin=MARGIN * 0.8,
        bottomMargin=MARGIN,
        title=sheets.title,
        author=sheets.author,
        subject=sheets.footer,
        creator="cb-verifier",
        lang=sheets.language,
        invariant=1,
        initialFontName=Typeface.REGULAR.value,
    )

    def finish_sheet(canvas: Canvas, _template: object) -> None:
        seen[0] = canvas.getPageNumber()
        if seen[0] == 1:
            _finish_file(canvas, sheets, record_length)
        _draw_footer(canvas, sheets, pages)

    template.build(list(story()), onFirstPage=finish_sheet, onLaterPages=finish_sheet, canvasmaker=_canvas)
    return buffer.getvalue(), seen[0]


_canvas = partial(Canvas, initialFontName=Typeface.REGULAR.value)


def _finish_file(canvas: Canvas, sheets: Sheets, record_length: int) -> None:
    """Attach the place for the record, and let the file say when the check was made instead of when it was drawn."""
    document = canvas._doc  # noqa: SLF001 - ReportLab has no other way to the catalogue of its document
    stamp, moment = document._timeStamp, sheets.created_at.astimezone(UTC)  # noqa: SLF001 - the same
    stamp.t, stamp.lt = moment.timestamp(), moment.timetuple()
    stamp.YMDhms = tuple(moment.timetuple())[:6]
    stream = document.Reference(_Record(record_length))
    file = PDFDictionary(
        {
            "Type": PDFName("Filespec"),
            "F": PDFString(ATTACHMENT_NAME),
            "UF": PDFString(ATTACHMENT_NAME),
            "AFRelationship": PDFName("Source"),
            "EF": PDFDictionary({"F": stream, "UF": stream}),
        }
    )
    names = PDFArray([PDFString(ATTACHMENT_NAME), document.Reference(file)])
    document.Catalog.Names = PDFDictionary({"EmbeddedFiles": PDFDictionary({"Names": names})})


def _draw_footer(canvas: Canvas, sheets: Sheets, pages: int) -> None:
    width, _ = A4
    canvas.saveState()
    canvas.setStrokeColorRGB(0.49, 0.55, 0.67)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, MARGIN - 12, width - MARGIN, MARGIN - 12)
    canvas.setFont(Typeface.REGULAR.value, _FOOTER_SIZE)
    canvas.setFillColorRGB(0.25, 0.29, 0.4)
    canvas.drawString(MARGIN, MARGIN - 23, sheets.footer)
    canvas.drawRightString(width - MARGIN, MARGIN - 23, sheets.page_words(canvas.getPageNumber(), pages))
    canvas.restoreState()


@cache
def _faces() -> tuple[TTFont, ...]:
    faces = tuple(TTFont(face.value, BytesIO(read_typeface(face)), asciiReadable=False) for face in Typeface)
    for face in faces:
        registerFont(face)
    return faces


def _register_faces() -> None:
    """Load both faces, once for a process."""
    _faces()


@cache
def _covered() -> frozenset[str]:
    shapes = [frozenset(chr(code) for code, glyph in face.face.charToGlyph.items() if glyph) for face in _faces()]
    return frozenset.intersection(*shapes)
