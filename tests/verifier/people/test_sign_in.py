"""Signing in and out over HTTP: who gets in, who does not, and that nobody learns why."""

import sqlite3
import threading
from datetime import timedelta
from urllib.parse import quote

import pytest

from keys.sign_in.passwords import PasswordParameters, Passwords
from keys.sign_in.sessions import STANDARD_LIMITS
from tests.verifier.people.entrance_world import ORIGIN, PASSWORD, House, words_of
from verifier.people.administration import Proof
from verifier.people.roles import Role
from verifier.people.sign_in_desk import Attempt, SignInFailed

WRONG = "Name, password or code is wrong."


def test_a_person_signs_in_and_goes_on_where_she_wanted(house: House) -> None:
    browser = house.browser()
    asked = browser.get("/en/account?from=here")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/en/sign-in?next=/en/account%3Ffrom%3Dhere"
    answer = browser.sign_in(" Haneul ", after="/en/settings")
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/settings")
    page = browser.get("/en/account").text
    assert "administrator" in words_of(page)
    assert "haneul" in page


def test_the_cookie_of_a_session_is_out_of_reach_and_kept_by_no_cache(house: House) -> None:
    answer = house.browser().sign_in("haneul")
    session = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("verifier-session="))
    assert session.endswith("; Path=/; HttpOnly; SameSite=Lax")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("haneul", "seven blue kettles sank"),
        ("haneul", ""),
        ("nobody", PASSWORD),
        ("", ""),
        ("haneul' OR 1=1 --", PASSWORD),
        ("<img src=x onerror=alert(1)>", "x" * 100_000),
        ("\x00\u202e김하늘", PASSWORD),
        ("a" * 10_000, PASSWORD),
    ],
)
def test_whatever_is_wrong_is_answered_alike(house: House, name: str, password: str) -> None:
    answer = house.browser().sign_in(name, password)
    assert answer.status_code == 403
    assert WRONG in words_of(answer.text)
    assert "<img src=x" not in answer.text
    assert "set-cookie" not in answer.headers


def test_nothing_of_an_answer_tells_a_known_name_from_an_unknown_one(house: House) -> None:
    known, unknown = (house.browser().sign_in(name, "not the password at all") for name in ("haneul", "nobody"))
    assert known.text.replace("haneul", "nobody") == unknown.text
    assert known.headers.get("content-length") == unknown.headers.get("content-length")


def test_an_unknown_name_costs_as_many_checks_as_a_known_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str | None] = []
    check = Passwords.check

    def counted(self: Passwords, password: str, kept: str | None) -> object:
        checked.append(kept and "kept")
        return check(self, password, kept)

    monkeypatch.setattr(Passwords, "check", counted)
    for name in ("haneul", "nobody"):
        house.browser().sign_in(name, "not the password at all")
    assert checked == ["kept", None]


@pytest.mark.parametrize(
    "after",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
        "",
    ],
)
def test_signing_in_leads_to_no_other_host(house: House, after: str) -> None:
    assert house.browser().sign_in("haneul", after=after).headers["location"] == "/en/account"
    page = house.browser().get(f"/en/sign-in?next={quote(after)}").text
    assert 'name="next" value="/en/account"' in page


@pytest.mark.parametrize("charset", ["undefined", "utf-7"])
def test_the_form_is_taken_in_utf_8_only(house: House, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = house.browser().ask(
        "POST", "/sign-in", content=b"name=x", headers={"Origin": ORIGIN, "Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://verifier.test.evil.example"])
def test_the_form_is_taken_from_our_own_page_only(house: House, origin: str | None) -> None:
    answer = house.browser().post("/sign-in", origin=origin, name="haneul", password=PASSWORD)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "다른 곳에서 온 요청입니다" in answer.text


def test_a_session_that_somebody_planted_is_not_the_one_after_signing_in(house: House) -> None:
    thief = house.signed_in("minji")
    planted = thief.cookies["verifier-session"]
    victim = house.browser()
    victim.cookies["verifier-session"] = planted
    victim.sign_in("haneul")
    assert victim.cookies["verifier-session"] != planted
    assert not thief.is_signed_in()


def test_signing_out_ends_the_session_on_the_server_too(house: House) -> None:
    browser = house.signed_in("haneul")
    stolen = dict(browser.cookies)
    answer = browser.post("/en/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/sign-in")
    assert "verifier-session" not in browser.cookies
    browser.cookies = stolen
    assert not browser.is_signed_in()


def test_a_session_that_nobody_can_use_any_more_is_not_counted(house: House) -> None:
    house.browser().sign_in("haneul")
    house.now += STANDARD_LIMITS.idle_s - 1
    later = house.browser()
    later.sign_in("haneul")
    assert "Signed in at this moment: 2" in words_of(later.get("/en/account").text)
    house.now += 1
    assert "Signed in at this moment: 1" in words_of(later.get("/en/account").text)
    assert [each.sessions for each in house.people.listing() if each.name == "haneul"] == [1]


def test_signing_out_everywhere_ends_every_session_of_this_person_alone(house: House) -> None:
    first, second, other = (house.signed_in(name) for name in ("haneul", "haneul", "minji"))
    first.post("/en/account/sign-out-everywhere")
    assert [browser.is_signed_in() for browser in (first, second, other)] == [False, False, True]


@pytest.mark.parametrize(("idle_s", "lives"), [(1799, True), (1800, False)])
def test_a_session_ends_half_an_hour_after_its_last_use(house: House, idle_s: int, lives: bool) -> None:
    browser = house.signed_in("haneul")
    house.now += idle_s
    assert browser.is_signed_in() is lives


def test_a_session_in_use_ends_after_twelve_hours(house: House) -> None:
    token = house.signed_in("haneul").cookies["verifier-session"]
    alive = []
    for _ in range(25):
        house.now += 1740
        alive.append(house.desk.who(token) is not None)
    assert alive == [True] * 24 + [False]


def test_dead_sessions_are_forgotten_when_somebody_signs_in(house: House) -> None:
    house.signed_in("haneul")
    house.now += int(timedelta(days=2).total_seconds())
    house.signed_in("minji")
    with sqlite3.connect(house.database) as rows:
        assert rows.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    rows.close()


@pytest.mark.parametrize("cookie", ["x", "a" * 43, "é", "a" * 43 + "; verifier-session=" + "b" * 43])
def test_an_invented_cookie_is_nobody(house: House, cookie: str) -> None:
    answer = house.browser().get("/account", Cookie=f"verifier-session={quote(cookie, safe='; =')}")
    assert answer.status_code == 303


def test_a_person_who_is_removed_is_out_at_once(house: House) -> None:
    browser = house.signed_in("minji")
    house.people.remove("minji")
    assert not browser.is_signed_in()
    assert house.browser().sign_in("minji").status_code == 403


def test_roles_count_from_the_next_request_on(house: House) -> None:
    browser = house.signed_in("minji")
    assert browser.get("/settings").status_code == 403
    house.people.set_roles("minji", {Role.ADMINISTRATOR})
    assert browser.get("/settings").status_code == 200


def test_too_many_tries_are_told_to_wait_and_a_known_browser_is_not_stopped(house: House) -> None:
    known = house.signed_in("haneul")
    known.post("/en/sign-out")
    strangers = [house.browser(network=f"203.0.113.{host}").sign_in("haneul", "guess") for host in range(12)]
    assert [answer.status_code for answer in strangers] == [403] * 9 + [429] * 3
    assert 0 < int(strangers[-1].headers["retry-after"]) <= 900
    assert "too many tries" in words_of(strangers[-1].text)
    assert house.browser(network="203.0.113.99").sign_in("haneul").status_code == 429
    assert known.sign_in("haneul").status_code == 303


def test_one_network_cannot_try_every_name(house: House) -> None:
    browser = house.browser(network="203.0.113.5")
    answers = [browser.sign_in(f"person{number}", "guess").status_code for number in range(61)]
    assert answers == [403] * 60 + [429]


def test_when_passwords_take_all_places_people_are_told_to_come_again(house: House) -> None:
    busy = house.secrets.passwords
    taken = 0
    while busy._places.acquire(blocking=False):
        taken += 1
    answer = house.browser().sign_in("haneul")
    assert taken == 20
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "Many people are signing in" in words_of(answer.text)


def test_a_password_kept_at_another_cost_is_kept_anew_after_a_sign_in(house: House) -> None:
    dearer = PasswordParameters(memory_kib=16, passes=1)
    object.__setattr__(house.secrets, "passwords", Passwords(house.secrets.random_bytes, parameters=dearer))
    house.signed_in("haneul")
    with house.store.read() as transaction:
        person = transaction.people.named("haneul")
    assert person is not None
    assert "$m=16,t=1,p=1$" in str(person.password)
    house.signed_in("haneul")


def test_who_gets_another_password_while_signing_in_does_not_get_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Passwords.check

    def meanwhile(self: Passwords, password: str, kept: str | None) -> object:
        monkeypatch.setattr(Passwords, "check", check)
        house.people.set_password("haneul", "another twelve red apples", without_second_step=False)
        return check(self, password, kept)

    monkeypatch.setattr(Passwords, "check", meanwhile)
    assert house.browser().sign_in("haneul").status_code == 403


def test_many_sign_ins_at_once_give_as_many_sessions(house: House) -> None:
    welcomed = []

    def sign_in(number: int) -> None:
        attempt = Attempt("minji", PASSWORD, "", network=f"192.0.2.{number}")
        welcomed.append(house.desk.sign_in(attempt).token)

    threads = [threading.Thread(target=sign_in, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(welcomed)) == 8
    assert all(house.desk.who(token) is not None for token in welcomed)


def test_who_is_signed_in_already_goes_on(house: House) -> None:
    assert house.signed_in("haneul").get("/sign-in?next=/settings").headers["location"] == "/settings"


def test_where_nobody_is_left_to_sign_in_the_pages_say_how(house: House) -> None:
    for person in house.people.listing():
        house.people.remove(person.name)
    browser = house.browser()
    assert "cb-verifier users add NAME --role administrator" in browser.get("/en/sign-in").text
    assert browser.get("/settings").status_code == 403
    assert "아직 로그인할 수 있는 사람이 없습니다" in browser.get("/settings").text
    assert "서비스를 다시 시작할 필요는 없습니다" in browser.get("/settings").text
    assert browser.sign_in("haneul").status_code == 403


def test_without_an_entrance_every_page_says_how_to_set_it_up(house: House) -> None:
    house.app.state.entrance = None
    browser = house.browser()
    for path in ("/sign-in", "/settings", "/account", "/sign-in/acme"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "cb-verifier users add" in answer.text
        assert "VERIFIER_URL" in answer.text
    assert browser.sign_in("haneul").status_code == 403


def test_public_pages_set_no_cookie_and_ask_nobody_in(house: House) -> None:
    for path in ("/", "/en/", "/v", "/bundle.json", "/sign-in"):
        answer = house.browser().get(path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers


def test_a_person_of_a_provider_only_has_no_password_to_guess(house: House) -> None:
    house.people.add("yuna", "유나", roles={Role.OFFICER}, proof=Proof(identity=("https://login.example", "s1")))
    assert house.browser().sign_in("yuna", "").status_code == 403


def test_the_desk_says_nothing_of_secrets_in_its_values() -> None:
    attempt = Attempt("haneul", PASSWORD, "123456", "192.0.2.1", mark="m" * 20, session="s" * 43)
    assert PASSWORD not in repr(attempt)
    assert "123456" not in repr(attempt)
    assert str(SignInFailed()) == ""


def test_every_page_is_sent_with_the_strict_policy(house: House) -> None:
    browser = house.signed_in("haneul")
    for path in ("/sign-in?x", "/en/account", "/settings"):
        answer = browser.get(path) if path != "/sign-in?x" else house.browser().get(path)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert " style=" not in answer.text
        assert "<script" not in answer.text
        assert ORIGIN not in answer.text
