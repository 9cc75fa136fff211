"""Addresses of the files that pages load: read once, told apart by their digest, never anything from a path."""

import gzip
import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Header, Response

from verifier.web.static import Asset

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_WORTH_COMPRESSING: Final = 1024


def static_files_router(assets: Mapping[str, Asset], *, headers: Mapping[str, str] = _NO_HEADERS) -> APIRouter:
    """Return one address for each file; browsers ask again each time, and get it again only when it changed.

    Args:
        assets: the files by address.
        headers: of every answer, besides the usual ones.
    """
    router = APIRouter()
    for path, asset in assets.items():
        _add(router, path, asset, headers=headers)
    return router


def _add(router: APIRouter, path: str, asset: Asset, *, headers: Mapping[str, str]) -> None:
    tag = f'"{hashlib.sha256(asset.body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "no-cache",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
        **headers,
    }
    # Made once: the files never change while the service runs. They hold no secret that sizes could tell.
    compressed = gzip.compress(asset.body, 9, mtime=0) if len(asset.body) >= _WORTH_COMPRESSING else None

    @router.get(path, include_in_schema=False)
    def show_file(
        if_none_match: Annotated[str | None, Header()] = None, accept_encoding: Annotated[str, Header()] = ""
    ) -> Response:
        """Give the file, or say that the browser has it."""
        if if_none_match is not None and tag in if_none_match:
            return Response(status_code=304, headers=headers)
        if compressed is not None and "gzip" in accept_encoding:
            return Response(compressed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(asset.body, media_type=asset.media_type, headers=headers)
