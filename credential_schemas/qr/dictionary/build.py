"""Builds a dictionary file from its vocabulary, always to the same bytes.

The vocabulary is text in six parts: `[characters]`, one line; `[frames]` and `[names]`, one word a line; `[contexts]`,
for every symbol the number of the table after it; `[general]`, for every symbol the length of its code in table 0, 0
for none; `[tables]`, a line for each other table, `symbol:length` for each of its symbols. A mark is written `{04}`,
its number in hexadecimal.
"""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from credential_schemas.qr.stream import FIRST_SYMBOL, GENERAL, MAX_CODE_BITS, OTHER

MAX_WORD_BYTES = 255
MAX_TABLES = 255  # beside table 0
MAX_SYMBOLS = 0xFFFF
_MARK = re.compile(r"\{([01][0-9A-F])\}")
# A name is replaced before the marks are set: one that a digest or a key id may hold by chance would spoil their marks.
LIKE_A_DIGEST = re.compile(r"[A-Za-z0-9_-]{1,8}", re.ASCII)
_PARTS = ("characters", "frames", "names", "contexts", "general", "tables")
_VOCABULARY = re.compile(r"(?:#.*\n)*" + "".join(rf"\[{part}\]\n(.*)\n" for part in _PARTS), re.DOTALL)


def build_dictionary(vocabulary: str) -> bytes:
    """Build the bytes of a dictionary file.

    Raises:
        ValueError: parts are missing, a symbol occurs twice, there are too many, or lengths are no complete code.
    """
    match = _VOCABULARY.fullmatch(vocabulary)
    if match is None:
        raise ValueError("expected the parts [characters], [frames], [names], [contexts], [general] and [tables]")
    characters = list(_with_marks(match.group(1)))
    frames, names = ([_with_marks(line) for line in match.group(at).split("\n")] for at in (2, 3))
    texts = [*characters, *frames, *names]
    count = FIRST_SYMBOL + len(texts)
    if len(set(texts)) != len(texts) or "" in texts:
        raise ValueError("expected each symbol once, and no empty one")
    if any(LIKE_A_DIGEST.fullmatch(name) for name in names):
        raise ValueError("expected no name that could stand in a digest by chance")
    if count > MAX_SYMBOLS:
        raise ValueError(f"expected at most {MAX_SYMBOLS} symbols")
    coded = [text.encode() for text in texts]
    if max(map(len, coded)) > MAX_WORD_BYTES:
        raise ValueError(f"expected words of at most {MAX_WORD_BYTES} bytes")
    contexts, general = ([int(number) for number in match.group(at).split()] for at in (4, 5))
    tables = [_read_table(line) for line in match.group(6).split("\n")]
    if len(tables) > MAX_TABLES or len(contexts) != count or len(general) != count or max(contexts) > len(tables):
        raise ValueError(f"expected at most {MAX_TABLES} tables, and a context and a length for each symbol")
    _check_general(general)
    for table in tables:
        _check_table(table, count)
    counts = b"".join(number.to_bytes(2) for number in (len(characters), len(frames), len(names)))
    words = b"".join(bytes((len(text),)) + text for text in coded)
    return counts + words + bytes(contexts) + bytes(general) + bytes((len(tables),)) + b"".join(map(_packed, tables))


def _read_table(line: str) -> dict[int, int]:
    pairs = (pair.split(":") for pair in line.split())
    return {int(symbol): int(length) for symbol, length in pairs}


def _check_general(lengths: list[int]) -> None:
    present = {symbol: length for symbol, length in enumerate(lengths) if length}
    if present.keys() != set(range(len(lengths))) - {GENERAL} or not _is_complete(present.values()):
        raise ValueError("expected a complete prefix code of every symbol but GENERAL in table 0")


def _check_table(table: Mapping[int, int], count: int) -> None:
    if GENERAL not in table or max(table) >= count or OTHER in table or not _is_complete(table.values()):
        raise ValueError("expected complete prefix codes with GENERAL, and without OTHER, in every other table")


def _is_complete(lengths: Iterable[int]) -> bool:
    """Return whether every sequence of bits means something (Kraft's sum is 1) and no code is too long."""
    given = list(lengths)
    return max(given) <= MAX_CODE_BITS and min(given) > 0 and sum(Fraction(1, 2**length) for length in given) == 1


def _packed(table: Mapping[int, int]) -> bytes:
    entries = (symbol.to_bytes(2) + bytes((length,)) for symbol, length in sorted(table.items()))
    return len(table).to_bytes(2) + b"".join(entries)


def _with_marks(line: str) -> str:
    return _MARK.sub(lambda match: chr(int(match.group(1), 16)), line)
