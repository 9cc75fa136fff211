"""A bank that issues to wallets, its service in memory, and a small wallet of our own that can also do wrong."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from issuer.accounts.selection import Choice
from issuer.api.openid4vci import WalletDesk
from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import Bank, open_bank
from issuer.cli.main import main
from issuer.issuing.claims import IssueRequest
from issuer.openid4vci import approving, authorization, credentials, metadata, offers
from issuer.openid4vci.configurations import Configuration, configurations
from issuer.openid4vci.metadata import GRANT
from issuer.openid4vci.offers import MadeOffer, OfferWish, make_offer
from issuer.work_places import WorkPlaces
from keys.encoding import encode_json
from keys.gate.gate import Visitors
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from tests.issuer.api_client import Client
from tests.issuer.conftest import START, URL

Document = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
TRAINING = Choice(types=("vocational_training",))
TITLES = "entry-vocational_training"


@dataclass
class Office:
    """A bank with an account, whose clock can be set, and its service."""

    bank: Bank
    account: str
    now: datetime = START
    visitors: Visitors = field(default_factory=Visitors)
    _app: FastAPI | None = None

    @property
    def client(self) -> Client:
        """A client of the service."""
        if self._app is None:
            self._app = self.service()
        return Client(self._app)

    def service(self) -> FastAPI:
        nothing, visitors = ServiceWork(refresh=lambda: None, problems=list), self.visitors
        desk = WalletDesk(self.bank, WorkPlaces(), visitors, lambda: self.now)
        return create_app(self.bank.folder, self.bank.profile, nothing, desk=Desk(visitors=visitors, wallets=desk))

    def begin(self) -> None:
        """Begin a test: the clock is set back, and nobody was counted."""
        self.now = START
        self.visitors.limits._memory.reset()

    def request(self, choice: Choice = TRAINING) -> IssueRequest:
        return IssueRequest(self.account, choice, "ko", "취업 제출")

    def offer(self, choice: Choice = TRAINING, *, flat: bool = False, with_code: bool = False) -> MadeOffer:
        return make_offer(self.bank, OfferWish(self.request(choice), flat, with_code), now=self.now)

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def wallet(self) -> "TestWallet":
        return TestWallet(self)


def offer_document(made: MadeOffer) -> Document:
    """What an offer by value says."""
    ((name, value),) = parse_qsl(urlsplit(made.by_value).query)
    assert name == "credential_offer"
    return dict(json.loads(value))


def code_of(made: MadeOffer) -> str:
    return str(offer_document(made)["grants"][GRANT]["pre-authorized_code"])


@dataclass
class TestWallet:
    """Asks as a wallet does; `token` goes with every request."""

    __test__ = False
    office: Office
    token: str | None = None
    keys: list[FileSigner] = field(default_factory=list)

    def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        if self.token is not None:
            headers = {"authorization": f"Bearer {self.token}", **headers}
        return self.office.client.ask("POST", path, body, **headers)

    def ask_token(self, **parameters: str) -> httpx.Response:
        named = {name.replace("pre_authorized", "pre-authorized"): value for name, value in parameters.items()}
        return self.post("/openid4vci/token", urlencode(named).encode(), content_type=FORM)

    def redeem(self, made: MadeOffer, **more: str) -> Document:
        tx = {} if made.tx_code is None else {"tx_code": made.tx_code}
        answer = self.ask_token(grant_type=GRANT, pre_authorized_code=code_of(made), **tx, **more)
        assert answer.status_code == 200, answer.text
        document: Document = answer.json()
        self.token = str(document["access_token"])
        return document

    def nonce(self) -> str:
        return str(self.post("/openid4vci/nonce").json()["c_nonce"])

    def proof(
        self,
        nonce: str | None,
        *,
        signer: FileSigner | None = None,
        header: Mapping[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> str:
        """A proof; a member given as None is left out."""
        own = signer or FileSigner(create_key())
        self.keys.append(own)
        jwk = {name: own.public_jwk()[name] for name in ("kty", "crv", "x", "y")}
        head = {"typ": "openid4vci-proof+jwt", "jwk": jwk, **(header or {})}
        said = {"aud": URL, "iat": int(self.office.now.timestamp()), "nonce": nonce, **(claims or {})}
        present = {name: value for name, value in said.items() if value is not None}
        return sign_compact(
            {name: value for name, value in head.items() if value is not None}, encode_json(present), signer=own
        )

    def ask_credential(self, configuration: str | None, proofs: object, **more: object) -> httpx.Response:
        named = {} if configuration is None else {"credential_configuration_id": configuration}
        given = {} if proofs is None else {"proofs": proofs}
        return self.post("/openid4vci/credential", {**named, **given, **more})

    def receive(self, made: MadeOffer, *, copies: int = 1) -> Document:
        """The whole way for the first configuration of an offer."""
        self.redeem(made)
        nonce = self.nonce()
        answer = self.ask_credential(made.configurations[0], {"jwt": [self.proof(nonce) for _ in range(copies)]})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and error of a refusal, whose form is checked."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    document = answer.json()
    assert document.keys() == {"error", "error_description"}
    assert document["error_description"].isascii()
    assert '"' not in document["error_description"]
    return answer.status_code, document["error"]


@pytest.fixture(scope="module")
def opened(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One bank for the tests of a module; each test has offers of its own."""
    path = tmp_path_factory.mktemp("wallets") / "bank"
    shutil.copytree(founded, path)
    answer = path.parent / "account.json"
    with answer.open("w") as out, redirect_stdout(out):
        options = ("--consent-all", "--json", "--data", str(path))
        assert main(["accounts", "open", "--person", "SYN-P-001", *options], clock=lambda: START) == 0
    bank = open_bank(path, passphrase=None)
    yield Office(bank, str(json.loads(answer.read_text())["id"]))
    bank.close()


@pytest.fixture
def office(opened: Office) -> Office:
    opened.begin()
    return opened


def given_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bank issue a kind of credential no more, as a later version may."""

    def fewer(issuer: str) -> dict[str, Configuration]:
        return {each.id: each for each in configurations(issuer).values() if each.id != name}

    for module in (approving, authorization, credentials, metadata, offers):
        monkeypatch.setattr(module, "configurations", fewer)
