"""Addresses of the files that pages load: read once, told apart by their digest, never anything from a path."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from credential_schemas.look.serving import ASKED_AGAIN, Asset, ServedFile

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


def static_files_router(assets: Mapping[str, Asset], *, headers: Mapping[str, str] = _NO_HEADERS) -> APIRouter:
    """Return one address for each file; browsers ask again each time, and get it again only when it changed.

    Args:
        assets: the files by address.
        headers: of every answer, besides the usual ones.
    """
    router = APIRouter()
    for path, asset in assets.items():
        _add(router, path, _served(asset, tuple(headers.items())))
    return router


def _add(router: APIRouter, path: str, file: ServedFile) -> None:
    async def show_file(request: Request) -> Response:
        """Give the file, or say that the browser has it."""
        status, body, headers = file.answer(request.headers)
        return Response(body, status, headers=headers, media_type=file.media_type)

    # A plain route: FastAPI's own would look for parameters in each of some sixty, at every start.
    router.add_route(path, show_file, methods=["GET"], include_in_schema=False)


@cache
def _served(asset: Asset, headers: tuple[tuple[str, str], ...]) -> ServedFile:
    """Made once for all services of a process."""
    return ServedFile(asset, cache=ASKED_AGAIN, headers=dict(headers))
