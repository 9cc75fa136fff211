"""Drawing one certificate: from its wording and credential to the unsigned PDF.

The page is never the evidence (the attached credential is), but it must be complete, literal and the same every time:
no clock, no chance, no markup. What it leaves to its caller: the wording, the QR texts, and the seal over the file.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from credential_schemas.wording.model import CertificateWording
from issuer.certificate.closing import Closing, Codes, draw_closing, lay_out_closing
from issuer.certificate.columns import measure_columns
from issuer.certificate.errors import CodeDoesNotFitError
from issuer.certificate.finishing import Finish, attached_credential, attached_log_proof, finish_pdf
from issuer.certificate.fonts import require_glyphs
from issuer.certificate.heading import draw_heading
from issuer.certificate.ornaments import draw_background
from issuer.certificate.pagination import Room, paginate
from issuer.certificate.qr_symbol import MAX_CODES, SymbolPlan, encode_symbol, modules_of
from issuer.certificate.style import BOTTOM, END_MARK, LEFT, MM, NORMAL, PAGE_HEIGHT, PAGE_NUMBER, TIGHT, WIDTH
from issuer.certificate.table import Table, draw_rows, lay_out_table
from issuer.certificate.tagged_canvas import Box, TaggedCanvas
from issuer.certificate.text import fit_text
from issuer.certificate.xmp import FileFacts

PREVIEW_MARKS = {"ko": "미리보기", "en": "PREVIEW"}
_LANGUAGES = {"ko": "ko-KR", "en": "en"}
# How the table may be set, the roomiest way first: styles, and the white above and below a row.
_SETTINGS = ((NORMAL, (7.2, 5.6, 4.2, 3.2, 2.6)), (TIGHT, (4.2, 3.4, 2.6, 1.7, 1.2)))
_TOP_LATER = 17 * MM
_END_MARK_HEIGHT = 6.6 * MM
_PAGE_NUMBER_Y = PAGE_HEIGHT - 14.2 * MM


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """What to draw.

    Attributes:
        wording: every text of the page.
        credential: the compact SD-JWT to attach, unchanged.
        qr_texts: the texts of 1 to 4 codes; none for a preview.
        symbol_plan: version and level of every code; for a preview the size of the empty place.
        created_at: the time the file states, with its offset.
        document_id: what identifies the file in its metadata, for example "urn:uuid:...".
        preview: draw the page with a preview mark, without codes and without attachment.
        log_proof: the proof that the credential was logged, to be attached beside it.
    """

    wording: CertificateWording
    credential: str
    qr_texts: tuple[str, ...]
    symbol_plan: SymbolPlan
    created_at: datetime
    document_id: str
    preview: bool = False
    log_proof: bytes | None = None

    def __post_init__(self) -> None:
        if self.created_at.tzinfo is None:
            raise ValueError("created_at: expected a time with its offset, found one without")
        expected = range(1) if self.preview else range(1, MAX_CODES + 1)
        if len(self.qr_texts) not in expected:
            raise CodeDoesNotFitError(
                f"Expected 1 to {MAX_CODES} QR texts, none for a preview; found {len(self.qr_texts)}."
            )


def draw_certificate(request: DrawRequest) -> bytes:
    """Draw the certificate.

    Returns:
        A PDF/A-3a and PDF/UA-1 file, unsigned; byte for byte the same for the same request.

    Raises:
        GlyphMissingError: a text holds a character that the font cannot show.
        TextDoesNotFitError: a text is too long for its place.
        CodeDoesNotFitError: a QR text is too long for the planned symbol.
    """
    wording = request.wording
    for line in wording.lines():
        require_glyphs(line.where, line.text)
    mark = PREVIEW_MARKS[wording.language] if request.preview else wording.specimen
    if mark is not None:
        require_glyphs("specimen", mark)
    symbols = [encode_symbol(text, plan=request.symbol_plan) for text in request.qr_texts]
    codes = Codes(len(symbols), modules_of(request.symbol_plan.version))
    canvas = TaggedCanvas()
    _draw_pages(canvas, wording, codes=codes, mark=mark)
    facts = FileFacts(
        title=f"{wording.title} {wording.number_row.value}",
        language=_LANGUAGES[wording.language],
        created_at=request.created_at,
        document_id=request.document_id,
        wording=wording.version,
    )
    attachments = [] if request.preview else [attached_credential(request.credential)]
    if request.log_proof is not None:
        attachments.append(attached_log_proof(request.log_proof))
    return finish_pdf(canvas.finish(), Finish(symbols, attachments, facts))


def _draw_pages(canvas: TaggedCanvas, wording: CertificateWording, *, codes: Codes, mark: str | None) -> None:
    draw_background(canvas, mark)
    top = draw_heading(canvas, wording)
    closing = lay_out_closing(wording, codes)
    table, pages = _lay_out_pages(wording, closing, top=top)
    element = canvas.root.add("Table")
    for index, rows in enumerate(pages):
        if index > 0:
            canvas.next_page()
            draw_background(canvas, mark)
        y = top if index == 0 else _TOP_LATER
        if rows:
            y = draw_rows(canvas, table, rows, y=y, element=element)
        if index == len(pages) - 1:
            _draw_end_mark(canvas, wording, y)
            draw_closing(canvas, closing)
        if len(pages) > 1:
            _draw_page_number(canvas, wording.page_number(index + 1, len(pages)))


def _lay_out_pages(wording: CertificateWording, closing: Closing, *, top: float) -> tuple[Table, list[range]]:
    """Choose the roomiest setting of the rows among those that need the fewest pages."""
    chosen: tuple[Table, list[range]] | None = None
    for styles, pads in _SETTINGS:
        table = lay_out_table(wording, measure_columns(wording, styles, left=LEFT, width=WIDTH), styles)
        room = Room(
            first=BOTTOM - top - table.header_height,
            later=BOTTOM - _TOP_LATER - table.header_height,
            closing=closing.height + _END_MARK_HEIGHT,
        )
        with_next = [row.heading for row in table.rows]
        for pad in pads:
            setting = replace(table, pad=pad)
            pages = paginate(setting.heights, with_next=with_next, room=room)
            if chosen is None or len(pages) < len(chosen[1]):
                chosen = setting, pages
        if chosen is not None and len(chosen[1]) == 1:
            break
    if chosen is None:
        raise AssertionError("there is always a setting to try")
    return chosen


def _draw_end_mark(canvas: TaggedCanvas, wording: CertificateWording, y: float) -> None:
    text = fit_text("end_mark", wording.end_mark, style=END_MARK, width=WIDTH)
    with canvas.content(canvas.root.add("P")):
        canvas.lines(text, Box(LEFT, y + 2 * MM, WIDTH, text.height), align="centre")


def _draw_page_number(canvas: TaggedCanvas, text: str) -> None:
    fitted = fit_text("page_number", text, style=PAGE_NUMBER, width=WIDTH)
    with canvas.artifact("Pagination"):
        canvas.lines(fitted, Box(LEFT, _PAGE_NUMBER_Y - fitted.height / 2, WIDTH, fitted.height), align="centre")
