"""A real bank that issues to wallets, reached without a network: a door that asks its service in memory."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from fastapi import FastAPI

from issuer.accounts.account import show_account
from issuer.accounts.selection import Choice
from issuer.api.openid4vci import WalletDesk
from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import Bank, open_bank
from issuer.cli.main import main
from issuer.issuing.claims import DEFAULT_VALID_DAYS, IssueRequest
from issuer.openid4vci.approving import Question, address_with, approve, deny, question_of
from issuer.openid4vci.authorization import find_request
from issuer.openid4vci.offers import MadeOffer, OfferWish, make_offer
from issuer.work_places import WorkPlaces
from keys.errors import FetchError
from keys.fetch import Answer
from keys.gate.gate import Visitors
from keys.trust_list import TrustList
from tests.issuer.conftest import START, URL

JSON = "application/json"
METADATA = "/.well-known/openid-credential-issuer"
Change = Callable[[str, Answer], Answer]
"""What somebody on the way makes of an answer: takes the path and the answer."""


@dataclass
class IssuingBank:
    """The bank, an account in it, and what its service was asked."""

    bank: Bank
    account: str
    app: FastAPI = field(init=False)
    asked: list[str] = field(default_factory=list)
    change: Change | None = None
    lost: set[str] = field(default_factory=set)
    encrypts: bool = False
    visitors: Visitors = field(default_factory=Visitors)

    def __post_init__(self) -> None:
        nothing, visitors = ServiceWork(refresh=lambda: None, problems=list), self.visitors
        wallets = WalletDesk(self.bank, WorkPlaces(), visitors, lambda: START)
        desk = Desk(visitors=visitors, wallets=wallets)
        self.app = create_app(self.bank.folder, self.bank.profile, nothing, desk=desk)

    def begin(self) -> None:
        """Begin a test: nobody was counted, nothing is changed on the way, and what is said can be read."""
        self.visitors.limits._memory.reset()
        self.asked, self.change, self.lost, self.encrypts = [], None, set(), False

    @property
    def trust(self) -> TrustList:
        return TrustList.parse(self.bank.folder.trust_list.read_bytes())

    def offer(
        self, *, flat: bool = False, with_code: bool = False, sign_in: bool = False, days: int = DEFAULT_VALID_DAYS
    ) -> MadeOffer:
        choice = Choice(types=("vocational_training",))
        request = IssueRequest(self.account, choice, "ko", "취업 제출", valid_days=days)
        return make_offer(self.bank, OfferWish(request, flat, with_code, sign_in), now=START)

    def door(self, *, bearer: str | None = None) -> "MemoryDoor":
        return MemoryDoor(self, bearer)


@dataclass
class MemoryDoor:
    """Asks the service as `keys.fetch.Fetcher` would; an answer can be changed or lost on the way."""

    world: IssuingBank
    bearer: str | None
    said: dict[str, str] = field(default_factory=dict)

    def saying(self, headers: Mapping[str, str]) -> "MemoryDoor":
        return MemoryDoor(self.world, self.bearer, {**self.said, **headers})

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        answer = self._exchange("GET", url, None, {"accept": accept}, max_bytes)
        if answer.status != 200:
            raise FetchError(f"expected status 200, found {answer.status}", kind="status")
        return answer.body

    def ask(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> Answer:
        headers = {"accept": accept, "content-type": media_type, **self.said}
        answer = self._exchange("POST", url, content, headers, max_bytes)
        permitted = (accept, "application/json", "application/problem+json") if answer.status >= 400 else (accept,)
        if answer.body and answer.headers.get("content-type", accept) not in permitted:
            raise FetchError(f"expected {accept}, found another media type", kind="media_type")
        return answer

    def _exchange(
        self, method: str, url: str, content: bytes | None, headers: dict[str, str], max_bytes: int
    ) -> Answer:
        if not url.startswith(f"{URL}/"):
            raise FetchError("expected a URL of a configured origin, found another origin", kind="origin")
        path = url.removeprefix(URL)
        self.world.asked.append(path)
        if self.bearer is not None:
            headers = {**headers, "authorization": f"Bearer {self.bearer}"}
        response = asyncio.run(self._send(method, path, content, headers))
        answer = Answer(response.status_code, response.content, dict(response.headers))
        if path == METADATA and not self.world.encrypts:
            known = json.loads(answer.body)
            readable = {name: value for name, value in known.items() if not name.endswith("_encryption")}
            answer = Answer(answer.status, json.dumps(readable).encode(), answer.headers)
        if path in self.world.lost:
            self.world.lost.remove(path)
            raise FetchError("did not answer in time", kind="timeout")
        if self.world.change is not None:
            answer = self.world.change(path, answer)
        if len(answer.body) > max_bytes:
            raise FetchError("expected fewer bytes", kind="size")
        return answer

    async def _send(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.world.app), base_url=URL) as client:
            return await client.request(method, path, content=content, headers=headers)


def changed(path: str, change: Callable[[Any], Any]) -> Change:
    """What is answered at one path, unless it is a refusal, changed as JSON."""

    def apply(asked: str, answer: Answer) -> Answer:
        if asked != path or answer.status >= 400:
            return answer
        return Answer(answer.status, json.dumps(change(json.loads(answer.body))).encode(), answer.headers)

    return apply


@dataclass
class PassingBrowser:
    """A browser that comes back with a code before anybody has decided; what it brings may be changed."""

    world: IssuingBank
    change: Callable[[str], str]
    redirect_uri: str = "http://127.0.0.1:4711/callback"

    def visit(self, page: str) -> str:
        asked = dict(parse_qsl(urlsplit(page).query))
        request = find_request(self.world.bank, asked["client_id"], asked["request_uri"], now=START)
        assert request is not None
        return self.change(urlsplit(address_with(request, self.world.bank, {"code": "of nobody"})).query)


@dataclass
class HolderBrowser:
    """The holder's browser: signs in and allows everything, or as `decide` says."""

    world: IssuingBank
    decide: Callable[[Question], Mapping[str, list[str]] | None] | None = None
    redirect_uri: str = "http://127.0.0.1:4711/callback"
    visited: list[str] = field(default_factory=list)

    def visit(self, page: str) -> str:
        self.visited.append(page)
        asked = dict(parse_qsl(urlsplit(page).query))
        bank = self.world.bank
        request = find_request(bank, asked["client_id"], asked["request_uri"], now=START)
        assert request is not None
        with bank.store.read() as transaction:
            opened = show_account(bank, transaction, self.world.account)
        question = question_of(bank, request, opened, now=START)
        chosen: Mapping[str, list[str]] | None = {name: [each[0].entry.id] for name, each in question.wanted.items()}
        if self.decide is not None:
            chosen = self.decide(question)
        address = deny(bank, request) if chosen is None else approve(bank, question, chosen, language="ko", now=START)
        assert address.startswith(self.redirect_uri)
        return urlsplit(address).query


def open_issuing_bank(founded: Path, folder: Path, *, clock: Callable[[], datetime] = lambda: START) -> IssuingBank:
    """A copy of a founded bank with one account."""
    path, printed = folder / "bank", folder / "account.json"
    shutil.copytree(founded, path)
    with printed.open("w") as out, redirect_stdout(out):
        options = ("--consent-all", "--json", "--data", str(path))
        assert main(["accounts", "open", "--person", "SYN-P-001", *options], clock=clock) == 0
    return IssuingBank(open_bank(path, passphrase=None), str(json.loads(printed.read_text())["id"]))
