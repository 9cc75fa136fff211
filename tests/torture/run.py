"""Long form of the torture, `make torture`: 200 lives with 16 clients on each database; prints what happened.

The seed is printed; with the same seed the same keys are asked in the same order and the same moments are chosen.
"""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.postgresql import postgresql_server
from tests.torture.harness import Service, Torture, found

_CHECK_EVERY = 10


def main() -> int:
    """Run it on one database after the other."""
    parser = argparse.ArgumentParser(description="kill the issuing service at random moments and check what must hold")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as server, Service() as service:
        for name, database in (("sqlite", None), ("postgresql", server.new_database())):
            place = found(Path(folder) / name, database)
            torture = Torture(place, service, seed=arguments.seed, clients=arguments.clients)
            for life in range(1, arguments.kills + 1):
                torture.life()
                if life % _CHECK_EVERY == 0:
                    torture.check()
                    print(f"{name}: {life} kills, {len(torture.received)} certificates received", file=sys.stderr)
            torture.last_life()
            torture.check()
            print(
                f"{name}: seed {torture.seed}, {arguments.kills} kills {torture.died}, {arguments.clients} clients, "
                f"{len(torture.asked)} keys, {torture.retries} answers repeated, 0 violations"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
