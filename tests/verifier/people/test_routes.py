"""Every signed-in address, tried as nobody, as each role, and with each thing missing that a request must carry."""

from collections.abc import Iterable, Iterator

import pytest

from tests.verifier.people.entrance_world import ORIGIN, House
from verifier.api.signed_in import HTML

PAGES = {
    "/account": {"haneul", "doyun", "minji"},
    "/settings": {"haneul"},
    "/settings/trust/remove": {"haneul"},
    "/settings/trust/bundle": {"haneul"},
}
CHANGES = {
    "/sign-out": {"haneul", "doyun", "minji"},
    "/account/password": {"haneul", "doyun", "minji"},
    "/account/second-step": {"haneul", "doyun", "minji"},
    "/account/second-step/off": {"haneul", "doyun", "minji"},
    "/account/sign-out-everywhere": {"haneul", "doyun", "minji"},
    "/settings/trust/look": {"haneul"},
    "/settings/trust/add": {"haneul"},
    "/settings/trust/remove": {"haneul"},
    "/settings/trust/refresh": {"haneul"},
}
OPEN = {"/sign-in", "/sign-in/{provider_id}", "/sign-in/{provider_id}/callback"}
EVERYBODY = ("haneul", "doyun", "minji")
ALL_CHANGES = [*CHANGES, *(f"/en{path}" for path in CHANGES)]


def paths_of(routes: Iterable[object]) -> Iterator[str]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from paths_of(inner.routes) if inner is not None else [str(getattr(route, "path", ""))]


def test_this_file_knows_every_address_of_these_pages(house: House) -> None:
    found = {path.removeprefix("/en") for path in paths_of(house.app.routes)}
    ours = {path for path in found if path.startswith(("/sign", "/account", "/settings"))}
    assert ours == {*PAGES, *CHANGES, *OPEN}


@pytest.mark.parametrize("path", [*PAGES, *(f"/en{path}" for path in PAGES if not path.endswith("bundle"))])
def test_nobody_reads_a_page_without_signing_in(house: House, path: str) -> None:
    answer = house.browser().get(path)
    assert answer.status_code == 303
    prefix = "/en" if path.startswith("/en") else ""
    assert answer.headers["location"] == f"{prefix}/sign-in?next={path}"


@pytest.mark.parametrize("path", ALL_CHANGES)
def test_nobody_changes_anything_without_signing_in(house: House, path: str) -> None:
    answer = house.browser().post(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == HTML


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_its_roles(house: House, path: str, name: str) -> None:
    answer = house.signed_in(name).get(path)
    assert (answer.status_code == 403) == (name not in PAGES[path])


@pytest.mark.parametrize(("path", "name"), [(path, name) for path in CHANGES for name in EVERYBODY])
def test_a_change_is_for_its_roles(house: House, path: str, name: str) -> None:
    answer = house.signed_in(name).post(path)
    assert (answer.status_code == 403) == (name not in CHANGES[path])
    assert answer.status_code < 500


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_needs_the_token_of_its_own_session(house: House, path: str) -> None:
    browser, other = house.signed_in("haneul"), house.signed_in("haneul")
    for token in ("", "0" * 64, other.form_token, "é"):
        answer = browser.post(path, form_token=token)
        assert answer.status_code == 403
        assert "이전 로그인의 화면입니다" in answer.text
    assert browser.is_signed_in()


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_must_come_from_our_own_page(house: House, path: str) -> None:
    browser = house.signed_in("haneul")
    for origin in (None, "null", "https://evil.example", "https://verifier.test"):
        answer = browser.post(path, origin=origin)
        assert answer.status_code == 403
        assert "다른 곳에서 온 요청입니다" in answer.text
    assert browser.is_signed_in()


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_after_the_session_ended_says_so(house: House, path: str) -> None:
    browser = house.signed_in("haneul")
    house.now += 1800
    answer = browser.post(path)
    assert answer.status_code == 401
    assert "로그인이 끝났습니다" in answer.text


def test_a_token_may_come_in_a_header_where_there_is_no_form(house: House) -> None:
    browser = house.signed_in("haneul")
    headers = {"Origin": ORIGIN, "X-Form-Token": browser.form_token, "Content-Type": "application/json"}
    assert browser.ask("POST", "/sign-out", content=b"{}", headers=headers).status_code == 303
    headers["X-Form-Token"] = "0" * 64
    assert house.signed_in("haneul").ask("POST", "/sign-out", content=b"{}", headers=headers).status_code == 403


def test_a_body_that_is_no_form_carries_no_token(house: House) -> None:
    browser = house.signed_in("haneul")
    body = f"form_token={browser.form_token}".encode()
    headers = {"Origin": ORIGIN, "Content-Type": "text/plain"}
    assert browser.ask("POST", "/sign-out", content=body, headers=headers).status_code == 403


@pytest.mark.parametrize("body", [b"\xff\xfe%zz&&&=", b"a" * 200_000, b"--x\r\n\r\n"])
@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_that_is_none_is_refused_and_breaks_nothing(house: House, media_type: str, body: bytes) -> None:
    headers = {"Origin": ORIGIN, "Content-Type": media_type}
    for path in ("/sign-in", "/settings/trust/look"):
        answer = house.signed_in("haneul").ask("POST", path, content=body, headers=headers)
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_not_there(house: House, method: str) -> None:
    assert house.signed_in("haneul").ask(method, "/settings", headers={"Origin": ORIGIN}).status_code == 405
