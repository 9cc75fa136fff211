"""The server behind the gate: uvicorn with h11, its only door, and what it lacks against slow and odd clients (S5).

Rules enforced:
* a complete header block within 10 seconds of the connection or of the last answer, however the bytes come; this also
  ends a client that goes on sending a body after it was refused;
* a client that takes nothing of an answer for 30 seconds is left;
* when all connections are taken, the one that has waited longest without a request makes room: it gets 503 with
  `Retry-After`, since its request may have come and not been read yet, and is left without waiting for anything.
  Whoever has sent nothing does not take that for an answer (RFC 9112 section 9.2);
* what is not HTTP gets a problem document with 400 or 431 and is left; there is no protocol to upgrade to;
* no header tells the server's name or version, and none tells who the client is (`keys.gate.callers` decides that).

An answer goes out in one piece (`keys.gate.joined_writes`) and at once: without TCP_NODELAY its second part would wait
for the client's acknowledgement of the first, which clients delay by 40 ms.
"""

import asyncio
import functools
import gc
import logging.config
import signal
import socket
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from types import FrameType
from typing import Any, ClassVar, Final, cast

import h11
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from keys.errors import GateError
from keys.faults import log_event, place_of
from keys.gate.answers import HEADERS, PROBLEM_MEDIA_TYPE, busy, problem_bytes, problem_document
from keys.gate.gate import ARE_OTHERS_THERE, BODY_IS_THERE, App, Scope
from keys.gate.head_lines import ADD_LINES
from keys.gate.joined_writes import JoinedWrites
from keys.gate.leaving import Departure, SlowStop
from keys.gate.log_lines import LINES, logging_to
from keys.limits import HEAD_SECONDS, MAX_CONNECTIONS, MAX_HEAD_BYTES, WRITE_SECONDS
from keys.values import dataclass

_LOG: Final = logging.getLogger(__name__)
_ON: Final = 1
_LAST_PORT: Final = 65_535
_STOP_SECONDS: Final = 10
_TOO_LARGE: Final = 431
_BAD_REQUEST: Final = 400
_BUSY: Final = busy()
_NOTHING: Final = (b"", False)  # h11: no bytes are left, and the client has not ended the connection
_REFUSALS: Final = {
    _BAD_REQUEST: ("Bad Request", "not_http", "expected HTTP/1.1"),
    _TOO_LARGE: (
        "Request Header Fields Too Large",
        "head_too_large",
        f"expected at most {MAX_HEAD_BYTES} bytes of headers",
    ),
    _BUSY.status: ("Service Unavailable", _BUSY.code, _BUSY.detail),
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the server waits, in seconds, and for how many connections at once."""

    head_s: float = HEAD_SECONDS
    write_s: float = WRITE_SECONDS
    connections: int = MAX_CONNECTIONS


class PatientProtocol(H11Protocol):
    """One connection; the class has the patience, since uvicorn makes the instances, and knows those that wait."""

    patience: ClassVar[Patience] = Patience()
    waiting: ClassVar["OrderedDict[PatientProtocol, None]"] = OrderedDict()
    """The connections of a server without a request, those that have waited longest first."""

    waiting_since: float | None = None  # by the clock of the loop; None while a request is worked on
    _answer: JoinedWrites
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self)
        # asyncio does this only for sockets whose protocol number is set, which those of `create_server` are not.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, _ON)
        self.transport = self._answer = JoinedWrites(transport, self.loop)
        self._await_head()
        if len(self.connections) > self.patience.connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._end_waiting()
        if self._head_timer is not None:
            self._head_timer.cancel()
        self.resume_writing()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Read what has come; a complete header block ends the wait for it."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._end_waiting()
            # The application is called in the next turn of the loop, so it finds this in its scope.
            scope: Scope = cast("Scope", self.scope)
            scope[BODY_IS_THERE], scope[ADD_LINES] = not self.cycle.more_body, self._answer.add_lines
            scope[ARE_OTHERS_THERE] = self._are_others_there
        elif before is not None:
            cast("Scope", self.scope)[BODY_IS_THERE] = not before.more_body

    def has_more(self) -> bool:
        """Return whether there is, or will be, something to read that has to wait for the present request."""
        return self.cycle.more_body or self.conn.trailing_data != _NOTHING

    def on_response_complete(self) -> None:
        """Send the answer, and wait for the next request, which may have been read already.

        What uvicorn does here, without its count of requests and its timer for idle connections: the wait for a head is
        one.
        """
        self._answer.send_held()
        if not self.transport.is_closing():
            self.flow.resume_reading()
            if self.conn.our_state is h11.DONE and self.conn.their_state is h11.DONE:
                self.conn.start_next_cycle()
                if self.conn.trailing_data != _NOTHING:
                    self.handle_events()
        if self.cycle.response_complete:
            self._await_head()

    def pause_writing(self) -> None:
        """The client does not take its answer as fast as it is made."""
        super().pause_writing()
        self._write_timer = self._write_timer or self.loop.call_later(self.patience.write_s, self.leave)

    def resume_writing(self) -> None:
        """The client has taken the most of it."""
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it says nothing that the client could use
        """Answer what is not HTTP, unless an answer is on its way already, and leave."""
        if self.waiting_since is not None or not self.cycle.response_started:
            self._answer.add_lines(b"")  # they were for another answer, which may wait for the client
            # h11 says which status fits; the ones from 500 would call the client's fault ours.
            error = sys.exception()
            too_large = isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == _TOO_LARGE
            self.transport.write(_refusal(_TOO_LARGE if too_large else _BAD_REQUEST))
        self.transport.close()
        self._await_head()  # a client that does not take even this is cut off

    def leave(self) -> None:
        """End the connection at once."""
        self._end_waiting()
        self.transport.abort()

    def turn_away(self) -> None:
        """Say that there is too much to do, as far as the system takes it at once, and end the connection."""
        self._end_waiting()
        self._answer.add_lines(b"")
        self.transport.write(_refusal(_BUSY.status))
        self.transport.close()
        self.transport.abort()  # does nothing where all was taken; else the rest would keep the connection open

    def _are_others_there(self) -> bool:
        return len(self.tasks) > 1

    def _await_head(self) -> None:
        self.waiting_since = self.loop.time()
        self.waiting[self] = None
        self.waiting.move_to_end(self)
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.patience.head_s, self._look_at_head)

    def _end_waiting(self) -> None:
        self.waiting_since = None  # the timer goes on: one for many requests is cheaper than one for each
        self.waiting.pop(self, None)

    def _look_at_head(self) -> None:
        """Leave whoever has had the time for a head; look again when the present wait began later."""
        self._head_timer = None
        if self.waiting_since is None:
            return
        left_s = self.waiting_since + self.patience.head_s - self.loop.time()
        if left_s > 0:
            self._head_timer = self.loop.call_later(left_s, self._look_at_head)
        else:
            self.leave()

    def _make_room(self) -> None:
        longest = next(iter(self.waiting))  # this connection waits, too, so there is always one
        longest.turn_away()


class _Flow(FlowControl):
    """Stops reading from a client only where that keeps something from coming.

    uvicorn stops after every request that is whole, and goes on when the application asks for its body: two calls of
    the system for nothing. What comes while a request is worked on stops the reading then.
    """

    def __init__(self, transport: asyncio.Transport, connection: PatientProtocol) -> None:
        super().__init__(transport)
        self._connection = connection

    def pause_reading(self) -> None:
        if self._connection.has_more():
            super().pause_reading()


@functools.cache  # a constant for each status
def _refusal(status: int) -> bytes:
    reason, code, detail = _REFUSALS[status]
    body = problem_bytes(problem_document(status, code=code, detail=detail, request_id=""))
    headers = {**HEADERS, "content-type": PROBLEM_MEDIA_TYPE, "content-length": str(len(body)), "connection": "close"}
    headers |= _BUSY.headers() if status == _BUSY.status else {}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode("ascii") + body


def listen(host: str, port: int) -> socket.socket:
    """Take an address for a service.

    Raises:
        GateError: another program has it, or this machine does not.
    """
    if not 0 <= port <= _LAST_PORT:
        raise GateError(f"cannot listen on {host}, port {port}: expected a port from 0 to {_LAST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise GateError(f"cannot listen on {host}, port {port}: {error.strerror or 'unknown reason'}") from None


def server_of(app: App, *, patience: Patience | None = None) -> uvicorn.Server:
    """Return a server for an application; `run(sockets=[...])` serves until it is told to stop."""
    given = patience or Patience()

    class Protocol(PatientProtocol):
        patience = given
        waiting: ClassVar[OrderedDict[PatientProtocol, None]] = OrderedDict()

    config: dict[str, Any] = {
        "http": Protocol,
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": _STOP_SECONDS,
        "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
    }
    return uvicorn.Server(uvicorn.Config(app, **config))


def tell_of_thread(ended: threading.ExceptHookArgs) -> None:
    """Write one line about a thread that a fault has ended; Python would write the message, which may hold anything."""
    name = "" if ended.thread is None else ended.thread.name
    fault = ended.exc_type.__name__ if ended.exc_value is None else place_of(ended.exc_value)
    _LOG.error("a thread has ended (%s): %s", name, fault, extra=log_event("thread_ended"))


def serve(
    app: App,
    listening: socket.socket,
    *,
    ready: Callable[[], None] = lambda: None,
    drain_s: float = 0,
    log_form: str = LINES,
) -> None:
    """Serve an application until the process is told to stop; what runs then has 10 seconds to end, and it returns.

    Args:
        app: the application, its gate included.
        listening: from `listen`.
        ready: called once, before the first request.
        drain_s: for how many seconds it goes on serving after it was told, while `/readyz` says that it will stop.
        log_form: `lines` or `json`.

    Raises:
        GateError: the application did not start, or the log has no such form.
    """
    logging.config.dictConfig(logging_to("ext://sys.stderr", log_form))
    threading.excepthook = tell_of_thread
    departure = Departure(app)
    server = server_of(departure)

    def leave(sig: int, _: FrameType | None) -> None:
        # uvicorn's own would raise the signal again when all is answered, and so end the process before its callers
        # have put anything away.
        server.force_exit = server.should_exit and sig == signal.SIGINT
        server.should_exit = True

    stop = SlowStop(departure, leave, after_s=drain_s, later=threading.Timer)
    server.handle_exit = stop  # type: ignore[method-assign] # uvicorn installs it for its signals
    gc.collect()
    gc.freeze()  # what is there before the first request stays: searching it again and again is a tenth of a check
    ready()
    server.run(sockets=[listening])
    if not server.started:
        raise GateError("the service did not start; the lines above say why")
