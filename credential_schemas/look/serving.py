"""What every page of the services is sent with: the policy under which browsers may run it, and its files."""

import gzip
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
KEPT: Final = "public, max-age=31536000, immutable"
"""Cache rule of a file whose address changes with what is in it; browsers never ask for it again."""

ASKED_AGAIN: Final = "no-cache"
"""Cache rule of a file whose address stays; browsers ask each time, and get it only when it changed."""

_DIGEST_CHARACTERS: Final = 16
_TAG_CHARACTERS: Final = 32
_WORTH_COMPRESSING: Final = 1024


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as browsers get it."""

    body: bytes
    media_type: str


class ServedFile:
    """A file as it is sent: compressed once, and with a tag, for it never changes while the service runs.

    It holds no secret that the size of a compressed answer could tell.
    """

    def __init__(self, asset: Asset, *, cache: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        """Prepare it.

        Args:
            asset: the file.
            cache: `KEPT` or `ASKED_AGAIN`.
            headers: of every answer, besides the usual ones.
        """
        self.media_type = asset.media_type
        self._body = asset.body
        self._compressed = gzip.compress(asset.body, 9, mtime=0) if len(asset.body) >= _WORTH_COMPRESSING else None
        self._tag = f'"{hashlib.sha256(asset.body).hexdigest()[:_TAG_CHARACTERS]}"'
        self._headers = {
            "ETag": self._tag,
            "Cache-Control": cache,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Vary": "Accept-Encoding",
            **headers,
        }

    def answer(self, asked: Mapping[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers for a browser.

        Args:
            asked: the headers of its request, names in lower case.
        """
        if self._tag in asked.get("if-none-match", ""):
            return 304, b"", self._headers
        if self._compressed is not None and "gzip" in asked.get("accept-encoding", ""):
            return 200, self._compressed, {**self._headers, "Content-Encoding": "gzip"}
        return 200, self._body, self._headers


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
