"""The RSA key that signs Open Badges, and nothing else: their certification asks for RS256, we use ES256 everywhere.

No module of ours verifies with it, and RS256 is not in the closed list of `algorithms`: a token that names it is
refused wherever tokens are read. The key is a JWK under an address of its own, which is the `kid` of every badge.

Source: Open Badges 3.0 section 8.2 (header members), RFC 7518 section 3.3 (RS256), RFC 7638 (thumbprint)
"""

import hashlib
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.limits import KID_CHARACTERS
from keys.values import dataclass, field

ALGORITHM: Final = "RS256"
KEY_BITS: Final = 3072  # NIST SP 800-57 part 1: 128 bits of security, as P-256
_PUBLIC_EXPONENT: Final = 65537


@dataclass(frozen=True, slots=True)
class BadgeKey:
    """An RSA private key in memory; its `repr` shows the `kid` only."""

    _key: rsa.RSAPrivateKey = field(repr=False)

    def __repr__(self) -> str:
        return f"BadgeKey(kid={self.key_id!r})"

    @property
    def key_id(self) -> str:
        """The first 16 characters of the public key's thumbprint (RFC 7638)."""
        numbers = self._key.public_key().public_numbers()
        required: dict[str, JsonValue] = {"e": _encoded(numbers.e), "kty": "RSA", "n": _encoded(numbers.n)}
        return b64url_encode(hashlib.sha256(encode_json(required)).digest())[:KID_CHARACTERS]

    def public_jwk(self) -> dict[str, str]:
        """Return the members of the public JWK: kty, n, e, kid, alg, use."""
        numbers = self._key.public_key().public_numbers()
        members = {"kty": "RSA", "n": _encoded(numbers.n), "e": _encoded(numbers.e), "kid": self.key_id}
        return members | {"alg": ALGORITHM, "use": "sig"}

    def cryptography_key(self) -> rsa.RSAPrivateKey:
        """Return the key object of the `cryptography` library, for other modules of `keys` only."""
        return self._key

    def sign_badge(self, payload: bytes, *, address: str) -> str:
        """Write and sign a badge as a compact JWS.

        Args:
            payload: the badge, JSON.
            address: where the public key can be fetched as a JWK; becomes `kid`.
        """
        header: dict[str, JsonValue] = {"alg": ALGORITHM, "kid": address, "typ": "JWT"}
        signed = f"{b64url_encode(encode_json(header))}.{b64url_encode(payload)}"
        signature = self._key.sign(signed.encode("ascii"), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{b64url_encode(signature)}"


def _encoded(number: int) -> str:
    """Write a number in as few bytes as it needs (RFC 7518 section 2, Base64urlUInt)."""
    return b64url_encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def create_badge_key() -> BadgeKey:
    """Make a new key from the operating system's randomness; takes up to a second."""
    return BadgeKey(rsa.generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=KEY_BITS))
