"""Allowing a wallet in Chromium, with the wallet's own address on this machine at the end of the way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

from issuer.openid4vci.authorization import push_request
from issuer.openid4vci.forms import PLAIN
from issuer.openid4vci.wallet_clients import BUILT_IN
from tests.axe import DESK, PHONE, faults_once
from tests.issuer.pages.page_world import PASSWORD
from tests.issuer.pages.served import Served, served_bank
from tests.verifier.web.visiting import chromium, fits
from wallet_cli.errors import ServiceUnreachable
from wallet_cli.loopback import LoopbackBrowser

pytestmark = pytest.mark.slow
CERTIFICATE, QUALIFICATION = "competency-certificate", "entry-national_technical_qualification"


@pytest.fixture(scope="module")
def holders(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A bank that is serving, and a holder with entries."""
    with served_bank(founded, tmp_path_factory.mktemp("served")) as world:
        holder = world.holder("SYN-P-001", "holder")
        with sync_playwright() as playwright, chromium(playwright) as browser:
            yield Served(world, browser, holder.account)


@dataclass
class Waiting:
    """A wallet that waits on this machine: the page that it sends its holder to, and what the browser brings it."""

    page: str
    back: str
    brought: list[dict[str, str]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def answer(self) -> dict[str, str]:
        """Return what the browser brought, once it did."""
        assert self.ended.wait(60)
        (found,) = self.brought
        return found


@contextmanager
def waiting(holders: Served, language: str = "", scope: str = CERTIFICATE) -> Iterator[Waiting]:
    """Let a wallet push a request and wait for the browser."""
    with LoopbackBrowser(lambda _: None, patience_s=60) as place:
        asked = {
            "response_type": "code",
            "client_id": "cb-wallet",
            "redirect_uri": place.redirect_uri,
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
            "state": "of-this-wallet",
            "scope": scope,
        }
        form, world = urlencode(asked).encode(), holders.world
        world.limits._memory.reset()  # so that no test counts against another
        pushed = push_request(world.bank, BUILT_IN, form, asking=PLAIN, now=world.now)
        query = urlencode({"client_id": "cb-wallet", "request_uri": pushed["request_uri"]})
        wallet = Waiting(f"{language}/openid4vci/authorize?{query}", place.redirect_uri)

        def wait() -> None:
            try:
                wallet.brought.append(dict(parse_qsl(place.visit("nowhere"))))
            except (ServiceUnreachable, OSError):
                return
            finally:
                wallet.ended.set()

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        yield wallet


def allowed_so_far(holders: Served) -> int:
    return holders.world.actions(holders.entry).count("wallet_allowed")


def signed_in(holders: Served, path: str, **options: object) -> Page:
    """Open the page of a wallet as somebody who has to sign in first."""
    page = holders.page(**options)
    page.goto(path)
    page.locator("#f-name").fill("holder")
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/openid4vci/authorize?*")
    return page


def test_the_whole_way_on_a_telephone_without_scripts(holders: Served) -> None:
    before = allowed_so_far(holders)
    with waiting(holders) as wallet:
        page = signed_in(holders, wallet.page, viewport=PHONE, java_script_enabled=False)
        expect(page.get_by_role("heading", level=1)).to_have_text("이 컴퓨터의 cb-wallet: 무엇을 넘길까요?")
        assert page.locator("input:checked").count() == 0
        assert fits(page)
        page.get_by_role("button", name="넘기기", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("하나 이상 고르세요")
        assert fits(page)
        page.locator(f"input[name={CERTIFICATE}]").first.check()
        page.get_by_role("button", name="넘기기", exact=True).click()
        expect(page.locator("body")).to_contain_text("지갑으로 돌아가세요")
        answer = wallet.answer()
        assert (answer["state"], answer["iss"]) == ("of-this-wallet", holders.world.issuer)
        assert answer["code"]
        page.goto(wallet.page)  # as with the back button: nothing of the page is kept anywhere
        expect(page.get_by_role("heading", level=1)).to_have_text("이 요청은 끝났습니다")
        assert page.get_by_role("button", name="넘기기", exact=True).count() == 0
    assert allowed_so_far(holders) == before + 1
    page.context.close()


def test_allowing_with_a_keyboard_alone_and_a_page_without_faults(holders: Served) -> None:
    with waiting(holders, "/en", f"{CERTIFICATE} {QUALIFICATION}") as wallet:
        page = signed_in(holders, wallet.page, viewport=DESK)
        found = faults_once(page)
        assert fits(page)
        page.get_by_role("button", name="Hand over", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        found += faults_once(page)
        page.locator(f"input[name={CERTIFICATE}]").first.focus()
        page.keyboard.press("Space")
        page.locator(f"input[name={QUALIFICATION}]").first.focus()
        page.keyboard.press("Space")
        expect(page.locator("input:checked")).to_have_count(2)
        page.get_by_role("button", name="Hand over", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator("body")).to_contain_text("go back to the wallet")
        assert wallet.answer()["code"]
        page.goto(wallet.page)
        found += faults_once(page)
    assert found == []
    page.context.close()


def test_a_double_press_gives_once_and_the_wallet_gets_the_answer(holders: Served) -> None:
    before, on_the_way, posts = allowed_so_far(holders), list[Route](), list[str]()

    def hold(route: Route) -> None:
        on_the_way.append(route)

    with waiting(holders) as wallet:
        page = signed_in(holders, wallet.page, viewport=PHONE)
        page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
        page.route("**/openid4vci/authorize", hold)
        page.locator(f"input[name={CERTIFICATE}]").first.check()
        allow = page.get_by_role("button", name="넘기기", exact=True)
        allow.scroll_into_view_if_needed()
        box = allow.bounding_box()
        assert box is not None
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        with page.expect_request("**/openid4vci/authorize"):
            page.mouse.click(*middle)
        page.mouse.click(*middle)  # while the first answer is on its way
        (only,) = on_the_way
        only.continue_()
        expect(page.locator("body")).to_contain_text("지갑으로 돌아가세요")
        assert wallet.answer()["code"]
        assert len(posts) == 1
        page.unroute_all()
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("이 요청은 끝났습니다")
    assert allowed_so_far(holders) == before + 1
    page.context.close()


def test_whoever_denies_hands_over_nothing_and_the_wallet_is_told(holders: Served) -> None:
    before = allowed_so_far(holders)
    with waiting(holders) as wallet:
        page = signed_in(holders, wallet.page, viewport=PHONE)
        page.locator(f"input[name={CERTIFICATE}]").first.check()
        page.get_by_role("button", name="넘기지 않기").click()
        expect(page.locator("body")).to_contain_text("지갑으로 돌아가세요")
        answer = wallet.answer()
        assert (answer["error"], answer["state"]) == ("access_denied", "of-this-wallet")
        assert "code" not in answer
    assert allowed_so_far(holders) == before
    page.context.close()
