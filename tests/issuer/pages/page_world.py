"""A bank with pages, and browsers in memory that keep cookies, send forms as browsers do and read what comes back."""

import asyncio
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from starlette.applications import Starlette

from issuer.api.pages.asked import PageDesk
from issuer.api.pages.opening import Ways, page_desk, pages_router
from issuer.api.pages.refusals import RefusalPages
from issuer.api.staff.syllabus_form import upload_limits
from issuer.bank import Bank, open_bank
from issuer.holders.local_sign_ins import Outside
from issuer.operating.works import OperatorWork
from issuer.sources.model import PersonRecord
from issuer.sources.persons import parse_persons
from keys.gate.gate import Gate, GateRules, Visitors
from keys.gate.rate_limits import RateLimits
from keys.sign_in.passwords import PasswordParameters, Passwords
from tests.issuer.conftest import DELIVERIES, START, URL

PASSWORD = "a sentence that nobody tries"
TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


def random_bytes(count: int) -> bytes:
    return random.randbytes(count)


CHEAP = Passwords(random_bytes, parameters=PasswordParameters(8, 1))


def people() -> list[PersonRecord]:
    rows = parse_persons((DELIVERIES / "persons.json").read_bytes())
    return [row for row in rows if isinstance(row, PersonRecord)]


@dataclass
class PageWorld:
    """One bank with its pages; `now` is what its clock shows, `issuer` the address by which browsers know it."""

    path: Path
    ways: Ways = field(default_factory=lambda: Ways(test_persons=people()))
    now: datetime = START
    limits: RateLimits = field(default_factory=RateLimits)
    issuer: str = URL
    database: str | None = None
    operating: OperatorWork | None = None
    bank: Bank = field(init=False)
    desk: PageDesk = field(init=False)
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.bank = open_bank(self.path, passphrase=None, database=self.database)
        self.bank.profile = replace(self.bank.profile, issuer=self.issuer)
        outside = Outside(lambda: self.now, self.limits, CHEAP, random_bytes)
        self.desk = page_desk(self.bank, outside, ways=self.ways, operating=self.operating)
        self.app = Starlette(routes=pages_router(self.desk).routes)
        rules = GateRules(pages=RefusalPages(self.desk.site), bodies=upload_limits(self.desk.site.base))
        self.app.add_middleware(Gate, rules=rules, visitors=Visitors(self.limits))

    def browser(self) -> "Browser":
        return Browser(self)

    def holder(self, person: str = "SYN-P-001", name: str = "haneul", *, agrees: bool = True) -> "Browser":
        """A browser of somebody who has signed up, is linked with a test person and, if so, agreed to every source."""
        browser = self.browser()
        browser.sign_up(name)
        browser.link(person)
        if agrees:
            browser.send("/account/sources", {"source": browser.values("/account/sources", "source")})
        return browser

    def actions(self, account: str) -> list[str]:
        """What the audit trail says was done with an account, in order."""
        with self.bank.store.read() as transaction:
            found = transaction.accounts.account(account)
            link = None if found is None else found.person_link
            return [each.action for each in transaction.audit.about(account, link)]


@dataclass
class Shown:
    """What came back."""

    status: int
    text: str
    headers: httpx.Headers
    cookies: list[str]
    content: bytes = b""

    @property
    def location(self) -> str:
        return str(self.headers.get("location", ""))

    @property
    def plain(self) -> str:
        """The text as a person reads it."""
        return unescape(" ".join(re.sub(r"<[^>]+>", " ", self.text.partition("<main")[2]).split()))


@dataclass
class Browser:
    """Keeps cookies, and sends forms with the headers that a browser sends; `origin` "" is that of the bank."""

    world: PageWorld
    jar: dict[str, str] = field(default_factory=dict)
    origin: str | None = ""
    site: str | None = "same-origin"

    def get(self, path: str, **headers: str) -> Shown:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> Shown:
        """Send a form just as it is given."""
        body = urlencode({**(fields or {})}, doseq=True).encode()
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        if self.origin is not None:
            sent.setdefault("origin", self.origin or self.world.issuer)
        if self.site is not None:
            sent.setdefault("sec-fetch-site", self.site)
        return self._ask("POST", path, body, sent)

    def send(self, path: str, fields: Mapping[str, Any] | None = None) -> Shown:
        """Send a form with the token of the session."""
        return self.post(path, {"form_token": self.token(), **(fields or {})})

    def token(self) -> str:
        found = TOKEN.search(self.get("/sign-in/settings").text)
        return found[1] if found else ""

    def values(self, path: str, name: str) -> list[str]:
        """The values that fields of this name have on a page."""
        return re.findall(rf'name="{name}" value="([^"]*)"', self.get(path).text)

    def sign_up(self, name: str = "haneul", password: str = PASSWORD) -> Shown:
        return self.post("/sign-up", {"name": name, "password": password})

    def sign_in(self, name: str = "haneul", password: str = PASSWORD, **fields: str) -> Shown:
        return self.post("/sign-in", {"name": name, "password": password, **fields})

    def link(self, person: str) -> Shown:
        began = self.send("/identity/test/begin")
        state = began.location.partition("state=")[2]
        return self.send("/identity/test/back", {"state": state, "person": person})

    @property
    def account(self) -> str:
        person = self.world.desk.sign_in.who(self.jar.get(self.world.desk.cookies.name("session")))
        assert person is not None
        return person.account_id

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Shown:
        sent = {"accept": "text/html", **headers}
        if self.jar:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.world.app)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, content=body, headers=sent)

        answer = asyncio.run(ask())
        set_cookies = answer.headers.get_list("set-cookie")
        for line in set_cookies:
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        return Shown(answer.status_code, answer.text, answer.headers, set_cookies, answer.content)


def path_of(address: str) -> str:
    """The path of an address."""
    return urlsplit(address).path
