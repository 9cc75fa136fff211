"""Words in both languages, and parts of pages: hints, errors, locked rows, steps, pages of a list."""

import re
from string import Formatter

import pytest

from credential_schemas.look.markup import html
from issuer.web.parts import CheckRow, Field, button, check_row, error_summary, field, form, pager, radios, steps
from issuer.web.problem_pages import refused_page
from issuer.web.shell import Page, Site, Visit, page_html
from issuer.web.words import say, words
from tests.issuer.pages.page_world import PageWorld

SITE = Site.of("https://bank.example/tenant", "0123", specimen=True, verify_url="https://verify.example/v")
VISIT = Visit(SITE, "ko", "/account", name="김표본", csrf="t0ken")
HANGUL = re.compile("[가-힣]")
SAME = {"brand", "brand_sub", "language_name", "certificates_n"}


def places(text: str) -> set[str]:
    return {name for part in text.split("|") for _, name, _, _ in Formatter().parse(part) if name}


def test_every_text_is_said_in_both_languages_with_the_same_places() -> None:
    for name, names in words().items():
        assert names.en is not None, name
        assert places(names.ko) == places(names.en), name
        assert name in SAME or not HANGUL.search(names.en), name
        assert "!" not in names.ko + names.en, name


@pytest.mark.parametrize(("n", "said"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries")])
def test_english_counts_have_two_forms(n: int, said: str) -> None:
    assert say("entries_n", "en", n=n) == said
    assert say("entries_n", "ko", n=n) == f"{n}건"


def test_a_place_that_is_not_filled_is_a_fault() -> None:
    with pytest.raises(KeyError):
        say("entries_n", "ko", other=1)
    with pytest.raises(KeyError):
        say("no such text", "ko")


def test_a_field_is_read_out_with_its_hint_and_its_error() -> None:
    shown = field(Field("name", "아이디", hint="3자 이상", error="너무 짧습니다", value='"><b>'))
    assert 'aria-describedby="f-name-hint f-name-error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'value="&quot;&gt;&lt;b&gt;"' in shown


def test_a_password_never_comes_back() -> None:
    assert "secret" not in field(Field("password", "비밀번호", kind="password", value="secret"))


def test_a_locked_row_stays_ticked_can_be_reached_and_says_why() -> None:
    row = check_row(CheckRow("entry", "7", "회계원리", locked="전표관리의 근거로 함께 공개"))
    assert 'aria-disabled="true" aria-describedby="c-entry-7-why"' in row
    assert " disabled" not in row
    assert '<input type="hidden" name="entry" value="7">' in row
    assert row.count('name="entry"') == 1
    assert "전표관리의 근거로 함께 공개" in row


def test_an_open_row_is_not_ticked_by_itself() -> None:
    row = check_row(CheckRow("entry", "7", "회계원리", meta="3학점"))
    assert " checked" not in row
    assert "hidden" not in row


def test_a_form_goes_to_a_page_of_this_language_and_carries_the_token() -> None:
    shown = form(Visit(SITE, "en", "/account", name="KIM", csrf="t0ken"), "/privacy/close", button("Close"))
    assert 'action="/tenant/en/privacy/close"' in shown
    assert '<input type="hidden" name="form_token" value="t0ken">' in shown
    assert "form_token" not in form(Visit(SITE, "ko", "/sign-in"), "/sign-in", button("로그인"))


def test_errors_are_listed_with_links_to_their_controls() -> None:
    assert error_summary(VISIT, []) == ""
    shown = error_summary(VISIT, [("f-name", "너무 짧습니다")])
    assert 'role="alert"' in shown
    assert '<a href="#f-name">너무 짧습니다</a>' in shown


def test_steps_say_which_is_now_and_which_are_done() -> None:
    shown = steps(["고르기", "확인", "받기"], current=1, label="단계")
    assert shown.count('aria-current="step"') == 1
    assert shown.count('class="done"') == 1


def test_no_choice_is_made_in_advance() -> None:
    assert " checked" not in radios("c", "무엇", options=[("a", "가"), ("b", "나")], chosen="")
    assert 'value="b" checked' in radios("c", "무엇", options=[("a", "가"), ("b", "나")], chosen="b")


def test_the_pages_of_a_list_keep_what_was_asked() -> None:
    assert pager(VISIT, {}, page=1, pages=1) == ""
    shown = pager(VISIT, {"q": "a&b"}, page=2, pages=3)
    assert 'href="/tenant/account?q=a%26b&amp;page=1"' in shown
    assert 'href="/tenant/account?q=a%26b&amp;page=3"' in shown


def test_a_page_has_one_heading_its_language_and_the_test_data_strip() -> None:
    page = page_html(VISIT, Page("제목", html("<h1>{text}</h1>", text="가"), refresh_s=5)).decode()
    assert page.startswith('<!doctype html><html lang="ko">')
    assert page.count("<h1>") == 1
    assert "시험용 자료입니다" in page
    assert '<meta http-equiv="refresh" content="5">' in page
    assert 'href="/tenant/en/account" lang="en"' in page
    operational = Site.of("https://bank.example", "0123", specimen=False, verify_url="https://bank.example/v")
    assert "시험용 자료입니다" not in page_html(Visit(operational, "ko", "/"), Page("", html("<h1></h1>"))).decode()


def test_a_refusal_is_said_in_words_of_its_own_where_there_are_any() -> None:
    assert "해지된 계좌입니다" in refused_page(VISIT, "account_closed", request_id="0123").main
    assert "아무것도 잃지 않았습니다" in refused_page(VISIT, "anything", request_id="0123").main
    assert "0123" in refused_page(VISIT, "anything", request_id="0123").main


def test_an_error_of_the_bank_becomes_a_page_with_a_request_number(
    pages: PageWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuer.errors import StorageFull

    holder = pages.holder(agrees=False)

    def full(*_: object, **__: object) -> None:
        raise StorageFull(what="the database")

    monkeypatch.setattr("issuer.api.pages.account.give_consents", full)
    answer = holder.send("/account/sources", {"source": "hrdnet_training"})
    assert answer.status == 503
    assert "아무것도 잃지 않았습니다" in answer.plain
    assert answer.headers["x-request-id"] in answer.plain
