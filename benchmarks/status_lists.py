"""Status at national scale: 100 million certificates in lists of 2^20 entries, one in a hundred revoked at random.

Measured: a check in a list at hand, among one list and among all; a list that is read for the first time, signature
and all; publishing again after one change, for a list and for a bank with few and with many lists; and the bytes.
Processor time, the least and the median of many calls. Writes benchmarks/results/status_lists.json and prints it.
"""

import gzip
import json
import random
import statistics
import sys
import tempfile
import time
import zlib
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.machine import machine
from credential_schemas.status_list import StatusList, StatusToken, verify_status_token
from credential_schemas.status_list_issue import LIST_SIZE, StatusBitmap, build_status_token
from issuer.bank import Bank, open_bank
from issuer.cli.main import main as issuer_command
from issuer.publishing import publish_due
from keys.key_files import FileSigner, create_key

RESULT = Path(__file__).resolve().parent / "results" / "status_lists.json"
LIBRARIES = ("cryptography", "pyjwt", "sqlalchemy")
LISTS = 96  # 100.7 million entries
REVOKED = 0.01
CHECKS = 200_000
ROUNDS = 30
NOW = 1_795_000_000
URI = "https://bank.example/status/{}"


def processor_us(work: Callable[[], object], *, rounds: int = ROUNDS) -> dict[str, float]:
    """Return the processor time of a call in microseconds: the least, and the median."""
    times = []
    for _ in range(rounds):
        before = time.process_time_ns()
        work()
        times.append((time.process_time_ns() - before) / 1000)
    return {"least_us": round(min(times), 1), "median_us": round(statistics.median(times), 1)}


def revoked_list(seed: int) -> StatusList:
    """Return a list of which one entry in a hundred is revoked."""
    draw, bitmap = random.Random(seed), StatusBitmap()
    for idx in draw.sample(range(LIST_SIZE), int(LIST_SIZE * REVOKED)):
        bitmap.set(idx, 1)
    return bitmap.freeze()


def cached_check_ns(lists: dict[str, StatusList]) -> float:
    """Return the nanoseconds of one check in lists at hand, each anywhere in any of them; the least of rounds."""
    draw = random.Random(9)
    names = list(lists)
    asked = [(draw.choice(names), draw.randrange(LIST_SIZE)) for _ in range(CHECKS)]

    def look() -> int:
        return sum(lists[uri].value(idx) for uri, idx in asked)

    def only_the_loop() -> int:
        return sum(idx for _, idx in asked)

    spent = processor_us(look, rounds=9)["least_us"] - processor_us(only_the_loop, rounds=9)["least_us"]
    return round(spent * 1000 / CHECKS, 1)


def of_one_list(signer: FileSigner) -> dict[str, object]:
    """Measure a list by itself."""
    listed = revoked_list(0)
    uri = URI.format(1)
    token = StatusToken(uri, listed, NOW, NOW + 86_400, 3600)
    text = build_status_token(token, signer=signer)
    keys = {signer.key_id: signer.public_key}
    stream = zlib.compress(listed.data, 9)
    compressed = len(stream)

    def change() -> str:
        bitmap = StatusBitmap.of(listed)
        bitmap.set(77, 1)
        changed = StatusToken(uri, bitmap.freeze(), NOW, NOW + 86_400, 3600)
        return build_status_token(changed, signer=signer)

    return {
        "first_read_with_signature": processor_us(lambda: verify_status_token(text, uri=uri, keys=keys, now=NOW)),
        "inflating_alone": processor_us(lambda: zlib.decompress(stream)),
        "changed_and_signed_again": processor_us(change, rounds=9),
        "bytes": {
            "entries": listed.size,
            "plain": len(listed.data),
            "zlib_9": compressed,
            "token": len(text),
            "token_by_zlib_9": round(len(text) / compressed, 3),
            "as_sent_with_gzip": (sent := len(gzip.compress(text.encode("ascii"), mtime=0))),
            "as_sent_by_zlib_9": round(sent / compressed, 3),
        },
    }


def fill(bank: Bank, lists: int) -> None:
    """Give a bank as many lists, all published."""
    with bank.store.write() as transaction:
        first = max(transaction.status_lists.numbers()) + 1
        for list_no in range(first, lists + 1):
            transaction.status_lists.add_list(list_no, revoked_list(list_no % 7))
    publish_due(bank, now=datetime.now(UTC))


def of_a_bank(lists: int) -> dict[str, object]:
    """Measure changing one entry and publishing what is due, in a bank with so many lists."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "bank"
        issuer_command(["--data", str(data), "init", "--dev", "--no-log", "--url", "http://127.0.0.1:8000"])
        bank = open_bank(data, passphrase=None)
        try:
            fill(bank, lists)
            draw = random.Random(3)

            def change() -> None:
                with bank.store.write() as transaction:
                    transaction.status_lists.set_values(2, [(draw.randrange(LIST_SIZE), 1)])
                published = publish_due(bank, now=datetime.now(UTC))
                if published != (2,):
                    raise RuntimeError(f"expected list 2 alone, found {published}")

            spent = processor_us(change, rounds=9)
            return {"lists": lists, "changed_and_published": spent, "database_bytes": size_of(data / "bank.db")}
        finally:
            bank.close()


def size_of(path: Path) -> int:
    """Return the bytes of a database and of what is not yet written into it."""
    return sum(each.stat().st_size for each in path.parent.glob(path.name + "*"))


def run() -> dict[str, object]:
    """Measure everything."""
    one = of_one_list(FileSigner(create_key()))
    few = {URI.format(0): revoked_list(0)}
    all_lists = {URI.format(number): revoked_list(number) for number in range(LISTS)}
    check_ns = {"one_list": cached_check_ns(few), "all_lists": cached_check_ns(all_lists)}
    return {
        "machine": machine(LIBRARIES),
        "entries": LISTS * LIST_SIZE,
        "check_in_a_list_at_hand_ns": {**check_ns, "ratio": round(check_ns["all_lists"] / check_ns["one_list"], 2)},
        "one_list": one,
        "banks": [of_a_bank(2), of_a_bank(LISTS)],
    }


if __name__ == "__main__":
    ArgumentParser(description=__doc__).parse_args()
    result = run()
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
