"""Compact JWS (RFC 7515): strict parsing, the header rules, and the signature check.

Rules enforced (S1, S11):
* three parts, canonical base64url, header at most 4 KiB and a strict JSON object;
* `typ` is the one the caller expects, `alg` is on the caller's list and fits the key;
* `crit`, `b64` and `zip` are refused whatever they hold: we understand no extension;
* `jwk`, `jku` and `x5u` are refused: a token never brings or points to the key that proves it;
* the signature covers the received bytes and is exactly 64 bytes long.

`verify` applies all of them in this order: typ, algorithm, crit, keys in the header, signature. A caller with its own
order or error table uses `check_typ`, `check_algorithm`, `check_critical`, `check_no_key` and `check_signature`.
Left to the caller: which key is right (`x5c` and `kid` are not looked at here), and everything about the payload.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from keys import algorithms
from keys.encoding import JsonValue, b64url_decode, decode_json_object
from keys.errors import AlgorithmNotAllowed, DecodingError, JwsFormatError, JwsFormatKind, SignatureInvalid
from keys.jwk import PublicKey
from keys.limits import MAX_JWS_HEADER_BYTES
from keys.values import dataclass

_MEDIA_TYPE_PREFIX: Final = "application/"
_EXTENSIONS: Final = ("crit", "b64", "zip")
_KEY_MEMBERS: Final = ("jwk", "jku", "x5u")
_ALPHABET: Final = re.compile(r"[A-Za-z0-9_-]*+")
_MAX_HEADER_CHARACTERS: Final = (MAX_JWS_HEADER_BYTES * 4 + 2) // 3
_SHORT_HEADER_CHARACTERS: Final = 128  # typ, alg and the name of a key


@dataclass(frozen=True, slots=True)
class UnverifiedJws:
    """A well-formed compact JWS about which nothing has been proved.

    Attributes:
        header: the protected header as sent.
        payload: decoded payload bytes; not parsed.
        signing_input: the received ASCII bytes that the signature must cover.
        signature: decoded signature of any length (its length is part of the signature check); empty when its text is
            cut off or has stray bits, because no signature has that text.
    """

    header: dict[str, JsonValue]
    payload: bytes
    signing_input: bytes
    signature: bytes


def parse_compact(token: str, *, max_bytes: int) -> UnverifiedJws:
    """Split and decode a compact JWS without believing anything in it.

    Args:
        token: the text `header.payload.signature`.
        max_bytes: the caller's limit for this kind of token, in characters (which must be ASCII).

    Raises:
        JwsFormatError: kinds `size`, `parts`, `base64url`, `header` and `duplicate_member`.

    Source: RFC 7515 sections 3.1 and 5.2
    """
    if len(token) > max_bytes:
        raise JwsFormatError(f"expected a token of at most {max_bytes} bytes, found {len(token)}", kind="size")
    parts = token.split(".")
    if len(parts) != 3:
        raise JwsFormatError(f"expected a token of 3 parts, found {len(parts)}", kind="parts")
    header_text, payload_text, signature_text = parts
    header = decode_header(header_text)
    payload = _decode_part(payload_text, "payload")
    signature = _decode_signature(signature_text)
    signing_input = f"{header_text}.{payload_text}".encode("ascii")
    return UnverifiedJws(header=header, payload=payload, signing_input=signing_input, signature=signature)


def decode_header(text: str) -> dict[str, JsonValue]:
    """Decode the first part of a compact JWS, of which nothing is believed by that.

    Raises:
        JwsFormatError: kinds `size`, `base64url`, `header` and `duplicate_member`.
    """
    return _decode_header(text) if len(text) > _SHORT_HEADER_CHARACTERS else {**_decode_short_header(text)}


def _decode_header(text: str) -> dict[str, JsonValue]:
    if len(text) > _MAX_HEADER_CHARACTERS:
        raise JwsFormatError(f"expected a token header of at most {MAX_JWS_HEADER_BYTES} bytes", kind="size")
    data = _decode_part(text, "header")
    try:
        return decode_json_object(data, max_bytes=MAX_JWS_HEADER_BYTES)
    except DecodingError as error:
        kind: JwsFormatKind = "duplicate_member" if error.kind == "duplicate_member" else "header"
        raise JwsFormatError(f"token header: {error.message}", kind=kind) from None


@lru_cache(maxsize=64)  # most tokens have one of a few headers
def _decode_short_header(text: str) -> Mapping[str, JsonValue]:
    return _decode_header(text)


def verify(jws: UnverifiedJws, key: PublicKey, *, typ: str) -> bytes:
    """Check the header rules and the signature, and return the payload that is now proved.

    Args:
        jws: from `parse_compact`.
        key: the key the caller trusts for this token; found by the caller, never through the header alone.
        typ: the expected type, for example `statuslist+jwt`.

    Raises:
        JwsFormatError: kinds `typ`, `crit`, `key_in_header`.
        AlgorithmNotAllowed: `alg` is not the algorithm of the key, or not in our closed list.
        SignatureInvalid: the signature does not match.
    """
    check_typ(jws.header, typ=typ)
    check_algorithm(jws.header, permitted=algorithms.ES256_ONLY)
    check_critical(jws.header)
    check_no_key(jws.header)
    check_signature(jws, key)
    return jws.payload


def check_typ(header: Mapping[str, JsonValue], *, typ: str) -> None:
    """Refuse a token of another type; case and the prefix `application/` do not count (RFC 7515 section 4.1.9).

    Raises:
        JwsFormatError: kind `typ`.
    """
    found = header.get("typ")
    if not isinstance(found, str) or found.lower().removeprefix(_MEDIA_TYPE_PREFIX) != typ.lower():
        raise JwsFormatError(f"expected a token of type {typ}, found another type or none", kind="typ")


def check_algorithm(header: Mapping[str, JsonValue], *, permitted: frozenset[str]) -> algorithms.Algorithm:
    """Return the algorithm the header names, if the caller permits it.

    Raises:
        AlgorithmNotAllowed: anything else, also `none` in any spelling.
    """
    return algorithms.allowed(header.get("alg"), permitted=permitted)


def check_critical(header: Mapping[str, JsonValue]) -> None:
    """Refuse every extension of JWS; we understand none (RFC 7515 section 4.1.11, RFC 7797).

    Raises:
        JwsFormatError: kind `crit`.
    """
    _refuse_members(header, _EXTENSIONS, kind="crit")


def check_no_key(header: Mapping[str, JsonValue]) -> None:
    """Refuse a header that brings its own key or says where to fetch one.

    Raises:
        JwsFormatError: kind `key_in_header`.
    """
    _refuse_members(header, _KEY_MEMBERS, kind="key_in_header")


def check_signature(jws: UnverifiedJws, key: PublicKey) -> None:
    """Check the signature over the received bytes.

    Raises:
        AlgorithmNotAllowed: the header's `alg` is not the key's own.
        SignatureInvalid: the signature does not match.

    Source: RFC 7515 section 5.2, RFC 7518 section 3.4
    """
    if jws.header.get("alg") != key.algorithm:
        raise AlgorithmNotAllowed(f"expected the algorithm of the key, {key.algorithm}, found another or none")
    if not key.verify(jws.signature, jws.signing_input):
        raise SignatureInvalid("expected the signature of the trusted key over exactly these bytes, found another")


def _decode_part(text: str, name: str) -> bytes:
    try:
        return b64url_decode(text)
    except DecodingError:
        raise JwsFormatError(f"expected the {name} of a token in canonical base64url", kind="base64url") from None


def _decode_signature(text: str) -> bytes:
    if not _ALPHABET.fullmatch(text):
        raise JwsFormatError("expected the signature of a token in base64url", kind="base64url")
    try:
        return b64url_decode(text)
    except DecodingError:
        return b""


def _refuse_members(header: Mapping[str, JsonValue], names: tuple[str, ...], *, kind: JwsFormatKind) -> None:
    for name in names:
        if name in header:
            raise JwsFormatError(f"expected a token header without {name}", kind=kind)
