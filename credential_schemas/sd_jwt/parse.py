"""Take a compact SD-JWT apart, before anything in it is believed: steps 0 to 2 of the verification algorithm.

Rules enforced:
* 0: the limits of S1 hold before anything is decoded.
* 1: the text is `issuer-JWT~disclosure~…~` or `issuer-JWT~disclosure~…~key-binding-JWT`; base64url without padding.
* 2: header and payload are JSON objects in UTF-8 without repeated members and without NaN (`keys.encoding`).

Only the compact form is read; JWS JSON serialisation is refused. Nothing is verified here: that is left to `verify`.

Source: RFC 9901 sections 4 and 7.1 (1); RFC 7515 section 4
"""

from collections.abc import Mapping

from credential_schemas.errors import SdJwtRefused
from credential_schemas.limits import MAX_DISCLOSURE_BYTES, MAX_DISCLOSURES, MAX_SD_JWT_BYTES
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError, JwsFormatError
from keys.jws import UnverifiedJws, parse_compact
from keys.values import dataclass

LIMIT_KINDS = frozenset({"depth", "size"})  # of DecodingError: a limit was passed, the form may be right
_JWS_REFUSALS = {"size": ("E_LIMIT", 0), "duplicate_member": ("E_DUP_KEY", 2), "header": ("E_HEADER", 2)}


@dataclass(frozen=True, slots=True)
class ParsedSdJwt:
    """A compact SD-JWT in its parts, nothing verified.

    `payload` is that of the issuer's JWS; `presented` is the text up to and including the last `~`, which a key-binding
    JWT hashes; `disclosures` are the base64url texts in received order; `key_binding` is the compact key-binding JWT,
    if one was sent.
    """

    token: str
    jws: UnverifiedJws
    payload: Mapping[str, JsonValue]
    presented: str
    disclosures: tuple[str, ...]
    key_binding: str | None


def parse_sd_jwt(token: str) -> ParsedSdJwt:
    """Take a compact SD-JWT or SD-JWT+KB apart.

    Args:
        token: compact serialisation, ASCII, at most 256 KiB, without surrounding white space.

    Raises:
        SdJwtRefused: `E_LIMIT`, `E_FORMAT`, `E_DISCLOSURE_FORMAT`, `E_HEADER`, `E_PAYLOAD`, `E_DUP_KEY` or
            `E_CLAIM_TYPE` (a number that programs do not read alike).

    Source: RFC 9901 section 4
    """
    issuer_jwt, disclosures, key_binding = split_sd_jwt(token)
    try:
        jws = parse_compact(issuer_jwt, max_bytes=MAX_SD_JWT_BYTES)
    except JwsFormatError as error:
        code, step = _JWS_REFUSALS.get(error.kind, ("E_FORMAT", 1))
        raise SdJwtRefused(code, step, error.message) from error
    return ParsedSdJwt(
        token=token,
        jws=jws,
        payload=_decode_payload(jws.payload),
        presented=token[: len(token) - len(key_binding)],
        disclosures=tuple(disclosures),
        key_binding=key_binding or None,
    )


def split_sd_jwt(token: str) -> tuple[str, list[str], str]:
    """Split at `~` into issuer JWT, disclosures and key-binding JWT (empty when none was sent); steps 0 and 1.

    Raises:
        SdJwtRefused: E_LIMIT at step 0, E_FORMAT or E_DISCLOSURE_FORMAT at step 1.
    """
    if len(token) > MAX_SD_JWT_BYTES:
        raise SdJwtRefused("E_LIMIT", 0, f"expected at most {MAX_SD_JWT_BYTES} characters, found {len(token)}")
    if token.count("~") > MAX_DISCLOSURES + 1:
        raise SdJwtRefused("E_LIMIT", 0, f"expected at most {MAX_DISCLOSURES} disclosures, found more")
    if not token.isascii():
        raise SdJwtRefused("E_FORMAT", 1, "expected ASCII text, found other characters")
    issuer_jwt, *disclosures = token.split("~")
    if not disclosures:
        raise SdJwtRefused("E_FORMAT", 1, "expected an SD-JWT with at least one '~', found none")
    key_binding = disclosures.pop()
    if key_binding and key_binding.count(".") != 2:
        raise SdJwtRefused("E_FORMAT", 1, "expected a closing '~' or a key-binding JWT at the end, found neither")
    for disclosure in disclosures:
        if len(disclosure) > MAX_DISCLOSURE_BYTES:
            raise SdJwtRefused("E_LIMIT", 0, f"expected disclosures of at most {MAX_DISCLOSURE_BYTES} characters")
        if not disclosure:
            raise SdJwtRefused("E_DISCLOSURE_FORMAT", 1, "expected a disclosure between two '~', found nothing")
    return issuer_jwt, disclosures, key_binding


def _decode_payload(data: bytes) -> dict[str, JsonValue]:
    try:
        return decode_json_object(data, max_bytes=MAX_SD_JWT_BYTES)
    except DecodingError as error:
        code, step = "E_PAYLOAD", 2
        if error.kind == "duplicate_member":
            code = "E_DUP_KEY"
        elif error.kind in LIMIT_KINDS:
            code, step = "E_LIMIT", 0
        elif error.kind == "number" and b"NaN" not in data and b"Infinity" not in data:
            code = "E_CLAIM_TYPE"  # JSON, but with a number beyond 2^53, as in `exp: 10^400`
        raise SdJwtRefused(code, step, f"payload: {error.message}") from error
