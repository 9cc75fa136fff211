"""Jobs over real sockets: hand in, watch, fetch, erase; and what is refused."""

import csv
import hashlib
import io
import json
import logging
import threading
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from keys.gate.callers import KnownTokens
from keys.gate.gate import Visitors
from keys.key_files import FileSigner, create_key
from keys.webhook_signature import WebhookSecret
from tests.keys.gate.serving import serving
from tests.verifier.world import World
from verifier.api.jobs import EXPORTS_PATH, TABLES
from verifier.app import Offers, create_app
from verifier.errors import OptionError
from verifier.evidence.pool import ReaderPool
from verifier.jobs.deliveries import JOBS_PATH, Deliveries
from verifier.jobs.webhooks import Webhook
from verifier.receipt.making import ReceiptDesk
from verifier.receipt.reading import read_receipt
from verifier.settings import Settings

CSV, XLSX = TABLES
LINES = {"Content-Type": "application/x-ndjson"}
MARKER = "MARKER-7K3MQ"
RECEIPT_KEY = FileSigner(create_key())


@dataclass
class Service:
    """A verifier that is serving, and a client of it."""

    world: World
    client: httpx.Client
    folder: Path

    def take(self, *files: tuple[str, bytes], **headers: str) -> httpx.Response:
        return self.client.post(JOBS_PATH, files=[("file", each) for each in files], headers=headers)

    def good(self, name: str = "a.txt") -> tuple[str, bytes]:
        return name, self.world.token().encode()

    def done(self, address: str) -> dict[str, Any]:
        pause = threading.Event()
        for _ in range(3000):
            answer: dict[str, Any] = self.client.get(address).json()
            if answer["state"] == "done":
                return answer
            pause.wait(0.01)
        raise AssertionError("expected the job to end")

    def finished(self, *files: tuple[str, bytes]) -> str:
        address = str(self.take(*(files or (self.good(),))).headers["location"])
        self.done(address)
        return address


def serve(world: World, folder: Path, *, kept_days: int = 0, receipts: ReceiptDesk | None = None) -> Iterator[Service]:
    offers = Offers(receipts, jobs_folder=folder, kept_days=kept_days)
    app = create_app(world.rules(), now=lambda: world.now, offers=offers)
    with serving(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        yield Service(world, client, folder)


@pytest.fixture(autouse=True)
def readers_start_when_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of these jobs hold bare credentials, which need no child process."""
    monkeypatch.setattr(ReaderPool, "warm", lambda _: None)


@pytest.fixture
def service(world: World, tmp_path: Path) -> Iterator[Service]:
    yield from serve(world, tmp_path / "jobs")


@pytest.fixture
def keeper(world: World, tmp_path: Path) -> Iterator[Service]:
    yield from serve(world, tmp_path / "jobs", kept_days=14)


@pytest.fixture
def notary(world: World, tmp_path: Path) -> Iterator[Service]:
    yield from serve(world, tmp_path / "jobs", receipts=ReceiptDesk(RECEIPT_KEY, "한국예시공사"))


def is_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_job_of_several_files_gives_one_line_for_each(service: Service) -> None:
    answer = service.take(service.good(), ("letter.txt", b"hello"), service.good("b.txt"))
    assert answer.status_code == 202
    assert answer.json()["status"] == answer.headers["location"]
    status = service.done(answer.json()["status"])
    assert (status["total"], status["done"], status["verdicts"]["valid"]) == (3, 3, 2)
    results = service.client.get(answer.json()["results"])
    assert results.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in results.text.splitlines()]
    assert [line["evidence"]["name"] if "evidence" in line else line["error"]["name"] for line in lines] == [
        "a.txt",
        "letter.txt",
        "b.txt",
    ]


def test_a_zip_may_be_the_whole_body(service: Service) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("지원자/a.txt", service.world.token())
    answer = service.client.post(JOBS_PATH, content=made.getvalue(), headers={"Content-Type": "application/zip"})
    service.done(answer.json()["status"])
    line = json.loads(service.client.get(answer.json()["results"], params={"after": 0}).text)
    assert (line["verdict"], line["evidence"]["name"]) == ("valid", "지원자/a.txt")


def test_a_job_says_what_a_single_check_says(service: Service) -> None:
    address = service.finished()
    line = json.loads(service.client.get(f"{address}/results").text)
    headers = {"Content-Type": "application/dc+sd-jwt"}
    report = service.client.post("/api/v1/checks", content=service.world.token(), headers=headers).json()
    same = ("verdict", "parts", "checks", "certificate", "disclosed", "withheld")
    assert {name: line[name] for name in same} == {name: report[name] for name in same}


def test_results_fetched_whole_are_erased_and_those_read_with_after_are_not(service: Service) -> None:
    address = service.finished(service.good(MARKER))
    for _ in range(2):
        assert MARKER in service.client.get(f"{address}/results", params={"after": 0}).text
    assert MARKER in service.client.get(f"{address}/results").text
    is_problem(service.client.get(address), 404, "job_unknown")
    assert MARKER not in repr([path.read_bytes() for path in service.folder.rglob("*") if path.is_file()])


def test_a_job_and_everything_of_it_can_be_erased(service: Service) -> None:
    address = service.finished()
    assert service.client.delete(address).status_code == 204
    is_problem(service.client.delete(address), 404, "job_unknown")


def test_an_unknown_job_is_one_answer_wherever_it_is_asked_for(service: Service) -> None:
    address = f"{JOBS_PATH}/AAAAAAAAAAAAAAAAAAAAAA"
    for path in (address, f"{address}/results", f"{address}/results?after=0"):
        is_problem(service.client.get(path), 404, "job_unknown")


def test_results_of_a_job_that_is_worked_on_are_refused_as_a_whole(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    from verifier import service as service_module

    def held(*_: object, **__: object) -> object:
        assert go_on.wait(60)
        return service.world.check(service.world.token())

    monkeypatch.setattr(service_module, "verify", held)
    address = service.take(service.good()).headers["location"]
    is_problem(service.client.get(f"{address}/results"), 409, "job_unfinished")
    assert service.client.get(address).json()["finished_at"] is None
    go_on.set()
    service.done(address)


def test_the_same_upload_under_the_same_key_is_one_job_with_the_same_answer(service: Service) -> None:
    upload = service.good()
    answers = [service.take(upload, **{"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    is_problem(service.take(("x", b"other"), **{"Idempotency-Key": "k-1"}), 409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/pdf", b"%PDF-", 415, "media_type"),
        ("multipart/form-data", b"x", 422, "upload_malformed"),
        ("multipart/form-data; boundary=b", b"--b--\r\n", 422, "upload_empty"),
        ("application/zip", b"PK\x05\x06" + b"\0" * 18, 422, "upload_empty"),
    ],
)
def test_what_is_no_upload_is_refused(service: Service, content_type: str, body: bytes, status: int, code: str) -> None:
    is_problem(service.client.post(JOBS_PATH, content=body, headers={"Content-Type": content_type}), status, code)
    assert [path.name for path in service.folder.rglob("*") if path.is_file()] == ["lock"]


def test_an_upload_that_breaks_off_leaves_nothing_on_the_disk(service: Service) -> None:
    from tests.keys.gate.serving import connect

    port = service.client.base_url.port
    assert port is not None
    head = f"POST {JOBS_PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/zip\r\nContent-Length: 3000000\r\n\r\n"
    with connect(port) as connection:
        connection.sendall(head.encode() + MARKER.encode() * 100_000)
    pause, names = threading.Event(), [""]
    for _ in range(3000):
        names = [path.name for path in service.folder.rglob("*") if path.is_file()]
        if names == ["lock"]:
            break
        pause.wait(0.01)
    assert names == ["lock"]


def test_a_declaration_above_2_gib_is_refused_before_the_body(service: Service) -> None:
    from tests.keys.gate.serving import ask

    head = (
        f"POST {JOBS_PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/zip\r\nContent-Length: {(2 << 30) + 1}\r\n"
    )
    assert service.client.base_url.port is not None
    assert ask(service.client.base_url.port, f"{head}Connection: close\r\n\r\n".encode()).startswith(b"HTTP/1.1 413")


def test_a_full_queue_is_503_with_a_time_to_come_again(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from verifier.jobs import desk

    monkeypatch.setattr(desk, "MAX_UNFINISHED", 0)
    answer = service.take(service.good())
    is_problem(answer, 503, "queue_full")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("after", ["-1", "x", "99999999999"])
def test_a_number_that_is_none_is_a_problem_document(service: Service, after: str) -> None:
    is_problem(service.client.get(f"{service.finished()}/results", params={"after": after}), 422, "parameter")


def test_results_as_a_table_have_the_flat_form_and_no_formula(service: Service) -> None:
    address = service.finished(("=cmd|' /C calc'!A0.txt", service.world.token().encode()))
    text = service.client.get(f"{address}/results", headers={"Accept": CSV}).content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["file"].startswith("'=cmd")
    assert (row["verdict"], row["number"]) == ("valid", "2026-0001-0001")
    is_problem(service.client.get(address), 404, "job_unknown")


@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_results_that_a_page_has_become_a_table(service: Service, kind: str) -> None:
    address = service.finished(service.good("+1.txt"))
    lines = service.client.get(f"{address}/results").content
    answer = service.client.post(EXPORTS_PATH, content=lines, headers={**LINES, "Accept": kind})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    assert answer.headers["content-disposition"] == "attachment"
    if kind == CSV:
        assert "'+1.txt" in answer.content.decode("utf-8-sig")
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert (sheet["B2"].value, sheet["B2"].data_type) == ("+1.txt", "s")


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"{",
        b'{"verdict": NaN}',
        b'{"a": 1, "a": 2}',
        b"\xff",
    ],
)
def test_what_is_no_result_becomes_no_table(service: Service, line: bytes) -> None:
    answer = service.client.post(EXPORTS_PATH, content=line, headers={**LINES, "Accept": CSV})
    is_problem(answer, 422, "body_invalid")


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"checks": 1, "verdict": [], "error": None},
        {"error": {"name": {}, "message": []}},
        {"batch": {"match": {"compared": [{"what": "x", "result": 1}]}}},
        {"certificate": {"issuer": 1}, "disclosed": {"entries": [1, {"title": 2}], "holder": []}},
        {"evidence": {"name": "\u0000\ud7ff=1"}, "verdict": "x" * 40_000},
    ],
)
@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_a_hostile_result_is_a_row_of_text(service: Service, line: dict[str, object], kind: str) -> None:
    headers = {**LINES, "Accept": kind}
    assert service.client.post(EXPORTS_PATH, content=json.dumps(line), headers=headers).status_code == 200


def test_an_export_needs_to_say_what_it_is_and_what_it_wants(service: Service) -> None:
    is_problem(service.client.post(EXPORTS_PATH, content=b"{}", headers={"Accept": CSV}), 415, "media_type")
    is_problem(service.client.post(EXPORTS_PATH, content=b"{}", headers={**LINES, "Accept": "*/*"}), 406, "no_table")


def test_with_a_policy_results_stay_after_they_were_fetched_and_say_until_when(keeper: Service) -> None:
    address = keeper.finished()
    assert keeper.client.get(f"{address}/results").status_code == 200
    status = keeper.client.get(address).json()
    assert (status["kept_days"], status["erased_at"]) == (14, "2026-12-05T03:00:00Z")
    assert keeper.client.delete(address).status_code == 204
    is_problem(keeper.client.get(address), 404, "job_unknown")


def test_neither_names_nor_contents_nor_ids_are_ever_logged(
    service: Service, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG, logger="verifier"):
        address = service.finished((f"{MARKER}.pdf", b"%PDF-1.7 " + MARKER.encode()), service.good(MARKER))
        service.client.get(f"{address}/results")
    printed = caplog.text + "".join(capfd.readouterr())
    assert MARKER not in printed
    assert address.rsplit("/", 1)[1] not in "".join(
        line for line in printed.splitlines() if "httpx" not in line and "HTTP Request" not in line
    )


@pytest.mark.parametrize("days", ["13", "181", "-1", "x", "1e2", "99999"])
def test_a_retention_policy_is_of_14_to_180_days_or_none(days: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError):
        Settings(state_folder=tmp_path, retention_days=days).kept_days()


def test_a_retention_policy_needs_a_place_to_keep(tmp_path: Path) -> None:
    with pytest.raises(OptionError):
        Settings(retention_days="14").kept_days()
    for days in (14, 180):
        environment = {"VERIFIER_RETENTION_DAYS": str(days), "VERIFIER_STATE": str(tmp_path)}
        assert Settings.from_environment(environment).kept_days() == days
    assert Settings.from_environment({}).kept_days() == 0


def test_receipts_of_a_job_are_one_archive_of_pages_that_prove_themselves(notary: Service) -> None:
    files = [("file", notary.good()), ("file", ("letter.txt", b"hello"))]
    address = str(notary.client.post(f"{JOBS_PATH}?receipts=en", files=files).headers["location"])
    notary.done(address)
    answer = notary.client.get(f"{address}/receipts")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    line = json.loads(notary.client.get(f"{address}/results").text.splitlines()[0])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [f"00000-{line['id']}.pdf"]
        pdf = archive.read(archive.namelist()[0])
    proved = read_receipt(pdf, keys={RECEIPT_KEY.key_id: RECEIPT_KEY.public_key})
    assert (proved.contents.report_id, proved.page_checked) == (line["id"], True)
    is_problem(notary.client.get(f"{address}/receipts"), 404, "job_unknown")  # fetched whole, all of it is erased


def test_receipts_that_were_not_wished_for_or_are_not_given_are_refused(service: Service) -> None:
    answer = service.client.post(f"{JOBS_PATH}?receipts=ko", files=[("file", service.good())])
    is_problem(answer, 406, "no_receipts")
    is_problem(service.client.get(f"{service.finished()}/receipts"), 406, "no_receipts")
    is_problem(service.client.post(f"{JOBS_PATH}?receipts=fr", files=[("file", service.good())]), 422, "parameter")


def test_job_of_a_token_is_told_to_its_webhook_and_to_nobody_else(world: World, tmp_path: Path) -> None:
    told: list[bytes] = []
    arrived = threading.Event()

    def deliver(_: Webhook, body: bytes, __: Mapping[str, str]) -> int:
        told.append(body)
        arrived.set()
        return 204

    webhooks = {"token:ats": Webhook("https://ats.example/hook", (WebhookSecret(bytes(32)),))}
    deliveries = Deliveries(webhooks, deliver=deliver, now=lambda: world.now)
    tokens = KnownTokens({hashlib.sha256(b"secret-of-the-ats").hexdigest(): "ats"})
    offers = Offers(jobs_folder=tmp_path / "jobs", deliveries=deliveries)
    app = create_app(world.rules(), now=lambda: world.now, visitors=Visitors(tokens=tokens), offers=offers)
    with serving(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        service = Service(world, client, tmp_path)
        service.finished((MARKER, world.token().encode()))
        client.headers["Authorization"] = "Bearer secret-of-the-ats"
        address = service.finished((MARKER, world.token().encode()))
        assert arrived.wait(60)
        [body] = told
        data = json.loads(body)["data"]
        assert (data["status"], data["verdicts"]["valid"]) == (address, 1)
        assert client.get(data["results"]).status_code == 200
        assert not any(text in body.decode() for text in (MARKER, "홍길동", "2026-0001"))
