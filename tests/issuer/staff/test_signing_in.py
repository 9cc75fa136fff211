"""Staff sign in by the rules that hold for holders, apart from them; roles are read at every request."""

import re
from datetime import timedelta

import pytest

from issuer.staff.errors import StaffUnknown
from issuer.staff.signing_in import COUNTED
from keys.sign_in.errors import SignInBusy
from keys.sign_in.one_time_codes import totp_code
from keys.sign_in.passwords import Passwords
from tests.issuer.pages.page_world import PASSWORD
from tests.issuer.staff.staff_world import STAFF_PASSWORD, StaffBrowser, StaffWorld

SETTINGS = "/operator/sign-in/settings"


@pytest.fixture
def operator(staff_world: StaffWorld) -> StaffBrowser:
    return staff_world.operator()


def code_now(world: StaffWorld, secret: str) -> str:
    return totp_code(secret, int(world.pages.now.timestamp()) // 30)


def test_somebody_who_was_added_signs_in_and_lands_on_the_dashboard(
    staff_world: StaffWorld, operator: StaffBrowser
) -> None:
    assert operator.heading("/operator") == "업무 현황"
    assert staff_world.acts("staff_signed_in") == [("staff:minji@127.0.0.1", None, "minji", "password")]


def test_signing_in_leads_on_to_the_page_that_was_asked_for_and_to_no_other_kind(staff_world: StaffWorld) -> None:
    staff_world.add("minji", "operator")
    asked = staff_world.nobody().get("/en/operator?x=1")
    assert asked.location == "/en/operator/sign-in?next=%2Fen%2Foperator%3Fx%3D1"
    browser = staff_world.nobody()
    assert browser.sign_in(next="/en/operator?x=1").location == "/en/operator?x=1"
    assert browser.get("/operator/sign-in?next=/operator/keys").location == "/operator/keys"
    for elsewhere in ("/account", "https://evil.example/operator", "//evil.example/operator", "/operators"):
        assert staff_world.nobody().sign_in(next=elsewhere).location == "/operator", elsewhere


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("minji", "not the password at all", ""),
        ("nobody", STAFF_PASSWORD, ""),
        ("haneul", PASSWORD, ""),  # a holder
        ("", "", ""),
        ("minji\x00", STAFF_PASSWORD, ""),
        ("minji", STAFF_PASSWORD + "\x00", ""),
        ("retired", STAFF_PASSWORD, ""),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(staff_world: StaffWorld, name: str, password: str, code: str) -> None:
    staff_world.add("minji", "operator")
    staff_world.add("retired", "operator")
    staff_world.administration.remove("retired")
    staff_world.pages.browser().sign_up("haneul")
    browser = staff_world.nobody()
    answer = browser.sign_in(name, password, code=code)
    assert answer.status == 422
    assert "아이디, 비밀번호 또는 인증번호가 맞지 않습니다." in answer.plain
    assert answer.cookies == []
    assert browser.get("/operator").status == 303


def test_nobody_signs_up_as_staff_and_the_page_offers_no_way_to(staff_world: StaffWorld) -> None:
    page = staff_world.nobody().get("/operator/sign-in")
    assert "sign-up" not in page.text
    assert staff_world.nobody().post("/operator/sign-up", {"name": "x", "password": STAFF_PASSWORD}).status == 404


def test_staff_and_holder_are_two_sessions_in_one_browser_and_neither_opens_what_is_the_others(
    staff_world: StaffWorld,
) -> None:
    staff_world.add("minji", "operator")
    browser = staff_world.nobody()
    browser.sign_in()
    assert browser.get("/account").location.startswith("/sign-in")
    holder = staff_world.pages.holder()
    assert holder.get("/operator").location.startswith("/operator/sign-in")
    browser.jar |= holder.jar
    assert browser.get("/operator").status == 200
    assert browser.get("/account").status == 200
    staff_cookie = browser.jar["__Host-staff-session"]
    browser.jar["__Host-session"] = staff_cookie
    assert browser.get("/account").status == 303  # the one is no session of the other kind


def test_a_mark_or_tries_of_holders_count_nothing_for_staff_of_the_same_name(staff_world: StaffWorld) -> None:
    staff_world.add("minji", "operator")
    namesake = staff_world.pages.browser()
    namesake.sign_up("minji")
    stranger = staff_world.nobody()
    stranger.jar["__Host-staff-device"] = namesake.jar["__Host-device"]
    for _ in range(10):
        assert stranger.sign_in(password="wrong wrong wrong wrong").status == 422
    assert stranger.sign_in().status == 429  # the mark made nobody known here
    assert namesake.sign_in("minji", PASSWORD).status == 303  # and the holder's own tries are untouched
    assert COUNTED == "staff:"


def test_tries_are_counted_and_a_known_browser_is_not_locked_out(
    staff_world: StaffWorld, operator: StaffBrowser
) -> None:
    stranger = staff_world.nobody()
    for _ in range(10):
        stranger.sign_in(password="wrong wrong wrong wrong")
    refused = stranger.sign_in()
    assert refused.status == 429
    assert re.search(r"\d+초 뒤에 다시", refused.plain)
    assert operator.sign_in().status == 303


def test_a_session_ends_after_half_an_hour_and_the_form_is_kept_in_the_page(
    staff_world: StaffWorld, operator: StaffBrowser
) -> None:
    token = operator.token()
    staff_world.pages.now += timedelta(minutes=31)
    kept = operator.post(f"{SETTINGS}/password", {"form_token": token, "password": "x", "new": "a b c"})
    assert kept.status == 401
    assert 'action="/operator/resume"' in kept.text
    assert "/operator/sign-in?next=/operator/sign-in/done" in kept.text
    fields = {"path": f"{SETTINGS}/password", "form": "new=a+b+c"}
    assert operator.post("/operator/resume", fields).status == 401
    operator.sign_in()
    assert operator.get("/operator/sign-in/done").status == 200
    again = operator.post("/operator/resume", fields)
    assert (again.status, 'name="new" value="a b c"' in again.text) == (200, True)
    for path in ("/account", "https://evil.example/operator", ""):
        assert operator.post("/operator/resume", {**fields, "path": path}).status == 404, path


def test_roles_are_those_of_this_moment_and_removal_ends_the_session_at_once(
    staff_world: StaffWorld, operator: StaffBrowser
) -> None:
    assert operator.get("/operator/accesses").status == 404
    staff_world.administration.set_roles("minji", ["auditor"])
    assert operator.get("/operator/accesses").status == 200
    staff_world.administration.remove("minji")
    assert operator.get("/operator").status == 303
    assert operator.sign_in().status == 422
    with pytest.raises(StaffUnknown):
        staff_world.administration.set_roles("minji", ["auditor"])


def test_signing_out_ends_the_session_in_the_bank_too(staff_world: StaffWorld, operator: StaffBrowser) -> None:
    carried = dict(operator.jar)
    assert operator.send("/operator/sign-out").location == "/operator/sign-in"
    operator.jar = carried
    assert operator.get("/operator").status == 303
    assert [actor for actor, *_ in staff_world.acts("staff_signed_out")] == ["staff:minji@127.0.0.1"]


def test_a_new_password_asks_for_the_old_one_and_ends_other_sessions(
    staff_world: StaffWorld, operator: StaffBrowser
) -> None:
    other, new = staff_world.nobody(), "quite another sentence"
    other.sign_in()
    path = f"{SETTINGS}/password"
    assert operator.send(path, {"password": "not the password at all", "new": new}).status == 422
    assert "15자 이상" in operator.send(path, {"password": STAFF_PASSWORD, "new": "short"}).plain
    assert operator.send(path, {"password": STAFF_PASSWORD, "new": new}).location == f"{SETTINGS}?done=password"
    assert other.get("/operator").status == 303
    assert operator.get(f"{SETTINGS}?done=password").status == 200
    assert staff_world.nobody().sign_in(password=STAFF_PASSWORD).status == 422
    assert staff_world.nobody().sign_in(password=new).status == 303


def test_the_second_step_is_asked_for_and_codes_count_once(staff_world: StaffWorld, operator: StaffBrowser) -> None:
    path = f"{SETTINGS}/second-step"
    (secret,) = operator.values(path, "secret")
    right = {"secret": secret, "code": code_now(staff_world, secret), "password": STAFF_PASSWORD}
    assert operator.send(path, {**right, "password": "not the password at all"}).status == 422
    assert "번호가 맞지 않습니다" in operator.send(path, {**right, "code": "000000"}).plain
    assert operator.send(path, {**right, "secret": "0" * 32}).status == 404
    shown = operator.send(path, right)
    codes = re.findall(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>", shown.text)
    assert len(codes) == 10
    assert staff_world.nobody().sign_in().status == 422
    staff_world.pages.now += timedelta(seconds=30)
    code = code_now(staff_world, secret)
    assert staff_world.nobody().sign_in(code=code).status == 303
    assert staff_world.nobody().sign_in(code=code).status == 422
    assert staff_world.nobody().sign_in(code=codes[0]).status == 303
    assert staff_world.nobody().sign_in(code=codes[0]).status == 422
    assert operator.send(f"{path}/remove", {"step_password": "not the password at all"}).status == 422
    assert operator.send(f"{path}/remove", {"step_password": STAFF_PASSWORD}).location == f"{SETTINGS}?done=step"
    assert staff_world.nobody().sign_in().status == 303


def test_other_sessions_are_ended_by_one_press(staff_world: StaffWorld, operator: StaffBrowser) -> None:
    other = staff_world.nobody()
    other.sign_in()
    assert operator.send("/operator/sign-out/elsewhere").location == f"{SETTINGS}?done=out"
    assert (operator.get("/operator").status, other.get("/operator").status) == (200, 303)


def test_a_crowd_is_told_to_come_again_and_a_changed_password_lets_nobody_in_half_way(
    staff_world: StaffWorld, operator: StaffBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = staff_world.pages.desk.staff.outside.passwords

    def crowded(_self: object, *_: object) -> object:
        raise SignInBusy("too many at this moment")

    with monkeypatch.context() as patch:
        patch.setattr(type(passwords), "check", crowded)
        assert operator.sign_in().status == 429
        assert operator.send(f"{SETTINGS}/password", {"password": "x" * 20, "new": "y" * 20}).status == 429
    check = type(passwords).check

    def changed_meanwhile(self: Passwords, password: str, kept: str | None) -> object:
        checked = check(self, password, kept)
        staff_world.administration.set_password("minji", "quite another sentence", without_second_step=False)
        return checked

    monkeypatch.setattr(type(passwords), "check", changed_meanwhile)
    assert staff_world.nobody().sign_in().status == 422
