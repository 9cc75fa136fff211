"""Crockford's base32: the 32 symbols in which codes are printed and typed, because none is easily read as another.

Left to the caller: how many symbols a code has, where its randomness comes from, and whether its symbols are permitted.

Source: https://www.crockford.com/base32.html
"""

import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS: Final = 5
"""Bits in one symbol."""
_LOOK_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS: Final = frozenset("-‐‑‒–—―−·._")


def symbols_of(number: int, count: int) -> str:
    """Return the lowest bits of a number as symbols, the lowest first."""
    return "".join(ALPHABET[number >> (BITS * place) & 0b11111] for place in range(count))


def in_groups(symbols: str, *, size: int) -> str:
    """Return symbols as they are printed: groups of a size, joined by hyphens."""
    return "-".join(symbols[start : start + size] for start in range(0, len(symbols), size))


def typed_symbols(text: str) -> str:
    """Return the symbols that somebody meant to type.

    Case, spaces, hyphens of every kind, full-width characters and the look-alikes O, I and L do not matter. Characters
    outside the alphabet stay, for the caller to refuse.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(mark for mark in folded if not mark.isspace() and mark not in _SEPARATORS).translate(_LOOK_ALIKE)
