"""Consents and accesses, taking everything away, and closing the account; and that nobody sees another's records."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from issuer.accounts.account import read_account
from issuer.api.pages.session import session_reader
from issuer.cli.main import main
from issuer.holders.closing import close_account, plan_closing
from issuer.holders.errors import AccountClosed
from issuer.holders.own_records import own_records, take_own_data
from issuer.sources.registry import SOURCES
from issuer.store.accounts import Consent
from tests.issuer.conftest import URL
from tests.issuer.pages.page_world import Browser, PageWorld

Issue = Callable[[], str]


@pytest.fixture
def issue(pages: PageWorld, holder: Browser, capsys: pytest.CaptureFixture[str]) -> Issue:
    """Issues a certificate of the holder's qualifications for one employer; answers its number."""

    def run() -> str:
        account = holder.account
        data = ["--data", str(pages.path), "--json"]
        clock = lambda: pages.now  # noqa: E731 - a clock
        allowed = ["--recipient", "(가상)가람데이터(주)", "--purpose", "취업 제출"]
        assert main(["accounts", "consent", account, *allowed, "--all", *data], clock=clock) == 0
        capsys.readouterr()
        out = ["--out", str(pages.path.parent / "certificate.pdf")]
        chosen = ["--type", "national_technical_qualification", *allowed]
        assert main(["issue", "--account", account, *chosen, *out, *data], clock=clock) == 0
        return str(json.loads(capsys.readouterr().out)["number"])

    return run


def test_consents_collections_and_accesses_are_shown(pages: PageWorld, holder: Browser, issue: Issue) -> None:
    issue()
    pages.bank.actor = "staff:김담당"
    read_account(pages.bank, holder.account, now=pages.now)
    page = holder.get("/privacy")
    for words in (
        "가져오기 HRD-Net 직업훈련",
        "(가상)가람데이터(주) 취업 제출",
        "담당자 김담당",
        "계좌를 보았습니다",
        "인정서를 발급했습니다",
        "출처 시스템 항목을 받았습니다 정보처리기사",
        "본인 로그인했습니다",
        "오프라인 확인은 기록되지 않습니다",
    ):
        assert words in page.plain
    assert pages.actions(holder.account)[-1] == "history_read"


def test_a_consent_that_staff_took_is_shown_in_words_not_in_names_of_programs(
    pages: PageWorld, holder: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    allowed = ["--recipient", "(가상)가람데이터(주)", "--purpose", "job", "--all", "--data", str(pages.path)]
    assert main(["accounts", "consent", holder.account, *allowed], clock=lambda: pages.now) == 0
    everything = Consent(
        account_id=holder.account,
        act="collection",
        recipient=None,
        purpose="account",
        scope={"sources": ["ncs_units", "hrdnet_training"]},
        valid_until=None,
        text_version="1",
        given_at="2026-11-20T03:00:00Z",
        channel="operator",
    )
    with pages.bank.store.write() as transaction:
        transaction.accounts.record_consent(everything)
    capsys.readouterr()
    korean, english = holder.get("/privacy").plain, holder.get("/en/privacy").plain
    assert "(가상)가람데이터(주) 취업 제출" in korean
    assert "(가상)가람데이터(주) Job application" in english
    assert "HRD-Net 직업훈련, " in korean
    assert "ncs_units" not in korean + english


def test_the_history_of_an_account_of_nobody_shows_nothing_of_others(pages: PageWorld, holder: Browser) -> None:
    stranger = pages.browser()
    stranger.sign_up("stranger")
    page = stranger.get("/privacy")
    assert "김표본" not in page.text
    with pages.bank.store.read() as transaction:
        records = transaction.audit.about(stranger.account, None)
    assert {each.account for each in records} == {stranger.account}
    document = json.loads(stranger.send("/privacy/export").text)
    assert {each["actor"] for each in document["accesses"]} == {f"holder:{stranger.account}"}
    assert (document["person"], document["entries"], document["certificates"]) == (None, [], [])


def test_no_keyed_hash_or_connecting_information_is_shown(pages: PageWorld, holder: Browser) -> None:
    with pages.bank.store.read() as transaction:
        account = transaction.accounts.account(holder.account)
    assert account is not None
    assert account.person_link is not None
    for path in ("/account", "/privacy", "/account/sources", "/sign-in/settings"):
        text = holder.get(path).text
        assert account.person_link not in text
        assert pages.ways.test_persons[0].ci not in text


def test_a_consent_to_disclosure_is_withdrawn_in_one_step(pages: PageWorld, holder: Browser) -> None:
    given = Consent(
        account_id=holder.account,
        act="disclosure",
        recipient="(가상)가람데이터(주)",
        purpose="취업 제출",
        scope={"entries": ["0" * 32]},
        valid_until="2026-11-21",
        text_version="2026-11",
        given_at="2026-11-01T00:00:00Z",
        channel="web",
    )
    with pages.bank.store.write() as transaction:
        over = transaction.accounts.record_consent(given)
    assert "기간이 지남" in holder.get("/privacy").plain
    assert holder.send("/privacy/withdraw", {"consent": str(over.id)}).location == "/privacy?done=withdrawn"
    assert holder.send("/privacy/withdraw", {"consent": str(over.id)}).status == 404
    assert "철회함" in holder.get("/privacy?done=withdrawn").plain


def test_long_histories_are_shown_fifty_at_a_time(pages: PageWorld, holder: Browser) -> None:
    for _ in range(40):
        pages.desk.sign_in.sign_out_elsewhere(_person(pages, holder))
    first, last, beyond = holder.get("/privacy"), holder.get("/privacy?page=2"), holder.get("/privacy?page=99")
    assert "1 / 2쪽" in first.plain
    assert "2 / 2쪽" in last.plain
    assert "2 / 2쪽" in beyond.plain


def test_the_export_has_everything_about_the_holder(pages: PageWorld, holder: Browser, issue: Issue) -> None:
    number = issue()
    answer = holder.send("/privacy/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="competency-account.json"'
    document = json.loads(answer.text)
    assert document["person"] == {"name": "김표본", "name_en": "KIM Pyobon", "birth_date": "1998-04-11"}
    assert [each["number"] for each in document["certificates"]] == [number]
    assert len(document["entries"]) == 8
    assert len(document["consents"]) == 1 + len(SOURCES) - 1  # of the NCS reference list nobody is asked
    assert document["sign_ins"] == [{"kind": "local", "name": "haneul", "created_at": "2026-11-22T03:00:00Z"}]
    assert pages.ways.test_persons[0].ci not in answer.text
    assert "password" not in answer.text
    assert pages.actions(holder.account)[-1] == "data_exported"


@pytest.mark.parametrize(
    ("path", "words"), [("", ("누구에게", "일반", "유효")), ("/en", ("To whom", "standard", "in force"))]
)
def test_the_export_as_a_pdf_says_the_same_and_carries_it(
    pages: PageWorld, holder: Browser, issue: Issue, path: str, words: tuple[str, ...]
) -> None:
    number = issue()
    answer = holder.send(f"{path}/privacy/export", {"form": "pdf"})
    assert answer.headers["content-disposition"] == 'attachment; filename="competency-account.pdf"'
    reader = PdfReader(BytesIO(answer.content))
    document = json.loads(reader.attachments["competency-account.json"][0])
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    for said in (number, "김표본", "1998-04-11", *words, *(each["id"] for each in (document["account"],))):
        assert said.replace(" ", "") in text
    for entry in document["entries"]:
        assert "".join((entry["title"] if not path else entry["title_en"] or entry["title"]).split()) in text
        assert entry["source_record_id"] in text
    assert document["certificates"][0]["pdf_sha256"] in text
    assert pages.ways.test_persons[0].ci not in text
    assert pages.actions(holder.account)[-1] == "data_exported"


def state_in(browser: Browser, heading: str) -> str:
    """How something stands, as the PDF that is taken away says it below its heading."""
    answer = browser.send("/privacy/export", {"form": "pdf"})
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())
    return text.rpartition(heading)[2].partition("상태")[2][:12].strip()


def test_the_export_as_a_pdf_says_how_certificates_and_entries_stand_on_its_day(
    pages: PageWorld, holder: Browser, issue: Issue
) -> None:
    number = issue()
    assert state_in(holder, number).startswith("유효")
    with pages.bank.store.write() as transaction:
        for carried in transaction.certificates.carried_entries(number):
            transaction.certificates.set_entry_status(carried, 3)
    assert state_in(holder, number).startswith("새로 발급 필요")
    pages.now += timedelta(days=91)
    holder.sign_in()
    assert state_in(holder, number).startswith("만료")


def test_an_account_of_nobody_takes_away_what_little_there_is(pages: PageWorld) -> None:
    stranger = pages.browser()
    stranger.sign_up("stranger")
    answer = stranger.send("/privacy/export", {"form": "pdf"})
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert text.count("없습니다.") >= 3


def _person(pages: PageWorld, browser: Browser):  # type: ignore[no-untyped-def] # noqa: ANN202 - of the desk
    person = pages.desk.sign_in.who(browser.jar["__Host-session"])
    assert person is not None
    return person


def test_closing_takes_two_steps_and_says_what_stays(pages: PageWorld, holder: Browser, issue: Issue) -> None:
    issue()
    account = holder.account
    first = holder.get("/privacy/close")
    assert "항목 4건" in first.plain
    assert "거기 담긴 항목 3건" in first.plain
    assert "유효한 인정서 1건을 어떻게 합니까?" in first.plain
    assert holder.send("/privacy/close").status == 422
    asked = holder.send("/privacy/close", {"certificates": "keep"})
    assert "정말 해지합니까?" in asked.plain
    assert "유효기간까지 확인됩니다" in asked.plain
    closed = holder.send("/privacy/close", {"certificates": "keep", "confirmed": "yes"})
    assert "항목 4건을 지웠고" in closed.plain
    assert "김표본" not in closed.text
    assert "__Host-session" not in holder.jar
    assert pages.browser().sign_in().status == 422
    with pages.bank.store.read() as transaction:
        (certificate,) = transaction.certificates.of_account(account)
        consents = transaction.accounts.all_consents(account)
        left = transaction.accounts.account(account)
    assert certificate.status == "valid"
    assert all(consent.withdrawn_at for consent in consents)
    assert left is not None
    assert (left.person_link, left.closed_at) == (None, "2026-11-22T03:00:00Z")


def test_closing_may_revoke_every_certificate_in_force(pages: PageWorld, holder: Browser, issue: Issue) -> None:
    number = issue()
    account = holder.account
    asked = holder.send("/privacy/close", {"certificates": "revoke"})
    assert "인정서 1건을 취소합니다" in asked.plain
    holder.send("/privacy/close", {"certificates": "revoke", "confirmed": "yes"})
    with pages.bank.store.read() as transaction:
        (certificate,) = transaction.certificates.of_account(account)
        (event,) = transaction.certificates.events(number)
    assert certificate.status == "revoked"
    assert event.reason == "holder_request"


def test_a_closed_account_does_nothing_any_more(pages: PageWorld, holder: Browser) -> None:
    account, bank = holder.account, pages.bank
    holder.send("/privacy/close", {"confirmed": "yes"})
    for work in (
        lambda: plan_closing(bank, account, now=pages.now),
        lambda: close_account(bank, account, revoke=False, now=pages.now),
        lambda: own_records(bank, account, now=pages.now),
        lambda: take_own_data(bank, account, now=pages.now),
    ):
        with pytest.raises(AccountClosed):
            work()


def test_who_closed_an_account_may_open_another_and_agree_again(pages: PageWorld, holder: Browser) -> None:
    holder.send("/privacy/close", {"confirmed": "yes"})
    again = pages.browser()
    again.sign_up("haneul")
    assert again.link("SYN-P-001").location.endswith("done=linked")


def test_an_account_of_nobody_can_be_closed_too(pages: PageWorld) -> None:
    browser = pages.browser()
    browser.sign_up()
    assert "항목 0건" in browser.get("/privacy/close").plain
    assert "계좌를 해지했습니다" in browser.send("/privacy/close", {"confirmed": "yes"}).plain


def test_an_entry_says_on_which_certificates_it_stands(pages: PageWorld, holder: Browser, issue: Issue) -> None:
    number = issue()
    link = holder.get("/account?source=qnet_qualifications").text.partition('href="/account/entries/')[2]
    page = holder.get("/account/entries/" + link.partition('"')[0])
    for words in (number, "(가상)가람데이터(주)", "유효", "자격번호"):
        assert words in page.plain
    pages.now += timedelta(days=100)
    holder.sign_in()
    assert "만료" in holder.get("/account/entries/" + link.partition('"')[0]).plain


def test_the_api_knows_the_session_but_changes_only_with_token_and_origin(pages: PageWorld, holder: Browser) -> None:
    read = session_reader(pages.desk)
    cookie = f"__Host-session={holder.jar['__Host-session']}"
    ours = {"cookie": cookie, "origin": URL, "sec-fetch-site": "same-origin", "x-csrf-token": holder.token()}
    session = read(ours)
    assert session is not None
    assert (session.account_id, session.actor) == (holder.account, f"holder:{holder.account}")
    assert session.allows_changes
    for worse in ({"x-csrf-token": "0" * 64}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        found = read(ours | worse)
        assert found is not None
        assert not found.allows_changes
    assert read({"cookie": "__Host-session=" + "A" * 43}) is None
    assert read({}) is None
