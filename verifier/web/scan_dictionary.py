"""The code dictionary as it travels to browsers: the same bytes after `scan_dictionary.js`, smaller under gzip.

Form, numbers with the high byte first: the length of the published file (4 bytes), its characters, words and the
alphabet, counted (2 each), the first six bytes of the file, the lengths of four parts (4 each), the parts, and then the
file from the end of its words on.

1. The code points of the characters, each less the one before it, 3 bytes.
2. The words without their stretches of other than ASCII, for which 0xFF stands; 0xFE ends a word.
3. The alphabet of these stretches as UTF-8, the most frequent character first.
4. The stretches by places in the alphabet: 1 to 200 for the first 200, a byte of 201 to 255 and another one for the
   rest; 0 ends a stretch.

Source: docs/formats/qr-payload.md section 7 for the file itself
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

_HEAD_BYTES: Final = 6
_WORD_ENDS: Final = b"\xfe"
_STRETCH: Final = b"\xff"
_SHORT: Final = 200
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_DELTAS: Final = 1 << 24


def travelling(dictionary: bytes) -> bytes:
    """Return a published dictionary in the form of this module."""
    characters, frames, names = (int.from_bytes(dictionary[at : at + 2]) for at in (0, 2, 4))
    texts, end = _texts(dictionary, characters + frames + names)
    words = texts[characters:]
    stretches = [stretch for word in words for stretch in _NOT_ASCII.findall(word)]
    alphabet = [character for character, _ in Counter("".join(stretches)).most_common()]
    places = {character: place for place, character in enumerate(alphabet)}
    parts = (
        b"".join(_deltas(texts[:characters])),
        b"".join(_STRETCH.join(each.encode() for each in _NOT_ASCII.split(word)) + _WORD_ENDS for word in words),
        "".join(alphabet).encode(),
        b"".join(b"".join(_code(places[each]) for each in stretch) + b"\0" for stretch in stretches),
    )
    counts = (characters, len(words), len(alphabet))
    head = len(dictionary).to_bytes(4) + b"".join(count.to_bytes(2) for count in counts)
    lengths = b"".join(len(part).to_bytes(4) for part in parts)
    return head + dictionary[:_HEAD_BYTES] + lengths + b"".join(parts) + dictionary[end:]


def _texts(dictionary: bytes, count: int) -> tuple[list[str], int]:
    """Return the texts of a file, and where they end."""
    texts: list[str] = []
    at = _HEAD_BYTES
    while len(texts) < count:
        end = at + 1 + dictionary[at]
        texts.append(dictionary[at + 1 : end].decode())
        at = end
    return texts, at


def _deltas(characters: list[str]) -> Iterator[bytes]:
    before = 0
    for character in characters:
        yield ((ord(character) - before) % _DELTAS).to_bytes(3)
        before = ord(character)


def _code(place: int) -> bytes:
    if place < _SHORT:
        return bytes((1 + place,))
    high, low = divmod(place - _SHORT, 256)
    return bytes((1 + _SHORT + high, low))
