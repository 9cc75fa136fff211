"""`/static/DIGEST/NAME`: the files of the pages; the address changes with them, so browsers keep them."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from credential_schemas.look.serving import KEPT, Asset, ServedFile
from issuer.api.named_routes import add_named_route
from issuer.api.problems import problem


def static_files_router(assets: Mapping[str, Asset], *, folder: str) -> APIRouter:
    """Return the address of the files; nothing is ever read by a name from outside.

    Args:
        assets: the files by name.
        folder: path in which they are.
    """
    router = APIRouter()
    files = {name: ServedFile(asset, cache=KEPT) for name, asset in assets.items()}

    async def show_file(request: Request) -> Response:
        """Give a file."""
        file = files.get(request.path_params["name"])
        if file is None:
            return problem(request, 404, code="not_found", detail="there is nothing here")
        status, body, headers = file.answer(request.headers)
        return Response(body, status, headers=headers, media_type=file.media_type)

    add_named_route(router, f"{folder}/{{name}}", show_file, method="GET")
    return router
