"""What a service tells a monitor: counts with bounded labels, on a place of their own; and how it leaves."""

import asyncio
import json
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import FrameType, SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from keys.errors import GateError
from keys.gate.gate import App, Gate, GateRules, Message, Receive, Scope, Send, Visitors
from keys.gate.leaving import Departure, SlowStop
from keys.gate.measured import OTHER, Figure, Measured
from keys.gate.metrics import CHILD_ENDED, Metrics
from keys.gate.rate_limits import Rate
from keys.gate.telling import Teller, Telling, telling

MARKER = "SYN-P-001-7K3MQ"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Knows one route with a value in its path; fails, or says nothing, when told to."""
    if scope["path"].startswith("/holders/"):
        scope["route"] = SimpleNamespace(path="/holders/{id}")
    if scope["path"] == "/silent":
        return
    if scope["path"] == "/fault":
        raise ValueError(MARKER)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


def ask(app: App, path: str, method: str = "GET", kind: str = "http") -> list[dict[str, Any]]:
    """Send one request to an application in memory; answers what it sent."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    scope = {
        "type": kind,
        "path": path,
        "method": method,
        "headers": [(b"authorization", MARKER.encode())],
        "query_string": MARKER.encode(),
        "client": ("192.0.2.7", 1),
    }

    async def serve() -> None:
        await app(scope, receive, send)

    asyncio.run(serve())
    return sent


def samples_of(text: bytes) -> Samples:
    """Read the text as Prometheus reads it."""
    families = text_string_to_metric_families(text.decode())
    return {(each.name, tuple(sorted(each.labels.items()))): each.value for one in families for each in one.samples}


def requests_of(metrics: Metrics) -> dict[tuple[str, str, str], float]:
    """How many requests were counted, by route, method and status."""
    found = samples_of(metrics.text())
    return {
        (labels["route"], labels["method"], labels["status"]): value
        for (name, given), value in found.items()
        if name == "cb_requests_total" and (labels := dict(given))
    }


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def test_a_request_is_counted_under_the_template_of_its_address(metrics: Metrics) -> None:
    times = iter((1.0, 1.03, 2.0, 2.5))
    app = Measured(application, metrics, timer=lambda: next(times))
    ask(app, f"/holders/{MARKER}")
    ask(app, "/holders/2")
    assert requests_of(metrics) == {("/holders/{id}", "GET", "200"): 2}
    found = samples_of(metrics.text())
    route = ("route", "/holders/{id}")
    assert found["cb_request_seconds_count", (route,)] == 2
    assert found["cb_request_seconds_sum", (route,)] == pytest.approx(0.53)
    assert found["cb_request_seconds_bucket", (("le", "0.05"), route)] == 1
    assert found["cb_requests_under_way", ()] == 0


def test_whatever_a_caller_invents_becomes_one_label(metrics: Metrics) -> None:
    app = Measured(application, metrics, known={"/checks"})
    for number in range(300):
        ask(app, f"/{MARKER}/{number}", method=f"X{number}")
    ask(app, "/checks")
    assert requests_of(metrics) == {(OTHER, OTHER, "200"): 300, ("/checks", "GET", "200"): 1}


def test_no_value_of_a_request_stands_in_the_metrics(metrics: Metrics) -> None:
    ask(Measured(application, metrics), f"/holders/{MARKER}")
    assert MARKER.encode() not in metrics.text()
    assert b"192.0.2.7" not in metrics.text()


def test_what_the_gate_refuses_and_what_fails_is_counted(metrics: Metrics) -> None:
    gate = Gate(application, rules=GateRules(rates={"/rated": Rate("rated", 1, 60)}), visitors=Visitors())
    app = Measured(gate, metrics, known={"/rated"})
    for path in ("/rated", "/rated", "/fault"):
        ask(app, path)
    assert requests_of(metrics) == {
        ("/rated", "GET", "200"): 1,
        ("/rated", "GET", "429"): 1,
        (OTHER, "GET", "500"): 1,
    }


def test_a_fault_without_an_answer_and_a_client_that_left_are_counted(metrics: Metrics) -> None:
    app = Measured(application, metrics)
    with pytest.raises(ValueError, match=MARKER):
        ask(app, "/fault")
    ask(app, "/silent")
    assert requests_of(metrics) == {(OTHER, "GET", "499"): 2}
    assert samples_of(metrics.text())["cb_requests_under_way", ()] == 0


def test_the_life_of_the_server_is_no_request(metrics: Metrics) -> None:
    assert ask(Measured(application, metrics), "/x", kind="lifespan")
    assert requests_of(metrics) == {}


def test_events_are_counted_by_one_of_the_values_that_were_named(metrics: Metrics) -> None:
    count = metrics.counter("cb_checks", "Checks.", label="verdict", values=["valid", "invalid"])
    count("valid")
    found = samples_of(metrics.text())
    assert found["cb_checks_total", (("verdict", "valid"),)] == 1
    assert found["cb_checks_total", (("verdict", "invalid"),)] == 0
    with pytest.raises(KeyError):
        count(MARKER)
    assert MARKER.encode() not in metrics.text()


def test_a_stage_that_an_error_ends_is_counted_twice_as_run_and_as_failed(metrics: Metrics) -> None:
    with metrics.stage("issue.sign", {}):
        pass
    with pytest.raises(ValueError, match="no"), metrics.stage("issue.sign", {}):
        raise ValueError("no")
    shown = samples_of(metrics.text())
    assert shown["cb_stage_seconds_count", (("stage", "issue.sign"),)] == 2
    assert shown["cb_stage_failures_total", (("stage", "issue.sign"),)] == 1


def test_of_events_only_the_end_of_a_child_is_counted(metrics: Metrics) -> None:
    metrics.happened(CHILD_ENDED, {"task": "pdf", "ended": "killed"})
    metrics.happened("another", {"task": "pdf", "ended": "killed"})
    assert samples_of(metrics.text())["cb_children_total", (("ended", "killed"), ("task", "pdf"))] == 1


def test_figures_are_read_when_somebody_asks(metrics: Metrics) -> None:
    age = [1.0]
    metrics.read_when_asked(
        lambda: [Figure("cb_age", "Age.", each * age[0], {"source": name}) for name, each in (("a", 1), ("b", 2))]
    )
    assert samples_of(metrics.text())["cb_age", (("source", "b"),)] == 2
    age[0] = 5
    found = samples_of(metrics.text())
    assert (found["cb_age", (("source", "b"),)], found["cb_figures_read", ()]) == (10, 1)


def test_figures_that_cannot_be_read_say_so_and_leave_the_others(metrics: Metrics) -> None:
    def read() -> Iterator[Figure]:
        yield Figure("cb_age", "Age.", 1)
        raise OSError(MARKER)

    metrics.read_when_asked(read)
    found = samples_of(metrics.text())
    assert found["cb_figures_read", ()] == 0
    assert ("cb_age", ()) not in found
    assert ("cb_requests_under_way", ()) in found
    assert MARKER.encode() not in metrics.text()


def showing(where: str) -> AbstractContextManager[Teller]:
    return telling(Telling("cb-issuer", where))


def test_without_a_place_nothing_is_shown() -> None:
    with telling(Telling("cb-issuer")) as teller:
        assert teller.metrics is None


def test_metrics_are_shown_in_their_place_and_nothing_else_is() -> None:
    with showing("[127.0.0.1]:0") as teller:
        metrics = teller.metrics
        assert metrics is not None
    from keys.gate.metrics import shown

    with shown(metrics, host="127.0.0.1", port=0) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.headers["content-type"].startswith("text/plain")
            assert ("cb_requests_under_way", ()) in samples_of(answer.read())
        for path, data in (("/", None), ("/metrics", b"x")):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data=data)
            assert refused.value.code == 404
            refused.value.close()
        with pytest.raises(GateError, match="cannot listen"), showing(f"127.0.0.1:{port}"):
            pass


@pytest.mark.parametrize("place", ["9464", ":9464", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:٣"])
def test_a_place_that_is_none_stops_the_start(place: str) -> None:
    with pytest.raises(GateError, match="expected a place"), showing(place):
        pass


def test_without_the_library_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keys.gate.metrics", None)
    with pytest.raises(GateError, match=r"competency-bank\[metrics\]"), showing("127.0.0.1:0"):
        pass


class Waiting:
    """A timer that a test lets ring."""

    made: list["Waiting"]

    def __init__(self, seconds: float, function: Callable[..., object], args: tuple[int, FrameType | None]) -> None:
        self.seconds, self.function, self.args = seconds, function, args
        self.is_cancelled, self.is_started = False, False
        Waiting.made.append(self)

    def start(self) -> None:
        self.is_started = True

    def cancel(self) -> None:
        self.is_cancelled = True


@pytest.fixture
def stopped() -> list[int]:
    Waiting.made = []
    return []


def slow_stop(departure: Departure, stopped: list[int], *, after_s: float) -> SlowStop:
    def stop(sig: int, frame: FrameType | None) -> None:
        stopped.append(sig)

    return SlowStop(departure, stop, after_s=after_s, later=Waiting)


def test_readiness_ends_first_and_the_rest_goes_on_until_the_time_is_over(stopped: list[int]) -> None:
    departure = Departure(application)
    take = slow_stop(departure, stopped, after_s=7)
    assert ask(departure, "/tenant/readyz")[0]["status"] == 200
    take(signal.SIGTERM, None)
    answer = ask(departure, "/tenant/readyz")
    assert answer[0]["status"] == 503
    assert json.loads(answer[1]["body"])["code"] == "leaving"
    assert ask(departure, "/holders/1")[0]["status"] == 200
    assert ask(departure, "/x", kind="lifespan")[0]["status"] == 200
    (timer,) = Waiting.made
    assert (timer.seconds, timer.is_started, stopped) == (7, True, [])
    timer.function(*timer.args)
    assert stopped == [signal.SIGTERM]


def test_a_second_signal_stops_at_once(stopped: list[int]) -> None:
    take = slow_stop(Departure(application), stopped, after_s=7)
    take(signal.SIGTERM, None)
    take(signal.SIGINT, None)
    assert stopped == [signal.SIGINT]
    assert [timer.is_cancelled for timer in Waiting.made] == [True]


def test_without_a_time_to_drain_the_first_signal_stops_at_once(stopped: list[int]) -> None:
    departure = Departure(application)
    slow_stop(departure, stopped, after_s=0)(signal.SIGTERM, None)
    assert (stopped, Waiting.made, departure.is_near) == ([signal.SIGTERM], [], True)
