"""Shapes and styles of a receipt's pages: a tick, a cross, a triangle or a dash says what the words beside it say."""

from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable

from credential_schemas.look.typefaces import Typeface
from credential_schemas.report.headlines import Sign
from credential_schemas.report.outcomes import Outcome

INK: Final = HexColor("#14203a")
INK_2: Final = HexColor("#3f4b66")
COVER: Final = HexColor("#10264f")
RULE: Final = HexColor("#b9c4d8")
TINT: Final = HexColor("#eef2fa")
_TICK: Final = HexColor("#1c6b3f")
_CROSS: Final = HexColor("#9b1c16")
_OPEN: Final = HexColor("#7a4d00")

COLOURS: Final = {Sign.TICK: _TICK, Sign.CROSS: _CROSS, Sign.TRIANGLE: _OPEN}
GROUNDS: Final = {Sign.TICK: HexColor("#eef7f1"), Sign.CROSS: HexColor("#fcf0ef"), Sign.TRIANGLE: HexColor("#fdf5e6")}
SIGN_OF_OUTCOME: Final = {
    Outcome.PASSED: Sign.TICK,
    Outcome.FAILED: Sign.CROSS,
    Outcome.UNKNOWN: Sign.TRIANGLE,
    Outcome.SKIPPED: None,
}


def style(size: float, *, bold: bool = False, colour: HexColor = INK, leading: float = 1.45) -> ParagraphStyle:
    """Return a paragraph style; words wider than their column are divided."""
    face = Typeface.BOLD if bold else Typeface.REGULAR
    name = f"{face.value}-{size}-{colour.hexval()}-{leading}"
    return ParagraphStyle(
        name, fontName=face.value, fontSize=size, leading=size * leading, textColor=colour, splitLongWords=1
    )


TITLE: Final = style(22, bold=True, colour=COVER, leading=1.2)
SUBTITLE: Final = style(9.5, colour=INK_2)
HEADING: Final = style(10.5, bold=True, colour=COVER)
BODY: Final = style(9)
LABEL: Final = style(8.5, bold=True, colour=INK_2)
SMALL: Final = style(7.8, leading=1.4)
SMALL_LABEL: Final = style(7.8, bold=True, colour=INK_2, leading=1.4)


class Mark(Flowable):  # type: ignore[misc]  # ReportLab has no types
    """One shape, `size` points wide and high; None is the dash of what was not checked."""

    def __init__(self, sign: Sign | None, *, size: float) -> None:
        super().__init__()
        self.width = self.height = size
        self._sign = sign

    def draw(self) -> None:
        """Draw the shape, stroked, so that it is read without its colour."""
        canvas, size = self.canv, self.width
        canvas.setStrokeColor(COLOURS[self._sign] if self._sign is not None else INK_2)
        canvas.setLineWidth(size * 0.09)
        canvas.setLineCap(1)
        canvas.setLineJoin(1)
        path = canvas.beginPath()
        if self._sign is Sign.TRIANGLE:
            _polyline(path, size, (0.5, 0.92), (0.96, 0.1), (0.04, 0.1), (0.5, 0.92))
            _polyline(path, size, (0.5, 0.62), (0.5, 0.42))
            _polyline(path, size, (0.5, 0.25), (0.5, 0.24))
        else:
            path.circle(size / 2, size / 2, size * 0.45)
            for points in _STROKES[self._sign]:
                _polyline(path, size, *points)
        canvas.drawPath(path, stroke=1, fill=0)


_STROKES: Final = {
    Sign.TICK: [[(0.28, 0.5), (0.44, 0.33), (0.73, 0.66)]],
    Sign.CROSS: [[(0.33, 0.33), (0.67, 0.67)], [(0.33, 0.67), (0.67, 0.33)]],
    None: [[(0.3, 0.5), (0.7, 0.5)]],
}


def _polyline(path: object, size: float, *points: tuple[float, float]) -> None:
    for place, (x, y) in enumerate(points):
        draw = path.lineTo if place else path.moveTo  # type: ignore[attr-defined]  # a path of ReportLab
        draw(x * size, y * size)
