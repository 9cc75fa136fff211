"""Every page for staff as nobody, as a holder, in each role, from elsewhere.

Who may not see a page gets the answer of an address that is not there.
"""

from collections.abc import Iterator

import pytest
from starlette.requests import Request

from issuer.api.pages.asked import Answer
from issuer.api.staff.routing import StaffPages, is_for_staff, missing_to_staff
from issuer.errors import StorageUnusable
from keys.gate.gate import CALLER
from tests.issuer.pages.page_world import Browser
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld
from tests.served_routes import routes_within

ANYBODY = {
    "/operator/sign-in",
    "/operator/resume",
    "/operator/sign-in/with/{provider}",
    "/operator/sign-in/with/{provider}/callback",
}
ALL = frozenset({"operator", "auditor", "university"})
BANK = frozenset({"operator", "auditor"})
SEEN_BY = {
    "/operator": ALL,
    "/operator/sign-in/done": ALL,
    "/operator/sign-in/settings": ALL,
    "/operator/sign-in/settings/password": ALL,
    "/operator/sign-in/settings/second-step": ALL,
    "/operator/sign-in/settings/second-step/remove": ALL,
    "/operator/sign-out": ALL,
    "/operator/sign-out/elsewhere": ALL,
    "/operator/keys": BANK,
    "/operator/keys/proof": BANK,
    "/operator/keys/check": BANK,
    "/operator/traces": BANK,
    "/operator/accesses": frozenset({"auditor"}),
}
"""Whose roles see these addresses. Groups of addresses that have tests of their own are named in `OTHERS`."""

OTHERS = (
    "/operator/sources",
    "/operator/runs",
    "/operator/held",
    "/operator/statuses",
    "/operator/entries",
    "/operator/certificates",
    "/operator/recognition",
    "/operator/university",
    "/operator/notices",
)
FILLED = {"provider": "nobody"}


@pytest.fixture(scope="module")
def people(kept_world: StaffWorld) -> dict[str, StaffBrowser]:
    """A browser of each role; what they press ends other sessions, never these."""
    return {"operator": kept_world.operator(), "auditor": kept_world.auditor(), "university": kept_world.university()}


def routes(world: StaffWorld, method: str) -> Iterator[tuple[str, str]]:
    """Paths of the staff's pages with the same in Korean, of both languages."""
    found = [
        (route.path, korean)
        for route in routes_within(world.pages.app.routes)
        if method in (route.methods or ())
        and is_for_staff(route.path)
        and not (korean := route.path.removeprefix("/en")).startswith(OTHERS)
    ]
    assert len(found) > 10, "the pages were not found, so nothing would be tried"
    yield from found


def filled(path: str) -> str:
    return path.format_map(FILLED)


def test_every_page_is_there_in_both_languages_and_named_with_whoever_sees_it(kept_world: StaffWorld) -> None:
    for method in ("GET", "POST"):
        found = list(routes(kept_world, method))
        assert sorted(korean for path, korean in found if path == korean) == sorted(
            korean for path, korean in found if path != korean
        )
        assert {korean for _, korean in found} <= SEEN_BY.keys() | ANYBODY


def test_nobody_and_a_holder_are_sent_to_the_sign_in(kept_world: StaffWorld) -> None:
    holder = StaffBrowser(kept_world.pages, dict(kept_world.pages.holder(agrees=False).jar))
    for browser in (kept_world.nobody(), holder):
        for path, korean in routes(kept_world, "GET"):
            if korean not in ANYBODY:
                answer = browser.get(filled(path))
                assert (answer.status, "/operator/sign-in?next=" in answer.location) == (303, True), path
        for path, korean in routes(kept_world, "POST"):
            if korean not in ANYBODY:
                answer = browser.post(filled(path), {"form_token": "0" * 64})
                assert (answer.status, "<h1>" in answer.text) == (401, True), path


def test_another_role_gets_the_page_of_an_address_that_is_not_there(people: dict[str, StaffBrowser]) -> None:
    for role, browser in people.items():
        missing = browser.get("/operator/sign-in/with/nobody")
        assert missing.status == 404
        for path, seen_by in SEEN_BY.items():
            if role not in seen_by:
                answer = browser.get(path)
                assert answer.status in (404, 405), (role, path)
                if answer.status == 404:
                    assert answer.plain == missing.plain
                assert browser.send(path, {"reason": "a reason"}).status in (404, 405), (role, path)


def test_each_role_sees_its_pages_and_only_their_ways_in_the_masthead(people: dict[str, StaffBrowser]) -> None:
    for role, browser in people.items():
        page = browser.get("/operator").text
        for path in ("/operator/keys", "/operator/traces", "/operator/accesses"):
            seen = role in SEEN_BY[path]
            assert (browser.get(path).status == 200) == seen, (role, path)
            assert (f'href="{path}"' in page) == seen, (role, path)


def test_a_university_sees_no_figure_of_the_bank(people: dict[str, StaffBrowser]) -> None:
    page = people["university"].get("/en/operator").plain
    assert "What needs me now" in page
    assert "Today and the last 7 days" not in page
    assert "Today and the last 7 days" in people["auditor"].get("/en/operator").plain


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://evil.example", "cross-site"),
        ("https://evil.example", None),
        (None, None),
        ("null", None),
        ("https://bank.example", "same-site"),
    ],
)
def test_a_form_from_elsewhere_changes_nothing(
    kept_world: StaffWorld, people: dict[str, StaffBrowser], origin: str | None, site: str | None
) -> None:
    operator = people["operator"]
    before, token = len(kept_world.acts("records_checked")), operator.token()
    stranger = StaffBrowser(kept_world.pages, dict(operator.jar), origin, site)
    for path, _ in routes(kept_world, "POST"):
        answer = stranger.post(filled(path), {"form_token": token, "reason": "a reason"})
        assert (answer.status, answer.cookies) == (403, []), path
    assert len(kept_world.acts("records_checked")) == before


def test_a_form_without_the_token_of_its_session_changes_nothing(
    kept_world: StaffWorld, people: dict[str, StaffBrowser]
) -> None:
    operator, holder = people["operator"], Browser(kept_world.pages)
    holder.sign_up("onlooker")
    before = len(kept_world.acts("records_checked"))
    for token in ("", "0" * 64, people["auditor"].token(), holder.token(), "열쇠"):
        assert operator.post("/operator/keys/check", {"form_token": token}).status == 403
    assert len(kept_world.acts("records_checked")) == before


def test_a_programs_token_opens_no_page_even_beside_a_session(people: dict[str, StaffBrowser]) -> None:
    assert people["operator"].get("/operator", authorization="Bearer cbt_unknown").status == 200


def test_pages_are_never_kept(people: dict[str, StaffBrowser]) -> None:
    answer = people["operator"].get("/operator")
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_an_address_that_is_not_there_is_answered_in_the_frame_of_whoever_asks(
    kept_world: StaffWorld, people: dict[str, StaffBrowser]
) -> None:
    jar = people["operator"].jar
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items()).encode()
    for path, word in (
        ("/operator/nothing", "찾는 것이 없습니다."),
        ("/en/operator/nothing", "There is nothing here."),
    ):
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"cookie", cookie)]}
        answer = missing_to_staff(kept_world.pages.desk, Request({**scope, CALLER: "203.0.113.7"}))
        page = bytes(answer.body).decode()
        assert (answer.status_code, word in page, "minji" in page) == (404, True, True)
        as_program = missing_to_staff(kept_world.pages.desk, Request({**scope, CALLER: "token:hr"}))
        assert "minji" not in bytes(as_program.body).decode()  # a program's token would hide the place


def test_a_database_that_cannot_be_used_is_a_page_and_no_fault(
    kept_world: StaffWorld, people: dict[str, StaffBrowser], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unusable(_now: object) -> None:
        raise StorageUnusable("closed", what="the database")

    monkeypatch.setattr(kept_world.pages.desk.figures, "figures", unusable)
    answer = people["operator"].get("/en/operator")
    assert (answer.status, "<h1>" in answer.text) == (503, True)


def test_pages_for_staff_stand_below_their_address_alone(kept_world: StaffWorld) -> None:
    with pytest.raises(RuntimeError, match="another address"):
        StaffPages(kept_world.pages.desk).public("/elsewhere", lambda _: Answer())
