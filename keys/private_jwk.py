"""A P-256 private key as a JSON Web Key, for places that are encrypted as a whole and for no others."""

from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from keys.encoding import JsonValue, b64url_decode, b64url_encode
from keys.errors import DecodingError, JwkError
from keys.jwk import PublicKey
from keys.key_files import PrivateKey
from keys.limits import P256_COORDINATE_BYTES

_DERIVED_FROM_BYTES: Final = 48
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-5, of P-256
_ONLY: Final = frozenset({"kty", "crv", "x", "y", "d"})


def private_jwk(key: PrivateKey) -> dict[str, JsonValue]:
    """Return the members of the private JWK: kty, crv, x, y, d.

    Source: RFC 7518 section 6.2.2
    """
    public = key.public_key().jwk()
    scalar = key.cryptography_key().private_numbers().private_value.to_bytes(P256_COORDINATE_BYTES, "big")
    members: dict[str, JsonValue] = {name: public[name] for name in ("kty", "crv", "x", "y")}
    return members | {"d": b64url_encode(scalar)}


def derived_key(secret: bytes) -> PrivateKey:
    """Return the P-256 key that a secret stands for, the same each time, so that several programs share it.

    Args:
        secret: 48 bytes or more that look random; the 128 bits beyond the order of the curve make every key as likely.

    Raises:
        ValueError: the secret is shorter, a programming mistake.

    Source: FIPS 186-5 appendix A.2.1, key pair generation from extra random bits
    """
    if len(secret) < _DERIVED_FROM_BYTES:
        raise ValueError(f"expected a secret of at least {_DERIVED_FROM_BYTES} bytes, found {len(secret)}")
    scalar = int.from_bytes(secret, "big") % (_ORDER - 1) + 1
    return PrivateKey(ec.derive_private_key(scalar, ec.SECP256R1()))


def read_private_jwk(members: Mapping[str, JsonValue]) -> PrivateKey:
    """Read what `private_jwk` wrote.

    Raises:
        JwkError: other members, another kind of key, or a private half that does not belong to the public one.
    """
    if members.keys() != _ONLY:
        raise JwkError("expected the five members of a private P-256 key")
    public = PublicKey.from_jwk({name: value for name, value in members.items() if name != "d"})
    try:
        scalar = int.from_bytes(b64url_decode(str(members["d"])), "big")
        key = PrivateKey(ec.derive_private_key(scalar, ec.SECP256R1()))
    except (DecodingError, ValueError):
        raise JwkError("expected the private half of a P-256 key") from None
    if not key.public_key().is_same_as(public):
        raise JwkError("expected the private half of this public key, found another")
    return key
