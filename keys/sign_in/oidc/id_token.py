"""The ID token: which signature, and which statement about a person, is believed.

Rules enforced:
* algorithm ES256, RS256 or PS256 (the caller's list, never the token's), of a key from the provider's own set that fits
  in kind, curve, size, `use`, `alg` and `kid`; no key, and no address of a key, from the header;
* strict base64url and JSON: no member twice;
* `iss` the provider exactly, `aud` we and nobody else, `azp` absent or we, `exp` ahead, `iat` at most ten minutes ago,
  `nonce` that of this sign-in, `at_hash` (where there is one) of the access token that came along.

Left to the caller: where keys come from, and asking for them anew when none fits.

Source: OpenID Connect Core 1.0 section 3.1.3.7; RFC 8725
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Final

from authlib.oidc.core.claims import CodeIDToken
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from keys.encoding import JsonValue, b64url_decode, decode_json_object
from keys.errors import DecodingError
from keys.limits import (
    MAX_ID_TOKEN_CHARACTERS,
    MAX_JWS_HEADER_BYTES,
    MAX_KID_CHARACTERS,
    MAX_OIDC_SUBJECT_CHARACTERS,
    MAX_RSA_BITS,
    MIN_RSA_BITS,
    OIDC_ID_TOKEN_AGE_SECONDS,
    OIDC_LEEWAY_SECONDS,
)
from keys.sign_in.errors import OidcError
from keys.values import dataclass, field

ALGORITHMS: Final[Mapping[str, str]] = {"ES256": "EC", "RS256": "RSA", "PS256": "RSA"}
"""The closed list, with the kind of key each takes."""

_FORBIDDEN: Final = ("jwk", "jku", "x5u", "crit", "b64", "zip")
_PARTS: Final = 3
_MAX_TIME: Final = 2**33

Key = dict[str, JsonValue]


class NoKeyFits(OidcError):
    """No key of the set fits the token; newer keys may."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say: who, to whom, in answer to what, along with which access token, at which time."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    now: int


@dataclass(frozen=True, slots=True)
class _Unverified:
    text: str
    header: Key
    payload: Key
    algorithm: str
    key_id: str | None


def read_id_token(text: str, keys: Sequence[Key], *, expected: Expected) -> Key:
    """Check an ID token and return its claims.

    Args:
        text: as the token endpoint gave it.
        keys: members of the provider's key set.
        expected: of this sign-in.

    Raises:
        NoKeyFits: none of the keys could have made it.
        OidcError: `id_token`: it is not to be believed; the message says why and holds nothing of it.
    """
    token = _parse(text)
    _check_signature(token, _key_for(token, keys))
    _check_types(token.payload)
    _check_claims(token, expected)
    return token.payload


def _refused(message: str) -> OidcError:
    return OidcError(message, kind="id_token")


def _parse(text: str) -> _Unverified:
    parts = text.split(".")
    if len(text) > MAX_ID_TOKEN_CHARACTERS or len(parts) != _PARTS:
        raise _refused("expected an ID token of three parts and usual size")
    try:
        header = decode_json_object(b64url_decode(parts[0]), max_bytes=MAX_JWS_HEADER_BYTES)
        payload = decode_json_object(b64url_decode(parts[1]), max_bytes=MAX_ID_TOKEN_CHARACTERS)
        b64url_decode(parts[2])
    except DecodingError as error:
        raise _refused("expected an ID token in strict base64url and JSON") from error
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise _refused(f"expected an ID token signed with one of {', '.join(ALGORITHMS)}, found another")
    if any(name in header for name in _FORBIDDEN) or str(header.get("typ", "JWT")).upper() != "JWT":
        raise _refused("expected the plain header of an ID token, found more")
    if key_id is not None and (not isinstance(key_id, str) or len(key_id) > MAX_KID_CHARACTERS):
        raise _refused("expected the name of a key in the ID token, found something else")
    return _Unverified(text, header, payload, algorithm, key_id)


def _key_for(token: _Unverified, keys: Sequence[Key]) -> ECKey | RSAKey:
    """Return the one key that may have made the signature; with two of one name nobody knows which."""
    fitting = [key for key in keys if _fits(key, token)]
    if len(fitting) != 1:
        raise NoKeyFits("expected exactly one key of the provider for this ID token", kind="id_token")
    found = fitting[0]
    names = ("kty", "crv", "x", "y") if found["kty"] == "EC" else ("kty", "n", "e")
    try:
        public: dict[str, str | list[str]] = {name: str(found[name]) for name in names}
        key = ECKey.import_key(public) if found["kty"] == "EC" else RSAKey.import_key(public)
    except (JoseError, KeyError, ValueError) as error:
        raise _refused("expected a usable key of the provider, found another") from error
    raw = key.public_key
    if isinstance(raw, RSAPublicKey) and not MIN_RSA_BITS <= raw.key_size <= MAX_RSA_BITS:
        raise _refused(f"expected an RSA key of {MIN_RSA_BITS} to {MAX_RSA_BITS} bits, found another size")
    return key


def _fits(key: Key, token: _Unverified) -> bool:
    return (
        key.get("kty") == ALGORITHMS[token.algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", token.algorithm) == token.algorithm
        and (key.get("kty") != "EC" or key.get("crv") == "P-256")
        and (token.key_id is None or key.get("kid") == token.key_id)
    )


def _check_signature(token: _Unverified, key: ECKey | RSAKey) -> None:
    registry = jws.JWSRegistry(algorithms=[token.algorithm], strict_check_header=False)
    registry.max_header_length = MAX_JWS_HEADER_BYTES
    try:
        jws.deserialize_compact(token.text, key, algorithms=[token.algorithm], registry=registry)
    except JoseError as error:
        raise _refused("expected a signature of the provider, found another") from error


def _check_types(claims: Key) -> None:
    """Let no claim of another type reach the checks; a number where a text should be must not make them err."""
    texts = all(isinstance(claims.get(name, ""), str) for name in ("iss", "sub", "nonce", "azp", "at_hash"))
    times = all(_is_time(claims.get(name)) for name in ("exp", "iat"))
    subject = claims.get("sub")
    if not texts or not times or not subject or len(str(subject)) > MAX_OIDC_SUBJECT_CHARACTERS:
        raise _refused("expected the claims of an ID token in their types")


def _is_time(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _MAX_TIME


def _check_claims(token: _Unverified, expected: Expected) -> None:
    claims = token.payload
    if claims.get("aud") not in (expected.client_id, [expected.client_id]):
        raise _refused("expected an ID token for us and nobody else")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), expected.nonce.encode()):
        raise _refused("expected the nonce of this sign-in, found another")
    if expected.now - float(str(claims["iat"])) > OIDC_ID_TOKEN_AGE_SECONDS:
        raise _refused("expected an ID token made just now, found an old one")
    checked = CodeIDToken(
        claims,
        token.header,
        options={"iss": {"essential": True, "value": expected.issuer}},
        params={"client_id": expected.client_id, "nonce": expected.nonce, "access_token": expected.access_token},
    )
    try:
        checked.validate(now=expected.now, leeway=OIDC_LEEWAY_SECONDS)
    except JoseError as error:
        raise _refused(f"the ID token breaks a rule: {error.error}") from error
