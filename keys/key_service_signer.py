"""Private keys in a key service, such as that of a cloud: a `Signer` over whatever an installed package provides.

The key is named by `kms:PROVIDER/NAME`. A provider is a package of its own that registers a function under the entry
point group `competency_bank.key_services`, with the provider's name; no library of any service is needed here. The
message is hashed here and the service signs the digest, as all of them can (ECDSA on P-256 with SHA-256).

Rules enforced: one provider of that name; a public key on P-256; every signature verifies under it before it is used.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Final, Protocol
from urllib.parse import unquote

from keys.encoding import JsonValue
from keys.errors import JwkError, KeyDeviceError
from keys.jwk import PublicKey, der_to_raw
from keys.limits import MAX_KEY_URI_CHARACTERS
from keys.public_half import PublicHalf
from keys.values import dataclass, field

PROVIDERS: Final = "competency_bank.key_services"
_PROVIDER: Final = re.compile("[a-z][a-z0-9-]{0,31}")


class KeyService(Protocol):
    """What a provider gives access to. It raises `KeyDeviceError` for whatever the service refuses or cannot do."""

    def public_jwk(self, name: str) -> Mapping[str, JsonValue]:
        """Return the public key of a name as a JWK."""
        ...

    def sign_digest(self, name: str, digest: bytes) -> bytes:
        """Return the ECDSA signature over a SHA-256 digest, DER (RFC 3279 section 2.2.3)."""
        ...


OpenService = Callable[[Callable[[], str]], KeyService]
"""What a provider registers: given a way to ask for a secret, which it need not use, it opens the service."""


@dataclass(frozen=True, slots=True)
class KeyServiceSigner(PublicHalf):
    """A `Signer` whose key lives in a key service."""

    public_key: PublicKey
    _service: KeyService = field(repr=False)
    _name: str

    def sign(self, message: bytes) -> bytes:
        """Return the raw r || s signature (64 bytes) over the message.

        Raises:
            KeyDeviceError: the service does not sign, or what it answers is no signature of this key.
        """
        answer = self._service.sign_digest(self._name, hashlib.sha256(message).digest())
        try:
            signature = der_to_raw(answer)
        except (ValueError, OverflowError):
            signature = b""
        if not self.public_key.verify(signature, message):
            raise KeyDeviceError("expected the key service to make a signature that its public key verifies")
        return signature


def open_key_service_signer(rest: str, *, ask_secret: Callable[[], str]) -> KeyServiceSigner:
    """Open the key that a `kms:` URI names.

    Args:
        rest: the URI without its scheme: provider, a slash, and the name that the provider knows, percent-encoded.
        ask_secret: handed to the provider.

    Raises:
        KeyDeviceError: the URI is malformed; no package, or more than one, provides the service; the service refuses;
            or its key is not on P-256.
    """
    provider, slash, name = rest.partition("/")
    if len(rest) > MAX_KEY_URI_CHARACTERS or not _PROVIDER.fullmatch(provider) or not slash or not name:
        raise KeyDeviceError(f"expected kms:PROVIDER/NAME of at most {MAX_KEY_URI_CHARACTERS} characters")
    found = list(entry_points(group=PROVIDERS, name=provider))
    if len(found) != 1:
        raise KeyDeviceError(f"expected one installed package that provides {provider}, found {len(found)}")
    open_service: OpenService = found[0].load()
    service, key_name = open_service(ask_secret), unquote(name)
    try:
        unnamed = {member: value for member, value in service.public_jwk(key_name).items() if member != "kid"}
        public_key = PublicKey.from_jwk(unnamed)
    except JwkError as error:
        raise KeyDeviceError(f"the public key of the key service: {error.message}") from error
    return KeyServiceSigner(PublicKey.from_jwk({**unnamed, "kid": public_key.short_name()}), service, key_name)
