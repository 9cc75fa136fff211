"""The server on real sockets: slow, silent, oversized and odd clients (S5, S20)."""

import asyncio
import contextlib
import json
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from keys.errors import GateError
from keys.gate import server as server_module
from keys.gate.answers import HEADERS
from keys.gate.gate import BodyLimit, Gate, GateRules, Receive, Scope, Send, Visitors
from keys.gate.joined_writes import JoinedWrites
from keys.gate.log_lines import logging_to
from keys.gate.server import Patience, PatientProtocol, listen, serve, tell_of_thread
from keys.limits import HEAD_SECONDS, MAX_CONNECTIONS, MAX_HEAD_BYTES, WRITE_SECONDS
from tests.keys.gate.serving import GENEROUS_S, answer_of, ask, connect, rest_of, serving

HOST = b"Host: bank.example\r\n"
GOOD = b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
BODIES = {"/small": BodyLimit(1000, GENEROUS_S), "/soon": BodyLimit(1000, 0.2)}
RULES = GateRules(bodies=BODIES, other_bodies=BodyLimit(1 << 20))
STREAMED = 32 << 20
ODD = {
    "/cookie": ((b"set-cookie", b"a=b"),),
    "/odd-name": ((b"x\r\ninjected", b"1"),),
    "/odd-value": ((b"content-type", b"a\r\ninjected: 1"),),
}
OTHER_NAMES = {b"content-length", b"connection", b"date", b"x-request-id"}
ENDED = threading.Event()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Lives, and answers with the length of the body; `/endless` answers with 64 MiB."""
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
    body = (await receive())["body"]
    if scope["path"] == "/fault":
        raise ValueError("7K3MQ")
    if scope["path"] == "/endless":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1024):
            await send({"type": "http.response.body", "body": b"x" * (STREAMED // 1024), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        ENDED.set()
        return
    content = str(len(body)).encode()
    headers = [(b"content-length", str(len(content)).encode()), *ODD.get(scope["path"], ())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def gated() -> Gate:
    return Gate(application, rules=RULES, visitors=Visitors())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server with the patience of the house."""
    with serving(gated()) as number:
        yield number


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """A server that waits a fifth of a second."""
    with serving(gated(), Patience(head_s=0.2, write_s=0.2)) as number:
        yield number


@contextlib.contextmanager
def heard(port: int, request: bytes) -> Iterator[socket.socket]:
    """Give a connection on which a request is being answered; what came too late for a hasty server is sent again."""
    for _ in range(100):
        with connect(port) as connection:
            if is_heard(connection, request):
                yield connection
                return
    pytest.fail("no request came in time")


def is_heard(connection: socket.socket, request: bytes) -> bool:
    with contextlib.suppress(ConnectionError):
        connection.sendall(request)
        return bool(connection.recv(1, socket.MSG_PEEK))
    return False


def problem_in(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"content-security-policy: default-src 'none'" in head
    status = re.match(rb"HTTP/1\.1 ([0-9]{3}) ", head)
    assert status is not None
    return int(status[1]), dict(json.loads(body))


def test_the_patience_of_the_house_is_that_of_the_requirement() -> None:
    patience = Patience()
    assert (patience.head_s, patience.write_s, patience.connections) == (HEAD_SECONDS, WRITE_SECONDS, MAX_CONNECTIONS)
    assert (HEAD_SECONDS, MAX_HEAD_BYTES) == (10.0, 16 * 1024)


def test_a_good_request_is_answered_without_the_servers_name(port: int) -> None:
    answer = ask(port, GOOD)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"server:" not in answer.lower()
    assert b"uvicorn" not in answer.lower()


def test_an_answer_has_every_header_once_whichever_way_it_was_written(port: int) -> None:
    head, _, body = ask(port, GOOD.replace(b"GET /", b"GET /cookie")).partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]]
    assert sorted(names) == sorted({*(name.encode() for name in HEADERS), *OTHER_NAMES, b"set-cookie"})
    assert (b"set-cookie: a=b" in head, body) == (True, b"0")


@pytest.mark.parametrize("path", [b"/odd-name", b"/odd-value"])
def test_what_is_no_header_is_never_sent(port: int, path: bytes) -> None:
    answer = ask(port, GOOD.replace(b"GET /", b"GET " + path))
    assert b"injected" not in answer


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked_and_answered(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        asked = connection.recv(65_536)
        assert asked == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        answer = answer_of(connection)
        assert (answer.startswith(b"HTTP/1.1 200"), b"nosniff" in answer, answer[-1:]) == (True, True, b"3")


def test_requests_on_one_connection_are_answered_in_turn(port: int) -> None:
    request = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\nab"
    with connect(port) as connection:
        for _ in range(3):
            connection.sendall(request)
            assert answer_of(connection).endswith(b"\r\n\r\n2")
        connection.sendall(request + GOOD)
        assert rest_of(connection).count(b"HTTP/1.1 200 OK") == 2


def test_no_part_of_an_answer_waits_for_the_acknowledgement_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []

    class Noting(JoinedWrites):
        def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
            taken: socket.socket = transport.get_extra_info("socket")
            at_once.append(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            super().__init__(transport, loop)

    monkeypatch.setattr(server_module, "JoinedWrites", Noting)
    with serving(gated()) as port:
        ask(port, GOOD)
    assert at_once
    assert all(at_once)


class Waiting(PatientProtocol):
    """A connection whose clock is turned by hand; it is also its own loop and its own timer."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[float] = []
        self.left = False
        self.loop = cast("asyncio.AbstractEventLoop", self)

    def time(self) -> float:
        return self.now

    def call_later(self, delay_s: float, call: Callable[[], None]) -> "Waiting":
        assert call == self._look_at_head
        self.timers.append(delay_s)
        return self

    def leave(self) -> None:
        self.left = True

    def timer_runs_at(self, moment: float) -> None:
        self.now = moment
        self._look_at_head()


def test_a_head_is_waited_for_from_the_last_answer_not_from_the_connection() -> None:
    connection = Waiting()
    connection._await_head()
    connection.now = 4.0
    connection._end_waiting()
    connection._await_head()
    connection.timer_runs_at(10.0)
    assert (connection.left, connection.timers) == (False, [10.0, 4.0])
    connection.timer_runs_at(13.5)
    assert (connection.left, connection.timers) == (False, [10.0, 4.0, 0.5])
    connection.timer_runs_at(14.0)
    assert connection.left


def test_a_request_that_is_worked_on_is_not_left_and_the_next_wait_has_its_whole_time() -> None:
    connection = Waiting()
    connection._await_head()
    connection._end_waiting()
    connection.timer_runs_at(10.0)
    assert (connection.left, connection.timers) == (False, [10.0])
    connection.now = 25.0
    connection._await_head()
    connection.timer_runs_at(35.0)
    assert (connection.left, connection.timers) == (True, [10.0, 10.0])


class Wire(asyncio.Transport):
    """A connection to nobody; it notes how it was ended."""

    def __init__(self, taken: socket.socket) -> None:
        super().__init__({"socket": taken})
        self.ended: list[str] = []

    def close(self) -> None:
        self.ended.append("closed")

    def abort(self) -> None:
        self.ended.append("aborted")

    def is_closing(self) -> bool:
        return bool(self.ended)


def on_a_wire(use: Callable[[PatientProtocol, Wire], None]) -> None:
    """Use one connection of a server within one turn of a loop, so that no time passes."""

    async def in_loop() -> None:
        config = server_module.server_of(gated()).config
        config.load()
        made = cast("type[PatientProtocol]", config.http_protocol_class)
        connection = made(config, ServerState(), {}, asyncio.get_running_loop())
        with socket.socket() as taken:
            wire = Wire(taken)
            connection.connection_made(wire)
            use(connection, wire)

    asyncio.run(in_loop())


def test_nothing_is_waited_for_once_a_connection_is_lost() -> None:
    def lose(connection: PatientProtocol, wire: Wire) -> None:
        connection.pause_writing()
        timers = [connection._head_timer, connection._write_timer]
        connection.connection_lost(ConnectionResetError())
        assert [timer is not None and timer.cancelled() for timer in timers] == [True, True]
        assert connection.waiting_since is None
        assert wire.ended == []

    on_a_wire(lose)


def test_a_client_that_stops_taking_its_answer_a_second_time_has_its_whole_time_again() -> None:
    def pause_twice(connection: PatientProtocol, _: Wire) -> None:
        connection.pause_writing()
        first = connection._write_timer
        connection.pause_writing()
        assert connection._write_timer is first
        connection.resume_writing()
        connection.pause_writing()
        assert first is not None
        assert first.cancelled()
        assert connection._write_timer not in (None, first)
        connection.resume_writing()
        assert connection._write_timer is None

    on_a_wire(pause_twice)


@pytest.mark.parametrize(
    "start", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n"], ids=["silent", "line", "headers"]
)
def test_headers_that_do_not_become_complete_end_the_connection(hasty: int, start: bytes) -> None:
    assert ask(hasty, start) == b""


def test_headers_sent_byte_by_byte_do_not_buy_time(hasty: int) -> None:
    with connect(hasty) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        ended = threading.Event()
        dripping = threading.Thread(target=drip, args=(connection, ended))
        dripping.start()
        assert rest_of(connection) == b""
        ended.set()
        dripping.join(GENEROUS_S)


def drip(connection: socket.socket, ended: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while not ended.wait(0.02):
            connection.sendall(b"a")


def test_a_connection_without_a_next_request_ends(hasty: int) -> None:
    with heard(hasty, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") as connection:
        assert rest_of(connection).endswith(b"\r\n\r\n0")


def test_a_body_that_stops_is_answered_with_408_and_left(hasty: int) -> None:
    with heard(hasty, b"POST /soon HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\nabc") as connection:
        status, document = problem_in(rest_of(connection))
    assert (status, document["code"]) == (408, "body_timeout")


def test_a_client_that_takes_nothing_of_its_answer_is_left(hasty: int) -> None:
    ENDED.clear()
    with heard(hasty, b"GET /endless HTTP/1.1\r\n" + HOST + b"\r\n") as connection:
        assert ENDED.wait(GENEROUS_S)
        assert len(rest_of(connection)) < STREAMED


def test_a_client_that_reads_gets_a_large_answer_whole(port: int) -> None:
    answer = ask(port, b"GET /endless HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert answer.count(b"x") >= STREAMED


@pytest.mark.parametrize("length", [1001, 10 * 1024 * 1024, 10**15])
def test_a_declared_body_above_the_limit_is_refused_at_once(port: int, length: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST /small HTTP/1.1\r\n" + HOST + f"Content-Length: {length}\r\n\r\n".encode())
        status, document = problem_in(answer_of(connection))
    assert (status, document["code"]) == (413, "too_large")


def test_a_body_in_chunks_is_refused_when_it_passes_the_limit_though_it_never_ends(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST /small HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"200\r\n" + b"a" * 512 + b"\r\n200\r\n" + b"a" * 512 + b"\r\n")
        status, document = problem_in(answer_of(connection))
    assert (status, document["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("framing", "start"),
    [(b"Transfer-Encoding: chunked", b"1000\r\n" + b"a" * 4096 + b"\r\n"), (b"Content-Length: 1000000", b"a")],
    ids=["chunks", "length"],
)
def test_a_client_that_sends_on_after_its_refusal_can_read_it_and_is_left(
    hasty: int, framing: bytes, start: bytes
) -> None:
    with heard(hasty, b"POST /small HTTP/1.1\r\n" + HOST + framing + b"\r\n\r\n" + start) as connection:
        threading.Thread(target=drip, args=(connection, threading.Event()), daemon=True).start()
        assert problem_in(answer_of(connection))[0] == 413
        assert rest_of(connection) == b""


def test_a_client_that_is_slower_than_its_refusal_keeps_its_connection(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST /small HTTP/1.1\r\n" + HOST + b"Content-Length: 2000\r\n\r\n" + b"a" * 1000)
        assert problem_in(answer_of(connection))[0] == 413
        connection.sendall(b"a" * 1000 + GOOD)
        assert rest_of(connection).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("size", [MAX_HEAD_BYTES + 1, 200_000])
@pytest.mark.parametrize("ending", [b"\r\n\r\n", b""], ids=["complete", "endless"])
def test_a_header_block_above_16_kib_is_refused(port: int, size: int, ending: bytes) -> None:
    with connect(port) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * size + ending)
        status, document = problem_in(answer_of(connection))
    assert (status, document["code"]) == (431, "head_too_large")


SMUGGLING = {
    "both lengths": (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + GOOD),
    "two lengths": (b"Content-Length: 5\r\nContent-Length: 6\r\n", b"abcdef"),
    "a list of lengths": (b"Content-Length: 5, 6\r\n", b"abcdef"),
    "a signed length": (b"Content-Length: +5\r\n", b"abcde"),
    "a hexadecimal length": (b"Content-Length: 0x5\r\n", b"abcde"),
    "an unknown coding": (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "two codings": (b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
    "a chunk of no size": (b"Transfer-Encoding: chunked\r\n", b"zz\r\nabc\r\n0\r\n\r\n"),
    "a chunk of a negative size": (b"Transfer-Encoding: chunked\r\n", b"-1\r\nabc\r\n0\r\n\r\n"),
    "a space before the colon": (b"Content-Length : 5\r\n", b"abcde"),
    "a folded header": (b"X: a\r\n Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 6\r\n", b"abcde"),
    "a bare line feed in a value": (b"X: a\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"abcde"),
    "a null in a value": (b"X: a\x00b\r\nContent-Length: 5\r\n", b"abcde"),
    "two hosts": (b"Host: other.example\r\nContent-Length: 5\r\n", b"abcde"),
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_a_request_that_can_be_read_in_two_ways_is_refused_and_nothing_after_it_is_read(port: int, name: str) -> None:
    headers, body = SMUGGLING[name]
    answer = ask(port, b"POST / HTTP/1.1\r\n" + HOST + headers + b"\r\n" + body)
    status, _ = problem_in(answer)
    assert status == 400
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_not_http_gets_a_problem_and_never_a_5xx(port: int, request_: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(request_)
        connection.shutdown(socket.SHUT_WR)
        answer = rest_of(connection)
    status = re.match(rb"HTTP/1\.1 ([0-9]{3}) ", answer)
    assert status is not None
    assert int(status[1]) in (200, 400)


@pytest.mark.parametrize(
    ("request_", "line", "code", "title"),
    [
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400 Bad Request", "not_http", "Bad request"),
        (
            b"GET / HTTP/1.1\r\nX: " + b"a" * MAX_HEAD_BYTES,
            b"HTTP/1.1 431 Request Header Fields Too Large",
            "head_too_large",
            "Header fields too large",
        ),
    ],
    ids=["nonsense", "too large"],
)
def test_what_no_application_sees_is_answered_with_all_headers_of_the_house(
    port: int, request_: bytes, line: bytes, code: str, title: str
) -> None:
    head, _, body = ask(port, request_).partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    expected = {name.encode(): text.encode() for name, text in HEADERS.items()} | {
        b"content-type": b"application/problem+json",
        b"content-length": str(len(body)).encode(),
        b"connection": b"close",
    }
    assert (first, dict(header.split(b": ", 1) for header in headers)) == (line, expected)
    document = json.loads(body)
    assert document.pop("detail").startswith("expected ")
    status = int(line[9:12])
    assert document == {"type": "about:blank", "title": title, "status": status, "code": code, "request_id": ""}


def test_nonsense_after_an_answered_request_is_refused_on_its_own(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert answer_of(connection).startswith(b"HTTP/1.1 200")
        connection.sendall(b"nonsense\r\n\r\n")
        assert problem_in(rest_of(connection))[1]["code"] == "not_http"


def test_nonsense_inside_the_body_of_a_request_that_is_being_answered_only_ends_it(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST /small HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"500\r\n" + b"a" * 0x500 + b"\r\n")
        assert problem_in(answer_of(connection))[0] == 413
        connection.sendall(b"zz\r\n")
        assert b"HTTP/1.1 200" not in rest_of(connection)


def test_nonsense_inside_a_body_that_is_still_waited_for_is_refused(port: int) -> None:
    with connect(port) as connection:
        framing = b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(b"POST / HTTP/1.1\r\n" + HOST + framing)
        assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"zz\r\n")
        answer = rest_of(connection)
    assert (problem_in(answer)[1]["code"], answer.count(b"HTTP/1.1 ")) == ("not_http", 1)


def test_an_upgrade_is_not_offered(port: int) -> None:
    request = b"GET / HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: upgrade\r\n\r\n"
    with connect(port) as connection:
        connection.sendall(request)
        assert answer_of(connection).startswith(b"HTTP/1.1 200 OK")


def test_the_address_of_the_client_is_never_taken_from_a_header(port: int) -> None:
    seen: list[object] = []

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            seen.append(scope["client"][0])
        await application(scope, receive, send)

    with serving(noting) as other:
        ask(other, GOOD.replace(HOST, HOST + b"X-Forwarded-For: 6.6.6.6\r\n"))
    assert seen == ["127.0.0.1"]


def test_a_fault_is_a_problem_without_its_message(port: int) -> None:
    status, document = problem_in(ask(port, GOOD.replace(b"GET /", b"GET /fault")))
    assert (status, document["code"]) == (500, "internal")
    assert "7K3MQ" not in str(document)


def test_200_idle_connections_leave_a_good_request_alone(port: int) -> None:
    with contextlib.ExitStack() as idle:
        for _ in range(200):
            idle.enter_context(connect(port))
        assert ask(port, GOOD).startswith(b"HTTP/1.1 200 OK")


def test_when_all_connections_are_taken_the_longest_waiting_ones_make_room() -> None:
    with serving(gated(), Patience(head_s=3600.0, connections=5)) as port, contextlib.ExitStack() as idle:
        opened = [idle.enter_context(connect(port)) for _ in range(20)]
        assert ask(port, GOOD).startswith(b"HTTP/1.1 200 OK")
        for connection in opened[:16]:
            answer = rest_of(connection)
            status, document = problem_in(answer)
            assert (status, document["code"]) == (503, "busy")
            assert b"\r\nretry-after: 2\r\n" in answer
        for connection in opened[16:]:
            connection.sendall(GOOD)
            assert rest_of(connection).startswith(b"HTTP/1.1 200 OK")


def test_as_many_connections_as_are_allowed_are_all_kept() -> None:
    with serving(gated(), Patience(connections=3)) as port, contextlib.ExitStack() as opened:
        connections = [opened.enter_context(connect(port)) for _ in range(3)]
        for connection in reversed(connections):  # once the last is answered, the server has met them all
            connection.sendall(GOOD)
            assert rest_of(connection).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(("host", "port_"), [("203.0.113.1", 0), ("127.0.0.1", 99_999), ("no such host", 0)])
def test_an_address_that_cannot_be_taken_is_refused_by_name(host: str, port_: int) -> None:
    with pytest.raises(GateError, match=f"cannot listen on {host}, port {port_}: "):
        listen(host, port_)


@pytest.mark.parametrize(("port_", "is_one"), [(-1, False), (0, True), (65_535, True), (65_536, False)])
def test_a_port_is_a_number_of_16_bits(port_: int, is_one: bool) -> None:
    with pytest.raises(GateError) as refused:
        listen("203.0.113.1", port_)  # no address of this machine
    assert ("expected a port from 0 to 65535" not in str(refused.value)) is is_one


def test_ipv6_addresses_can_be_listened_on() -> None:
    with listen("::1", 0) as listening:
        assert listening.family is socket.AF_INET6


class Told:
    """Stands for uvicorn's server where only the way it is run is asked."""

    def __init__(self, *, starts: bool) -> None:
        self.starts = starts
        self.started = False
        self.sockets: list[socket.socket] = []
        self.handle_exit = signal.default_int_handler

    def run(self, sockets: list[socket.socket]) -> None:
        self.sockets = sockets
        self.started = self.starts


@pytest.mark.parametrize("starts", [True, False])
def test_serving_says_that_it_is_ready_and_fails_when_the_application_does_not_start(
    monkeypatch: pytest.MonkeyPatch, starts: bool
) -> None:
    told, gate = Told(starts=starts), gated()
    said: list[object] = []
    monkeypatch.setattr(server_module, "server_of", lambda served: {gate: told}[served._app])
    monkeypatch.setattr("logging.config.dictConfig", said.append)
    monkeypatch.setattr("gc.freeze", lambda: None)  # what the other tests leave behind is to be collected
    monkeypatch.setattr("threading.excepthook", threading.__excepthook__)
    with listen("127.0.0.1", 0) as listening:
        try:
            serve(gate, listening, ready=lambda: said.append("ready"))
        except GateError as error:
            said.append(str(error))
    assert told.sockets == [listening]
    assert threading.excepthook is tell_of_thread
    assert said[0] == logging_to("ext://sys.stderr", "lines")
    assert said[1:] == (["ready"] if starts else ["ready", "the service did not start; the lines above say why"])


def test_uvicorn_is_told_to_believe_no_header_and_to_say_nothing_of_itself() -> None:
    config = server_module.server_of(gated()).config
    assert isinstance(config, uvicorn.Config)
    assert (config.proxy_headers, config.server_header, config.access_log, config.ws) == (False, False, False, "none")
    assert config.h11_max_incomplete_event_size == MAX_HEAD_BYTES
    assert (config.log_config, config.timeout_graceful_shutdown) == (None, 10)
