"""The small signed world of the verifier's tests, and Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.calculator import CHROMIUM, Calculator
from tests.verifier.conftest import keys, reader, world
from tests.verifier.web.one_script import joined_modules
from tests.verifier.web.visiting import PHONE, Visit, chromium, verifier_of
from tests.verifier.world import Keys, World
from verifier.evidence.reader import EvidenceReader
from verifier.web.scan_files import scan_assets
from verifier.web.static import PAGE_POLICY

__all__ = ["keys", "reader", "world"]

PATIENCE_MS = 60_000  # only a page that hangs makes a test wait so long
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def calculator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calculator]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the browser's verification is not tried")
    files = {
        address: (asset.media_type, asset.body) for address, asset in {**scan_assets(), **joined_modules()}.items()
    }
    calculator = Calculator(tmp_path_factory.mktemp("chromium"), files, policy=PAGE_POLICY)
    try:
        yield calculator
    finally:
        calculator.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the pages are not tried")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as browser:
        yield browser


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A telephone of 360 px that keeps no page for the time without a network, which would load every file twice."""
    with browser.new_context(viewport=PHONE, service_workers="block") as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def keeping_phone(browser: Browser) -> Iterator[BrowserContext]:
    """A telephone of 360 px that keeps the page for the time without a network."""
    with browser.new_context(viewport=PHONE) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture(scope="module")
def visit(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """A verifier of an issuer whose codes may lead anywhere; its world stays as it is."""
    world = World(keys, reader, tmp_path_factory.mktemp("world"))
    world.issuer["verify_urls"] = []
    with verifier_of(world) as visit:
        yield visit
