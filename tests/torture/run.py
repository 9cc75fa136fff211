"""Long form of the torture, `make torture`: 200 lives with 16 clients on each database; prints what happened.

Each bank is asked in its own process (`lines`), and over HTTP as `cb-issuer serve` (`http`); `--over` chooses one.

The seed is printed; with the same seed the same keys are asked in the same order and the same moments are chosen.
"""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.postgresql import postgresql_server
from tests.torture.harness import Service, Torture, found
from tests.torture.over_http import HttpTorture

_CHECK_EVERY = 10
_KINDS: dict[str, type[Torture]] = {"lines": Torture, "http": HttpTorture}


def main() -> int:
    """Run it on one database after the other."""
    parser = argparse.ArgumentParser(description="kill the issuing service at random moments and check what must hold")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--over", choices=tuple(_KINDS), action="append", help="how it is asked (default: both ways)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as server, Service() as service:
        for over in arguments.over or _KINDS:
            for kind, database in (("sqlite", None), ("postgresql", server.new_database())):
                place = found(Path(folder) / over / kind, database)
                torture = _KINDS[over](place, service, seed=arguments.seed, clients=arguments.clients)
                _run(torture, f"{kind} over {over}", arguments.kills)
    return 0


def _run(torture: Torture, name: str, kills: int) -> None:
    for life in range(1, kills + 1):
        torture.life()
        if life % _CHECK_EVERY == 0:
            torture.check()
            print(f"{name}: {life} kills, {len(torture.received)} certificates received", file=sys.stderr, flush=True)
    torture.last_life()
    torture.check()
    counts = f"{len(torture.asked)} keys, {torture.retries} answers repeated, {torture.grown[0]} log entries"
    lives = f"seed {torture.seed}, {kills} kills {torture.died}, {torture.clients} clients, refused {torture.refused}"
    print(f"{name}: {lives}, {counts}, 0 violations", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
