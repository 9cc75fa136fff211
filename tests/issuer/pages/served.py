"""A bank that is serving on loopback, for tests that look at its pages with a browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from issuer.api.pages.opening import Ways
from issuer.operating.works import OperatorWork
from issuer.postings import read_postings
from keys.gate.gate import App, Receive, Scope, Send
from tests.calculator import CHROMIUM
from tests.issuer.pages.page_world import PageWorld, people
from tests.keys.gate.serving import serving


@dataclass
class Late:
    """An application that is put in place when its port is known."""

    app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            assert self.app is not None
            await self.app(scope, receive, send)


@dataclass
class Served:
    """A bank that is serving, a browser to visit it, an entry of its walkers by id, and which hosts were asked."""

    world: PageWorld
    browser: Browser
    entry: str
    asked: set[str] = field(default_factory=set)

    def page(self, **options: Any) -> Page:  # noqa: ANN401 - passed on to the browser
        context = self.browser.new_context(base_url=self.world.issuer, **options)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))
        return page


@contextmanager
def served_bank(
    founded: Path, folder: Path, *, operating: OperatorWork | None = None, postings: Path | None = None
) -> Iterator[PageWorld]:
    """Serve a copy of a bank; skips the test where there is no browser to visit it.

    Args:
        founded: the folder of the bank to copy.
        folder: an empty one.
        operating: which sources its pages can ask, and how.
        postings: the folder of job postings to choose by.
    """
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the pages are not tried")
    shutil.copytree(founded, folder / "bank")
    late = Late()
    with serving(late) as port:
        ways = Ways(test_persons=people(), postings={} if postings is None else read_postings(postings))
        world = PageWorld(folder / "bank", ways, issuer=f"http://127.0.0.1:{port}", operating=operating)
        late.app = world.app
        try:
            yield world
        finally:
            world.bank.close()
