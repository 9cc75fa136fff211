"""Files that pages load by their address, and the policy under which browsers may run them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from credential_schemas.look.pages import MEDIA_TYPES, read_look

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'"
)
"""Content-Security-Policy of every page: our own files only, nothing inline, and no text that becomes markup."""

PAGE_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": PAGE_POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every page, beside those that the gate adds to every answer."""

SCRIPT: Final = "text/javascript; charset=utf-8"
STYLE: Final = "text/css; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as browsers get it."""

    body: bytes
    media_type: str


def web_asset(name: str, media_type: str) -> Asset:
    """Return a file of this package."""
    return Asset(files(__package__).joinpath(name).read_bytes(), media_type)


def look_assets() -> dict[str, Asset]:
    """Return the shared look by address."""
    return {f"/look/{name}": Asset(read_look(name), media_type) for name, media_type in MEDIA_TYPES.items()}
