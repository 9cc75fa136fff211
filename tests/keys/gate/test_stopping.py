"""A service that is told to stop, as a program: what it says, what it still answers, how it ends."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from types import FrameType

import pytest

from keys.gate import server as server_module
from keys.gate.gate import Gate, GateRules, Visitors
from keys.gate.server import listen, serve
from tests.keys.gate.serving import GENEROUS_S, answer_of, connect
from tests.keys.gate.test_metrics import application

PROGRAM = """
import asyncio, sys
from keys.gate.gate import Gate, GateRules, Visitors
from keys.gate.server import listen, serve

async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] == "/slow":
        print("asked", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    body = scope["path"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})

listening = listen("127.0.0.1", 0)
gate = Gate(application, rules=GateRules(), visitors=Visitors())
try:
    serve(gate, listening, ready=lambda: print(listening.getsockname()[1], flush=True), drain_s=int(sys.argv[1]))
finally:
    print("put away", flush=True)
"""


@pytest.fixture(params=[300])
def program(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, str(request.param)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as started:  # type: ignore[call-overload] # three pipes
        try:
            yield started
        finally:
            started.kill()


def line_of(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def asking(port: int, path: str) -> socket.socket:
    connection = connect(port)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bank.test\r\n\r\n".encode())
    return connection


def status_of(port: int, path: str) -> int:
    with asking(port, path) as connection:
        return int(answer_of(connection).split(b" ", 2)[1])


def test_readiness_ends_first_and_what_runs_is_answered_before_the_program_ends(program: subprocess.Popen[str]) -> None:
    port = int(line_of(program))
    assert (status_of(port, "/readyz"), status_of(port, "/other")) == (200, 200)
    with asking(port, "/slow") as slow:
        assert line_of(program) == "asked"
        program.send_signal(signal.SIGTERM)
        assert (status_of(port, "/readyz"), status_of(port, "/other")) == (503, 200)
        program.send_signal(signal.SIGTERM)
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
        assert answer_of(slow).endswith(b"/slow")
    assert line_of(program) == "put away"
    assert program.wait(GENEROUS_S) == 0
    assert program.stderr is not None
    assert program.stderr.read() == ""
    with pytest.raises(ConnectionRefusedError):
        connect(port)


@pytest.mark.parametrize("program", [0], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_program_that_is_stopped_ends_in_order(program: subprocess.Popen[str], number: int) -> None:
    assert status_of(int(line_of(program)), "/other") == 200  # before that, the signals are not yet the server's
    program.send_signal(number)
    assert line_of(program) == "put away"
    assert program.wait(GENEROUS_S) == 0


class Stopped:
    """Stands for uvicorn's server, and gets signals while it runs."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers
        self.started = True
        self.should_exit = self.force_exit = False
        self.seen: list[tuple[bool, bool]] = []

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        raise AssertionError("uvicorn's own would end the process")

    def run(self, sockets: list[socket.socket]) -> None:
        for number in self.numbers:
            self.handle_exit(number, None)
            self.seen.append((self.should_exit, self.force_exit))


@pytest.mark.parametrize(("second", "is_forced"), [(signal.SIGTERM, False), (signal.SIGINT, True)])
def test_only_who_presses_twice_cuts_off_what_runs(
    monkeypatch: pytest.MonkeyPatch, second: int, is_forced: bool
) -> None:
    stopped = Stopped(signal.SIGINT, second)
    monkeypatch.setattr(server_module, "server_of", lambda _: stopped)
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr("gc.collect", lambda: 0)  # what other tests left is not this one's
    with listen("127.0.0.1", 0) as listening:
        serve(Gate(application, rules=GateRules(), visitors=Visitors()), listening)
    assert stopped.seen == [(True, False), (True, is_forced)]
