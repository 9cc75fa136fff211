"""A holder's certificates on the pages: files, links, revoking, history; others' certificates are not there."""

import json
from datetime import timedelta

import pytest

from credential_schemas.sd_jwt.select import unverified_disclosures
from issuer.accounts.account import AccountEntry, show_account
from issuer.issued.sharing import MOST_OPEN
from issuer.store.lookups import Lookup
from issuer.web.certificate_pages import purpose_words
from issuer.web.parts import size_words
from issuer.web.shell import Site, Visit
from tests.issuer.pages.certificate_forms import issue
from tests.issuer.pages.page_world import Browser, PageWorld, Shown

MISSING = "CB-2026-99999999"


@pytest.fixture
def entries(pages: PageWorld, holder: Browser) -> list[AccountEntry]:
    with pages.bank.store.read() as transaction:
        return list(show_account(pages.bank, transaction, holder.account).entries)


@pytest.fixture
def number(holder: Browser, entries: list[AccountEntry]) -> str:
    return issue(holder, [entries[0].id], recipient="(가상)기관")


def code_of(shown: Shown) -> str:
    return shown.text.partition('id="code" translate="no">')[2].partition("</p>")[0].replace("<wbr>", "")


def forget(browser: Browser) -> None:
    """Take from the browser what it knows of the last certificate."""
    browser.jar.pop("__Host-issued", None)


def test_the_page_after_issuing_has_the_code_in_four_groups_and_the_files(holder: Browser, number: str) -> None:
    shown = holder.get(f"/certificates/{number}")
    assert [len(group) for group in code_of(shown).split("-")] == [5, 5, 5, 5]
    for text in (
        "인정서가 발급되었습니다.",
        "국문 PDF",
        "영문 PDF",
        "자격증명 파일",
        "은행은 이 번호를 보관하지 않습니다.",
    ):
        assert text in shown.plain
    assert "이름 공개 파일" not in shown.plain


def size_of(shown: Shown, kind: str) -> str:
    """The size that the list of files names for one of them; empty where it names none."""
    row = shown.text.partition('<ul class="files">')[2].partition(f'value="{kind}"')[0].rpartition("<li>")[2]
    return row.partition('<span class="nb num">')[2].partition("</span>")[0]


def test_files_that_are_there_already_say_how_large_they_are(holder: Browser, entries: list[AccountEntry]) -> None:
    number = issue(holder, [entries[0].id], blind="yes", shown_for="blind")
    for kind in ("ko", "credential", "reveal"):
        size = size_of(holder.get(f"/certificates/{number}"), kind)
        sent = holder.send(f"/certificates/{number}/file", {"what": kind}).content
        assert size == size_words(len(sent)), kind
    assert size_of(holder.get(f"/certificates/{number}"), "en") == ""  # it is drawn when it is asked for
    forget(holder)
    assert " KB" not in holder.get(f"/certificates/{number}").plain  # what is sealed has one length for all of it


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 KB"), (1, "1 KB"), (1000, "1 KB"), (1001, "2 KB"), (1_234_567, "1,235 KB")]
)
def test_sizes_are_whole_kilobytes_rounded_up(size: int, said: str) -> None:
    assert size_words(size) == said


def test_another_browser_sees_the_certificate_without_its_code(holder: Browser, number: str) -> None:
    code = code_of(holder.get(f"/certificates/{number}"))
    forget(holder)
    shown = holder.get(f"/certificates/{number}")
    assert code not in shown.text
    assert "확인번호" in shown.plain
    assert "인정서가 발급되었습니다." not in shown.plain


def test_files_come_with_the_browser_that_issued_or_with_the_code(holder: Browser, number: str) -> None:
    where = f"/certificates/{number}/file"
    code = code_of(holder.get(f"/certificates/{number}"))
    first = holder.send(where, {"what": "ko"})
    assert first.headers["content-disposition"] == f'attachment; filename="{number}-ko.pdf"'
    forget(holder)
    again = holder.send(where, {"what": "ko", "file_code": code.lower()})
    assert first.headers["content-type"] == again.headers["content-type"] == "application/pdf"
    assert first.headers["content-length"] == again.headers["content-length"]
    for wrong in ("", "nonsense", "ABCDE-FGHJK-MNPQR-STVWX", "x" * 5000):
        refused = holder.send(where, {"what": "ko", "file_code": wrong})
        assert refused.status == 422
        assert 'href="#f-file_code"' in refused.text
    assert holder.send(where, {"what": "everything", "file_code": code}).status == 404


def test_the_credential_file_is_the_one_in_the_pdf(holder: Browser, number: str) -> None:
    credential = holder.send(f"/certificates/{number}/file", {"what": "credential"})
    assert credential.headers["content-type"] == "application/dc+sd-jwt"
    assert len(unverified_disclosures(credential.text)) == 4


def test_a_blind_certificate_has_a_file_that_reveals_its_holder(holder: Browser, entries: list[AccountEntry]) -> None:
    number = issue(holder, [entries[0].id], blind="yes", applicant_no="A-7")
    shown = holder.get(f"/certificates/{number}")
    assert "이름 공개 파일" in shown.plain
    reveal = json.loads(holder.send(f"/certificates/{number}/file", {"what": "reveal"}).text)
    assert (reveal["number"], len(reveal["disclosures"])) == (number, 3)
    forget(holder)
    code = {"what": "reveal", "file_code": code_of(shown)}
    assert holder.send(f"/certificates/{number}/file", code).status == 404


def test_a_link_leads_to_the_pdf_until_its_day(pages: PageWorld, holder: Browser, number: str) -> None:
    shown = holder.send(f"/certificates/{number}/links", {"days": "7", "key": "k" * 32})
    address = shown.text.partition('id="new-link" translate="no">')[2].partition("<")[0]
    path = address.partition("https://bank.example")[2]
    stranger = pages.browser()
    assert "링크가 만료되어도 인정서는 유효합니다." in stranger.get(path).plain
    assert "진위를 확인해 주지 않습니다" in stranger.get(path).plain
    given = stranger.post(path)
    assert given.headers["content-type"] == "application/pdf"
    assert "내려받기 1회" in holder.get(f"/certificates/{number}").plain
    pages.now += timedelta(days=7)
    for answer in (stranger.get(path), stranger.post(path), stranger.get(path[:-1] + "x")):
        assert answer.status == 404
        assert "링크가 열리지 않습니다." in answer.plain


def test_the_same_press_makes_one_link_and_only_so_many_are_open(holder: Browser, number: str) -> None:
    where = f"/certificates/{number}/links"
    first = holder.send(where, {"days": "7", "key": "k" * 32})
    again = holder.send(where, {"days": "7", "key": "k" * 32})
    assert again.plain.count("까지 열림") == first.plain.count("까지 열림") == 1
    for n in range(MOST_OPEN - 1):
        assert holder.send(where, {"days": "1", "key": f"{n}" * 32}).status == 200
    refused = holder.send(where, {"days": "1", "key": "z" * 32})
    assert refused.status == 409
    assert "열린 링크가 이미 5개입니다." in refused.plain


def test_a_link_needs_the_code_and_a_key_of_the_page(holder: Browser, number: str) -> None:
    where = f"/certificates/{number}/links"
    assert holder.send(where, {"days": "7", "key": "short"}).status == 409
    forget(holder)
    refused = holder.send(where, {"days": "7", "key": "k" * 32, "link_code": "nonsense"})
    assert refused.status == 422
    assert 'href="#f-link_code"' in refused.text


def test_a_link_that_was_switched_off_leads_to_nothing(pages: PageWorld, holder: Browser, number: str) -> None:
    shown = holder.send(f"/certificates/{number}/links", {"days": "7", "key": "k" * 32})
    path = shown.text.partition("https://bank.example")[2].partition("<")[0]
    link = shown.text.partition(f"/certificates/{number}/links/")[2].partition("/close")[0]
    assert holder.send(f"/certificates/{number}/links/{'0' * 12}/close").status == 404
    assert holder.send(f"/certificates/{MISSING}/links/{link}/close").status == 404
    assert holder.send(f"/certificates/{number}/links/{link}/close").status == 303
    assert pages.browser().get(path).status == 404
    assert "끈 링크" in holder.get(f"/certificates/{number}").plain
    with pages.bank.store.read() as transaction:
        assert transaction.links.sealed_at("", now_s=0) is None


def test_revoking_asks_first_and_is_final(pages: PageWorld, holder: Browser, number: str) -> None:
    asked = holder.get(f"/certificates/{number}/revoke")
    assert "취소하면 되돌릴 수 없습니다." in asked.plain
    assert "최대 12시간까지 늦을 수 있습니다." in asked.plain
    for _ in range(2):
        assert holder.send(f"/certificates/{number}/revoke", {"reason": "nonsense"}).status == 303
    assert "인정서를 취소했습니다." in holder.get("/certificates?done=revoked").plain
    shown = holder.get(f"/certificates/{number}")
    assert "영문 PDF" not in shown.plain
    assert "/revoke" not in shown.text
    with pages.bank.store.read() as transaction:
        (event,) = transaction.certificates.events(number)
    assert (event.after, event.reason) == ("revoked", "holder_request")


def test_the_list_filters_by_state_and_year(pages: PageWorld, holder: Browser, entries: list[AccountEntry]) -> None:
    numbers = [issue(holder, [entry.id]) for entry in entries[:2]]
    holder.send(f"/certificates/{numbers[0]}/revoke")

    def listed(query: str) -> list[bool]:
        text = holder.get(f"/certificates{query}").text
        return [number in text for number in numbers]

    assert listed("") == [True, True]
    assert listed("?state=revoked") == [True, False]
    assert listed("?state=valid&year=2026") == [False, True]
    assert listed("?year=2025") == [False, False]
    assert listed("?state=nonsense&year=x&page=0") == [True, True]


def test_an_empty_list_says_what_to_do(holder: Browser) -> None:
    assert "발급한 인정서가 없습니다." in holder.get("/certificates").plain
    assert "No certificates yet." in holder.get("/en/certificates").plain


def test_look_ups_are_listed_and_what_is_not_known_is_said(pages: PageWorld, holder: Browser, number: str) -> None:
    assert "확인번호로 조회한 기록이 없습니다." in holder.get(f"/certificates/{number}").plain
    with pages.bank.store.write() as transaction:
        transaction.lookups.record(Lookup(number, "2026-11-22T04:00:00Z", "ministry"))
        transaction.lookups.record(Lookup(number, "2026-11-22T05:00:00Z", None))
    shown = holder.get(f"/certificates/{number}").plain
    for text in ("2026-11-22 13:00 ministry", "누구인지 알 수 없음", "은행이 알 수 없으며 기록되지 않습니다."):
        assert text in shown


def test_a_certificate_is_compared_with_the_one_before(
    pages: PageWorld, holder: Browser, entries: list[AccountEntry], number: str
) -> None:
    pages.now += timedelta(minutes=1)
    same = issue(holder, [entries[0].id])
    pages.now += timedelta(minutes=1)
    other = issue(holder, [entries[1].id])
    assert f"지난 인정서({number})와 다른 점" in holder.get(f"/certificates/{same}").plain
    assert "항목과 표시한 내용이 같습니다." in holder.get(f"/certificates/{same}").plain
    shown = holder.get(f"/certificates/{other}").plain
    assert f"더한 항목: {entries[1].title}" in shown
    assert f"뺀 항목: {entries[0].title}" in shown


def test_a_correction_at_the_source_shows_and_leads_to_a_new_one(
    pages: PageWorld, holder: Browser, entries: list[AccountEntry], number: str
) -> None:
    with pages.bank.store.write() as transaction:
        (carried,) = transaction.certificates.carried_entries(number)
        transaction.certificates.set_entry_status(carried, 3)
    assert "새로 발급 필요" in holder.get("/certificates").plain
    forget(holder)
    shown = holder.get(f"/certificates/{number}")
    assert "출처에서 정정" in shown.plain
    assert f"/certificates/new?like={number}" in shown.text


ROUTES = [
    ("GET", ""),
    ("GET", "/revoke"),
    ("POST", "/revoke"),
    ("POST", "/file"),
    ("POST", "/links"),
    ("POST", "/links/000000000000/close"),
]


def test_a_certificate_of_somebody_else_is_as_one_that_does_not_exist(
    pages: PageWorld, holder: Browser, number: str
) -> None:
    other = pages.holder("SYN-P-003", name="other")
    for method, tail in ROUTES:
        answers = []
        for each in (number, MISSING):
            path = f"/certificates/{each}{tail}"
            answer = other.get(path) if method == "GET" else other.send(path, {"what": "ko", "key": "k" * 32})
            answers.append((answer.status, answer.text.replace(each, "")))
        assert answers[0] == answers[1], tail
        assert answers[0][0] == 404


def test_a_stranger_sees_nothing(pages: PageWorld, number: str) -> None:
    stranger = pages.browser()
    for method, tail in ROUTES:
        path = f"/certificates/{number}{tail}"
        if method == "GET":
            assert stranger.get(path).location.startswith("/sign-in?next=")
        else:
            assert stranger.post(path).status == 401


def test_a_form_of_another_page_or_session_does_nothing(holder: Browser, number: str) -> None:
    forms = [f"/certificates/{number}{tail}" for method, tail in ROUTES if method == "POST"]
    assert {holder.post(path, {"form_token": "0" * 64}).status for path in forms} == {403}
    token = holder.token()
    holder.origin, holder.site = "https://evil.example", "cross-site"
    assert {holder.post(path, {"form_token": token}).status for path in forms} == {403}


def test_a_page_of_an_account_without_a_person_has_no_certificates(pages: PageWorld, number: str) -> None:
    browser = pages.browser()
    browser.sign_up("nobody")
    assert browser.get(f"/certificates/{number}").status == 404
    assert "발급한 인정서가 없습니다." in browser.get("/certificates").plain


def test_after_its_last_day_the_page_says_so_without_showing_it(pages: PageWorld, holder: Browser, number: str) -> None:
    pages.now += timedelta(days=91)
    holder.sign_in()
    forget(holder)
    assert "만료" in holder.get(f"/certificates/{number}").plain


def test_the_pages_speak_english_below_en(holder: Browser, number: str) -> None:
    shown = holder.get(f"/en/certificates/{number}")
    assert "The certificate has been issued." in shown.plain
    assert "When the link ends, the certificate stays valid" in shown.plain
    pdf = holder.send(f"/en/certificates/{number}/file", {"what": "en"})
    assert pdf.headers["content-disposition"].endswith('-en.pdf"')


def test_a_purpose_of_our_own_is_said_in_the_language_of_the_page_however_it_was_written() -> None:
    site = Site("", "/static/0", specimen=True, verifier="")
    for written in ("job", "취업 제출", "Job application"):
        assert purpose_words(Visit(site, "en", "/"), written) == "Job application"
        assert purpose_words(Visit(site, "ko", "/"), written) == "취업 제출"
    assert purpose_words(Visit(site, "en", "/"), "장학금 신청") == "장학금 신청"
