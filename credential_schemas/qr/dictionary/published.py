"""The published dictionaries of the QR payload: symbols, and the prefix codes of the stream code.

A published dictionary never changes: with another one a payload would decode to another text. Each file is pinned by
its SHA-256, and `build` makes it again from the vocabulary beside it.

File: the counts of characters, frames and names, two bytes each; then these texts in UTF-8, each after one byte with
its length; for every symbol one byte with the number of the table after it; for every symbol one byte with the length
of its code in table 0; one byte with the count of the other tables; and for each of them two bytes with the count of
its entries, each two bytes of a symbol and one of a length.
"""

import hashlib
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.resources import files

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
    data = (files(__package__) / f"v{number}.bin").read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256[number]:
        raise QrPayloadError("dictionary_unknown", f"dictionary {number} is not the published file")
    return read_dictionary(data)


def read_dictionary(data: bytes) -> Dictionary:
    """Read the file of a dictionary, as `build.build_dictionary` makes it."""
    counts = [int.from_bytes(data[at : at + 2]) for at in (0, 2, 4)]
    texts, at = [], 6
    for _ in range(sum(counts)):
        end = at + 1 + data[at]
        texts.append(data[at + 1 : end].decode())
        at = end
    total = FIRST_SYMBOL + len(texts)
    contexts, general = data[at : at + total], data[at + total : at + 2 * total]
    tables = [Table({symbol: length for symbol, length in enumerate(general) if length})]
    tables += _read_tables(data[at + 2 * total :])
    characters = {text: FIRST_SYMBOL + place for place, text in enumerate(texts[: counts[0]])}
    frames = range(FIRST_SYMBOL + counts[0], FIRST_SYMBOL + counts[0] + counts[1])
    return Dictionary(StreamCode(texts, contexts, tables, characters), frames=frames, names=range(frames.stop, total))


def _read_tables(data: bytes) -> Iterator[Table]:
    at = 1
    for _ in range(data[0]):
        count = int.from_bytes(data[at : at + 2])
        entries = (data[place : place + 3] for place in range(at + 2, at + 2 + 3 * count, 3))
        yield Table({int.from_bytes(entry[:2]): entry[2] for entry in entries})
        at += 2 + 3 * count
