"""Ed25519 keys that sign notes, such as the checkpoints of a transparency log; for nothing else in this project.

Witnesses and mirrors of public logs know Ed25519 notes only, so the log has a key of this kind beside the ES256 keys.
In a trust list it is a JWK; for other programs `verifier_key` writes it as Go's `note` package does.

Source: RFC 8032 (Ed25519), RFC 8037 section 2 (JWK), C2SP signed-note, section Ed25519 signatures
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keys.encoding import JsonValue, b64url_decode, b64url_encode, encode_json
from keys.errors import DecodingError, JwkError
from keys.limits import ED25519_KEY_BYTES, KID_CHARACTERS
from keys.values import dataclass, field

NOTE_SIGNATURE_TYPE: Final = b"\x01"
KEY_ID_BYTES: Final = 4
_ALGORITHMS: Final = ("Ed25519", "EdDSA")  # RFC 9864 gave the first name to what RFC 8037 called by the second


@dataclass(frozen=True, slots=True)
class NotePublicKey:
    """An Ed25519 public key; `raw` are its 32 bytes."""

    raw: bytes
    _key: Ed25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.raw) != ED25519_KEY_BYTES:
            raise JwkError(f"expected an Ed25519 key of {ED25519_KEY_BYTES} bytes")
        object.__setattr__(self, "_key", Ed25519PublicKey.from_public_bytes(self.raw))

    @classmethod
    def from_jwk(cls, mapping: Mapping[str, JsonValue]) -> "NotePublicKey":
        """Read a public key from the members of a JWK; its `kid` must be the one we would give it.

        Raises:
            JwkError: another kind of key, a private key, another use, or another `kid`.
        """
        if "d" in mapping:
            raise JwkError("expected a public key, found a private member")
        if mapping.get("kty") != "OKP" or mapping.get("crv") != "Ed25519":
            raise JwkError("expected kty OKP and crv Ed25519")
        if mapping.get("alg", _ALGORITHMS[0]) not in _ALGORITHMS or mapping.get("use", "sig") != "sig":
            raise JwkError("expected a key for signatures with Ed25519, found another use")
        text = mapping.get("x")
        try:
            key = cls(b64url_decode(text if isinstance(text, str) else "?"))
        except DecodingError:
            raise JwkError("expected x in canonical base64url") from None
        if mapping.get("kid") != key.short_name():
            raise JwkError("expected the kid to be the beginning of the key's thumbprint")
        return key

    def jwk(self) -> dict[str, str]:
        """Return the members of the public JWK: kty, crv, x, kid, alg, use."""
        members = {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(self.raw), "kid": self.short_name()}
        return members | {"alg": _ALGORITHMS[0], "use": "sig"}

    def short_name(self) -> str:
        """Return the `kid`: the first 16 characters of the SHA-256 thumbprint (RFC 7638, RFC 8037 section 2)."""
        required: dict[str, JsonValue] = {"crv": "Ed25519", "kty": "OKP", "x": b64url_encode(self.raw)}
        return b64url_encode(hashlib.sha256(encode_json(required)).digest())[:KID_CHARACTERS]

    def key_id(self, name: str) -> bytes:
        """Return the 4 bytes that a signature line names this key by, under a key name."""
        return hashlib.sha256(name.encode() + b"\n" + NOTE_SIGNATURE_TYPE + self.raw).digest()[:KEY_ID_BYTES]

    def verifier_key(self, name: str) -> str:
        """Return the key as text for witnesses and other programs: name, key id and key, joined by plus signs."""
        encoded = base64.b64encode(NOTE_SIGNATURE_TYPE + self.raw).decode("ascii")
        return f"{name}+{self.key_id(name).hex()}+{encoded}"

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Return whether this key made the signature over the message."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class NoteSigner(Protocol):
    """Something that signs notes with one Ed25519 key and never shows it."""

    def public_key(self) -> NotePublicKey:
        """Return the public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message, 64 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class NotePrivateKey:
    """An Ed25519 private key in memory; its `repr` shows the `kid` only."""

    _key: Ed25519PrivateKey = field(repr=False)

    def __repr__(self) -> str:
        return f"NotePrivateKey(kid={self.public_key().short_name()!r})"

    def public_key(self) -> NotePublicKey:
        """Return the public half."""
        return NotePublicKey(self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message, 64 bytes."""
        return self._key.sign(message)

    def cryptography_key(self) -> Ed25519PrivateKey:
        """Return the key object of the `cryptography` library, for other modules of `keys` only."""
        return self._key


def create_note_key() -> NotePrivateKey:
    """Make a new Ed25519 key from the operating system's randomness."""
    return NotePrivateKey(Ed25519PrivateKey.generate())
