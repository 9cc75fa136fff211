"""Traces of a service (OpenTelemetry): a span for each request and for each stage of its work, and nothing of a person.

Rules enforced:
* a span has the template of an address as it stands in the code, never the address; a method out of a closed list, the
  status, the id of the request, the kind of an error without its message, and the words of `keys.watching`;
* of a caller's headers `traceparent` alone is read, strictly; `tracestate`, which may hold anything, never;
* which traces are kept is decided by their id and the setting, so that services with the same share keep the same ones
  and nobody outside makes this one keep more;
* `traceparent` goes out to the origins of the setting alone.

Left to `keys.gate.trace_sender`: the form in which spans are sent, and sending.

Source: W3C Trace Context (2021-11-23); OpenTelemetry semantic conventions for HTTP, as far as the rules above allow
"""

import os
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from keys.gate.callers import Headers
from keys.gate.gate import REQUEST_ID, App, Message, Receive, Scope, Send
from keys.gate.measured import NO_ANSWER, TRACE_ID, method_of, route_of
from keys.watching import Watch, Words

SERVER: Final = 2
CLIENT: Final = 3
INTERNAL: Final = 1
"""Kinds of spans, as OTLP numbers them."""
FETCH: Final = "fetch"
"""The stage in which somebody else is asked."""

_PARENT: Final = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?", re.DOTALL)
_OUR_VERSION: Final = b"00"
_NO_VERSION: Final = b"ff"
_FAILED: Final = 500
_HALF: Final = 1 << 64  # the part of an id that decides: its last eight bytes are random in every version
_NAMES: Final = {"host": "server.address", "method": "http.request.method"}


@dataclass(frozen=True, slots=True)
class Parent:
    """The span of somebody else under which ours stand: ids in lower-case hex."""

    trace_id: str
    span_id: str


@dataclass(slots=True)
class Span:
    """One piece of work; times are nanoseconds since 1970, `failed` is the kind of an error."""

    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    is_kept: bool
    began_ns: int
    ended_ns: int = 0
    failed: str = ""
    words: dict[str, str | int] = field(default_factory=dict)
    events: list[tuple[int, str, Words]] = field(default_factory=list)


_CURRENT: Final[ContextVar[Span | None]] = ContextVar("span", default=None)


def parent_of(headers: Headers) -> Parent | None:
    """Return the span that a request names as the one above it; None for none, two, or one that is not well formed."""
    sent = [value for name, value in headers if name == b"traceparent"]
    found = _PARENT.fullmatch(sent[0]) if len(sent) == 1 else None
    if found is None or found[1] == _NO_VERSION or (found[1] == _OUR_VERSION and found[4] is not None):
        return None
    trace_id, span_id = found[2].decode(), found[3].decode()
    return Parent(trace_id, span_id) if int(trace_id, 16) and int(span_id, 16) else None


class Tracer(Watch):
    """Makes spans; those of the traces that are kept are handed on when they end.

    Args:
        hand_on: takes a span that has ended; must not wait.
        share: of all traces, from 0 to 1, that are kept.
        origins: to which `traceparent` is passed on.
        random_bytes: makes ids.
    """

    def __init__(
        self,
        hand_on: Callable[[Span], None],
        *,
        share: float = 1.0,
        origins: Collection[str] = (),
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._hand_on = hand_on
        self._below = int(share * _HALF)
        self._origins = frozenset(origins)
        self._random_bytes = random_bytes

    @contextmanager
    def span(self, name: str, kind: int, *, parent: Parent | None = None) -> Iterator[Span]:
        """Make a span around some work, below the present one or the given one."""
        above = _CURRENT.get()
        if above is not None:
            parent = Parent(above.trace_id, above.span_id)
        trace_id = self._random_bytes(16).hex() if parent is None else parent.trace_id
        span = Span(
            name,
            kind,
            trace_id,
            self._random_bytes(8).hex(),
            "" if parent is None else parent.span_id,
            is_kept=int(trace_id[16:], 16) < self._below,
            began_ns=time.time_ns(),
        )
        before, began = _CURRENT.set(span), time.perf_counter_ns()
        try:
            yield span
        except BaseException as error:
            span.failed = type(error).__name__
            raise
        finally:
            _CURRENT.reset(before)
            span.ended_ns = span.began_ns + time.perf_counter_ns() - began
            if span.is_kept:
                self._hand_on(span)

    @contextmanager
    def stage(self, name: str, about: Words) -> Iterator[None]:
        """Make a span around a stage."""
        with self.span(name, CLIENT if name == FETCH else INTERNAL) as span:
            span.words.update({_NAMES.get(key, f"cb.{key}"): value for key, value in about.items()})
            yield

    def happened(self, name: str, about: Words) -> None:
        """Note an event in the present span."""
        span = _CURRENT.get()
        if span is not None:
            span.events.append((time.time_ns(), name, {f"cb.{key}": value for key, value in about.items()}))

    def trace_id(self) -> str | None:
        """Return the id under which the present work is traced."""
        span = _CURRENT.get()
        return None if span is None else span.trace_id

    def passed_on(self, origin: str) -> tuple[tuple[str, str], ...]:
        """Return `traceparent` for an origin of the setting."""
        span = _CURRENT.get()
        if span is None or origin not in self._origins:
            return ()
        return (("traceparent", f"00-{span.trace_id}-{span.span_id}-{int(span.is_kept):02x}"),)


class Traced:
    """ASGI middleware that makes a span of every request; the gate stands behind it, so refusals are traced, too."""

    def __init__(self, app: App, tracer: Tracer, *, known: Collection[str] = ()) -> None:
        """Stand before an application; `known` as for `Measured`."""
        self._app = app
        self._tracer = tracer
        self._known = frozenset(known)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the start and the end of the server are passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, status = method_of(scope), NO_ANSWER

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._tracer.span(method, SERVER, parent=parent_of(scope["headers"])) as span:
            scope[TRACE_ID] = span.trace_id
            try:
                await self._app(scope, receive, noting)
            finally:
                route = route_of(scope, self._known)
                span.name = f"{method} {route}"
                span.words |= {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                span.words["cb.request_id"] = str(scope.get(REQUEST_ID, ""))
                if status >= _FAILED:
                    span.failed = str(status)
