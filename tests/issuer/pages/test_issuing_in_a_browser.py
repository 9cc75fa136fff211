"""Issuing in Chromium: on a telephone without scripts, and on a desk with a keyboard alone and the live preview."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route, expect, sync_playwright

from credential_schemas.pdf_container import read_container
from issuer.accounts.account import show_account
from issuer.issued.status_changes import StatusOrder, change_entry
from tests.axe import faults_once
from tests.issuer.pages.certificate_forms import issue
from tests.issuer.pages.page_world import PASSWORD, Browser, PageWorld
from tests.issuer.pages.served import Served, served_bank
from tests.verifier.web.visiting import DESK, PHONE, chromium, fits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def holders(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A bank that is serving, with holders: `phone`, `desk`, `tabs`, and `again` with a certificate to issue again."""
    with served_bank(founded, tmp_path_factory.mktemp("served")) as world:
        world.holder("SYN-P-003", "phone")
        world.holder("SYN-P-004", "desk")
        world.holder("SYN-P-001", "tabs")
        number = superseded(world, world.holder("SYN-P-002", "again"))
        with sync_playwright() as playwright, chromium(playwright) as browser:
            yield Served(world, browser, number)


def superseded(world: PageWorld, holder: Browser) -> str:
    """Issue a certificate of two entries, of which the source cancels one; answer its number."""
    with world.bank.store.read() as transaction:
        opened = show_account(world.bank, transaction, holder.account)
    first, second = [each for each in opened.entries if each.proven_by is None][:2]
    number = issue(holder, [first.id, second.id])
    record = f"{first.source_entry.source}:{first.source_entry.source_record_id}"
    change_entry(world.bank, record, StatusOrder("revoke", "source_cancelled"), now=world.now)
    return number


def sign_in(page: Page, name: str, path: str) -> None:
    page.goto("/en/sign-in" if path.startswith("/en") else "/sign-in")
    page.locator("#f-name").fill(name)
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    page.goto(path)


def test_a_session_that_ends_soon_warns_and_stays_with_one_press(holders: Served) -> None:
    page = holders.page(viewport=PHONE)
    page.clock.install()
    sign_in(page, "phone", "/certificates/new")
    page.evaluate("document.addEventListener('bank-asked', () => { document.body.dataset.asked = 'yes' })")
    page.locator("#f-recipient").fill("(가상)기관")
    page.locator("#f-recipient").press("Tab")
    expect(page.locator("body")).to_have_attribute("data-asked", "yes")  # what is filled in was sent, which is a use
    warning, said = page.locator("#session-soon"), page.locator("#session-said")
    for _ in range(2):
        expect(warning).to_be_hidden()
        page.clock.run_for(25 * 60 * 1000)
        expect(warning).to_be_visible()
        expect(said).to_have_text("5분 뒤에 로그아웃됩니다. 계속하시겠습니까?")
        page.locator("#session-stay").press("Enter")
        expect(said).to_have_text("로그인 시간을 늘렸습니다.")
    expect(page.locator("#f-recipient")).to_have_value("(가상)기관")


def test_the_whole_way_on_a_telephone_without_scripts(holders: Served, tmp_path: Path) -> None:
    page = holders.page(viewport=PHONE, java_script_enabled=False, accept_downloads=True)
    sign_in(page, "phone", "/certificates/new")
    page.locator("input[name=entry]").first.check()
    page.get_by_label("제출처", exact=True).fill("(가상)한빛교통공단")
    page.get_by_role("button", name="미리보기 새로 고침").click()
    expect(page.get_by_role("group", name="인정서 모습")).to_contain_text("(가상)한빛교통공단")
    page.get_by_label("확인 화면").check()
    expect(page.locator("#preview")).to_contain_text("유효한 인정서입니다.")
    page.get_by_role("button", name="확인으로").click()
    page.get_by_role("button", name="바꾸기 제출처").click()
    expect(page.get_by_label("제출처", exact=True)).to_have_value("(가상)한빛교통공단")
    page.get_by_role("button", name="확인으로").click()
    page.get_by_role("button", name="동의하고 발급").click()
    expect(page.get_by_role("alert")).to_contain_text("동의해야 발급할 수 있습니다.")
    page.get_by_label("제공에 동의합니다").check()
    page.get_by_role("button", name="동의하고 발급").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("인정서가 발급되었습니다.")
    expect(page.locator("button[data-copy]").first).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("button", name="받기 국문 PDF").click()
    download.value.save_as(tmp_path / "certificate.pdf")
    assert read_container((tmp_path / "certificate.pdf").read_bytes()).credential
    page.reload()
    expect(page.locator("#code")).to_contain_text("-")
    page.goto("/certificates")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert fits(page)
    page.context.close()


def test_two_tabs_a_double_click_and_the_back_button_issue_each_choice_once(holders: Served) -> None:
    first = holders.page(viewport=DESK)
    sign_in(first, "tabs", "/certificates/new")
    second = first.context.new_page()
    second.goto("/certificates/new")
    for page, place in ((first, 0), (second, 1)):
        page.locator("input[name=entry]").nth(place).check()
        page.locator("#f-recipient").fill(f"(가상)기관 {place}")
    for page in (second, first):
        page.get_by_role("button", name="확인으로").click()
        page.get_by_label("제공에 동의합니다").check()
    for page, place in ((first, 0), (second, 1)):
        page.get_by_role("button", name="동의하고 발급").dblclick()
        page.wait_for_selector("#code")  # it signs, and the machine may be busy
        expect(page.get_by_role("main")).to_contain_text(f"(가상)기관 {place}")
        with suppress(Error):  # Chromium asks whether the form shall be sent again, and nobody answers
            page.go_back()
    listed = first.context.new_page()
    listed.goto("/certificates")
    expect(listed.locator("tbody tr")).to_have_count(2)
    first.context.close()


def test_the_preview_follows_the_keyboard_and_every_step_is_accessible(holders: Served) -> None:
    page = holders.page(viewport=DESK)
    sign_in(page, "desk", "/en/certificates/new")
    boxes = page.locator("input[name=entry]")
    boxes.last.focus()  # a competency unit: what proves it comes along
    page.keyboard.press("Space")
    expect(page.locator("#bar-count")).to_contain_text("2 selected")
    expect(boxes.last).to_be_focused()
    companion = page.locator("input[aria-disabled=true][id^=c-with]")
    companion.focus()
    page.keyboard.press("Space")
    expect(companion).to_be_checked()
    page.locator("#f-blind").focus()
    page.keyboard.press("Space")
    expect(page.locator("#for-blind")).to_contain_text("Application number")
    expect(page.locator("#preview")).to_contain_text("Date of birth")
    found = faults_once(page)
    page.get_by_role("button", name="Continue").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and agree")
    found += faults_once(page)
    page.get_by_label("I have checked this").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Agree and issue").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The certificate has been issued.")
    found += faults_once(page)
    page.get_by_role("button", name="Make a link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#new-link")).to_contain_text("/en/shared/")
    page.goto(page.locator("#new-link").inner_text())
    found += faults_once(page)
    page.goto("/en/certificates")
    found += faults_once(page)
    page.locator("tbody th a").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Cancel certificate").click()
    found += faults_once(page)
    page.get_by_role("button", name="Cancel certificate").click()
    expect(page.locator("tbody")).to_contain_text("cancelled")
    assert found == []
    page.context.close()


def test_a_preview_that_did_not_come_is_said_to_be_an_earlier_one(holders: Served) -> None:
    page = holders.page(viewport=DESK)
    sign_in(page, "desk", "/en/certificates/new")
    box, old = page.locator("input[name=entry]").last, page.locator("#preview-old")
    for answer in ("refused", "nothing"):
        expect(old).to_be_hidden()
        page.route("**/en/certificates/new", lambda route, how=answer: turned_down(route, how))
        box.press("Space")
        expect(old).to_contain_text("does not show your last change")
        expect(page.locator("#preview")).to_have_attribute("data-old", "")
        page.unroute("**/en/certificates/new")
        box.press("Space")
        box.press("Space")
        expect(page.locator("#preview:not([data-old])")).to_be_visible()
    page.route("**/en/certificates/new", lambda route: turned_down(route, "refused"))
    box.press("Space")
    expect(old).to_be_visible()
    found = faults_once(page)
    page.unroute("**/en/certificates/new")
    old.get_by_role("button", name="Refresh the preview").click()
    expect(page.locator("input[name=entry]").last).to_be_checked()
    expect(old).to_be_hidden()
    assert found == []
    page.context.close()


def test_what_was_filled_in_goes_along_to_the_other_language(holders: Served) -> None:
    page = holders.page(viewport=DESK)
    sign_in(page, "desk", "/certificates/new")
    page.locator("input[name=entry]").last.check()
    page.locator("#f-recipient").fill("(가상)한빛교통공단")
    for heading, language in (("Choose", "en"), ("", "ko")):
        page.locator("a[hreflang]:visible").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        expect(page.locator("#f-recipient")).to_have_value("(가상)한빛교통공단")
        expect(page.locator("input[name=entry]").last).to_be_checked()
    page.context.close()


def turned_down(route: Route, how: str) -> None:
    """Answer what a script sends with a refusal, or not at all; let the page itself through."""
    if "do=preview" not in (route.request.post_data or ""):
        route.continue_()
    elif how == "refused":
        route.fulfill(status=429)
    else:
        route.abort()


def test_what_is_superseded_is_issued_again_by_keyboard_without_scripts(holders: Served) -> None:
    number = holders.entry
    found: list[str] = []
    scripted = holders.page(viewport=PHONE)
    sign_in(scripted, "again", "/account")
    for path in ("/account", "/certificates", f"/certificates/{number}"):
        scripted.goto(path)
        found += faults_once(scripted)
        scripted.set_viewport_size(PHONE)
        assert fits(scripted), path
    page = holders.page(viewport=DESK, java_script_enabled=False)
    sign_in(page, "again", "/account")
    page.get_by_role("link", name="어떤 인정서인지 보기").press("Enter")
    page.get_by_role("link", name=f"새로 발급 {number}").press("Enter")
    page.get_by_role("button", name="새로 발급", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("확인하고 동의하기")
    page.get_by_label("위 내용을 확인했고").press("Space")
    page.get_by_role("button", name="동의하고 발급").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("인정서가 발급되었습니다.")
    expect(page.get_by_role("main")).to_contain_text("뺀 항목")
    assert found == []


def test_the_page_says_that_it_signs_while_the_answer_is_on_its_way(holders: Served) -> None:
    page = holders.page(viewport=PHONE)
    sign_in(page, "tabs", "/certificates/new")
    page.locator("input[name=entry]").first.check()
    page.get_by_role("button", name="확인으로").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("확인하고 동의하기")
    page.get_by_label("위 내용을 확인했고").check()
    held = "document.querySelector('[value=issue]').form.addEventListener('submit', (sent) => sent.preventDefault())"
    page.evaluate(held)
    page.get_by_role("button", name="동의하고 발급").press("Enter")
    expect(page.locator("[data-working]")).to_have_text("서명하고 있습니다. 보통 1초 안에 끝납니다.")
