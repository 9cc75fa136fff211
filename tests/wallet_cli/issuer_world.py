"""A real bank that issues to wallets, reached without a network: a door that asks its service in memory."""

import asyncio
import json
import shutil
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from fastapi import FastAPI

from issuer.api.openid4vci import WalletDesk
from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import Bank, open_bank
from issuer.certified_claims import IssueRequest
from issuer.cli.main import main
from issuer.openid4vci.offers import MadeOffer, OfferWish, make_offer
from issuer.selection import Choice
from issuer.work_places import WorkPlaces
from keys.errors import FetchError
from keys.fetch import Answer
from keys.gate.gate import Visitors
from keys.trust_list import TrustList
from tests.issuer.conftest import START, URL

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
    visitors: Visitors = field(default_factory=Visitors)

    def __post_init__(self) -> None:
        nothing, visitors = ServiceWork(refresh=lambda: None, problems=list), self.visitors
        wallets = WalletDesk(self.bank, WorkPlaces(), visitors, lambda: START)
        desk = Desk(visitors=visitors, wallets=wallets)
        self.app = create_app(self.bank.folder, self.bank.profile, nothing, desk=desk)

    def begin(self) -> None:
        """Begin a test: nobody was counted, nothing is changed on the way."""
        self.visitors.limits._memory.reset()
        self.asked, self.change, self.lost = [], None, set()

    @property
    def trust(self) -> TrustList:
        return TrustList.parse(self.bank.folder.trust_list.read_bytes())

    def offer(self, *, flat: bool = False, with_code: bool = False) -> MadeOffer:
        request = IssueRequest(self.account, Choice(types=("vocational_training",)), "ko", "취업 제출")
        return make_offer(self.bank, OfferWish(request, flat, with_code), now=START)

    def door(self, *, bearer: str | None = None) -> "MemoryDoor":
        return MemoryDoor(self, bearer)


@dataclass
class MemoryDoor:
    """Asks the service as `keys.fetch.Fetcher` would; an answer can be changed or lost on the way."""

    world: IssuingBank
    bearer: str | None

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        answer = self._exchange("GET", url, None, {"accept": accept}, max_bytes)
        if answer.status != 200:
            raise FetchError(f"expected status 200, found {answer.status}", kind="status")
        return answer.body

    def ask(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> Answer:
        return self._exchange("POST", url, content, {"accept": accept, "content-type": media_type}, max_bytes)

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
        answer = Answer(response.status_code, response.content)
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


def open_issuing_bank(founded: Path, folder: Path, *, clock: Callable[[], datetime] = lambda: START) -> IssuingBank:
    """A copy of a founded bank with one account."""
    path, printed = folder / "bank", folder / "account.json"
    shutil.copytree(founded, path)
    with printed.open("w") as out, redirect_stdout(out):
        options = ("--consent-all", "--json", "--data", str(path))
        assert main(["accounts", "open", "--person", "SYN-P-001", *options], clock=clock) == 0
    return IssuingBank(open_bank(path, passphrase=None), str(json.loads(printed.read_text())["id"]))
