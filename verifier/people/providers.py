"""The OpenID providers that people may sign in with: the file `VERIFIER_OIDC`, read by `keys.sign_in.oidc`.

Each secret stands in a file of its own, beside this one or at an absolute place, that only its owner may read.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from keys.fetch import Network
from keys.sign_in.errors import OidcError
from keys.sign_in.oidc.providers_file import read_providers
from keys.sign_in.oidc.relying_party import RelyingParty
from verifier.errors import ProvidersFileError

_MAX_BYTES: Final = 64 * 1024
_MAX_SECRET_BYTES: Final = 4 * 1024
_OTHERS: Final = 0o077


def relying_parties(
    path: Path | None, *, development: bool, network: Network | None = None
) -> Mapping[str, RelyingParty]:
    """Return the relying parties by the id of their provider; none without a file.

    Args:
        path: of the file.
        development: whether providers may be on this machine.
        network: how they are reached.

    Raises:
        ProvidersFileError: it cannot be read, or one of them cannot be used; the message names which.
    """
    if path is None:
        return {}
    try:
        providers = read_providers(
            _read(path, _MAX_BYTES), secret_of=lambda name: _secret(path.parent / name), development=development
        )
        shared = network or Network()
        return {provider.id: RelyingParty(provider, network=shared) for provider in providers}
    except OidcError as error:
        raise ProvidersFileError(f"{path.name}: {error.message}") from error


def _secret(path: Path) -> str:
    data = _read(path, _MAX_SECRET_BYTES)
    if path.stat().st_mode & _OTHERS:
        raise ProvidersFileError(f"{path.name}: expected a secret in a file that only its owner may read")
    try:
        secret = data.decode("ascii").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret:
        raise ProvidersFileError(f"{path.name}: expected a secret in ASCII")
    return secret


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise ProvidersFileError(f"{path.name}: expected a readable file, found: {error.strerror}") from error
    if len(data) > max_bytes:
        raise ProvidersFileError(f"{path.name}: expected at most {max_bytes} bytes")
    return data
