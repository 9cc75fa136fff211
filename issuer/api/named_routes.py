"""Addresses that say their template, as FastAPI's own do: metrics and the log tell requests apart by it."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from keys.values import dataclass

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class RouteName:
    """What stands in a request's scope under `route`; `path` is the template, never what was asked for."""

    path: str


def add_named_route(router: APIRouter, path: str, endpoint: Endpoint, *, method: str) -> None:
    """Add an address for one method that no document describes; a plain route of Starlette would not say its name.

    Args:
        router: where it belongs.
        path: template, such as `/entries/{entry_id}`.
        endpoint: answers.
        method: `GET` (and with it `HEAD`) or `POST`.
    """
    name = RouteName(path)

    async def answer(request: Request) -> Response:
        request.scope["route"] = name
        return await endpoint(request)

    router.add_route(path, answer, methods=[method], include_in_schema=False)
