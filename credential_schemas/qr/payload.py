"""The QR payload: a credential as decimal digits, without loss.

Bytes before they become digits: format (1 structured, 2 plain), number of the dictionary (0 for plain), the first four
bytes of the SHA-256 of the credential's text, then the body. `encode_qr_payload` decodes what it made before it answers
and falls back to the plain format, so `decode(encode(x)) == x` holds for every token it accepts. Decoding proves only
that the text is whole: the credential is as unverified as before.

Source: docs/formats/qr-payload.md
"""

import hashlib
import re
import zlib

from credential_schemas.errors import QrPayloadError, QrPayloadTooLarge
from credential_schemas.qr.dictionary import CURRENT, load_dictionary
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.limits import (
    MAX_CREDENTIAL_CHARACTERS,
    MAX_INFLATED_BYTES,
    MAX_PACKED_BYTES,
    MAX_TEXT_CHARACTERS,
)
from credential_schemas.qr.stream import decode_stream, encode_stream
from credential_schemas.qr.structure import put_together, take_apart

STRUCTURED, PLAIN = 1, 2
_CHECK_BYTES = 4
_HEAD_BYTES = 2 + _CHECK_BYTES
_DEFLATED, _LONG = 0x80, 0x60  # beside the length of the stream: below 96 as it is, longer ones in two bytes
_MAX_STREAM_BYTES = _LONG + 0x1FFF
_TOKEN = re.compile(r"[!-}]*~[!-~]*", re.ASCII)
_STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED)


def encode_qr_payload(credential: str) -> str:
    """Pack a credential into the digits of a QR code's numeric mode.

    Args:
        credential: compact SD-JWT as issued; any other printable ASCII text with a `~` is packed too, less densely.

    Raises:
        QrPayloadError: kind `credential`: it is no such text.
        QrPayloadTooLarge: it does not fit the most that codes can carry.
    """
    if not _TOKEN.fullmatch(credential):
        raise QrPayloadError("credential", "expected printable ASCII text with a tilde")
    if len(credential) > MAX_CREDENTIAL_CHARACTERS:
        raise QrPayloadTooLarge(None, f"expected at most {MAX_CREDENTIAL_CHARACTERS} characters")
    packed = _pack_structured(credential)
    if packed is None or not _unpacks_to(packed, credential):
        packed = _head(PLAIN, 0, credential) + _deflate(credential.encode("ascii"), b"")
    if len(packed) > MAX_PACKED_BYTES:
        raise QrPayloadTooLarge(None, f"expected at most {MAX_PACKED_BYTES} packed bytes, found {len(packed)}")
    return digits_from_bytes(packed)


def decode_qr_payload(text: str) -> str:
    """Rebuild the exact credential from a payload, whole or joined from several codes.

    Raises:
        QrPayloadError: `kind` says why: `digits`, `too_large`, `format_unknown`, `dictionary_unknown`,
            `code_of_several`, `compression`, `stream`, `structure`, `check`.
    """
    if len(text) > MAX_TEXT_CHARACTERS * 4:
        raise QrPayloadError("too_large", "expected at most what four codes carry")
    return _unpack(bytes_from_digits(text))


def qr_text(verify_url: str, payload: str) -> str:
    """Return what the code says: the address of the verify page, and the payload as its fragment.

    Raises:
        QrPayloadError: kind `address`: the address is not printable ASCII, or has a fragment already.
    """
    if not re.fullmatch(r"[!-~]+", verify_url, re.ASCII) or "#" in verify_url:
        raise QrPayloadError("address", "expected a printable ASCII address without a fragment")
    return f"{verify_url}#{payload}"


def split_qr_text(text: str) -> tuple[str | None, str]:
    """Split what a code says into the address (None when there is only a payload) and the payload, neither checked.

    Raises:
        QrPayloadError: kind `too_large`: longer than any QR code of ours.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise QrPayloadError("too_large", f"expected at most {MAX_TEXT_CHARACTERS} characters of QR text")
    address, mark, payload = text.strip().rpartition("#")
    return (address if mark else None), payload


def _head(form: int, dictionary: int, credential: str) -> bytes:
    return bytes((form, dictionary)) + _check_value(credential)


def _check_value(credential: str) -> bytes:
    return hashlib.sha256(credential.encode("ascii")).digest()[:_CHECK_BYTES]


def _pack_structured(credential: str) -> bytes | None:
    dictionary = load_dictionary(CURRENT)
    taken = take_apart(credential, replace_names=dictionary.names.replace)
    if taken is None:
        return None
    stream = encode_stream(dictionary.frames.replace(taken.marked))
    deflated = _deflate(stream, dictionary.preset)
    flag, stream = (_DEFLATED, deflated) if len(deflated) < len(stream) else (0, stream)
    if len(stream) > _MAX_STREAM_BYTES:
        return None
    return _head(STRUCTURED, CURRENT, credential) + _length_bytes(flag, len(stream)) + stream + taken.values


def _length_bytes(flag: int, length: int) -> bytes:
    return bytes((flag | length,)) if length < _LONG else ((flag | _LONG) * 256 + length - _LONG).to_bytes(2)


def _split_length(body: bytes) -> tuple[bool, int, bytes]:
    """Return whether the stream is deflated, its length, and what follows the length."""
    if not body:
        raise QrPayloadError("structure", "expected the length of a stream")
    deflated, first = bool(body[0] & _DEFLATED), body[0] & ~_DEFLATED
    if first < _LONG:
        return deflated, first, body[1:]
    return deflated, _LONG + (first - _LONG) * 256 + int.from_bytes(body[1:2]), body[2:]


def _unpacks_to(packed: bytes, credential: str) -> bool:
    try:
        return _unpack(packed) == credential
    except QrPayloadError:
        return False


def _unpack(packed: bytes) -> str:
    if len(packed) < _HEAD_BYTES:
        raise QrPayloadError("structure", "expected format, dictionary, check value and a body")
    form, number, check, body = packed[0], packed[1], packed[2:_HEAD_BYTES], packed[_HEAD_BYTES:]
    if form == STRUCTURED:
        credential = _unpack_structured(body, number)
    elif form == PLAIN:
        credential = _unpack_plain(body, number)
    elif form & 0x80:
        raise QrPayloadError("code_of_several", "expected a whole payload, found one code of several")
    else:
        raise QrPayloadError("format_unknown", f"expected format {STRUCTURED} or {PLAIN}, found {form}")
    if _check_value(credential) != check:
        raise QrPayloadError("check", "expected the check value of the credential, found another")
    return credential


def _unpack_structured(body: bytes, number: int) -> str:
    dictionary = load_dictionary(number)
    deflated, length, rest = _split_length(body)
    stream, values = rest[:length], rest[length:]
    if len(stream) != length:
        raise QrPayloadError("structure", "expected a stream of the length that stands before it")
    if deflated:
        stream = _inflate(stream, dictionary.preset)
    return put_together(decode_stream(stream, dictionary.words), values)


def _unpack_plain(body: bytes, number: int) -> str:
    if number != 0:
        raise QrPayloadError("dictionary_unknown", f"expected dictionary 0 in the plain format, found {number}")
    try:
        credential = _inflate(body, b"").decode("ascii")
    except UnicodeDecodeError as error:
        raise QrPayloadError("structure", "expected printable ASCII text with a tilde") from error
    if not _TOKEN.fullmatch(credential):
        raise QrPayloadError("structure", "expected printable ASCII text with a tilde")
    return credential


def _deflate(data: bytes, preset: bytes) -> bytes:
    """Return the shortest raw DEFLATE stream that zlib makes of some bytes."""
    streams = []
    for strategy in _STRATEGIES:
        compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, strategy, preset)
        streams.append(compressor.compress(data) + compressor.flush())
    return min(streams, key=len)


def _inflate(stream: bytes, preset: bytes) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS, zdict=preset)
    try:
        data = inflater.decompress(stream, MAX_INFLATED_BYTES + 1)
    except zlib.error as error:
        raise QrPayloadError("compression", "expected a raw DEFLATE stream") from error
    if len(data) > MAX_INFLATED_BYTES:
        raise QrPayloadError("too_large", f"expected at most {MAX_INFLATED_BYTES} bytes after inflating")
    if not inflater.eof or inflater.unused_data:
        raise QrPayloadError("compression", "expected one complete DEFLATE stream and nothing behind it")
    return data
