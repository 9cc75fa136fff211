"""A verifier of the small signed world that writes down every byte it is asked, and a browser that visits it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize

from credential_schemas.qr.payload import encode_qr_payload
from keys.gate.gate import App, Message, Receive, Scope, Send
from keys.key_files import FileSigner, create_key
from tests.calculator import CHROMIUM
from tests.keys.gate.serving import serving
from tests.verifier.world import ISSUER, STATUS_URI, World
from verifier.app import Offers, create_app
from verifier.receipt.making import ReceiptDesk

VERDICT = "article.result .verdict h1"
PHONE: ViewportSize = {"width": 360, "height": 780}
DESK: ViewportSize = {"width": 1280, "height": 900}


@dataclass
class Asked:
    """An application, and everything that reaches it: targets, headers and bodies, byte for byte."""

    app: App
    received: bytearray = field(default_factory=bytearray)
    targets: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = scope["query_string"]
            self.targets.append(scope["path"] + (f"?{query.decode()}" if query else ""))
            self.received += scope["raw_path"] + b"?" + query
            self.received += b"".join(name + value for name, value in scope["headers"])

        async def noted() -> Message:
            message = await receive()
            self.received += message.get("body", b"")
            return message

        await self.app(scope, noted, send)


@dataclass
class Visit:
    """A verifier that is serving, and where."""

    world: World
    asked: Asked
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def link(self, token: str, path: str = "/v") -> str:
        """Return where a telephone goes that reads the code of a credential."""
        return f"{self.origin}{path}#{encode_qr_payload(token)}"


@contextmanager
def verifier_of(world: World, *, receipts: bool = False) -> Iterator[Visit]:
    """Serve the world's verifier, which knows the status list already, as after any check; it may give receipts."""
    rules = world.rules()
    issuer = rules.trust.issuers[ISSUER]
    rules.statuses.find(STATUS_URI, issuer=issuer, now=int(world.now.timestamp()))
    offers = Offers(ReceiptDesk(FileSigner(create_key()), "한국예시공사") if receipts else None)
    asked = Asked(create_app(rules, now=lambda: world.now, offers=offers))
    with serving(asked) as port:
        yield Visit(world, asked, port)


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Start Chromium; nothing it does by itself leaves the machine."""
    quiet = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*quiet, *flags])
    try:
        yield browser
    finally:
        browser.close()


def opened(context: BrowserContext, address: str, *, waiting_for: str = VERDICT) -> Page:
    """Open an address and wait for its answer."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(waiting_for)
    return page


def fits(page: Page) -> bool:
    """Return whether nothing stands outside of the window at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
