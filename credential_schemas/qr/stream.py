"""The stream code: marked text as bits, each symbol in a prefix code that is chosen by the symbol before it.

A symbol is a character, a mark, or a dictionary word (a longer text). After most symbols few others are likely, so each
symbol names the table for the next one: a canonical prefix code over some symbols. What a table lacks follows the
symbol GENERAL in table 0, which knows every symbol; what no table knows follows OTHER as a code point of 21 bits. END
closes the stream; zero bits fill its last byte.

In marked text a word is one character of plane 15, U+F0000 plus the number of its symbol.

Source: docs/formats/qr-payload.md section 4
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.limits import MAX_INFLATED_BYTES

END, OTHER, GENERAL = 0, 1, 2
FIRST_SYMBOL = 3  # the first with a text
FIRST_WORD = 0xF0000
WORD_AREA = range(0xF0000, 0x100000)
MAX_CODE_BITS = 24
_OTHER_BITS = 21
_SURROGATES = range(0xD800, 0xE000)
_LAST_CHARACTER = 0x10FFFF
_FIRST_PRINTABLE = 0x20


class Table:
    """One canonical prefix code: codes by rising length, then by rising number of the symbol.

    What reading and writing need is worked out when they are first asked for: a stream uses a few of the tables.

    Args:
        symbols: rising.
        lengths: bits of the code of each, 0 for a symbol that has none.
    """

    def __init__(self, symbols: Sequence[int], lengths: bytes) -> None:
        self._symbols = symbols
        self._lengths = lengths
        self._found: dict[int, list[int]] = {}

    def read(self, bits: str, at: int) -> tuple[int, int]:
        """Return the symbol whose code stands at a place, and the place behind it.

        Raises:
            QrPayloadError: kind `stream`: no code stands there.
        """
        limits, rows = self._rows
        following = int(bits[at : at + MAX_CODE_BITS].ljust(MAX_CODE_BITS, "0"), 2)
        row = bisect_right(limits, following)
        if row < len(rows):
            length, first = rows[row]
            if at + length <= len(bits):
                return self._symbols_of(length)[(following >> MAX_CODE_BITS - length) - first], at + length
        raise QrPayloadError("stream", "expected a code of this dictionary")

    @cached_property
    def codes(self) -> Mapping[int, str]:
        """The code of each symbol, for a writer."""
        return {
            symbol: f"{code:0{length}b}"
            for length, first in self._rows[1]
            for code, symbol in enumerate(self._symbols_of(length), first)
        }

    @cached_property
    def _rows(self) -> tuple[list[int], list[tuple[int, int]]]:
        """For each length that codes have: the first number of 24 bits behind its codes; the length, its first code."""
        limits, rows = [], []
        code = last = 0
        for length in range(1, MAX_CODE_BITS + 1):
            count = self._lengths.count(length)
            if count:
                code <<= length - last
                rows.append((length, code))
                code, last = code + count, length
                limits.append(code << MAX_CODE_BITS - length)
        return limits, rows

    def _symbols_of(self, length: int) -> list[int]:
        """Return the symbols whose codes have this length, in order."""
        found = self._found.get(length)
        if found is None:
            places = re.finditer(re.escape(bytes((length,))), self._lengths)
            found = self._found[length] = [self._symbols[place.start()] for place in places]
        return found


class StreamCode:
    """The code of one dictionary.

    Args:
        texts: of the symbols from `FIRST_SYMBOL` on; single characters and marks first, each once.
        contexts: for every symbol the number of the table for the next one.
        tables: table 0 knows every symbol but GENERAL; each other one knows GENERAL.
        single: how many of the texts are single characters or marks.
    """

    def __init__(self, texts: Sequence[str], contexts: bytes, tables: Sequence[Table], *, single: int) -> None:
        self.texts = texts
        self.contexts = contexts
        self.tables = tables
        self._single = single

    @cached_property
    def characters(self) -> Mapping[str, int]:
        """The symbols of single characters."""
        return {text: symbol for symbol, text in enumerate(islice(self.texts, self._single), FIRST_SYMBOL)}

    def encode(self, marked: str) -> bytes:
        """Write marked text, in which words are characters of plane 15."""
        bits: list[str] = []
        context = 0
        for character in marked:
            symbol = self._symbol_of(character)
            context = self._write(bits, symbol, context)
            if symbol == OTHER:
                bits.append(f"{ord(character):0{_OTHER_BITS}b}")
        self._write(bits, END, context)
        written = "".join(bits)
        size = -(-len(written) // 8)
        return int(written.ljust(8 * size, "0"), 2).to_bytes(size)

    def decode(self, data: bytes) -> tuple[str, int]:
        """Read marked text, putting in the texts of the words, from the beginning of some bytes.

        Returns:
            The text, which holds marks but no words, and how many bytes it took.

        Raises:
            QrPayloadError: kind `stream`: bits that mean nothing where they stand; `too_large`: over 64 Ki characters.
        """
        bits = "".join(f"{byte:08b}" for byte in data)
        out: list[str] = []
        size = at = context = 0
        while True:
            symbol, at = self._read(bits, at, context)
            if symbol == END:
                break
            if symbol == OTHER:
                text, at = self._other(bits, at), at + _OTHER_BITS
            else:
                text = self.texts[symbol - FIRST_SYMBOL]
            context = self.contexts[symbol]
            size += len(text)
            if size > MAX_INFLATED_BYTES:
                raise QrPayloadError("too_large", f"expected at most {MAX_INFLATED_BYTES} characters in the stream")
            out.append(text)
        used = -(-at // 8)
        if "1" in bits[at : 8 * used]:
            raise QrPayloadError("stream", "expected zero bits behind the end of the stream")
        return "".join(out), used

    def _symbol_of(self, character: str) -> int:
        code = ord(character)
        return code - FIRST_WORD if code in WORD_AREA else self.characters.get(character, OTHER)

    def _write(self, bits: list[str], symbol: int, context: int) -> int:
        """Append the code of a symbol and return the number of the table after it."""
        code = self.tables[context].codes.get(symbol)
        if code is None:
            bits.append(self.tables[context].codes[GENERAL])
            code = self.tables[0].codes[symbol]
        bits.append(code)
        return self.contexts[symbol]

    def _read(self, bits: str, at: int, context: int) -> tuple[int, int]:
        symbol, at = self.tables[context].read(bits, at)
        return self.tables[0].read(bits, at) if symbol == GENERAL else (symbol, at)

    def _other(self, bits: str, at: int) -> str:
        digits = bits[at : at + _OTHER_BITS]
        code = int(digits, 2) if len(digits) == _OTHER_BITS else -1
        if not _FIRST_PRINTABLE <= code <= _LAST_CHARACTER or code in _SURROGATES or code in WORD_AREA:
            raise QrPayloadError("stream", "expected a character")
        if chr(code) in self.characters:
            raise QrPayloadError("stream", "expected no code point for a character that has its own code")
        return chr(code)
