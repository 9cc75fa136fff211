"""Text for a terminal: made harmless, measured in columns, and wrapped."""

import unicodedata
from collections.abc import Iterator

from credential_schemas.look.harmless import MARKS, MAX_MARKS, harmless

__all__ = ["MAX_MARKS", "WIDTH", "columns", "harmless", "padded", "wrapped"]

WIDTH = 80


def columns(text: str) -> int:
    """Return how many terminal columns a harmless text takes; Hangul and Hanja take two."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def wrapped(text: str, *, width: int) -> list[str]:
    """Break a harmless text into lines of at most `width` columns, at spaces where there are any."""
    lines, line = [], ""
    for word in _words(text, width):
        longer = f"{line} {word}" if line else word
        if columns(longer) <= width:
            line = longer
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def padded(text: str, *, width: int) -> str:
    """Return a harmless text with spaces behind it up to `width` columns."""
    return text + " " * max(0, width - columns(text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _words(text: str, width: int) -> Iterator[str]:
    """Yield the words of a text, those wider than a line in pieces."""
    for word in text.split():
        piece, taken = "", 0
        for character in word:
            needed = _columns_of(character)
            if taken + needed > width:
                yield piece
                piece, taken = "", 0
            piece, taken = piece + character, taken + needed
        yield piece
