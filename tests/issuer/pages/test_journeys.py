"""The pages in Chromium: the way to a filled account on a telephone without scripts and on a desk with a keyboard."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.axe import faults_once
from tests.issuer.pages.page_world import PASSWORD
from tests.issuer.pages.served import Served, served_bank
from tests.verifier.web.visiting import DESK, PHONE, chromium, fits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_bank(founded, tmp_path_factory.mktemp("served")) as world:
        world.browser().sign_up("keyboard")
        world.holder("SYN-P-001", "walker-ko")
        holder = world.holder("SYN-P-001", "walker-en", agrees=False)
        entry = holder.get("/account").text.partition('href="/account/entries/')[2].partition('"')[0]
        with sync_playwright() as playwright, chromium(playwright) as browser:
            yield Served(world, browser, entry)


def test_the_whole_way_on_a_telephone_without_scripts(served: Served) -> None:
    page = served.page(viewport=PHONE, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="내 계좌 열기").click()
    page.get_by_role("link", name="아이디가 없으면 새로 만들기").click()
    page.get_by_label("아이디").fill("telephone")
    page.get_by_label("비밀번호").fill("too short")
    page.get_by_role("main").get_by_role("button", name="아이디 만들기").click()
    expect(page.get_by_role("alert")).to_contain_text("15자 이상")
    expect(page.get_by_label("아이디")).to_have_value("telephone")
    page.get_by_label("비밀번호").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="아이디 만들기").click()
    page.get_by_role("button", name="시험용 본인확인").click()
    page.get_by_label("이예시").check()
    page.get_by_role("button", name="이 인물로 잇기").click()
    page.get_by_label("HRD-Net 직업훈련").check()
    page.get_by_label("국방인사정보체계").check()
    page.get_by_role("button", name="동의하고 가져오기").click()
    page.get_by_role("link", name="내 계좌로").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("나의 직무능력계좌")
    page.get_by_label("이름·기관·코드").fill("군수")
    page.get_by_role("button", name="찾기").click()
    page.get_by_role("link", name="군수 행정").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("군수 행정")
    page.locator("details.menu summary").click()
    page.get_by_role("navigation", name="주 메뉴 (좁은 화면)").get_by_role("link", name="동의·열람 기록").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON으로 받기").click()
    assert download.value.suggested_filename == "competency-account.json"
    page.goto("/sign-in/settings")
    page.get_by_role("button", name="이 기기에서 로그아웃").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("당신의 능력을 저축하세요")
    page.context.close()
    assert served.asked == {urlsplit(served.world.issuer).netloc}


def test_signing_in_and_agreeing_with_a_keyboard_alone(served: Served) -> None:
    page = served.page(viewport=DESK)
    page.goto("/en/sign-in")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    for typed in ("keyboard", PASSWORD, ""):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served.world.issuer}/en/identity")
    page.get_by_role("button", name="Test verification").focus()
    page.keyboard.press("Enter")
    page.get_by_label("박시험").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#c-source-qnet_qualifications").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Your consent is recorded")
    page.context.close()


PUBLIC = ("/", "/sign-in", "/kinds", "/kinds/vocational_training", "/notices")
"""Each layout once; what differs by its words only is not tried again, because axe takes its time."""
OWN = ("/account", "/account/sources", "/privacy", "/sign-in/settings")


@pytest.mark.parametrize(
    ("language", "public", "own"),
    [("ko", PUBLIC, OWN), ("en", ("/help/nothing",), ("/account", "/account/entries/{entry}"))],
)
def test_pages_are_accessible_and_fit_in_both_sizes_and_themes(
    served: Served, language: str, public: tuple[str, ...], own: tuple[str, ...]
) -> None:
    base = "" if language == "ko" else "/en"
    page = served.page(viewport=DESK)
    found: list[str] = []
    for path in public:
        found += look(page, base + path)
    page.goto(f"{base}/sign-in")
    page.locator("#f-name").fill(f"walker-{language}")
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    for path in own:
        found += look(page, base + path.format(entry=served.entry))
    assert found == []
    page.context.close()


def look(page: Page, path: str) -> list[str]:
    """What is wrong with a page, and whether something stands outside of it on a narrow screen."""
    page.goto(path)
    wrong = faults_once(page)
    for width in (320, 768):
        page.set_viewport_size({"width": width, "height": 780})
        if not fits(page):
            wrong.append(f"does not fit in {width}")
    return [f"{path}: {each}" for each in wrong]
