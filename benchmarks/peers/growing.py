"""A bank that is filled to any size, and what a request costs in it, counted: for benchmarks/growth.py and its test.

A request is measured by the instructions of SQLite's own machine, by statements and by processor time. The first two
are the same on every machine. Rows are put in by SQL: they look like those of a bank, but nobody signed anything.
"""

import io
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event

from credential_schemas.status_list_issue import LIST_SIZE
from issuer.bank import Bank, open_bank
from issuer.cli.main import main as cb_issuer

DELIVERIES = Path(__file__).resolve().parents[2] / "examples/deliveries"
URL = "https://bank.example"
PERSON = "SYN-P-001"
SOURCE = "hrdnet_training"
ROUNDS = 7
_NEWEST_LIST = 1_000  # what is reserved comes from this one
_SERIALS = "WITH RECURSIVE n(i) AS (SELECT :begin UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)"
_COPIED = (
    "entry_type, title, title_en, issuing_body, record_keeper, 'r' || i, source_status, bank_status, fields,"
    " record_hash, as_of, delivery_id, first_collected_at, collected_at"
)
_FROM_ENTRY = f"{_COPIED} FROM n, (SELECT * FROM entries WHERE id = :entry)"
_MANY = (
    f"INSERT INTO persons {_SERIALS} SELECT 'p' || i, 'name', NULL, '1990-01-01', NULL, '2026-11-22', 1 FROM n",
    f"INSERT INTO accounts {_SERIALS} SELECT 'a' || i, '2026-11-22T03:00:00Z', 'p' || i, NULL, NULL, NULL, NULL FROM n",
    (
        "INSERT INTO consents (account_id, act, scope, text_version, given_at, channel)"
        f" {_SERIALS} SELECT 'a' || i, 'disclosure', '{{}}', '1', '2026-11-22T03:00:00Z', 'operator' FROM n"
    ),
    f"INSERT INTO entries {_SERIALS} SELECT 'e' || i, source, 'k' || i, 'p' || i, {_FROM_ENTRY}",
    f"INSERT INTO status_indexes {_SERIALS} SELECT 2 + i * 2 / {LIST_SIZE}, i * 2 % {LIST_SIZE} + p FROM n, places",
    (
        f"INSERT INTO certificates {_SERIALS} SELECT printf('F-2026-%08d', i), 'a' || i,"
        f" 2 + i * 2 / {LIST_SIZE}, i * 2 % {LIST_SIZE}, 'valid', 'competency', 'standard', 'ko', 'purpose', NULL,"
        " NULL, '2026-11-21', '2027-02-18', '2026-11-21T03:00:00Z', 'key', 1, hex(randomblob(32)), x'00', '', '',"
        " 'paper', NULL FROM n"
    ),
    (
        f"INSERT INTO certificate_entries {_SERIALS} SELECT printf('F-2026-%08d', i), 0, 'e' || i, 'e' || i,"
        f" '[\"course\"]', '', 2 + i * 2 / {LIST_SIZE}, i * 2 % {LIST_SIZE} + 1, 0 FROM n"
    ),
    (
        "INSERT INTO audit_records"
        f" {_SERIALS} SELECT 1000000000 + i, '2026-11-22T03:00:00Z', 'staff', 'account_read', 'a' || i, NULL,"
        " NULL, x'00' FROM n"
    ),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request costs: instructions of SQLite, statements, processor milliseconds (the least of some)."""

    steps: int
    statements: int
    processor_ms: float

    def to_json(self) -> dict[str, float]:
        """Return it for a result."""
        return {"steps": self.steps, "statements": self.statements, "processor_ms": self.processor_ms}


class Meter:
    """Counts what SQLite does for a bank."""

    def __init__(self, bank: Bank) -> None:
        self._steps = self._statements = 0
        engine = bank.store._engine  # noqa: SLF001 - what no book asks
        engine.dispose()
        event.listen(engine, "connect", self._watch)
        event.listen(engine, "before_cursor_execute", self._count_statement)

    def of(self, request: Callable[[], object], *, rounds: int = ROUNDS) -> Cost:
        """Run a request some times and return the least of each figure; the first run is not counted."""
        request()
        found = []
        for _ in range(rounds):
            self._steps = self._statements = 0
            before = time.process_time_ns()
            request()
            found.append((self._steps, self._statements, time.process_time_ns() - before))
        steps, statements, spent = (min(each) for each in zip(*found, strict=True))
        return Cost(steps, statements, round(spent / 1e6, 3))

    def _watch(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.set_progress_handler(self._count_step, 1)

    def _count_step(self) -> int:
        self._steps += 1
        return 0

    def _count_statement(self, *_given: object) -> None:
        self._statements += 1


def found_bank(folder: Path, *, log: bool = True) -> Path:
    """Make a bank with the sample deliveries in it and one account; answer its folder."""
    data = ["--data", str(folder)]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        commands = [["init", "--dev", "--url", URL, *([] if log else ["--no-log"])]]
        commands += [["import", each.stem, str(each)] for each in sorted(DELIVERIES.iterdir())]
        commands += [["accounts", "open", "--person", PERSON, "--consent-all"]]
        for command in commands:
            if cb_issuer([*command, *data]) != 0:
                raise RuntimeError(f"expected {command[0]} to end well")
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[Bank]:
    """Open a bank and close it again."""
    bank = open_bank(folder, passphrase=None)
    try:
        yield bank
    finally:
        bank.close()


def account_of(bank: Bank) -> tuple[str, str]:
    """Return the account that was opened, and its person's link."""
    with bank.store.read() as transaction:
        found = transaction.accounts.accounts()[-1]  # before any is filled in
    return found.id, str(found.person_link)


def fill_accounts(folder: Path, begin: int, end: int) -> None:
    """Add accounts, each with an entry, a certificate that carries it, and a line of the trail."""
    with _database(folder) as connection:
        entry = _an_entry(connection)
        connection.execute("CREATE TEMP TABLE places AS SELECT 0 AS p UNION SELECT 1")
        for list_no in (*range(2, 3 + end * 2 // LIST_SIZE), _NEWEST_LIST):
            added = "INSERT OR IGNORE INTO status_lists VALUES (?, ?, ?, zeroblob(262144), 0, 4000000000)"
            connection.execute(added, (list_no, LIST_SIZE, 0))
        for statement in _MANY:
            given = {"begin": begin, "end": end, "entry": entry}
            connection.execute(statement, {name: each for name, each in given.items() if f":{name}" in statement})


def fill_entries(folder: Path, person_link: str, begin: int, end: int) -> None:
    """Give one person more entries of one source."""
    with _database(folder) as connection:
        statement = f"INSERT INTO entries {_SERIALS} SELECT 'e' || i, source, 'k' || i, :person, {_FROM_ENTRY}"
        entry = _an_entry(connection)
        connection.execute(statement, {"begin": begin, "end": end, "entry": entry, "person": person_link})


def fill_lists(folder: Path, lists: int) -> None:
    """Add empty lists of 2^20 entries, all of them published, until there are so many."""
    with _database(folder) as connection:
        (last,) = connection.execute("SELECT max(list_no) FROM status_lists").fetchone()
        for list_no in range(last + 1, lists + 1):
            values = (list_no, LIST_SIZE, 0)
            connection.execute("INSERT INTO status_lists VALUES (?, ?, ?, zeroblob(262144), 0, 4000000000)", values)


def fill_log(folder: Path, begin: int, end: int) -> None:
    """Add leaves and the hashes over them, and say in the published checkpoint that they are there."""
    with _database(folder) as connection:
        leaves = f"{_SERIALS} SELECT i, randomblob(72), randomblob(32), randomblob(32), 'L-' || i FROM n"
        connection.execute(f"INSERT INTO log_entries {leaves}", {"begin": begin, "end": end})
        level = 1
        while end >> level:
            given = {"begin": begin >> level, "end": end >> level, "level": level}
            if given["begin"] < given["end"]:
                connection.execute(f"INSERT INTO log_nodes {_SERIALS} SELECT :level, i, randomblob(32) FROM n", given)
            level += 1
        connection.execute("UPDATE log_state SET size = ?, logged_at = 0, checkpoint = x'00'", (end,))
    checkpoint = folder / "public/log/checkpoint"
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.write_text(f"{URL}\n{end}\n", "ascii")


def _an_entry(connection: sqlite3.Connection) -> str:
    (found,) = connection.execute("SELECT id FROM entries WHERE source = ? LIMIT 1", (SOURCE,)).fetchone()
    return str(found)


@contextmanager
def _database(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder / "bank.db")
    try:
        with connection:
            yield connection
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
