"""Breaking text into lines by the metrics of the font. Text stays literal: no markup is read, nothing is dropped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from issuer.certificate.errors import TextDoesNotFitError
from issuer.certificate.fonts import Font, font
from issuer.certificate.style import TextStyle

# A line never ends with a hyphen: text extraction takes that for a divided word and swallows it.
_SPACE_TO_BREAK_AT = re.compile(r"(?<![-\u2010\u00ad]) +")
_HALVINGS = 7  # enough for a hundredth of a line
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
    face, parts = font(style.weight), words(text)
    line = " ".join(parts)
    whole = face.advance(line) / 1000
    if whole * style.sizes[0] <= width:
        return FittedText(style, style.sizes[0], (line,) if line else ())
    measured = [(word, face.advance(word) / 1000) for word in parts]
    for divide in (False, True) if max_lines > 1 else (False,):
        for size in style.sizes:
            lines = _break(measured, face, room=width / size, divide=divide)
            if lines is not None and len(lines) <= max_lines:
                return FittedText(style, size, lines)
    raise TextDoesNotFitError(where=where, lines=max_lines)


def balance(fitted: FittedText, *, width: float) -> FittedText:
    """Make the lines of a text as even as they can be without another line; `width` is what it was fitted into."""
    if len(fitted.lines) == 1:
        return fitted
    face = font(fitted.style.weight)
    measured = [(word, face.advance(word) / 1000) for line in fitted.lines for word in words(line)]
    best, narrow, wide = fitted.lines, 0.0, width / fitted.size
    for _ in range(_HALVINGS):
        room = (narrow + wide) / 2
        lines = _break(measured, face, room=room, divide=False)
        if lines is not None and len(lines) == len(best):
            best, wide = lines, room
        else:
            narrow = room
    return FittedText(fitted.style, fitted.size, best)


_Measured = Sequence[tuple[str, float]]


def _break(words: _Measured, face: Font, *, room: float, divide: bool) -> tuple[str, ...] | None:
    """Fill lines with words; `room` and the widths of words are in units of the size."""
    space = face.advance(" ") / 1000
    lines: list[str] = []
    line, used = "", 0.0
    for word, width in words:
        if line and used + space + width <= room:
            line, used = f"{line} {word}", used + space + width
            continue
        if line:
            lines.append(line)
        line, used = word, width
        if width > room:
            if not divide:
                return None
            lines.extend(_divide(word, face, room=room))
            line = lines.pop()
            used = face.advance(line) / 1000
    return (*lines, line) if line else tuple(lines)


def _divide(word: str, face: Font, *, room: float) -> list[str]:
    """Cut a word that is wider than a line into pieces: after a sign if one is near, else at any character."""
    pieces: list[str] = []
    while face.advance(word) / 1000 > room:
        fitting = 1
        while face.advance(word[: fitting + 1]) / 1000 <= room:
            fitting += 1
        cut = next((at for at in range(fitting, fitting // 2, -1) if word[at - 1] in _BREAK_AFTER), fitting)
        while cut > 1 and word[cut - 1] in "-\u2010\u00ad":
            cut -= 1
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]
