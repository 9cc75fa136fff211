"""The quick way of a check: the same answer as the usual one, and only where nothing has to be waited for."""

import asyncio
import json
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI

from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.report.model import Report
from keys.gate.gate import ARE_OTHERS_THERE, Message, Receive, Scope, Send
from tests.hostile import tokens
from tests.verifier.world import ISSUER, STATUS_URI, World
from verifier.api import quick_checks
from verifier.api.checks import CHECKS_PATH, report_bytes
from verifier.api.quick_checks import MAX_QUICK_BYTES
from verifier.app import create_app
from verifier.checks.rules import Rules
from verifier.errors import WouldWait

SD_JWT, TEXT = "application/dc+sd-jwt", "text/plain"


@dataclass
class Desk:
    """A service whose status list is at hand, and what each way was asked."""

    world: World
    rules: Rules
    quick: list[bool] = field(default_factory=list)
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.rules, now=lambda: self.world.now)

    def learn(self) -> None:
        issuer = self.rules.trust.issuers[ISSUER]
        self.rules.statuses.find(STATUS_URI, issuer=issuer, now=int(self.world.now.timestamp()))

    def check(self, content: str | bytes, *, media_type: str = SD_JWT, accept: str = "*/*") -> httpx.Response:
        return asyncio.run(self._check(content, media_type, accept))

    async def _check(self, content: str | bytes, media_type: str, accept: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://verifier.test") as client:
            headers = {"Content-Type": media_type, "Accept": accept}
            return await client.post(CHECKS_PATH, content=content, headers=headers)


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(world, world.rules())
    made.learn()

    def noted(report: Report) -> bytes:
        made.quick.append(True)
        return report_bytes(report)

    monkeypatch.setattr(quick_checks, "report_bytes", noted)
    return made


def the_usual_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_checks, "_is_check_of_text", lambda _: False)


def same(one: httpx.Response, other: httpx.Response) -> bool:
    own = {"x-request-id"}
    heads = [{name: value for name, value in each.headers.items() if name not in own} for each in (one, other)]
    return (one.status_code, one.content, heads[0]) == (other.status_code, other.content, heads[1])


def test_certificates_and_forgeries_get_the_same_answer_to_the_byte_as_on_the_usual_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [desk.world.token(), desk.world.token(signer=desk.world.keys.stranger)]
    texts += [str(made) for case in tokens.HEADER[:12] if isinstance(made := case.make(desk.world), str)]
    quick = [desk.check(text.encode("utf-8", "surrogatepass")) for text in texts]
    assert len(desk.quick) >= len(texts) // 2
    for answer in quick:  # the findings are written apart from the rest: the bytes are those of the whole
        assert answer.content == json.dumps(answer.json(), ensure_ascii=False, separators=(",", ":")).encode()
    the_usual_way(monkeypatch)
    for text, answer in zip(texts, quick, strict=True):
        assert same(answer, desk.check(text.encode("utf-8", "surrogatepass")))


def test_text_of_a_code_is_answered_quickly_too(desk: Desk) -> None:
    assert desk.check(encode_qr_payload(desk.world.token()), media_type=TEXT).json()["verdict"] == "valid"
    assert desk.quick == [True]


def test_quick_check_meets_no_layer_of_the_framework(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def entered(*_: object) -> None:
        raise AssertionError("expected an answer before the framework")

    monkeypatch.setattr(FastAPI, "__call__", entered)
    assert desk.check(desk.world.token()).json()["verdict"] == "valid"
    assert desk.check(desk.world.token(), media_type="application/pdf").status_code == 500


def test_list_that_is_not_at_hand_is_waited_for_on_the_usual_way(world: World) -> None:
    fresh = Desk(world, world.rules())
    assert fresh.check(world.token()).json()["verdict"] == "valid"
    assert world.requested == [STATUS_URI]


def test_lookup_without_waiting_asks_nobody_and_says_that_it_would_wait(world: World) -> None:
    statuses = world.rules().statuses
    issuer = world.rules().trust.issuers[ISSUER]
    with pytest.raises(WouldWait):
        statuses.without_waiting().find(STATUS_URI, issuer=issuer, now=int(world.now.timestamp()))
    assert world.requested == []
    found = statuses.find(STATUS_URI, issuer=issuer, now=int(world.now.timestamp()))
    assert statuses.without_waiting().find(STATUS_URI, issuer=issuer, now=int(world.now.timestamp())) is found


@pytest.mark.parametrize(
    ("content", "media_type", "accept", "status"),
    [
        ("hello", TEXT, "*/*", 422),
        ("", TEXT, "*/*", 422),
        ("%PDF-1.7", TEXT, "*/*", 422),
        ("x.y.z~" + "a" * MAX_QUICK_BYTES, SD_JWT, "*/*", 200),
        ("x.y.z~", "application/json", "*/*", 415),
        ("x.y.z~", SD_JWT, "application/pdf", 406),
        ("x.y.z~", SD_JWT, "application/verification-receipt+jwt", 406),
    ],
)
def test_everything_else_goes_the_usual_way(
    desk: Desk, content: str, media_type: str, accept: str, status: int
) -> None:
    assert desk.check(content, media_type=media_type, accept=accept).status_code == status
    assert desk.quick == []


@pytest.mark.parametrize(
    ("are_others_there", "order"),
    [(None, ["other", "judged"]), (True, ["other", "judged"]), (False, ["judged", "other"])],
)
def test_whoever_is_not_alone_gives_way_once_before_it_is_judged(
    are_others_there: bool | None, order: list[str]
) -> None:
    happened: list[str] = []

    async def usual(_: Scope, receive: Receive, __: Send) -> None:
        happened.append((await receive())["body"].decode())

    async def receive() -> Message:
        return {"type": "http.request", "body": b"the usual way", "more_body": False}

    async def send(_: Message) -> None:
        raise AssertionError

    async def in_loop() -> None:
        quick = quick_checks.QuickChecks(usual, verify_at_once=lambda _: happened.append("judged"))
        scope: Scope = {
            "type": "http",
            "path": CHECKS_PATH,
            "method": "POST",
            "headers": [(b"content-type", b"text/plain")],
        }
        if are_others_there is not None:
            scope[ARE_OTHERS_THERE] = lambda: are_others_there
        task = asyncio.create_task(quick(scope, receive, send))
        asyncio.get_running_loop().call_soon(happened.append, "other")
        await task
        await asyncio.sleep(0)

    asyncio.run(in_loop())
    assert [each for each in happened if each != "the usual way"] == order
    assert happened.count("the usual way") == 1
