"""Messages about finished jobs: who is told, what they say, how they are signed, and what becomes of refused ones."""

import base64
import hashlib
import hmac
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from keys.errors import FetchError
from keys.webhook_signature import WebhookSecret, webhook_signature
from verifier.errors import OptionError
from verifier.jobs import deliveries as deliveries_module
from verifier.jobs.deliveries import Deliveries, FinishedJob
from verifier.jobs.limits import UNFETCHED_S, WEBHOOK_WAITS_S
from verifier.jobs.webhooks import Webhook, deliver_over_network, read_webhooks

GENEROUS_S = 30
NOW = datetime(2026, 11, 22, 8, 40, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(32))).decode()
URL = "https://ats.example/hooks/verifier"
WEBHOOK = Webhook(URL, (WebhookSecret(bytes(32)),))
COUNTS = {"valid": 1, "invalid": 1, "indeterminate": 0, "error": 1}
JOB = FinishedJob("Yk3", COUNTS, int(NOW.timestamp()), int(NOW.timestamp()) + UNFETCHED_S)


@dataclass
class Receiver:
    """Takes messages and answers from a list; the last answer is repeated."""

    answers: list[int | str]
    seen: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)
    until: int = 1

    def take(self, _: Webhook, body: bytes, headers: Mapping[str, str]) -> int:
        self.seen.append((body, dict(headers)))
        answer = self.answers[min(len(self.seen), len(self.answers)) - 1]
        if len(self.seen) >= self.until:
            self.enough.set()
        if isinstance(answer, str):
            raise FetchError("no answer", kind="timeout")
        return answer


class Listener(logging.Handler):
    """Says that a line was logged."""

    def __init__(self, heard: threading.Event) -> None:
        super().__init__()
        self.heard = heard

    def emit(self, _: logging.LogRecord) -> None:
        self.heard.set()


@contextmanager
def telling(receiver: Receiver, *callers: str) -> Iterator[Deliveries]:
    """Deliver to a receiver without waiting between attempts."""
    webhooks = dict.fromkeys(callers or ("token:ats",), WEBHOOK)
    deliveries = Deliveries(webhooks, deliver=receiver.take, now=lambda: NOW, waits_s=(0.0, 0.0))
    deliveries.open()
    yield deliveries
    deliveries.close()


def told(receiver: Receiver) -> list[tuple[bytes, dict[str, str]]]:
    """Wait until the receiver has seen what it waits for, and end."""
    assert receiver.enough.wait(GENEROUS_S)
    return receiver.seen


def listed(folder: Path, text: str, *, mode: int = 0o600) -> Path:
    path = folder / "webhooks"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_message_has_counts_and_paths_and_a_signature_over_its_bytes() -> None:
    receiver = Receiver([204])
    with telling(receiver) as deliveries:
        deliveries.announce("token:ats", JOB)
        [(body, headers)] = told(receiver)
    assert json.loads(body) == {
        "type": "job.finished",
        "timestamp": "2026-11-22T08:40:00Z",
        "data": {
            "job": "Yk3",
            "status": "/api/v1/jobs/Yk3",
            "results": "/api/v1/jobs/Yk3/results",
            "total": 3,
            "verdicts": COUNTS,
            "erased_at": "2026-11-22T08:55:00Z",
        },
    }
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(bytes(32), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize("refusal", [500, 302, 404, "timeout"])
def test_message_that_was_not_taken_comes_again_with_the_same_id_and_body(refusal: int | str) -> None:
    receiver = Receiver([refusal, 200], until=2)
    with telling(receiver) as deliveries:
        deliveries.announce("token:ats", JOB)
        first, second = told(receiver)
    assert first[0] == second[0]
    assert first[1]["webhook-id"] == second[1]["webhook-id"]


def test_a_fault_of_ours_costs_one_message_and_the_next_goes_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    receiver, sign = Receiver([204]), webhook_signature
    faults = [ZeroDivisionError(SECRET)]

    def broken(*given: Any, **named: Any) -> str:  # noqa: ANN401 - passed on
        if faults:
            raise faults.pop()
        return sign(*given, **named)

    monkeypatch.setattr(deliveries_module, "webhook_signature", broken)
    with telling(receiver) as deliveries:
        deliveries.announce("token:ats", JOB)
        deliveries.announce("token:ats", JOB)
        assert len(told(receiver)) == 1
    assert [line.partition(" in ")[0] for line in caplog.messages] == ["a webhook message failed: ZeroDivisionError"]


@pytest.mark.parametrize(("answer", "attempts"), [(410, 1), (503, 3), ("timeout", 3)])
def test_after_the_last_attempt_or_where_nobody_is_any_more_it_is_given_up(
    answer: int | str, attempts: int, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = Receiver([answer])
    given_up = threading.Event()
    listener = Listener(given_up)
    logging.getLogger(deliveries_module.__name__).addHandler(listener)
    with telling(receiver) as deliveries:
        deliveries.announce("token:ats", JOB)
        assert given_up.wait(GENEROUS_S)
    logging.getLogger(deliveries_module.__name__).removeHandler(listener)
    assert len(receiver.seen) == attempts
    assert f"given up after {attempts} attempts: {answer}" in caplog.text
    assert not any(text in caplog.text for text in ("ats.example", "Yk3", "token:ats"))


@pytest.mark.parametrize("caller", ["203.0.113.7", "token:hr", ""])
def test_jobs_of_anybody_else_tell_nobody(caller: str) -> None:
    receiver = Receiver([200])
    with telling(receiver) as deliveries:
        deliveries.announce(caller, JOB)
        deliveries.announce("token:ats", JOB)
        assert len(told(receiver)) == 1


def test_no_more_messages_wait_than_may(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(deliveries_module, "MAX_MESSAGES", 1)
    deliveries = Deliveries({"token:ats": WEBHOOK}, deliver=Receiver([200]).take, now=lambda: NOW)
    deliveries.announce("token:ats", JOB)
    deliveries.announce("token:ats", JOB)
    assert "given up: 1 wait already" in caplog.text
    deliveries.close()


def test_a_message_that_waits_is_told_by_its_age() -> None:
    now = [NOW]
    deliveries = Deliveries({"token:ats": WEBHOOK}, deliver=Receiver([200]).take, now=lambda: now[0])
    deliveries.announce("token:ats", JOB)
    now[0] += timedelta(seconds=70)
    deliveries.announce("token:ats", JOB)
    assert deliveries.ages_s() == [70, 0]
    deliveries.close()


def test_what_waits_is_forgotten_at_the_end() -> None:
    receiver = Receiver([500])
    deliveries = Deliveries({"token:ats": WEBHOOK}, deliver=receiver.take, now=lambda: NOW, waits_s=(3600.0,))
    deliveries.open()
    deliveries.announce("token:ats", JOB)
    told(receiver)
    deliveries.close()
    assert len(receiver.seen) == 1


def test_results_live_longer_than_the_attempts_to_tell_of_them() -> None:
    assert sum(WEBHOOK_WAITS_S) < UNFETCHED_S


def test_file_names_a_token_an_address_and_secrets_of_which_several_may_count(tmp_path: Path) -> None:
    found = read_webhooks(listed(tmp_path, f"ats {URL} {SECRET}\nats {URL} {OTHER}\n"), development=False)
    assert found == {"token:ats": Webhook(URL, (WebhookSecret(bytes(32)), WebhookSecret(bytes(range(32)))))}
    assert read_webhooks(None, development=False) == {}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ats", "line 1: expected the name of a token, an address and a secret"),
        (f"a/b {URL} {SECRET}", "line 1: expected the name of a token"),
        (f"ats http://ats.example/ {SECRET}", "line 1: expected https, found http"),
        (f"ats https://127.0.0.1/ {SECRET}", "line 1: expected a host on the network, found this machine"),
        (f"ats https://user@ats.example/ {SECRET}", "line 1: expected a URL of plain ASCII"),
        (f"ats {URL} whsec_c2hvcnQ=", "line 1: expected whsec_ and 24 to 64 bytes in base64"),
        (f"ats {URL} {SECRET}\nats {URL}/2 {SECRET}", "line 2: expected one address for each token"),
    ],
)
def test_file_with_a_wrong_line_is_refused_without_its_secret(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(OptionError) as refused:
        read_webhooks(listed(tmp_path, line), development=False)
    assert says in str(refused.value)
    assert "whsec_A" not in str(refused.value)


def test_file_that_is_too_long_is_refused_and_not_cut_off(tmp_path: Path) -> None:
    text = f"ats {URL} {SECRET}\n" + "\n".join(f"t{number} {URL} {SECRET}" for number in range(1000))
    with pytest.raises(OptionError, match="at most 65536 bytes"):
        read_webhooks(listed(tmp_path, text), development=False)


def test_file_that_others_may_read_or_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="for its owner alone"):
        read_webhooks(listed(tmp_path, f"ats {URL} {SECRET}", mode=0o640), development=False)
    with pytest.raises(OptionError, match="expected a readable list of webhooks"):
        read_webhooks(tmp_path / "none", development=False)


@dataclass
class Hook:
    """A receiver on this machine."""

    port: int
    requests: list[tuple[dict[str, str], bytes]]


@pytest.fixture
def hook() -> Iterator[Hook]:
    requests: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(202)
            self.end_headers()

        def log_request(self, code: Any = "-", size: Any = "-") -> None:  # noqa: ANN401 - as the library calls it
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Hook(server.server_port, requests)
        server.shutdown()


def test_in_development_a_message_reaches_this_machine_as_it_was_made(hook: Hook) -> None:
    webhook = Webhook(f"http://127.0.0.1:{hook.port}/hook", WEBHOOK.secrets)
    deliver: Callable[..., int] = deliver_over_network(development=True)
    assert deliver(webhook, b"{}", {"webhook-id": "msg_1"}) == 202
    [(headers, body)] = hook.requests
    assert (headers["webhook-id"], headers["content-type"], body) == ("msg_1", "application/json", b"{}")


def test_the_page_shows_every_header_and_member_of_a_message_and_no_other() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/verifier-api.md").read_text("utf-8")
    part = page.partition("## Webhooks")[2].partition("\n## ")[0]
    shown = json.loads(part.partition("```json\n")[2].partition("```")[0])
    receiver = Receiver([200])
    with telling(receiver) as deliveries:
        deliveries.announce("token:ats", JOB)
        ((body, headers),) = told(receiver)
    sent = json.loads(body)
    assert (shown.keys(), shown["type"]) == (sent.keys(), sent["type"])
    assert shown["data"].keys() == sent["data"].keys()
    assert set(shown["data"]["verdicts"]) >= set(sent["data"]["verdicts"])
    assert re.findall(r"^\| `(webhook-[a-z]+)` \|", part, re.MULTILINE) == list(headers)
    waits = [f"{wait:g}" for wait in WEBHOOK_WAITS_S]
    assert f"{', '.join(waits[:-1])} and\n{waits[-1]} seconds" in part
