"""What the server reads when, and who makes room: on a transport in memory, turn by turn, and on real sockets."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from uvicorn.server import ServerState

from keys.gate.gate import ARE_OTHERS_THERE, BODY_IS_THERE, Gate, GateRules, Receive, Scope, Send, Visitors
from keys.gate.server import Patience, PatientProtocol, server_of
from keys.limits import MAX_HEAD_BYTES
from tests.keys.gate.serving import answer_of, ask, connect, rest_of, serving

HOST = b"Host: bank.example\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
LAST = b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
HEAD_OF_BODY = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\n"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\n"


class Application:
    """Answers a request when it is told to, and notes what the server says of each."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.bodies: list[bytes] = []
        self.others: list[bool] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.others.append(scope[ARE_OTHERS_THERE]())
        await self.may_answer.wait()
        self.bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


class Wire(asyncio.Transport):
    """A connection to nobody; it notes what is written, and each stop and start of the reading."""

    def __init__(self, made: type[PatientProtocol], config: Any, taken: socket.socket) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__({"socket": taken})
        self.written = b""
        self.reading: list[str] = []
        self.ended: list[str] = []
        self.connection = made(config, ServerState(), {}, asyncio.get_running_loop())
        self.connection.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def pause_reading(self) -> None:
        self.reading.append("stop")

    def resume_reading(self) -> None:
        self.reading.append("go on")

    def is_closing(self) -> bool:
        return bool(self.ended)

    def close(self) -> None:
        self.ended.append("closed")

    def abort(self) -> None:
        self.ended.append("aborted")


def on_a_wire(use: Callable[[Wire, Application], Coroutine[Any, Any, None]]) -> None:
    async def in_loop() -> None:
        application = Application()
        config = server_of(application).config
        config.load()
        with socket.socket() as taken:
            await use(Wire(cast("type[PatientProtocol]", config.http_protocol_class), config, taken), application)

    asyncio.run(in_loop())


async def turns(count: int = 6) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_a_whole_request_stops_no_reading() -> None:
    async def use(wire: Wire, application: Application) -> None:
        wire.connection.data_received(GET)
        application.may_answer.set()
        await turns()
        wire.connection.data_received(GET)
        await turns()
        assert wire.written.count(b"HTTP/1.1 200") == 2
        assert wire.reading == []

    on_a_wire(use)


@pytest.mark.parametrize("pieces", [(GET + GET[:9], GET[9:]), (GET, GET), (GET + GET,)], ids=["part", "later", "both"])
def test_what_comes_while_a_request_is_worked_on_stops_the_reading_until_it_is_answered(
    pieces: tuple[bytes, ...],
) -> None:
    async def use(wire: Wire, application: Application) -> None:
        wire.connection.data_received(pieces[0])
        await turns()
        assert wire.reading == (["stop"] if len(pieces[0]) > len(GET) else [])
        for piece in pieces[1:]:
            wire.connection.data_received(piece)
        assert wire.reading == ["stop"]
        application.may_answer.set()
        await turns(12)
        assert wire.written.count(b"HTTP/1.1 200") == 2
        assert wire.reading == ["stop", "go on"]

    on_a_wire(use)


def test_a_client_that_sends_on_and_on_fills_nothing_while_it_waits() -> None:
    async def use(wire: Wire, _: Application) -> None:
        wire.connection.data_received(GET + b"a" * MAX_HEAD_BYTES)
        await turns()
        assert wire.reading == ["stop"]
        assert wire.written == b""

    on_a_wire(use)


def test_a_body_that_does_not_end_stops_the_reading_at_64_kib() -> None:
    async def use(wire: Wire, _: Application) -> None:
        head = HEAD_OF_BODY.replace(b"4", b"1000000")
        wire.connection.data_received(head + b"a" * 60_000)
        assert wire.reading == []
        wire.connection.data_received(b"a" * 6_000)
        assert wire.reading == ["stop"]

    on_a_wire(use)


def test_the_scope_says_that_the_body_is_there_as_soon_as_it_is() -> None:
    async def use(wire: Wire, application: Application) -> None:
        wire.connection.data_received(HEAD_OF_BODY)
        scope = cast("Scope", wire.connection.scope)
        found = [scope[BODY_IS_THERE]]
        wire.connection.data_received(b"ab")
        found.append(scope[BODY_IS_THERE])
        wire.connection.data_received(b"cd")
        assert [*found, scope[BODY_IS_THERE]] == [False, False, True]
        application.may_answer.set()
        await turns()
        assert application.bodies == [b"abcd"]

    on_a_wire(use)


def test_an_application_is_told_whether_other_requests_are_there() -> None:
    async def use(wire: Wire, application: Application) -> None:
        other = Wire(type(wire.connection), wire.connection.config, wire.get_extra_info("socket"))
        other.connection.tasks = wire.connection.tasks
        wire.connection.data_received(GET)
        await turns()
        other.connection.data_received(GET)
        await turns()
        assert application.others == [False, True]
        application.may_answer.set()
        await turns()

    on_a_wire(use)


def test_whoever_is_turned_away_is_told_when_to_come_again_and_is_not_waited_for() -> None:
    async def use(wire: Wire, _: Application) -> None:
        wire.connection.data_received(b"GET / HT")
        wire.connection.turn_away()
        assert wire.written.startswith(BUSY)
        assert b"\r\nretry-after: 2\r\n" in wire.written
        assert b"\r\nconnection: close\r\n" in wire.written
        assert wire.ended == ["closed", "aborted"]
        assert wire.connection.waiting_since is None
        assert wire.connection not in wire.connection.waiting

    on_a_wire(use)


def test_whoever_makes_room_has_waited_longest_since_the_last_answer() -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{stage}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    gate = Gate(application, rules=GateRules(), visitors=Visitors())
    with serving(gate, Patience(head_s=3600.0, connections=2)) as port, contextlib.ExitStack() as opened:
        first, second = (opened.enter_context(connect(port)) for _ in range(2))
        for connection in (second, first):
            connection.sendall(GET)
            answer_of(connection)
        assert ask(port, LAST).startswith(b"HTTP/1.1 200")
        assert rest_of(second).startswith(BUSY)
        first.sendall(LAST)
        assert rest_of(first).startswith(b"HTTP/1.1 200")
