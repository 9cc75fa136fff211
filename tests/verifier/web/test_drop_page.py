"""The employer's desk in Chromium: files, a ZIP, a text; the table, details, downloads; hostile names; both widths."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pypdf import PdfReader

from credential_schemas.qr.payload import encode_qr_payload, qr_text
from credential_schemas.report.messages import Language, place_words
from credential_schemas.wording.certificate import Imprint, certificate_wording
from keys.confirmation_code import generate_code
from keys.key_files import FileSigner, create_key
from tests.axe import faults
from tests.keys.gate.serving import serving
from tests.verifier.web.pictures import picture_of
from tests.verifier.web.visiting import DESK, PHONE, Asked
from tests.verifier.world import NAMES, Keys, World, claims, entry
from verifier.app import Offers, create_app
from verifier.evidence.reader import EvidenceReader
from verifier.receipt.making import ReceiptDesk

pytestmark = pytest.mark.slow
PATIENCE_MS = 60_000
A4_POINTS = [595, 842]
CODE = generate_code(lambda size: bytes(range(size)))
SLOW_UPLOAD = """() => {
  XMLHttpRequest.prototype.send = function () {
    this.upload.dispatchEvent(new ProgressEvent("progress", { lengthComputable: true, loaded: 40, total: 100 }));
  };
}"""
HOSTILE = '<img src=x onerror="document.title=1">\u202e.txt'
ROWS = "table.list > tbody > tr:not(.detail)"


@dataclass
class Desk:
    """A desk that is serving, and a browser at it."""

    world: World
    asked: Asked
    origin: str
    browser: Browser

    def visit(self, path: str = "/", **options: Any) -> Page:  # noqa: ANN401 - passed on to the browser
        page = self.context(**options).new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(self.origin + path)
        page.wait_for_selector("html[data-ready]")
        return page

    def context(self, **options: Any) -> BrowserContext:  # noqa: ANN401 - passed on to the browser
        context = self.browser.new_context(**{"viewport": DESK, **options})
        context.set_default_timeout(PATIENCE_MS)
        return context

    def file(self, name: str = "a.txt", content: str | bytes | None = None) -> Any:  # noqa: ANN401 - the browser's form of a file
        data = self.world.token() if content is None else content
        return {"name": name, "mimeType": "", "buffer": data if isinstance(data, bytes) else data.encode()}


@pytest.fixture(scope="module")
def desk(
    keys: Keys, reader: EvidenceReader, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    world = World(keys, reader, tmp_path_factory.mktemp("world"))
    receipts = ReceiptDesk(FileSigner(create_key()), "한국예시공사")
    world.issuer["confirmation_url"] = "https://bank.example/api/v1/confirmations"
    app = create_app(
        world.rules(),
        now=lambda: world.now,
        ask=lambda _issuer, _number: world.token().encode(),
        offers=Offers(receipts),
    )
    asked = Asked(app)
    with serving(asked) as port:
        yield Desk(world, asked, f"http://127.0.0.1:{port}", browser)


def given(page: Page, *files: Any) -> None:  # noqa: ANN401 - the browser's form of files
    page.set_input_files("#file", list(files))


def archive(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "."), content)
    return made.getvalue()


def test_one_file_opens_its_result_and_makes_no_job(desk: Desk) -> None:
    before = len(desk.asked.targets)
    page = desk.visit()
    given(page, desk.file())
    expect(page.locator(".detail .verdict")).to_contain_text("유효한 인정서입니다.")
    expect(page.locator(".detail")).to_contain_text("홍길동")
    expect(page.locator(".detail")).to_contain_text("정보처리기사")
    expect(page.locator("h1")).to_have_count(1)
    assert not any(target.startswith("/api/v1/jobs") for target in desk.asked.targets[before:])


def test_several_files_and_a_zip_become_rows_that_can_be_sorted_and_filtered(desk: Desk) -> None:
    page = desk.visit()
    changed = claims(entry("정보처리기술사"))
    packed = archive(inner__txt=desk.world.token(), letter__txt="hello")
    given(
        page,
        desk.file("b.txt", desk.world.token(changed, signer=desk.world.keys.stranger)),
        desk.file("a.txt"),
        desk.file("c.zip", packed),
    )
    expect(page.locator(ROWS)).to_have_count(4)
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    files = page.locator(f"{ROWS} .c-file")
    assert files.all_inner_texts() == ["b.txt", "a.txt", "c.zip/inner.txt", "c.zip/letter.txt"]
    page.get_by_role("button", name="파일 순으로 정렬").or_(page.locator("th.c-file button")).first.click()
    assert files.all_inner_texts()[0] == "a.txt"
    page.locator(".chip", has_text="판정 불가").click()
    assert files.all_inner_texts() == ["b.txt"]
    page.locator(".chip", has_text="전체").click()
    page.fill("#sought", "홍길동")
    assert files.all_inner_texts() == ["a.txt", "c.zip/inner.txt"]
    deleted = [target for target in desk.asked.targets if target.startswith("/api/v1/jobs/")]
    assert page.request.get(desk.origin + deleted[-1]).status == 404  # read to the end, it was erased


HAND_OVER = """([how, files]) => {
  const carried = new DataTransfer();
  for (const [name, bytes] of files) carried.items.add(new File([new Uint8Array(bytes)], name));
  const event = how === "drop"
    ? new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
  return document.body.dispatchEvent(event);
}"""


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_an_archive_and_a_picture_may_be_dropped_or_pasted_anywhere(desk: Desk, how: str) -> None:
    page = desk.visit()
    picture = io.BytesIO()
    picture_of(qr_text("https://verify.bank.example/v", encode_qr_payload(desk.world.token()))).save(picture, "PNG")
    files = [["c.zip", [*archive(inner__txt=desk.world.token())]], ["photo.png", [*picture.getvalue()]]]
    assert page.evaluate(HAND_OVER, [how, files]) is False  # the browser does not open the file itself
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    expect(page.locator(f"{ROWS} .c-file")).to_have_text(["c.zip/inner.txt", "photo.png"])
    expect(page.locator(f"{ROWS} .tag.ok")).to_have_count(2)


def test_a_text_that_is_pasted_stays_where_the_cursor_is_and_is_not_sent(desk: Desk) -> None:
    page = desk.visit()
    before = len(desk.asked.targets)
    assert page.evaluate(HAND_OVER, ["paste", []]) is True
    assert (page.locator(ROWS).count(), len(desk.asked.targets)) == (0, before)


def test_a_typed_number_is_a_row_like_any_other(desk: Desk) -> None:
    page = desk.visit()
    page.fill("#code", CODE)
    page.keyboard.press("Enter")
    expect(page.locator(".detail .verdict")).to_contain_text("유효한 인정서입니다.")
    page.fill("#code", CODE[1:] + CODE[0])
    page.keyboard.press("Enter")
    expect(page.locator(ROWS).nth(1)).to_contain_text("잘못 적은 글자")


def test_each_file_shows_how_far_it_is_and_its_result_as_soon_as_it_is_there(desk: Desk) -> None:
    page = desk.visit()

    def half(route: Route) -> None:
        """Say that the second file is not ready, as often as the page asks, until the test lets it go."""
        told = route.fetch().json()
        route.fulfill(json=told | {"done": min(told["done"], 1), "state": "working"})

    def first(route: Route) -> None:
        """Hand over what is ready, one result at most: the page may ask before there is any."""
        route.fulfill(body="".join(route.fetch().text().splitlines(keepends=True)[:1]))

    page.route(re.compile("/api/v1/jobs/[^/]+$"), half)
    page.route(re.compile("results[?]after=0$"), first)
    given(page, desk.file("a.txt"), desk.file("b.txt"))
    rows, bar = page.locator(ROWS), page.locator("#results progress")
    expect(rows.locator(".tag.ok")).to_have_count(1)
    expect(rows.nth(1)).to_contain_text("기다리는 중")
    expect(page.locator("#results")).to_contain_text("2개 가운데 1개 확인")
    assert (bar.is_visible(), bar.evaluate("bar => [bar.value, bar.max]")) == (True, [1, 2])
    assert faults(page) == []
    page.unroute_all(behavior="wait")
    expect(rows.locator(".tag.ok")).to_have_count(2)
    expect(bar).to_be_hidden()


def test_files_that_are_being_sent_say_how_much_of_them_has_gone(desk: Desk) -> None:
    page = desk.visit()
    page.evaluate(SLOW_UPLOAD)
    given(page, desk.file("a.txt"), desk.file("b.txt"))
    expect(page.locator(ROWS).first).to_contain_text("올리는 중 40%")
    expect(page.locator(ROWS).nth(1)).to_contain_text("올리는 중 40%")
    assert faults(page) == []


def test_print_preview_of_a_result_is_a4_and_leaves_buttons_and_forms_out(desk: Desk) -> None:
    page = desk.visit()
    given(page, desk.file())
    expect(page.locator(".detail .verdict")).to_be_visible()
    page.emulate_media(media="print")
    for selector in (".ways", ".noprint", ".foot", ".lang"):
        assert page.locator(f"{selector}:visible").count() == 0, selector
    assert page.locator(".detail .verdict").is_visible()
    said = page.get_by_text("이 출력물은 증명서가 아닙니다.")
    assert said.is_visible()
    above, below = said.bounding_box(), page.locator(".detail .verdict").bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]  # whoever has the first sheet alone has read it
    preview = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert [round(float(length)) for length in preview.pages[0].mediabox[2:]] == A4_POINTS
    assert len(preview.pages) <= 2


@pytest.mark.parametrize("forged", [False, True])
def test_print_of_a_result_says_which_file_it_is_about(desk: Desk, forged: bool) -> None:
    page = desk.visit()
    printed = claims(entry("정보처리기술사"), *claims().entries[1:]) if forged else claims()
    pdf = desk.world.sealed(desk.world.token(), printed)
    given(page, desk.file("f.pdf", pdf))
    expect(page.locator(".detail .verdict")).to_be_visible()
    digest = hashlib.sha256(pdf).hexdigest()
    assert digest not in page.inner_text("main")
    preview = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join("".join(each.extract_text() for each in preview.pages).split())
    assert digest in text
    assert "2026-11-2112:00(KST)" in text


def test_details_of_a_refusal_say_what_to_do_and_that_nobody_is_rejected_by_it(desk: Desk) -> None:
    page = desk.visit()
    original = claims()
    forged = claims(entry("정보처리기술사"), *original.entries[1:])
    given(page, desk.file("f.pdf", desk.world.sealed(desk.world.token(original), forged)))
    details = page.locator(".detail")
    expect(details.locator(".verdict")).to_contain_text("유효하지 않습니다.")
    expect(details).to_contain_text("정보처리기술사")
    expect(details).to_contain_text("자동으로 불합격 처리하지 마십시오")


def test_what_is_no_certificate_is_a_row_without_verdict(desk: Desk) -> None:
    page = desk.visit("/en/")
    given(page, desk.file("letter.txt", "hello"))
    expect(page.locator(".detail .verdict")).to_contain_text("No certificate found.")
    expect(page.locator(".detail")).to_contain_text("must not lead to automatic rejection")
    expect(page.locator(ROWS)).to_contain_text("No certificate")


def test_pasted_text_is_checked_in_place(desk: Desk) -> None:
    page = desk.visit()
    page.click("summary")
    page.fill("#pasted", desk.world.token())
    page.locator("#text button").click()
    expect(page.locator(".detail .verdict")).to_contain_text("유효한 인정서입니다.")
    assert page.url == f"{desk.origin}/"


def test_results_can_be_saved_as_tables_and_lines_and_a_receipt_as_pdf(desk: Desk) -> None:
    page = desk.visit()
    given(page, desk.file("=1.txt"))
    expect(page.locator(".detail .verdict")).to_be_visible()
    starts = {
        "CSV": b"\xef\xbb\xbfn,file",
        "엑셀(XLSX)": b"PK\x03\x04",
        "JSON": b'{"report":1',
        "확인서 받기": b"%PDF-",
    }
    for name, start in starts.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        saved = download.value.path().read_bytes()
        assert saved.startswith(start), name
        if name == "CSV":
            [row] = csv.DictReader(io.StringIO(saved.decode("utf-8-sig")))
            assert row["file"] == "'=1.txt"
        elif name.startswith("엑셀"):
            cell = load_workbook(io.BytesIO(saved)).worksheets[0]["B2"]
            assert (cell.value, cell.data_type) == ("=1.txt", "s")


def test_erasing_takes_the_results_from_the_page(desk: Desk) -> None:
    page = desk.visit()
    given(page, desk.file("a.txt"), desk.file("b.txt"))
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    page.get_by_role("button", name="결과 지우기").click()
    expect(page.locator("#results")).to_be_hidden()
    assert "홍길동" not in page.content()


def test_results_that_could_not_be_erased_from_the_server_are_not_said_to_be(desk: Desk) -> None:
    page = desk.visit()
    page.route(
        "**/api/v1/jobs/*", lambda route: route.abort() if route.request.method == "DELETE" else route.continue_()
    )
    given(page, desk.file("a.txt"), desk.file("b.txt"))
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    page.get_by_role("button", name="결과 지우기").click()
    expect(page.locator(".results [role=status]").last).to_contain_text("서버에서 지우지 못했습니다.")
    job = [target for target in desk.asked.targets if target.startswith("/api/v1/jobs/")][-1].split("?")[0]
    job = job.removesuffix("/results")
    assert page.request.get(desk.origin + job).status == 200
    page.unroute_all()
    page.get_by_role("button", name="결과 지우기").click()
    expect(page.locator("#results")).to_be_hidden()
    assert page.request.get(desk.origin + job).status == 404


def test_what_still_waited_when_it_could_not_be_erased_is_said_to_be_given_up(desk: Desk) -> None:
    page = desk.visit()
    held: list[Route] = []
    page.route(
        "**/api/v1/jobs/*", lambda route: route.abort() if route.request.method == "DELETE" else held.append(route)
    )
    with page.expect_request("**/api/v1/jobs/*"):
        given(page, desk.file("a.txt"), desk.file("b.txt"))
    page.get_by_role("button", name="결과 지우기").click()
    expect(page.locator(ROWS).last).to_contain_text("그만두었습니다.")
    expect(page.locator(f"{ROWS} .tag")).to_have_text(["확인하지 못했습니다", "확인하지 못했습니다"])


@pytest.mark.parametrize("trouble", [{"status": 503, "headers": {"Retry-After": "1"}}, None], ids=["busy", "cut off"])
def test_a_job_is_followed_on_when_the_service_was_busy_or_out_of_reach_for_once(
    desk: Desk, trouble: dict[str, Any] | None
) -> None:
    page = desk.visit()
    asked: list[str] = []

    def once(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) % 2 == 0:
            route.continue_()
        elif trouble is None:
            route.abort()
        else:
            route.fulfill(**trouble)

    page.route(re.compile(r"/api/v1/jobs/[^/]+(/results.*)?$"), once)
    given(page, desk.file("a.txt"), desk.file("b.txt"))
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    expect(page.locator(f"{ROWS} .tag")).to_have_text(["유효", "유효"])
    assert len(asked) >= 4


def test_a_zip_in_which_there_is_nothing_to_check_says_so(desk: Desk) -> None:
    page = desk.visit()
    nothing = desk.file("mac.zip", archive(__DS_Store="x"))
    given(page, nothing)
    expect(page.locator(ROWS)).to_contain_text("확인할 파일이 들어 있지 않습니다.")
    given(page, nothing, desk.file("a.txt"))
    expect(page.locator(f"{ROWS} .tag")).to_have_text(["확인하지 못했습니다", "확인하지 못했습니다", "유효"])
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")


def test_what_was_on_its_way_when_all_was_erased_does_not_come_back(desk: Desk) -> None:
    page = desk.visit()
    held: list[Route] = []
    page.route("**/api/v1/jobs/*", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/api/v1/jobs/*"):
        given(page, desk.file("a.txt"), desk.file("b.txt"))
    page.get_by_role("button", name="결과 지우기").click()
    expect(page.locator("#results")).to_be_hidden()
    with page.expect_response("**/api/v1/jobs/*") as answer:
        held[0].continue_()
    assert answer.value.status == 404
    page.evaluate("fetch('/web/words-ko.json').then((answer) => answer.text())")  # later than what came before it
    assert page.locator("#results").is_hidden()
    given(page, desk.file("c.txt"))
    expect(page.locator(".detail .verdict")).to_be_visible()


def test_a_job_whose_files_were_still_being_sent_when_all_was_erased_is_erased_too(desk: Desk) -> None:
    page = desk.visit()
    held: list[Route] = []
    page.route("**/api/v1/jobs", lambda route: held.append(route))
    with page.expect_request("**/api/v1/jobs"):
        given(page, desk.file("a.txt"), desk.file("b.txt"))
    page.get_by_role("button", name="결과 지우기").click()
    expect(page.locator("#results")).to_be_hidden()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as erased:
        held[0].continue_()
    assert page.request.get(erased.value.url).status == 404
    assert page.locator("#results").is_hidden()


def test_hostile_names_and_texts_are_only_shown(desk: Desk) -> None:
    page = desk.visit()
    hostile = claims(entry('<img src="/x" onerror="document.title=1">'))
    given(page, desk.file(HOSTILE, desk.world.token(hostile)))
    expect(page.locator(".detail .verdict")).to_be_visible()
    assert page.locator("#results img").count() == 0
    assert page.title() == "인정서 진위확인"
    assert "\u202e" not in page.locator("body").inner_text()
    assert not any(target.startswith("/x") for target in desk.asked.targets)


def test_the_page_asks_nobody_else_and_sets_no_cookie(desk: Desk) -> None:
    context = desk.context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(desk.origin)
    page.wait_for_selector("html[data-ready]")
    given(page, desk.file())
    expect(page.locator(".detail .verdict")).to_be_visible()
    assert {url.split("/")[2] for url in asked if not url.startswith(("data:", "blob:"))} == {desk.origin.split("/")[2]}
    assert context.cookies() == []
    assert json.loads(page.evaluate("JSON.stringify([localStorage.length, sessionStorage.length])")) == [0, 0]


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_nothing_scrolls_sideways(desk: Desk, viewport: dict[str, int]) -> None:
    page = desk.visit(viewport=viewport)
    given(page, desk.file("a" * 120 + ".txt"), desk.file("b.txt", "hello"))
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    page.locator(".c-details button").first.click()
    expect(page.locator(".detail .verdict")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keys_alone_reach_the_file_button_the_number_and_the_details(desk: Desk) -> None:
    page = desk.visit()
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"file", "code"} <= reached
    given(page, desk.file("a.txt"), desk.file("b.txt"))
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    page.locator(".c-details button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_have_count(0)


def test_results_that_come_later_leave_the_keyboard_where_it_is(desk: Desk) -> None:
    page = desk.visit()
    given(page, desk.file("a.txt"), desk.file("b.txt"))
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    page.locator(".c-details button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_have_count(1)
    given(page, desk.file("c.txt"))
    expect(page.locator(".c-details button")).to_have_count(3)
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_have_count(0)


def test_a_service_that_is_gone_is_said_and_is_no_verdict(desk: Desk) -> None:
    page = desk.visit()
    page.context.set_offline(True)
    given(page, desk.file())
    expect(page.locator(ROWS)).to_contain_text("연결이 끊겼습니다.")
    expect(page.locator(".tag")).to_contain_text("확인하지 못했습니다")


def test_without_scripts_the_form_answers_one_file_with_a_page(desk: Desk) -> None:
    page = desk.context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(desk.origin)
    given(page, desk.file())
    page.locator("#files button").click()
    expect(page.locator("h1")).to_have_text("유효한 인정서입니다.")
    expect(page.locator("main")).to_contain_text("홍길동")


def test_receipts_of_several_files_are_one_archive_and_nothing_of_the_job_is_left(desk: Desk) -> None:
    page = desk.visit()
    page.check("#wish")
    given(page, desk.file("a.txt"), desk.file("letter.txt", "hello"))
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    with page.expect_download() as download:
        page.get_by_role("button", name="확인서(ZIP)").click()
    with zipfile.ZipFile(download.value.path()) as made:
        [name] = made.namelist()
        assert made.read(name).startswith(b"%PDF-")
    job = [target for target in desk.asked.targets if target.startswith("/api/v1/jobs/")][-1].split("/")[4]
    assert page.request.get(f"{desk.origin}/api/v1/jobs/{job}").status == 404


def test_without_the_wish_no_receipts_are_made_and_none_are_offered(desk: Desk) -> None:
    page = desk.visit()
    given(page, desk.file("a.txt"), desk.file("b.txt"))
    expect(page.locator("#said")).to_contain_text("모두 확인했습니다.")
    expect(page.get_by_role("button", name="확인서(ZIP)")).to_be_hidden()


def test_forged_page_stands_beside_the_page_that_was_signed_with_the_difference_marked(desk: Desk) -> None:
    page = desk.visit()
    forged = claims(entry("정보처리기술사"), *claims().entries[1:])
    given(page, desk.file("f.pdf", desk.world.sealed(desk.world.token(), forged)))
    sides = page.locator(".detail .pages .sides")
    expect(sides.locator("del")).to_have_text("정보처리기술사 (다름, 믿지 마십시오)")
    expect(sides.locator("ins")).to_have_text("정보처리기사 (서명된 내용)")
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON", exact=True).click()
    assert "pages" not in json.loads(download.value.path().read_text("utf-8"))  # it is no part of a Report


@pytest.mark.parametrize(("path", "says"), [("/", "1번 항목 · 기간·취득일"), ("/en/", "entry 1 · period or date")])
def test_place_of_a_difference_is_said_in_words(desk: Desk, path: str, says: str) -> None:
    page = desk.visit(path)
    first, *others = claims().entries
    later = replace(first, fields=dict(first.fields) | {"acquired_date": "2025-06-18"})
    given(page, desk.file("f.pdf", desk.world.sealed(desk.world.token(), claims(later, *others))))
    place = page.locator(".detail .cmp th[scope=row]")
    expect(place).to_contain_text(says)
    expect(place).not_to_contain_text("[")


PLACES = """async ([places, language]) => {
  const { Words } = await import("/web/result_words.js");
  const { Vocabulary } = await import("/web/verify/vocabulary.js");
  const words = new Words(new Vocabulary(await (await fetch("/web/vocabulary.json")).json()), language);
  return places.map((place) => words.place(place));
}"""


@pytest.mark.parametrize("language", ["ko", "en"])
def test_places_have_the_same_words_in_the_browser_and_on_the_server(desk: Desk, language: Language) -> None:
    names: dict[Language, str] = {"ko": NAMES["ko"], "en": NAMES["en"]}
    imprint = Imprint(names, "verify.bank.example", legal_basis="법", specimen=True)
    wording = certificate_wording(claims(), language=language, imprint=imprint, confirmation_code=CODE)
    unknown = ["x", "entries[0].x", "entries[1", "constructor", "entries[0].toString", ""]
    places = [*(line.where for line in wording.lines()), "page", "page_number", "specimen", "entries[3]", *unknown]
    words = [place_words(place) for place in places]
    said = [None if each is None else each.in_language(language) for each in words]
    assert desk.visit().evaluate(PLACES, [places, language]) == said
    assert [place for place, word in zip(places, said, strict=True) if word is None] == unknown


@pytest.mark.parametrize(("viewport", "first"), [(PHONE, "QR 비추기"), (DESK, "파일 고르기")])
def test_on_a_telephone_the_scanner_comes_first_and_on_a_desk_the_files(
    desk: Desk, viewport: dict[str, int], first: str
) -> None:
    page = desk.visit(viewport=viewport)
    ways = page.locator(".ways .btn:visible").all_inner_texts()
    assert ways[0].strip() == first
    assert [way.strip() for way in ways].count("QR 비추기") == 1
