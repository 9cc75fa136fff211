"""Signing in with an OpenID provider on loopback, through the verifier's own addresses."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from keys.fetch import Network
from keys.sign_in.oidc.relying_party import RelyingParty
from tests.keys.sign_in.oidc_world import redirect_of
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdServer, openid_server
from tests.verifier.people.entrance_world import NOW, ORIGIN, Browser, House, words_of
from verifier.errors import ProvidersFileError
from verifier.people.administration import Proof
from verifier.people.providers import relying_parties
from verifier.people.roles import Role


@pytest.fixture(scope="module")
def network() -> Network:
    return Network()


@pytest.fixture(scope="module")
def server() -> Iterator[OpenIdServer]:
    with openid_server() as server:
        yield server


def write(folder: Path, server: OpenIdServer, **change: object) -> Path:
    """Write the file of providers with one in it, and its secret beside it."""
    secret = folder / "acme.secret"
    secret.write_text(CLIENT_SECRET + "\n")
    secret.chmod(0o600)
    provider = {
        "id": "acme",
        "name": {"ko": "에이크미", "en": "Acme"},
        "issuer": server.issuer,
        "client_id": CLIENT_ID,
        "client_secret_file": "acme.secret",
    }
    path = folder / "providers.json"
    path.write_text(json.dumps({"providers": [provider | change]}))
    return path


@pytest.fixture
def visit(house: House, server: OpenIdServer, network: Network, tmp_path: Path) -> House:
    server.restore()
    server.now = NOW
    house.providers = relying_parties(write(tmp_path, server), development=True, network=network)
    house.app.state.entrance = house.entrance()
    house.people.link("minji", server.issuer, "person-1")
    return house


def go_there(browser: Browser, path: str = "/en/sign-in/acme?next=/en/account") -> str:
    """Let the browser go to the provider, and return the address it is sent back to."""
    answer = browser.get(path)
    assert answer.status_code == 303
    return redirect_of(answer.headers["location"]).removeprefix(ORIGIN)


def test_a_person_signs_in_with_a_provider(visit: House) -> None:
    browser = visit.browser()
    assert "Sign in with Acme" in words_of(browser.get("/en/sign-in").text)
    back = go_there(browser)
    assert "verifier-signing-in" in browser.cookies
    answer = browser.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/account")
    assert "verifier-signing-in" not in browser.cookies
    page = words_of(browser.get("/en/account").text)
    assert "minji" in page
    assert "reviewer" in page


def test_the_way_over_a_provider_leads_to_the_whole_address(visit: House) -> None:
    browser = visit.browser()
    page = browser.get(f"/en/sign-in?next={quote('/en/notices?a=1&b=2')}").text
    way = html.unescape(re.findall(r'href="(/en/sign-in/acme[^"]*)"', page)[0])
    assert browser.get(go_there(browser, way)).headers["location"] == "/en/notices?a=1&b=2"


def test_a_session_that_somebody_planted_ends_here_too(visit: House) -> None:
    thief = visit.signed_in("doyun")
    victim = visit.browser()
    victim.cookies["verifier-session"] = thief.cookies["verifier-session"]
    victim.get(go_there(victim))
    assert not thief.is_signed_in()
    assert victim.is_signed_in()


def test_somebody_whom_only_the_provider_knows_is_told_what_to_give_the_administrator(
    visit: House, server: OpenIdServer
) -> None:
    server.subject = "<b>stranger</b>"
    browser = visit.browser()
    answer = browser.get(go_there(browser))
    assert answer.status_code == 403
    assert f"--issuer {server.issuer} --subject <b>stranger</b>" in words_of(answer.text)
    assert "<b>stranger" not in answer.text
    assert not browser.is_signed_in()


def test_the_way_back_works_once(visit: House) -> None:
    browser = visit.browser()
    back = go_there(browser)
    assert browser.get(back).status_code == 303
    answer = browser.get(back)
    assert answer.status_code == 403
    assert "다른 브라우저에서 시작한 로그인입니다" in words_of(answer.text)


def test_a_way_back_in_another_browser_signs_nobody_in(visit: House) -> None:
    attacker, victim = visit.browser(), visit.browser()
    back = go_there(attacker)
    assert victim.get(back).status_code == 403
    go_there(victim)
    assert victim.get(back).status_code == 403
    assert not victim.is_signed_in()


def test_the_way_back_of_another_provider_is_refused(visit: House) -> None:
    browser = visit.browser()
    back = go_there(browser)
    answer = browser.get(back.replace("/acme/", "/other/"))
    assert answer.status_code == 403
    assert "is not of this sign-in" in words_of(answer.text)


def test_a_way_back_that_took_too_long_is_over(visit: House) -> None:
    browser = visit.browser()
    back = go_there(browser)
    visit.now += 600
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&state=y", "?error=access_denied&error_description=<b>"])
def test_an_invented_way_back_is_refused(visit: House, query: str) -> None:
    answer = visit.browser().get(f"/sign-in/acme/callback{query}")
    assert answer.status_code == 403
    assert "<b>" not in answer.text


def test_who_says_no_at_the_provider_is_back_at_the_sign_in(visit: House, server: OpenIdServer) -> None:
    server.refuses = "access_denied"
    browser = visit.browser()
    answer = browser.get(go_there(browser))
    assert "cancelled at the provider" in words_of(answer.text)


def test_a_lying_provider_is_not_believed(visit: House, server: OpenIdServer) -> None:
    server.alter_claims = lambda claims: claims.update(aud="somebody-else")
    browser = visit.browser()
    answer = browser.get(go_there(browser))
    assert answer.status_code == 403
    assert "its answer cannot be used" in words_of(answer.text)


def test_a_provider_that_cannot_be_reached_is_named(visit: House, network: Network, tmp_path: Path) -> None:
    with openid_server() as gone:
        file = write(tmp_path, gone)
    visit.providers = relying_parties(file, development=True, network=network)
    visit.app.state.entrance = visit.entrance()
    answer = visit.browser().get("/en/sign-in/acme")
    assert answer.status_code == 502
    assert "cannot be reached" in words_of(answer.text)


def test_one_network_cannot_send_us_to_a_provider_for_ever(visit: House) -> None:
    browser = visit.browser(network="203.0.113.7")
    for _ in range(239):
        visit.desk.count_way("203.0.113.7")
    assert browser.get("/sign-in/acme/callback").status_code == 403
    for path in ("/sign-in/acme", "/sign-in/acme/callback"):
        answer = browser.get(path)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
    assert visit.browser().get("/sign-in/acme").status_code == 303


def test_a_provider_that_is_not_configured_leads_to_the_sign_in(visit: House) -> None:
    assert visit.browser().get("/sign-in/nobody").headers["location"] == "/sign-in"


def test_going_to_a_provider_leads_back_to_our_own_pages_only(visit: House) -> None:
    browser = visit.browser()
    assert browser.get(go_there(browser, "/en/sign-in/acme?next=//evil.example")).headers["location"] == "/en/account"


def test_a_person_without_a_password_sees_that_her_provider_sees_to_it(visit: House, server: OpenIdServer) -> None:
    visit.people.add("yuna", "유나", roles={Role.OFFICER}, proof=Proof(identity=(server.issuer, "person-2")))
    server.subject = "person-2"
    browser = visit.browser()
    browser.get(go_there(browser))
    page = browser.get("/en/account").text
    assert "Your provider sees to it." in words_of(page)
    assert "New password" not in page
    assert browser.post("/en/account/password", password="", new="another twelve red apples").status_code == 422


def test_providers_are_read_with_secrets_from_files_of_their_own(
    server: OpenIdServer, network: Network, tmp_path: Path
) -> None:
    [party] = relying_parties(write(tmp_path, server), development=True, network=network).values()
    assert isinstance(party, RelyingParty)
    assert party.provider.client_secret == CLIENT_SECRET
    assert relying_parties(None, development=False) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "Acme!"}, "provider 1: expected an id"),
        ({"issuer": "ftp://x.example"}, "expected an absolute https URL"),
        ({"origins": ["https://x.example/path"]}, "expected an origin"),
        ({"client_secret_file": "missing"}, "missing: expected a readable file"),
        ({"client_secret_file": "open.secret"}, "only its owner may read"),
        ({"client_secret_file": "empty.secret"}, "expected a secret in ASCII"),
        ({"client_secret_file": "korean.secret"}, "expected a secret in ASCII"),
        ({"client_secret_file": "large.secret"}, "expected at most 4096 bytes"),
    ],
)
def test_a_provider_that_cannot_be_used_is_named_before_anybody_signs_in(
    server: OpenIdServer, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    contents = {"open": b"x", "empty": b" \n", "korean": "비밀".encode(), "large": b"x" * 5000}
    for name, content in contents.items():
        path = tmp_path / f"{name}.secret"
        path.write_bytes(content)
        path.chmod(0o644 if name == "open" else 0o600)
    with pytest.raises(ProvidersFileError) as refusal:
        relying_parties(write(tmp_path, server, **change), development=True)
    assert said in str(refusal.value)
    assert CLIENT_SECRET not in str(refusal.value)


def test_a_provider_on_this_machine_is_for_development_only(server: OpenIdServer, tmp_path: Path) -> None:
    with pytest.raises(ProvidersFileError, match="which only development allows"):
        relying_parties(write(tmp_path, server), development=False)
