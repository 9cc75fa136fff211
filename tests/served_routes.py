"""Every address of an application, also of the routers within its routers."""

from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute, Route


def routes_within(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Yield the routes that answer; FastAPI keeps an included router as one route with its own inside."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_within(inner.routes)
        elif isinstance(route, Route):
            yield route
        else:
            raise AssertionError(f"{type(route).__name__} is a route that nobody looks into")
