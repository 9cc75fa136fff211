"""The `Signer` protocol: whatever signs our tokens and seals, wherever its private key lives; `key_uris` opens one."""

from typing import Protocol


class Signer(Protocol):
    """Something that signs with one private key and never shows it."""

    @property
    def key_id(self) -> str:
        """Return the `kid`: the first 16 characters of the public key's RFC 7638 thumbprint."""
        ...

    @property
    def algorithm(self) -> str:
        """Return the JWS name of the algorithm, `ES256`."""
        ...

    def public_jwk(self) -> dict[str, str]:
        """Return the members of the public JWK, `kid` included."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the raw r || s signature (64 bytes) over the message; hashing is part of signing."""
        ...
