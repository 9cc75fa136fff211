"""The stream code: marked text as bits, each symbol in a prefix code that is chosen by the symbol before it.

A symbol is a character, a mark, or a dictionary word (a longer text). After most symbols few others are likely, so each
symbol names the table for the next one: a canonical prefix code over some symbols. What a table lacks follows the
symbol GENERAL in table 0, which knows every symbol; what no table knows follows OTHER as a code point of 21 bits. END
closes the stream; zero bits fill its last byte.

In marked text a word is one character of plane 15, U+F0000 plus the number of its symbol.

Source: docs/formats/qr-payload.md section 4
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.limits import MAX_INFLATED_BYTES
from keys.values import dataclass

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

    `symbols` has the symbol of each code, a text of binary digits, for a reader.
    """

    def __init__(self, lengths: Mapping[int, int]) -> None:
        self.symbols: dict[str, int] = {}
        code = last = 0
        for symbol, length in sorted(lengths.items(), key=lambda pair: (pair[1], pair[0])):
            code <<= length - last
            self.symbols[f"{code:0{length}b}"] = symbol
            code, last = code + 1, length

    @cached_property
    def codes(self) -> Mapping[int, str]:
        """The code of each symbol, for a writer."""
        return {symbol: bits for bits, symbol in self.symbols.items()}


@dataclass(frozen=True, slots=True)
class StreamCode:
    """The code of one dictionary.

    Args:
        texts: of the symbols from `FIRST_SYMBOL` on; single characters and marks first, each once.
        contexts: for every symbol the number of the table for the next one.
        tables: table 0 knows every symbol but GENERAL; each other one knows GENERAL.
        characters: the symbols of single characters.
    """

    texts: Sequence[str]
    contexts: bytes
    tables: Sequence[Table]
    characters: Mapping[str, int]

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
        symbol, at = _next(self.tables[context], bits, at)
        return _next(self.tables[0], bits, at) if symbol == GENERAL else (symbol, at)

    def _other(self, bits: str, at: int) -> str:
        digits = bits[at : at + _OTHER_BITS]
        code = int(digits, 2) if len(digits) == _OTHER_BITS else -1
        if not _FIRST_PRINTABLE <= code <= _LAST_CHARACTER or code in _SURROGATES or code in WORD_AREA:
            raise QrPayloadError("stream", "expected a character")
        if chr(code) in self.characters:
            raise QrPayloadError("stream", "expected no code point for a character that has its own code")
        return chr(code)


def _next(table: Table, bits: str, at: int) -> tuple[int, int]:
    for end in range(at + 1, min(at + MAX_CODE_BITS, len(bits)) + 1):
        symbol = table.symbols.get(bits[at:end])
        if symbol is not None:
            return symbol, end
    raise QrPayloadError("stream", "expected a code of this dictionary")
