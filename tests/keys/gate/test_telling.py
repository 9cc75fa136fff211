"""What a service tells by its settings: all of it together, each alone, and nothing without one."""

import subprocess
import sys
from dataclasses import replace

import pytest

from keys.errors import GateError
from keys.gate.measured import Measured
from keys.gate.telling import Telling, telling
from keys.gate.traces import Traced
from keys.watching import passed_on, stage, trace_id
from tests.keys.gate.test_metrics import application, ask, samples_of
from tests.trace_collector import collecting

NOTHING = Telling("cb-verifier")


def test_without_a_setting_nothing_stands_before_the_service_and_nobody_watches() -> None:
    with telling(NOTHING) as teller:
        assert teller.before(application) is application
        assert stage("issue.sign") is stage("issue.seal")


def test_metrics_log_and_traces_tell_of_the_same_request() -> None:
    with collecting() as collector:
        asked = replace(NOTHING, metrics="127.0.0.1:0", log="json", traces=collector.url, known=("/known",))
        with telling(asked) as teller:
            assert teller.metrics is not None
            app = teller.before(application)
            assert isinstance(app, Measured)
            ask(app, "/known")
            with stage("issue.seal"):
                assert trace_id() is not None
            found = samples_of(teller.metrics.text())
        assert found["cb_requests_total", (("method", "GET"), ("route", "/known"), ("status", "200"))] == 1
        assert found["cb_stage_seconds_count", (("stage", "issue.seal"),)] == 1
        dropped = {words: value for (name, words), value in found.items() if name == "cb_spans_dropped_total"}
        assert dropped == {(("reason", "not_taken"),): 0, (("reason", "too_many_wait"),): 0}
        assert [span.name for span in collector.spans] == ["GET /known", "issue.seal"]


def test_traces_alone_stand_before_the_service_and_are_sent_when_it_ends() -> None:
    with collecting() as collector:
        with telling(replace(NOTHING, traces=collector.url, traces_pass_on="https://bank.example ,")) as teller:
            assert isinstance(teller.before(application), Traced)
            with stage("source.pull"):
                assert [name for name, _ in passed_on("https://bank.example")] == ["traceparent"]
                assert passed_on("https://other.example") == ()
        assert [span.name for span in collector.spans] == ["source.pull"]


@pytest.mark.parametrize("share", ["", "2", "-1", "1.1", "0,5", "half", "٠", "1e-3"])
def test_a_share_that_is_none_stops_the_start(share: str) -> None:
    with pytest.raises(GateError, match="expected a share"), telling(_traced(traces_share=share)):
        pass


@pytest.mark.parametrize("share", ["0", "1", "1.0", "0.05"])
def test_a_share_is_a_number_from_nothing_to_all(share: str) -> None:
    with telling(_traced(traces_share=share)) as teller:
        assert teller.tracer is not None


@pytest.mark.parametrize("origins", ["bank.example", "https://bank.example/path", "http://bank.example", "https://a b"])
def test_an_origin_that_is_none_stops_the_start(origins: str) -> None:
    with pytest.raises(GateError, match="expected origins"), telling(_traced(traces_pass_on=origins)):
        pass


def test_a_place_for_traces_that_is_none_stops_the_start() -> None:
    with pytest.raises(GateError, match="expected a place such as http"), telling(replace(NOTHING, traces="nowhere")):
        pass


def test_without_the_library_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keys.gate.trace_sender", None)
    with pytest.raises(GateError, match=r"competency-bank\[telemetry\]"), telling(_traced()):
        pass


def _traced(traces_share: str = "1", traces_pass_on: str = "") -> Telling:
    where = "http://127.0.0.1:9"
    return replace(NOTHING, traces=where, traces_share=traces_share, traces_pass_on=traces_pass_on)


@pytest.mark.parametrize(
    "variable", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_EXPORTER", "FASTAPI_OTEL_AUTO_CONFIGURE"]
)
def test_without_a_setting_no_library_is_loaded_whatever_the_environment_says(variable: str) -> None:
    program = """
import sys
from keys.gate.telling import Telling, telling
from keys.watching import stage
with telling(Telling("cb-issuer")) as teller, stage("issue.seal"):
    teller.before(print)
names = ("opentelemetry", "google.protobuf", "prometheus_client", "keys.gate.traces", "keys.gate.trace_sender")
print([name for name in sys.modules if name.startswith(names)])
"""
    environment = {variable: "http://127.0.0.1:9", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
