"""The panel of collecting in Chromium: it follows by itself with scripts, reloads without, and takes no focus away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

from tests.axe import faults_once
from tests.issuer.pages.collecting_world import LATER, NAME, Asking
from tests.issuer.pages.page_world import PASSWORD
from tests.issuer.pages.served import Served, served_bank
from tests.verifier.web.visiting import DESK, PHONE, chromium, fits

pytestmark = pytest.mark.slow


@pytest.fixture
def asking() -> Iterator[Asking]:
    made = Asking()
    yield made
    made.open.set()
    made.works.end()


@pytest.fixture
def served(asking: Asking, founded: Path, tmp_path: Path) -> Iterator[Served]:
    with served_bank(founded, tmp_path, operating=asking.operating) as world:
        world.now = LATER
        asking.world = world
        world.holder("SYN-P-001", "walker", agrees=False)
        with sync_playwright() as playwright, chromium(playwright) as browser:
            yield Served(world, browser, "")
        asking.open.set()
        asking.works.end()


def agree(page: Page, base: str = "") -> None:
    page.goto(f"{base}/sign-in")
    page.locator("#f-name").fill("walker")
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    page.goto(f"{base}/account/sources")
    page.locator("#c-source-hrdnet_training").check()
    page.locator("#c-source-qnet_qualifications").check()
    page.locator('form[action$="/account/sources"] button').press("Enter")


def test_the_panel_follows_by_itself_and_leaves_the_focus_where_it_is(served: Served, asking: Asking) -> None:
    asking.open.clear()
    page = served.page(viewport=PHONE)
    agree(page)
    source = page.locator("#collecting-list > li", has_text=NAME)
    expect(source).to_contain_text("가져오는 중")
    expect(page.get_by_role("status")).to_have_text("2곳 가운데 1곳 끝남 · 내 항목 2건")
    assert faults_once(page) == []
    assert fits(page)
    page.locator("#withdraw-hrdnet_training").focus()
    loaded = page.evaluate("performance.timeOrigin")
    asking.open.set()
    expect(page.get_by_role("status")).to_have_text("내 항목 2건")
    expect(source).to_contain_text("가져옴")
    expect(page.locator("#withdraw-hrdnet_training")).to_be_focused()
    assert page.evaluate("performance.timeOrigin") == loaded  # nothing was loaded anew
    assert faults_once(page) == []
    assert served.asked == {served.world.issuer.removeprefix("http://")}


def test_the_panel_goes_on_following_after_an_answer_that_failed(served: Served, asking: Asking) -> None:
    asking.open.clear()
    page = served.page(viewport=PHONE)
    agree(page)
    expect(page.locator("#collecting-list > li", has_text=NAME)).to_contain_text("가져오는 중")
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
            return
        failed.append(route.request.url)
        route.fulfill(status=503, body="")

    page.route("**/account/sources", fail_once)
    asking.open.set()
    expect(page.get_by_role("status")).to_have_text("내 항목 2건", timeout=20_000)
    assert len(failed) == 1


def test_without_scripts_the_page_reloads_itself_until_nothing_goes_on(served: Served, asking: Asking) -> None:
    asking.open.clear()
    page = served.page(viewport=DESK, java_script_enabled=False)
    agree(page, "/en")
    main = page.get_by_role("main")
    expect(main).to_contain_text("1 of 2 done · 2 entries of yours")
    asking.open.set()
    expect(main).not_to_contain_text("being asked", timeout=20_000)
    expect(main).to_contain_text("collected")
    assert "http-equiv" not in page.content()
