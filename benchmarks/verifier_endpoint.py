"""What an HTTP check costs beside the verification itself: processor time, in times of a bare ASGI echo.

Three servers in turn, round after round, each asked by one client over one connection in each round:

* the service (`cb-verifier serve`, POST of a bare credential);
* an echo: an ASGI program of ten lines under plain uvicorn that reads the same request and answers as many bytes, head
  included: it sends the header lines that the service sends, the length of the body and one constant id among them;
* the same program with the verification in it: from the bytes to the bytes of the Report, and nothing else.

What the verification takes inside a server is the last two's difference. A loop in one process, which is measured too,
takes less, because nothing else uses the caches between two verifications; taken off, it would leave a part of the
verification with the service. "Beyond the verification" is the service without that difference. A figure is the median
of the rounds, of processor time of the server's threads. Every second round asks in the opposite order, and the first
requests of each turn are not counted, because they pay for what the turns before have put into the caches; the servers
stay on one processor and the client on another. Writes benchmarks/results/verifier_endpoint.json.
"""

import http.client
import json
import os
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.machine import machine
from benchmarks.peers.service import Serving, free_port, material_in, started, verifier_command
from keys.trust_list import TrustList
from verifier.checks.assembling import verify
from verifier.checks.rules import Moment, Rules
from verifier.evidence.gathering import Submission
from verifier.evidence.reader import EvidenceReader
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
from verifier.statuses.status_map import read_status_map

RESULT = Path(__file__).resolve().parent / "results" / "verifier_endpoint.json"
ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("cryptography", "fastapi", "starlette", "uvicorn", "h11")
ROUNDS, REQUESTS, UNCOUNTED = 60, 50, 5  # a caller may ask 120 times in two minutes: each round is another caller
CHECKS = "/api/v1/checks"
OWN_HEADERS = frozenset({"content-length", "date"})  # which the plain programs have of themselves
PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, ROOT)

from keys.trust_list import TrustList
from verifier.checks.assembling import verify
from verifier.checks.rules import Moment, Rules
from verifier.evidence.gathering import Submission
from verifier.evidence.reader import EvidenceReader
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
from verifier.statuses.status_map import read_status_map

STATUSES = StatusLookup(StatusSources(read_status_map(Path("map.json"))), freshness=Freshness())
RULES = Rules(TrustList.parse(Path("trust.json").read_bytes()), STATUSES)
READER = EvidenceReader()


def echoed(body):
    return (body * 2 + b" " * SIZE)[:SIZE]


def verified(body):
    report = verify(Submission("upload", body), rules=RULES, moment=Moment(datetime.now(UTC)), reader=READER)
    return report.to_bytes()


def head(answer):
    return [*HEADERS, (b"content-length", str(len(answer)).encode())]


def answering(make):
    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        answer = make(body) if body else b"ready"
        await send({"type": "http.response.start", "status": 200, "headers": head(answer)})
        await send({"type": "http.response.body", "body": answer})

    return app


echo, verifying = answering(echoed), answering(verified)
"""


class Client:
    """One server, asked over one connection in each round."""

    def __init__(self, serving: Serving, path: str) -> None:
        self._serving = serving
        self._path = path
        self._connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=60)
        self.head: list[tuple[str, str]] = []

    def stay_on(self, processor: int) -> None:
        """Keep every thread of the server on one processor."""
        for task in Path(f"/proc/{self._serving.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {processor})

    def ask(self, bodies: list[str], *, token: str, requests: int = REQUESTS) -> tuple[float, int]:
        """Return the processor milliseconds of one request, and the size of an answer."""
        headers = {"Content-Type": "application/dc+sd-jwt", "Authorization": f"Bearer {token}"}
        self._connection.close()  # it opens anew by itself; servers leave connections that say nothing for a while
        before, size = 0.0, 0
        for number in range(UNCOUNTED + requests):
            if number == UNCOUNTED:
                before = self._serving.ran_s()
            self._connection.request("POST", self._path, bodies[number % len(bodies)].encode(), headers)
            answer = self._connection.getresponse()
            size, self.head = len(answer.read()), answer.getheaders()
            if answer.status != 200:
                raise ValueError(f"expected 200, found {answer.status}")
        return 1000 * (self._serving.ran_s() - before) / requests, size


def verified(rules: Rules, bodies: list[str], reader: EvidenceReader) -> float:
    """Return the processor milliseconds of one verification, from the bytes to the bytes of the Report."""
    before = time.process_time()
    for number in range(REQUESTS):
        data = bodies[number % len(bodies)].encode()
        report = verify(Submission("upload", data), rules=rules, moment=Moment(datetime.now(UTC)), reader=reader)
        report.to_bytes()
    return 1000 * (time.process_time() - before) / REQUESTS


def plain_command(name: str, port: int) -> list[str]:
    """Return the command of one of the plain programs."""
    options = ["--port", str(port), "--no-access-log", "--no-server-header", "--log-level", "error", "--http", "h11"]
    return [sys.executable, "-m", "uvicorn", f"plain:{name}", *options]


def measured(folder: Path, reader: EvidenceReader) -> tuple[list[tuple[float, float, float, float]], int]:
    """Return the milliseconds of service, echo, verifying echo and loop in each round, and the size of an answer."""
    material = material_in(folder)
    statuses = StatusLookup(StatusSources(read_status_map(folder / "map.json")), freshness=Freshness())
    rules = Rules(TrustList.parse((folder / "trust.json").read_bytes()), statuses)
    ports = free_port(), free_port(), free_port()
    with ExitStack() as servers:
        service = Client(servers.enter_context(started(verifier_command(ports[0]), folder, port=ports[0])), CHECKS)
        _, size = service.ask(material.credentials, token=material.tokens[-1], requests=1)
        shared = [(name.encode(), value.encode()) for name, value in service.head if name not in OWN_HEADERS]
        (folder / "plain.py").write_text(f"SIZE = {size}\nROOT = {str(ROOT)!r}\nHEADERS = {shared!r}\n{PROGRAM}")
        plain = [
            Client(servers.enter_context(started(plain_command(name, port), folder, port=port, path="/")), "/")
            for name, port in (("echo", ports[1]), ("verifying", ports[2]))
        ]
        plain[0].ask(material.credentials, token=material.tokens[-1], requests=1)
        if _without_own(plain[0].head) != _without_own(service.head):
            raise ValueError("expected an echo with the header lines of the service, found others")
        clients, rounds = (service, *plain), []
        with _apart(clients):
            for number, token in enumerate(material.tokens[: ROUNDS + 2]):
                turns = clients if number % 2 else clients[::-1]
                asked = {client: client.ask(material.credentials, token=token)[0] for client in turns}
                alone = verified(rules, material.credentials, reader)
                rounds.append((asked[service], asked[plain[0]], asked[plain[1]], alone))
    return rounds[2:], size  # the first two are warm-up


@contextmanager
def _apart(clients: Sequence[Client]) -> Iterator[None]:
    """Keep this program on one processor and the servers on another, where there are two."""
    free = sorted(os.sched_getaffinity(0))
    for client in clients if len(free) > 1 else ():
        client.stay_on(free[1])
    os.sched_setaffinity(0, free[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, free)


def main() -> None:
    """Measure, write the result, print it."""
    ArgumentParser(description=__doc__).parse_args()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place, EvidenceReader() as reader:
        rounds, size = measured(Path(place), reader)
    service, echo, verifying, loop = zip(*rounds, strict=True)
    beyond = [(s - (v - e)) / e for s, e, v, _ in rounds]
    without_loop = [(s - alone) / e for s, e, _, alone in rounds]
    result = {
        "machine": machine(LIBRARIES) | {"load before": round(load_before, 1)},
        "processor ms a request": {
            "service": _spread(service),
            "echo": _spread(echo),
            "verifying echo": _spread(verifying),
            "verification in a loop": _spread(loop),
        },
        "beyond the verification, times the echo": _spread(beyond),
        "the same of the lower quartiles": round(1 + (_low(service) - _low(verifying)) / _low(echo), 2),
        "beyond a loop's verification, times the echo": _spread(without_loop),
        "answer, bytes": size,
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def _without_own(head: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(line for line in head if line[0] not in OWN_HEADERS - {"content-length"} | {"x-request-id"})


def _low(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=4)[0]


def _spread(values: Sequence[float]) -> dict[str, float]:
    low, middle, high = statistics.quantiles(values, n=4)
    return {
        "least": round(min(values), 2),
        "quartile": round(low, 2),
        "median": round(middle, 2),
        "3/4": round(high, 2),
    }


if __name__ == "__main__":
    main()
