"""Every page of the verifier under axe-core: both languages, each state, 360 and 1280 px, light and dark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route

from credential_schemas.qr.payload import encode_qr_payload
from keys.errors import FetchError
from keys.key_files import FileSigner, create_key
from tests.axe import faults, faults_everywhere, faults_once
from tests.keys.gate.serving import serving
from tests.verifier.analysis.people import EXAMPLE, Company, unit_entry
from tests.verifier.web.visiting import PHONE, VERDICT, verifier_of
from tests.verifier.world import Keys, World, claims, entry, training
from verifier.app import Offers, create_app
from verifier.evidence.reader import EvidenceReader
from verifier.receipt.making import ReceiptDesk

pytestmark = pytest.mark.slow  # a browser is started
LANGUAGES = ("", "/en")
BUSY = '{"status": 429, "code": "too_many_requests", "detail": "later", "request_id": "1"}'


def file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "", "buffer": data}


@dataclass
class Site:
    """A verifier that is serving, whose world a test may change, and a browser at it."""

    world: World
    origin: str
    context: BrowserContext

    def page(self, path: str, *, waiting_for: str) -> Page:
        page = self.context.new_page()
        page.goto(self.origin + path)
        page.wait_for_selector(waiting_for)
        return page

    def scanned(self, language: str, token: str) -> Page:
        page = self.page(f"{language}/v#{encode_qr_payload(token)}", waiting_for=VERDICT)
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        return page

    def handed_in(self, language: str, *files: tuple[str, bytes]) -> Page:
        """Hand files in at the desk and open what was found."""
        page = self.page(f"{language}/", waiting_for="html[data-ready]")
        page.set_input_files("#file", [file(name, data) for name, data in files])
        openers = page.locator(".c-details button")
        openers.nth(len(files) - 1).wait_for()
        for opener in openers.all():
            opener.click()
        return page


@pytest.fixture(scope="module")
def site(
    keys: Keys, reader: EvidenceReader, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    world = World(keys, reader, tmp_path_factory.mktemp("world"))
    world.issuer["verify_urls"] = []
    world.remembers = False
    receipts = ReceiptDesk(FileSigner(create_key()), "한국예시공사")
    with (
        serving(create_app(world.rules(), now=lambda: world.now, offers=Offers(receipts))) as port,
        browser.new_context(viewport=PHONE, service_workers="block") as context,
    ):
        context.set_default_timeout(60_000)
        yield Site(world, f"http://127.0.0.1:{port}", context)


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_pages_have_no_fault(site: Site, language: str) -> None:
    assert faults_everywhere(site.page(f"{language}/", waiting_for="html[data-ready]")) == []
    scanner = site.page(f"{language}/v", waiting_for=".scanner")
    assert faults_everywhere(scanner) == []
    scanner.click(".scanner .btn.p")  # there is no camera
    scanner.wait_for_selector(".scanner .state:not(:empty)")
    assert faults(scanner) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_scanned_certificate_that_is_valid_has_no_fault(site: Site, language: str) -> None:
    many = claims(entry(), training(), entry("전기기사", idx=14), edition="blind")
    assert faults_everywhere(site.scanned(language, site.world.token(many))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_with_valid_invalid_undecided_and_unreadable_files_has_no_fault(site: Site, language: str) -> None:
    world = site.world
    forged = world.sealed(world.token(), claims(entry("정보처리기술사"), training()))
    page = site.handed_in(
        language,
        ("valid.txt", world.token().encode()),
        ("forged.pdf", forged),
        ("stranger.txt", world.token(signer=world.keys.stranger).encode()),
        ("letter.pdf", b"hello"),
    )
    assert page.locator(".detail").count() == 4
    assert faults_everywhere(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_desk_that_is_told_to_come_later_has_no_fault(site: Site, language: str) -> None:
    def busy(route: Route) -> None:
        route.fulfill(status=429, content_type="application/problem+json", headers={"Retry-After": "60"}, body=BUSY)

    page = site.page(f"{language}/", waiting_for="html[data-ready]")
    page.route("**/check", busy)
    page.set_input_files("#file", file("a.txt", b"hello"))
    page.wait_for_selector(".c-reason:has-text('60')")
    assert faults_once(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_of_the_forms_have_no_fault(site: Site, language: str) -> None:
    """A page without scripts cannot run axe: the answer to the same form, sent by a browser that has them."""
    world = site.world
    forged = world.sealed(world.token(), claims(entry("정보처리기술사"), training()))
    for data in (forged, b"hello"):
        page = site.context.new_page()
        page.route("**/web/drop.js", lambda route: route.abort())  # then the form is a plain one
        page.goto(f"{site.origin}{language}/")
        page.set_input_files("#file", file("a.pdf", data))
        page.evaluate("document.getElementById('files').submit()")
        page.wait_for_selector("h1#verdict, .verdict h1")
        assert faults_once(page) == []


def cancelled(world: World) -> None:
    world.statuses[7] = 1


def unreachable(world: World) -> None:
    def down(_: str) -> bytes:
        raise FetchError("expected an answer, found none", kind="connect")

    world.network = down


@pytest.mark.parametrize("change", [cancelled, unreachable])
def test_scanned_certificate_that_is_invalid_or_undecided_has_no_fault(
    world: World, site: Site, change: Callable[[World], None]
) -> None:
    world.issuer["verify_urls"] = []
    change(world)
    with verifier_of(world) as visit:
        other = replace(site, world=world, origin=visit.origin)
        for language in LANGUAGES:
            assert faults_once(other.scanned(language, world.token())) == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_report_of_an_analysis_has_no_fault(
    world: World, site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("VERIFIER_STATE", str(world.folder / "state"))
    company, out = Company(world, capsys), world.folder / "report.html"
    company.five()
    company.check("E-01", unit_entry("2001060102_99v1", 2), entry())
    role = str(EXAMPLE / "information-security.yaml")
    assert company.run("--role", role, "--role", role, "--lang", language, "--out", str(out)) == 0
    page = site.context.new_page()
    page.goto(out.as_uri())
    assert page.locator("svg").count() > 0
    assert faults_everywhere(page) == []
