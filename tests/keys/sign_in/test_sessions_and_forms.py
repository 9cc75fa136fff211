"""Sessions, cookies, tokens of forms, and where a request comes from."""

from collections.abc import Callable

import pytest

from keys.limits import MAX_COOKIE_HEADER_CHARACTERS
from keys.sign_in.cookies import Cookies
from keys.sign_in.forms import comes_from_us, fits_session, form_token, own_path
from keys.sign_in.sessions import SessionLimits, SessionRecord, is_alive, new_session, session_id_of, should_touch

KEY = bytes(range(32))
NOW = 1_800_000_000
OWN = frozenset({"https://verify.example"})
LIMITS = SessionLimits(idle_s=100, absolute_s=1000)


def test_a_session_is_kept_without_its_token(random_bytes: Callable[[int], bytes]) -> None:
    token, record = new_session("u1", now=NOW, random_bytes=random_bytes)
    assert len(token) == 43
    assert record == SessionRecord(session_id_of(token) or "", "u1", NOW, NOW)
    assert token not in repr(record)


def test_no_two_sessions_are_alike(random_bytes: Callable[[int], bytes]) -> None:
    tokens = {new_session("u1", now=NOW, random_bytes=random_bytes)[0] for _ in range(100)}
    assert len(tokens) == 100


@pytest.mark.parametrize("token", [None, "", "a" * 42, "a" * 44, "a" * 42 + "+", "a" * 42 + "é", "../" * 14 + "a"])
def test_a_value_of_another_form_names_no_session(token: str | None) -> None:
    assert session_id_of(token) is None


@pytest.mark.parametrize(("started", "seen", "alive"), [(0, 0, True), (-999, -99, True), (-500, -1, True)])
def test_a_session_in_use_lives(started: int, seen: int, alive: bool) -> None:
    assert is_alive(SessionRecord("s", "u1", NOW + started, NOW + seen), now=NOW, limits=LIMITS) is alive


@pytest.mark.parametrize(("started", "seen"), [(-1000, -1), (-200, -100), (1, 1), (-(10**6), -(10**6))])
def test_a_session_too_old_too_idle_or_from_the_future_is_over(started: int, seen: int) -> None:
    assert not is_alive(SessionRecord("s", "u1", NOW + started, NOW + seen), now=NOW, limits=LIMITS)


def test_the_last_use_is_written_once_a_minute() -> None:
    record = SessionRecord("s", "u1", NOW, NOW)
    assert not should_touch(record, now=NOW + 59)
    assert should_touch(record, now=NOW + 60)


def test_a_cookie_over_https_is_bound_to_the_host_and_out_of_reach_of_scripts() -> None:
    cookies = Cookies("verifier")
    assert cookies.setting("session", "abc") == "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert (
        cookies.setting("device", "abc", max_age_s=60)
        == "__Host-device=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"
    )
    assert cookies.ending("session") == "__Host-session=-; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"


def test_a_cookie_over_http_on_this_machine_has_the_name_of_its_service() -> None:
    cookies = Cookies("verifier", secure=False)
    assert cookies.setting("session", "abc") == "verifier-session=abc; Path=/; HttpOnly; SameSite=Lax"
    assert cookies.read("bank-session=x; verifier-session=abc", "session") == "abc"


@pytest.mark.parametrize("value", ["", "a b", "a;b", "a\r\nSet-Cookie: b", 'a"b', "é", "a" * 5000])
def test_a_value_that_would_need_quoting_is_a_mistake_of_the_program(value: str) -> None:
    with pytest.raises(ValueError, match="needs no quoting"):
        Cookies("verifier").setting("session", value)


def test_a_cookie_is_read_among_others() -> None:
    assert Cookies("verifier").read("a=b; __Host-session=xyz;c", "session") == "xyz"


def test_a_cookie_is_read_from_the_longest_header_that_is_looked_at() -> None:
    cookie = "; __Host-session=xyz"
    header = "a=" + "b" * (MAX_COOKIE_HEADER_CHARACTERS - len(cookie) - 2) + cookie
    assert Cookies("verifier").read(header, "session") == "xyz"
    assert Cookies("verifier").read("a" + header, "session") is None


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "session=xyz",
        "__host-session=xyz",
        "__Host-session=xyz; __Host-session=uvw",
        "__Host-session=u=w; __Host-session=xyz",
        "__Host-session=",
        '__Host-session="xyz"',
        "__Host-session=x y",
        "a=" + "b" * 9000 + "; __Host-session=xyz",
    ],
)
def test_a_cookie_that_is_missing_doubled_or_odd_has_no_value(header: str | None) -> None:
    assert Cookies("verifier").read(header, "session") is None


def test_the_token_of_a_form_fits_its_own_session() -> None:
    token = form_token("session-1", key=KEY)
    assert len(token) == 64
    assert fits_session(token, "session-1", key=KEY)


@pytest.mark.parametrize("session", ["session-2", "session-1 ", ""])
def test_the_token_of_another_session_does_not_fit(session: str) -> None:
    assert not fits_session(form_token(session, key=KEY), "session-1", key=KEY)


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é" * 64, "half \ud83d"])
def test_a_token_that_is_missing_or_invented_does_not_fit(token: str | None) -> None:
    assert not fits_session(token, "session-1", key=KEY)


def test_the_token_of_another_service_does_not_fit() -> None:
    assert not fits_session(form_token("session-1", key=KEY[::-1]), "session-1", key=KEY)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": "https://verify.example"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"origin": "https://verify.example"},
    ],
)
def test_a_request_of_our_own_page_is_known_as_such(headers: dict[str, str]) -> None:
    assert comes_from_us(headers, own_origins=OWN)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "https://verify.example.evil.example"},
        {"origin": "http://verify.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "https://verify.example"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "https://verify.example"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    ],
)
def test_a_request_of_another_page_or_of_nobody_knows_whom_is_not_ours(headers: dict[str, str]) -> None:
    assert not comes_from_us(headers, own_origins=OWN)


@pytest.mark.parametrize(
    "path", ["/", "/settings", "/en/notices/7?page=2&sort=a", "/a%20b", "/a-b_c.d~e/", "/" + "a" * 511]
)
def test_a_plain_path_of_our_own_is_where_one_goes_on(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "settings",
        "//evil.example",
        "/\\evil.example",
        "/\\/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nLocation: https://evil.example",
        "/\t/evil.example",
        "/a#b",
        "/a@b",
        "/설정",
        "/" + "a" * 512,
    ],
)
def test_anything_else_leads_home(path: str | None) -> None:
    assert own_path(path, otherwise="/home") == "/home"
