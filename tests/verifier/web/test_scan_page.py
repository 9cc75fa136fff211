"""The page a phone lands on, in a real browser against a real service: what it shows, and what nobody ever gets."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Playwright, ViewportSize, expect
from pypdf import PdfReader

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.qr.framing import split_into_codes
from credential_schemas.qr.payload import encode_qr_payload, qr_text
from keys.encoding import JsonValue
from tests.hostile.cases import good, with_header
from tests.verifier.web.pictures import film_of
from tests.verifier.web.visiting import DESK, PHONE, VERDICT, Visit, chromium, fits, opened, verifier_of
from tests.verifier.world import VERIFY_URL, World, claims, entry, training

pytestmark = pytest.mark.slow  # a browser is started
VALID = "유효한 인정서입니다."
A4_POINTS = [595, 842]
PIECE = 24
OFFLINE = ".offline"
LIVE = ("/bundle.json", "/web/verifier.json", "/status?uri=https%3A%2F%2Fbank.example%2Fstatus%2F1")
KEPT = "navigator.serviceWorker.ready.then(() => true)"  # the worker is ready when it has every file

# Chromium has no reader of codes on Linux; this one says what its frames show, one after the other.
READER = """
globalThis.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
  detect() { return Promise.resolve((SHOWN.shift() ?? []).map((rawValue) => ({ rawValue }))); }
};
"""


def unit(code: str, *, level: int, idx: int) -> CertificateEntry:
    """Return an NCS unit of major class 19."""
    fields: dict[str, JsonValue] = {"unit_code": code, "unit_level": level}
    return replace(entry(code, idx=idx), type="ncs_competency_unit", category="units", title_en=None, fields=fields)


def answer(page: Page) -> str:
    return page.inner_text(VERDICT)


def test_certificate_in_a_link_is_shown_with_parts_holder_entries_and_dates(
    visit: Visit, phone: BrowserContext
) -> None:
    page = opened(phone, visit.link(good(visit.world)))
    shown = page.inner_text("main")
    assert answer(page) == VALID
    assert page.locator(".three li b").all_inner_texts() == ["유효", "확인 안 함", "유효"]
    for text in ("홍길동", "1995-03-02", "신분증과 대조하십시오.", "2026-0001-0001", "2027-02-18", "직무능력은행"):
        assert text in shown
    for text in ("정보처리기사", "한국산업인력공단", "자바 웹 개발자 과정", "2024-03-04 ~ 2024-08-30", "960시간"):
        assert text in shown
    assert urlsplit(visit.origin).netloc in shown


@pytest.mark.parametrize(("path", "said"), [("/v", "{}수준"), ("/en/v", "level {}")])
def test_level_of_a_unit_is_said_in_words_beside_a_chart_of_eight_steps(
    visit: Visit, phone: BrowserContext, path: str, said: str
) -> None:
    levels = (1, 5, 8)
    units = [unit(f"1901020{level}06_13v1", level=level, idx=20 + level) for level in levels]
    page = opened(phone, visit.link(visit.world.token(claims(entry(), *units)), path))
    charts = page.locator("tbody .level")
    assert charts.all_inner_texts() == [said.format(level) for level in levels]  # what a chart says as text is its word
    for chart, level in zip(charts.all(), levels, strict=True):
        steps = chart.locator(".steps8")
        assert steps.get_attribute("aria-hidden") == "true"
        filled = steps.locator("i").evaluate_all("steps => steps.map((step) => getComputedStyle(step).backgroundColor)")
        assert len(filled) == 8
        assert len(set(filled[:level])) == 1
        assert len(set(filled)) == (1 if level == 8 else 2)  # the others look otherwise, and alike
        assert (filled[0] in filled[level:]) is False
    cells = page.get_by_role("row").filter(has_text="_13v1").get_by_role("cell")
    assert [said.format(5) in text for text in cells.all_inner_texts()].count(True) == 1
    assert page.locator("tbody tr").filter(has_text="13v1").count() == len(levels)
    assert page.locator("tbody tr").filter(has_not_text="13v1").locator(".steps8").count() == 0  # no level, no chart
    assert fits(page)


def test_english_page_says_the_same_and_marks_what_is_korean(visit: Visit, phone: BrowserContext) -> None:
    page = opened(phone, visit.link(good(visit.world), "/en/v"))
    assert answer(page) == "This certificate is valid."
    assert "Engineer Information Processing" in page.inner_text("main")
    assert page.locator("tbody [lang=ko]").first.inner_text() == "자바 웹 개발자 과정"


def test_way_to_the_other_language_keeps_the_certificate(visit: Visit, phone: BrowserContext) -> None:
    page = opened(phone, visit.link(good(visit.world)))
    page.click("a.lang")
    expect(page.locator(VERDICT)).to_have_text("This certificate is valid.")


def test_nothing_of_the_certificate_is_asked_logged_or_stored(
    visit: Visit, keeping_phone: BrowserContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = good(visit.world)
    payload = encode_qr_payload(token)
    page = opened(keeping_phone, visit.link(token))
    page.evaluate(KEPT)
    stored = page.evaluate(
        """async () => {
          const kept = [];
          for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys()) kept.push(request.url);
          return [document.cookie, localStorage.length, sessionStorage.length, document.title, ...kept].join("\\n");
        }"""
    )
    seen = bytes(visit.asked.received).decode("latin-1") + stored + caplog.text
    pieces = [text[at : at + PIECE] for text in (payload, token) for at in range(0, len(text) - PIECE, PIECE // 2)]
    assert len(pieces) > 60
    assert [piece for piece in pieces if piece in seen] == []
    assert stored.startswith("\n0\n0\n")
    assert not any(word in seen for word in ("홍길동", "HONG", "2026-0001-0001"))


def test_first_visit_asks_for_nine_files_once_each_and_second_one_for_what_may_have_changed(
    world: World, keeping_phone: BrowserContext
) -> None:
    world.issuer["verify_urls"] = []
    received: list[int] = []
    with verifier_of(world) as visit:
        page = keeping_phone.new_page()
        session = keeping_phone.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
        page.goto(visit.link(good(world)))
        page.wait_for_selector(VERDICT)
        page.evaluate(KEPT)
        before_keeping = visit.asked.targets[: visit.asked.targets.index("/scan_worker.js")]
        first_bytes, all_of_first = sum(received), [*visit.asked.targets]
        visit.asked.targets.clear()
        page.goto("about:blank")
        page.goto(visit.link(good(world)))
        page.wait_for_selector(VERDICT)
        again = [target for target in visit.asked.targets if target != "/scan_worker.js"]  # the browser's own question
    asked = {"/v", *LIVE, *(f"/web/{name}" for name in ("v.css", "v.js", "vocabulary.json", "qr/v1.bin"))}
    rosette = "/look/guilloche.svg"  # painting asks for it, and so does the worker
    assert rosette in all_of_first
    assert sorted(target for target in before_keeping if target != rosette) == sorted(asked)
    assert len({*asked, rosette}) == 9
    assert 0 < first_bytes <= 230_000
    assert sorted(again) == ["/bundle.json", "/web/verifier.json"]  # the list may be kept for a while, as it says


def test_status_is_asked_for_as_a_whole_list_and_nothing_leaves_the_host(visit: Visit, phone: BrowserContext) -> None:
    hosts = set()
    phone.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    opened(phone, visit.link(good(visit.world)))
    assert hosts == {urlsplit(visit.origin).netloc}
    queries = {target for target in visit.asked.targets if "?" in target}  # of every visit of this module
    assert queries == {"/status?uri=https%3A%2F%2Fbank.example%2Fstatus%2F1"}


def test_page_works_without_a_network_and_says_since_when_nobody_asked(
    world: World, keeping_phone: BrowserContext
) -> None:
    world.issuer["verify_urls"] = []
    with verifier_of(world) as visit:
        page = opened(keeping_phone, visit.link(good(world)))
        page.clock.set_fixed_time(world.now + timedelta(hours=2))
        page.evaluate(KEPT)
        page.reload()
        page.wait_for_selector(VERDICT)
        assert page.locator(OFFLINE).count() == 0
    page.reload()
    page.wait_for_selector(OFFLINE)
    assert answer(page) == VALID  # the list is younger than half a day: a normal status, with its age
    assert "취소 여부는 2026-11-21 12:00 (KST) 이후 확인하지 못했습니다." in page.inner_text(OFFLINE)
    page.clock.set_fixed_time(world.now + timedelta(hours=13))
    page.reload()
    page.wait_for_selector(OFFLINE)
    assert answer(page) == "아직 판정할 수 없습니다."
    assert "서명은 유효합니다. 취소 여부는 2026-11-21 12:00 (KST) 이후" in page.inner_text(OFFLINE)
    assert set(page.locator("tbody .tag").all_inner_texts()) == {"알 수 없음"}
    page.clock.set_fixed_time(world.now - timedelta(days=30))  # a clock that was set back opens nothing again
    page.reload()
    page.wait_for_selector(OFFLINE)
    assert "2026-11-21 12:00 (KST)" in page.inner_text(".kv >> nth=1")


def test_network_that_returns_is_noticed_and_the_answer_made_anew(visit: Visit, keeping_phone: BrowserContext) -> None:
    page = opened(keeping_phone, visit.link(good(visit.world)))
    page.clock.set_fixed_time(visit.world.now + timedelta(hours=13))
    page.evaluate(KEPT)
    page.reload()
    page.wait_for_selector(VERDICT)
    keeping_phone.set_offline(True)
    page.reload()
    page.wait_for_selector(OFFLINE)
    assert answer(page) == "아직 판정할 수 없습니다."
    keeping_phone.set_offline(False)
    expect(page.locator("main")).to_contain_text("네트워크가 돌아와 다시 확인했습니다.")
    assert answer(page) == VALID


def test_cancelled_certificate_is_refused_with_contact_and_its_contents_folded(
    world: World, phone: BrowserContext
) -> None:
    world.issuer["verify_urls"] = []
    world.statuses[7] = 1
    with verifier_of(world) as visit:
        page = opened(phone, visit.link(good(world)))
        assert answer(page) == "유효하지 않습니다."
        reasons = page.inner_text("[aria-labelledby=reasons-heading]")
        for text in (
            "취소된 인정서입니다. 위조를 뜻하지 않으므로",
            "자동으로 불합격 처리하지 마십시오",
            "지원자(제출한 사람)",
        ):
            assert text in reasons
        assert not page.locator("text=홍길동").is_visible()
        page.click("summary:has-text('서명된 내용 보기')")
        assert page.locator("text=홍길동").is_visible()


def test_changed_certificate_shows_nothing_of_itself(visit: Visit, phone: BrowserContext) -> None:
    head, signature = good(visit.world).split("~")[0].rsplit(".", 1)
    forged = f"{head}.{signature[::-1]}~" + "~".join(good(visit.world).split("~")[1:])
    page = opened(phone, visit.link(forged))
    assert "서명한 그대로가 아닙니다" in page.inner_text(".verdict")
    assert not any(text in page.inner_text("main") for text in ("홍길동", "정보처리기사", "2026-0001-0001"))


def test_link_to_another_host_than_the_issuer_s_is_named_with_those_it_should_be(
    world: World, phone: BrowserContext
) -> None:
    with verifier_of(world) as visit:
        page = opened(phone, visit.link(good(world)))
        named = page.inner_text("[aria-labelledby=reasons-heading]")
        assert answer(page) == "아직 판정할 수 없습니다."
        assert f"{visit.origin}/v" in named
        assert VERIFY_URL in named


@pytest.mark.parametrize("title", ["<img src=x onerror=alert(1)>", "</script><h1>유효</h1>", "{{7*7}} ${7*7}"])
def test_text_of_an_entry_stays_text(visit: Visit, phone: BrowserContext, title: str) -> None:
    page = opened(phone, visit.link(visit.world.token(claims(entry(title), training()))))
    assert title in page.inner_text("tbody")
    assert page.locator("tbody img, tbody h1, tbody script").count() == 0


@pytest.mark.parametrize(
    ("fragment", "says"),
    [
        ("1234", "인정서의 코드가 아닙니다"),
        ("not digits", "인정서의 코드가 아닙니다"),
        ("9" * 5000, "내용이 온전하지 않습니다"),
        ("%3Cscript%3E", "인정서의 코드가 아닙니다"),
    ],
)
def test_fragment_that_is_no_certificate_gets_no_verdict(
    visit: Visit, phone: BrowserContext, fragment: str, says: str
) -> None:
    page = opened(phone, f"{visit.origin}/v#{fragment}", waiting_for=".scanner .state:not(:empty)")
    assert says in page.inner_text(".scanner .state")
    assert page.locator(VERDICT).count() == 0


def test_several_codes_are_taken_in_any_order_and_the_missing_one_is_named(visit: Visit, phone: BrowserContext) -> None:
    codes = split_into_codes(encode_qr_payload(good(visit.world)), codes=3)
    links = [qr_text(f"{visit.origin}/v", code) for code in codes]
    page = opened(phone, links[2], waiting_for=".scanner .state:not(:empty)")
    assert "3장 중 1장" in page.inner_text(".scanner .state")
    page.goto(links[0])
    expect(page.locator(".scanner .state")).to_contain_text("3장 중 2번 QR이 아직 없습니다.")
    page.goto(links[1])
    page.wait_for_selector(VERDICT)
    assert answer(page) == VALID


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360 px", "1280 px"])
@pytest.mark.parametrize("path", ["/v", "/en/v"])
def test_nothing_stands_outside_of_the_window(visit: Visit, browser: Browser, size: ViewportSize, path: str) -> None:
    long = "가나다라마바사아자차카타파하" * 6
    token = visit.world.token(claims(entry(long), entry("a" * 200, idx=13), training()))
    with browser.new_context(viewport=size, service_workers="block") as context:
        page = opened(context, visit.link(token, path))
        page.click("details.more summary")
        assert fits(page)
        page.goto("about:blank")
        page.goto(f"{visit.origin}{path}")
        page.wait_for_selector(".scanner")
        assert fits(page)


def test_answer_has_the_focus_and_everything_is_reached_by_keyboard(visit: Visit, phone: BrowserContext) -> None:
    page = opened(phone, visit.link(good(visit.world)))
    assert page.evaluate("document.activeElement.tagName") == "H1"
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert reached == ["검사 14개 모두 보기", "다른 인정서 확인", "인쇄"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".scanner")
    assert page.url == f"{visit.origin}/v"


def test_print_of_five_entries_is_two_pages_of_a4_says_that_it_is_no_certificate_and_leaves_the_buttons_out(
    visit: Visit, phone: BrowserContext
) -> None:
    five = claims(*(entry(f"정보처리기사 {number}", idx=20 + number) for number in range(5)))
    page = opened(phone, visit.link(visit.world.token(five)))
    page.emulate_media(media="print")
    assert page.locator("text=이 출력물은 증명서가 아닙니다.").is_visible()
    assert not page.locator(".acts").is_visible()
    preview = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    assert [round(float(length)) for length in preview.pages[0].mediabox[2:]] == A4_POINTS
    assert len(preview.pages) <= 2


def test_without_javascript_a_plain_sentence_says_what_to_do(visit: Visit, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(visit.link(good(visit.world)))
        assert "자바스크립트가 켜져 있어야" in page.inner_text("noscript")
        assert page.locator("noscript a").get_attribute("href") == "/"


def test_service_that_cannot_be_asked_teaches_nothing_about_the_certificate(
    visit: Visit, phone: BrowserContext
) -> None:
    phone.route("**/bundle.json", lambda route: route.abort())
    page = opened(phone, visit.link(good(visit.world)), waiting_for=".verdict.na h1")
    assert page.inner_text(".verdict.na h1") == "확인하지 못했습니다."
    assert "알게 된 것은 없습니다" in page.inner_text("main")


def test_camera_sees_a_code_and_the_service_reads_it_where_the_browser_cannot(
    visit: Visit, playwright: Playwright, tmp_path: Path
) -> None:
    film = film_of(
        qr_text("https://verify.bank.example/v", encode_qr_payload(good(visit.world))), tmp_path / "code.y4m"
    )
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(playwright, *fake, f"--use-file-for-fake-video-capture={film}") as browser:
        context = browser.new_context(service_workers="block")
        page = opened(context, f"{visit.origin}/v", waiting_for=".scanner")
        expect(page.locator(".scanner")).to_contain_text("이 브라우저는 QR을 스스로 읽지 못합니다.")
        page.click("text=QR 비추기")
        page.wait_for_selector(VERDICT)
        assert answer(page) == VALID
        assert "사진은 이 확인기로 보내 읽고 바로 버렸습니다." in page.inner_text("main")


def test_camera_goes_on_after_the_service_was_out_of_reach_and_says_so_meanwhile(
    visit: Visit, playwright: Playwright, tmp_path: Path
) -> None:
    film = film_of(
        qr_text("https://verify.bank.example/v", encode_qr_payload(good(visit.world))), tmp_path / "code.y4m"
    )
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(playwright, *fake, f"--use-file-for-fake-video-capture={film}") as browser:
        context = browser.new_context(service_workers="block")
        page = opened(context, f"{visit.origin}/v", waiting_for=".scanner")
        page.route("**/api/v1/checks", lambda route: route.abort())
        page.click("text=QR 비추기")
        expect(page.locator(".scanner .state")).to_contain_text("확인기의 답을 받지 못해 알게 된 것이 없습니다.")
        page.unroute_all()
        page.wait_for_selector(VERDICT)
        assert answer(page) == VALID


def test_chosen_file_that_is_no_picture_is_said_to_have_no_code(visit: Visit, browser: Browser) -> None:
    with browser.new_context(service_workers="block") as context:
        context.add_init_script(f"globalThis.SHOWN = [];{READER}")
        page = opened(context, f"{visit.origin}/v", waiting_for=".scanner")
        page.set_input_files("#picture", {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
        expect(page.locator(".scanner .state")).to_contain_text("사진에서 QR을 찾지 못했습니다.")


def test_browser_that_reads_codes_itself_collects_them_in_any_order_and_sends_no_picture(
    visit: Visit, playwright: Playwright
) -> None:
    codes = split_into_codes(encode_qr_payload(good(visit.world)), codes=3)
    links = [qr_text(f"{visit.origin}/v", code) for code in codes]
    before = visit.asked.targets.count("/api/v1/checks")
    with chromium(playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as browser:
        context = browser.new_context(service_workers="block")
        context.add_init_script(f"const SHOWN = {json.dumps([[], [links[2]], [links[0]], [], [links[1]]])};{READER}")
        page = opened(context, f"{visit.origin}/v", waiting_for=".scanner")
        expect(page.locator(".scanner")).to_contain_text("이 기기에서만 읽습니다.")
        page.click("text=QR 비추기")
        page.wait_for_selector(VERDICT)
        assert answer(page) == VALID
        assert "서버로 보내지지 않았습니다" in page.inner_text("main")
    assert visit.asked.targets.count("/api/v1/checks") == before


def test_refused_camera_is_said_and_a_picture_may_be_chosen(
    visit: Visit, phone: BrowserContext, tmp_path: Path
) -> None:
    page = opened(phone, f"{visit.origin}/v", waiting_for=".scanner")
    page.click("text=QR 비추기")
    expect(page.locator(".scanner .state")).to_contain_text("카메라를 쓸 수 없습니다.")
    empty = tmp_path / "empty.png"
    film_of("", empty)
    page.set_input_files("#picture", empty)
    expect(page.locator(".scanner .state")).to_contain_text("QR을 찾지 못했습니다")


@pytest.mark.parametrize("reads", ["the service", "the device"])
def test_scanner_names_a_code_that_leads_to_another_host_than_the_issuer_s(
    world: World, phone: BrowserContext, tmp_path: Path, reads: str
) -> None:
    text = qr_text("https://verify.bank.example.evil.example/v", encode_qr_payload(good(world)))
    if reads == "the device":
        phone.add_init_script(f"const SHOWN = {json.dumps([[text]])};{READER}")
    with verifier_of(world) as visit:
        page = opened(phone, f"{visit.origin}/v", waiting_for=".scanner")
        page.set_input_files("#picture", film_of(text, tmp_path / "clone.png"))
        page.wait_for_selector(VERDICT)
        named = page.inner_text("[aria-labelledby=reasons-heading]")
        assert answer(page) == "아직 판정할 수 없습니다."
        assert "https://verify.bank.example.evil.example/v" in named.lower()  # the code says it in capitals
        assert VERIFY_URL in named


def test_several_views_in_one_page_share_no_identifier(visit: Visit, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{visit.origin}/")
    page.wait_for_selector("html[data-ready]")
    files: list[FilePayload] = [{"name": name, "mimeType": "", "buffer": b"x.y.z~"} for name in ("a.txt", "b.txt")]
    page.set_input_files("#file", files)
    openers = page.locator(".c-details button")
    openers.nth(1).wait_for()
    for opener in openers.all():
        opener.click()
    assert page.locator(".detail").count() == 2
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert sorted(set(ids)) == sorted(ids)


LIT = """
MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => { globalThis.lit = advanced[0].torch; };
"""


def test_torch_is_offered_where_there_is_one_and_a_chosen_picture_is_read_on_the_device(
    visit: Visit, playwright: Playwright, tmp_path: Path
) -> None:
    link = qr_text(f"{visit.origin}/v", encode_qr_payload(good(visit.world)))
    picture = film_of("", tmp_path / "picture.png")
    before = visit.asked.targets.count("/api/v1/checks")
    with chromium(playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as browser:
        context = browser.new_context(service_workers="block")
        context.add_init_script(f"globalThis.SHOWN = [];{READER}{LIT}")
        page = opened(context, f"{visit.origin}/v", waiting_for=".scanner")
        page.click("text=QR 비추기")
        page.click("text=손전등 켜기")
        expect(page.locator(".scanner")).to_contain_text("손전등 끄기")
        assert page.evaluate("lit") is True
        page.click("text=카메라 끄기")
        expect(page.locator("text=손전등 끄기")).to_be_hidden()
        page.evaluate("(link) => SHOWN.push([link])", link)
        page.set_input_files("#picture", picture)
        page.wait_for_selector(VERDICT)
        assert answer(page) == VALID
    assert visit.asked.targets.count("/api/v1/checks") == before


def test_receipt_is_the_only_thing_that_sends_a_code_and_only_when_it_is_asked_for(
    world: World, phone: BrowserContext
) -> None:
    world.issuer["verify_urls"] = []
    with verifier_of(world, receipts=True) as visit:
        token = good(world)
        payload = encode_qr_payload(token)
        page = opened(phone, visit.link(token))
        expect(page.locator("main")).to_contain_text("서버로 보내지지 않았습니다")
        assert payload.encode() not in bytes(visit.asked.received)
        with page.expect_download() as download:
            page.get_by_role("button", name="확인서 받기").click()
        assert download.value.path().read_bytes().startswith(b"%PDF-")
        assert payload.encode() in bytes(visit.asked.received)
        expect(page.locator("main")).to_contain_text("확인서를 위해 이 확인기로 보냈고")


def test_service_without_a_key_offers_no_receipt(visit: Visit, phone: BrowserContext) -> None:
    page = opened(phone, visit.link(good(visit.world)))
    assert page.get_by_role("button", name="확인서 받기").count() == 0


def test_what_the_page_cannot_judge_gets_no_verdict_and_is_sent_to_the_service_only_when_asked(
    visit: Visit, phone: BrowserContext
) -> None:
    """Chains of certificates are not judged in the browser: that one is bad must not be guessed either."""
    token = with_header(x5c=["AAAA"])(visit.world)
    payload = encode_qr_payload(token).encode()
    page = opened(phone, visit.link(token), waiting_for=".verdict.na")
    assert page.inner_text(".verdict h1") == "이 화면으로는 판정할 수 없습니다."
    assert page.locator("article.result").count() == 0
    assert payload not in bytes(visit.asked.received)
    phone.route("**/api/v1/checks", lambda route: route.fulfill(status=503, body="{}"))
    page.get_by_role("button", name="이 확인기로 보내 확인").click()
    expect(page.get_by_text("확인기의 답을 받지 못해")).to_be_visible()
    phone.unroute("**/api/v1/checks")
    page.get_by_role("button", name="이 확인기로 보내 확인").click()
    page.wait_for_selector(VERDICT)
    assert answer(page) != VALID
    assert payload in bytes(visit.asked.received)
    expect(page.locator("main")).to_contain_text("코드의 내용을 이 확인기로 보내 확인했습니다")


@pytest.mark.parametrize("language", ["", "/en"])
def test_name_of_a_part_stands_apart_from_its_finding_and_no_day_is_broken(
    visit: Visit, phone: BrowserContext, browser: Browser, language: str
) -> None:
    address = visit.link(good(visit.world), f"{language}/v")
    parts = (
        opened(phone, address)
        .locator(".three li")
        .evaluate_all(
            """items => items.map(each => {
          const [name, finding] = ["span.k", "b"].map(own => each.querySelector(own).getBoundingClientRect());
          return finding.left - name.right;
        })"""
        )
    )
    assert (len(parts), min(parts) >= 4) == (3, True)
    with browser.new_context(viewport=DESK, service_workers="block") as desk:
        lines = (
            opened(desk, address)
            .locator("article.result .ledger .sub .day")
            .evaluate_all("days => days.map(each => each.getClientRects().length)")
        )
        assert set(lines) == {1}
