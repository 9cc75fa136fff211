"""The way to a certificate: nothing preselected, companions, switches, blind copies, consent, and issuing once."""

from dataclasses import replace

import pytest

from issuer.accounts.account import AccountEntry, show_account
from issuer.store.certificates import CertificateLine
from keys.gate.rate_limits import RateLimits
from tests.issuer.pages.certificate_forms import CONFIRM, NEW, Form, agree, go_on, issue, pick
from tests.issuer.pages.page_world import Browser, PageWorld


def entries_of(pages: PageWorld, browser: Browser) -> list[AccountEntry]:
    with pages.bank.store.read() as transaction:
        return list(show_account(pages.bank, transaction, browser.account).entries)


def lines(pages: PageWorld, browser: Browser) -> list[CertificateLine]:
    with pages.bank.store.read() as transaction:
        return transaction.certificates.lines(browser.account)


@pytest.fixture
def entries(pages: PageWorld, holder: Browser) -> list[AccountEntry]:
    return entries_of(pages, holder)


@pytest.fixture
def unit(entries: list[AccountEntry]) -> AccountEntry:
    """A competency unit, which another entry proves."""
    return next(entry for entry in entries if entry.proven_by is not None)


@pytest.fixture
def first(entries: list[AccountEntry]) -> AccountEntry:
    return entries[0]


def test_nothing_is_chosen_beforehand(holder: Browser, entries: list[AccountEntry]) -> None:
    form = Form(holder.get(NEW))
    assert form.rows == dict.fromkeys([entry.id for entry in entries if entry.in_force], "")
    assert "항목을 선택하면" in form.shown.plain


def test_a_companion_comes_along_and_goes_again(holder: Browser, unit: AccountEntry) -> None:
    form = pick(holder, [unit.id])
    assert (form.rows[unit.id], form.rows[str(unit.proven_by)]) == ("entry", "with")
    assert f"{unit.title}의 근거로 함께 공개" in form.shown.plain
    assert not any(pick(holder, [], **{"with": str(unit.proven_by)}).rows.values())


def test_the_page_shows_what_the_recipient_will_see(holder: Browser, first: AccountEntry) -> None:
    shown = pick(holder, [first.id], recipient="(가상)기관").shown.plain
    for text in ("직무능력인정서", first.title, "(가상)기관", "QR 1장", "유효한 인정서입니다.", "발급 전"):
        assert text in shown
    assert "CB-2026" not in shown


def test_a_switch_that_is_off_hides_its_field(holder: Browser, entries: list[AccountEntry]) -> None:
    form = pick(holder, [entries[0].id])
    name = next(name for name, state in form.switches.items() if state == "on")
    kept = [each for each in form.fields["shown"] if each != name]
    again = pick(holder, [entries[0].id], shown=kept, switches=[entries[0].id])
    assert again.switches[name] == "off"
    assert "가려지는 값 1개" in again.shown.plain


def test_a_fixed_field_stays_whatever_is_sent(holder: Browser, first: AccountEntry) -> None:
    form = pick(holder, [first.id], shown=[], switches=[first.id])
    assert "fixed on" in form.switches.values()
    assert "on" not in form.switches.values()


def test_what_was_shown_in_a_standard_copy_is_not_shown_in_a_blind_one(
    holder: Browser, entries: list[AccountEntry]
) -> None:
    ids = [entry.id for entry in entries if entry.in_force]
    standard = pick(holder, ids)
    blind = pick(holder, ids, blind="yes", **standard.fields)
    again = pick(holder, ids, blind="yes", shown=standard.fields["shown"], switches=[], shown_for="blind")
    assert blind.switches == again.switches
    assert "fixed off" in blind.switches.values()
    name = holder.world.desk.sign_in.who(holder.jar["__Host-session"])
    assert name is not None
    assert name.name not in blind.shown.plain.partition("제출처에 보이는 내용")[2]


def test_the_confirm_page_says_everything_and_ticks_nothing(holder: Browser, unit: AccountEntry) -> None:
    confirm = go_on(holder, [unit.id], recipient="(가상)기관").shown
    for text in (
        "(가상)기관",
        "취업 제출",
        unit.title,
        "다른 항목의 근거로 함께 공개",
        "동의하지 않을 수 있으며",
        "바꾸기",
    ):
        assert text in confirm.plain
    assert 'id="c-consent" name="consent" value="yes">' in confirm.text


def test_a_certificate_is_issued_once_however_often_the_button_is_pressed(
    pages: PageWorld, holder: Browser, first: AccountEntry
) -> None:
    confirm = go_on(holder, [first.id])
    answers = [agree(holder, confirm) for _ in range(3)]
    assert {answer.status for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    (line,) = lines(pages, holder)
    assert (line.purpose, line.entries) == ("job", 1)
    assert pages.actions(holder.account).count("certificate_issued") == 1


def test_the_consent_that_was_given_is_recorded(pages: PageWorld, holder: Browser, unit: AccountEntry) -> None:
    issue(holder, [unit.id], recipient="(가상)기관")
    with pages.bank.store.read() as transaction:
        newest = transaction.accounts.consents(holder.account, "disclosure")[0]
    assert (newest.recipient, newest.purpose, newest.channel) == ("(가상)기관", "job", "page")
    assert newest.names("entries") == {unit.id, unit.proven_by}
    assert newest.valid_until == "2027-02-20"


def test_without_consent_nothing_is_issued(pages: PageWorld, holder: Browser, first: AccountEntry) -> None:
    answer = agree(holder, go_on(holder, [first.id]), consent="")
    assert (answer.status, lines(pages, holder)) == (422, [])
    assert "동의해야 발급할 수 있습니다." in answer.plain


def test_with_nothing_chosen_the_page_says_so(pages: PageWorld, holder: Browser) -> None:
    answer = go_on(holder, []).shown
    assert (answer.status, lines(pages, holder)) == (422, [])
    assert 'href="#f-entries"' in answer.text


def test_what_changed_meanwhile_is_shown_and_not_issued(pages: PageWorld, holder: Browser, first: AccountEntry) -> None:
    confirm = go_on(holder, [first.id])
    answer = agree(holder, confirm, seen="0" * 64)
    assert (answer.status, lines(pages, holder)) == (409, [])
    assert "항목이 변경되어" in answer.plain
    assert agree(holder, Form(answer)).status == 303


def test_what_changed_meanwhile_is_named_entry_by_entry(
    pages: PageWorld, holder: Browser, entries: list[AccountEntry]
) -> None:
    changed, same = [entry for entry in entries if entry.in_force and entry.proven_by is None][:2]
    confirm = go_on(holder, [changed.id, same.id])
    assert "바뀐 항목" not in confirm.shown.plain
    before = [f"{changed.id}.0000" if each.startswith(changed.id) else each for each in confirm.hidden["had"]]
    answer = agree(holder, confirm, seen="0" * 64, had=before)
    assert (answer.status, lines(pages, holder)) == (409, [])
    assert answer.plain.count("바뀐 항목") == 1
    named = answer.plain.partition("바뀐 항목")[0].rstrip()
    assert named.endswith(changed.title)
    assert agree(holder, Form(answer)).status == 303


def test_an_entry_that_lost_its_force_cannot_be_chosen(pages: PageWorld, holder: Browser, first: AccountEntry) -> None:
    confirm = go_on(holder, [first.id])
    with pages.bank.store.write() as transaction:
        stored = transaction.entries.entry_to_change(first.source_entry.id)
        transaction.entries.replace(replace(stored, bank_status="suspended"))
    answer = agree(holder, confirm)
    assert (answer.status, lines(pages, holder)) == (422, [])
    assert "효력을 잃었거나 바뀐 것" in answer.plain
    assert first.id not in Form(holder.get(NEW)).rows


def test_an_entry_of_somebody_else_counts_as_not_sent(pages: PageWorld, holder: Browser) -> None:
    other = pages.holder("SYN-P-003", name="other")
    foreign = entries_of(pages, other)[0]
    answers = [go_on(holder, [entry]).shown for entry in (foreign.id, "0" * 32)]
    assert {answer.status for answer in answers} == {422}
    assert foreign.title not in answers[0].plain


def test_a_recipient_that_cannot_be_printed_is_said_at_its_field(holder: Browser, first: AccountEntry) -> None:
    for text in ("\u202etxt", "a" * 101):
        answer = go_on(holder, [first.id], recipient=text).shown
        assert answer.status == 422
        assert 'href="#f-recipient"' in answer.text


def test_hostile_text_is_only_shown(holder: Browser, first: AccountEntry) -> None:
    shown = pick(holder, [first.id], recipient='"><script>alert(1)</script>').shown
    assert "<script>alert" not in shown.text
    assert "&lt;script&gt;alert" in shown.text


def test_a_key_that_no_page_gave_is_not_there(pages: PageWorld, holder: Browser, first: AccountEntry) -> None:
    answer = agree(holder, go_on(holder, [first.id]), key="short")
    assert (answer.status, lines(pages, holder)) == (404, [])


def test_change_leads_back_with_everything_that_was_filled_in(holder: Browser, unit: AccountEntry) -> None:
    confirm = go_on(holder, [unit.id], recipient="(가상)기관", blind="yes", applicant_no="A-7", language="en")
    back = Form(holder.send(NEW, {**confirm.hidden, "do": "change"}))
    assert back.rows[unit.id] == "entry"
    assert 'value="(가상)기관"' in back.shown.text
    assert 'value="A-7"' in back.shown.text


def test_the_confirm_page_alone_leads_to_the_first_step(holder: Browser) -> None:
    assert holder.get(CONFIRM).location == NEW
    assert holder.get(f"/en{CONFIRM}").location == f"/en{NEW}"


def test_the_last_choice_can_be_taken_again(holder: Browser, unit: AccountEntry) -> None:
    number = issue(holder, [unit.id], recipient="(가상)기관", blind="yes")
    assert f'name="like" value="{number}"' in holder.get(NEW).text
    form = Form(holder.get(f"{NEW}?like={number}"))
    assert {entry for entry, ticked in form.rows.items() if ticked == "entry"} >= {unit.id}
    assert holder.get(f"{NEW}?like=CB-2026-99999999").status == 404


def test_same_choice_again_keeps_what_was_typed(holder: Browser, entries: list[AccountEntry]) -> None:
    number = issue(holder, [entries[0].id], recipient="(가상)처음", purpose="hr")
    again = pick(holder, [entries[1].id], like=number, recipient="(가상)다음")
    assert 'value="(가상)다음"' in again.shown.text
    assert [each for each, how in again.rows.items() if how == "entry"] == [entries[0].id]
    assert 'value="(가상)처음"' in pick(holder, [], like=number, recipient="").shown.text
    assert holder.send(NEW, {"like": "CB-2026-99999999"}).status == 404


def test_somebody_elses_certificate_is_no_choice_to_take(
    pages: PageWorld, holder: Browser, first: AccountEntry
) -> None:
    number = issue(holder, [first.id])
    other = pages.holder("SYN-P-003", name="other")
    missing, foreign = (other.get(f"{NEW}?like={each}") for each in ("CB-2026-99999999", number))
    assert missing.status == foreign.status == 404


def test_an_account_gets_only_so_many_certificates_in_an_hour(
    pages: PageWorld, holder: Browser, first: AccountEntry
) -> None:
    limits: RateLimits = pages.desk.limits
    for _ in range(pages.desk.issues.amount):
        limits.count(pages.desk.issues, f"account:{holder.account}")
    answer = agree(holder, go_on(holder, [first.id]))
    assert (answer.status, lines(pages, holder)) == (429, [])
    assert "한 시간에 발급할 수 있는 수" in answer.plain


@pytest.mark.parametrize("path", [NEW, CONFIRM])
def test_a_stranger_is_led_to_sign_in_and_a_form_without_its_token_is_refused(
    pages: PageWorld, holder: Browser, path: str, first: AccountEntry
) -> None:
    assert pages.browser().get(NEW).location.startswith("/sign-in?next=")
    assert holder.post(path, {"entry": [first.id]}).status == 403
    holder.origin, holder.site = "https://evil.example", "cross-site"
    assert holder.send(path, {"entry": [first.id]}).status == 403


def test_a_session_that_ended_in_mid_form_loses_nothing(pages: PageWorld, holder: Browser, first: AccountEntry) -> None:
    confirm = go_on(holder, [first.id], recipient="(가상)기관")
    token = holder.token()
    holder.jar.clear()
    answer = holder.post(CONFIRM, {**confirm.hidden, "consent": "yes", "do": "issue", "form_token": token})
    assert answer.status == 401
    assert first.id in answer.text


def test_an_account_without_a_person_is_led_to_identity_verification(pages: PageWorld) -> None:
    browser = pages.browser()
    browser.sign_up("nobody")
    assert browser.get(NEW).location == "/identity"
    assert browser.send(NEW).location == "/identity"
    assert browser.send(CONFIRM).location == "/identity"
