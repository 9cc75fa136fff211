"""Make foreign text harmless wherever it is shown: on a page, on a terminal, in a file of results.

Control characters, escape sequences, bidi controls, line separators and invisible characters are shown as `<U+202E>`
instead of being sent, so an entry can neither move the cursor nor fake a line (S21). So are letters of scripts that run
from right to left, because a terminal that reorders them also moves what stands beside them, and marks that pile up on
one letter. No certificate has any of these: the faces it is printed in have no shapes for them.
"""

import unicodedata
from typing import Final

MAX_MARKS: Final = 2  # combining marks on one letter, as in Vietnamese written apart
MARKS: Final = frozenset({"Mn", "Me"})
"""The general categories of marks that sit on the letter before them."""

_SHOWN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
_VARIATION_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def harmless(text: str) -> str:
    """Return a text in which every character that acts, or cannot be seen, is written out."""
    parts: list[str] = []
    marks = MAX_MARKS  # a mark that begins the text would sit on whatever stands before it
    for character in unicodedata.normalize("NFC", text):
        is_mark = unicodedata.category(character) in MARKS
        marks = marks + 1 if is_mark else 0
        parts.append(_written_out(character) if marks > MAX_MARKS else _shown(character))
    return "".join(parts)


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
