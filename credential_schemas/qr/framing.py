"""One payload over two to four codes that may be read in any order.

Each code carries a part: one byte, 80 hexadecimal plus sixteen times the number of codes less one plus the number of
this code less one, then the first four bytes of the SHA-256 of the whole payload's bytes, then its share. The four
bytes tie the parts together: codes of two certificates never make one payload.

Source: docs/formats/qr-payload.md section 6
"""

import hashlib
from collections.abc import Iterable

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.limits import MAX_CODES
from credential_schemas.qr.payload import split_qr_text
from keys.values import dataclass

PART_HEAD_BYTES = 5
_PART = 0x80
_MAX_TEXTS = 64  # readings of the same codes, repeated ones included


@dataclass(frozen=True, slots=True)
class _Part:
    number: int
    count: int
    whole: bytes
    share: bytes


def split_into_codes(payload: str, *, codes: int) -> tuple[str, ...]:
    """Split a payload into the payloads of its codes; one code carries it as it is.

    Raises:
        QrPayloadError: kind `digits`: it is no payload; `codes`: more than four codes, or too few bytes for so many.
    """
    packed = bytes_from_digits(payload)
    size = -(-len(packed) // max(codes, 1))
    if not 1 <= codes <= MAX_CODES or size * (codes - 1) >= len(packed):  # the last code must have something to carry
        raise QrPayloadError("codes", f"expected 1 to {MAX_CODES} codes, each with something to carry, found {codes}")
    if codes == 1:
        return (payload,)
    shares = [packed[size * number : size * (number + 1)] for number in range(codes)]
    heads = [bytes((_PART + 16 * (codes - 1) + number,)) + _fingerprint(packed) for number in range(codes)]
    return tuple(digits_from_bytes(head + share) for head, share in zip(heads, shares, strict=True))


def join_codes(texts: Iterable[str]) -> str:
    """Join what was read from one or more codes, in any order, with or without the address before it.

    Returns:
        The payload, for `decode_qr_payload`.

    Raises:
        QrPayloadError: kind `codes_missing` with `.missing`; `codes_mixed` when they belong to different payloads;
            `codes_damaged` when the joined bytes are not what was split; `digits`, `too_large`, `codes`.
    """
    payloads = list(dict.fromkeys(split_qr_text(text)[1] for text in texts))
    if not payloads or len(payloads) > _MAX_TEXTS:
        raise QrPayloadError("codes", "expected the texts of one to four codes")
    parts = [_read_part(bytes_from_digits(payload)) for payload in payloads]
    if len(payloads) == 1 and parts[0] is None:
        return payloads[0]
    found = {part.number: part for part in parts if part is not None}
    first = next(iter(found.values()), None)
    if first is None or len(found) != len(parts) or any(_not_beside(part, first) for part in found.values()):
        raise QrPayloadError("codes_mixed", "expected codes of one certificate, found codes of several")
    missing = tuple(number for number in range(1, first.count + 1) if number not in found)
    if missing:
        named = ", ".join(map(str, missing))
        raise QrPayloadError("codes_missing", f"expected {first.count} codes, missing: {named}", missing=missing)
    packed = b"".join(found[number].share for number in range(1, first.count + 1))
    if _fingerprint(packed) != first.whole:
        raise QrPayloadError("codes_damaged", "expected the bytes that were split, found others")
    return digits_from_bytes(packed)


def _fingerprint(packed: bytes) -> bytes:
    return hashlib.sha256(packed).digest()[:4]


def _not_beside(part: _Part, first: _Part) -> bool:
    return (part.count, part.whole) != (first.count, first.whole)


def _read_part(data: bytes) -> _Part | None:
    """Return the part, or None for a whole payload."""
    if data[0] < _PART:
        return None
    count, number = (data[0] >> 4 & 0x7) + 1, (data[0] & 0xF) + 1
    if not 2 <= count <= MAX_CODES or number > count or len(data) <= PART_HEAD_BYTES:
        raise QrPayloadError("codes", "expected the number of a code, how many there are, and a share of the payload")
    return _Part(number, count, data[1:PART_HEAD_BYTES], data[PART_HEAD_BYTES:])
