"""The page that asks a wallet, in a browser: a code to scan, its live state, its end, a lost network, no faults."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect, sync_playwright

from credential_schemas.openid4vp.transaction_data import transaction_data_hash
from tests.axe import DESK, PHONE, faults, faults_once
from tests.calculator import CHROMIUM
from tests.keys.gate.serving import serving
from tests.qr_reading import qr_codes_of
from tests.verifier.committee_pages.hall import Hall
from tests.verifier.presentations.counter import URL, Counter, JsonObject, Wallet
from tests.verifier.web.visiting import chromium, fits
from tests.verifier.world import NOW, Keys, World
from verifier.evidence.reader import EvidenceReader
from verifier.presentations.limits import LIFE_S

pytestmark = pytest.mark.slow
LOOKS_AFTER_MS = 1_600
QUERY = "national_technical_qualification"


class ServedCounter(Counter):
    """A counter whose wallets come over HTTP; it runs no event loop beside that of the browser."""

    origin = ""

    def ask(self, method: str, url: str, body: bytes | None = None, /, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = self.origin + url.removeprefix(URL)
        return httpx.request(method, address, content=body, headers=named, trust_env=False)


@dataclass
class Served:
    """The service with an open notice, and the officer's session."""

    counter: ServedCounter
    notice: str
    session: str


@pytest.fixture(scope="module")
def served(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("ask")
    hall = Hall(World(keys, reader, folder), folder / "house")
    notice = hall.notice().rpartition("/")[2]
    counter = ServedCounter(hall.world, entrance=hall.house.entrance())
    with serving(counter.app) as port:
        counter.origin = f"http://127.0.0.1:{port}"
        entrance = counter.app.state.entrance
        counter.app.state.entrance = replace(entrance, own_origins=(*entrance.own_origins, counter.origin))
        yield Served(counter, notice, hall.officer.cookies["verifier-session"])
    hall.house.store.close()


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[Browser]:
    """Chromium, started after everything that runs an event loop of its own."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the pages are not tried")
    del served
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


@pytest.fixture
def officer(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    """The officer's browser, at the time of the world."""
    served.counter.now = NOW
    with browser.new_context(viewport=PHONE) as context:
        cookie = {"name": "verifier-session", "value": served.session, "url": served.counter.origin}
        context.add_cookies([cookie])  # type: ignore[list-item] # the three members that playwright asks for
        yield context
    served.counter.now = NOW


def asked(officer: BrowserContext, served: Served, language: str = "") -> Page:
    """Return the page of a new request; its timers run when a test lets them."""
    page = officer.new_page()
    page.clock.install()
    page.goto(f"{served.counter.origin}{language}/requests/new?notice={served.notice}")
    page.click('button[value="other"]')
    page.wait_for_selector("#progress")
    return page


def code_on(page: Page) -> JsonObject:
    """Return the request that a phone reads from the picture on the screen."""
    picture = Image.open(io.BytesIO(page.locator(".code-picture").screenshot()))
    (found,) = qr_codes_of(picture)
    query = httpx.URL(found.text).params
    return {"qr_text": found.text, "request_uri": query["request_uri"]}


def wallet_of(served: Served, made: JsonObject) -> tuple[Wallet, JsonObject]:
    """Return a wallet that has fetched a request and consents to it, and the request."""
    wallet = Wallet(served.counter, show=(("qualifications", 0), ("trainings", 0)))
    request = wallet.fetch(made)
    (text,) = request["transaction_data"]
    wallet.claims = {"transaction_data_hashes": [transaction_data_hash(text)]}
    return wallet, request


def after(page: Page, happened: Callable[[], bool]) -> int:
    """Let the page's time pass until something has happened, and return its seconds."""
    for seconds in range(1_000):
        if happened():
            return seconds
        page.clock.run_for(1_000)
    raise AssertionError("it never happened")


def test_code_on_the_screen_leads_a_wallet_to_the_request_and_the_result_comes_by_itself(
    officer: BrowserContext, served: Served
) -> None:
    page = asked(officer, served)
    wallet, request = wallet_of(served, code_on(page))
    page.clock.run_for(LOOKS_AFTER_MS)
    page.wait_for_selector('#progress[data-state="fetched"]')
    answer = wallet.answer(request, {"vp_token": {QUERY: [wallet.presentation(request)]}})
    assert answer.status_code == 200, answer.text
    page.clock.run_for(LOOKS_AFTER_MS)
    page.wait_for_selector('#progress[data-state="verified"]')
    expect(page.locator("main")).to_contain_text("정보처리기사")
    assert page.locator(".code-picture").count() == 0
    assert fits(page)
    assert faults_once(page) == []


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_code_is_at_least_200_pixels_wide_without_its_quiet_zone(
    officer: BrowserContext, served: Served, viewport: ViewportSize
) -> None:
    page = asked(officer, served)
    page.set_viewport_size(viewport)
    picture = page.locator(".code-picture").screenshot(scale="css")
    (found,) = qr_codes_of(Image.open(io.BytesIO(picture)))
    assert found.position.top_right.x - found.position.top_left.x >= 200


@pytest.mark.parametrize("language", ["", "/en"])
def test_pages_that_choose_say_what_is_asked_and_show_the_code_have_no_fault(
    officer: BrowserContext, served: Served, language: str
) -> None:
    page = asked(officer, served, language)
    assert fits(page)
    assert faults_once(page) == []
    page.set_viewport_size(DESK)
    assert fits(page)
    for path in (f"{language}/requests/new?notice={served.notice}", f"{language}/requests/new"):
        page.goto(served.counter.origin + path)
        assert faults_once(page) == []
        page.set_viewport_size(PHONE)
        assert fits(page)


def test_request_that_nobody_answered_ends_on_the_screen_and_is_not_asked_after_again(
    officer: BrowserContext, served: Served
) -> None:
    page = asked(officer, served)
    served.counter.now = NOW.fromtimestamp(NOW.timestamp() + LIFE_S + 1, NOW.tzinfo)
    page.clock.run_for(LOOKS_AFTER_MS)
    page.wait_for_selector('#progress[data-state="expired"]')
    assert page.locator(".code-picture").count() == 0
    expect(page.locator("main .btn.p")).to_have_attribute("href", "/requests/new")
    looks: list[str] = []
    page.on("request", lambda request: looks.append(request.url))
    page.clock.run_for(60_000)
    assert (looks, faults(page)) == ([], [])


def test_lost_network_is_said_the_code_stays_and_the_page_goes_on_when_it_is_back(
    officer: BrowserContext, served: Served
) -> None:
    page = asked(officer, served)
    unreached = page.locator("#unreached")
    expect(unreached).to_be_hidden()
    wallet_of(served, code_on(page))
    officer.set_offline(True)
    page.clock.run_for(LOOKS_AFTER_MS)
    expect(unreached).to_be_visible()
    expect(unreached).to_contain_text("연결이 끊어졌습니다")
    assert page.locator(".code-picture").count() == 1
    assert faults(page) == []
    officer.set_offline(False)
    page.clock.run_for(30_000)
    page.wait_for_selector('#progress[data-state="fetched"]')
    expect(page.locator("#unreached")).to_be_hidden()


def test_page_looks_less_often_while_the_service_does_not_answer(officer: BrowserContext, served: Served) -> None:
    page = asked(officer, served)
    looks: list[str] = []

    def busy(route: Route) -> None:
        looks.append(route.request.url)
        route.fulfill(status=503)

    page.route("**/state", busy)
    seconds = after(page, lambda: len(looks) == 6)
    assert seconds >= 1.5 + 3 + 6 + 12 + 24 + 24 - 1
    expect(page.locator("#unreached")).to_be_visible()
    page.unroute("**/state")
    after(page, lambda: page.locator("#unreached").is_hidden())


def test_whoever_is_no_longer_signed_in_is_led_to_the_sign_in(officer: BrowserContext, served: Served) -> None:
    page = asked(officer, served)
    officer.clear_cookies()
    page.clock.run_for(LOOKS_AFTER_MS)
    page.wait_for_url(re.compile("/sign-in[?]next=/requests/"))


def test_request_withdrawn_in_another_window_is_gone_in_this_one(officer: BrowserContext, served: Served) -> None:
    page = asked(officer, served)
    other = officer.new_page()
    other.goto(page.url)
    other.locator("main .committee form button").click()
    expect(other.locator("main")).to_contain_text("지웠습니다")
    page.clock.run_for(LOOKS_AFTER_MS)
    expect(page.locator("#progress")).to_have_count(0)
