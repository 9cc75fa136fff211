"""What the transparency log and the audit trail cost.

Log: one durable append with its proof and signed checkpoint, at two sizes of the log, by one client and by eight that
share commits; the plain work beside it is a transaction that raises one counter. Audit: processor time of checking
100,000 records, beside reading the same rows and doing nothing. Writes benchmarks/results/log_and_audit.json.
"""

import json
import secrets
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.machine import machine
from credential_schemas.log_entry import LogEntry
from issuer.audit.trail import Act, record_acts
from issuer.audit.verifying import verify_trail
from issuer.bank import Bank
from issuer.cli.main import main as cb_issuer
from issuer.log.appending import log_credential
from issuer.log.files import publish_log
from issuer.store.log import LogState, StoredLogEntry
from keys.merkle import Node, inclusion_path

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ROUNDS, AUDIT_ROUNDS, APPENDS, CLIENTS = 3, 9, 100, 8
SMALL, LARGE = 250, 4_000
RECORDS = 100_000
RESULTS = Path(__file__).parent / "results" / "log_and_audit.json"


def seconds(work: Callable[[], object]) -> float:
    """Return how long a work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def path_to(index: int) -> Callable[[Node], list[bytes]]:
    """Return what computes the path to the newest leaf of a tree."""
    return lambda node: inclusion_path(index, index + 1, node=node)


def spent(work: Callable[[], object]) -> float:
    """Return the processor seconds of a work, which other programs on the machine do not add to."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def fill(bank: Bank, size: int) -> None:
    """Bring the log to a size in one transaction, with made-up entries."""
    with bank.store.write() as transaction:
        begin = transaction.log.state().size
        for index in range(begin, size):
            entry = LogEntry(int(NOW.timestamp()), secrets.token_bytes(32), secrets.token_bytes(32))
            path = transaction.log.compute(path_to(index))
            stored = StoredLogEntry(index, entry.encode(), entry.salt, entry.signed_part_sha256, f"F-{index}")
            transaction.log.append(stored, path)
        transaction.log.set_state(LogState(size, int(NOW.timestamp()), None))


def append(bank: Bank, clients: int) -> float:
    """Return milliseconds for one append when so many clients append."""

    def one(_number: int) -> None:
        log_credential(bank, secrets.token_hex(8), f"a.b.{secrets.token_hex(8)}~", now=NOW)

    with ThreadPoolExecutor(clients) as threads:
        return seconds(lambda: list(threads.map(one, range(APPENDS)))) / APPENDS * 1000


def plain(bank: Bank) -> float:
    """Return milliseconds for one durable transaction that raises one counter."""

    def one() -> None:
        with bank.store.write() as transaction:
            transaction.certificates.reserve_numbers(2026, 1)

    def all_() -> None:
        for _ in range(APPENDS):
            one()

    return seconds(all_) / APPENDS * 1000


def log_figures(bank: Bank) -> dict[str, float]:
    """Measure appending to a small and to a large log, taking turns with the plain transaction."""
    figures: dict[str, float] = {}
    for name, size in (("small", SMALL), ("large", LARGE)):
        fill(bank, size)
        rounds = [(plain(bank), append(bank, 1), append(bank, CLIENTS)) for _ in range(ROUNDS)]
        for at, what in enumerate(("plain", "append", f"append_{CLIENTS}_clients")):
            figures[f"{name}_{what}_ms"] = round(statistics.median(each[at] for each in rounds), 3)
    figures["publish_first_time_s"] = round(seconds(lambda: publish_log(bank)), 2)
    log_credential(bank, "one-more", "a.b.c~", now=NOW)
    figures["publish_one_more_ms"] = round(seconds(lambda: publish_log(bank)) * 1000, 2)
    return figures


def audit_figures(bank: Bank) -> dict[str, float]:
    """Measure checking the trail beside reading its rows."""
    with bank.store.write() as transaction:
        acts = [Act("account_read", f"account{n % 1000}", secrets.token_hex(16)) for n in range(RECORDS)]
        record_acts(transaction, *acts, actor="staff:somebody", at="2026-11-22T03:00:00Z")

    def read() -> None:
        with bank.store.read() as transaction:
            for _ in transaction.audit.rows():
                pass

    key = bank.log_key().public_key()
    rounds = [(spent(read), spent(lambda: verify_trail(bank, key=key))) for _ in range(AUDIT_ROUNDS)]
    figures: dict[str, float] = {}
    for what, pick in (("least", min), ("median", statistics.median)):
        reading, checking = (pick(each[at] for each in rounds) for at in range(2))
        figures |= {f"read_{what}_s": round(reading, 3), f"verify_{what}_s": round(checking, 3)}
        figures[f"ratio_{what}"] = round(checking / reading, 2)
    return figures


def main() -> None:
    """Measure, write and print."""
    ArgumentParser(description=__doc__).parse_args()
    from issuer.bank import open_bank

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bank"
        cb_issuer(["init", "--dev", "--url", "https://bank.example", "--data", str(path)])
        bank = open_bank(path, passphrase=None)
        result = {
            "machine": machine(("sqlalchemy", "cryptography")),
            "log": {"sizes": [SMALL, LARGE], **log_figures(bank)},
            f"audit_of_{RECORDS}": audit_figures(bank),
        }
        bank.close()
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
