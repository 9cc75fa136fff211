"""Bodies that are handed on while they come: sizes, speed, places (S5)."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from keys.gate.gate import Gate, GateRules, Receive, Scope, Send, Visitors
from keys.gate.streams import StreamLimit, Streams

Part = tuple[bytes, bool]
SLUGS: list[str] = []
LIMIT = StreamLimit(10, seconds=0.05, bytes_per_s=1000, at_once=2, each=1)


class Reader:
    """An application that reads a body piece by piece, and can be made to hold its place."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.after: list[str] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            self.pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        if scope["path"] == "/stays":
            self.after.append((await receive())["type"])
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def visit(gate: Gate, *parts: Part, path: str = "/", host: str = "203.0.113.7", declared: int = 0) -> int:
    """Return the status of the answer; the slug of a refusal is kept in `SLUGS`."""
    waiting = list(parts)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            if path == "/stays":
                return {"type": "http.disconnect"}
            await asyncio.Event().wait()
        body, more = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-length", str(declared).encode())] if declared else []
    scope = {"type": "http", "path": path, "headers": headers, "client": (host, 1), "method": "POST"}
    await gate(scope, receive, send)
    if body := sent[1]["body"]:
        SLUGS.append(json.loads(body)["code"])
    status: int = sent[0]["status"]
    return status


def gate_of(reader: Reader, *, working: int = 64) -> Gate:
    streams = {"/": LIMIT, "/stays": LIMIT}
    return Gate(reader, rules=GateRules(streams=streams, working=working), visitors=Visitors())


def test_a_body_reaches_the_application_piece_by_piece() -> None:
    reader = Reader()
    assert asyncio.run(visit(gate_of(reader), (b"abc", True), (b"def", False))) == 202
    assert reader.pieces == [b"abc", b"def"]


def test_after_the_body_the_application_hears_that_the_client_has_gone() -> None:
    reader = Reader()
    assert asyncio.run(visit(gate_of(reader), (b"abc", False), path="/stays")) == 202
    assert reader.after == ["http.disconnect"]


def test_a_body_larger_than_allowed_is_refused_when_it_passes_the_limit() -> None:
    reader = Reader()
    assert asyncio.run(visit(gate_of(reader), (b"a" * 10, True), (b"b", True))) == 413
    assert SLUGS[-1] == "too_large"
    assert reader.pieces == [b"a" * 10]


def test_a_declaration_above_the_limit_is_refused_before_anything_is_read() -> None:
    reader = Reader()
    assert asyncio.run(visit(gate_of(reader), (b"never", False), declared=11)) == 413
    assert reader.pieces == []


def test_a_declaration_of_exactly_the_limit_is_taken() -> None:
    reader = Reader()
    assert asyncio.run(visit(gate_of(reader), (b"a" * 10, False), declared=10)) == 202
    assert reader.pieces == [b"a" * 10]


def test_a_sender_that_stops_is_left() -> None:
    assert asyncio.run(visit(gate_of(Reader()), (b"a", True))) == 408
    assert SLUGS[-1] == "body_timeout"


def test_what_has_come_buys_time_and_a_whole_body_has_no_end_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    deadlines: list[float | None] = []
    timeout_at = asyncio.timeout_at

    def noting(when: float | None) -> asyncio.Timeout:
        deadlines.append(when)
        return timeout_at(when)

    async def visits() -> int:
        asyncio.get_running_loop().time = lambda: 100.0  # type: ignore[method-assign] # a clock that stands still
        return await visit(gate_of(Reader()), (b"abcd", True), (b"", True), (b"ef", False), path="/stays")

    monkeypatch.setattr("keys.gate.streams.asyncio.timeout_at", noting)
    assert asyncio.run(visits()) == 202
    assert deadlines == pytest.approx([100.05, 100.054, 100.054])


def test_a_piece_that_announces_no_other_is_the_last() -> None:
    async def piece() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"abc"}

    async def visits() -> list[Any]:
        watched = Streams(LIMIT).watch(piece, declared=0)
        await watched()
        return [await watched() for _ in range(4)]

    assert len(asyncio.run(visits())) == 4


@pytest.mark.parametrize(("second_host", "status"), [("203.0.113.7", 503), ("203.0.113.8", 202)])
def test_one_caller_has_one_place_and_others_have_theirs(second_host: str, status: int) -> None:
    async def visits() -> int:
        reader = Reader()
        reader.go_on.clear()
        gate = gate_of(reader)
        first = asyncio.create_task(visit(gate, (b"a", False)))
        await asyncio.sleep(0)
        second = asyncio.create_task(visit(gate, (b"b", False), host=second_host))
        await asyncio.sleep(0)
        reader.go_on.set()
        assert await first == 202
        return await second

    assert asyncio.run(visits()) == status


def test_all_places_together_are_bounded_and_are_given_back() -> None:
    async def visits() -> list[int]:
        reader = Reader()
        reader.go_on.clear()
        gate = gate_of(reader)
        tasks = [asyncio.create_task(visit(gate, (b"a", False), host=f"203.0.113.{n}")) for n in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        reader.go_on.set()
        statuses = [await task for task in tasks]
        return [*statuses, await visit(gate, (b"a", False))]

    assert asyncio.run(visits()) == [202, 202, 503, 202]


def test_a_stream_takes_none_of_the_places_of_other_requests() -> None:
    assert asyncio.run(visit(gate_of(Reader(), working=0), (b"a", False))) == 202


def test_a_caller_may_have_two_places_where_the_rule_says_so() -> None:
    async def visits() -> list[int]:
        reader = Reader()
        reader.go_on.clear()
        rules = GateRules(streams={"/": StreamLimit(10, each=2, at_once=4)})
        gate = Gate(reader, rules=rules, visitors=Visitors())
        tasks = [asyncio.create_task(visit(gate, (b"a", False))) for _ in range(2)]
        await asyncio.sleep(0)
        reader.go_on.set()
        return [await task for task in tasks]

    assert asyncio.run(visits()) == [202, 202]
