"""Bytes as decimal digits: the form that a QR code packs at 3.33 bits a digit, and any URL fragment takes.

17 bytes become 41 digits, the last 1 to 16 bytes the fewest digits that hold them; each block is one big-endian number
with leading zeros. The number of digits fixes the number of bytes, and a number too large for its block is refused,
so exactly one text stands for given bytes.

Source: docs/formats/qr-payload.md section 2
"""

import re

from credential_schemas.errors import QrPayloadError

_BLOCK_BYTES = 17
_DIGITS_FOR_BYTES = tuple(len(str(256**count - 1)) if count else 0 for count in range(_BLOCK_BYTES + 1))
_BYTES_FOR_DIGITS = {digits: count for count, digits in enumerate(_DIGITS_FOR_BYTES)}
_BLOCK_DIGITS = _DIGITS_FOR_BYTES[_BLOCK_BYTES]
_ONLY_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def digits_from_bytes(data: bytes) -> str:
    """Write bytes as decimal digits, in blocks of 17 bytes and 41 digits."""
    blocks = (data[start : start + _BLOCK_BYTES] for start in range(0, len(data), _BLOCK_BYTES))
    return "".join(str(int.from_bytes(block)).zfill(_DIGITS_FOR_BYTES[len(block)]) for block in blocks)


def bytes_from_digits(text: str) -> bytes:
    """Read what `digits_from_bytes` wrote.

    Raises:
        QrPayloadError: kind `digits`: another character, an impossible number of digits, or a block out of range.
    """
    if not _ONLY_DIGITS.fullmatch(text):
        raise QrPayloadError("digits", "expected decimal digits only")
    blocks = []
    for start in range(0, len(text), _BLOCK_DIGITS):
        block = text[start : start + _BLOCK_DIGITS]
        size = _BYTES_FOR_DIGITS.get(len(block))
        number = int(block)
        if size is None or number >= 256**size:
            raise QrPayloadError("digits", "expected blocks of 41 digits that hold 17 bytes, the last one shorter")
        blocks.append(number.to_bytes(size))
    return b"".join(blocks)
