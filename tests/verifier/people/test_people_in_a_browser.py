"""Signing in and changing the trust list in Chromium: without scripts, on a telephone and on a desk, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from keys.sign_in.cookies import Cookies
from tests.axe import DESK, PHONE, faults, faults_everywhere, faults_once
from tests.calculator import CHROMIUM
from tests.keys.gate.serving import serving
from tests.verifier.bundles import BundleDesk
from tests.verifier.people.entrance_world import PASSWORD, House
from tests.verifier.web.visiting import chromium
from tests.verifier.world import ISSUER, Keys, World
from verifier.api.signed_in import Entrance
from verifier.evidence.reader import EvidenceReader
from verifier.trust_files import offered_list_or_bundle
from verifier.trust_folder import TrustFolder

pytestmark = pytest.mark.slow
NEWS = "협약 체결"
REMOVE = f"/settings/trust/remove?issuer={ISSUER}"


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


@pytest.fixture(scope="module")
def place(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A service on loopback whose trust list has one issuer, with a bundle."""
    folder = tmp_path_factory.mktemp("house")
    house = House(World(keys, reader, folder), folder / "house")
    house.now = int(house.world.now.timestamp())
    bundle = BundleDesk(house.world).token().encode()
    TrustFolder(house.trust_file).add(
        offered_list_or_bundle(bundle, now=house.now), source=f"{ISSUER}/trust-bundle.jwt", now=house.now
    )
    with serving(house.app) as port:
        origin = f"http://127.0.0.1:{port}"
        house.app.state.entrance = Entrance(house.desk, Cookies("verifier", secure=False), (origin,))
        yield house, origin
    house.store.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
        yield context


def sign_in(page: Page, origin: str, name: str = "haneul", path: str = "/en/settings") -> None:
    page.goto(origin + path)
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def is_wider_than_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_the_way_from_the_sign_in_to_a_removed_issuer_needs_no_script(
    place: tuple[House, str], context: BrowserContext
) -> None:
    house, origin = place
    page = context.new_page()
    sign_in(page, origin)
    assert page.url == f"{origin}/en/settings"
    assert page.get_by_role("heading", name="Settings", exact=True).is_visible()
    page.get_by_role("link", name="Stop trusting").click()
    page.get_by_label("Reason for the change").fill(NEWS)
    page.get_by_role("button", name="Take it off the list").click()
    assert page.get_by_role("status").inner_text().startswith("No longer trusted.")
    assert page.get_by_role("cell", name=NEWS).is_visible()
    page.get_by_role("button", name="Sign out").click()
    assert page.url == f"{origin}/en/sign-in"
    assert [cookie["name"] for cookie in context.cookies()] == ["verifier-device"]
    bundle = BundleDesk(house.world).token().encode()
    offer = offered_list_or_bundle(bundle, now=house.now)
    TrustFolder(house.trust_file).add(offer, source=None, now=house.now)


def test_a_page_of_another_site_cannot_use_the_session(
    place: tuple[House, str], browser: Browser, tmp_path: Path
) -> None:
    house, origin = place
    with browser.new_context() as context:
        page = context.new_page()
        sign_in(page, origin)
        before = house.trust_file.read_bytes()
        attack = tmp_path / "attack.html"
        attack.write_text(
            f'<form method="post" action="{origin}/settings/trust/remove"><input name="issuer" value="{ISSUER}">'
            '<input name="reason" value="an attack"><button>win</button></form>'
        )
        page.goto(attack.as_uri())
        page.get_by_role("button").click()
        assert page.get_by_role("heading").inner_text() in ("다른 곳에서 온 요청입니다", "로그인이 끝났습니다")
        assert house.trust_file.read_bytes() == before


def test_the_keyboard_alone_signs_in_and_out(place: tuple[House, str], browser: Browser) -> None:
    _, origin = place
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        page.goto(f"{origin}/en/sign-in")
        page.get_by_label("Sign-in name").focus()
        page.keyboard.type("minji")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{origin}/en/account")
        page.get_by_role("button", name="Sign out", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"{origin}/en/sign-in")


def test_nothing_is_found_by_axe_and_nothing_is_cut_off(place: tuple[House, str], browser: Browser) -> None:
    _, origin = place
    found, wide = {}, []
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{origin}/sign-in")
        found["sign-in"] = faults(page)
        sign_in(page, origin)
        for path, look in (("/settings", faults_everywhere), ("/account", faults), (REMOVE, faults)):
            page.goto(f"{origin}/en{path}")
            found[path] = look(page)
            page.goto(origin + path)
            page.set_viewport_size(PHONE)
            wide += [path] if is_wider_than_its_window(page) else []
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert wide == []


def test_pages_for_those_who_are_not_let_in_have_no_fault(place: tuple[House, str], browser: Browser) -> None:
    house, origin = place
    found = {}
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(f"{origin}/en/sign-in")
        found["sign-in"] = faults_once(page)
        sign_in(page, origin, "minji")
        found["another role"] = faults_once(page)
        entrance, house.app.state.entrance = house.app.state.entrance, None
        page.goto(f"{origin}/sign-in")
        found["not set up"] = faults_once(page)
        house.app.state.entrance = entrance
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_page_that_asks_for_a_fingerprint_has_no_fault(
    place: tuple[House, str], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, origin = place
    bundle = BundleDesk(house.world).token().encode()
    monkeypatch.setattr("keys.fetch.Fetcher.get", lambda *_, **__: bundle)
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        sign_in(page, origin)
        page.locator("#url").fill(f"{ISSUER}/trust-bundle.jwt")
        page.locator("#reason-look").fill(NEWS)
        page.locator("#reason-look").press("Enter")
        page.locator("#fingerprint").wait_for()
        assert faults_everywhere(page) == []
        assert not is_wider_than_its_window(page)
