"""A statement as a PDF file: headings and rows of a label and its value, for what a holder takes away.

It is no certificate and looks like none: no border, rosette, seal or code. It is drawn by the same hands, so it is a
PDF/A-3a and PDF/UA-1 file with its text in order, and the same bytes for the same request. A character that the font
cannot show is written as its code point, so that nothing is lost and nothing fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credential_schemas.wording.model import Language
from credential_schemas.wording.published import current_wording
from issuer.certificate.finishing import Attachment, Finish, finish_pdf
from issuer.certificate.fonts import Weight, shown_text
from issuer.certificate.ornaments import draw_mark
from issuer.certificate.style import (
    BOTTOM,
    COVER,
    INK,
    INK_2,
    INK_3,
    LEFT,
    MM,
    PAGE_HEIGHT,
    PAGE_NUMBER,
    RULE,
    WIDTH,
    TextStyle,
)
from issuer.certificate.tagged_canvas import Box, Element, TaggedCanvas
from issuer.certificate.text import FittedText, fit_text
from issuer.certificate.xmp import FileFacts

_LANGUAGES: Final = {"ko": "ko-KR", "en": "en"}
_TITLE: Final = TextStyle(Weight.BOLD, INK, (20,), 1.3)
_LEAD: Final = TextStyle(Weight.REGULAR, INK_2, (9.5,), 1.5)
_PART: Final = TextStyle(Weight.BOLD, COVER, (13,), 1.3)
_BLOCK: Final = TextStyle(Weight.BOLD, INK, (10,), 1.35)
_LABEL: Final = TextStyle(Weight.REGULAR, INK_3, (8.5,), 1.4)
_VALUE: Final = TextStyle(Weight.REGULAR, INK, (8.5,), 1.4)
_TOP: Final = 20 * MM
_LABEL_WIDTH: Final = 44 * MM
_GAP: Final = 4 * MM
_ABOVE: Final = {"H1": 0.0, "P": 2 * MM, "H2": 8 * MM, "H3": 4 * MM}
_ROW_PAD: Final = 1.2
_ROW_LINES: Final = 40  # a longer value is continued in a row of its own: no row is higher than a page
_ENDLESS: Final = 1_000_000
_PAGE_NUMBER_Y: Final = PAGE_HEIGHT - 14.2 * MM


@dataclass(frozen=True, slots=True)
class StatementBlock:
    """One thing that is told: its title, empty for none, and rows of (label, value)."""

    title: str
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StatementPart:
    """Blocks of one kind under a heading; `none` is said where there are none."""

    heading: str
    blocks: Sequence[StatementBlock]
    none: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What the file says.

    Attributes:
        title: of the page and the file; no personal value.
        lead: sentences below the title.
        parts: in their order.
        language: of all of it.
        mark: what stands across each page of a bank of test data; None for none.
    """

    title: str
    lead: Sequence[str]
    parts: Sequence[StatementPart]
    language: Language
    mark: str | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is drawn in one go: a heading or sentence of a kind, or a row; `opens` begins a table with this row."""

    kind: str
    text: FittedText
    value: FittedText | None = None
    opens: bool = False

    @property
    def height(self) -> float:
        rows = max(self.text.height, 0.0 if self.value is None else self.value.height) + 2 * _ROW_PAD
        return rows if self.value is not None else self.text.height + _ABOVE[self.kind]


def draw_statement(statement: Statement, data: bytes, *, created_at: datetime, document_id: str) -> bytes:
    """Draw a statement with the data that it tells attached as JSON.

    Args:
        statement: what it says.
        data: the same for machines, UTF-8; attached as `competency-account.json`.
        created_at: the time that the file states, with its offset.
        document_id: what identifies the file in its metadata, for example "urn:uuid:...".
    """
    pages = _paginated([*_pieces(statement)])
    canvas = TaggedCanvas()
    table = canvas.root
    for index, page in enumerate(pages):
        if index:
            canvas.next_page()
        draw_mark(canvas, statement.mark)
        for top, piece in page:
            if piece.opens:
                table = canvas.root.add("Table")
            _draw(canvas, piece, top, table=table)
        _draw_page_number(canvas, f"{index + 1} / {len(pages)}")
    facts = FileFacts(
        title=shown_text(statement.title),
        language=_LANGUAGES[statement.language],
        created_at=created_at,
        document_id=document_id,
        wording=current_wording().number,
    )
    attachment = Attachment("competency-account.json", "application/json", "Source", "Account data", data)
    return finish_pdf(canvas.finish(), Finish((), (attachment,), facts))


def _pieces(statement: Statement) -> Iterator[_Piece]:
    yield _piece("H1", statement.title, _TITLE)
    for sentence in statement.lead:
        yield _piece("P", sentence, _LEAD)
    for part in statement.parts:
        yield _piece("H2", part.heading, _PART)
        if not part.blocks:
            yield _piece("P", part.none, _LEAD)
        for block in part.blocks:
            if block.title:
                yield _piece("H3", block.title, _BLOCK)
            yield from _rows(block)


def _rows(block: StatementBlock) -> Iterator[_Piece]:
    opens = True
    for label, value in block.rows:
        name = _fit(label, _LABEL, _LABEL_WIDTH)
        whole = _fit(value, _VALUE, WIDTH - _LABEL_WIDTH - _GAP)
        for start in range(0, max(1, len(whole.lines)), _ROW_LINES):
            lines = FittedText(whole.style, whole.size, whole.lines[start : start + _ROW_LINES])
            yield _Piece("TR", name, lines, opens)
            opens = False


def _piece(kind: str, text: str, style: TextStyle) -> _Piece:
    return _Piece(kind, _fit(text, style, WIDTH))


def _fit(text: str, style: TextStyle, width: float) -> FittedText:
    return fit_text("statement", shown_text(text), style=style, width=width, max_lines=_ENDLESS)


def _paginated(pieces: Sequence[_Piece]) -> list[list[tuple[float, _Piece]]]:
    """Put every piece on a page, with its top; a heading stays with what follows it."""
    pages: list[list[tuple[float, _Piece]]] = [[]]
    y = _TOP
    for index, piece in enumerate(pieces):
        needed = piece.height
        for before, after in zip(pieces[index:], pieces[index + 1 :], strict=False):
            if not before.kind.startswith("H"):
                break
            needed += after.height
        if y + needed > BOTTOM and pages[-1]:
            pages.append([])
            y = _TOP
        pages[-1].append((y, piece))
        y += piece.height
    return pages


def _draw(canvas: TaggedCanvas, piece: _Piece, top: float, *, table: Element) -> None:
    if piece.value is None:
        with canvas.content(canvas.root.add(piece.kind)):
            canvas.lines(piece.text, Box(LEFT, top + _ABOVE[piece.kind], WIDTH, piece.text.height))
        return
    with canvas.artifact("Layout"):
        canvas.rule((LEFT, top), (LEFT + WIDTH, top), RULE, line=0.4)
    row, y = table.add("TR"), top + _ROW_PAD
    with canvas.content(row.add("TH", scope="Row")):
        canvas.lines(piece.text, Box(LEFT, y, _LABEL_WIDTH, piece.text.height))
    with canvas.content(row.add("TD")):
        canvas.lines(piece.value, Box(LEFT + _LABEL_WIDTH + _GAP, y, WIDTH - _LABEL_WIDTH - _GAP, piece.value.height))


def _draw_page_number(canvas: TaggedCanvas, text: str) -> None:
    fitted = fit_text("page_number", text, style=PAGE_NUMBER, width=WIDTH)
    with canvas.artifact("Pagination"):
        canvas.lines(fitted, Box(LEFT, _PAGE_NUMBER_Y - fitted.height / 2, WIDTH, fitted.height), align="centre")
