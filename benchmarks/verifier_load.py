"""The service under load: 50 requests a second for a minute, all that one core can do, then far more than that.

    python benchmarks/verifier_load.py [--seconds 60] [--rate 50]
    make load                                                          # the long form: half an hour at 50 a second

A program of its own sends the requests at fixed moments (`peers/open_loop.py`); times count from the moment at which a
request was due. Certificates are those of many people, as bare credentials and as texts of codes in turn; sealed PDFs
are measured apart, at a rate of their own. The overload comes from 200 callers that are each within their own rate, so
what cannot be done is refused with 503; then one caller alone asks too often, and is refused with 429. Both refusals
have to say when to come again: those that do are counted. Memory is that of the service's own process, every two
seconds. Status lists come from a file, so no network has a part in it. Writes benchmarks/results/verifier_load.json,
from five minutes on verifier_load_long.json, and prints it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.machine import machine
from benchmarks.peers.service import Material, Serving, free_port, material_in, started, verifier_command

RESULTS = Path(__file__).resolve().parent / "results"
GENERATOR = Path(__file__).resolve().parent / "peers" / "open_loop.py"
LIBRARIES = ("cryptography", "fastapi", "starlette", "uvicorn", "h11")
CHECKS = "/api/v1/checks"
WARM_S, FULL_S, OVERLOAD_S, ONE_CALLER_S, PDF_S, CODE_S, LONG_S = 5, 15, 10, 10, 20, 60, 300
FULL_RATE, OVERLOAD_RATE, ONE_CALLER_RATE, PDF_RATE = 400, 1200, 50, 4
# The overload has callers of its own, who have not asked for anything yet; so has the run of one caller.
ALL_BUT_FRESH, FRESH, ONE_CALLER = slice(200), slice(200, 400), slice(400, 401)
SAMPLE_S = 2.0
MB = 1024 * 1024


def run(
    serving: Serving, material: Material, *, kind: str, rate: float, seconds: float, callers: slice = ALL_BUT_FRESH
) -> dict[str, object]:
    """Send one kind of evidence, under the tokens of some callers, and say what happened."""
    media_type, bodies = {
        "credential": ("application/dc+sd-jwt", material.credentials),
        "code": ("text/plain", material.codes),
        "pdf": ("application/pdf", [material.pdf.decode("latin-1")]),
    }[kind]
    plan = {
        "port": serving.port,
        "path": CHECKS,
        "media_type": media_type,
        "bodies": bodies,
        "tokens": material.tokens[callers],
        "rate": rate,
        "seconds": seconds,
    }
    memory: list[int] = []
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(serving, memory, ended))
    watcher.start()
    before = serving.used_s()
    done = subprocess.run(
        [sys.executable, str(GENERATOR)], input=json.dumps(plan), capture_output=True, text=True, check=True
    )
    used = serving.used_s() - before
    ended.set()
    watcher.join()
    return _summary(json.loads(done.stdout), rate=rate, seconds=seconds, used_s=used) | {"memory MiB": _span(memory)}


def _watch(serving: Serving, memory: list[int], ended: threading.Event) -> None:
    while not ended.wait(SAMPLE_S):
        memory.append(serving.resident_bytes()["service"])


def _span(memory: list[int]) -> dict[str, float]:
    taken = memory or [0]
    third = max(1, len(taken) // 3)
    return {
        "after a tenth": round(taken[len(taken) // 10] / MB, 1),
        "first third": round(sum(taken[:third]) / third / MB, 1),
        "last third": round(sum(taken[-third:]) / third / MB, 1),
        "most": round(max(taken) / MB, 1),
    }


def _summary(happened: dict[str, Any], *, rate: float, seconds: float, used_s: float) -> dict[str, object]:
    answers: list[list[float]] = happened["answers"]
    statuses = Counter(int(status) for status, _ in answers)
    return {
        "asked a second": rate,
        "seconds": seconds,
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "milliseconds": {
            str(status): _quantiles([taken for each, taken in answers if int(each) == status]) for status in statuses
        },
        "processor ms a request": round(1000 * used_s / len(answers), 2),
        "milliseconds until sent": _quantiles(happened["late"]),
        "connections": happened["connections"],
        "answers with Retry-After": happened["told_when"],
    }


def _quantiles(times: list[float]) -> dict[str, float]:
    times = sorted(times)
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}
    return {name: round(times[min(len(times) - 1, int(share * len(times)))], 1) for name, share in places.items()}


def main() -> None:
    """Measure, write the result, print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long each rate is kept up (60)")
    parser.add_argument("--rate", type=float, default=50, help="requests a second (50)")
    arguments = parser.parse_args()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place:
        folder, port = Path(place), free_port()
        material = material_in(folder)
        with started(verifier_command(port), folder, port=port) as serving:
            run(serving, material, kind="credential", rate=20, seconds=WARM_S)
            figures = {
                f"{kind} at {rate:g} a second": run(serving, material, kind=kind, rate=rate, seconds=seconds)
                for kind, rate, seconds in (
                    ("credential", arguments.rate, arguments.seconds),
                    ("code", arguments.rate, min(arguments.seconds / 2, CODE_S)),
                    ("pdf", PDF_RATE, PDF_S),
                    ("credential", FULL_RATE, FULL_S),
                )
            }
            figures |= {
                f"{named} at {rate:g} a second": run(
                    serving, material, kind="credential", rate=rate, seconds=seconds, callers=callers
                )
                for named, rate, seconds, callers in (
                    ("overload: credential", OVERLOAD_RATE, OVERLOAD_S, FRESH),
                    ("one caller: credential", ONE_CALLER_RATE, ONE_CALLER_S, ONE_CALLER),
                )
            }
            after = serving.resident_bytes()
    result = {
        "machine": machine(LIBRARIES) | {"load before": round(load_before, 1)},
        "figures": figures,
        "memory at the end, MiB": {name: round(size / MB, 1) for name, size in after.items()},
    }
    name = "verifier_load_long.json" if arguments.seconds >= LONG_S else "verifier_load.json"
    (RESULTS / name).write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
