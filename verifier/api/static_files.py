"""Addresses of the files that pages load: read once, told apart by their digest, never anything from a path."""

import hashlib
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Header, Response

from verifier.web.static import Asset


def static_files_router(assets: Mapping[str, Asset]) -> APIRouter:
    """Return one address for each file; browsers ask again each time, and get it again only when it changed."""
    router = APIRouter()
    for path, asset in assets.items():
        _add(router, path, asset)
    return router


def _add(router: APIRouter, path: str, asset: Asset) -> None:
    tag = f'"{hashlib.sha256(asset.body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "same-origin"}

    @router.get(path, include_in_schema=False)
    def show_file(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        """Give the file, or say that the browser has it."""
        if if_none_match is not None and tag in if_none_match:
            return Response(status_code=304, headers=headers)
        return Response(asset.body, media_type=asset.media_type, headers=headers)
