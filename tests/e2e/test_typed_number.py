"""A number typed from paper, over real sockets: the bank's service, the verifier's command and service (S17, S20)."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import open_bank
from issuer.cli.main import main as issuer_main
from issuer.issued.confirmations import ConfirmationDesk
from keys.confirmation_code import generate_code
from keys.gate.server import server_of
from tests.keys.gate.serving import GENEROUS_S, ask, serving
from tests.ports import own_port
from verifier.app import create_app as create_verifier
from verifier.checks.rules import Rules
from verifier.cli.main import main as verifier_main
from verifier.confirmations import ask_listed_issuer
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
from verifier.statuses.network import fetch_from_listed_origins
from verifier.trust_files import read_offered

pytestmark = pytest.mark.slow  # a bank is made, and each look-up derives a key
DELIVERIES = Path(__file__).resolve().parents[2] / "examples/deliveries"


class Town:
    """A bank that answers on loopback, a certificate of it, and an employer."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.issued: dict[str, str] = json.loads((folder / "issued.json").read_text())

    @property
    def code(self) -> str:
        return self.issued["confirmation_code"]

    @property
    def trust(self) -> Path:
        return self.folder / "bank/trust.json"


def run(*arguments: object) -> None:
    assert issuer_main([str(argument) for argument in arguments]) == 0


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    data = ("--data", folder / "bank")
    run("init", "--dev", "--url", f"http://127.0.0.1:{port}", *data)
    for source in ("persons", "qnet_qualifications"):
        (file,) = DELIVERIES.glob(f"{source}.*")
        run("import", source, file, *data)
    run("accounts", "open", "--person", "SYN-P-001", "--consent-all", *data)
    bank = open_bank(folder / "bank", passphrase=None)
    with bank.store.read() as transaction:
        (account,) = transaction.accounts.accounts()
    with (folder / "issued.json").open("w+") as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        files = ("--out", folder / "c.pdf", "--sd-jwt", folder / "c.sdjwt")
        run("issue", "--account", account.id, "--all", *files, "--json", *data)
    desk = Desk(ConfirmationDesk(bank, clock=lambda: datetime.now(UTC)).look_up)
    app = create_app(bank.folder, bank.profile, ServiceWork(refresh=lambda: None, problems=list), desk=desk)
    server = server_of(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield Town(folder, port)
    server.should_exit = True
    thread.join(GENEROUS_S)
    bank.close()


@pytest.fixture
def employer(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("VERIFIER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("VERIFIER_TRUST", str(town.trust))
    return town


def typing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))


def test_the_command_gives_the_verdict_of_the_file(employer: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert verifier_main(["check", "--code", employer.code, "--json"]) == 0
    by_number = json.loads(capsys.readouterr().out)
    assert verifier_main(["check", str(employer.folder / "c.sdjwt"), "--json"]) == 0
    by_file = json.loads(capsys.readouterr().out)
    for member in ("verdict", "parts", "certificate", "disclosed"):
        assert by_number[member] == by_file[member]
    assert by_number["evidence"]["kind"] == "sd-jwt"
    assert employer.code not in json.dumps(by_number)


def test_the_number_may_come_from_standard_input(
    employer: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing(monkeypatch, employer.code.lower().replace("-", " ") + "\n")
    assert verifier_main(["check", "--code", "-"]) == 0
    assert "looked up by its confirmation number" in " ".join(capsys.readouterr().out.split())


def test_an_unknown_number_exits_5_with_a_sentence_that_judges_nobody(
    employer: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    number = generate_code()
    assert verifier_main(["check", "--code", number]) == 5
    said = capsys.readouterr()
    assert said.out == ""
    assert "does not say whether the paper is genuine" in " ".join(said.err.split())
    assert number not in said.err


def test_an_unknown_number_is_one_json_document(employer: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert verifier_main(["check", "--code", generate_code(), "--json"]) == 5
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["name"]) == ("number_unknown", "confirmation number")


def test_a_mistyped_number_exits_4(employer: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert verifier_main(["check", "--code", "ABCDE-FGHJK-MNPQR-STVWX"]) == 4
    assert "mistyped" in capsys.readouterr().err


def test_an_issuer_that_does_not_answer_exits_3(
    employer: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = tmp_path / "trust.json"
    moved.write_text(employer.trust.read_text().replace(f":{employer.port}/api", f":{own_port()}/api"))
    assert verifier_main(["check", "--code", employer.code, "--trust", str(moved)]) == 3
    assert "could not be asked" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--issuer", "https://x.example"],
        ["--code", "-", "-"],
        ["--code", "ABCDE", "--offline"],
        ["--code", "{code}", "--issuer", "https://x.example"],
    ],
)
def test_options_that_do_not_fit_exit_2(employer: Town, options: list[str]) -> None:
    assert verifier_main(["check", *(option.format(code=employer.code) for option in options)]) == 2


def request(path: str, body: bytes, *, headers: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def status_of(answer: bytes) -> int:
    found = re.findall(rb"^HTTP/1\.1 ([0-9]{3}) ", answer, re.MULTILINE)
    assert found, answer
    return int(found[-1])


def rules(town: Town) -> Rules:
    sources = StatusSources({}, fetch_from_listed_origins(), None)
    return Rules(trust=read_offered(town.trust).trust, statuses=StatusLookup(sources, freshness=Freshness(0)))


def test_the_verifiers_service_relays_to_the_bank(employer: Town) -> None:
    with serving(create_verifier(rules(employer), ask=ask_listed_issuer())) as port:
        answer = ask(port, request("/api/v1/confirmations", json.dumps({"code": employer.code}).encode()))
    report = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (status_of(answer), report["verdict"]) == (200, "valid")


HOSTILE = [
    *[b"GET /status/%s HTTP/1.1" % (b"9" * length) for length in (1, 10, 300, 5000)],
    b"GET /status/%E2%80%AE HTTP/1.1",
    b"GET /status/..%2f..%2fbank.json HTTP/1.1",
    b"GET /../../etc/passwd HTTP/1.1",
    b"GET http://evil.example/ HTTP/1.1",
    b"GET /trust.json/ HTTP/1.1",
    b"GET /trust.json?%00=%ff HTTP/1.1",
    b"TRACE / HTTP/1.1",
    b"CONNECT evil.example:443 HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
    b"BREW /trust.json HTTP/1.1",
    b"A" * 1000 + b" / HTTP/1.1",
    b"DELETE /api/v1/confirmations HTTP/1.1",
    b"GET /api/v1/checks HTTP/1.1",
]
HEADERS = [
    b"",
    b"Range: bytes=" + b"0-," * 2000 + b"0-1\r\n",
    b"If-None-Match: " + b"\xff" * 100 + b"\r\n",
    b"Accept-Encoding: gzip;q=nan\r\n",
    b"Cookie: " + b"a=b;" * 1000 + b"\r\n",
    b"Authorization: Bearer \xff\xfe\r\n",
    b"X-Forwarded-For: " + b"1.1.1.1," * 1000 + b"\r\n",
    b"Content-Type: text/plain; charset=\xff\r\n",
    b"Expect: 100-continue\r\n",
]


def test_no_hostile_request_to_either_service_gets_a_5xx(employer: Town) -> None:
    with serving(create_verifier(rules(employer), ask=None)) as verifier:
        for port in (employer.port, verifier):
            for line in HOSTILE:
                for extra in HEADERS:
                    answer = ask(port, line + b"\r\nHost: a\r\nConnection: close\r\n" + extra + b"\r\n")
                    assert 200 <= status_of(answer) < 500, (line[:60], extra[:30], answer[:200])
                    assert b"x-content-type-options: nosniff" in answer
                    assert b"evil.example" not in answer


def test_guessing_over_the_network_is_stopped(employer: Town) -> None:
    body = [json.dumps({"code": generate_code()}).encode() for _ in range(14)]
    statuses = [status_of(ask(employer.port, request("/api/v1/confirmations", one))) for one in body]
    assert statuses[-1] == 429
    assert set(statuses) == {404, 429}
    # What a client says about itself does not begin a new count.
    forged = "X-Forwarded-For: 198.51.100.9\r\n"
    assert status_of(ask(employer.port, request("/api/v1/confirmations", body[0], headers=forged))) == 429
