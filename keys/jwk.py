"""Public keys as JSON Web Keys: P-256 signature keys in strict form, and checking signatures with them.

Rules enforced (S11, S12): `kty` EC, `crv` P-256, coordinates of exactly 32 bytes, the point lies on the curve, no
private member, and `use`, `key_ops` and `alg` fit a signature check with ES256 where present. Unknown members are
ignored.
Left to the caller: whether the key is trusted, and for whom.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from keys.algorithms import ES256
from keys.encoding import JsonValue, b64url_decode, b64url_encode, encode_json
from keys.errors import DecodingError, JwkError
from keys.limits import ES256_SIGNATURE_BYTES, KID_CHARACTERS, MAX_KID_CHARACTERS, P256_COORDINATE_BYTES
from keys.values import dataclass, field, replace

_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_SHA256: Final = hashes.SHA256()


class _EcdsaWithSha256(ec.ECDSA):
    """ECDSA with SHA-256; its own constructor loads every cipher, to ask for a way of signing unused here."""

    def __init__(self) -> None:
        """Nothing is chosen."""

    @property
    def algorithm(self) -> hashes.SHA256:
        """The hash."""
        return _SHA256

    @property
    def deterministic_signing(self) -> bool:
        """RFC 6979 would matter for signing only."""
        return False


_ECDSA_SHA256: Final = _EcdsaWithSha256()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public ES256 key; an object of this class always holds a point of the curve.

    Attributes:
        kid: the name its owner gave it, or None.
        algorithm: always `ES256`.
        x: first coordinate, 32 bytes, big-endian.
        y: second coordinate, 32 bytes, big-endian.
    """

    kid: str | None
    algorithm: str
    x: bytes
    y: bytes
    _key: ec.EllipticCurvePublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.algorithm != ES256.name:
            raise JwkError(f"expected a key for {ES256.name}, found one for another algorithm")
        if len(self.x) != P256_COORDINATE_BYTES or len(self.y) != P256_COORDINATE_BYTES:
            raise JwkError(f"expected coordinates of {P256_COORDINATE_BYTES} bytes")
        point = b"\x04" + self.x + self.y
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:
            raise JwkError("expected a point of the curve P-256") from None
        object.__setattr__(self, "_key", key)

    @classmethod
    def from_jwk(cls, mapping: Mapping[str, JsonValue]) -> "PublicKey":
        """Read a public key from the members of a JWK.

        Raises:
            JwkError: another key type or curve, a private key, a use other than signatures, or not a point of P-256.

        Source: RFC 7517 section 4, RFC 7518 section 6.2
        """
        if not _PRIVATE_MEMBERS.isdisjoint(mapping):
            raise JwkError("expected a public key, found a private member")
        if mapping.get("kty") != ES256.key_type or mapping.get("crv") != ES256.curve:
            raise JwkError(f"expected kty {ES256.key_type} and crv {ES256.curve}")
        if mapping.get("alg", ES256.name) != ES256.name:
            raise JwkError(f"expected a key for {ES256.name}, found one for another algorithm")
        _check_use(mapping)
        return cls(
            kid=_kid(mapping),
            algorithm=ES256.name,
            x=_coordinate(mapping.get("x")),
            y=_coordinate(mapping.get("y")),
        )

    def jwk(self) -> dict[str, str]:
        """Return the members of the public JWK: kty, crv, x, y, alg, use, and kid when there is one."""
        members = {"kty": ES256.key_type, "crv": ES256.curve, "x": b64url_encode(self.x), "y": b64url_encode(self.y)}
        if self.kid is not None:
            members["kid"] = self.kid
        return members | {"alg": self.algorithm, "use": "sig"}

    def thumbprint(self) -> str:
        """Return the SHA-256 thumbprint as base64url text (RFC 7638 section 3): a name that depends on the key only."""
        required: dict[str, JsonValue] = {"crv": ES256.curve, "kty": ES256.key_type}
        required |= {"x": b64url_encode(self.x), "y": b64url_encode(self.y)}
        return b64url_encode(hashlib.sha256(encode_json(required)).digest())

    def fingerprint(self) -> str:
        """Return the same SHA-256 thumbprint as 64 hexadecimal digits, for people to compare."""
        return b64url_decode(self.thumbprint()).hex()

    def short_name(self) -> str:
        """Return the first 16 characters of the thumbprint (96 bits): the `kid` of our keys, short for the QR code.

        A `kid` chooses among the few keys of one issuer and proves nothing; a trust list refuses the same one twice.
        """
        return self.thumbprint()[:KID_CHARACTERS]

    def is_same_as(self, other: "PublicKey") -> bool:
        """Return whether two objects hold the same key, whatever each is called."""
        return (self.x, self.y) == (other.x, other.y)

    def cryptography_key(self) -> ec.EllipticCurvePublicKey:
        """Return the key object of the `cryptography` library, for other modules of `keys` only."""
        return self._key

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Return whether `signature` (raw r || s, exactly 64 bytes) was made by this key over `message`.

        Source: RFC 7518 section 3.4
        """
        if len(signature) != ES256_SIGNATURE_BYTES:
            return False
        try:
            self._key.verify(raw_to_der(signature), message, _ECDSA_SHA256)
        except InvalidSignature:
            return False
        return True


def public_key_of(key: ec.EllipticCurvePublicKey) -> PublicKey:
    """Wrap a P-256 key of the `cryptography` library, named by `short_name`; for `keys` only."""
    numbers = key.public_numbers()
    x, y = (number.to_bytes(P256_COORDINATE_BYTES, "big") for number in (numbers.x, numbers.y))
    return replace(unnamed := PublicKey(kid=None, algorithm=ES256.name, x=x, y=y), kid=unnamed.short_name())


def raw_to_der(signature: bytes) -> bytes:
    """Turn an ES256 signature from raw r || s (64 bytes, as in JWS) into DER (as in X.509 and CMS)."""
    half = ES256_SIGNATURE_BYTES // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))


def der_to_raw(signature: bytes) -> bytes:
    """Turn an ES256 signature from DER into raw r || s, 64 bytes."""
    half = ES256_SIGNATURE_BYTES // 2
    r, s = decode_dss_signature(signature)
    return r.to_bytes(half, "big") + s.to_bytes(half, "big")


def _check_use(mapping: Mapping[str, JsonValue]) -> None:
    if mapping.get("use", "sig") != "sig":
        raise JwkError("expected a key with use sig, found another use")
    operations = mapping.get("key_ops", ["verify"])
    # RFC 7517 section 4.3: an array of strings; duplicates are forbidden.
    if not isinstance(operations, list) or operations.count("verify") != 1:
        raise JwkError("expected key_ops to hold verify once")


def _kid(mapping: Mapping[str, JsonValue]) -> str | None:
    kid = mapping.get("kid")
    if kid is None and "kid" not in mapping:
        return None
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_CHARACTERS:
        raise JwkError(f"expected kid to be text of 1 to {MAX_KID_CHARACTERS} characters")
    return kid


def _coordinate(text: JsonValue) -> bytes:
    if not isinstance(text, str):
        raise JwkError("expected the coordinates x and y as text")
    try:
        return b64url_decode(text)
    except DecodingError:
        raise JwkError("expected the coordinates x and y in canonical base64url") from None
