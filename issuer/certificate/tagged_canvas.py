"""A page that knows its structure: every text drawn belongs to an element or is marked as an artifact.

ReportLab draws; the marks put into the content (ISO 32000-1, 14.7 and 14.8) are collected here as a tree, which
`structure` writes into the file afterwards. Coordinates are points from the top left corner of the sheet.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from issuer.certificate.font_subsets import FontSubset
from issuer.certificate.fonts import Weight, cut_subsets, font
from issuer.certificate.style import PAGE_HEIGHT, PAGE_WIDTH, Colour, TextStyle
from issuer.certificate.text import FittedText

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class MarkedContent:
    """A piece of page content that belongs to an element: page from 0, number within the page."""

    page: int
    number: int


@dataclass(slots=True)
class Element:
    """One element of the structure tree; `box` and `alternative` are for figures, `scope` and `span` for cells."""

    kind: str
    children: list["Element | MarkedContent"] = field(default_factory=list)
    alternative: str | None = None
    box: Box | None = None
    scope: Literal["Row", "Column"] | None = None
    span: int = 1

    def add(self, kind: str, *, scope: Literal["Row", "Column"] | None = None, span: int = 1) -> "Element":
        """Append a child element and return it."""
        child = Element(kind, scope=scope, span=span)
        self.children.append(child)
        return child


@dataclass(frozen=True, slots=True)
class DrawnPages:
    """The content of each page, not compressed, the fonts it uses, and the structure of it all."""

    contents: Sequence[bytes]
    fonts: Sequence[FontSubset]
    root: Element


class TaggedCanvas:
    """A ReportLab canvas that draws from the top left and records marked content."""

    def __init__(self) -> None:
        for weight in Weight:
            font(weight)
        self._contents: list[bytes] = []
        # `initialFontName`: ReportLab otherwise writes a Helvetica that is not embedded into every page.
        self._canvas = Canvas(
            BytesIO(),
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pageCompression=0,
            invariant=1,
            initialFontName=Weight.REGULAR.value,
        )
        self.root = Element("Document")
        self._numbers = [0]

    @property
    def page(self) -> int:
        """Return the index of the current page, from 0."""
        return len(self._numbers) - 1

    def next_page(self) -> None:
        """Finish this page and begin another."""
        self._end_page()
        self._numbers.append(0)

    def finish(self) -> DrawnPages:
        """Finish the last page and return what was drawn."""
        self._end_page()
        return DrawnPages(self._contents, cut_subsets(self._canvas), self.root)

    def _end_page(self) -> None:
        self._contents.append(self._canvas.getCurrentPageContent().encode("latin-1"))
        self._canvas.showPage()

    @contextmanager
    def content(self, element: Element) -> Iterator[None]:
        """Everything drawn inside belongs to `element`."""
        number = self._numbers[-1]
        self._numbers[-1] += 1
        element.children.append(MarkedContent(self.page, number))
        self._canvas.addLiteral(f"/{element.kind} <</MCID {number}>> BDC")
        yield
        self._canvas.addLiteral("EMC")

    @contextmanager
    def artifact(self, kind: Literal["Layout", "Pagination", "Background"]) -> Iterator[None]:
        """Everything drawn inside is decoration or page furniture."""
        self._canvas.addLiteral(f"/Artifact <</Type /{kind}>> BDC")
        yield
        self._canvas.addLiteral("EMC")

    def spaced_text(self, at: tuple[float, float], text: FittedText, *, spacing: float) -> None:
        """Draw one line with extra space between its characters, the left end of its baseline at a point."""
        (line,) = text.lines
        self._draw(at, line, text, spacing=spacing)

    def _draw(self, at: tuple[float, float], line: str, text: FittedText, *, spacing: float = 0.0) -> None:
        self._canvas.setFont(text.style.weight.value, text.size)
        self._canvas.setFillColorRGB(*text.style.colour)
        self._canvas.drawString(at[0], PAGE_HEIGHT - at[1], line, charSpace=spacing)

    def lines(self, fitted: FittedText, box: Box, *, align: Align = "left") -> None:
        """Draw fitted lines into a box, from its upper edge down."""
        face = font(fitted.style.weight)
        step = fitted.step
        baseline = box.y + step / 2 + fitted.size * 0.355  # the middle of the capitals stands in the middle of the line
        for line in fitted.lines:
            slack = box.width - face.width(line, fitted.size)
            x = box.x + {"left": 0, "centre": slack / 2, "right": slack}[align]
            self._draw((x, baseline), line, fitted)
            baseline += step

    def mark(self, line: str, *, style: TextStyle, size: float, centre: float) -> None:
        """Draw one line across the sheet, slanting, its middle `centre` points from the top."""
        self._canvas.saveState()
        self._canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT - centre)
        self._canvas.rotate(33)
        self._canvas.setFont(style.weight.value, size)
        self._canvas.setFillColorRGB(*style.colour)
        self._canvas.drawString(-font(style.weight).width(line, size) / 2, -size * 0.355, line)
        self._canvas.restoreState()

    def fill(self, box: Box, colour: Colour) -> None:
        """Fill a rectangle."""
        self._canvas.setFillColorRGB(*colour)
        self._canvas.rect(box.x, PAGE_HEIGHT - box.y - box.height, box.width, box.height, stroke=0, fill=1)

    def frame(self, box: Box, colour: Colour, *, line: float, radius: float = 0, dash: tuple[float, ...] = ()) -> None:
        """Stroke a rectangle, its corners rounded by `radius`."""
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.setLineWidth(line)
        self._canvas.setDash(*([list(dash)] if dash else []))
        y = PAGE_HEIGHT - box.y - box.height
        self._canvas.roundRect(box.x, y, box.width, box.height, radius, stroke=1, fill=0)
        self._canvas.setDash()

    def rule(self, start: tuple[float, float], end: tuple[float, float], colour: Colour, *, line: float) -> None:
        """Draw a straight line."""
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.setLineWidth(line)
        self._canvas.line(start[0], PAGE_HEIGHT - start[1], end[0], PAGE_HEIGHT - end[1])

    def dots(self, centres: Iterable[tuple[float, float]], colour: Colour, *, width: float) -> None:
        """Draw dots: lines without length whose ends are round."""
        operators = "\n".join(f"{x:.2f} {-y:.2f} m {x:.2f} {-y:.2f} l" for x, y in centres)
        self.paths(f"{operators} S", at=(0, 0), colour=colour, line=width)

    def paths(self, operators: str, *, at: tuple[float, float], colour: Colour, line: float) -> None:
        """Stroke ready-made path operators, whose origin is put at a point and whose y axis points up."""
        red, green, blue = colour
        self._canvas.addLiteral(
            f"q 1 0 0 1 {at[0]:.2f} {PAGE_HEIGHT - at[1]:.2f} cm {red:.3f} {green:.3f} {blue:.3f} RG {line:g} w 1 J 1 j"
        )
        self._canvas.addLiteral(operators)
        self._canvas.addLiteral("Q")

    def form(self, name: str, at: tuple[float, float]) -> None:
        """Draw the form that the finishing pass adds to every page under `name`, its origin put at a point."""
        self._canvas.addLiteral(f"q 1 0 0 1 {at[0]:.2f} {PAGE_HEIGHT - at[1]:.2f} cm /{name} Do Q")

    def stencil(self, name: str, box: Box) -> None:
        """Paint the one-bit image that the finishing pass adds to this page under `name`, in black."""
        y = PAGE_HEIGHT - box.y - box.height
        self._canvas.addLiteral(f"q 0 0 0 rg {box.width:.4f} 0 0 {box.height:.4f} {box.x:.4f} {y:.4f} cm /{name} Do Q")
