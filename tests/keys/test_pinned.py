"""The connections of the network door by themselves, with a clock moved by hand: where they go, and how long."""

import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpcore
import pytest

from keys.pinned import Deadline, PinnedBackend

FIRST, SECOND = (ipaddress.ip_address(text) for text in ("192.0.2.1", "192.0.2.2"))
OPTIONS: list[httpcore.SOCKET_OPTION] = [(6, 1, 1)]


@dataclass
class Clock:
    now: float = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("keys.pinned.time", made)
    return made


@dataclass
class Line(httpcore.NetworkStream):
    """A connection to nowhere; it remembers how long each wait was allowed to be."""

    waits: list[tuple[str, float | None]] = field(default_factory=list)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.waits.append((f"read {max_bytes}", timeout))
        return b"answer"

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.waits.append((f"write {len(buffer)}", timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self.waits.append((f"start TLS with {server_hostname}", timeout))
        return self

    def get_extra_info(self, info: str) -> object:
        return f"the {info}"


@dataclass
class Wire:
    """What the library is asked to connect to; the first `silent` attempts take two seconds and fail."""

    clock: Clock
    silent: int
    line: Line = field(default_factory=Line)
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self.asked.append((host, port, timeout, local_address, socket_options))
        if len(self.asked) <= self.silent:
            self.clock.now += 2
            raise httpcore.ConnectError(host)
        return self.line


def connected(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, *, silent: int = 0, until: float = 100.0
) -> tuple[httpcore.NetworkStream, Wire]:
    wire = Wire(clock, silent)
    monkeypatch.setattr("keys.pinned.httpcore.SyncBackend", lambda: wire)
    backend = PinnedBackend([FIRST, SECOND], connect_s=3.0, deadline=Deadline(until))
    return backend.connect_tcp("bank.example", 443, 60.0, "192.0.2.9", OPTIONS), wire


def test_a_deadline_leaves_what_is_left_and_never_more_than_was_asked_for(clock: Clock) -> None:
    deadline = Deadline(10.0)
    assert (deadline.left(None), deadline.left(3.0)) == (10.0, 3.0)
    clock.now = 9.5
    assert (deadline.left(None), deadline.left(3.0)) == (0.5, 0.5)


@pytest.mark.parametrize("now", [10.0, 11.0])
def test_a_deadline_that_has_come_is_a_timeout(clock: Clock, now: float) -> None:
    clock.now = now
    with pytest.raises(httpcore.ReadTimeout):
        Deadline(10.0).left(3.0)


def test_all_addresses_together_have_the_time_for_one_connection(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    _, wire = connected(clock, monkeypatch, silent=1)
    assert wire.asked == [
        ("192.0.2.1", 443, 3.0, "192.0.2.9", OPTIONS),
        ("192.0.2.2", 443, 1.0, "192.0.2.9", OPTIONS),
    ]


def test_a_connection_has_no_more_time_than_the_whole_question(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    _, wire = connected(clock, monkeypatch, until=1.5)
    assert wire.asked[0][2] == 1.5


def test_when_no_address_answers_the_last_one_says_why(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(httpcore.ConnectError, match=r"^192\.0\.2\.2$"):
        connected(clock, monkeypatch, silent=2)


def test_every_wait_of_a_connection_ends_at_the_deadline(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream, wire = connected(clock, monkeypatch, until=10.0)
    clock.now = 4.0
    secured = stream.start_tls(ssl.create_default_context(), "bank.example", 60.0)
    clock.now = 5.0
    secured.write(b"question", 60.0)
    clock.now = 6.0
    assert secured.read(100, 60.0) == b"answer"
    assert wire.line.waits == [("start TLS with bank.example", 6.0), ("write 8", 5.0), ("read 100", 4.0)]
    clock.now = 10.0
    for wait in (lambda: secured.read(1), lambda: secured.write(b""), lambda: stream.read(1)):
        with pytest.raises(httpcore.ReadTimeout):
            wait()


def test_a_shorter_wait_stays_as_short_as_it_was_asked_for(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream, wire = connected(clock, monkeypatch)
    stream.start_tls(ssl.create_default_context(), None, 1.0)
    stream.write(b"", 2.0)
    stream.read(1, 3.0)
    assert [seconds for _, seconds in wire.line.waits] == [1.0, 2.0, 3.0]
    assert stream.get_extra_info("socket") == "the socket"
