"""A client of the bank's service in memory, with a token of its own."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from fastapi import FastAPI

from issuer.api.callers import ISSUES, Callers, SessionReader
from issuer.api.desk import ApiDesk
from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import Bank
from issuer.tokens import TokenDoor, TokenWish, create_token
from issuer.work_places import WorkPlaces
from keys.gate.gate import Visitors
from keys.gate.rate_limits import Rate
from tests.issuer.conftest import URL, World

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def service(world: World, bank: Bank, *, issues: Rate = ISSUES, session: SessionReader | None = None) -> FastAPI:
    """The service with its API, behind its gate."""
    nothing, visitors = ServiceWork(refresh=lambda: None, problems=list), Visitors()

    def clock() -> datetime:
        return world.now

    callers = Callers(bank, TokenDoor(bank, clock=clock), visitors, session, issues)
    api = ApiDesk(callers, WorkPlaces(), clock)
    return create_app(bank.folder, bank.profile, nothing, desk=Desk(visitors=visitors, api=api))


@dataclass
class Client:
    """Asks one service; `token` goes with every request unless a header says otherwise."""

    app: FastAPI
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        return self.ask_all([(method, path, body, headers)])[0]

    def ask_all(self, questions: list[tuple[str, str, object, dict[str, str]]]) -> list[httpx.Response]:
        """Ask everything at once."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await asyncio.gather(*(self._send(client, *question) for question in questions))

        return asyncio.run(ask())

    async def _send(
        self, client: httpx.AsyncClient, method: str, path: str, body: object, headers: dict[str, str]
    ) -> httpx.Response:
        sent = {"authorization": f"Bearer {self.token}"} if self.token is not None else {}
        sent |= {name.replace("_", "-"): value for name, value in {**self.headers, **headers}.items()}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if content is not None and "content-type" not in sent:
            sent["content-type"] = "application/json"
        encoded = [(name.encode(), value.encode()) for name, value in sent.items()]
        return await client.request(method, path, content=content, headers=encoded)

    def issue(self, body: object, key: str = KEY) -> httpx.Response:
        return self.ask("POST", "/api/v1/certificates", body, idempotency_key=key)


def token_of(world: World, bank: Bank, account: str, *scopes: str, days: int = 30) -> str:
    """Make a token with these scopes, with all when there is none."""
    wish = TokenWish("test", scopes or ("read", "issue", "revoke"), days)
    return create_token(bank, account, wish, now=world.now).text


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal, whose form is checked."""
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document.keys() == {"type", "title", "status", "detail", "code", "request_id"}
    assert document["status"] == answer.status_code
    return answer.status_code, document["code"]
