"""What every `Signer` says of its key, wherever the private half lives: in memory, in a token, in a key service."""

from functools import lru_cache

from keys.jwk import PublicKey


class PublicHalf:
    """Tells of the public half of the P-256 key that a signer signs with; a signer has it in `public_key`."""

    __slots__ = ()

    public_key: PublicKey

    @property
    def key_id(self) -> str:
        """Return the `kid`: the first 16 characters of the public key's RFC 7638 thumbprint."""
        return _short_name(self.public_key)

    @property
    def algorithm(self) -> str:
        """Return the JWS name of the algorithm, `ES256`."""
        return self.public_key.algorithm

    def public_jwk(self) -> dict[str, str]:
        """Return the members of the public JWK, `kid` included."""
        return self.public_key.jwk()


@lru_cache(maxsize=64)  # keys that sign here; asked for each token
def _short_name(key: PublicKey) -> str:
    return key.short_name()
