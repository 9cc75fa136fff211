"""The account: linking, consents, ledger, filters, chart, hostile texts, and an account of 200 entries."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from shutil import copytree
from urllib.parse import quote

import pytest

from credential_schemas.entry_types import Names
from credential_schemas.pdf_container import read_container
from issuer.audit.trail import Act, record_acts
from issuer.deliveries.files import ImportOrder, import_delivery
from issuer.holders.collecting_consents import give_consents
from issuer.holders.errors import IdentityNotRegistered, IdentityRefused, UnderAge
from issuer.holders.identity import VerifiedIdentity, link_by_identity
from issuer.holders.kept_choices import keep_choice, kept_choice
from issuer.issued.status_changes import StatusOrder, change_entry
from issuer.operating.works import OperatorWork
from issuer.pulling.settings_file import SourceSettings
from issuer.sources.registry import SOURCES
from issuer.store.entries import StoredEntry
from issuer.times import korean_day_of, utc_text
from issuer.tokens import TokenDoor, TokenWish, create_token, list_tokens
from tests.issuer.conftest import DELIVERIES
from tests.issuer.pages.certificate_forms import NEW, Form, agree, go_on
from tests.issuer.pages.page_world import Browser, PageWorld


def rows(page: str) -> list[str]:
    return re.findall(r'href="(?:/en)?/account/entries/[0-9a-f]+">(?:<[^>]+>)?([^<]+)<', page)


def test_an_account_is_linked_by_identity_verification_alone(pages: PageWorld) -> None:
    browser = pages.browser()
    browser.sign_up()
    assert "시험용: 아무것도 확인하지 않습니다" in browser.get("/identity").plain
    assert browser.link("SYN-P-001").location == "/account/sources?done=linked"
    with pages.bank.store.read() as transaction:
        account = transaction.accounts.account(browser.account)
    assert account is not None
    assert (account.link_method, account.link_reason) == ("identity:test", "identity verified by test")
    assert "김표본 님" in browser.get("/account").text


@pytest.mark.parametrize(
    "answer",
    [
        {"state": "0" * 64, "person": "SYN-P-001"},
        {"person": "SYN-P-001"},
        {"state": "right", "person": "SYN-P-999"},
        {"state": "right"},
    ],
)
def test_an_answer_about_identity_that_does_not_fit_links_nothing(pages: PageWorld, answer: dict[str, str]) -> None:
    browser = pages.browser()
    browser.sign_up()
    state = browser.send("/identity/test/begin").location.partition("state=")[2]
    sent = {name: state if value == "right" else value for name, value in answer.items()}
    refused = browser.send("/identity/test/back", sent)
    assert refused.status == 422
    assert "본인확인을 마치지 못했습니다" in refused.plain
    assert browser.get("/account").location == "/identity"


def test_an_agency_that_is_not_there_is_not_found(pages: PageWorld) -> None:
    browser = pages.browser()
    browser.sign_up()
    assert browser.send("/identity/nobody/begin").status == 404
    assert browser.get("/identity/nobody/back").status == 404


def test_a_person_who_is_not_in_the_register_is_told_so(pages: PageWorld) -> None:
    browser = pages.browser()
    browser.sign_up()
    stranger = VerifiedIdentity("a connecting information that nobody has")
    person = pages.desk.sign_in.who(browser.jar["__Host-session"])
    assert person is not None
    with pytest.raises(IdentityNotRegistered):
        link_by_identity(pages.bank, person, stranger, agency="test", now=pages.now)


def test_a_second_sign_in_of_the_same_person_opens_the_same_account(pages: PageWorld) -> None:
    first = pages.holder()
    second = pages.browser()
    second.sign_up("second")
    empty = second.account
    assert second.link("SYN-P-001").location == "/account/sources?done=joined"
    assert second.account == first.account
    assert pages.actions(empty)[-1] == "account_closed"
    assert "second" in first.get("/sign-in/settings").plain


def test_what_opened_the_empty_account_opens_nothing_after_joining(pages: PageWorld) -> None:
    pages.holder()
    second = pages.browser()
    second.sign_up("second")
    empty = second.account
    give_consents(pages.bank, empty, ["qnet_qualifications"], now=pages.now)
    keep_choice(pages.bank, empty, [("purpose", "job")], now=pages.now)
    token = create_token(pages.bank, empty, TokenWish("program", ("read",), 30), now=pages.now)
    second.link("SYN-P-001")
    assert [each.revoked_at is None for each in list_tokens(pages.bank, empty)] == [False]
    assert TokenDoor(pages.bank, clock=lambda: pages.now).find(token.text) is None
    assert kept_choice(pages.bank, empty, now=pages.now) is None
    with pages.bank.store.read() as transaction:
        assert transaction.accounts.consents(empty, "collection") == []


def test_a_linked_account_never_goes_to_another_person(pages: PageWorld, holder: Browser) -> None:
    person = pages.desk.sign_in.who(holder.jar["__Host-session"])
    other = next(each for each in pages.ways.test_persons if each.person_ref == "SYN-P-002")
    assert person is not None
    with pytest.raises(IdentityRefused, match="another person"):
        link_by_identity(pages.bank, person, VerifiedIdentity(other.ci), agency="test", now=pages.now)


def test_a_child_cannot_link_alone(pages: PageWorld, tmp_path: Path) -> None:
    register = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))
    register["persons"][0]["birth_date"] = "2012-11-23"
    file = tmp_path / "persons.json"
    file.write_text(json.dumps(register), "utf-8")
    import_delivery(pages.bank, "persons", file, order=ImportOrder(), now=pages.now)
    browser = pages.browser()
    browser.sign_up()
    refused = browser.link("SYN-P-001")
    assert refused.status == 422
    assert "법정대리인" in refused.plain
    person = pages.desk.sign_in.who(browser.jar["__Host-session"])
    assert person is not None
    identity = VerifiedIdentity(pages.ways.test_persons[0].ci)
    with pytest.raises(UnderAge):
        link_by_identity(pages.bank, person, identity, agency="test", now=pages.now)
    later = pages.now + timedelta(days=1)
    assert link_by_identity(pages.bank, person, identity, agency="test", now=later) == "linked"


def test_no_source_is_ticked_and_none_is_collected_without_consent(pages: PageWorld) -> None:
    holder = pages.holder(agrees=False)
    page = holder.get("/account/sources").text
    assert page.count('type="checkbox"') == len(SOURCES) - 1  # the NCS reference list is nobody's
    assert " checked" not in page
    assert "아직 어떤 출처에도 동의하지 않았습니다" in holder.get("/account").plain
    nothing = holder.send("/account/sources", {})
    assert nothing.status == 422
    assert "출처를 하나 이상" in nothing.plain
    assert holder.send("/account/sources", {"source": ["hrdnet_training", "unheard_of"]}).status == 404
    assert holder.send("/account/sources", {"source": "ncs_units"}).status == 404
    assert pages.actions(holder.account).count("consent_recorded") == 0


def test_only_the_sources_agreed_to_are_shown_and_withdrawing_takes_them_away(pages: PageWorld) -> None:
    holder = pages.holder(agrees=False)
    chosen = ["hrdnet_training", "consigned_qualifications"]
    assert holder.send("/account/sources", {"source": chosen}).location == "/account/sources?done=collected"
    shown = rows(holder.get("/account").text)
    assert shown == ["정보통신기사", "컴퓨터활용능력", "공공데이터 분석 실무"]
    asked = holder.get("/account/sources/withdraw?source=hrdnet_training")
    assert "1건이 계좌에서 바로 사라집니다" in asked.plain
    gone = holder.send("/account/sources/withdraw", {"source": "hrdnet_training"})
    assert gone.location == "/account/sources?done=withdrawn"
    assert rows(holder.get("/account").text) == ["정보통신기사", "컴퓨터활용능력"]
    assert holder.send("/account/sources/withdraw", {"source": "hrdnet_training"}).status == 404


def test_a_consent_of_several_sources_is_withdrawn_for_one_and_stands_for_the_others(pages: PageWorld) -> None:
    from issuer.accounts.account import open_account

    sources = ["hrdnet_training", "qnet_qualifications"]
    account = open_account(pages.bank, "SYN-P-001", sources=sources, discloses=False, now=pages.now)
    browser = pages.browser()
    browser.sign_up()
    assert browser.link("SYN-P-001").location.endswith("done=joined")
    browser.send("/account/sources/withdraw", {"source": "hrdnet_training"})
    with pages.bank.store.read() as transaction:
        standing = transaction.accounts.consents(account.id, "collection")
        every = transaction.accounts.all_consents(account.id)
    assert [each.names("sources") for each in standing] == [{"qnet_qualifications"}]
    assert len(every) == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=trainings", ["공공데이터 분석 실무"]),
        ("source=qnet_qualifications", ["정보처리기사"]),
        ("year=2024", ["정보통신기사", "컴퓨터활용능력"]),
        ("q=정보", ["정보통신기사", "정보처리기사", "고용보험 취업이력"]),
        ("q=2490 0000011e", ["정보통신기사"]),
        ("field=02", ["전표관리"]),
        ("kind=trainings&q=nothing+like+it", []),
        ("kind='+or+1=1--", []),
        ("page=999", None),
        ("page=-1&year=%00", []),
    ],
)
def test_filters_find_what_fits_and_counts_stay_total(holder: Browser, query: str, found: list[str] | None) -> None:
    page = holder.get(f"/account?{query}")
    assert page.status == 200
    assert "전체 <b>8</b>" in page.text
    if found is not None:
        assert rows(page.text) == found
        assert f"8건 중 {len(found)}건" in page.plain
    if found == []:
        assert "찾는 조건에 맞는 항목이 없습니다" in page.plain


def test_the_chart_counts_units_by_field_and_level_in_words(holder: Browser) -> None:
    page = holder.get("/account").text
    matrix = page.partition('class="matrix"')[2].partition("</table>")[0]
    assert re.findall(r'class="l\d">(\d)<', matrix) == ["1"]
    assert '<th scope="row">02 경영·회계·사무</th>' in matrix
    assert "NCS 수준이 없는 항목 7건은 표에 없습니다" in page


def test_an_entry_says_where_it_came_from_and_who_keeps_it_now(holder: Browser) -> None:
    page = holder.get("/account?source=qnet_qualifications").text
    entry = holder.get(re.findall(r'href="(/account/entries/[0-9a-f]+)"', page)[0])
    for words in ("발급 당시 기관", "한국산업인력공단", "기준일 2026-11-22", "담은 인정서가 없습니다", "정정을 신청"):
        assert words in entry.plain
    assert "정보처리기사" not in entry.text.partition("</title>")[0]


def test_english_pages_use_english_names_and_mark_what_stays_korean(pages: PageWorld, holder: Browser) -> None:
    page = holder.get("/en/account")
    assert page.text.startswith('<!doctype html><html lang="en">')
    assert "KIM Pyobon" in page.text
    assert "Engineer Information Processing" in page.text
    assert '<span lang="ko">고용보험' not in page.text
    assert '<a class="lang" href="/account" lang="ko"' in page.text
    kept = holder.get("/account?kind=trainings&q=%EA%B3%B5").text
    assert 'href="/en/account?kind=trainings&amp;q=%EA%B3%B5"' in kept


def test_a_late_source_is_named_with_its_entries_and_day(pages: PageWorld, holder: Browser) -> None:
    assert "늦어지고 있습니다" not in holder.get("/account").plain
    pages.now += timedelta(days=8)
    holder.sign_in()
    page = holder.get("/account").plain
    assert "HRD-Net 직업훈련 자료가 늦어지고 있습니다. 항목 1건은 2026-11-22 기준입니다. 공공데이터 분석 실무" in page
    assert "수집 지연" in page


@pytest.fixture
def promised(founded: Path, tmp_path: Path) -> Iterator[PageWorld]:
    """A bank to which one source promised its files each day."""
    copytree(founded, tmp_path / "promised")
    work = OperatorWork(sources=SourceSettings(files={"hrdnet_training": 24}))
    made = PageWorld(tmp_path / "promised", operating=work)
    yield made
    made.bank.close()


def test_a_source_that_promised_its_files_sooner_is_late_sooner(promised: PageWorld) -> None:
    holder = promised.holder()
    promised.now += timedelta(hours=24)
    holder.sign_in()
    assert "수집 지연" not in holder.get("/account").plain
    promised.now += timedelta(hours=1)
    holder.sign_in()
    page = holder.get("/account").plain
    assert "HRD-Net 직업훈련 자료가 늦어지고 있습니다. 항목 1건은 2026-11-22 기준입니다" in page
    assert page.count("자료가 늦어지고 있습니다") == 1
    sources = holder.get("/account/sources").plain
    assert (sources.count("수집 지연"), "HRD-Net 직업훈련 수집 지연" in sources) == (1, True)


HEAD = (
    "person_ref,course_id,session,course_name,accredited,provider_name,start_date,end_date,hours,completed,"
    "completion_certificate"
)


def deliver_courses(pages: PageWorld, tmp_path: Path, titles: list[str]) -> None:
    """Deliver one course for each title to the first person; a title stands in quotes as CSV has it."""
    lines = [HEAD] + [
        f'SYN-P-001,NILE-{number:05},1,"{title}",Y,(가상)하늘평생교육원,{2000 + number % 25}-04-01,'
        f"{2000 + number % 25}-06-28,45,Y,Y"
        for number, title in enumerate(titles)
    ]
    file = tmp_path / "lifelong_learning.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    imported = import_delivery(pages.bank, "lifelong_learning", file, order=ImportOrder(), now=pages.now)
    assert imported.counts.new == len(titles), imported.rejected[:3]


def test_an_account_of_two_hundred_entries_shows_fifty_a_page_and_loses_none(
    pages: PageWorld, holder: Browser, tmp_path: Path
) -> None:
    titles = [f"강좌 {number:03}" for number in range(200)]
    deliver_courses(pages, tmp_path, titles)
    pages_shown = [holder.get(f"/account?kind=trainings&page={number}") for number in range(1, 7)]
    shown = [title for page in pages_shown[:5] for title in rows(page.text)]
    assert [len(rows(page.text)) for page in pages_shown] == [50, 50, 50, 50, 1, 1]
    assert sorted(title for title in shown if title in titles) == titles
    assert "전체 <b>208</b>" in pages_shown[0].text
    assert "1 / 5쪽" in pages_shown[0].plain
    years = [re.findall(r'<b class="num">([0-9]{4})</b>', page.text) for page in pages_shown]
    assert years == [[str(year) for year in range(2025, 1999, -1)]] * 6  # of all of them, not of those on the page
    assert 'href="/account?kind=trainings&amp;page=2"' in pages_shown[0].text


def test_two_hundred_entries_are_chosen_on_one_page_and_issued_as_one_certificate(
    pages: PageWorld, holder: Browser, tmp_path: Path
) -> None:
    deliver_courses(pages, tmp_path, [f"강좌 {number:03}" for number in range(200)])
    chosen = [entry for entry, ticked in Form(holder.get(NEW)).rows.items() if not ticked]
    confirm = go_on(holder, chosen)
    assert "QR에 담을 수 없음 (파일로만)" in confirm.shown.plain
    answer = agree(holder, confirm)
    assert answer.status == 303, answer.plain[:300]
    assert f"공개한 항목 {len(chosen)}개" in holder.get(answer.location).plain
    assert len(chosen) > 200
    file = holder.send(f"{answer.location}/file", {"what": "ko"})
    assert read_container(file.content).credential


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        "'><img src=x onerror=alert(1)>",
        "{title} %s ${x} {{x}}",
        "&lt;b&gt;",
        "https://evil.example/?q=" + "길" * 40,
    ],
)
def test_a_hostile_title_only_shows_itself_on_every_page(
    pages: PageWorld, holder: Browser, tmp_path: Path, title: str
) -> None:
    deliver_courses(pages, tmp_path, [title])
    account = holder.get("/account?kind=trainings")
    (entry,) = re.findall(r'href="(/account/entries/[0-9a-f]+)">[^<]*(?:&|\{|evil)', account.text)
    for page in (account, holder.get(entry), holder.get("/privacy"), holder.get(f"/account?q={quote(title)}")):
        assert page.status == 200
        assert title in unescape(page.text)
        assert title not in page.text or "<" not in title
        assert "<script" not in page.text.partition("<main")[2]
        assert "onerror=" not in page.text or "&lt;img" in page.text


def test_what_is_typed_comes_back_only_as_text(holder: Browser) -> None:
    typed = '"><script>alert(1)</script>'
    for path in (f"/account?q={quote(typed)}&source={quote(typed)}&kind={quote(typed)}", f"/help?q={quote(typed)}"):
        page = holder.get(path)
        assert page.status == 200
        assert "<script" not in page.text.partition("<main")[2]


def stored_of(pages: PageWorld, holder: Browser) -> list[StoredEntry]:
    """The holder's qualifications of one source, as the bank keeps them."""
    with pages.bank.store.read() as transaction:
        link = transaction.accounts.account(holder.account)
        assert link is not None
        assert link.person_link is not None
        return transaction.entries.entries_of(link.person_link, ["consigned_qualifications"])


def test_an_entry_that_its_source_withdrew_is_marked(pages: PageWorld, holder: Browser) -> None:
    (entry,) = (each for each in stored_of(pages, holder) if each.title == "정보통신기사")
    record = f"{entry.source}:{entry.source_record_id}"
    change_entry(pages.bank, record, StatusOrder("suspend", "under_review"), now=pages.now)
    page = holder.get("/account").plain
    assert "정보통신기사 효력 정지" in page
    change_entry(pages.bank, record, StatusOrder("revoke", "source_cancelled"), now=pages.now)
    assert "정보통신기사 취소" in holder.get("/account").plain


def test_status_says_since_which_day_the_bank_knows_it(pages: PageWorld, holder: Browser) -> None:
    (entry,) = (each for each in stored_of(pages, holder) if each.title == "정보통신기사")
    assert "상태를 기록한 날" not in holder.get(f"/account/entries/{entry.id}").plain
    pages.now += timedelta(days=2)
    record = f"{entry.source}:{entry.source_record_id}"
    change_entry(pages.bank, record, StatusOrder("revoke", "source_cancelled"), now=pages.now)
    holder.sign_in()
    day = korean_day_of(pages.now).isoformat()
    assert f"정보통신기사 취소 {day}" in holder.get("/account").plain
    own = holder.get(f"/account/entries/{entry.id}").plain
    assert f"취소 {day}" in own
    assert f"이 은행이 상태를 기록한 날 {day}" in own
    assert f"cancelled {day}" in holder.get(f"/en/account/entries/{entry.id}").plain


def test_correction_says_the_day_on_which_it_arrived_and_what_came_so_says_none(
    pages: PageWorld, holder: Browser
) -> None:
    entry, other = stored_of(pages, holder)[:2]
    pages.now += timedelta(days=1)
    with pages.bank.store.write() as transaction:
        for each in (entry, other):
            transaction.entries.replace(replace(each, source_status="corrected"))
        act = Act("entry_changed", subject=entry.id)
        record_acts(transaction, act, actor=pages.bank.actor, at=utc_text(pages.now))
        # What the bank decided about it is no news of its source.
        later = Act("entry_status_changed", subject=entry.id)
        record_acts(transaction, later, actor=pages.bank.actor, at=utc_text(pages.now + timedelta(days=5)))
    holder.sign_in()
    assert f"정정 {korean_day_of(pages.now)}" in holder.get(f"/account/entries/{entry.id}").plain
    first = holder.get(f"/account/entries/{other.id}").plain
    assert "정정" in first
    assert "상태를 기록한 날" not in first


def test_contact_of_a_source_stands_where_the_correction_is_asked_for(
    founded: Path, tmp_path: Path, holder: Browser
) -> None:
    assert "연락처" not in holder.get(f"/account/entries/{first_entry(holder)}").plain
    copytree(founded, tmp_path / "named")
    reached = Names("고객센터 02-0000-0000", "Help line <02-0000-0000>")
    settings = SourceSettings(contacts=dict.fromkeys(SOURCES, reached))
    world = PageWorld(tmp_path / "named", operating=OperatorWork(sources=settings))
    own = world.holder()
    shown = own.get(f"/account/entries/{first_entry(own)}").plain.partition("사실과 다릅니까?")[2]
    english = own.get(f"/en/account/entries/{first_entry(own)}")
    world.bank.close()
    assert "연락처 고객센터 02-0000-0000" in shown
    assert "Contact Help line <02-0000-0000>" in english.plain
    assert "Help line &lt;02-0000-0000&gt;" in english.text


def first_entry(browser: Browser) -> str:
    return browser.get("/account").text.partition("/account/entries/")[2].partition('"')[0]


def held_back(page: str) -> str:
    """What the card of entries that are held back says, without its marks."""
    card = page.partition('id="held-back"')[2].partition("</section>")[0]
    return " ".join(re.sub("<[^>]+>", " ", unescape(card)).split())


def test_entries_that_are_held_back_are_listed_with_whom_to_ask(pages: PageWorld, holder: Browser) -> None:
    assert "이 계좌의 항목은 모두 인정서에 담을 수 있습니다." in held_back(holder.get("/account").text)
    held = next(each for each in stored_of(pages, holder) if each.title == "정보통신기사")
    record = f"{held.source}:{held.source_record_id}"
    change_entry(pages.bank, record, StatusOrder("suspend", "under_review"), now=pages.now)
    page = holder.get("/account?q=nothing-fits").text  # whatever the filters leave
    said = held_back(page)
    assert "1건은 지금 인정서에 담을 수 없습니다." in said
    day = korean_day_of(pages.now)
    assert f"정보통신기사 효력 정지 {day} {SOURCES[held.source].ko}에 정정 신청" in said
    assert said.count("정정 신청") == 1  # neither another entry nor a unit that hangs on this one
    assert f'href="/account/entries/{held.id}#correct"' in page
    assert 'id="correct"' in holder.get(f"/account/entries/{held.id}").text
    assert "1 entry cannot go on a certificate now." in held_back(holder.get("/en/account").text)
    refused = holder.get(NEW).plain
    assert f"정보통신기사 효력 정지 {day}" in refused


def test_an_account_without_entries_says_only_what_becomes_of_unclear_records(pages: PageWorld) -> None:
    browser = pages.browser()
    browser.sign_up()
    browser.link("SYN-P-001")
    said = held_back(browser.get("/account").text)
    assert "누구의 것인지 확실하지 않은 기록은 어느 계좌에도 넣지 않고" in said
    assert "인정서에 담을 수" not in said


def test_help_answers_ten_questions_each_at_its_own_address(pages: PageWorld) -> None:
    nobody = pages.browser()
    for base in ("/help", "/en/help"):
        links = re.findall(rf'href="({base}/[a-z-]+)"', nobody.get(base).text.partition("<main")[2])
        assert len(links) == 10
        for link in links:
            assert nobody.get(link).text.count("<h1>") == 1
    assert len(re.findall(r'href="/help/[a-z-]+"', nobody.get("/help?q=블라인드").text)) == 1
    assert "맞는 물음이 없습니다" in nobody.get("/help?q=zzz").plain
    assert nobody.get("/help/nothing").status == 404


TWICE = (
    "person_ref,exam_body,item_name,grade,certificate_number,acquired_date,status\n"
    "SYN-P-001,HRDK,정보처리기사,기사,239-00000001A,2023-06-09,valid\n"
    "SYN-P-001,HRDK,정보처리기사,기사,23900000009A,2023-06-09,valid\n"
)


def test_a_record_of_two_sources_is_shown_once_and_one_that_may_be_the_same_is_named(
    pages: PageWorld, holder: Browser, tmp_path: Path
) -> None:
    before = rows(holder.get("/account").text)
    file = tmp_path / "consigned_qualifications.csv"
    file.write_text(TWICE, "utf-8")
    later = pages.now + timedelta(hours=1)
    import_delivery(pages.bank, "consigned_qualifications", file, order=ImportOrder(), now=later)
    account = holder.get("/account")
    assert len(rows(account.text)) == len(before) + 1
    assert account.plain.count("같은 기록 2건") == 1
    assert account.plain.count("중복 확인 필요") == 2
    assert "정보처리기사" in rows(holder.get("/account?source=qnet_qualifications").text)
    assert rows(holder.get("/account?source=consigned_qualifications").text).count("정보처리기사") == 2
    english = holder.get("/en/account").plain
    assert (english.count("from 2 sources"), english.count("possibly twice")) == (1, 2)
    with pages.bank.store.read() as transaction:
        (second,) = transaction.entries.with_source_record("hrdk|239-00000001A", None)
        (repeat,) = transaction.entries.with_source_record("hrdk|23900000009A", None)
    entry = holder.get(f"/account/entries/{second.id}")
    assert "같은 기록을 보낸 다른 출처" in entry.plain
    assert "수탁기관 국가기술자격 (2026-11-22 기준)" in entry.plain
    assert "같은 기록일 수 있습니다" in entry.plain
    assert f"/account/entries/{repeat.id}" in entry.text
    assert holder.get("/certificates/new").plain.count("중복 확인 필요") == 2
