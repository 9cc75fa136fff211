"""The pages for staff in Chromium: in and out by keyboard, axe and no sideways scroll on each of `ADDRESSES`."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.axe import faults_once
from tests.calculator import CHROMIUM
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.pages.served import Late
from tests.issuer.staff.staff_world import STAFF_PASSWORD, StaffWorld
from tests.keys.gate.serving import serving
from tests.verifier.web.visiting import DESK, PHONE, chromium, fits

pytestmark = pytest.mark.slow

ADDRESSES = [
    ("auditor", "/operator"),
    ("auditor", "/operator/keys?number=CB-2026-00000001"),
    ("auditor", "/operator/accesses?name=doyun"),
    ("auditor", "/operator/traces?what=delivery:1"),
    ("operator", "/operator/sources"),
    ("operator", "/operator/sources/qnet_qualifications"),
    ("operator", "/operator/runs/1"),
    ("operator", "/operator/held"),
    ("operator", "/operator/statuses"),
    ("auditor", "/operator/sign-in/settings"),
    ("nobody", "/operator/sign-in"),
]
"""Who looks at which page; whoever adds a page for staff adds it here."""


@dataclass
class Served:
    """A bank with staff that is serving, a browser to visit it, and what a signed-in browser of each role carries."""

    world: StaffWorld
    browser: Browser
    states: dict[str, Any]

    def page(self, role: str, **options: Any) -> Page:  # noqa: ANN401 - passed on to the browser
        state = self.states.get(role)
        context = self.browser.new_context(base_url=self.world.pages.issuer, storage_state=state, **options)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page


@pytest.fixture(scope="module")
def served(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the pages are not tried")
    path = tmp_path_factory.mktemp("served") / "bank"
    shutil.copytree(founded, path)
    late = Late()
    with serving(late) as port:
        world = StaffWorld(PageWorld(path, issuer=f"http://127.0.0.1:{port}"))
        late.app = world.pages.app
        people = {"operator": world.operator(), "auditor": world.auditor(), "university": world.university()}
        states = {
            role: {"cookies": [_cookie(name, value) for name, value in browser.jar.items()], "origins": []}
            for role, browser in people.items()
        }
        with sync_playwright() as playwright, chromium(playwright) as browser:
            yield Served(world, browser, states)
        world.bank.close()


def _cookie(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "sameSite": "Lax", "httpOnly": True}


def test_the_way_in_to_the_first_task_and_out_by_keyboard_alone(served: Served) -> None:
    page = served.page("nobody", viewport=DESK, java_script_enabled=False)
    page.goto("/en/operator/keys")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")
    page.get_by_label("Sign-in name").focus()
    page.keyboard.type("minji")
    page.keyboard.press("Tab")
    page.keyboard.type(STAFF_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keys and log")
    expect(page.get_by_text("Not checked yet.")).to_be_visible()
    page.get_by_role("button", name="Check everything now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not checked yet.")).to_have_count(0)
    page.goto("/en/operator/sign-in/settings")
    page.get_by_role("button", name="Sign out here").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")


@pytest.mark.parametrize(("role", "address"), ADDRESSES)
def test_no_page_has_a_fault_or_scrolls_sideways(served: Served, role: str, address: str) -> None:
    for language, size in (("", PHONE), ("/en", DESK)):
        page = served.page(role, viewport=size)
        answer = page.goto(f"{language}{address}")
        assert answer is not None
        assert answer.status == 200
        assert faults_once(page) == []
        page.set_viewport_size(size)
        assert fits(page)
        page.context.close()
