"""Three ways in which somebody might forge a sealed certificate; the demo shows that each is caught."""

import io
from pathlib import Path
from typing import cast

import pypdfium2
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas


def locate(original: Path, text: str) -> tuple[float, float, float, float]:
    """Return where a text stands on the first page: left, bottom, width and height in points.

    Raises:
        LookupError: the page does not have it.
    """
    document = pypdfium2.PdfDocument(original)
    try:
        found = document[0].get_textpage()
        occurrence = found.search(text).get_next()
        if occurrence is None:
            raise LookupError(text)
        start, length = occurrence
        boxes = [found.get_charbox(index) for index in range(start, start + length)]
    finally:
        document.close()
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return left, bottom, max(box[2] for box in boxes) - left, max(box[3] for box in boxes) - bottom


def paint_over(original: Path, forged: Path, *, box: tuple[float, float, float, float], text: str, font: Path) -> None:
    """Cover a box of the first page (points: left, bottom, width, height) with white and write another text there."""
    reader = PdfReader(original)
    page = reader.pages[0]
    layer = io.BytesIO()
    pdfmetrics.registerFont(TTFont("Overlay", str(font)))
    canvas = Canvas(layer, pagesize=(float(page.mediabox.width), float(page.mediabox.height)))
    left, bottom, width, height = box
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(left - 1, bottom - 2, width * 1.25, height + 4, stroke=0, fill=1)
    canvas.setFillColorRGB(0.08, 0.13, 0.23)
    canvas.setFont("Overlay", height * 0.95)
    canvas.drawString(left, bottom + 1, text)
    canvas.save()
    writer = PdfWriter(clone_from=reader)
    writer.pages[0].merge_page(PdfReader(layer).pages[0])
    writer.write(forged)


def swap_attachment(original: Path, forged: Path, *, credential: str) -> None:
    """Put another certificate's credential into the place of the attached one."""
    writer = PdfWriter(clone_from=PdfReader(original))
    for entry in cast("ArrayObject", writer.root_object["/AF"]):
        specification = entry.get_object()
        if specification["/F"] == "credential.sdjwt":
            stream = StreamObject()
            stream.set_data(credential.encode("ascii"))
            stream[NameObject("/Type")] = NameObject("/EmbeddedFile")
            stream[NameObject("/Subtype")] = NameObject("/application/dc+sd-jwt")
            held = writer._add_object(stream)  # noqa: SLF001 - pypdf offers no public way to replace an embedded file
            specification[NameObject("/EF")] = DictionaryObject({NameObject("/F"): held, NameObject("/UF"): held})
    writer.write(forged)


def flip_one_byte(original: Path, forged: Path, *, at: float) -> None:
    """Flip the lowest bit of one byte; `at` is the place as a share of the file, 0 to 1."""
    data = bytearray(original.read_bytes())
    data[int(len(data) * at)] ^= 1
    forged.write_bytes(data)
