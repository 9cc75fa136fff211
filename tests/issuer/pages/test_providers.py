"""Signing in with an OpenID provider through the pages: there, back, and everything that may go wrong on the way."""

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from shutil import copytree
from urllib.parse import urlencode, urlsplit

import pytest

from issuer.api.pages.opening import Ways
from keys.fetch import Network
from keys.sign_in.oidc.model import OpenIdProvider
from keys.sign_in.oidc.relying_party import RelyingParty
from tests.issuer.conftest import START
from tests.issuer.pages.page_world import Browser, PageWorld, Shown, people
from tests.keys.sign_in.oidc_world import redirect_of
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdServer, openid_server

BACK = "/sign-in/acme/callback"


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdServer]:
    with openid_server() as server:
        yield server


@pytest.fixture(scope="module")
def network() -> Network:
    return Network()


@pytest.fixture
def provider(running: OpenIdServer) -> OpenIdServer:
    running.restore()
    running.now = int(START.timestamp())
    return running


@pytest.fixture
def world(founded: Path, tmp_path: Path, provider: OpenIdServer, network: Network) -> Iterator[PageWorld]:
    copytree(founded, tmp_path / "bank")
    names = {"ko": "에이크미", "en": "Acme"}
    configured = OpenIdProvider(
        "acme", names, provider.issuer, CLIENT_ID, client_secret=CLIENT_SECRET, development=True
    )
    ways = Ways(providers=[RelyingParty(configured, network=network)], test_persons=people())
    made = PageWorld(tmp_path / "bank", ways)
    yield made
    made.bank.close()


def there_and_back(browser: Browser, path: str = "/sign-in/acme?next=/privacy") -> Shown:
    sent = browser.get(path)
    assert sent.status == 303
    location = urlsplit(redirect_of(sent.location))
    assert location.path == BACK
    return browser.get(f"{BACK}?{location.query}")


def test_a_provider_opens_an_account_the_first_time_and_the_same_one_afterwards(world: PageWorld) -> None:
    browser = world.browser()
    assert "에이크미(으)로 로그인" in browser.get("/sign-in").plain
    assert there_and_back(browser).location == "/privacy"
    account = browser.account
    assert browser.get("/account").location == "/identity"
    again = world.browser()
    there_and_back(again)
    assert again.account == account
    assert world.actions(account) == ["account_opened", "sign_in_added", "signed_in", "signed_in"]


def test_a_provider_leads_back_to_the_whole_address_that_was_wanted(world: PageWorld) -> None:
    wanted = "/authorize?client_id=wallet&request_uri=urn:x"
    browser = world.browser()
    page = browser.get(f"/sign-in?{urlencode({'next': wanted})}").text
    (link,) = re.findall(r'href="(/sign-in/acme[^"]*)"', page)
    assert there_and_back(browser, unescape(link)).location == wanted
    (sign_up,) = re.findall(r'href="(/sign-up[^"]*)"', page)
    assert f'name="next" value="{escape(wanted)}"' in world.browser().get(unescape(sign_up)).text


def test_two_persons_of_a_provider_have_two_accounts(world: PageWorld, provider: OpenIdServer) -> None:
    first, second = world.browser(), world.browser()
    there_and_back(first)
    provider.subject = "person-2"
    there_and_back(second)
    assert first.account != second.account


def test_what_a_provider_calls_a_person_links_nobody_and_only_shows_itself(
    world: PageWorld, provider: OpenIdServer
) -> None:
    provider.claims = {"name": "<b>김표본</b>", "birthdate": "1998-04-11"}
    browser = world.browser()
    there_and_back(browser)
    assert browser.get("/account").location == "/identity"
    assert "<b>김표본" not in browser.get("/identity").text
    settings = browser.get("/sign-in/settings")
    assert "에이크미" in settings.plain
    assert "비밀번호 바꾸기" not in settings.plain


def test_a_name_chosen_at_a_provider_gives_a_browser_no_tries_of_that_name_here(
    world: PageWorld, provider: OpenIdServer
) -> None:
    world.browser().sign_up("haneul")
    provider.claims = {"name": "haneul"}
    browser = world.browser()
    there_and_back(browser)
    for _ in range(9):  # signing up was the first of ten
        assert world.browser().sign_in("haneul", "another sentence of words").status == 422
    assert "__Host-device" in browser.jar
    assert browser.sign_in("haneul", "a guess among many others").status == 429


def test_a_way_back_without_the_browser_that_began_signs_nobody_in(world: PageWorld) -> None:
    victim, attacker = world.browser(), world.browser()
    sent = attacker.get("/sign-in/acme")
    query = urlsplit(redirect_of(sent.location)).query
    answer = victim.get(f"{BACK}?{query}")
    assert answer.status == 502
    assert "시간이 지났습니다" in answer.plain
    assert "__Host-session" not in victim.jar


def test_an_answer_counts_once_and_its_cookie_is_taken_away(world: PageWorld) -> None:
    browser = world.browser()
    sent = browser.get("/sign-in/acme")
    carried = dict(browser.jar)
    query = urlsplit(redirect_of(sent.location)).query
    assert browser.get(f"{BACK}?{query}").status == 303
    assert "__Host-signing-in" not in browser.jar
    replay = world.browser()
    replay.jar = carried
    answer = replay.get(f"{BACK}?{query}")
    assert answer.status == 502
    assert "__Host-session" not in replay.jar


@pytest.mark.parametrize("query", ["error=access_denied", "code=x&state=y", "", "state=a&state=b"])
def test_a_provider_that_refuses_or_lies_signs_nobody_in(world: PageWorld, query: str) -> None:
    browser = world.browser()
    browser.get("/sign-in/acme")
    answer = browser.get(f"{BACK}?{query}")
    assert answer.status == 502
    assert 'role="alert"' in answer.text
    assert "__Host-session" not in browser.jar


def test_a_provider_that_is_down_is_said_and_names_still_work(world: PageWorld, provider: OpenIdServer) -> None:
    provider.broken["/.well-known/openid-configuration"] = b"not json"
    answer = world.browser().get("/sign-in/acme")
    assert answer.status == 502
    assert "그 기관에서 확인하지 못했습니다" in answer.plain
    assert world.browser().sign_up().status == 303


def test_a_way_back_leads_only_to_pages_of_our_own(world: PageWorld) -> None:
    assert there_and_back(world.browser(), "/sign-in/acme?next=//evil.example").location == "/account"


def test_an_unknown_provider_is_not_there(world: PageWorld) -> None:
    for path in ("/sign-in/nobody", "/sign-in/nobody/callback"):
        assert world.browser().get(path).status == 404
