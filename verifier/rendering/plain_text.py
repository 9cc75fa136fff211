"""Make foreign text harmless for a terminal, measure it in columns, and wrap it.

Control characters, escape sequences, bidi controls, line separators and invisible characters are shown as `<U+202E>`
instead of being sent, so an entry can neither move the cursor nor fake a line (S21). So are letters of scripts that run
from right to left, because a terminal that reorders them also moves what stands beside them, and marks that pile up on
one letter. No certificate has any of these: the faces it is printed in have no shapes for them.
"""

import unicodedata
from collections.abc import Iterator

WIDTH = 80
MAX_MARKS = 2  # combining marks on one letter, as in Vietnamese written apart
_SHOWN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_MARKS = frozenset({"Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def harmless(text: str) -> str:
    """Return a text in which every character that acts, or cannot be seen, is written out."""
    parts: list[str] = []
    marks = MAX_MARKS  # a mark that begins the text would sit on whatever stands before it
    for character in unicodedata.normalize("NFC", text):
        is_mark = unicodedata.category(character) in _MARKS
        marks = marks + 1 if is_mark else 0
        parts.append(_written_out(character) if marks > MAX_MARKS else _shown(character))
    return "".join(parts)


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


def _shown(character: str) -> str:
    if (
        unicodedata.category(character) in _SHOWN_CATEGORIES
        or unicodedata.bidirectional(character) in _RIGHT_TO_LEFT
        or character in _FILLERS
        or any(ord(character) in selectors for selectors in _VARIATION_SELECTORS)
    ):
        return _written_out(character)
    return " " if character.isspace() else character


def _written_out(character: str) -> str:
    return f"<U+{ord(character):04X}>"


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in _MARKS:
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
