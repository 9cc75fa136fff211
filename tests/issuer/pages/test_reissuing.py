"""An entry changed at its source: the holder is told, and issues the certificate again with one press and a tick."""

from datetime import timedelta

import pytest

from issuer.accounts.account import AccountEntry, show_account
from issuer.issued.status_changes import StatusOrder, change_entry
from tests.issuer.pages.certificate_forms import CONFIRM, HIDDEN, Form, issue
from tests.issuer.pages.page_world import Browser, PageWorld, Shown

TITLES = ("정보통신기사", "컴퓨터활용능력")


@pytest.fixture
def entries(pages: PageWorld, holder: Browser) -> list[AccountEntry]:
    with pages.bank.store.read() as transaction:
        found = {each.title: each for each in show_account(pages.bank, transaction, holder.account).entries}
    return [found[title] for title in TITLES]


@pytest.fixture
def number(holder: Browser, entries: list[AccountEntry]) -> str:
    return issue(holder, [each.id for each in entries], recipient="(가상)기관")


def revoke(pages: PageWorld, entry: AccountEntry) -> None:
    record = f"{entry.source_entry.source}:{entry.source_entry.source_record_id}"
    change_entry(pages.bank, record, StatusOrder("revoke", "source_cancelled"), now=pages.now)


def again(shown: Shown) -> dict[str, list[str]]:
    """The fields of the form that leads on to the confirm page."""
    form, fields = shown.text.partition('id="again"')[2].partition("</form>")[0], dict[str, list[str]]()
    assert f'action="{CONFIRM}"' in form
    for name, value in HIDDEN.findall(form):
        if name != "form_token":
            fields.setdefault(name, []).append(value)
    return fields


def test_nobody_is_told_anything_while_nothing_changed(holder: Browser, number: str) -> None:
    assert "새로 발급해야" not in holder.get("/account").plain
    assert 'id="again"' not in holder.get(f"/certificates/{number}").text
    assert f"받기 {number}" in holder.get("/certificates").plain


def test_the_holder_is_told_and_issues_it_again_with_what_is_left(
    pages: PageWorld, holder: Browser, entries: list[AccountEntry], number: str
) -> None:
    revoke(pages, entries[0])
    account = holder.get("/account")
    assert "출처에서 바뀐 항목이 있어 새로 발급해야 하는 인정서가 1건 있습니다." in account.plain
    assert 'href="/certificates?state=superseded"' in account.text
    assert "유효한 인정서 1건" in account.plain
    assert "1 certificate has to be issued again." in holder.get("/en/account").plain
    listed = holder.get("/certificates?state=superseded")
    assert f'href="/certificates/{number}#again"' in listed.text
    page = holder.get(f"/certificates/{number}")
    assert "정보통신기사: 출처에서 취소" in page.plain
    assert page.text.count('class="btn p"') == 1  # one thing to do first

    confirm = Form(holder.send(CONFIRM, again(page)))
    assert confirm.shown.status == 200
    assert "컴퓨터활용능력" in confirm.shown.plain
    assert "정보통신기사" not in confirm.shown.plain
    assert "(가상)기관" in confirm.shown.plain
    assert " checked" not in confirm.shown.text
    answer = holder.send(CONFIRM, {**confirm.hidden, "consent": "yes", "do": "issue"})
    assert answer.location.startswith("/certificates/CB-2026-")
    assert answer.location != f"/certificates/{number}"
    new = holder.get(answer.location).plain
    assert f"지난 인정서({number})와 다른 점 뺀 항목: 정보통신기사" in new


def test_without_the_consent_nothing_is_issued_again(
    pages: PageWorld, holder: Browser, entries: list[AccountEntry], number: str
) -> None:
    revoke(pages, entries[0])
    confirm = Form(holder.send(CONFIRM, again(holder.get(f"/certificates/{number}"))))
    assert holder.send(CONFIRM, {**confirm.hidden, "do": "issue"}).status == 422
    with pages.bank.store.read() as transaction:
        assert len(transaction.certificates.lines(holder.account)) == 1


def test_a_certificate_of_which_nothing_is_left_says_so(
    pages: PageWorld, holder: Browser, entries: list[AccountEntry], number: str
) -> None:
    for entry in entries:
        revoke(pages, entry)
    page = holder.get(f"/certificates/{number}")
    assert "담을 수 있는 항목이 남지 않아 같은 인정서를 다시 발급할 수 없습니다." in page.plain
    assert f'action="{CONFIRM}"' not in page.text


def test_a_certificate_that_is_over_or_revoked_is_not_offered_to_be_issued_again(
    pages: PageWorld, holder: Browser, entries: list[AccountEntry], number: str
) -> None:
    revoke(pages, entries[0])
    assert holder.send(f"/certificates/{number}/revoke", {"reason": "holder_request"}).status == 303
    assert 'id="again"' not in holder.get(f"/certificates/{number}").text
    assert "새로 발급해야" not in holder.get("/account").plain
    assert f'href="/certificates/new?like={number}"' in holder.get("/certificates").text
    other = issue(holder, [entries[1].id])
    pages.now += timedelta(days=120)
    later = pages.browser()
    later.sign_in()
    assert 'id="again"' not in later.get(f"/certificates/{other}").text
    assert "유효한 인정서 0건" in later.get("/account").plain
