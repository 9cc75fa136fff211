"""A collector of traces on loopback: takes OTLP over HTTP and reads its protobuf with the published messages."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


def words_of(attributes: list[KeyValue]) -> dict[str, str | int]:
    """Attributes as a dictionary."""
    return {
        each.key: each.value.int_value if each.value.HasField("int_value") else each.value.string_value
        for each in attributes
    }


@dataclass
class Collector:
    """What was sent: every request as it came, with its path and headers; `status` is what it is answered."""

    port: int = 0
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    heads: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]

    @property
    def spans(self) -> list[Span]:
        """Every span, in the order in which they came."""
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def services(self) -> set[str]:
        found = [words_of(list(each.resource.attributes)) for one in self.requests for each in one.resource_spans]
        return {str(each["service.name"]) for each in found}

    def named(self, name: str) -> Span:
        """The one span of a name."""
        (span,) = [span for span in self.spans if span.name == name]
        return span

    def below(self, span: Span) -> list[str]:
        """The names of the spans directly below one, in the order in which they began."""
        found = sorted((each.start_time_unix_nano, each.name) for each in self.spans if self._is_below(each, span))
        return [name for _, name in found]

    @staticmethod
    def _is_below(span: Span, above: Span) -> bool:
        return span.parent_span_id == above.span_id and span.trace_id == above.trace_id


@contextmanager
def collecting() -> Iterator[Collector]:
    """Collect while a `with` block runs."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.heads.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            collector.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(collector.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
