"""Traces of a bank and a verifier as programs: one trace over both, sent where the setting says, about nobody."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from issuer.cli.main import main as issuer_main
from tests.ports import own_port
from tests.trace_collector import Collector, collecting, words_of

pytestmark = pytest.mark.slow  # a bank is made, and two services run as programs
DELIVERIES = Path(__file__).resolve().parents[2] / "examples/deliveries"
PROGRAMS = Path(sys.executable).parent
TRACE, ABOVE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ISSUED = ["issue.prepare", "issue.sign", "issue.log", "issue.draw", "issue.seal", "issue.encrypt", "issue.store"]


@dataclass
class Story:
    """What two services did, what the collectors got, and everything that must not be among it."""

    bank: Collector
    verifier: Collector
    elsewhere: Collector
    personal: list[str]
    bank_log: list[dict[str, object]]
    verifier_log: list[dict[str, object]]
    problem: dict[str, object]


def run(capture: pytest.MonkeyPatch, out: Path, *arguments: object) -> dict[str, object]:
    """Run a command of the bank; answer what it printed as JSON."""
    with out.open("w") as stream, capture.context() as patch:
        patch.setattr("sys.stdout", stream)
        assert issuer_main([*(str(argument) for argument in arguments), "--json"]) == 0
    return dict(json.loads(out.read_text() or "{}"))


@contextmanager
def served(command: list[object], settings: dict[str, str], log: Path) -> Iterator[None]:
    """Run a service until the block ends, and let it stop as a supervisor does."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ISSUER_", "VERIFIER_"))}
    program = [str(each) for each in command]
    with log.open("w") as stderr:
        process = subprocess.Popen(program, env=clean | settings, stdout=subprocess.PIPE, stderr=stderr, text=True)
        with process:
            try:
                assert process.stdout is not None
                assert "istening" in process.stdout.readline()
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0


def ask(port: int, question: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    method, path = question.split(" ")
    connection.request(method, path, body, headers)
    with closing(connection), connection.getresponse() as answer:
        return answer.status, answer.read()


def lines_of(log: Path) -> list[dict[str, object]]:
    return [dict(json.loads(line)) for line in log.read_text().splitlines()]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder, patch = tmp_path_factory.mktemp("story"), pytest.MonkeyPatch()
    bank_port, port = own_port(), own_port()
    url, data, out = f"http://127.0.0.1:{bank_port}", ("--data", folder / "bank"), folder / "out.json"
    run(patch, out, "init", "--dev", "--url", url, *data)
    for source in ("persons", "qnet_qualifications"):
        (file,) = DELIVERIES.glob(f"{source}.*")
        run(patch, out, "import", source, file, *data)
    account = str(run(patch, out, "accounts", "open", "--person", "SYN-P-001", "--consent-all", *data)["id"])
    made = ("token", "create", "--account", account, "--name", "portal", "--scope", "read", "issue", "--days", 1)
    token = str(run(patch, out, *made, *data)["token"])
    with collecting() as bank, collecting() as verifier, collecting() as elsewhere:
        framework = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": elsewhere.url,
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": elsewhere.url,
            "OTEL_SDK_DISABLED": "true",
            "OTEL_TRACES_SAMPLER": "always_off",
            "OTEL_RESOURCE_ATTRIBUTES": "person=SYN-P-001",
            "OTEL_SERVICE_NAME": "SYN-P-001",
            "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
            "HTTP_PROXY": elsewhere.url,
            "http_proxy": elsewhere.url,
        }
        issuer = {"ISSUER_TRACES": bank.url, "ISSUER_LOG": "json", **framework}
        settings = {
            "VERIFIER_TRACES": verifier.url,
            "VERIFIER_TRACES_PASS_ON": url,
            "VERIFIER_LOG": "json",
            "VERIFIER_STATE": str(folder / "state"),
            "VERIFIER_CONFIG": str(folder / "config"),
            **framework,
        }
        serve_bank = [PROGRAMS / "cb-issuer", "serve", "--port", bank_port, *data]
        serve = [PROGRAMS / "cb-verifier", "serve", "--dev", "--port", port, "--trust", folder / "bank/trust.json"]
        with (
            served(serve_bank, issuer, folder / "bank.log"),
            served(serve, settings, folder / "verifier.log"),
        ):
            bearer = {"Authorization": f"Bearer {token}"}
            listed = json.loads(ask(bank_port, "GET /api/v1/account/entries", bearer)[1])["entries"]
            keyed = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324", "Content-Type": "application/json"}
            wish = json.dumps({"entries": [listed[0]["id"]]}).encode()
            status, answer = ask(bank_port, "POST /api/v1/certificates", bearer | keyed, wish)
            assert status == 201, answer
            issued = json.loads(answer)
            code = {"X-Confirmation-Code": issued["confirmation_code"]}
            status, pdf = ask(bank_port, f"GET {issued['links']['pdf']}", bearer | code)
            assert status == 200
            kind, parent = {"Content-Type": "application/pdf"}, {"traceparent": f"00-{TRACE}-{ABOVE}-01"}
            status, report = ask(port, "POST /api/v1/checks", kind | parent, pdf)
            assert (status, json.loads(report)["verdict"]) == (200, "valid")
            status, problem = ask(port, "POST /api/v1/checks", kind, b"SYN-P-001")
            assert status == 422
        personal = ["SYN-P-001", "김", account, token, str(issued["number"]), str(issued["confirmation_code"])]
        yield Story(
            bank,
            verifier,
            elsewhere,
            [*personal, str(listed[0]["id"]), str(listed[0]["title"])],
            lines_of(folder / "bank.log"),
            lines_of(folder / "verifier.log"),
            json.loads(problem),
        )


def trace_of(span: Span) -> str:
    return span.trace_id.hex()


def test_issuing_is_told_stage_by_stage(story: Story) -> None:
    request = story.bank.named("POST /api/v1/certificates")
    assert story.bank.below(request) == ISSUED
    words = words_of(list(request.attributes))
    assert (words["http.route"], words["http.response.status_code"]) == ("/api/v1/certificates", 201)
    assert story.bank.services == {"cb-issuer"}
    assert "GET /api/v1/certificates/{number}/pdf" in {span.name for span in story.bank.spans}
    assert "upkeep" in {span.name for span in story.bank.spans}


def test_checking_is_told_in_the_trace_of_whoever_asks(story: Story) -> None:
    (request,) = [span for span in story.verifier.spans if span.parent_span_id.hex() == ABOVE]
    assert (request.name, trace_of(request)) == ("POST /api/v1/checks", TRACE)
    assert story.verifier.below(request) == ["verify"]
    (verify,) = [span for span in story.verifier.spans if span.name == "verify" and trace_of(span) == TRACE]
    assert story.verifier.below(verify) == ["child", "child", "verify.status"]
    children = [span for span in story.verifier.spans if span.name == "child" and trace_of(span) == TRACE]
    assert [words_of(list(each.attributes)) for each in children] == [{"cb.task": "pdf"}, {"cb.task": "seal"}]
    child = children[0]
    assert [(each.name, words_of(list(each.attributes))) for each in child.events] == [
        ("child.ended", {"cb.task": "pdf", "cb.ended": "answered"})
    ]


def test_the_bank_goes_on_in_the_trace_in_which_its_status_list_is_fetched(story: Story) -> None:
    (fetch,) = [span for span in story.verifier.spans if span.name == "fetch" and trace_of(span) == TRACE]
    shown = [span for span in story.bank.spans if trace_of(span) == TRACE]
    assert [(span.name, span.parent_span_id) for span in shown] == [("GET /status/{list_no}", fetch.span_id)]


def test_nothing_of_a_person_a_code_or_a_token_is_sent(story: Story) -> None:
    sent = b"".join([*story.bank.bodies, *story.verifier.bodies])
    assert len(sent) > 1000
    for personal in (*story.personal, "900101", "127.0.0.1:"):
        assert personal.encode() not in sent, personal


def test_no_variable_of_the_environment_leads_anything_elsewhere(story: Story) -> None:
    assert story.elsewhere.heads == []


def test_every_line_and_the_problem_have_the_trace(story: Story) -> None:
    requests = [line for line in (*story.bank_log, *story.verifier_log) if line["event"] == "request"]
    assert len(requests) >= 6
    traced = {trace_of(span) for span in (*story.bank.spans, *story.verifier.spans)}
    assert all(line["trace_id"] in traced for line in requests)
    assert TRACE in {line["trace_id"] for line in story.bank_log}
    refused = [line for line in story.verifier_log if line.get("status") == 422]
    assert [(line["trace_id"], line["request_id"]) for line in refused] == [
        (story.problem["trace_id"], story.problem["request_id"])
    ]
    told = json.dumps([*story.bank_log, *story.verifier_log], ensure_ascii=False)
    assert not [personal for personal in story.personal if personal in told]
