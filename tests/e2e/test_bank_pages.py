"""The bank's own program in Chromium: from no account to a downloaded PDF that the verifier's program accepts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from issuer.cli.main import main
from tests.calculator import CHROMIUM
from tests.ports import own_port
from tests.verifier.web.visiting import DESK, PHONE, chromium, fits
from verifier.cli.main import main as verifier_main

pytestmark = pytest.mark.slow

DELIVERIES = Path(__file__).resolve().parents[2] / "examples" / "deliveries"
PROGRAMS = Path(sys.executable).parent
PASSWORD = "a sentence that nobody tries"


@dataclass(frozen=True, slots=True)
class Town:
    """A bank that `cb-issuer serve` serves, and a browser."""

    folder: Path
    address: str
    browser: Browser


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the pages are not tried")
    folder = tmp_path_factory.mktemp("town")
    port = own_port()
    address = f"http://127.0.0.1:{port}"
    data = ["--data", str(folder / "bank")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ISSUER_")}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ISSUER_PASSPHRASE", raising=False)
        assert main(["init", "--dev", "--url", address, *data]) == 0
        for source in ("persons", "qnet_qualifications", "hrdnet_training"):
            (file,) = DELIVERIES.glob(f"{source}.*")
            assert main(["import", source, str(file), *data]) == 0
    stub = {"ISSUER_IDENTITY_STUB": str(DELIVERIES / "persons.json")}
    command = [str(PROGRAMS / "cb-issuer"), "serve", "--port", str(port), *data]
    with subprocess.Popen(command, env=clean | stub, stdout=subprocess.PIPE, text=True) as service:
        try:
            assert service.stdout is not None
            assert "Listening" in service.stdout.readline()
            with sync_playwright() as playwright, chromium(playwright) as browser:
                yield Town(folder, address, browser)
        finally:
            service.terminate()


@pytest.mark.parametrize(
    ("size", "has_scripts", "person"), [(PHONE, False, "김표본"), (DESK, True, "이예시")], ids=["phone", "desk"]
)
def test_from_no_account_to_a_pdf_that_the_verifier_accepts(
    town: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    size: ViewportSize,
    has_scripts: bool,
    person: str,
) -> None:
    context = town.browser.new_context(base_url=town.address, viewport=size, java_script_enabled=has_scripts)
    page, hosts = context.new_page(), set[str]()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    open_account(page, f"holder-{size['width']}", person)
    page.goto("/certificates/new")
    page.locator("input[name=entry]").first.focus()
    page.keyboard.press("Space")
    press(page, "확인으로")
    page.get_by_label("제공에 동의합니다").focus()
    page.keyboard.press("Space")
    press(page, "동의하고 발급")
    expect(page.get_by_role("heading", level=1)).to_have_text("인정서가 발급되었습니다.")
    assert fits(page)
    with page.expect_download() as download:
        press(page, "받기 국문 PDF")
    file = tmp_path / "certificate.pdf"
    download.value.save_as(file)
    context.close()
    assert hosts == {urlsplit(town.address).netloc}

    for name, value in (("STATE", "state"), ("CONFIG", "config")):
        monkeypatch.setenv(f"VERIFIER_{name}", str(tmp_path / value))
    assert verifier_main(["check", str(file), "--trust", str(town.folder / "bank/trust.json"), "--lang", "ko"]) == 0
    said = capsys.readouterr().out
    assert person in said
    assert "유효한 인정서입니다." in said


def open_account(page: Page, name: str, person: str) -> None:
    """Make a name, be linked with a test person, and agree to every source, by keyboard."""
    page.goto("/sign-up")
    page.get_by_label("아이디").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    press(page, "시험용 본인확인")
    page.get_by_label(person).focus()
    page.keyboard.press("Space")
    press(page, "이 인물로 잇기")
    for box in page.locator("input[name=source]").all():
        box.focus()
        page.keyboard.press("Space")
    press(page, "동의하고 가져오기")
    expect(page.get_by_role("main")).to_contain_text("동의를 기록했습니다")


def press(page: Page, name: str) -> None:
    """Press a button with the keyboard."""
    button = page.get_by_role("button", name=name)
    button.focus()
    button.press("Enter")
