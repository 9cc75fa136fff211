"""`/static/DIGEST/NAME`: the files of the pages; the address changes with them, so browsers keep them."""

import gzip
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from credential_schemas.look.serving import Asset
from issuer.api.problems import problem

_WORTH_COMPRESSING: Final = 1024
_HEADERS: Final = MappingProxyType(
    {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
    }
)


def static_files_router(assets: Mapping[str, Asset], *, folder: str) -> APIRouter:
    """Return the address of the files; nothing is ever read by a name from outside.

    Args:
        assets: the files by name.
        folder: path in which they are.
    """
    router = APIRouter()
    # Made once: the files never change while the service runs. They hold no secret that sizes could tell.
    compressed = {name: gzip.compress(asset.body, 9, mtime=0) for name, asset in assets.items()}

    def show_file(request: Request) -> Response:
        """Give a file."""
        name = request.path_params["name"]
        asset = assets.get(name)
        if asset is None:
            return problem(request, 404, code="not_found", detail="there is nothing here")
        if "gzip" in request.headers.get("accept-encoding", "") and len(asset.body) >= _WORTH_COMPRESSING:
            headers = {**_HEADERS, "Content-Encoding": "gzip"}
            return Response(compressed[name], media_type=asset.media_type, headers=headers)
        return Response(asset.body, media_type=asset.media_type, headers=dict(_HEADERS))

    router.add_route(f"{folder}/{{name}}", show_file, methods=["GET"], include_in_schema=False)
    return router
