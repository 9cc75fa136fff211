"""The QR payload: a credential as decimal digits, without loss.

Bytes before they become digits: the number of the dictionary (0: plain, without one), the first four bytes of the
SHA-256 of the credential's text, then the body. `encode_qr_payload` decodes what it made before it answers
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
from credential_schemas.qr.structure import put_together, take_apart

PLAIN = 0
_CHECK_BYTES = 4
_HEAD_BYTES = 1 + _CHECK_BYTES
_FIRST_UNKNOWN, _PART = 0x40, 0x80  # first bytes from here on: no format yet, one code of several
_SCHEME_AND_HOST = re.compile(r"\Ahttps?://[A-Za-z0-9.:-]+(?=[/?]|\Z)")
_TOKEN = re.compile(r"[!-}]*~[!-~]*", re.ASCII)


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
        packed = _head(PLAIN, credential) + _deflate(credential.encode("ascii"))
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

    Scheme and host are written in capitals, which a code packs denser and which mean the same (RFC 3986 section
    6.2.2.1); the path stays as it is.

    Raises:
        QrPayloadError: kind `address`: the address is not printable ASCII, or has a fragment already.
    """
    if not re.fullmatch(r"[!-~]+", verify_url, re.ASCII) or "#" in verify_url:
        raise QrPayloadError("address", "expected a printable ASCII address without a fragment")
    address = _SCHEME_AND_HOST.sub(lambda match: match.group().upper(), verify_url)
    return f"{address}#{payload}"


def split_qr_text(text: str) -> tuple[str | None, str]:
    """Split what a code says into the address (None when there is only a payload) and the payload, neither checked.

    Raises:
        QrPayloadError: kind `too_large`: longer than any QR code of ours.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise QrPayloadError("too_large", f"expected at most {MAX_TEXT_CHARACTERS} characters of QR text")
    address, mark, payload = text.strip().rpartition("#")
    return (address if mark else None), payload


def _head(number: int, credential: str) -> bytes:
    return bytes((number,)) + _check_value(credential)


def _check_value(credential: str) -> bytes:
    return hashlib.sha256(credential.encode("ascii")).digest()[:_CHECK_BYTES]


def _pack_structured(credential: str) -> bytes | None:
    dictionary = load_dictionary(CURRENT)
    taken = take_apart(credential, replace_names=dictionary.names.replace)
    if taken is None:
        return None
    stream = dictionary.code.encode(dictionary.frames.replace(taken.marked))
    return _head(CURRENT, credential) + stream + taken.values


def _unpacks_to(packed: bytes, credential: str) -> bool:
    try:
        return _unpack(packed) == credential
    except QrPayloadError:
        return False


def _unpack(packed: bytes) -> str:
    if len(packed) < _HEAD_BYTES:
        raise QrPayloadError("structure", "expected the number of a dictionary, a check value and a body")
    number, check, body = packed[0], packed[1:_HEAD_BYTES], packed[_HEAD_BYTES:]
    if number >= _PART:
        raise QrPayloadError("code_of_several", "expected a whole payload, found one code of several")
    if number >= _FIRST_UNKNOWN:
        raise QrPayloadError("format_unknown", f"expected a first byte below {_FIRST_UNKNOWN}, found {number}")
    credential = _unpack_plain(body) if number == PLAIN else _unpack_structured(body, number)
    if _check_value(credential) != check:
        raise QrPayloadError("check", "expected the check value of the credential, found another")
    return credential


def _unpack_structured(body: bytes, number: int) -> str:
    text, used = load_dictionary(number).code.decode(body)
    return put_together(text, body[used:])


def _unpack_plain(body: bytes) -> str:
    try:
        credential = _inflate(body).decode("ascii")
    except UnicodeDecodeError as error:
        raise QrPayloadError("structure", "expected printable ASCII text with a tilde") from error
    if not _TOKEN.fullmatch(credential):
        raise QrPayloadError("structure", "expected printable ASCII text with a tilde")
    return credential


def _deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return compressor.compress(data) + compressor.flush()


def _inflate(stream: bytes) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(stream, MAX_INFLATED_BYTES + 1)
    except zlib.error as error:
        raise QrPayloadError("compression", "expected a raw DEFLATE stream") from error
    if len(data) > MAX_INFLATED_BYTES:
        raise QrPayloadError("too_large", f"expected at most {MAX_INFLATED_BYTES} bytes after inflating")
    if not inflater.eof or inflater.unused_data:
        raise QrPayloadError("compression", "expected one complete DEFLATE stream and nothing behind it")
    return data
