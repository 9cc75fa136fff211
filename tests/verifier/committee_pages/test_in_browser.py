"""The committee's pages in a browser: accessible on a telephone and a desk, by keyboard, with and without scripts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.axe import DESK, PHONE, faults_everywhere, faults_once
from tests.calculator import CHROMIUM
from tests.keys.gate.serving import serving
from tests.verifier.committee_pages.hall import Hall
from tests.verifier.people.entrance_world import Browser as Visitor
from tests.verifier.web.visiting import chromium, fits

pytestmark = pytest.mark.slow


@dataclass
class Served:
    """The hall while it is served, a notice in it with two applicants, their sheets as exported, and another draft."""

    hall: Hall
    origin: str
    notice: str
    draft: str
    sheets: dict[str, str]


@pytest.fixture(scope="module")
def served(hall: Hall) -> Iterator[Served]:
    notice, draft = hall.notice("A-1", "A-2"), hall.draft()
    sheets = {
        language: hall.officer.post(f"{language}{notice}/export", format=".html", reason="서명").text
        for language in ("", "/en")
    }
    with serving(hall.house.app) as port:
        origin, entrance = f"http://127.0.0.1:{port}", hall.house.app.state.entrance
        hall.house.app.state.entrance = replace(entrance, own_origins=(*entrance.own_origins, origin))
        yield Served(hall, origin, notice, draft, sheets)


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[Browser]:
    """Chromium, started after everything that runs an event loop of its own."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the pages are not tried")
    del served
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


def opened(context: BrowserContext, served: Served, who: Visitor, path: str) -> Page:
    cookie = {"name": "verifier-session", "value": who.cookies["verifier-session"], "url": served.origin}
    context.add_cookies([cookie])  # type: ignore[list-item] # the three members that playwright asks for
    page = context.new_page()
    page.goto(served.origin + path)
    return page


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("officer", "{notice}/applicants/1"),
        ("reviewer", "/en{notice}/queue/1"),
        ("reviewer", "{notice}/stages/1"),
    ],
)
def test_a_page_has_no_fault_and_fits_a_telephone(browser: Browser, served: Served, who: str, path: str) -> None:
    with browser.new_context(viewport=PHONE) as context:
        page = opened(context, served, getattr(served.hall, who), path.format(notice=served.notice))
        assert fits(page)
        assert faults_everywhere(page) == []
        page.set_viewport_size(DESK)
        assert fits(page)


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_sheets_that_a_committee_signs_have_no_fault(browser: Browser, served: Served, language: str) -> None:
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        page.set_content(served.sheets[language])
        assert faults_everywhere(page) == []


OTHER_PAGES = {
    "officer": (
        "/criteria",
        "/en/criteria/new",
        "/criteria/{criteria}",
        "/en/criteria/{criteria}/trial",
        "/notices",
        "/en/notices/new",
        "{notice}",
        "/en{draft}/edit",
        "{notice}/applicants",
        "/en{notice}/record",
        "{notice}/review",
    ),
    "administrator": ("/en{notice}/retention",),
    "reviewer": ("{notice}/queue",),
}


@pytest.mark.parametrize("who", OTHER_PAGES)
def test_every_other_page_has_no_fault_and_fits_a_telephone(browser: Browser, served: Served, who: str) -> None:
    names = {"notice": served.notice, "draft": served.draft, "criteria": served.hall.criteria}
    found, wide = {}, []
    with browser.new_context(viewport=PHONE) as context:
        page = opened(context, served, getattr(served.hall, who), "/account")
        for path in OTHER_PAGES[who]:
            page.set_viewport_size(PHONE)
            page.goto(served.origin + path.format(**names))
            wide += [] if fits(page) else [path]
            found[path] = faults_once(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert wide == []


def test_a_mistake_is_told_while_it_is_written(browser: Browser, served: Served) -> None:
    with browser.new_context(viewport=DESK) as context:
        page = opened(context, served, served.hall.officer, "/en/criteria/1")
        page.locator("#yaml").fill("criteria: 1\npolicy: [")
        expect(page.locator("#said")).to_contain_text("criteria.yaml:2")
        expect(page.locator("#said")).to_contain_text("It cannot be read.")


def test_without_scripts_a_reviewer_decides_and_an_officer_confirms_by_keyboard(
    browser: Browser, served: Served
) -> None:
    hall = served.hall
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
        page = opened(context, served, hall.reviewer, f"/en{served.notice}/queue/2")
        for group in page.locator("fieldset").all():
            group.locator("input[type=radio]").first.focus()
            page.keyboard.press("Space")
        page.get_by_role("button", name="Save decisions").focus()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("Nothing is to be decided now.")
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
        page = opened(context, served, hall.officer, f"/en{served.notice}/applicants/2")
        page.get_by_role("button", name="Confirm sheet").focus()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("confirmed 2026-11-21 12:00 KST by doyun")


def test_without_scripts_files_with_a_manifest_are_checked_and_taken(browser: Browser, served: Served) -> None:
    hall = served.hall
    manifest = "applicant_no,path,name\nB-1,one.txt,홍길동\n".encode()
    files = [
        {"name": "one.txt", "mimeType": "text/plain", "buffer": hall.world.token().encode()},
        {"name": "none.txt", "mimeType": "text/plain", "buffer": b"nothing of ours"},
    ]
    with browser.new_context(viewport=DESK, java_script_enabled=False) as context:
        page = opened(context, served, hall.officer, f"/en{served.notice}/applicants")
        page.locator("#files").set_input_files(files)  # type: ignore[arg-type] # as playwright describes them
        page.locator("#manifest").set_input_files({"name": "m.csv", "mimeType": "text/csv", "buffer": manifest})
        page.get_by_role("button", name="Start checking").click()
        while "Refreshes every 5 seconds" in page.inner_text("main"):
            page.reload()
        expect(page.locator("main")).to_contain_text("2 taken")
        expect(page.locator("main")).to_contain_text("without a verdict 1, belonging to nobody 1")
        page.get_by_role("link", name="Applicants and sheets").last.click()
        expect(page.get_by_role("link", name="B-1")).to_be_visible()
