"""The published dictionaries of the QR payload: symbols, and the prefix codes of the stream code.

A published dictionary never changes: with another one a payload would decode to another text. Each file is pinned by
its SHA-256, and `build` makes it again from the vocabulary beside it.

File: the counts of characters, frames and names, two bytes each; then these texts in UTF-8, each after one byte with
its length; for every symbol one byte with the number of the table after it; for every symbol one byte with the length
of its code in table 0; one byte with the count of the other tables; and for each of them two bytes with the count of
its entries, each two bytes of a symbol and one of a length.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import overload

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.stream import FIRST_SYMBOL, StreamCode, Table
from credential_schemas.qr.words import WordFinder

CURRENT = 1
SHA256 = {1: "6065050dad1c97cd6f244d67026128ca2e6b746b91bf1175a7dc0d1046bc910a"}


class Dictionary:
    """One dictionary: its stream code, and finders of frames and names for a writer."""

    def __init__(self, code: StreamCode, *, frames: range, names: range) -> None:
        self.code = code
        self._frames = frames
        self._names = names

    @cached_property
    def frames(self) -> WordFinder:
        """Finds the words that may hold marks, which are replaced after the marks are set."""
        return self._finder(self._frames)

    @cached_property
    def names(self) -> WordFinder:
        """Finds the words that are replaced before the marks are set."""
        return self._finder(self._names)

    def _finder(self, symbols: range) -> WordFinder:
        return WordFinder({symbol: self.code.texts[symbol - FIRST_SYMBOL] for symbol in symbols})


@cache
def load_dictionary(number: int) -> Dictionary:
    """Return a published dictionary.

    Raises:
        QrPayloadError: kind `dictionary_unknown`: no dictionary has this number.
    """
    if number not in SHA256:
        raise QrPayloadError("dictionary_unknown", f"expected a dictionary of {sorted(SHA256)}, found {number}")
    data = Path(__file__).with_name(f"v{number}.bin").read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256[number]:
        raise QrPayloadError("dictionary_unknown", f"dictionary {number} is not the published file")
    return read_dictionary(data)


def read_dictionary(data: bytes) -> Dictionary:
    """Read the file of a dictionary, as `build.build_dictionary` makes it."""
    characters, frames, names = (int.from_bytes(data[at : at + 2]) for at in (0, 2, 4))
    texts = _Texts(data, 6, count=characters + frames + names)
    at, total = texts.end, FIRST_SYMBOL + len(texts)
    contexts, general = data[at : at + total], data[at + total : at + 2 * total]
    tables = [Table(range(total), general), *_read_tables(data[at + 2 * total :])]
    code = StreamCode(texts, contexts, tables, single=characters)
    first_name = FIRST_SYMBOL + characters + frames
    return Dictionary(code, frames=range(FIRST_SYMBOL + characters, first_name), names=range(first_name, total))


class _Texts(Sequence[str]):
    """Texts in a file, each after one byte with its length, decoded when they are asked for: a reader needs a few."""

    def __init__(self, data: bytes, at: int, *, count: int) -> None:
        self._data = data
        self._starts = []
        for _ in range(count):
            self._starts.append(at + 1)
            at += 1 + data[at]
        self.end = at

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self._text(start) for start in self._starts[place]]
        return self._text(self._starts[place])

    def _text(self, start: int) -> str:
        return self._data[start : start + self._data[start - 1]].decode()


def _read_tables(data: bytes) -> Iterator[Table]:
    at = 1
    for _ in range(data[0]):
        count = int.from_bytes(data[at : at + 2])
        entries = data[at + 2 : at + 2 + 3 * count]
        symbols = [high << 8 | low for high, low in zip(entries[::3], entries[1::3], strict=True)]
        yield Table(symbols, entries[2::3])
        at += 2 + 3 * count
