"""What a request costs as the work grows: accounts, entries of one account, status lists, entries of the log.

A bank on SQLite is filled step by step, and at each size the same requests are counted: instructions of SQLite's own
machine and statements, which are the same on every machine, and processor time, the least of some calls. Filled rows
have the form of true ones; nobody signed them. A request may cost more where it hands out more (the entries of an
account); what it costs beside that must not grow faster than the depth of an index. Writes
benchmarks/results/growth.json and prints it; `--short` prints a small form and writes nothing.
"""

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers import growing
from benchmarks.peers.growing import DELIVERIES, SOURCE, Meter, opened
from benchmarks.peers.machine import machine
from credential_schemas.status_list_issue import LIST_SIZE
from issuer.accounts.account import read_account
from issuer.accounts.selection import Choice
from issuer.bank import Bank
from issuer.deliveries.files import ImportOrder
from issuer.errors import AccountNotFound
from issuer.issued.own_certificates import list_certificates
from issuer.issued.status_changes import StatusOrder, change_certificates
from issuer.issuing.claims import IssueRequest
from issuer.issuing.making import make_certificate, record_certificate
from issuer.log.appending import log_credential, proof_of
from issuer.log.files import publish_log
from issuer.operating.held_deliveries import import_or_keep
from issuer.publishing import publish_due

RESULT = Path(__file__).resolve().parent / "results" / "growth.json"
Figures = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How far each kind of work grows."""

    accounts: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    entries: tuple[int, ...] = (1, 10, 50, 100, 200)
    lists: tuple[int, ...] = (2, 12, 48, 96)
    leaves: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)


SHORT = Sizes((200, 2_000), (2, 20), (2, 8), (300, 5_000))


def of_accounts(folder: Path, sizes: Iterable[int]) -> Figures:
    """Count requests of one holder, and of the staff, in a bank with more and more accounts."""
    found: Figures = {}
    growing.found_bank(folder, log=False)
    with opened(folder) as bank:
        account, _ = growing.account_of(bank)
    known = 0
    for size in sizes:
        growing.fill_accounts(folder, known, size)
        with opened(folder) as bank:
            found[str(size)] = _measured(bank, _account_requests(bank, account, known))
        known = size
    return found


def _open(bank: Bank, account: str) -> None:
    read_account(bank, account, now=datetime.now(UTC))


def _account_requests(bank: Bank, account: str, first: int) -> dict[str, Callable[[], object]]:
    serials = count(first)
    delivery = next(DELIVERIES.glob(f"{SOURCE}.*"))
    order = StatusOrder("revoke", "issued_in_error")

    def unknown() -> None:
        with suppress(AccountNotFound):
            read_account(bank, "0000", now=datetime.now(UTC))

    def look_up() -> None:
        with bank.store.read() as transaction:
            transaction.certificates.certificate_at("0" * 64)

    return {
        "open an account": lambda: read_account(bank, account, now=datetime.now(UTC)),
        "ask for an account that does not exist": unknown,
        "list an account's certificates": lambda: list_certificates(bank, f"a{first}", now=datetime.now(UTC)),
        "issue a certificate": _issuing(bank, account),
        "look up a code": look_up,
        "revoke a certificate and publish its list": lambda: change_certificates(
            bank, [f"F-2026-{next(serials):08}"], order, now=datetime.now(UTC)
        ),
        "take in a delivery of four records": lambda: import_or_keep(
            bank, SOURCE, delivery, order=ImportOrder(None), now=datetime.now(UTC)
        ),
    }


def _issuing(bank: Bank, account: str) -> Callable[[], object]:
    request = IssueRequest(account, Choice(everything=True), "ko", "purpose", consent=None)

    def issue() -> None:
        record_certificate(bank, make_certificate(bank, request, now=datetime.now(UTC)))

    return issue


def of_entries(folder: Path, sizes: Iterable[int]) -> Figures:
    """Count opening an account with more and more entries, and preparing a certificate with one of them."""
    found: Figures = {}
    growing.found_bank(folder, log=False)
    with opened(folder) as bank:
        account, person = growing.account_of(bank)
    known = 0
    for size in sizes:
        growing.fill_entries(folder, person, known, size)
        known = size
        with opened(folder) as bank:
            requests = {"open an account": partial(_open, bank, account)}
            found[str(size)] = _measured(bank, requests)
    return found


def of_lists(folder: Path, sizes: Iterable[int]) -> Figures:
    """Count reserving indexes, and changing one entry and publishing what is due, with more and more lists."""
    found: Figures = {}
    growing.found_bank(folder, log=False)
    changed = count()
    for size in sizes:
        growing.fill_lists(folder, size)
        with opened(folder) as bank:

            def reserve(bank: Bank = bank) -> None:
                bank.reservations.take(datetime.now(UTC).year, 6)

            def change(bank: Bank = bank) -> None:
                with bank.store.write() as transaction:
                    transaction.status_lists.set_values(1, [(next(changed), 1)])
                if publish_due(bank, now=datetime.now(UTC)) != (1,):
                    raise RuntimeError("expected one list to be due")

            def nothing_due(bank: Bank = bank) -> None:
                publish_due(bank, now=datetime.now(UTC))

            change()
            requests = {
                "reserve a number and six indexes": reserve,
                "change an entry and publish its list": change,
                "find that nothing is due": nothing_due,
            }
            found[str(size * LIST_SIZE)] = _measured(bank, requests)
    return found


def of_log(folder: Path, sizes: Iterable[int]) -> Figures:
    """Count appending with proof and checkpoint, publishing it, and proving an old entry, in a growing log."""
    found: Figures = {}
    growing.found_bank(folder)
    numbers = count()
    known = 0
    for size in sizes:
        growing.fill_log(folder, known, size)
        with opened(folder) as bank:

            def append(bank: Bank = bank) -> None:
                log_credential(bank, f"N-{next(numbers)}", "a.b.c~", now=datetime.now(UTC))

            def append_and_publish(bank: Bank = bank) -> None:
                append(bank)
                publish_log(bank)

            def prove(bank: Bank = bank) -> None:
                with bank.store.read() as transaction:
                    proof_of(transaction, "L-0")

            requests = {
                "append an entry, with proof and checkpoint": append,
                "the same, and publish the tiles": append_and_publish,
                "prove the oldest entry": prove,
            }
            found[str(size)] = _measured(bank, requests)
            with bank.store.read() as transaction:
                known = transaction.log.state().size
    return found


def _measured(bank: Bank, requests: Mapping[str, Callable[[], object]]) -> dict[str, dict[str, float]]:
    meter = Meter(bank)
    return {name: meter.of(request).to_json() for name, request in requests.items()}


def grown(sizes: Sizes, folder: Path) -> dict[str, Figures]:
    """Let each kind of work grow in a bank of its own in a folder."""
    return {
        "accounts": of_accounts(folder / "accounts", sizes.accounts),
        "entries of one account": of_entries(folder / "entries", sizes.entries),
        "entries of status lists": of_lists(folder / "lists", sizes.lists),
        "entries of the log": of_log(folder / "log", sizes.leaves),
    }


def main() -> None:
    """Measure, and write unless the form is short."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few small sizes; nothing is written")
    is_short = parser.parse_args().short
    with tempfile.TemporaryDirectory() as folder:
        found = grown(SHORT if is_short else Sizes(), Path(folder))
    result = {"machine": machine(("sqlalchemy",)), "growth": found}
    if not is_short:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
