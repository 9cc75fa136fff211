"""The stream code: marked text as few bytes, Hangul in two bytes a syllable, dictionary words in one or two.

Rules of the code (docs/formats/qr-payload.md section 4), by the byte at the start of a character:

* 00 to 16: a mark (its meaning is the business of `structure`)
* 17 to 1F and F8 to FE: the dictionary's first 16 words
* 20 to 7F: ASCII
* 80 to 9F, then 00 to 7F: the other words
* A0 to F7, then 00 to 7F: a Hangul syllable, U+AC00 and up
* FF: the UTF-8 bytes of one other character follow

Words stand for text that may hold marks, never for other words.
"""

from collections.abc import Sequence

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.limits import MAX_INFLATED_BYTES

FIRST_WORD = 0xE000  # in marked text a word is a private-use character
SINGLE_WORDS = (*range(0x17, 0x20), *range(0xF8, 0xFF))
MAX_WORDS = len(SINGLE_WORDS) + 0x20 * 0x80
_SINGLE_NUMBERS = {byte: number for number, byte in enumerate(SINGLE_WORDS)}
_FIRST_HANGUL, _LAST_HANGUL = 0xAC00, 0xD7A3
_HANGUL_LEAD, _WORD_LEAD, _ESCAPE = 0xA0, 0x80, 0xFF
_UTF8_LENGTH = {0xC: 2, 0xD: 2, 0xE: 3, 0xF: 4}  # by the first four bits


def encode_stream(marked: str) -> bytes:
    """Write marked text, in which words are private-use characters from U+E000, as bytes of the stream code."""
    out = bytearray()
    for character in marked:
        code = ord(character)
        if code < 0x80:
            out.append(code)
        elif _FIRST_HANGUL <= code <= _LAST_HANGUL:
            high, low = divmod(code - _FIRST_HANGUL, 0x80)
            out += bytes((_HANGUL_LEAD + high, low))
        elif FIRST_WORD <= code < FIRST_WORD + MAX_WORDS:
            out += _word_bytes(code - FIRST_WORD)
        else:
            out.append(_ESCAPE)
            out += character.encode()
    return bytes(out)


def decode_stream(data: bytes, words: Sequence[str]) -> str:
    """Read bytes of the stream code, putting in the text of the words; the answer holds marks but no words.

    Raises:
        QrPayloadError: kind `stream` for a byte that has no meaning where it stands; `too_large` beyond 64 KiB of text.
    """
    out: list[str] = []
    size = at = 0
    try:
        while at < len(data):
            text, at = _decode_one(data, at, words)
            size += len(text)
            if size > MAX_INFLATED_BYTES:
                raise QrPayloadError("too_large", f"expected at most {MAX_INFLATED_BYTES} characters in the stream")
            out.append(text)
    except (IndexError, UnicodeDecodeError) as error:
        raise QrPayloadError("stream", "expected whole characters and words of this dictionary") from error
    return "".join(out)


def _word_bytes(number: int) -> bytes:
    if number < len(SINGLE_WORDS):
        return bytes((SINGLE_WORDS[number],))
    high, low = divmod(number - len(SINGLE_WORDS), 0x80)
    return bytes((_WORD_LEAD + high, low))


def _decode_one(data: bytes, at: int, words: Sequence[str]) -> tuple[str, int]:
    """Return the text of the character at `at` and the place of the next; IndexError where bytes or words run out."""
    lead = data[at]
    if lead in _SINGLE_NUMBERS:
        return words[_SINGLE_NUMBERS[lead]], at + 1
    if lead < _WORD_LEAD:
        return chr(lead), at + 1
    if lead == _ESCAPE:
        return _decode_escaped(data, at + 1)
    low = data[at + 1]
    if low >= 0x80:
        raise QrPayloadError("stream", "expected a second byte below 80 hexadecimal")
    if lead < _HANGUL_LEAD:
        return words[len(SINGLE_WORDS) + (lead - _WORD_LEAD) * 0x80 + low], at + 2
    code = _FIRST_HANGUL + (lead - _HANGUL_LEAD) * 0x80 + low
    if code > _LAST_HANGUL:
        raise QrPayloadError("stream", "expected a Hangul syllable")
    return chr(code), at + 2


def _decode_escaped(data: bytes, at: int) -> tuple[str, int]:
    length = _UTF8_LENGTH.get(data[at] >> 4, 1)
    character = data[at : at + length].decode("utf-8")
    code = ord(character)
    if code < 0x80 or _FIRST_HANGUL <= code <= _LAST_HANGUL or FIRST_WORD <= code < FIRST_WORD + MAX_WORDS:
        raise QrPayloadError("stream", "expected no escape for a character that has its own code")
    return character, at + length
