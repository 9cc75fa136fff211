"""Measures and colours of the certificate, in one place. Lengths are points unless the name says otherwise."""

from dataclasses import dataclass
from typing import Final

from issuer.certificate.fonts import Weight

MM: Final = 72 / 25.4
PAGE_WIDTH: Final = 210 * MM
PAGE_HEIGHT: Final = 297 * MM
BORDER: Final = 10 * MM  # outer rule, from the edge of the sheet
INNER_BORDER: Final = 11.6 * MM
LEFT: Final = 17 * MM
RIGHT: Final = PAGE_WIDTH - LEFT
WIDTH: Final = RIGHT - LEFT
BOTTOM: Final = PAGE_HEIGHT - 17 * MM  # lowest point of text, above the page number

Colour = tuple[float, float, float]


def _colour(text: str) -> Colour:
    return (int(text[0:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:6], 16) / 255)


INK: Final = _colour("14203a")
INK_2: Final = _colour("3f4b66")
INK_3: Final = _colour("59657f")
COVER: Final = _colour("10264f")
RULE: Final = _colour("b9c4d8")
RULE_STRONG: Final = _colour("7d8cab")
TINT: Final = _colour("eef2fa")
ROSETTE: Final = _colour("e4eaf6")
BAND: Final = _colour("9db0d6")
MARK: Final = _colour("e7eaf3")
SEAL: Final = _colour("b0231c")
PAPER: Final = _colour("ffffff")


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a text is set: face, colour, the sizes to try from the largest on, and the distance of its lines."""

    weight: Weight
    colour: Colour
    sizes: tuple[float, ...]
    leading: float = 1.32  # times the size

    @property
    def ink(self) -> str:
        """Return the operator that sets the colour of the text, with its operands."""
        red, green, blue = self.colour
        return f"{red:g} {green:g} {blue:g} rg"


def _steps(size: float, smallest: float) -> tuple[float, ...]:
    count = round((size - smallest) / 0.5)
    return tuple(size - 0.5 * step for step in range(count + 1))


HEADER_LABEL = TextStyle(Weight.REGULAR, INK_3, (8.5, 7.5))
NUMBER = TextStyle(Weight.REGULAR, INK, _steps(8.5, 6.5))
CODE = TextStyle(Weight.BOLD, INK, _steps(8.5, 6.5))
TITLE_KO = TextStyle(Weight.BOLD, INK, _steps(26, 14))
TITLE_EN = TextStyle(Weight.BOLD, INK, _steps(22.5, 13))
SUBTITLE = TextStyle(Weight.REGULAR, INK_3, _steps(11, 8))
HOLDER_LABEL = TextStyle(Weight.BOLD, INK_2, _steps(8.5, 7))
HOLDER_VALUE = TextStyle(Weight.REGULAR, INK, _steps(9.5, 8))
ATTESTATION = TextStyle(Weight.REGULAR, INK, _steps(10.5, 9), 1.5)
COLUMN = TextStyle(Weight.BOLD, INK_2, _steps(7.5, 6.5), 1.25)
END_MARK = TextStyle(Weight.REGULAR, INK_3, _steps(8.5, 7))
DATE = TextStyle(Weight.REGULAR, INK, _steps(12, 9))
ISSUER = TextStyle(Weight.BOLD, INK, _steps(17, 10), 1.25)
SEAL_TEXT = TextStyle(Weight.BOLD, SEAL, _steps(17, 6), 1.15)
CAPTION = TextStyle(Weight.REGULAR, INK_3, _steps(7.5, 6.5))
NOTE = TextStyle(Weight.REGULAR, INK_2, (7.2, 6.8), 1.42)
LEGAL = TextStyle(Weight.REGULAR, INK_3, (7.2, 6.8), 1.42)
PAGE_NUMBER = TextStyle(Weight.REGULAR, INK_3, (8,))


@dataclass(frozen=True, slots=True)
class TableStyles:
    """How the rows of the table are set."""

    group: TextStyle
    number: TextStyle
    title: TextStyle
    cell: TextStyle
    detail: TextStyle


NORMAL = TableStyles(
    group=TextStyle(Weight.BOLD, COVER, _steps(8, 7)),
    number=TextStyle(Weight.REGULAR, INK_3, _steps(8, 7)),
    title=TextStyle(Weight.BOLD, INK, _steps(8.5, 7.5), 1.28),
    cell=TextStyle(Weight.REGULAR, INK, _steps(8, 7), 1.28),
    detail=TextStyle(Weight.REGULAR, INK_2, (7,), 1.32),
)
TIGHT = TableStyles(
    group=TextStyle(Weight.BOLD, COVER, (7.5, 7), 1.2),
    number=TextStyle(Weight.REGULAR, INK_3, (7.5, 7), 1.2),
    title=TextStyle(Weight.BOLD, INK, (7.5, 7), 1.2),
    cell=TextStyle(Weight.REGULAR, INK, (7.5, 7), 1.2),
    detail=TextStyle(Weight.REGULAR, INK_2, (7,), 1.18),
)
