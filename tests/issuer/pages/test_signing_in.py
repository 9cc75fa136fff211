"""Signing in and up through the pages: what is refused and how, cookies, sessions that end, forms that are not lost."""

import re
from datetime import timedelta

import pytest

from keys.sign_in.one_time_codes import totp_code
from tests.issuer.pages.page_world import PASSWORD, Browser, PageWorld


def test_signing_up_opens_an_account_of_nobody_and_leads_to_it(pages: PageWorld) -> None:
    browser = pages.browser()
    answer = browser.sign_up()
    assert (answer.status, answer.location) == (303, "/account")
    assert browser.get("/account").location == "/identity"
    with pages.bank.store.read() as transaction:
        account = transaction.accounts.account(browser.account)
    assert account is not None
    assert account.person_link is None
    assert pages.actions(browser.account) == ["account_opened", "sign_in_added", "signed_in"]


def test_the_session_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts(pages: PageWorld) -> None:
    session = next(line for line in pages.browser().sign_up().cookies if line.startswith("__Host-session="))
    assert session.partition(";")[2] == " Path=/; Secure; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("ab", PASSWORD, "아이디는 글자와 숫자 3~64자"),
        ("with space", PASSWORD, "아이디는 글자와 숫자 3~64자"),
        ("אבגדה", PASSWORD, "아이디는 글자와 숫자 3~64자"),
        ("haneul", "too short", "15자 이상"),
        ("haneul", "x" * 200, "128자까지"),
        ("haneul", "passwordpassword", "누구나 먼저 시도하는"),
        ("haneul.the.first", "haneul.the.first1", "이름만으로 된"),
        ("haneul", "fifteen letters\x07", "입력할 수 없는 문자"),
    ],
)
def test_a_name_or_password_that_is_not_taken_is_explained(
    pages: PageWorld, name: str, password: str, sentence: str
) -> None:
    answer = pages.browser().sign_up(name, password)
    assert answer.status == 422
    assert sentence in answer.plain
    assert 'role="alert"' in answer.text
    assert password not in answer.text


def test_a_taken_name_is_refused_in_any_case(pages: PageWorld) -> None:
    pages.browser().sign_up("haneul")
    answer = pages.browser().sign_up("HaNeul")
    assert answer.status == 422
    assert "이미 쓰이는 아이디" in answer.plain


def test_an_unknown_name_and_a_wrong_password_get_the_same_page(pages: PageWorld) -> None:
    pages.browser().sign_up("haneul")
    unknown, wrong = pages.browser().sign_in("nobody"), pages.browser().sign_in("haneul", "another sentence of words")
    assert (unknown.status, wrong.status) == (422, 422)
    assert unknown.text.replace("nobody", "haneul") == wrong.text


def test_signing_in_again_ends_the_session_that_the_browser_had(pages: PageWorld) -> None:
    browser = pages.browser()
    browser.sign_up()
    planted = browser.jar["__Host-session"]
    browser.sign_in()
    assert browser.jar["__Host-session"] != planted
    assert pages.desk.sign_in.who(planted) is None


def test_tries_are_counted_and_a_stranger_does_not_lock_the_person_out(pages: PageWorld) -> None:
    own = pages.browser()
    own.sign_up()
    stranger = pages.browser()
    tries = [stranger.sign_in("haneul", "a guess of a sentence").status for _ in range(12)]
    assert tries[0] == 422
    assert tries[-1] == 429
    assert own.sign_in().status == 303


@pytest.mark.parametrize(
    ("wanted", "gone_to"),
    [
        ("/privacy?page=2", "/privacy?page=2"),
        ("//evil.example", "/account"),
        ("https://evil.example/", "/account"),
        ("/\\evil.example", "/account"),
        ("javascript:alert(1)", "/account"),
    ],
)
def test_signing_in_leads_only_to_pages_of_our_own(pages: PageWorld, wanted: str, gone_to: str) -> None:
    pages.browser().sign_up()
    assert pages.browser().sign_in(next=wanted).location == gone_to


def test_a_look_without_a_session_leads_to_the_sign_in_and_back(pages: PageWorld) -> None:
    answer = pages.browser().get("/en/privacy?page=2")
    assert answer.status == 303
    assert answer.location == "/en/sign-in?next=%2Fen%2Fprivacy%3Fpage%3D2"


def test_a_session_ends_after_half_an_hour_without_use(pages: PageWorld, holder: Browser) -> None:
    pages.now += timedelta(minutes=29)
    assert holder.get("/account").status == 200
    pages.now += timedelta(minutes=29)
    assert holder.get("/account").status == 200
    pages.now += timedelta(minutes=31)
    assert holder.get("/account").status == 303


def test_a_form_that_comes_after_its_session_had_ended_is_kept_and_can_be_sent_again(pages: PageWorld) -> None:
    browser = pages.holder(agrees=False)
    token = browser.token()
    pages.now += timedelta(hours=1)
    chosen = {"form_token": token, "source": ["hrdnet_training", "qnet_qualifications"]}
    answer = browser.post("/account/sources", chosen)
    assert answer.status == 401
    assert "로그인 시간이 지났습니다" in answer.plain
    kept = re.search(r'name="form" value="([^"]*)"', answer.text)
    assert kept is not None
    assert token not in answer.text
    form = {"path": "/account/sources", "form": kept[1].replace("&amp;", "&")}
    assert browser.post("/resume", form).status == 401
    browser.sign_in()
    again = browser.post("/resume", form)
    assert again.status == 200
    assert browser.values("/account/sources", "source")
    sent = browser.send("/account/sources", {"source": ["hrdnet_training", "qnet_qualifications"]})
    assert sent.location == "/account/sources?done=collected"
    assert 'name="source" value="hrdnet_training"' in again.text


@pytest.mark.parametrize("path", ["", "//evil.example/x", "https://evil.example"])
def test_a_kept_form_is_offered_only_to_pages_of_our_own(pages: PageWorld, holder: Browser, path: str) -> None:
    assert holder.post("/resume", {"path": path, "form": "a=b"}).status == 404


def test_signing_out_ends_the_session_and_takes_the_cookie_away(pages: PageWorld, holder: Browser) -> None:
    session = holder.jar["__Host-session"]
    answer = holder.send("/sign-out")
    assert answer.location == "/"
    assert "__Host-session" not in holder.jar
    assert pages.desk.sign_in.who(session) is None


def test_signing_out_elsewhere_leaves_only_this_session(pages: PageWorld, holder: Browser) -> None:
    other = pages.browser()
    other.sign_in()
    assert holder.send("/sign-out/elsewhere").location == "/sign-in/settings?done=out"
    assert other.get("/account").status == 303
    assert holder.get("/account").status == 200


def test_a_new_password_asks_for_the_old_one_and_ends_other_sessions(pages: PageWorld, holder: Browser) -> None:
    other = pages.browser()
    other.sign_in()
    new = "quite another sentence"
    wrong = holder.send("/sign-in/settings/password", {"password": "not the password at all", "new": new})
    assert wrong.status == 422
    short = holder.send("/sign-in/settings/password", {"password": PASSWORD, "new": "short"})
    assert "15자 이상" in short.plain
    done = holder.send("/sign-in/settings/password", {"password": PASSWORD, "new": new})
    assert done.location == "/sign-in/settings?done=password"
    assert other.get("/account").status == 303
    assert pages.browser().sign_in("haneul", PASSWORD).status == 422
    assert pages.browser().sign_in("haneul", new).status == 303


def second_step(pages: PageWorld, holder: Browser) -> tuple[str, list[str]]:
    """Switch the second step on; answer the secret and the recovery codes."""
    (secret,) = holder.values("/sign-in/settings/second-step", "secret")
    code = totp_code(secret, int(pages.now.timestamp()) // 30)
    fields = {"secret": secret, "code": code, "password": PASSWORD}
    answer = holder.send("/sign-in/settings/second-step", fields)
    assert answer.status == 200
    return secret, re.findall(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>", answer.text)


def test_the_second_step_is_asked_for_and_each_code_counts_once(pages: PageWorld, holder: Browser) -> None:
    secret, codes = second_step(pages, holder)
    assert len(codes) == 10
    assert pages.browser().sign_in().status == 422
    pages.now += timedelta(seconds=30)
    code = totp_code(secret, int(pages.now.timestamp()) // 30)
    assert pages.browser().sign_in(code=code).status == 303
    assert pages.browser().sign_in(code=code).status == 422


def test_a_recovery_code_lets_in_once(pages: PageWorld, holder: Browser) -> None:
    _, codes = second_step(pages, holder)
    assert pages.browser().sign_in(code=codes[3].lower()).status == 303
    assert pages.browser().sign_in(code=codes[3]).status == 422
    assert pages.browser().sign_in(code="AAAA-AAAA-AAAA-AAAA").status == 422


def test_the_second_step_is_set_and_removed_only_with_the_password(pages: PageWorld, holder: Browser) -> None:
    (secret,) = holder.values("/sign-in/settings/second-step", "secret")
    step = int(pages.now.timestamp()) // 30
    path, wrong = "/sign-in/settings/second-step", {"password": "not the password at all"}
    right_code = {"secret": secret, "code": totp_code(secret, step)}
    assert holder.send(path, {**right_code, **wrong}).status == 422
    refused = holder.send(path, {"secret": secret, "code": "000000", "password": PASSWORD})
    assert "번호가 맞지 않습니다" in refused.plain
    assert holder.send(path, {**right_code, "secret": "0" * 32, "password": PASSWORD}).status == 404
    assert holder.send(path, {**right_code, "password": PASSWORD}).status == 200
    assert holder.send(f"{path}/remove", {"step_password": "not the password at all"}).status == 422
    assert holder.send(f"{path}/remove", {"step_password": PASSWORD}).location == "/sign-in/settings?done=step"
    assert pages.browser().sign_in().status == 303


def test_nothing_of_signing_in_is_kept_in_the_clear(pages: PageWorld, holder: Browser) -> None:
    secret, codes = second_step(pages, holder)
    pages.bank.store.close()
    files = b"".join(file.read_bytes() for file in pages.path.glob("bank.db*"))
    for text in (PASSWORD, secret, codes[0], codes[0].replace("-", ""), holder.jar["__Host-session"]):
        assert text.encode() not in files
