"""What an HTTP check costs beside the verification itself: processor time, in times of a bare ASGI echo.

Three things in turn, round after round: the service (`cb-verifier serve`, POST of a bare credential), an ASGI program
of ten lines under plain uvicorn that reads the same body and answers as many bytes, and the verification in a loop in
this process. The first two are asked by one client over one connection. Processor time is that of the server's process
with its children. A ratio is the median of those of the rounds. Writes benchmarks/results/verifier_endpoint.json.
"""

import http.client
import json
import statistics
import sys
import tempfile
import time
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
LIBRARIES = ("cryptography", "fastapi", "starlette", "uvicorn", "h11")
ROUNDS, REQUESTS = 12, 100  # a caller may ask 120 times in two minutes: each round is another caller
CHECKS = "/api/v1/checks"
ECHO = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    answer = (body * 2 + b" " * SIZE)[:SIZE]
    headers = [(b"content-type", b"application/json"), (b"content-length", str(SIZE).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
"""


def asked(serving: Serving, path: str, bodies: list[str], *, token: str) -> tuple[float, int]:
    """Return the processor milliseconds of one request, and the size of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=60)
    headers = {"Content-Type": "application/dc+sd-jwt", "Authorization": f"Bearer {token}"}
    before, size = serving.used_s(), 0
    for number in range(REQUESTS):
        connection.request("POST", path, bodies[number % len(bodies)].encode(), headers)
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise ValueError(f"expected 200, found {answer.status}")
    used = serving.used_s() - before
    connection.close()
    return 1000 * used / REQUESTS, size


def verified(rules: Rules, bodies: list[str], reader: EvidenceReader) -> float:
    """Return the processor milliseconds of one verification, from the bytes to the bytes of the Report."""
    before = time.process_time()
    for number in range(REQUESTS):
        data = bodies[number % len(bodies)].encode()
        report = verify(Submission("upload", data), rules=rules, moment=Moment(datetime.now(UTC)), reader=reader)
        json.dumps(report.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
    return 1000 * (time.process_time() - before) / REQUESTS


def main() -> None:
    """Measure, write the result, print it."""
    with tempfile.TemporaryDirectory() as place, EvidenceReader() as reader:
        folder, ports = Path(place), (free_port(), free_port())
        material = material_in(folder)
        statuses = StatusLookup(StatusSources(read_status_map(folder / "map.json")), freshness=Freshness())
        rules = Rules(TrustList.parse((folder / "trust.json").read_bytes()), statuses)
        with started(verifier_command(ports[0]), folder, port=ports[0]) as service:
            _, size = asked(service, CHECKS, material.credentials, token=material.tokens[-1])
            (folder / "echo.py").write_text(f"SIZE = {size}\n{ECHO}")
            options = ["--port", str(ports[1]), "--no-access-log", "--log-level", "error"]
            with started(
                [sys.executable, "-m", "uvicorn", "echo:app", *options], folder, port=ports[1], path="/"
            ) as echo:
                rounds = []
                for token in material.tokens[:ROUNDS]:
                    whole, _ = asked(service, CHECKS, material.credentials, token=token)
                    bare, _ = asked(echo, "/", material.credentials, token=token)
                    rounds.append((whole, bare, verified(rules, material.credentials, reader)))
    whole, bare, alone = (statistics.median(each) for each in zip(*rounds, strict=True))
    result = {
        "machine": machine(LIBRARIES),
        "processor ms a request": {"service": round(whole, 2), "echo": round(bare, 2), "verification": round(alone, 2)},
        "beyond the verification, times the echo": round(statistics.median((w - v) / e for w, e, v in rounds), 2),
        "answer, bytes": size,
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
