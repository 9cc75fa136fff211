"""What the law asks of the pages for holders, each test named after the requirement's id (docs/bank.md lists them)."""

import json
import re

from issuer.accounts.account import read_account
from issuer.store.lookups import Lookup
from tests.issuer.pages.certificate_forms import issue, pick
from tests.issuer.pages.page_world import Browser, PageWorld

EVERYWHERE = ("/", "/sign-in", "/sign-up", "/help", "/account", "/account/sources", "/privacy", "/privacy/close")


def test_lr_05_each_consent_is_separate_informed_recorded_and_exportable(pages: PageWorld) -> None:
    holder = pages.holder(agrees=False)
    asked = holder.get("/account/sources")
    for words in ("목적:", "기간: 철회할 때까지", "동의하지 않을 수 있습니다", "가져오는 것: 직업훈련"):
        assert words in asked.plain
    holder.send("/account/sources", {"source": ["hrdnet_training", "military"]})
    consents = json.loads(holder.send("/privacy/export").text)["consents"]
    assert [each["scope"] for each in consents] == [{"sources": ["military"]}, {"sources": ["hrdnet_training"]}]
    for each in consents:
        assert {"act", "recipient", "purpose", "valid_until", "text_version", "given_at", "channel"} <= set(each)
        assert (each["channel"], each["purpose"]) == ("web", "account")


def test_lr_06_withdrawing_a_consent_is_as_easy_as_giving_it(pages: PageWorld) -> None:
    holder = pages.holder(agrees=False)
    holder.send("/account/sources", {"source": "hrdnet_training"})
    assert holder.get("/account/sources").text.count("/account/sources/withdraw?source=") == 1
    holder.send("/account/sources/withdraw", {"source": "hrdnet_training"})
    (consent,) = json.loads(holder.send("/privacy/export").text)["consents"]
    assert consent["withdrawn_at"] == "2026-11-22T03:00:00Z"
    assert "공공데이터 분석 실무" not in holder.get("/account").text


def test_lr_07_closing_erases_what_has_no_purpose_any_more(pages: PageWorld, holder: Browser) -> None:
    with pages.bank.store.read() as transaction:
        account = transaction.accounts.account(holder.account)
        assert account is not None
        assert account.person_link is not None
        assert len(transaction.entries.entries_of(account.person_link, ["hrdnet_training"])) == 1
    holder.send("/privacy/close", {"confirmed": "yes"})
    with pages.bank.store.read() as transaction:
        assert transaction.entries.counts_of(account.person_link) == {}
        assert transaction.sign_ins.of_account(account.id) == []


def test_lr_08_what_staff_look_at_is_recorded_and_the_holder_sees_it(pages: PageWorld, holder: Browser) -> None:
    read_account(pages.bank.acting_as("staff:김담당"), holder.account, now=pages.now)
    assert re.search(r"2026-11-22 12:00 담당자 김담당 계좌를 보았습니다", holder.get("/privacy").plain)


def test_lr_09_and_lr_10_connecting_information_is_only_a_keyed_hash_and_on_no_page(
    pages: PageWorld, holder: Browser
) -> None:
    numbers = [person.ci for person in pages.ways.test_persons]
    shown = "".join(holder.get(path).text for path in (*EVERYWHERE, "/identity/test", "/sign-in/settings"))
    shown += holder.send("/privacy/export").text
    pages.bank.store.close()
    kept = b"".join(file.read_bytes() for file in pages.path.glob("bank.db*"))
    for number in numbers:
        assert number not in shown
        assert number.encode() not in kept


def test_lr_11_the_holder_sees_collections_certificates_and_accesses(pages: PageWorld, holder: Browser) -> None:
    (entry,) = [value for value in pick(holder, []).rows if value][:1]
    number = issue(holder, [entry], recipient="(가상)가람데이터(주)")
    with pages.bank.store.write() as transaction:
        transaction.lookups.record(Lookup(number, "2026-11-22T05:00:00Z", "(가상)가람데이터(주)"))
    page = holder.get("/privacy")
    assert re.findall(r"<h2[^>]*>([^<]+)<", page.text)[:3] == ["동의", "가져온 것", "열람 기록"]
    assert re.search(r"2026-11-22 12:00 본인 인정서를 발급했습니다", page.plain)
    assert "(가상)가람데이터(주)" in page.plain
    export = json.loads(holder.send("/privacy/export").text)
    (certificate,) = export["certificates"]
    given = (certificate["number"], certificate["recipient"], certificate["issued_at"], certificate["looked_up"])
    looked_up = [{"at": "2026-11-22T05:00:00Z", "asker": "(가상)가람데이터(주)"}]
    assert given == (number, "(가상)가람데이터(주)", "2026-11-22T03:00:00Z", looked_up)
    assert {each["source"] for each in export["entries"]} >= {"hrdnet_training", "qnet_qualifications"}
    assert {each["collected_at"] for each in export["entries"]} == {"2026-11-22T03:00:00Z"}
    shown = holder.get(f"/certificates/{number}").plain
    assert ("2026-11-22 14:00" in shown, "(가상)가람데이터(주)" in shown) == (True, True)


def test_lr_20_a_bank_of_test_data_says_so_on_every_page_in_both_languages(pages: PageWorld, holder: Browser) -> None:
    nobody = pages.browser()
    for path in EVERYWHERE:
        browser = nobody if path in ("/", "/sign-in", "/sign-up") else holder
        assert "시험용 자료입니다. 실제 증명서로 사용할 수 없습니다." in browser.get(path).text
        assert "Test data. Not valid as a real certificate." in browser.get(f"/en{path}").text


def test_lr_24_pages_name_their_language_and_say_nothing_by_colour_alone(pages: PageWorld, holder: Browser) -> None:
    seen = []
    for path in ("/account", "/account/sources", "/privacy"):
        page = holder.get(path).text
        assert '<html lang="ko">' in page
        assert page.count("<h1") == 1
        tags = re.findall(r'<span class="tag [^"]*">(.*?)</span>', page)
        assert [mark for mark in tags if not (mark.startswith("<svg") and re.sub(r"<[^>]+>", "", mark))] == []
        seen += tags
        assert page.count("<table") == page.count("<caption")
    assert len(seen) > 5
