"""The receiver of webhooks of examples/pipelines: what it believes, what it fetches, and what it refuses."""

import base64
import importlib.util
import json
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from keys.webhook_signature import WebhookSecret, webhook_signature

SCRIPT = Path(__file__).parents[3] / "examples/pipelines/ats_receiver.py"
SECRET, OTHER = (f"whsec_{base64.b64encode(bytes([fill]) * 32).decode()}" for fill in (1, 2))
TOKEN = "a-token-of-the-test"
RESULTS = b'{"verdict":"valid"}\n'


def message(job: object = "Yk3", kind: str = "job.finished") -> bytes:
    """Return a message that also names an address of its own, which nobody must follow."""
    data = {"job": job, "results": "http://192.0.2.1/elsewhere", "total": 1}
    return json.dumps({"type": kind, "timestamp": "2026-11-22T08:40:00Z", "data": data}).encode()


class FakeVerifier(BaseHTTPRequestHandler):
    """Has the results of one job, for whoever has the token; notes every request."""

    asked: list[str]
    status: int

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        right = self.headers["authorization"] == f"Bearer {TOKEN}" and self.path == "/api/v1/jobs/Yk3/results"
        self.send_response(self.status if right else 404)
        self.end_headers()
        if right and self.status == 200:
            self.wfile.write(RESULTS)

    def log_message(self, *_: object) -> None:
        return None


class Ats:
    """The receiver, listening, beside a verifier that answers."""

    def __init__(self, module: ModuleType, folder: Path) -> None:
        FakeVerifier.asked, FakeVerifier.status = [], 200
        self.folder = folder
        self.verifier = ThreadingHTTPServer(("127.0.0.1", 0), FakeVerifier)
        address = f"http://127.0.0.1:{self.verifier.server_port}"
        module.Receiver.secret = SECRET
        module.Receiver.inbox = module.Inbox(folder, module.fetch_from(address, TOKEN))
        self.receiver = ThreadingHTTPServer(("127.0.0.1", 0), module.Receiver)
        self.threads = [
            threading.Thread(target=server.serve_forever, args=(0.01,)) for server in (self.verifier, self.receiver)
        ]
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        for server in (self.verifier, self.receiver):
            server.shutdown()
            server.server_close()
        for thread in self.threads:
            thread.join()

    def send(self, body: bytes, headers: dict[str, str]) -> int:
        connection = HTTPConnection("127.0.0.1", self.receiver.server_port)
        try:
            connection.request("POST", "/", body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def deliver(
        self,
        body: bytes | None = None,
        *,
        message_id: str = "msg_abc",
        age_s: int = 0,
        secrets: tuple[str, ...] = (SECRET,),
    ) -> int:
        content = message() if body is None else body
        return self.send(content, signed(content, message_id=message_id, age_s=age_s, secrets=secrets))


def signed(
    body: bytes, *, message_id: str = "msg_abc", age_s: int = 0, secrets: tuple[str, ...] = (SECRET,)
) -> dict[str, str]:
    sent_at = int(time.time()) - age_s
    keys = [WebhookSecret.parse(secret) for secret in secrets]
    signature = webhook_signature(body, secrets=keys, message_id=message_id, sent_at=sent_at)
    return {"webhook-id": message_id, "webhook-timestamp": str(sent_at), "webhook-signature": signature}


@pytest.fixture(scope="module")
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ats_receiver", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def ats(module: ModuleType, tmp_path: Path) -> Iterator[Ats]:
    ats = Ats(module, tmp_path / "inbox")
    yield ats
    ats.close()


def test_a_signed_message_brings_the_results_once_however_often_it_comes(ats: Ats) -> None:
    assert [ats.deliver(), ats.deliver(), ats.deliver(message_id="msg_other")] == [204, 204, 204]
    assert (ats.folder / "Yk3.jsonl").read_bytes() == RESULTS
    assert (ats.folder / "Yk3.jsonl").stat().st_mode & 0o077 == 0
    assert FakeVerifier.asked == ["/api/v1/jobs/Yk3/results"]


def test_while_the_secret_is_changed_one_of_two_signatures_is_enough(ats: Ats) -> None:
    assert ats.deliver(secrets=(OTHER, SECRET)) == 204


def test_what_could_not_be_fetched_is_asked_for_again_by_the_next_attempt(ats: Ats) -> None:
    FakeVerifier.status = 503
    assert ats.deliver() == 503
    assert not (ats.folder / "Yk3.jsonl").exists()
    FakeVerifier.status = 200
    assert ats.deliver() == 204
    assert (ats.folder / "Yk3.jsonl").read_bytes() == RESULTS


@pytest.mark.parametrize(("age_s", "status"), [(400, 400), (-400, 400), (200, 204)])
def test_a_message_of_another_time_is_refused(ats: Ats, age_s: int, status: int) -> None:
    assert ats.deliver(age_s=age_s) == status


def test_a_message_signed_with_another_secret_or_changed_is_refused_and_nothing_fetched(ats: Ats) -> None:
    assert ats.deliver(secrets=(OTHER,)) == 401
    assert ats.send(message("other"), signed(message())) == 401
    for name in ("webhook-id", "webhook-timestamp"):
        changed = signed(message()) | {name: "msg_else" if name == "webhook-id" else str(int(time.time()) - 9)}
        assert ats.send(message(), changed) == 401
    assert FakeVerifier.asked == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"webhook-id": "msg_a/../b"}, 400),
        ({"webhook-timestamp": "soon"}, 400),
        ({"webhook-signature": ""}, 401),
        ({"webhook-signature": "v1a,AAAA"}, 401),
    ],
)
def test_headers_that_are_missing_or_of_another_form_are_refused(
    ats: Ats, headers: dict[str, str], status: int
) -> None:
    given = signed(message()) | headers if headers else {}
    assert ats.send(message(), given) == status


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"type":"job.finished"}', message("../etc"), message(7)])
def test_a_signed_message_without_a_job_is_refused(ats: Ats, body: bytes) -> None:
    assert ats.deliver(body) == 400
    assert FakeVerifier.asked == []


def test_a_message_of_another_kind_is_taken_and_leads_to_nothing(ats: Ats) -> None:
    assert ats.deliver(message(kind="job.started")) == 204
    assert FakeVerifier.asked == []


def test_a_message_that_is_too_long_is_not_read(ats: Ats) -> None:
    assert ats.send(b"", signed(b"") | {"content-length": "9999999"}) == 413
