"""A verifier into which people sign in, in memory: its clock stands still, its passwords cost nothing, browsers keep
cookies.
"""

import asyncio
import html
import random
import re
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from keys.gate.gate import App
from keys.gate.rate_limits import RateLimits
from keys.sign_in.cookies import Cookies
from keys.sign_in.forms import form_token
from keys.sign_in.oidc.relying_party import RelyingParty
from keys.sign_in.one_time_codes import totp_code
from keys.sign_in.passwords import PasswordParameters, Passwords
from keys.sign_in.sessions import session_id_of
from keys.sign_in.throttle import SignInThrottle
from tests.verifier.world import World
from verifier.api.signed_in import Entrance
from verifier.app import ChangeableTrust, Offers, create_app
from verifier.checks.rules import Rules
from verifier.people.administration import Administration, Proof
from verifier.people.roles import Role
from verifier.people.sign_in_desk import Attempt, Secrets, SignInDesk
from verifier.store.engine import Store, open_store
from verifier.trust_administration import TrustPlace

ORIGIN = "http://verifier.test"
PASSWORD = "seven blue kettles sing"
KEY = bytes(range(32))
NOW = 1_800_000_000
QUICK = PasswordParameters(memory_kib=8, passes=1)
ROLES = {"haneul": Role.ADMINISTRATOR, "doyun": Role.OFFICER, "minji": Role.REVIEWER}
TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


@dataclass
class House:
    """One service with its people; each of three roles has one, and all have the same password."""

    world: World
    folder: Path
    now: int = NOW
    providers: Mapping[str, RelyingParty] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = random.Random(self.folder.name)
        self.secrets = Secrets(KEY, chance.randbytes, Passwords(chance.randbytes, parameters=QUICK))
        self.database = self.folder / "verifier.sqlite"
        self.trust_file = self.folder / "trust.json"
        self.rules: list[Rules] = []
        self.store: Store = open_store(self.database)
        self.people = Administration(
            self.store,
            passwords=lambda: self.secrets.passwords,
            now=lambda: self.now,
            random_bytes=chance.randbytes,
        )
        for name, role in ROLES.items():
            self.people.add(name, "", roles={role}, proof=Proof(PASSWORD))
        self.desk = self._new_desk()
        self.app = create_app(
            self.world.rules(), now=lambda: self.world.now, offers=Offers(entrance=self.entrance(), trust=self.trust())
        )
        with self.store.read():
            self._at_first = sqlite3.connect(self.database).serialize()

    def restore(self) -> None:
        """Make everything as it was at first; a new house would take a second."""
        self.store.close()
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.database.write_bytes(self._at_first)
        self.store._engine = open_store(self.database)._engine
        object.__setattr__(self.secrets, "passwords", Passwords(self.secrets.random_bytes, parameters=QUICK))
        self.now = NOW
        self.rules.clear()
        self.desk = self._new_desk()
        self.app.state.entrance = self.entrance()

    def _new_desk(self) -> SignInDesk:
        throttle = SignInThrottle(RateLimits(), key=KEY)
        return SignInDesk(self.store, self.secrets, throttle=throttle, now=lambda: self.now)

    def entrance(self) -> Entrance:
        return Entrance(self.desk, Cookies("verifier", secure=False), (ORIGIN,), self.providers)

    def trust(self) -> ChangeableTrust:
        def reread() -> Rules:
            self.rules.append(self.world.rules())
            return self.rules[-1]

        return ChangeableTrust(TrustPlace(self.trust_file, None), reread)

    def browser(self, *, network: str = "192.0.2.1") -> "Browser":
        return Browser(self, network)

    def signed_in(self, name: str, *, network: str = "192.0.2.1") -> "Browser":
        """Return a browser of somebody who has signed in; the way over HTTP is tried in its own tests."""
        browser = self.browser(network=network)
        welcome = self.desk.sign_in(Attempt(name, PASSWORD, "", network))
        browser.cookies = {"verifier-session": welcome.token, "verifier-device": welcome.mark}
        browser.form_token = form_token(session_id_of(welcome.token) or "", key=KEY)
        return browser

    def code(self, secret: str, *, steps: int = 0) -> str:
        return totp_code(secret, self.now // 30 + steps)

    def give_second_step(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Set up a second step as its person would; answer the secret and the recovery codes."""
        browser = self.signed_in(name, network="198.51.100.77")
        page = browser.get("/en/account").text
        secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
        sealed = re.search(r'name="offer" value="([^"]+)"', page)
        assert secret
        assert sealed
        plain = secret[1].replace(" ", "")
        answer = browser.post("/en/account/second-step", offer=sealed[1], code=self.code(plain), password=PASSWORD)
        assert answer.status_code == 200, answer.text
        codes = tuple(re.findall(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>", answer.text))
        assert len(codes) == 10
        self.now += 60
        return plain, codes


class Browser:
    """Keeps cookies, and sends what browsers send; it knows the token of the last page it saw."""

    def __init__(self, house: House, network: str) -> None:
        self._network = network
        self.use(house.app)
        self.cookies: dict[str, str] = {}
        self.form_token = ""

    def use(self, app: App) -> None:
        """Visit this application from now on."""
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(self._network, 50_000))

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, *, origin: str | None = ORIGIN, **form: str) -> httpx.Response:
        fields = {"form_token": self.form_token} | form
        return self.ask("POST", path, data=fields, headers={} if origin is None else {"Origin": origin})

    def sign_in(self, name: str, password: str = PASSWORD, code: str = "", *, after: str = "") -> httpx.Response:
        fields = {"name": name, "password": password, "code": code, "next": after}
        return self.ask("POST", "/en/sign-in", data=fields, headers={"Origin": ORIGIN})

    def is_signed_in(self) -> bool:
        """Return whether the service still knows this browser: the sign-in page then leads on."""
        return self.get("/sign-in").status_code == 303

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - passed on to httpx
        headers = {**request.pop("headers", {})}
        if self.cookies:
            headers.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        answer = asyncio.run(self._ask(method, path, headers=headers, **request))
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            self.cookies[name] = value
            if "Max-Age=0" in rest:
                del self.cookies[name]
        found = TOKEN.search(answer.text)
        if found:
            self.form_token = found[1]
        return answer

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - passed on to httpx
        async with httpx.AsyncClient(transport=self._transport, base_url=ORIGIN, trust_env=False) as client:
            return await client.request(method, path, **request)


def words_of(page: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
