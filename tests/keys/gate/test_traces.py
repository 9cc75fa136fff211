"""Spans of requests and stages: whose child they are, what stands in them, and what never does."""

import asyncio
import itertools
import json
import logging
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from keys.faults import log_event
from keys.gate.answers import problem_document
from keys.gate.gate import App, Gate, GateRules, Message, Receive, Scope, Send, Visitors
from keys.gate.log_lines import JSON, REQUESTS, JsonLine, OneLine
from keys.gate.rate_limits import Rate
from keys.gate.request_log import logged
from keys.gate.traces import CLIENT, INTERNAL, SERVER, Span, Traced, Tracer, parent_of
from keys.watching import happened, passed_on, stage, trace_id, watched

MARKER = "900101-1234567"
TRACE, ABOVE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{ABOVE}-01"


def counting() -> Callable[[int], bytes]:
    """Random bytes that are not: 1, 2, 3 …"""
    numbers = itertools.count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Has a route with a value in its path, two stages, and fails when told to."""
    scope["route"] = SimpleNamespace(path="/holders/{id}")
    with stage("issue.sign"), stage("fetch", host="tsa.example", method="POST"):
        happened("child.ended", task="pdf", ended="answered")
        if scope["path"].endswith("fault"):
            raise ValueError(MARKER)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def gated(app: App = application, rules: GateRules | None = None) -> Gate:
    return Gate(app, rules=rules or GateRules(), visitors=Visitors())


def ask(app: App, tracer: Tracer, path: str = f"/holders/{MARKER}", **headers: str) -> list[Message]:
    """Send one request; answers what was sent."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": MARKER.encode(), "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    given = {"user-agent": MARKER, "cookie": MARKER, "tracestate": f"a={MARKER}", "baggage": f"a={MARKER}", **headers}
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
    scope = {
        "type": "http",
        "path": path,
        "method": "GET",
        "headers": lines,
        "query_string": MARKER.encode(),
        "client": ("192.0.2.7", 1),
    }

    async def serve() -> None:
        await app(scope, receive, send)

    with watched(tracer):
        asyncio.run(serve())
    return sent


@pytest.fixture
def spans() -> list[Span]:
    return []


@pytest.fixture
def tracer(spans: list[Span]) -> Tracer:
    return Tracer(spans.append, random_bytes=counting())


def test_a_request_is_a_span_with_its_stages_below(spans: list[Span], tracer: Tracer) -> None:
    ask(Traced(gated(), tracer), tracer)
    fetch, sign, request = spans
    assert [request.name, sign.name, fetch.name] == ["GET /holders/{id}", "issue.sign", "fetch"]
    assert [request.kind, sign.kind, fetch.kind] == [SERVER, INTERNAL, CLIENT]
    assert {each.trace_id for each in spans} == {f"{1:032x}"}
    assert [request.parent_id, sign.parent_id, fetch.parent_id] == ["", request.span_id, sign.span_id]
    assert fetch.words == {"server.address": "tsa.example", "http.request.method": "POST"}
    assert [(name, about) for _, name, about in fetch.events] == [
        ("child.ended", {"cb.task": "pdf", "cb.ended": "answered"})
    ]
    assert request.began_ns <= sign.began_ns <= fetch.began_ns
    assert fetch.ended_ns >= fetch.began_ns
    assert request.words.pop("cb.request_id")
    assert request.words == {
        "http.request.method": "GET",
        "http.route": "/holders/{id}",
        "http.response.status_code": 200,
    }
    assert not any(each.failed for each in spans)


@pytest.mark.parametrize("path", [f"/holders/{MARKER}", f"/holders/{MARKER}/fault"])
def test_nothing_that_came_with_a_request_is_in_a_span(spans: list[Span], tracer: Tracer, path: str) -> None:
    ask(Traced(gated(), tracer), tracer, path, x_request_id=MARKER, traceparent=MARKER, accept=MARKER)
    assert len(spans) == 3
    assert MARKER not in repr(spans)
    assert "192.0.2.7" not in repr(spans)


def test_a_fault_is_told_by_its_kind_and_the_request_by_its_status(spans: list[Span], tracer: Tracer) -> None:
    ask(Traced(gated(), tracer), tracer, "/fault")
    assert [each.failed for each in spans] == ["ValueError", "ValueError", "500"]
    assert spans[2].words["http.response.status_code"] == 500


def test_a_refusal_of_the_gate_is_traced_too(spans: list[Span], tracer: Tracer) -> None:
    rules = GateRules(rates={"/x": Rate("x", amount=0, seconds=60)})
    ask(Traced(gated(rules=rules), tracer, known=("/x",)), tracer, "/x")
    (span,) = spans
    assert (span.name, span.words["http.response.status_code"], span.failed) == ("GET /x", 429, "")


def test_an_unknown_address_and_method_are_other(spans: list[Span], tracer: Tracer) -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        scope["method"] = MARKER

    ask(Traced(silent, tracer), tracer)
    assert (spans[0].name, spans[0].words["http.response.status_code"]) == ("GET other", 499)


def test_what_is_no_request_is_passed_on_without_a_span(spans: list[Span], tracer: Tracer) -> None:
    async def living(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.complete"})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    asyncio.run(as_coroutine(Traced(living, tracer), receive, send))
    assert (sent, spans) == ([{"type": "lifespan.startup.complete"}], [])


async def as_coroutine(app: App, receive: Receive, send: Send) -> None:
    await app({"type": "lifespan"}, receive, send)


def test_a_request_goes_on_in_the_trace_of_whoever_asks(spans: list[Span], tracer: Tracer) -> None:
    ask(Traced(gated(), tracer), tracer, traceparent=PARENT)
    assert {each.trace_id for each in spans} == {TRACE}
    assert spans[-1].parent_id == ABOVE


@pytest.mark.parametrize("later", [f"01-{TRACE}-{ABOVE}-09", f"cc-{TRACE}-{ABOVE}-00-what-a-later-version-adds"])
def test_a_later_version_is_read_as_far_as_it_is_known(later: str) -> None:
    found = parent_of([(b"traceparent", later.encode())])
    assert found is not None
    assert (found.trace_id, found.span_id) == (TRACE, ABOVE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PARENT.upper(),
        PARENT[:-1],
        PARENT + "0",
        PARENT + "-more",
        "ff" + PARENT[2:],
        " " + PARENT,
        PARENT + "\n",
        f"00-{'0' * 32}-{ABOVE}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}g-{ABOVE}-01",
        f"01-{TRACE}-{ABOVE}-01x",
    ],
)
def test_a_traceparent_that_is_not_well_formed_begins_a_new_trace(text: str) -> None:
    assert parent_of([(b"traceparent", text.encode())]) is None


def test_two_statements_about_the_span_above_are_none() -> None:
    assert parent_of([(b"traceparent", PARENT.encode())] * 2) is None


@pytest.mark.parametrize(("share", "last", "is_kept"), [(0.5, "7", True), (0.5, "8", False), (0.0, "0", False)])
def test_the_id_of_a_trace_decides_whether_it_is_kept_and_no_caller_does(
    share: float, last: str, is_kept: bool
) -> None:
    kept: list[Span] = []
    tracer = Tracer(kept.append, share=share)
    parent = f"00-{'1' * 16}{last}{'f' * 15}-{ABOVE}-01"
    ask(Traced(gated(), tracer), tracer, traceparent=parent)
    assert len(kept) == (3 if is_kept else 0)


def test_a_share_of_one_keeps_every_trace() -> None:
    kept: list[Span] = []
    tracer = Tracer(kept.append, random_bytes=lambda size: b"\xff" * size)
    with tracer.span("work", INTERNAL):
        pass
    assert len(kept) == 1


@pytest.mark.parametrize(("share", "flags"), [(1.0, "01"), (0.0, "00")])
def test_the_trace_is_passed_on_to_the_origins_of_the_setting_alone(
    spans: list[Span], share: float, flags: str
) -> None:
    tracer = Tracer(spans.append, share=share, origins=["https://bank.example"], random_bytes=counting())
    with watched(tracer):
        assert passed_on("https://bank.example") == ()
        with stage("fetch"):
            told = passed_on("https://bank.example")
            assert passed_on("https://other.example") == ()
            assert passed_on("https://bank.example:8443") == ()
    assert told == (("traceparent", f"00-{1:032x}-{2:016x}-{flags}"),)


def test_outside_of_any_work_an_event_belongs_to_no_span(spans: list[Span], tracer: Tracer) -> None:
    with watched(tracer):
        happened("child.ended", task="pdf")
        assert trace_id() is None
    assert spans == []


def test_log_lines_and_problem_documents_of_a_request_have_its_trace(
    tracer: Tracer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, REQUESTS)
    lines: list[str] = []

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        record = logging.LogRecord("bank", logging.WARNING, "", 1, "said", (), None)
        record.__dict__.update(log_event("request_refused", request_id="ab12", code="x"))
        lines.extend((JsonLine().format(record), OneLine().format(record)))
        raise ValueError(MARKER)

    sent = ask(logged(Traced(gated(failing), tracer), JSON), tracer, traceparent=PARENT)
    warned = json.loads(lines[0])
    assert (warned["event"], warned["trace_id"], warned["request_id"]) == ("request_refused", TRACE, "ab12")
    assert lines[1].endswith(f"WARNING said (trace {TRACE})")
    problem = json.loads(sent[1]["body"])
    assert problem["trace_id"] == TRACE
    assert problem["request_id"] == dict(sent[0]["headers"])[b"x-request-id"].decode()
    (request,) = [json.loads(JsonLine().format(each)) for each in caplog.records if each.name == REQUESTS]
    assert (request["event"], request["trace_id"], request["status"]) == ("request", TRACE, 500)


def test_without_a_trace_a_problem_document_names_none() -> None:
    assert "trace_id" not in problem_document(404, code="not_found", detail="", request_id="1")
