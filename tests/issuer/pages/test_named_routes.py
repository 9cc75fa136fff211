"""Pages are counted and logged by the template of their address, in the service as it is built."""

import asyncio

import httpx

from issuer.app import Desk, ServiceWork, create_app
from keys.gate.gate import Visitors
from keys.gate.measured import Measured, Served
from tests.issuer.conftest import URL
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.pages.test_routes import FILLED
from tests.served_routes import routes_within

SECRET = "7K3MQ-X9D2V"


class Filled(dict[str, str]):
    """A value for every part of an address."""

    def __missing__(self, name: str) -> str:
        return "1"


class Written:
    """A ledger that keeps what it is told."""

    def __init__(self) -> None:
        self.served: list[Served] = []

    def begun(self) -> None:
        """Nothing is counted."""

    def ended(self, served: Served) -> None:
        self.served.append(served)


def asked(pages: PageWorld, paths: list[tuple[str, str]]) -> list[Served]:
    work = ServiceWork(refresh=lambda: None, problems=list)
    app = create_app(pages.bank.folder, pages.bank.profile, work, desk=Desk(visitors=Visitors(), pages=pages.desk))
    written = Written()

    async def ask() -> None:
        transport = httpx.ASGITransport(Measured(app, written))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            for method, path in paths:
                await client.request(method, path)

    asyncio.run(ask())
    return written.served


def test_every_page_for_holders_and_staff_is_told_by_its_template(pages: PageWorld) -> None:
    routes = [
        (method, route.path)
        for route in routes_within(pages.app.routes)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    assert len(routes) > 200
    told = asked(pages, [(method, path.format_map(Filled(FILLED))) for method, path in routes])
    assert [(each.method, each.route) for each in told] == routes


def test_what_no_page_has_is_told_without_its_address(pages: PageWorld) -> None:
    assert [each.route for each in asked(pages, [("GET", f"/{SECRET}"), ("POST", f"/help/{SECRET}")])] == ["other"] * 2
