"""What sealing a copy under its confirmation code costs: argon2id, once for each certificate and each code looked up.

Writes benchmarks/results/code_key.json and prints it. Processor time, because other work on the machine does not count.
"""

import json
import os
import secrets
import statistics
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.machine import machine
from keys.confirmation_code import generate_code, seal_under_code

RESULT = Path(__file__).resolve().parent / "results" / "code_key.json"
ROUNDS = 30
COPY = bytes(90_000)


def main() -> None:
    """Measure, write, print."""
    ArgumentParser(description=__doc__).parse_args()
    pepper, times = secrets.token_bytes(32), []
    for _ in range(ROUNDS):
        code = generate_code()
        begin = time.process_time()
        seal_under_code(COPY, code=code, pepper=pepper, associated_data=b"")
        times.append((time.process_time() - begin) * 1000)
    quartile, median, _ = statistics.quantiles(times, n=4)
    figures = {"least": min(times), "lower quartile": quartile, "median": median}
    result = {
        "machine": machine(("argon2-cffi",)),
        "load": round(os.getloadavg()[0], 1),
        "rounds": ROUNDS,
        "processor ms a copy": {name: round(value, 1) for name, value in figures.items()},
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
