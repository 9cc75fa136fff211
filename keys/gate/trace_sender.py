"""Sends spans to a collector as OTLP over HTTP with protobuf; extra `telemetry`, the only door of its messages.

Only programs that were told where to send load this module, and with it the library, which has the messages and nothing
that reads an environment, looks for a proxy or sends by itself.

Rules enforced:
* one place, that of the setting; no proxy, no redirect, no credentials, nothing of the answer but its status;
* whoever makes spans never waits: beyond 2,048 that wait, and where the collector does not take them, they are dropped,
  which the log says once until it works again;
* at the end what waits is sent, within the time of one request.

Source: OTLP 1.5.0
"""

import http.client
import logging
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Status
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from keys.errors import GateError
from keys.faults import log_event
from keys.gate.traces import Span
from keys.values import dataclass

PATH: Final = "/v1/traces"
_SCOPE: Final = "competency-bank"
_MEDIA_TYPE: Final = "application/x-protobuf"
_MOST_WAITING: Final = 2048
_AT_ONCE: Final = 512
_EVERY_S: Final = 5.0
_PATIENCE_S: Final = 5.0
_TAKEN: Final = range(200, 300)
_DROPPED: Final = "traces_dropped"
TOO_MANY_WAIT: Final = "too_many_wait"
NOT_TAKEN: Final = "not_taken"
DROPPED_FOR: Final = (TOO_MANY_WAIT, NOT_TAKEN)
_LOG: Final = logging.getLogger(__name__)

Post = Callable[[bytes], int]
"""Sends a message and returns the status of the answer; raises OSError or HTTPException."""


def encoded(spans: Iterable[Span], *, service: str) -> bytes:
    """Return the message about spans of a service."""
    found = ScopeSpans(scope=InstrumentationScope(name=_SCOPE), spans=[_message(span) for span in spans])
    resource = Resource(attributes=_attributes({"service.name": service}))
    message = ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=resource, scope_spans=[found])])
    return bytes(message.SerializeToString())


def _message(span: Span) -> SpanMessage:
    words = dict(span.words)
    if span.failed:
        words["error.type"] = span.failed
    return SpanMessage(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent_id),
        name=span.name,
        kind=SpanMessage.SpanKind.ValueType(span.kind),
        start_time_unix_nano=span.began_ns,
        end_time_unix_nano=span.ended_ns,
        attributes=_attributes(words),
        events=[
            SpanMessage.Event(time_unix_nano=at, name=name, attributes=_attributes(about))
            for at, name, about in span.events
        ],
        status=Status(code=Status.STATUS_CODE_ERROR if span.failed else Status.STATUS_CODE_UNSET),
    )


def _attributes(words: Mapping[str, str | int]) -> list[KeyValue]:
    return [
        KeyValue(key=key, value=AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value))
        for key, value in words.items()
    ]


@dataclass(frozen=True, slots=True)
class Collector:
    """Where spans are sent: `https`, or `http` inside one's own network."""

    is_https: bool
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> "Collector":
        """Read the setting.

        Raises:
            GateError: the setting names no such place.
        """
        problem = GateError("cannot send traces: expected a place such as http://127.0.0.1:4318")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise problem from None
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii() or not url.isprintable():
            raise problem
        if parts.query or parts.fragment or "@" in parts.netloc or " " in url:
            raise problem
        is_https = parts.scheme == "https"
        path = parts.path if parts.path.strip("/") else PATH
        return cls(is_https, parts.hostname, port or (443 if is_https else 80), path)

    def post(self, message: bytes) -> int:
        """Send a message; return the status of the answer.

        Raises:
            OSError, HTTPException: nobody answers, or not in HTTP.
        """
        if self.is_https:
            tls = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.host, self.port, timeout=_PATIENCE_S, context=tls
            )
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=_PATIENCE_S)
        try:
            connection.request("POST", self.path, message, {"Content-Type": _MEDIA_TYPE})
            return connection.getresponse().status
        finally:
            connection.close()


class Sender:
    """Sends what is handed on, from a thread of its own; use it as `open` … `close`."""

    def __init__(self, post: Post, *, service: str, count_dropped: Callable[[str], None] | None = None) -> None:
        """Prepare.

        Args:
            post: sends a message.
            service: the name under which the collector keeps the spans.
            count_dropped: told of each span that is dropped, with one of `DROPPED_FOR`.
        """
        self._count_dropped = count_dropped
        self._post = post
        self._service = service
        self._waiting: deque[Span] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._is_dropping = False
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)

    def open(self) -> None:
        """Begin to send."""
        self._thread.start()

    def close(self) -> None:
        """Send what waits, or as much of it as the collector takes in time; then end."""
        with self._changed:
            self._closing.set()
            self._changed.notify()
        self._thread.join(_PATIENCE_S)

    def take(self, span: Span) -> None:
        """Take a span that has ended; where too many wait, it is dropped."""
        with self._changed:
            is_room = len(self._waiting) < _MOST_WAITING
            if is_room:
                self._waiting.append(span)
            if len(self._waiting) == _AT_ONCE:
                self._changed.notify()
        if not is_room:
            self._drops("too many wait", TOO_MANY_WAIT)

    def _run(self) -> None:
        while not self._closing.is_set():
            with self._changed:
                if not self._closing.is_set() and len(self._waiting) < _AT_ONCE:
                    self._changed.wait(_EVERY_S)
            self._send_one()
        while self._waiting and self._send_one():
            pass

    def _send_one(self) -> bool:
        """Send what waits, at most so many; answer whether they were taken."""
        spans = [self._waiting.popleft() for _ in range(min(len(self._waiting), _AT_ONCE))]
        if not spans:
            return True
        try:
            status = self._post(encoded(spans, service=self._service))
        except (OSError, http.client.HTTPException) as error:
            self._drops(type(error).__name__, NOT_TAKEN, count=len(spans))
            return False
        if status not in _TAKEN:
            self._drops(f"status {status}", NOT_TAKEN, count=len(spans))
            return False
        self._is_dropping = False
        return True

    def _drops(self, reason: str, kind: str, *, count: int = 1) -> None:
        if self._count_dropped is not None:
            for _ in range(count):
                self._count_dropped(kind)
        if not self._is_dropping:
            self._is_dropping = True
            _LOG.warning("traces are dropped: %s", reason, extra=log_event(_DROPPED))
