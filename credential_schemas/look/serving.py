"""What every page of the services is sent with: the policy under which browsers may run it, and its files."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from credential_schemas.look.pages import MEDIA_TYPES, read_look, tokens_of_theme
from keys.values import dataclass

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'"
)
"""Content-Security-Policy of every page: our own files only, nothing inline, and no text that becomes markup."""

PAGE_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": PAGE_POLICY,
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""Headers of every page, beside those that the gate adds to every answer."""

SCRIPT: Final = "text/javascript; charset=utf-8"
STYLE: Final = "text/css; charset=utf-8"
_DIGEST_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as browsers get it."""

    body: bytes
    media_type: str


def look_files() -> dict[str, Asset]:
    """Return the shared look by file name, with the tokens for light and for dark beside those for the system."""
    files = {name: Asset(read_look(name), media_type) for name, media_type in MEDIA_TYPES.items()}
    themes = {"tokens-light.css": tokens_of_theme(dark=False), "tokens-dark.css": tokens_of_theme(dark=True)}
    return files | {name: Asset(body, STYLE) for name, body in themes.items()}


def digest_of(assets: Mapping[str, Asset]) -> str:
    """Return 16 hex digits over names and contents: a folder of that name never changes what is in it."""
    digest = hashlib.sha256()
    for name in sorted(assets):
        digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(assets[name].body).digest())
    return digest.hexdigest()[:_DIGEST_CHARACTERS]
