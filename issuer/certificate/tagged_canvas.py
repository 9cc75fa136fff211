"""A page that knows its structure: every text drawn belongs to an element or is marked as an artifact.

ReportLab draws lines and shapes; text is written here, by codes of glyphs (ISO 32000-1, 9.4). The marks in the
content (14.7 and 14.8) are collected as a tree, which `structure` writes into the file. Coordinates are points from the
top left corner of the sheet.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from issuer.certificate.fonts import ShownGlyphs, Weight, font
from issuer.certificate.style import PAGE_HEIGHT, PAGE_WIDTH, Colour
from issuer.certificate.text import FittedText

Align = Literal["left", "centre", "right"]
_SLANT = math.radians(33)
_RESOURCES = {weight: f"F{number}" for number, weight in enumerate(Weight, start=1)}


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
    """The content of each page, not compressed, the glyphs it shows by the names of their fonts, and the structure."""

    contents: Sequence[bytes]
    fonts: Mapping[str, ShownGlyphs]
    root: Element


class _Mark:
    """What is drawn in its context stands between the beginning and the end of marked content."""

    __slots__ = ("_beginning", "_canvas")

    def __init__(self, canvas: Canvas, beginning: str) -> None:
        self._canvas = canvas
        self._beginning = beginning

    def __enter__(self) -> None:
        self._canvas.addLiteral(self._beginning)

    def __exit__(self, *_: object) -> None:
        self._canvas.addLiteral("EMC")


def _blank_page() -> Canvas:
    return Canvas(BytesIO(), pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=0, invariant=1)


class TaggedCanvas:
    """A ReportLab canvas that draws from the top left and records marked content."""

    def __init__(self) -> None:
        self._shown = {weight: ShownGlyphs(font(weight)) for weight in Weight}
        self._contents: list[bytes] = []
        self._canvas = _blank_page()
        self.root = Element("Document")
        self._numbers = [0]

    @property
    def page(self) -> int:
        """Return the index of the current page, from 0."""
        return len(self._numbers) - 1

    def next_page(self) -> None:
        """Finish this page and begin another."""
        self._end_page()
        self._canvas = _blank_page()
        self._numbers.append(0)

    def finish(self) -> DrawnPages:
        """Finish the last page and return what was drawn."""
        self._end_page()
        shown = {_RESOURCES[weight]: glyphs for weight, glyphs in self._shown.items()}
        return DrawnPages(self._contents, shown, self.root)

    def _end_page(self) -> None:
        self._contents.append(self._canvas.getCurrentPageContent().encode("ascii"))

    def content(self, element: Element) -> "_Mark":
        """Everything drawn inside belongs to `element`."""
        number = self._numbers[-1]
        self._numbers[-1] += 1
        element.children.append(MarkedContent(self.page, number))
        return _Mark(self._canvas, f"/{element.kind} <</MCID {number}>> BDC")

    def artifact(self, kind: Literal["Layout", "Pagination", "Background"]) -> "_Mark":
        """Everything drawn inside is decoration or page furniture."""
        return _Mark(self._canvas, f"/Artifact <</Type /{kind}>> BDC")

    def spaced_text(self, at: tuple[float, float], text: FittedText, *, spacing: float) -> None:
        """Draw one line with extra space between its characters, the left end of its baseline at a point."""
        (line,) = text.lines
        self._show(line, text, place=f"{at[0]:.4f} {PAGE_HEIGHT - at[1]:.4f} Td", spacing=spacing)

    def _show(self, line: str, text: FittedText, *, place: str, spacing: float = 0.0) -> None:
        """Write one line; `place` is the operator and its operands that put the start of the baseline."""
        weight = text.style.weight
        space = f" {spacing:g} Tc" if spacing else ""
        self._canvas.addLiteral(
            f"BT {text.style.ink} /{_RESOURCES[weight]} {text.size:g} Tf{space} {place}"
            f" <{self._shown[weight].encode(line)}> Tj{' 0 Tc' if spacing else ''} ET"
        )

    def lines(self, fitted: FittedText, box: Box, *, align: Align = "left") -> None:
        """Draw fitted lines into a box, from its upper edge down."""
        face = font(fitted.style.weight)
        step = fitted.step
        baseline = box.y + step / 2 + fitted.size * 0.355  # the middle of the capitals stands in the middle of the line
        for line in fitted.lines:
            x = box.x
            if align != "left":
                slack = box.width - face.width(line, fitted.size)
                x += slack / 2 if align == "centre" else slack
            self._show(line, fitted, place=f"{x:.4f} {PAGE_HEIGHT - baseline:.4f} Td")
            baseline += step

    def mark(self, text: FittedText, *, centre: float) -> None:
        """Draw one line across the sheet, slanting, its middle `centre` points from the top."""
        (line,) = text.lines
        left, below = font(text.style.weight).width(line, text.size) / 2, text.size * 0.355
        cosine, sine = math.cos(_SLANT), math.sin(_SLANT)
        x = PAGE_WIDTH / 2 - left * cosine + below * sine
        y = PAGE_HEIGHT - centre - left * sine - below * cosine
        place = f"{cosine:.6f} {sine:.6f} {-sine:.6f} {cosine:.6f} {x:.4f} {y:.4f} Tm"
        self._show(line, text, place=place)

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
