"""A bank with a million certificates: how soon its service is ready, and how much room a certificate takes.

The rows are put into a new bank's SQLite file in one go, each certificate with two entries and a stored copy of one
kilobyte (a sealed PDF takes about 70 more, and nothing of it is read at the start). The bank keeps no log of
certificates: a log is written out once, when its leaves are new. Then `cb-issuer serve` is started, and the time until
`/readyz` says that it is ready is measured, beside that of the same bank when it was empty. Writes
benchmarks/results/many_certificates.json and prints it.
"""

import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.machine import machine
from benchmarks.peers.service import free_port
from issuer.cli.main import main as issuer_command

RESULT = Path(__file__).resolve().parent / "results" / "many_certificates.json"
CERTIFICATES = 1_000_000
LISTS = 6  # half of a list's 2^20 indexes are used, three a certificate
COPY_BYTES = 1_000
STARTS = 3
PATIENCE_S = 120
PROGRAM = "from issuer.cli.main import main; raise SystemExit(main())"
_SERIALS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
_LIST, _PLACE = "2 + (i % :lists)", "(i / :lists) * 3"
_STATEMENTS = (
    "INSERT INTO accounts (id, opened_at) SELECT 'a' || i, '2026-11-22T03:00:00Z' FROM n WHERE i % 4 = 1",
    (
        "INSERT INTO consents (id, account_id, act, scope, text_version, given_at, channel)"
        " SELECT i, 'a' || i, 'disclosure', '{}', '1', '2026-11-22T03:00:00Z', 'operator' FROM n WHERE i % 4 = 1"
    ),
    (
        "INSERT INTO entries SELECT 'e' || i, 'source', 'k' || i, NULL, 'vocational_training', 'title ' || i, NULL,"
        " 'body', NULL, 's' || i, 'valid', 'valid', '{}', hex(randomblob(32)), '2026-11-22', 1, '2026-11-22T03:00:00Z',"
        " '2026-11-22T03:00:00Z' FROM n"
    ),
    *(f"INSERT INTO status_indexes SELECT {_LIST}, {_PLACE} + {place} FROM n" for place in range(3)),
    (
        "INSERT INTO certificates SELECT printf('CB-2026-%08d', i), 'a' || (i - (i - 1) % 4), "
        f"{_LIST}, {_PLACE}, 'valid', 'competency', 'standard', 'ko', 'purpose', NULL, NULL,"
        " '2026-11-22', '2027-02-20',"
        " '2026-11-22T03:00:00Z', 'key', i - (i - 1) % 4, hex(randomblob(32)), randomblob(:bytes), hex(randomblob(32)),"
        " hex(randomblob(32)), 'paper', NULL FROM n"
    ),
    *(
        f"INSERT INTO certificate_entries SELECT printf('CB-2026-%08d', i), {place}, 'e' || i, 'e' || i,"
        f" '[\"title\"]', hex(randomblob(32)), {_LIST}, {_PLACE} + {place} + 1, 0 FROM n"
        for place in range(2)
    ),
)


def fill(database: Path) -> dict[str, float]:
    """Put the certificates in; answer the bytes that each table with its indexes takes, for one row."""
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("INSERT INTO deliveries VALUES (1, 'source', 'file', '', '2026-11-22', '2026-11-22', '{}')")
        connection.executemany(
            "INSERT INTO status_lists VALUES (?, 1048576, 524286, zeroblob(262144), 1, 0)",
            [(number,) for number in range(2, 2 + LISTS)],
        )
        for statement in _STATEMENTS:
            given = {"count": CERTIFICATES, "lists": LISTS, "bytes": COPY_BYTES}
            used = {name: value for name, value in given.items() if f":{name}" in _SERIALS + statement}
            verb, _, rest = statement.partition(" SELECT ")
            connection.execute(f"{verb} {_SERIALS} SELECT {rest}", used)
    rows = {
        name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for name in ("accounts", "consents", "entries", "status_indexes", "certificates", "certificate_entries")
    }
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sizes = pages_of(connection)
    connection.close()
    return {name: round(sizes[name] / count, 1) for name, count in rows.items()}


def pages_of(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the bytes of each table with its indexes."""
    query = (
        "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name"
        " WHERE s.aggregate = TRUE GROUP BY m.tbl_name"
    )
    return dict(connection.execute(query).fetchall())


def ready_after(data: Path) -> dict[str, float]:
    """Start the service, wait until it is ready, stop it; answer wall and processor seconds and the memory."""
    port = free_port()
    command = [sys.executable, "-c", PROGRAM, "--data", str(data), "serve", "--port", str(port)]
    before = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not is_ready(port):
            if time.monotonic() - before > PATIENCE_S or process.poll() is not None:
                raise RuntimeError("the service did not become ready")
            time.sleep(0.02)
        wall = time.monotonic() - before
        fields = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
        spent, memory = (int(fields[11]) + int(fields[12])) / ticks, int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
        return {"wall_s": round(wall, 2), "processor_s": round(spent, 2), "resident_mib": round(memory / 2**20, 1)}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def is_ready(port: int) -> bool:
    """Ask once."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10):
            return True
    except (urllib.error.URLError, OSError):
        return False


def starts(data: Path) -> list[dict[str, float]]:
    """Start it some times; the first publishes what is due."""
    return [ready_after(data) for _ in range(STARTS)]


def run() -> dict[str, object]:
    """Measure an empty bank, fill it, measure it again."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "bank"
        issuer_command(["--data", str(data), "init", "--dev", "--no-log", "--url", "http://127.0.0.1"])
        empty = starts(data)
        began = time.process_time()
        row_bytes = fill(data / "bank.db")
        filled = time.process_time() - began
        full = starts(data)
        size = sum(each.stat().st_size for each in data.glob("bank.db*"))
    return {
        "machine": machine(("sqlalchemy", "uvicorn")) | {"sqlite": sqlite3.sqlite_version},
        "certificates": CERTIFICATES,
        "copy_bytes": COPY_BYTES,
        "filled_in_processor_s": round(filled, 1),
        "database_bytes": size,
        "bytes_for_a_row_with_its_indexes": row_bytes,
        "ready": {"empty": empty, "full": full, "median_wall_s": statistics.median(each["wall_s"] for each in full)},
    }


if __name__ == "__main__":
    ArgumentParser(description=__doc__).parse_args()
    result = run()
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
