"""Nobody can make a verifier press an issuer for its lists, or wait for it with all its threads."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from credential_schemas.report.reasons import Reason
from keys.errors import FetchError
from keys.trust_list import TrustedIssuer
from tests.verifier.world import ISSUER, STATUS_URI, World
from verifier.app import LISTS_RATE, create_app
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources


class Origin:
    """The issuer's origin: counts who asks, answers when it is let, and fails while it is down."""

    def __init__(self, world: World) -> None:
        self.asked = 0
        self.is_down = False
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._token = world.status_token().encode()

    def __call__(self, _issuer: TrustedIssuer, _uri: str) -> bytes:
        self.asked += 1
        assert self.may_answer.wait(timeout=30)
        if self.is_down:
            raise FetchError("down", kind="connect")
        return self._token


@pytest.fixture
def origin(world: World) -> Origin:
    return Origin(world)


def lookup(origin: Origin, *, retry_s: int) -> StatusLookup:
    return StatusLookup(StatusSources({}, origin), freshness=Freshness(), retry_s=retry_s)


def test_issuer_that_failed_is_left_alone_for_ten_seconds(world: World, origin: Origin) -> None:
    issuer, now = world.rules().trust.issuers[ISSUER], int(world.now.timestamp())
    lists = lookup(origin, retry_s=10)
    origin.is_down = True
    reasons = [lists.find(STATUS_URI, issuer=issuer, now=now + later).reason for later in (0, 1, 9)]
    assert (reasons, origin.asked) == ([Reason.STATUS_UNAVAILABLE] * 3, 1)
    origin.is_down = False
    assert lists.find(STATUS_URI, issuer=issuer, now=now + 10).reason is None


def test_clock_that_was_set_back_does_not_keep_a_failure(world: World, origin: Origin) -> None:
    issuer, now = world.rules().trust.issuers[ISSUER], int(world.now.timestamp())
    lists = lookup(origin, retry_s=10)
    origin.is_down = True
    lists.find(STATUS_URI, issuer=issuer, now=now + 100)
    origin.is_down = False
    assert lists.find(STATUS_URI, issuer=issuer, now=now).reason is None


def test_many_who_need_a_list_at_the_same_time_cause_one_request(world: World, origin: Origin) -> None:
    issuer, now = world.rules().trust.issuers[ISSUER], int(world.now.timestamp())
    lists = lookup(origin, retry_s=0)
    origin.may_answer.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(lists.find, STATUS_URI, issuer=issuer, now=now) for _ in range(8)]
        origin.may_answer.set()
        assert {answer.result().reason for answer in answers} == {None}
    assert origin.asked == 1


@pytest.mark.parametrize("path", ["/status", "/bundle.json"])
def test_who_asks_for_lists_too_often_is_stopped(world: World, path: str) -> None:
    async def ask_often() -> list[int]:
        transport = httpx.ASGITransport(create_app(world.rules(), now=lambda: world.now))
        async with httpx.AsyncClient(transport=transport, base_url="http://verifier.test") as client:
            return [(await client.get(path)).status_code for _ in range(LISTS_RATE.amount + 1)]

    statuses = asyncio.run(ask_often())
    assert 429 not in statuses[:-1]
    assert statuses[-1] == 429
