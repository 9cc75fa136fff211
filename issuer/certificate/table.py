"""The table of entries: headings, groups, rows, over as many pages as they need."""

from collections.abc import Sequence
from dataclasses import dataclass

from credential_schemas.wording.model import CertificateWording, EntryGroup, EntryRow
from issuer.certificate.columns import PAD, TITLE, Column
from issuer.certificate.details import draw_details, fit_details
from issuer.certificate.style import (
    COLUMN,
    COVER,
    INK,
    LEFT,
    RIGHT,
    RULE,
    TINT,
    WIDTH,
    TableStyles,
)
from issuer.certificate.tagged_canvas import Box, Element, TaggedCanvas
from issuer.certificate.text import FittedText, fit_text

_TITLE_LINES = 10
_CELL_LINES = 10
_HEADING_PAD = 5.0
_BAR = 1.8  # width of the bar before a group's heading
_BAR_INSET = 2.4  # from the rules above and below
_DETAILS_GAP = 1.0  # between the cells of an entry and its details


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: a group's heading (one cell over all columns) or an entry (one cell per column, details below them).

    `level` is the height of the highest first line, `band` that of the cells, whose first lines stand on one level.
    """

    cells: tuple[FittedText | None, ...]
    heading: bool
    details: FittedText | None
    level: float
    band: float

    @classmethod
    def of(cls, cells: Sequence[FittedText | None], *, heading: bool, details: FittedText | None = None) -> "TableRow":
        """Return a row, measured."""
        texts = [cell for cell in cells if cell is not None]
        level = max(cell.step for cell in texts)
        band = max((level - cell.step) / 2 + cell.height for cell in texts)
        return cls(tuple(cells), heading, details, level, band)

    def drop(self, cell: FittedText) -> float:
        """Return how far below the upper edge a cell begins."""
        return (self.level - cell.step) / 2

    def height(self, pad: float) -> float:
        """Return the height with a padding above and below."""
        if self.heading:
            return self.band + 1.3 * pad
        below = self.details.height + _DETAILS_GAP if self.details is not None else 0.0
        return self.band + below + 2 * pad


@dataclass(frozen=True, slots=True)
class Table:
    """The whole table, every text broken into lines; `pad` is the white above and below the text of a row."""

    columns: tuple[Column, ...]
    header: tuple[FittedText, ...]
    rows: tuple[TableRow, ...]
    pad: float = 0.0

    @property
    def header_height(self) -> float:
        """Return the height of the row of column headings."""
        return max(cell.height for cell in self.header) + 2 * _HEADING_PAD

    @property
    def heights(self) -> list[float]:
        """Return the height of each row."""
        return [row.height(self.pad) for row in self.rows]


def lay_out_table(wording: CertificateWording, columns: tuple[Column, ...], styles: TableStyles) -> Table:
    """Break every text of the table into lines.

    Raises:
        TextDoesNotFitError: a text needs more lines than a cell may have.
    """
    header = tuple(
        fit_text(f"columns[{at}]", text, style=COLUMN, width=column.room, max_lines=3)
        for at, (text, column) in enumerate(zip(wording.columns, columns, strict=True))
    )
    rows: list[TableRow] = []
    for group in wording.groups:
        rows.append(_group_row(group, styles))
        rows.extend(_entry_row(entry, columns, styles) for entry in group.rows)
    return Table(columns, header, tuple(rows))


def _group_row(group: EntryGroup, styles: TableStyles) -> TableRow:
    heading = fit_text(group.where, group.heading, style=styles.group, width=WIDTH - _BAR - 2 * PAD, max_lines=2)
    return TableRow.of((heading,), heading=True)


def _entry_row(entry: EntryRow, columns: tuple[Column, ...], styles: TableStyles) -> TableRow:
    where, room = entry.where, columns[TITLE].room
    cells: list[FittedText | None] = [
        fit_text(f"{where}.number", entry.number, style=styles.number, width=columns[0].room),
        fit_text(f"{where}.title", entry.title, style=styles.title, width=room, max_lines=_TITLE_LINES),
    ]
    for at, (text, column) in enumerate(zip(entry.cells, columns[2:], strict=True)):
        fitted = fit_text(f"{where}.cells[{at}]", text, style=styles.cell, width=column.room, max_lines=_CELL_LINES)
        cells.append(fitted if text else None)
    details = fit_details(entry, style=styles.detail, width=_details_box(columns, 0).width)
    return TableRow.of(cells, heading=False, details=details)


def _details_box(columns: tuple[Column, ...], y: float) -> Box:
    """Return the place of the details: from the title's left edge to the right edge of the table."""
    x = columns[TITLE].x + PAD
    return Box(x, y, columns[-1].x + columns[-1].width - PAD - x, 0)


def draw_rows(canvas: TaggedCanvas, table: Table, rows: range, *, y: float, element: Element) -> float:
    """Draw the header and some rows on the current page and return where they end.

    On the first page the header belongs to the structure; on later pages its repetition is page furniture.
    """
    bottom = _draw_header(canvas, table, y=y, element=element if rows.start == 0 else None)
    for at in rows:
        bottom = _draw_row(canvas, table, table.rows[at], y=bottom, element=element)
        if at + 1 < rows.stop:
            with canvas.artifact("Layout"):
                canvas.rule((LEFT, bottom), (RIGHT, bottom), RULE, line=0.4)
    with canvas.artifact("Layout"):
        canvas.rule((LEFT, bottom), (RIGHT, bottom), INK, line=0.9)
    return bottom


def _draw_header(canvas: TaggedCanvas, table: Table, *, y: float, element: Element | None) -> float:
    height = table.header_height
    with canvas.artifact("Layout"):
        canvas.fill(Box(LEFT, y, WIDTH, height), TINT)
        canvas.rule((LEFT, y), (RIGHT, y), INK, line=1.1)
        canvas.rule((LEFT, y + height), (RIGHT, y + height), INK, line=0.5)
    row = element.add("TR") if element is not None else None
    for text, column in zip(table.header, table.columns, strict=True):
        box = Box(column.x + PAD, y + (height - text.height) / 2, column.room, text.height)
        if row is None:
            with canvas.artifact("Pagination"):
                canvas.lines(text, box, align=column.align)
        else:
            with canvas.content(row.add("TH", scope="Column")):
                canvas.lines(text, box, align=column.align)
    return y + height


def _draw_row(canvas: TaggedCanvas, table: Table, row: TableRow, *, y: float, element: Element) -> float:
    height = row.height(table.pad)
    tagged = element.add("TR")
    if row.heading:
        with canvas.artifact("Layout"):
            canvas.fill(Box(LEFT, y + _BAR_INSET, _BAR, height - 2 * _BAR_INSET), COVER)
        with canvas.content(tagged.add("TH", scope="Row", span=len(table.columns))):
            for heading in filter(None, row.cells):
                canvas.lines(heading, Box(LEFT + _BAR + PAD, y + (height - heading.height) / 2, WIDTH, heading.height))
        return y + height
    top = y + table.pad
    for at, (cell, column) in enumerate(zip(row.cells, table.columns, strict=True)):
        element_of_cell = tagged.add("TD")
        if cell is not None:
            with canvas.content(element_of_cell):
                canvas.lines(cell, Box(column.x + PAD, top + row.drop(cell), column.room, 0), align=column.align)
        if at == TITLE and row.details is not None:  # read with the title, before the other cells
            box = _details_box(table.columns, top + row.band + _DETAILS_GAP)
            draw_details(canvas, row.details, box, element=element_of_cell)
    return y + height
