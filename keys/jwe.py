"""Compact JWE, ECDH-ES on P-256 with AES-GCM: read what was encrypted to a key of ours, encrypt to somebody else's.

Rules enforced:
* five parts in canonical base64url, a header of at most 4 KiB without repeated members;
* `alg` is `ECDH-ES`, `enc` is `A128GCM` or `A256GCM`, whatever the token would like; no `zip`, no `crit`;
* nothing in the place of an encrypted key, 12 bytes of initialisation vector, 16 bytes of tag;
* `epk` is a public point of P-256, `kid`, where there is one, that of our key;
* a key that we encrypt to is a public one on P-256, meant for encryption with `ECDH-ES`.

The mathematics are joserfc's; this is its only door beside signing in. A key serves one request and is never written
down. Left to the caller: what the plaintext says, and that a key is used once.

Source: RFC 7516; RFC 7518 sections 4.6 and 5.3; OpenID4VP 1.0 section 8.3
"""

from collections.abc import Mapping, Sequence
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from keys.encoding import JsonValue, b64url_decode, decode_json_object
from keys.errors import DecodingError, JweError, JwkError
from keys.jwk import PublicKey
from keys.limits import (
    KID_CHARACTERS,
    MAX_ENCRYPTION_KEYS,
    MAX_JWE_CHARACTERS,
    MAX_JWE_HEADER_BYTES,
    MAX_KID_CHARACTERS,
)
from keys.values import dataclass, field

ALGORITHM: Final = "ECDH-ES"
ENCRYPTIONS: Final = ("A128GCM", "A256GCM")
"""The first is the default of OpenID4VP 1.0 section 8.3; HAIP 1.0 section 5 wants both offered."""

_CURVE: Final = "P-256"
_PARTS: Final = 5
_IV_BYTES, _TAG_BYTES = 12, 16
_REFUSED: Final = ("crit", "zip", "jku", "x5u")


class _Registry(jwe.JWERegistry):
    """The library's limits, as large as ours."""

    max_protected_header_length = MAX_JWE_HEADER_BYTES * 2
    max_ciphertext_length = MAX_JWE_CHARACTERS


_REGISTRY: Final = _Registry(algorithms=[ALGORITHM, *ENCRYPTIONS], strict_check_header=False)


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A private key for the answer to one request, in memory only; `kid` is the short form of its thumbprint."""

    kid: str
    _key: ECKey = field(repr=False)

    @classmethod
    def create(cls) -> "EncryptionKey":
        """Make a new key from the operating system's randomness."""
        key = ECKey.generate_key(_CURVE, private=True)
        return cls(key.thumbprint()[:KID_CHARACTERS], key)

    @classmethod
    def of(cls, jwk: Mapping[str, JsonValue]) -> "EncryptionKey":
        """Take a private key that is there already, under its own `kid` if it has one.

        Raises:
            JweError: kind `key`.
        """
        key = _imported({name: jwk[name] for name in ("kty", "crv", "x", "y", "d") if name in jwk})
        if not key.is_private:
            raise JweError("expected a private key", kind="key")
        kid = jwk.get("kid")
        return cls(kid if isinstance(kid, str) else key.thumbprint()[:KID_CHARACTERS], key)

    def public_jwk(self) -> dict[str, JsonValue]:
        """Return what others need to encrypt to this key."""
        public = self._key.as_dict(private=False)
        point: dict[str, JsonValue] = {name: str(public[name]) for name in ("kty", "crv", "x", "y")}
        return point | {"use": "enc", "alg": ALGORITHM, "kid": self.kid}

    def decrypt(self, token: str) -> bytes:
        """Return what was encrypted to this key.

        Args:
            token: compact, hostile, at most 512 KiB.

        Raises:
            JweError: any kind.
        """
        header = _strict_header(token)
        if header.get("kid", self.kid) != self.kid:
            raise JweError("expected a token for the key of this request, found another kid", kind="key")
        try:
            plaintext = jwe.decrypt_compact(token, self._key, registry=_REGISTRY).plaintext
        except (JoseError, ValueError) as error:
            raise JweError("expected a token that this key opens, found another", kind="decryption") from error
        return plaintext or b""


def encrypt_to(jwk: Mapping[str, JsonValue], plaintext: bytes, *, encryption: str) -> str:
    """Encrypt to a key that `usable_key` found.

    Args:
        jwk: the key; its `kid` is repeated in the header.
        plaintext: at most 256 KiB of what is to be said.
        encryption: one of `ENCRYPTIONS`.

    Raises:
        JweError: kinds `key` and `algorithm`.
    """
    if encryption not in ENCRYPTIONS:
        raise JweError(f"expected one of {', '.join(ENCRYPTIONS)}, found another encryption", kind="algorithm")
    key = _imported(_point(jwk))
    kid = {"kid": jwk["kid"]} if "kid" in jwk else {}
    return jwe.encrypt_compact({"alg": ALGORITHM, "enc": encryption, **kid}, plaintext, key)


def usable_key(offered: Sequence[JsonValue]) -> dict[str, JsonValue] | None:
    """Return the first key of a set that can be encrypted to, None if there is none; others are ignored.

    Raises:
        JweError: kind `size`, more keys than anybody needs.
    """
    if len(offered) > MAX_ENCRYPTION_KEYS:
        raise JweError(f"expected at most {MAX_ENCRYPTION_KEYS} keys, found {len(offered)}", kind="size")
    for jwk in offered:
        if not isinstance(jwk, dict) or jwk.get("alg") != ALGORITHM or jwk.get("use", "enc") != "enc":
            continue
        if "kid" in jwk and not (isinstance(jwk["kid"], str) and len(jwk["kid"]) <= MAX_KID_CHARACTERS):
            continue
        try:
            _imported(_point(jwk))
        except JweError:
            continue
        return jwk
    return None


def _point(jwk: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the members of a public point of P-256, checked."""
    if "d" in jwk:
        raise JweError("expected a public key, found a private one", kind="key")
    point = {name: jwk.get(name) for name in ("kty", "crv", "x", "y")}
    try:
        PublicKey.from_jwk(point)
    except JwkError as error:
        raise JweError(f"expected a point of P-256: {error.message}", kind="key") from error
    return point


def _imported(members: Mapping[str, JsonValue]) -> ECKey:
    try:
        return ECKey.import_key(dict(members))  # type: ignore[arg-type] # the library checks the members itself
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise JweError("expected a key on P-256, found something else", kind="key") from error


def _strict_header(token: str) -> dict[str, JsonValue]:
    if len(token) > MAX_JWE_CHARACTERS:
        raise JweError(f"expected at most {MAX_JWE_CHARACTERS} characters, found {len(token)}", kind="size")
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise JweError(f"expected a token of {_PARTS} parts, found {len(parts)}", kind="format")
    try:
        header = decode_json_object(b64url_decode(parts[0]), max_bytes=MAX_JWE_HEADER_BYTES)
        key, vector, _, tag = (b64url_decode(part) for part in parts[1:])
    except DecodingError as error:
        raise JweError(f"expected an encrypted token in strict form: {error.message}", kind="format") from error
    if key or len(vector) != _IV_BYTES or len(tag) != _TAG_BYTES:
        raise JweError("expected no encrypted key, and vector and tag of AES-GCM", kind="format")
    if header.get("alg") != ALGORITHM or header.get("enc") not in ENCRYPTIONS:
        raise JweError(f"expected {ALGORITHM} with one of {', '.join(ENCRYPTIONS)}, found another", kind="algorithm")
    if any(name in header for name in _REFUSED):
        raise JweError(f"expected a header without {', '.join(_REFUSED)}", kind="algorithm")
    ephemeral = header.get("epk")
    if not isinstance(ephemeral, dict):
        raise JweError("expected an ephemeral key, found none", kind="key")
    _point(ephemeral)
    return header
