"""Every page as nobody, as somebody else, from elsewhere: what is not yours is not there, and nothing changes."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from issuer.api.pages.form import MAX_FIELDS
from issuer.api.staff.routing import is_for_staff
from tests.issuer.pages.page_world import Browser, PageWorld
from tests.served_routes import routes_within

PUBLIC = {
    "/",
    "/help",
    "/help/{question}",
    "/kinds",
    "/kinds/{kind}",
    "/notices",
    "/privacy-policy",
    "/accessibility",
    "/sign-in",
    "/sign-up",
    "/sign-in/{provider}",
    "/sign-in/{provider}/callback",
    "/shared/{secret}",
}
PUBLIC_FORMS = {"/theme", "/sign-in", "/sign-up", "/resume", "/shared/{secret}"}
FILLED = {
    "entry": "0" * 32,
    "agency": "test",
    "question": "collect",
    "kind": "military_duty",
    "provider": "nobody",
    "number": "CB-2026-00000001",
    "link": "0" * 12,
    "secret": "0" * 64,
}


def routes(world: PageWorld, method: str) -> Iterator[str]:
    """The paths of pages, of both languages; those for staff are tried in tests/issuer/staff/test_routes.py."""
    found = [
        route.path
        for route in routes_within(world.app.routes)
        if method in (route.methods or ()) and "/static/" not in route.path and not is_for_staff(route.path)
    ]
    assert len(found) > 30, "the pages were not found, so nothing would be tried"
    yield from found


def filled(path: str) -> str:
    return path.format_map(FILLED)


def korean(path: str) -> str:
    return path.removeprefix("/en") or "/"


def test_every_page_is_there_in_both_languages(pages: PageWorld) -> None:
    for method in ("GET", "POST"):
        found = set(routes(pages, method))
        ours = {path for path in found if not path.startswith("/en/")}
        assert {f"/en{path}" for path in ours} == found - ours


def test_nobody_sees_a_page_of_holders(pages: PageWorld) -> None:
    nobody = pages.browser()
    for path in routes(pages, "GET"):
        if korean(path) not in PUBLIC:
            answer = nobody.get(filled(path))
            assert answer.status == 303, path
            assert "/sign-in?next=" in answer.location, path


def test_nobody_changes_anything(pages: PageWorld) -> None:
    nobody = pages.browser()
    for path in routes(pages, "POST"):
        if korean(path) not in PUBLIC_FORMS:
            answer = nobody.post(filled(path), {"form_token": "0" * 64})
            assert (answer.status, "<h1>" in answer.text) == (401, True), path


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://evil.example", "cross-site"),
        ("https://evil.example", None),
        (None, None),
        ("null", None),
        ("https://bank.example", "same-site"),
        ("http://bank.example", None),
    ],
)
def test_a_form_from_elsewhere_changes_nothing(pages: PageWorld, origin: str | None, site: str | None) -> None:
    holder = pages.holder(agrees=False)
    token, before = holder.token(), pages.actions(holder.account)
    holder.origin, holder.site = origin, site
    for path in routes(pages, "POST"):
        answer = holder.post(filled(path), {"form_token": token, "source": "hrdnet_training", "theme": "dark"})
        assert answer.status == 403, path
        assert answer.cookies == []
    assert pages.actions(holder.account) == before


def test_a_form_without_the_token_of_its_session_changes_nothing(pages: PageWorld) -> None:
    holder, other = pages.holder(agrees=False), pages.holder("SYN-P-002", "minji", agrees=False)
    before = pages.actions(holder.account)
    for token in ("", "0" * 64, other.token(), "열쇠", "\udc80"):
        for path in routes(pages, "POST"):
            if korean(path) not in PUBLIC_FORMS:
                fields = {"form_token": token.encode("utf-8", "replace"), "source": "hrdnet_training"}
                assert holder.post(filled(path), fields).status == 403, path
    assert pages.actions(holder.account) == before


def test_an_entry_of_somebody_else_is_answered_like_one_that_is_not_there(pages: PageWorld) -> None:
    owner, other = pages.holder(), pages.holder("SYN-P-002", "minji")
    page = owner.get("/account").text
    entry = page.partition("/account/entries/")[2].partition('"')[0]
    assert owner.get(f"/account/entries/{entry}").status == 200
    foreign, missing = other.get(f"/account/entries/{entry}"), other.get(f"/account/entries/{'0' * len(entry)}")
    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.text.replace(entry, "0" * len(entry)) == missing.text


def test_a_consent_of_somebody_else_is_not_there_to_be_withdrawn(pages: PageWorld) -> None:
    owner, other = pages.holder(), pages.holder("SYN-P-002", "minji", agrees=False)
    with pages.bank.store.read() as transaction:
        consent = transaction.accounts.consents(owner.account, "collection")[0].id
    for wanted in (str(consent), "999999", "0", "-1", "1 or 1=1", ""):
        assert other.send("/privacy/withdraw", {"consent": wanted}).status == 404
    for source in ("hrdnet_training", "nothing", ""):
        assert other.get(f"/account/sources/withdraw?source={source}").status == 404
        assert other.send("/account/sources/withdraw", {"source": source}).status == 404


def test_pages_are_never_kept_and_run_nothing_that_is_not_ours(pages: PageWorld, holder: Browser) -> None:
    for path in ("/account", "/privacy", "/sign-in/settings", "/help"):
        answer = holder.get(path)
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "style=" not in answer.text
        assert "<script>" not in answer.text


def test_looking_leaves_no_cookie_behind(pages: PageWorld) -> None:
    nobody = pages.browser()
    for path in ("/", "/en/", "/help", "/sign-in", "/sign-up", "/privacy-policy", "/accessibility"):
        answer = nobody.get(path)
        assert answer.status == 200, path
        assert answer.cookies == [], path


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"a=b", "multipart/form-data; boundary=x", 415),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 422),
        (b"a=%ff", "application/x-www-form-urlencoded", 422),
        (b"a=b&" * (MAX_FIELDS + 1), "application/x-www-form-urlencoded", 422),
    ],
)
def test_a_body_that_no_form_of_ours_sends_is_refused(
    pages: PageWorld, body: bytes, media_type: str, status: int
) -> None:
    headers = {"content-type": media_type, "origin": "https://bank.example"}
    assert pages.browser()._ask("POST", "/sign-in", body, headers).status == status


@pytest.mark.parametrize(
    "cookie",
    [
        "__Host-session=",
        "__Host-session=x",
        "__Host-session=" + "A" * 43,
        "__Host-session=a; __Host-session=b",
        "theme=<script>; bank-session=" + "A" * 43,
    ],
)
def test_a_cookie_that_is_none_of_ours_is_nobody(pages: PageWorld, cookie: str) -> None:
    answer = pages.browser()._ask("GET", "/account", None, {"cookie": cookie})
    assert answer.status == 303


def test_the_choice_of_light_or_dark_is_kept_in_a_cookie(pages: PageWorld) -> None:
    browser = pages.browser()
    answer = browser.post("/theme", {"theme": "dark", "next": "/help"})
    assert answer.location == "/help"
    page = browser.get("/help").text
    assert "tokens-dark.css" in page
    assert 'content="dark"' in page
    assert browser.post("/theme", {"theme": "purple"}).status == 404
    assert browser.post("/theme", {"theme": "light", "next": "//evil.example"}).location == "/"


@pytest.mark.parametrize(
    "here", ["/sign-in?next=%2Faccount%3Fpage%3D2%26year%3D2024", "/en/sign-in?next=%2Fhelp", "/en/help"]
)
def test_the_choice_of_light_or_dark_leads_back_to_the_whole_address(pages: PageWorld, here: str) -> None:
    browser = pages.browser()
    (kept,) = re.findall(r'action="[^"]*/theme".*?name="next" value="([^"]*)"', browser.get(here).text)
    answer = browser.post("/theme", {"theme": "dark", "next": unescape(kept)})
    assert (answer.status, answer.location) == (303, here)


def test_files_of_pages_are_named_by_their_content_and_kept_for_ever(pages: PageWorld) -> None:
    browser = pages.browser()
    address = browser.get("/").text.partition('stylesheet" href="')[2].partition('"')[0]
    file = browser.get(address, **{"accept-encoding": "gzip"})
    assert file.status == 200
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-encoding"] == "gzip"
    assert browser.get(address, **{"accept-encoding": "identity"}).text == file.text
    for name in ("nothing.css", "..%2f..%2fbank.json", "words.json"):
        assert browser.get(f"{address.rpartition('/')[0]}/{name}").status == 404
