"""Sending spans: the bytes as a collector reads them, one place, and nobody who waits for it."""

import http.client
import logging
import socket
import ssl
import subprocess
import sys
import threading
from collections import Counter

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from keys.errors import GateError
from keys.gate.trace_sender import DROPPED_FOR, Collector, Sender, encoded
from keys.gate.traces import CLIENT, Span
from tests.trace_collector import collecting, words_of

MARKER = "SYN-P-001"


def span_of(name: str = "fetch", failed: str = "") -> Span:
    words: dict[str, str | int] = {"server.address": "tsa.example", "http.response.status_code": 200}
    events = [(15, "child.ended", {"cb.task": "pdf"})]
    return Span(name, CLIENT, "ab" * 16, "cd" * 8, "ef" * 8, True, 10, 20, failed, words, events)


def test_a_span_is_read_by_the_published_messages_as_it_was() -> None:
    request = ExportTraceServiceRequest.FromString(encoded([span_of()], service="cb-issuer"))
    (resource,) = request.resource_spans
    assert words_of(list(resource.resource.attributes)) == {"service.name": "cb-issuer"}
    (scope,) = resource.scope_spans
    assert scope.scope.name == "competency-bank"
    (span,) = scope.spans
    assert (span.trace_id, span.span_id, span.parent_span_id) == (b"\xab" * 16, b"\xcd" * 8, b"\xef" * 8)
    assert (span.name, span.kind) == ("fetch", SpanMessage.SPAN_KIND_CLIENT)
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (10, 20)
    assert words_of(list(span.attributes)) == {"server.address": "tsa.example", "http.response.status_code": 200}
    assert [(each.time_unix_nano, each.name, words_of(list(each.attributes))) for each in span.events] == [
        (15, "child.ended", {"cb.task": "pdf"})
    ]
    assert span.status.code == Status.STATUS_CODE_UNSET


def test_a_failure_is_a_status_and_the_kind_of_the_error() -> None:
    request = ExportTraceServiceRequest.FromString(encoded([span_of(failed="KeyError")], service="cb-issuer"))
    span = request.resource_spans[0].scope_spans[0].spans[0]
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert span.status.message == ""
    assert words_of(list(span.attributes))["error.type"] == "KeyError"


def test_what_waits_is_sent_at_the_end_in_messages_of_at_most_512_spans() -> None:
    with collecting() as collector:
        sender = Sender(Collector.of(collector.url).post, service="cb-verifier")
        for number in range(1100):
            sender.take(span_of(f"work {number}"))
        sender.open()
        sender.close()
        assert [span.name for span in collector.spans] == [f"work {number}" for number in range(1100)]
        assert max(len(one.resource_spans[0].scope_spans[0].spans) for one in collector.requests) == 512
        assert collector.services == {"cb-verifier"}
        path, headers = collector.heads[0]
        assert path == "/v1/traces"
        assert headers["content-type"] == "application/x-protobuf"
        assert not {"authorization", "cookie", "user-agent", "baggage"} & set(headers)


def test_many_at_once_are_sent_without_waiting_for_the_end() -> None:
    with collecting() as collector:
        sent: list[int] = []
        reached = threading.Event()

        def post(message: bytes) -> int:
            sent.append(Collector.of(collector.url).post(message))
            reached.set()
            return sent[-1]

        sender = Sender(post, service="cb-verifier")
        sender.open()
        for _ in range(512):
            sender.take(span_of())
        assert reached.wait(30)
        sender.close()
        assert len(collector.spans) == 512


def test_nobody_who_takes_them_costs_nobody_anything_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sender = Sender(Collector.of(f"http://127.0.0.1:{port}").post, service="cb-issuer")
    with caplog.at_level(logging.WARNING):
        for _ in range(5000):
            sender.take(span_of(MARKER))
        sender.open()
        sender.close()
    assert [record.getMessage() for record in caplog.records] == ["traces are dropped: too many wait"]
    assert [record.__dict__["cb_event"] for record in caplog.records] == ["traces_dropped"]


@pytest.mark.parametrize("fault", [ConnectionRefusedError(MARKER), http.client.BadStatusLine(MARKER)])
def test_a_collector_that_does_not_answer_is_told_by_the_kind_of_the_fault(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def post(message: bytes) -> int:
        raise fault

    sender = Sender(post, service="cb-issuer")
    sender.take(span_of())
    with caplog.at_level(logging.WARNING):
        sender.open()
        sender.close()
    assert [record.getMessage() for record in caplog.records] == [f"traces are dropped: {type(fault).__name__}"]


def test_a_collector_that_refuses_is_told_again_after_it_worked(caplog: pytest.LogCaptureFixture) -> None:
    statuses = iter((503, 503, 200, 503))
    sender = Sender(lambda message: next(statuses), service="cb-issuer")
    with caplog.at_level(logging.WARNING):
        for _ in range(4):
            sender.take(span_of())
            sender._send_one()
    assert [record.getMessage() for record in caplog.records] == ["traces are dropped: status 503"] * 2


def test_a_redirect_of_the_collector_is_not_followed() -> None:
    with collecting() as collector:
        collector.status = 307
        assert Collector.of(collector.url).post(b"") == 307
        assert len(collector.heads) == 1


def test_a_place_may_have_a_path_of_its_own_or_tls() -> None:
    assert Collector.of("https://collector.example") == Collector(True, "collector.example", 443, "/v1/traces")
    assert Collector.of("http://[::1]:4318/") == Collector(False, "::1", 4318, "/v1/traces")
    assert Collector.of("http://collector/otlp/v1/traces") == Collector(False, "collector", 80, "/otlp/v1/traces")


def test_a_collector_without_a_certificate_that_counts_gets_nothing() -> None:
    with collecting() as collector:
        with pytest.raises(ssl.SSLError):
            Collector.of(f"https://127.0.0.1:{collector.port}").post(b"secret")
        assert collector.bodies == []


@pytest.mark.parametrize(
    "place",
    [
        "",
        "127.0.0.1:4318",
        "grpc://127.0.0.1:4317",
        "file:///etc/passwd",
        "http://",
        "http://:4318",
        "http://user:pin@collector",
        "http://collector/?token=x",
        "http://collector/#x",
        "http://collector:port",
        "http://collector:99999",
        "http://collector/a b",
        "http://collector/\r\nx: y",
        "http://수집기",
        "http://[::1",
    ],
)
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(GateError, match="expected a place such as http"):
        Collector.of(place)


def test_no_variable_of_the_environment_is_read_by_the_library() -> None:
    program = """
import os
read = []
class Watched(dict):
    def __getitem__(self, name): read.append(name); return super().__getitem__(name)
    def get(self, name, *other): read.append(name); return super().get(name, *other)
    def __contains__(self, name): read.append(name); return super().__contains__(name)
import socket, ssl, http.client, keys.gate.traces
os.environ = Watched({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"})
os.getenv = os.environ.get
from keys.gate.trace_sender import Collector, encoded
from keys.gate.traces import Span
encoded([Span("a", 1, "ab" * 16, "cd" * 8, "", True, 1, 2)], service="cb-issuer")
Collector.of("http://127.0.0.1:4318")
print([name for name in read if "OTEL" in name.upper() or "PROXY" in name.upper()])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_span_that_is_dropped_is_counted_by_its_reason() -> None:
    counted: Counter[str] = Counter()
    statuses = iter((503, 200))

    def count(reason: str) -> None:
        counted[reason] += 1

    sender = Sender(lambda message: next(statuses), service="cb-issuer", count_dropped=count)
    for _ in range(2050):
        sender.take(span_of())
    assert counted == {"too_many_wait": 2}
    sender._send_one()
    sender._send_one()
    assert counted == {"too_many_wait": 2, "not_taken": 512}
    assert set(counted) == set(DROPPED_FOR)
