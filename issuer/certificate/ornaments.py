"""Decoration computed here and drawn as paths only, so that the text layer holds nothing but the wording."""

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from issuer.certificate.fonts import Weight, font
from issuer.certificate.style import (
    BAND,
    BORDER,
    COVER,
    INNER_BORDER,
    LEFT,
    MARK,
    MM,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    ROSETTE,
    WIDTH,
    Colour,
    TextStyle,
)
from issuer.certificate.tagged_canvas import Box, TaggedCanvas
from issuer.certificate.text import FittedText

Point = tuple[float, float]
Curve = Callable[[float], Point]

_CENTRE = 160 * MM  # of rosette and mark, from the top
_MARK_STYLE = TextStyle(Weight.BOLD, MARK, (120, 104, 90, 78, 66, 54, 44, 38, 32, 28))


def draw_background(canvas: TaggedCanvas, mark: str | None) -> None:
    """Draw what lies under a page: mark, rosette and border.

    The mark (견본, SPECIMEN, PREVIEW) is text in an artifact: the only furniture of the text layer in the background.
    """
    draw_mark(canvas, mark)
    with canvas.artifact("Background"):
        canvas.form("Rosette", (PAGE_WIDTH / 2, _CENTRE))
    with canvas.artifact("Layout"):
        for inset, line in ((BORDER, 1.7), (INNER_BORDER, 0.45)):
            box = Box(inset, inset, PAGE_WIDTH - 2 * inset, PAGE_HEIGHT - 2 * inset)
            canvas.frame(box, COVER, line=line)


def draw_mark(canvas: TaggedCanvas, mark: str | None) -> None:
    """Draw the mark across a page, where there is one."""
    if mark is not None:
        with canvas.artifact("Background"):
            canvas.mark(FittedText(_MARK_STYLE, _mark_size(mark), (mark,)), centre=_CENTRE)


def draw_band(canvas: TaggedCanvas, y: float) -> None:
    """Draw the fine line of entwined waves under the title."""
    with canvas.artifact("Layout"):
        canvas.form("Band", (LEFT, y))


@dataclass(frozen=True, slots=True)
class Form:
    """A drawing that all certificates share: its bounds (left, bottom, right, top) and its operators, deflated."""

    bounds: tuple[float, float, float, float]
    deflated: bytes


@cache
def forms() -> Mapping[str, Form]:
    """Return the drawings that every page has, computed once per process, by the names they are drawn under."""
    side = 62 * MM
    rosette = _with_pen(_rosette(), ROSETTE, line=0.32)
    band = _with_pen(_band(WIDTH), BAND, line=0.28)
    return {
        "Rosette": Form((-side, -side, side, side), zlib.compress(rosette, 9)),
        "Band": Form((-1, -3, WIDTH + 1, 3), zlib.compress(band, 9)),
    }


def _with_pen(operators: str, colour: Colour, *, line: float) -> bytes:
    red, green, blue = colour
    return f"{red:.3f} {green:.3f} {blue:.3f} RG {line:g} w 1 J 1 j\n{operators}".encode("ascii")


def _mark_size(mark: str) -> float:
    room = 140 * MM
    face = font(_MARK_STYLE.weight)
    return next((size for size in _MARK_STYLE.sizes if face.width(mark, size) <= room), _MARK_STYLE.sizes[-1])


def _rosette() -> str:
    """Return a guilloche: a ring of waves whose phase turns slowly from the outer to the inner line."""
    curves: list[str] = []
    lines = 13
    for step in range(lines):
        part = step / (lines - 1)

        def ring(turn: float, part: float = part) -> Point:
            radius = (53 - 24 * part + 6.5 * (1 - 0.4 * part) * math.cos(8 * turn + 2.6 * part)) * MM
            return radius * math.cos(turn), radius * math.sin(turn)

        curves.append(_smooth_path(ring, 0, 2 * math.pi, pieces=64))
    for step in range(8):

        def petal(turn: float, step: int = step) -> Point:
            radius = (17 + 6 * math.cos(6 * turn + step * math.pi / 4)) * MM
            return radius * math.cos(turn), radius * math.sin(turn)

        curves.append(_smooth_path(petal, 0, 2 * math.pi, pieces=36))
    return "\n".join(curves)


def _band(width: float) -> str:
    waves = 40
    curves: list[str] = []
    for phase, height in ((0.0, 1.8), (math.pi, 1.8), (math.pi / 2, 1.0), (3 * math.pi / 2, 1.0)):

        def wave(x: float, phase: float = phase, height: float = height) -> Point:
            return x, height * math.sin(2 * math.pi * waves * x / width + phase)

        curves.append(_smooth_path(wave, 0, width, pieces=waves * 4))
    return "\n".join([*curves, f"0 0 m {width:.1f} 0 l S"])


def _smooth_path(curve: Curve, start: float, end: float, *, pieces: int) -> str:
    """Return path operators for a curve, as cubic pieces that share its tangents."""
    step = (end - start) / pieces
    points = [curve(start + step * index) for index in range(-1, pieces + 2)]
    operators = [f"{_numbers([points[1]])} m"]
    for before, here, there, after in zip(points, points[1:], points[2:], points[3:], strict=False):
        first = here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6
        second = there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6
        operators.append(f"{_numbers([first, second, there])} c")
    return "\n".join([*operators, "S"])


def _numbers(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f} {y:.1f}" for x, y in points)


# Digits of one stroke, in a cell of 4 by 6 units, for the numbers beside several codes (as paths: they are no wording).
_DIGITS = {
    "1": "0.8 4.6 m 2.2 6 l 2.2 0 l S",
    "2": "0.3 4.4 m 0.3 6.5 3.7 6.5 3.7 4.3 c 3.7 2.9 1.6 1.8 0.3 0 c 3.8 0 l S",
    "3": "0.4 5.1 m 1 6.4 3.5 6.3 3.5 4.6 c 3.5 3.5 2.5 3.2 1.6 3.2 c "
    "2.7 3.2 3.8 2.7 3.8 1.6 c 3.8 -0.5 0.7 -0.4 0.2 1 c S",
    "4": "2.9 0 m 2.9 6 l 0.1 1.7 l 3.9 1.7 l S",
    "/": "0.4 -0.6 m 2.8 6.6 l S",
}


def draw_code_number(canvas: TaggedCanvas, number: int, *, of: int, at: tuple[float, float]) -> None:
    """Draw "1/2" beside a code, as paths, with its lower left corner at a point."""
    x, y = at
    with canvas.artifact("Layout"):
        for sign in f"{number}/{of}":
            canvas.paths(_DIGITS[sign], at=(x, y), colour=COVER, line=0.7)
            x += 3.4 if sign in "1/" else 5.2
