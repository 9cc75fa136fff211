"""How much a PDF may cost: refused by its bytes alone, before any parser sees it (S2 of docs/security.md).

A PDF parser follows what the file says, so its cost is the author's choice. Here the file is read once from front to
back, whatever it says: each run of bytes behind the word `stream` is inflated as far as the limits allow, and what
stands outside of streams is counted. Everything is linear in the size of the file and of what the limits permit.

What this cannot see: streams behind two filters, and names written with escapes (`/Ob#6aStm`). Their cost is bounded
by the limits the parser itself is given, and by the CPU limit of the process that reads hostile files.
"""

import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice

from keys.values import dataclass

MIB = 1024 * 1024
MAX_PDF_BYTES = 10 * MIB
MAX_PAGES = 50
MAX_OBJECTS = 20_000
MAX_STREAM_BYTES = 16 * MIB  # one stream, inflated
MAX_ALL_STREAMS_BYTES = 64 * MIB  # all streams of a file, inflated
MAX_SYNTAX_BYTES = 4 * MIB  # everything outside of streams, and inside of object streams: what a parser must read
MAX_CROSS_REFERENCE_BYTES = MAX_OBJECTS * 20  # an entry has at most 20 bytes

_STREAM = re.compile(rb"stream[\x00\t\n\x0c\r ]*")  # also in `endstream`: a search for a fixed beginning is fast
_END = re.compile(rb"endstream")
_OBJECT = re.compile(rb"\d[\x00\t\n\x0c\r ]+obj\b")
_PIECE = 64 * 1024
_DICTIONARY_BEFORE = 1024  # how far before the word `stream` the names of its dictionary are looked for


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that a file exceeds, in words."""

    detail: str


def find_excess(pdf: bytes) -> Excess | None:
    """Find the first limit that the bytes of a file exceed, or None."""
    if len(pdf) > MAX_PDF_BYTES:
        return Excess(f"expected at most {MAX_PDF_BYTES} bytes, found {len(pdf)}")
    objects = [found.start() for found in _OBJECT.finditer(pdf)]
    if len(objects) > MAX_OBJECTS:
        return Excess(f"expected at most {MAX_OBJECTS} objects, found {len(objects)}")
    words = list(islice(_stream_words(pdf), MAX_OBJECTS + 1))
    if len(words) > MAX_OBJECTS:
        return Excess(f"expected at most {MAX_OBJECTS} streams")
    all_streams, syntax = 0, len(pdf)
    for stream in _streams(pdf, objects, words):
        if stream.inflated > stream.limit:
            return Excess(f"expected a stream of at most {stream.limit} bytes when inflated")
        all_streams += stream.inflated
        syntax += stream.inflated if stream.is_syntax else 0
        syntax -= stream.stored
        if all_streams > MAX_ALL_STREAMS_BYTES:
            return Excess(f"expected streams of at most {MAX_ALL_STREAMS_BYTES} bytes together when inflated")
    if syntax > MAX_SYNTAX_BYTES:
        return Excess(f"expected at most {MAX_SYNTAX_BYTES} bytes outside of streams, found {syntax}")
    return None


@dataclass(frozen=True, slots=True)
class _Stream:
    limit: int
    is_syntax: bool  # a parser reads the content as objects or as their places
    stored: int
    inflated: int


def _stream_words(pdf: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each word `stream` begins, and where the white space behind it ends."""
    for found in _STREAM.finditer(pdf):
        if not pdf.endswith(b"end", max(0, found.start() - 3), found.start()):
            yield found.span()


def _streams(pdf: bytes, objects: list[int], words: list[tuple[int, int]]) -> Iterator[_Stream]:
    """Look behind every word `stream`; only `stored` takes the file's word for where a stream ends.

    A stretch that holds the beginning of an object counts as syntax, because a parser may be sent there.
    """
    measured = 0
    ends = [found.start() for found in _END.finditer(pdf)] + [0]
    for word, start in words:
        end = max(ends[bisect_left(ends, start, hi=len(ends) - 1)], start)
        holds_objects = bisect_left(objects, start) != bisect_left(objects, end)
        stored = end - start if start >= measured and not holds_objects else 0
        measured = max(measured, end)
        limit, is_syntax = _limit(pdf[max(0, word - _DICTIONARY_BEFORE) : word])
        yield _Stream(limit=limit, is_syntax=is_syntax, stored=stored, inflated=max(_inflated(pdf, start), stored))


def _inflated(pdf: bytes, start: int) -> int:
    """Count what zlib makes of the bytes at a place, up to one more than a stream may hold; 0 for other data."""
    decompressor = zlib.decompressobj()
    count = 0
    for position in range(start, len(pdf), _PIECE):
        try:
            piece = decompressor.decompress(pdf[position : position + _PIECE], MAX_STREAM_BYTES + 1 - count)
        except zlib.error:
            break
        count += len(piece)
        if decompressor.eof or count > MAX_STREAM_BYTES:
            break
    return count


def _limit(before: bytes) -> tuple[int, bool]:
    """Tell the limit of a stream from the bytes before it, its dictionary among them, and whether it is syntax."""
    dictionary = before[before.rfind(b"obj") :]
    if b"/XRef" in dictionary:
        return MAX_CROSS_REFERENCE_BYTES, True
    if b"/ObjStm" in dictionary:
        return MAX_SYNTAX_BYTES, True
    return MAX_STREAM_BYTES, False
