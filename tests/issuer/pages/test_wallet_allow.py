"""A holder allows a wallet something, on a page: signing in, choosing, and going back to that wallet alone."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from issuer.accounts.selection import Choice
from issuer.issuing.claims import IssueRequest
from issuer.openid4vci.authorization import push_request
from issuer.openid4vci.forms import PLAIN
from issuer.openid4vci.offers import OfferWish, make_offer
from issuer.openid4vci.wallet_clients import BUILT_IN, read_wallet_clients
from tests.issuer.openid4vci.conftest import offer_document
from tests.issuer.pages.page_world import PASSWORD, Browser, PageWorld

BACK = "http://127.0.0.1:4711/callback"
CERTIFICATE, QUALIFICATION = "competency-certificate", "entry-national_technical_qualification"
LISTED = b"""{"wallets": [{"client_id": "example", "name": {"ko": "\xec\x98\x88\xec\x8b\x9c", "en": "Example"},
 "redirect_uris": ["https://wallet.example/back?from=bank"]}]}"""


@pytest.fixture(scope="module")
def pages(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorld]:
    """One bank with pages for this module: each test pushes a request of its own."""
    path = tmp_path_factory.mktemp("asked") / "bank"
    shutil.copytree(founded, path)
    world = PageWorld(path)
    yield world
    world.bank.close()


@pytest.fixture(scope="module")
def signed_in(pages: PageWorld) -> Browser:
    return pages.holder()


@pytest.fixture
def holder(pages: PageWorld, signed_in: Browser) -> Browser:
    """A browser of SYN-P-001, who agreed to every source."""
    pages.limits._memory.reset()
    return signed_in


def pushed(pages: PageWorld, **changed: str) -> str:
    """The address that a wallet opens in the browser."""
    usual = {
        "response_type": "code",
        "client_id": "cb-wallet",
        "redirect_uri": BACK,
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
        "state": "a b&c",
        "scope": CERTIFICATE,
    }
    form = urlencode({**usual, **changed}).encode()
    clients = {**read_wallet_clients(LISTED)}
    answer = push_request(pages.bank, clients, form, asking=PLAIN, now=pages.now)
    query = {"client_id": changed.get("client_id", "cb-wallet"), "request_uri": answer["request_uri"]}
    return f"/openid4vci/authorize?{urlencode(query)}"


def fields_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def choices(text: str, name: str) -> list[str]:
    return re.findall(rf'<input type="(?:checkbox|radio)" id="[^"]*" name="{name}" value="([^"]*)"', text)


def test_the_holder_signs_in_chooses_and_is_sent_back_with_a_code(pages: PageWorld, holder: Browser) -> None:
    address = pushed(pages)
    stranger = pages.browser()
    sent = stranger.get(address)
    assert sent.status == 303
    assert sent.location == f"/sign-in?next={quote(address, safe='')}"
    assert stranger.post("/sign-up", {"name": "newcomer", "password": PASSWORD, "next": address}).location == address
    page = holder.get(address)
    assert page.status == 200
    assert "이 컴퓨터의 cb-wallet" in page.plain
    assert " checked" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "form-action 'self' http://127.0.0.1:4711;" in page.headers["content-security-policy"]
    entry = choices(page.text, CERTIFICATE)[0]
    answer = holder.send("/openid4vci/authorize", {**fields_of(address), CERTIFICATE: entry, "do": "allow"})
    assert answer.status == 303
    assert answer.location.startswith(f"{BACK}?code=")
    back = fields_of(answer.location)
    assert (back["state"], back["iss"]) == ("a b&c", "https://bank.example")
    assert "wallet_allowed" in pages.actions(holder.account)
    assert holder.get(address).status == 410
    again = holder.send("/openid4vci/authorize", {**fields_of(address), CERTIFICATE: entry, "do": "allow"})
    assert (again.status, again.location) == (410, "")


def test_the_page_speaks_english_and_says_what_stays_in_the_account(pages: PageWorld, holder: Browser) -> None:
    address = pushed(pages, scope=f"{CERTIFICATE} {QUALIFICATION}")
    page = holder.get(f"/en{address}")
    assert "cb-wallet on this computer: what do you hand over?" in page.plain
    assert "In it: " in page.plain
    assert 'type="radio"' in page.text
    assert 'type="checkbox"' in page.text


def test_the_holder_denies(pages: PageWorld, holder: Browser) -> None:
    address = pushed(pages)
    before = pages.actions(holder.account).count("wallet_allowed")
    answer = holder.send("/openid4vci/authorize", {**fields_of(address), "do": "deny"})
    assert fields_of(answer.location) == {"error": "access_denied", "state": "a b&c", "iss": "https://bank.example"}
    assert pages.actions(holder.account).count("wallet_allowed") == before


def test_without_a_choice_the_page_is_shown_again(pages: PageWorld, holder: Browser) -> None:
    address = pushed(pages)
    answer = holder.send("/openid4vci/authorize", {**fields_of(address), CERTIFICATE: "unknown", "do": "allow"})
    assert answer.status == 422
    assert "하나 이상 고르세요" in answer.plain
    assert holder.get(address).status == 200  # nothing was decided


@pytest.mark.parametrize(
    "query", ["", "?client_id=cb-wallet", "?client_id=cb-wallet&request_uri=urn:x", "?client_id=evil&request_uri=urn:x"]
)
def test_what_no_wallet_pushed_sends_nobody_anywhere(holder: Browser, query: str) -> None:
    for shown in (
        holder.get(
            f"/openid4vci/authorize{query}&redirect_uri=https://evil.example" if query else "/openid4vci/authorize"
        ),
        holder.send("/openid4vci/authorize", {"redirect_uri": "https://evil.example", "do": "allow"}),
    ):
        assert (shown.status, shown.location) == (410, "")
        assert "evil.example" not in shown.headers["content-security-policy"]


def test_a_form_of_another_site_decides_nothing(pages: PageWorld, holder: Browser) -> None:
    address = pushed(pages)
    holder.origin, holder.site = "https://evil.example", "cross-site"
    assert holder.send("/openid4vci/authorize", {**fields_of(address), "do": "deny"}).status == 403
    holder.origin, holder.site = "", "same-origin"
    assert holder.post("/openid4vci/authorize", {**fields_of(address), "do": "deny"}).status == 403
    assert holder.get(address).status == 200


def test_an_account_of_nobody_is_told_to_verify_first(pages: PageWorld) -> None:
    browser = pages.browser()
    browser.sign_up("nobody")
    address = pushed(pages)
    page = browser.get(address)
    assert "본인 확인을 마친 뒤" in page.plain
    assert 'value="allow"' not in page.text
    assert browser.send("/openid4vci/authorize", {**fields_of(address), "do": "allow"}).status == 422


def test_an_offer_of_somebody_else_is_not_shown(pages: PageWorld, holder: Browser) -> None:
    consent = b'{"consent": 1, "recipient": null, "purpose": null, "entries": "all"}'
    request = IssueRequest(holder.account, Choice(everything=True), "ko", "취업 제출", consent=consent)
    state = offer_document(make_offer(pages.bank, OfferWish(request, sign_in=True), now=pages.now))
    address = pushed(pages, issuer_state=state["grants"]["authorization_code"]["issuer_state"])
    other = pages.holder("SYN-P-002", "other")
    page = other.get(address)
    assert "다른 계정" in page.plain
    assert choices(page.text, CERTIFICATE) == []
    assert choices(holder.get(address).text, CERTIFICATE)


def test_a_listed_wallet_is_sent_to_its_own_address_with_its_own_query(pages: PageWorld, holder: Browser) -> None:
    address = pushed(pages, client_id="example", redirect_uri="https://wallet.example/back?from=bank")
    assert holder.get(address).status == 410  # these pages do not know it
    assert "example" not in BUILT_IN
    object.__setattr__(pages.desk, "wallets", read_wallet_clients(LISTED))
    try:
        assert "wallet.example" in holder.get(address).plain
        answer = holder.send("/openid4vci/authorize", {**fields_of(address), "do": "deny"})
    finally:
        object.__setattr__(pages.desk, "wallets", BUILT_IN)
    assert answer.location.startswith("https://wallet.example/back?from=bank&error=access_denied&state=")


def test_what_cannot_be_issued_is_said_and_nothing_is_decided(
    pages: PageWorld, holder: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.openid4vci.offers.MAX_DISCLOSURES", 1)
    address = pushed(pages)
    entry = choices(holder.get(address).text, CERTIFICATE)[0]
    answer = holder.send("/openid4vci/authorize", {**fields_of(address), CERTIFICATE: entry, "do": "allow"})
    assert answer.status == 422
    assert "발급할 수 없습니다" in answer.plain
    assert " checked" in answer.text  # the choice is kept


def test_a_session_that_ended_in_mid_form_leads_back_to_the_question(pages: PageWorld, holder: Browser) -> None:
    address = pushed(pages)
    kept = urlencode({**fields_of(address), CERTIFICATE: "x", "do": "allow"})
    back = holder.post("/resume", {"path": "/openid4vci/authorize", "form": kept})
    assert (back.status, back.location) == (303, address)
