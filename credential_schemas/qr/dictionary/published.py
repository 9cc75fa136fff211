"""The published dictionaries of the QR payload: words, and the preset dictionary of DEFLATE.

A published dictionary never changes: with another one a payload would inflate to other bytes. Each file is pinned by
its SHA-256, and `build` makes it again from the vocabulary beside it.

File: the counts of frames and of names, two bytes each; then the words in the stream code, each after one byte with its
length: first the frames, which may hold marks, then the names, which are looked for before the marks are set; the rest
is the preset dictionary.
"""

import hashlib
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import overload

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.stream import decode_stream
from credential_schemas.qr.words import WordFinder

CURRENT = 1
SHA256 = {1: "cec2b0d39cf9a605c347f853b2b986537bd5640497d0ef9552f9e1d95534994f"}


class Words(Sequence[str]):
    """The words of a dictionary by number, each decoded when it is first asked for: a reader needs few of them."""

    def __init__(self, coded: tuple[bytes, ...]) -> None:
        self._coded = coded
        self._decoded: dict[int, str] = {}

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[each] for each in range(len(self))[number]]
        found = self._decoded.get(number)
        if found is None:
            found = self._decoded[number] = decode_stream(self._coded[number], ())
        return found

    def __len__(self) -> int:
        return len(self._coded)


class Dictionary:
    """One dictionary: numbered words, finders of frames and names for a writer, and the preset of DEFLATE."""

    def __init__(self, words: Words, frame_count: int, preset: bytes) -> None:
        self.words = words
        self.preset = preset
        self._frame_count = frame_count

    @cached_property
    def frames(self) -> WordFinder:
        """Finds the words that may hold marks."""
        return WordFinder(dict(enumerate(self.words[: self._frame_count])))

    @cached_property
    def names(self) -> WordFinder:
        """Finds the words that are replaced before the marks are set."""
        return WordFinder(dict(enumerate(self.words[self._frame_count :], start=self._frame_count)))


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
    frame_count, name_count = (int.from_bytes(data[at : at + 2]) for at in (0, 2))
    coded, at = [], 4
    for _ in range(frame_count + name_count):
        end = at + 1 + data[at]
        coded.append(data[at + 1 : end])
        at = end
    return Dictionary(Words(tuple(coded)), frame_count, data[at:])
