"""Issuing in Chromium: on a telephone without scripts, and on a desk with a keyboard alone and the live preview."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect, sync_playwright

from credential_schemas.pdf_container import read_container
from tests.axe import faults_once
from tests.issuer.pages.page_world import PASSWORD
from tests.issuer.pages.served import Served, served_bank
from tests.verifier.web.visiting import DESK, PHONE, chromium, fits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def holders(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A bank that is serving, with three holders who have entries: `phone`, `desk` and `tabs`."""
    with served_bank(founded, tmp_path_factory.mktemp("served")) as world:
        world.holder("SYN-P-003", "phone")
        world.holder("SYN-P-004", "desk")
        world.holder("SYN-P-001", "tabs")
        with sync_playwright() as playwright, chromium(playwright) as browser:
            yield Served(world, browser, "")


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
    page.locator("tbody a").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Cancel certificate").click()
    found += faults_once(page)
    page.get_by_role("button", name="Cancel certificate").click()
    expect(page.locator("tbody")).to_contain_text("cancelled")
    assert found == []
    page.context.close()
