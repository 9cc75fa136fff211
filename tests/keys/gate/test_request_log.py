"""A line for every request that has ended, and nothing in it that came with the request."""

import logging
from typing import Any

import pytest

from keys.gate.gate import Gate, GateRules, Visitors
from keys.gate.log_lines import JSON, LINES, REQUESTS, JsonLine
from keys.gate.request_log import logged
from tests.keys.gate.test_metrics import MARKER, application, ask


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.__dict__["cb_told"] for record in caplog.records if record.name == REQUESTS]


@pytest.fixture
def gated() -> Gate:
    return Gate(application, rules=GateRules(), visitors=Visitors())


@pytest.fixture(autouse=True)
def listened(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, REQUESTS)


def test_a_request_is_told_by_its_route_with_the_id_that_its_answer_has(
    gated: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    headers = dict(ask(logged(gated, JSON), f"/holders/{MARKER}")[0]["headers"])
    (line,) = told(caplog)
    assert line.pop("duration_ms") >= 0
    assert line == {
        "route": "/holders/{id}",
        "method": "GET",
        "status": 200,
        "request_id": headers[b"x-request-id"].decode(),
    }


@pytest.mark.parametrize("path", ["/holders/" + MARKER, "/" + MARKER, "/fault", "/silent"])
@pytest.mark.parametrize("method", ["POST", MARKER])
def test_nothing_that_came_with_a_request_is_in_a_line(
    gated: Gate, caplog: pytest.LogCaptureFixture, path: str, method: str
) -> None:
    ask(logged(gated, JSON), path, method)
    lines = [JsonLine().format(record) for record in caplog.records]
    assert told(caplog), "the request has no line"
    assert MARKER not in "".join(lines)
    assert "192.0.2.7" not in "".join(lines)


def test_a_refusal_and_a_fault_are_told_as_such(gated: Gate, caplog: pytest.LogCaptureFixture) -> None:
    ask(logged(gated, JSON), "/fault")
    assert [line["status"] for line in told(caplog)] == [500]


def test_what_no_address_knows_is_one_route(gated: Gate, caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/a", "/b", "/checks"):
        ask(logged(gated, JSON, known=("/checks",)), path)
    assert [line["route"] for line in told(caplog)] == ["other", "other", "/checks"]


def test_what_is_no_request_has_no_line(gated: Gate, caplog: pytest.LogCaptureFixture) -> None:
    ask(logged(application, JSON), "/holders/1", kind="lifespan")
    assert told(caplog) == []


def test_without_the_form_nothing_stands_before_the_application(gated: Gate) -> None:
    assert logged(gated, LINES) is gated
