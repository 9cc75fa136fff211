"""Make foreign text harmless for a terminal, measure it in columns, and wrap it.

Control characters, escape sequences, bidi controls, line separators and invisible characters are shown as `<U+202E>`
instead of being sent, so an entry can neither move the cursor nor fake a line (S21).
"""

import unicodedata
from collections.abc import Iterator

WIDTH = 80
_SHOWN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def harmless(text: str) -> str:
    """Return a text in which every character that acts, or cannot be seen, is written out."""
    return "".join(_shown(character) for character in unicodedata.normalize("NFC", text))


def columns(text: str) -> int:
    """Return how many terminal columns a harmless text takes; Hangul and Hanja take two."""
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


def _shown(character: str) -> str:
    if unicodedata.category(character) in _SHOWN_CATEGORIES or character in _FILLERS:
        return f"<U+{ord(character):04X}>"
    return " " if character.isspace() else character


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _words(text: str, width: int) -> Iterator[str]:
    """Yield the words of a text, those wider than a line in pieces."""
    for word in text.split():
        piece = ""
        for character in word:
            if columns(piece + character) > width:
                yield piece
                piece = ""
            piece += character
        yield piece
