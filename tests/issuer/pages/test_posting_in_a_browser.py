"""Choosing by a posting in Chromium: a telephone without scripts; a desk with a keyboard and the live calculation."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.axe import faults_once
from tests.issuer.pages.page_world import PASSWORD
from tests.issuer.pages.served import Served, served_bank
from tests.verifier.web.visiting import DESK, PHONE, chromium, fits

ROOT = Path(__file__).resolve().parents[3]
TITLE = "2026년 상반기 신규직 행정 채용 공고 (예시)"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def holders(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A bank that is serving, with one posting and two holders: `phone` and `desk`."""
    folder = tmp_path_factory.mktemp("served")
    posting = folder / "postings/ts-2026-01"
    posting.mkdir(parents=True)
    shutil.copy(ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml", posting / "policy.yaml")
    shutil.copy(ROOT / "examples/scoring/notice.json", posting / "notice.json")
    with served_bank(founded, folder, postings=posting.parent) as world:
        world.holder("SYN-P-001", "phone")
        world.holder("SYN-P-002", "desk")
        with sync_playwright() as playwright, chromium(playwright) as browser:
            yield Served(world, browser, "")


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.locator("#f-name").fill(name)
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    page.goto("/certificates/new")


def test_a_telephone_without_scripts_chooses_by_a_posting_and_issues(holders: Served) -> None:
    page = holders.page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, "phone")
    page.get_by_label("제출처", exact=True).fill("(가상)한빛교통공단")
    assert page.locator("input[name=entry]:checked").count() == 0
    page.get_by_text("채용공고에 맞춰 선택").click()
    page.get_by_role("button", name=TITLE).click()
    assert page.locator("input[name=entry]:checked").count() > 1
    expect(page.get_by_label("제출처", exact=True)).to_have_value("(가상)한빛교통공단")
    expect(page.locator("#own-score")).to_contain_text("본인 계산")
    assert fits(page)
    page.get_by_role("button", name="확인으로").last.click()
    assert page.get_by_text("본인 계산").count() == 0
    page.get_by_label("제공에 동의합니다").check()
    page.get_by_role("button", name="동의하고 발급").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("인정서가 발급되었습니다.")
    page.context.close()


def test_a_keyboard_chooses_by_a_posting_and_sees_the_calculation_follow(holders: Served) -> None:
    page = holders.page(viewport=DESK)
    sign_in(page, "desk")
    page.locator("#by-posting summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    own = page.locator("#own-score")
    expect(own).to_contain_text("본인 계산")
    assert faults_once(page) == []
    before = own.inner_text()
    ticked = page.locator("input[name=entry]:checked")
    for left in reversed(range(ticked.count())):
        ticked.first.focus()
        page.keyboard.press("Space")
        expect(ticked).to_have_count(left)
    expect(own).to_contain_text("항목을 선택하면 계산합니다.")
    assert own.inner_text() != before
    page.context.close()


def test_the_enter_key_in_a_field_chooses_no_posting(holders: Served) -> None:
    page = holders.page(viewport=DESK)
    sign_in(page, "desk")
    page.locator("#f-recipient").fill("(가상)기관")
    page.locator("#f-recipient").press("Enter")
    page.wait_for_url("**/certificates/new/confirm")
    expect(page.get_by_role("alert")).to_be_visible()  # nothing is chosen, which the page says
    assert page.locator("input[name=entry]:checked").count() == 0
    page.context.close()


def test_nothing_is_asked_of_another_host(holders: Served) -> None:
    assert {host.partition(":")[0] for host in holders.asked} == {"127.0.0.1"}
