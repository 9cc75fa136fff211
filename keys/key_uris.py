"""Open a key from its URI, such as `file:/path/key.pem`.

A new kind of key device is one new module that implements `Signer` and one new line in `_SCHEMES`.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar
from urllib.parse import unquote

from keys.errors import UnknownKeyScheme
from keys.key_files import (
    read_note_key,
    read_plain_development_note_key,
    read_plain_development_signer,
    read_signer,
)
from keys.key_service_signer import open_key_service_signer
from keys.note_keys import NoteSigner
from keys.pkcs11_signer import open_pkcs11_note_signer, open_pkcs11_signer
from keys.signer import Signer

SecretSource = Callable[[str], str]
"""Asked with a key URI, answers the passphrase or PIN for it."""

T = TypeVar("T")
Opener = Callable[[str, Callable[[], str]], T]
"""Opens what stands behind the scheme of a key URI; the second argument asks for the secret."""


def open_signer(uri: str, *, secrets: SecretSource) -> Signer:
    """Open the key that a URI names.

    Args:
        uri: `file:/path/key.pem` for an encrypted key file; `dev-file:/path/key.pem` for a plain one that protects
            nothing and belongs to development only; `pkcs11:token=…;object=…?module-path=…` for a key in a token
            (RFC 7512), never with its PIN; `kms:PROVIDER/NAME` for a key in a key service.
        secrets: asked for the passphrase or PIN, with the URI; not asked for a plain development key.

    Raises:
        UnknownKeyScheme: the URI has another scheme, or none.
        KeyFileError: the file is missing, damaged, readable by others, or not the kind that the scheme promises.
        KeyDeviceError: the token or service, its library or the key is missing, not the only one of its name, or
            unusable.
        WrongPassphrase: the passphrase or PIN does not open it.
    """
    return _opener(uri, _SCHEMES)(_rest(uri), lambda: secrets(uri))


def open_note_key(uri: str, *, secrets: SecretSource) -> NoteSigner:
    """Open the Ed25519 key of a log that a URI names: a file or a token as in `open_signer`, with its errors."""
    return _opener(uri, _NOTE_SCHEMES)(_rest(uri), lambda: secrets(uri))


def _opener(uri: str, schemes: Mapping[str, Opener[T]]) -> Opener[T]:
    scheme, colon, _ = uri.partition(":")
    opener = schemes.get(scheme.lower()) if colon else None
    if opener is None:
        known = ", ".join(f"{name}:" for name in sorted(schemes))
        raise UnknownKeyScheme(f"expected a key URI that begins with one of {known}; found another or none")
    return opener


def _rest(uri: str) -> str:
    return uri.partition(":")[2]


def _open_file(rest: str, ask: Callable[[], str]) -> Signer:
    return read_signer(_path(rest), passphrase=ask())


def _open_development_file(rest: str, _ask: Callable[[], str]) -> Signer:
    return read_plain_development_signer(_path(rest))


def _open_token(rest: str, ask: Callable[[], str]) -> Signer:
    return open_pkcs11_signer(rest, ask_pin=ask)


def _open_key_service(rest: str, ask: Callable[[], str]) -> Signer:
    return open_key_service_signer(rest, ask_secret=ask)


def _path(rest: str) -> str:
    """Read the path of `file:/path` or `file:///path`; percent escapes are decoded (RFC 8089)."""
    return unquote(rest.removeprefix("//"))


def _open_note_file(rest: str, ask: Callable[[], str]) -> NoteSigner:
    return read_note_key(_path(rest), passphrase=ask())


def _open_development_note_file(rest: str, _ask: Callable[[], str]) -> NoteSigner:
    return read_plain_development_note_key(_path(rest))


def _open_note_token(rest: str, ask: Callable[[], str]) -> NoteSigner:
    return open_pkcs11_note_signer(rest, ask_pin=ask)


_SCHEMES: Final[Mapping[str, Opener[Signer]]] = {
    "file": _open_file,
    "dev-file": _open_development_file,
    "pkcs11": _open_token,
    "kms": _open_key_service,
}
_NOTE_SCHEMES: Final[Mapping[str, Opener[NoteSigner]]] = {
    "file": _open_note_file,
    "dev-file": _open_development_note_file,
    "pkcs11": _open_note_token,
}
