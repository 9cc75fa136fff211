"""Makes the pictures of the tutorials: the pages as a browser shows them, and a certificate's first page.

    .venv/bin/python -m tests.take_pictures [FOLDER]     default: docs/tutorial/pictures

Starts the bank and the verifier of `make run` on this machine and visits them as an applicant and as an employer.
Needs Debian's chromium. Names, days and numbers of a picture differ from run to run; the people are invented.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from credential_schemas.pdf_container import read_container
from credential_schemas.qr.payload import encode_qr_payload
from tests.verifier.web.visiting import DESK, PHONE, chromium

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs/tutorial/pictures"
BANK, VERIFIER = "http://127.0.0.1:8000", "http://127.0.0.1:8081"
HOLDER = "haneul"
EMPLOYER = {"ko": "(가상)한빛교통공단", "en": "Hanbit Transit (invented)"}
FONTS = (
    "<?xml version='1.0'?><fontconfig><dir>{ours}</dir><dir>/usr/share/fonts</dir>"
    "<cachedir>{cache}</cachedir></fontconfig>"
)
PASSWORD = re.compile(r"with the password (\S+):")
TALL = 1400  # CSS pixels: a page is cut there
QUALITY = 82
PDF_SCALE = 1.4


@dataclass(frozen=True, slots=True)
class Studio:
    """A browser, where the pictures go, and the password of the invented holder."""

    browser: Browser
    folder: Path
    password: str

    @contextmanager
    def page(self, language: str, size: ViewportSize, at: str) -> Iterator[Page]:
        """Open one page in a browser without a past; `at` is `phone` or `desk` for the sharpness of the picture."""
        context = self.browser.new_context(
            viewport=size, device_scale_factor=2 if at == "phone" else 1, locale=language, accept_downloads=True
        )
        yield context.new_page()
        context.close()

    def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Write what a page shows; all of it, up to a length, when `whole`."""
        path = self.folder / f"{name}.png"
        page.screenshot(path=path, full_page=whole, animations="disabled")
        with Image.open(path) as picture:
            scale = picture.width / (page.viewport_size or DESK)["width"]
            cut = picture.crop((0, 0, picture.width, min(picture.height, int(TALL * scale))))
            cut.convert("RGB").save(path.with_suffix(".webp"), quality=QUALITY, method=6)
        path.unlink()
        print(path.with_suffix(".webp").relative_to(ROOT) if path.is_relative_to(ROOT) else path.with_suffix(".webp"))

    def applicant(self, language: str) -> Path:
        """Go the applicant's way from the account to the certificate; return the downloaded file."""
        start = "/en" if language == "en" else ""
        with self.page(language, DESK, "desk") as page:
            sign_in(page, f"{BANK}{start}", self.password)
            self.take(page, f"account-{language}")
            page.goto(f"{BANK}{start}/certificates/new")
            for box in page.locator("input[name=entry]").all()[:3]:
                box.check()
            page.locator("#f-recipient").fill(EMPLOYER[language])
            page.locator("#f-recipient").blur()
            expect(page.locator("#preview")).to_contain_text(EMPLOYER[language])
            self.take(page, f"choose-{language}", whole=True)
        with self.page(language, PHONE, "phone") as page:
            sign_in(page, f"{BANK}{start}", self.password)
            page.goto(f"{BANK}{start}/certificates/new")
            page.locator("input[name=entry]").first.check()
            page.locator("#f-recipient").fill(EMPLOYER[language])
            page.locator("main form button.p").last.click()
            page.wait_for_selector("input[name=consent]")
            self.take(page, f"agree-{language}", whole=True)
            page.locator("input[name=consent]").check()
            page.locator("main form button.p").last.click()
            page.wait_for_selector("#code")
            self.take(page, f"issued-{language}", whole=True)
            with page.expect_download() as download:
                page.locator("main form button.p").first.click()
            file = self.folder / f"certificate-{language}.pdf"
            download.value.save_as(file)
        return file

    def paper(self, file: Path, language: str) -> None:
        """Draw the first page of a certificate."""
        document = pypdfium2.PdfDocument(file)
        picture = document[0].render(scale=PDF_SCALE).to_pil().convert("RGB")
        document.close()
        picture.save(self.folder / f"certificate-{language}.webp", quality=QUALITY, method=6)

    def employer(self, file: Path, language: str) -> None:
        """Check a certificate at the desk, a forged copy of it beside it, and by its code on a telephone."""
        start = "/en/" if language == "en" else "/"
        forged = file.with_name("changed.pdf")
        forged.write_bytes(file.read_bytes() + b"x")
        with self.page(language, DESK, "desk") as page:
            page.goto(f"{VERIFIER}{start}")
            page.wait_for_selector("html[data-ready]")
            self.take(page, f"desk-{language}")
            page.set_input_files("#file", file)
            page.locator(".detail .verdict").wait_for()
            self.take(page, f"checked-{language}", whole=True)
            page.set_input_files("#file", forged)
            rows = page.locator("#results table.list > tbody > tr:not(.detail)")
            expect(rows).to_have_count(2)
            expect(rows.last.locator(".c-details button")).to_be_visible()
            rows.first.locator(".c-details button").click()
            rows.last.locator(".c-details button").click()
            expect(page.locator("tr.detail")).to_have_count(1)
            self.take(page, f"changed-{language}", whole=True)
        forged.unlink()
        with self.page(language, PHONE, "phone") as page:
            credential = read_container(file.read_bytes()).credential
            page.goto(f"{VERIFIER}{start}v#{encode_qr_payload(credential)}")
            page.wait_for_selector("article.result .verdict h1")
            self.take(page, f"telephone-{language}", whole=True)


def sign_in(page: Page, start: str, password: str) -> None:
    """Sign in at the bank as the invented holder."""
    page.goto(f"{start}/sign-in")
    page.locator("#f-name").fill(HOLDER)
    page.locator("#f-password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")


@contextmanager
def services() -> Iterator[str]:
    """Run the bank and the verifier of `make run`; give the password of its holder.

    Raises:
        RuntimeError: they did not start.
    """
    command = [sys.executable, str(ROOT / "examples/run.py")]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        for line in running.stdout or ():
            if found := PASSWORD.search(line):
                yield found[1]
                return
        raise RuntimeError("the services did not start")
    finally:
        running.terminate()
        running.communicate()


def main() -> None:
    """Take every picture, in both languages."""
    folder = Path(sys.argv[1]).resolve() if sys.argv[1:] else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache:
        fonts = Path(cache) / "fonts.conf"
        fonts.write_text(FONTS.format(ours=ROOT / "credential_schemas/look/fonts", cache=cache), "utf-8")
        os.environ["FONTCONFIG_FILE"] = str(fonts)
        with services() as password, sync_playwright() as playwright, chromium(playwright) as browser:
            studio = Studio(browser, folder, password)
            for language in ("ko", "en"):
                file = studio.applicant(language)
                studio.paper(file, language)
                studio.employer(file, language)
                file.unlink()


if __name__ == "__main__":
    main()
