"""Staff sign in with an OpenID provider; whom nobody has added is told the identity and is let in nowhere."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from shutil import copytree
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from issuer.api.pages.opening import Ways
from issuer.staff.administration import NewStaff, Proof
from keys.fetch import Network
from keys.sign_in.oidc.model import OpenIdProvider
from keys.sign_in.oidc.relying_party import RelyingParty
from tests.issuer.conftest import START
from tests.issuer.pages.page_world import PageWorld, Shown
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld
from tests.keys.sign_in.oidc_world import redirect_of
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdServer, openid_server

THERE = "/operator/sign-in/with/acme"


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdServer]:
    with openid_server() as server:
        server.now = int(START.timestamp())
        yield server


@pytest.fixture(scope="module")
def world(founded: Path, tmp_path_factory: pytest.TempPathFactory, provider: OpenIdServer) -> Iterator[StaffWorld]:
    path = tmp_path_factory.mktemp("providers") / "bank"
    copytree(founded, path)
    names = {"ko": "에이크미", "en": "Acme"}
    known = OpenIdProvider("acme", names, provider.issuer, CLIENT_ID, client_secret=CLIENT_SECRET, development=True)
    made = StaffWorld(PageWorld(path, Ways(providers=[RelyingParty(known, network=Network())])))
    yield made
    made.bank.close()


def there_and_back(browser: StaffBrowser, after: str = "/operator/keys") -> Shown:
    sent = browser.get(f"{THERE}?next={after}")
    assert sent.status == 303
    location = urlsplit(redirect_of(sent.location))
    assert location.path == f"{THERE}/callback"
    return browser.get(f"{THERE}/callback?{location.query}")


def test_the_way_to_a_provider_carries_the_whole_address_that_was_wanted(world: StaffWorld) -> None:
    wanted = "/operator/keys?kid=a&since=b"
    page = world.nobody().get(f"/operator/sign-in?{urlencode({'next': wanted})}").text
    (link,) = re.findall(r'href="(/operator/sign-in/with/[^"]*)"', page)
    assert parse_qs(urlsplit(unescape(link)).query) == {"next": [wanted]}


def test_an_identity_that_nobody_has_added_is_shown_and_opens_nothing(
    world: StaffWorld, provider: OpenIdServer
) -> None:
    provider.subject = "stranger"
    browser = world.nobody()
    answer = there_and_back(browser)
    assert answer.status == 403
    assert provider.issuer in answer.plain
    assert "stranger" in answer.plain
    assert browser.get("/operator").status == 303
    assert world.acts("staff_signed_in") == []


def test_an_identity_that_was_added_signs_in_until_the_person_is_removed(
    world: StaffWorld, provider: OpenIdServer
) -> None:
    provider.subject = "person-7"
    identity = Proof(identity=(provider.issuer, "person-7"))
    world.administration.add(NewStaff("minji", ["operator"]), identity)
    browser = world.nobody()
    assert "에이크미(으)로 로그인" in browser.get("/operator/sign-in").plain
    assert there_and_back(browser).location == "/operator/keys"
    assert browser.get("/operator").status == 200
    assert there_and_back(world.nobody(), "/account").location == "/operator"
    settings = browser.get("/operator/sign-in/settings")
    assert 'name="new"' not in settings.text  # there is no password to change
    assert browser.get("/operator/sign-in/settings/second-step").status == 404
    fields = {"password": "a long enough password", "new": "another long password"}
    assert browser.send("/operator/sign-in/settings/password", fields).status == 422
    assert browser.post("/operator/sign-in", {"name": "minji", "password": ""}).status == 422
    world.administration.remove("minji")
    assert there_and_back(world.nobody()).status == 403


def test_an_answer_without_a_question_signs_nobody_in(world: StaffWorld) -> None:
    for query in ("", "?code=x&state=y", "?error=access_denied&state=y"):
        browser = world.nobody()
        answer = browser.get(f"{THERE}/callback{query}")
        assert answer.status == 502
        assert browser.get("/operator").status == 303


def test_a_way_of_holders_is_none_of_staff(world: StaffWorld, provider: OpenIdServer) -> None:
    provider.subject = "person-8"
    world.administration.add(NewStaff("doyun", ["auditor"]), Proof(identity=(provider.issuer, "person-8")))
    browser = world.nobody()
    sent = browser.get(f"{THERE}?next=/operator")
    query = urlsplit(redirect_of(sent.location)).query
    assert browser.get(f"/sign-in/acme/callback?{query}").status == 502
    assert browser.get("/operator").status == 303


def test_visits_on_the_way_are_counted_and_a_provider_that_is_down_is_told(
    world: StaffWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.pages.desk.staff.throttle, "count_way", lambda _network: 60)
    assert world.nobody().get(THERE).status == 429
    monkeypatch.undo()
    assert world.nobody().get("/operator/sign-in/with/other").status == 404
