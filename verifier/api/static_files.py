"""Addresses of the files that pages load: read once, told apart by their digest, never anything from a path."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

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
    compressed = _compressed(asset.body) if len(asset.body) >= _WORTH_COMPRESSING else None

    async def show_file(request: Request) -> Response:
        """Give the file, or say that the browser has it."""
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(compressed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(asset.body, media_type=asset.media_type, headers=headers)

    # A plain route: FastAPI's own would look for parameters in each of some sixty, at every start.
    router.add_route(path, show_file, methods=["GET"], include_in_schema=False)


@cache
def _compressed(body: bytes) -> bytes:
    """Made once: the files never change while the service runs. They hold no secret that sizes could tell."""
    return gzip.compress(body, 9, mtime=0)
