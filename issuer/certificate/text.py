"""Breaking text into lines by the metrics of the font. Text stays literal: no markup is read, nothing is dropped."""

import re
from dataclasses import dataclass

from issuer.certificate.errors import TextDoesNotFitError
from issuer.certificate.fonts import Font, font
from issuer.certificate.style import TextStyle

# A line never ends with a hyphen: text extraction takes that for a divided word and swallows it.
_SPACE_TO_BREAK_AT = re.compile(r"(?<![-\u2010\u00ad]) +")
_BREAK_AFTER = frozenset("/,·.;:)]}~@_&=")


@dataclass(frozen=True, slots=True)
class FittedText:
    """Lines of one size that fit their width."""

    style: TextStyle
    size: float
    lines: tuple[str, ...]

    @property
    def step(self) -> float:
        """Return the height of one line in points."""
        return self.size * self.style.leading

    @property
    def height(self) -> float:
        """Return the height of all lines in points."""
        return len(self.lines) * self.step


def words(text: str) -> list[str]:
    """Return the parts of a text between the spaces at which a line may end."""
    return [word for word in _SPACE_TO_BREAK_AT.split(text) if word]


def fit_text(where: str, text: str, *, style: TextStyle, width: float, max_lines: int = 1) -> FittedText:
    """Set a text into a width: largest size first, then smaller ones, words divided only when nothing else helps.

    Args:
        where: the slug of the text, for the error.
        text: any text; it stays literal.
        style: face and sizes.
        width: room for each line, in points.
        max_lines: most lines to use.

    Raises:
        TextDoesNotFitError: it needs more lines even in the smallest size.
    """
    face = font(style.weight)
    for divide in (False, True) if max_lines > 1 else (False,):
        for size in style.sizes:
            lines = _break(text, face, size=size, width=width, divide=divide)
            if lines is not None and len(lines) <= max_lines:
                return FittedText(style, size, lines)
    raise TextDoesNotFitError(where=where, lines=max_lines)


def _break(text: str, face: Font, *, size: float, width: float, divide: bool) -> tuple[str, ...] | None:
    lines: list[str] = []
    line = ""
    for word in words(text):
        longer = f"{line} {word}" if line else word
        if face.width(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        if face.width(word, size) > width:
            if not divide:
                return None
            lines.extend(_divide(word, face, size=size, width=width))
            line = lines.pop()
        else:
            line = word
    return (*lines, line) if line else tuple(lines)


def _divide(word: str, face: Font, *, size: float, width: float) -> list[str]:
    """Cut a word that is wider than a line into pieces: after a sign if one is near, else at any character."""
    pieces: list[str] = []
    while face.width(word, size) > width:
        room = 1
        while face.width(word[: room + 1], size) <= width:
            room += 1
        cut = next((at for at in range(room, room // 2, -1) if word[at - 1] in _BREAK_AFTER), room)
        while cut > 1 and word[cut - 1] in "-\u2010\u00ad":
            cut -= 1
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]
