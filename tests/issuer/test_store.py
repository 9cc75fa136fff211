"""The database: schema, reservations, durability settings and what its failures are called."""

import importlib
import pkgutil
import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from issuer.errors import StorageFull, StorageUnusable
from issuer.store import connections
from issuer.store.accounts import Account
from issuer.store.blocks import Reservations
from issuer.store.engine import Store, open_store
from issuer.store.schema import SCHEMA_VERSION
from issuer.store.tables import METADATA


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "bank.db")
    yield opened
    opened.close()


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_code_knows_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "issuer.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_VERSION


def test_no_migration_has_a_way_back_that_loses_records() -> None:
    from issuer.store.migrations import versions
    from issuer.store.migrations.only_forward import OnlyForward

    names = [name for _, name, _ in pkgutil.iter_modules(versions.__path__) if name.startswith("v")]
    assert len(names) > 4
    for name in names:
        with pytest.raises(OnlyForward):
            importlib.import_module(f"{versions.__name__}.{name}").downgrade()


@pytest.mark.parametrize(
    ("text", "found"),
    [("", 3), ("a", 2), ("ab", 1), ("ac", 0), ("A", 0), ("%", 0), ("_", 0), ("a\0", 0), ("\U0010ffff", 0)],
)
def test_an_account_is_found_by_the_beginning_of_its_id(store: Store, text: str, found: int) -> None:
    with store.write() as transaction:
        for name in ("a1", "ab", "b1"):
            transaction.accounts.open_account(Account(name, "2026-11-22T03:00:00Z"))
        accounts = transaction.accounts.accounts_beginning(text, limit=5)
    assert [each.id for each in accounts] == sorted(each.id for each in accounts)
    assert len(accounts) == found


@pytest.mark.parametrize("text", ["", "a", "a\0", "\0", "\U0010ffff"])
def test_no_text_finds_a_held_entry_that_is_not_there(store: Store, text: str) -> None:
    with store.read() as transaction:
        assert transaction.entries.held_beginning(text, limit=1) == []


def test_a_commit_survives_the_loss_of_power(file_store: Store) -> None:
    with file_store.read() as transaction:
        connection = transaction.entries._connection
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_numbers_are_reserved_in_blocks_without_gap_or_repeat(store: Store) -> None:
    blocks = []
    for count in (1, 5, 1):
        with store.write() as transaction:
            blocks.append(transaction.certificates.reserve_numbers(2026, count))
    assert [number for block in blocks for number in block] == [1, 2, 3, 4, 5, 6, 7]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail_half_way() -> None:
        with store.write() as transaction:
            transaction.certificates.reserve_numbers(2026, 5)
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    with store.write() as transaction:
        assert list(transaction.certificates.reserve_numbers(2026, 1)) == [1]


def test_status_indexes_are_distinct_and_a_half_full_list_is_followed_by_a_new_one(store: Store) -> None:
    drawn: list[tuple[int, int]] = []
    draw = random.Random(7).randrange
    with store.write() as transaction:
        transaction.status_lists.open_list(64)
        for _ in range(20):
            reserved = transaction.status_lists.reserve_status_indexes(5, draw=draw)
            drawn += [(reserved.list_no, idx) for idx in reserved.indexes]
        lists = transaction.status_lists.numbers()
    assert len(set(drawn)) == len(drawn) == 100
    assert lists == [1, 2, 3, 4]
    assert max(sum(1 for list_no, _ in drawn if list_no == number) for number in lists) <= 32


def test_status_indexes_of_one_reservation_do_not_rise_in_order(store: Store) -> None:
    with store.write() as transaction:
        transaction.status_lists.open_list()
        reserved = transaction.status_lists.reserve_status_indexes(40, draw=random.Random(1).randrange)
    assert list(reserved.indexes) != sorted(reserved.indexes)


def test_a_list_takes_its_values_and_is_due_until_published(store: Store) -> None:
    with store.write() as transaction:
        book = transaction.status_lists
        book.record_publication(book.open_list(), iat=100)
        assert book.due(published_before=100) == []
        book.set_values(1, [(5, 2), (1_048_575, 3)])
        assert book.due(published_before=0) == [1]
        status_list = book.state(1).status_list
    assert [status_list.value(idx) for idx in (4, 5, 6, 1_048_575)] == [0, 2, 0, 3]


def test_a_locked_database_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WAIT_FOR_LOCK_MS", 1)
    store = open_store(tmp_path / "bank.db")
    other = sqlite3.connect(tmp_path / "bank.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnusable, match="another program keeps it locked"), store.write():
        pass
    other.close()
    store.close()


def test_a_file_that_is_no_database_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "bank.db").write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(StorageUnusable, match="it is not a database"):
        open_store(tmp_path / "bank.db")


def test_a_full_disk_is_named_as_such(file_store: Store) -> None:
    with file_store.read() as transaction:
        pages = transaction.entries._connection.exec_driver_sql("PRAGMA page_count").scalar()

    def write_too_much() -> None:
        with file_store.write() as transaction:
            transaction.entries._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            transaction.status_lists.open_list()

    with pytest.raises(StorageFull, match="no room left to write the database"):
        write_too_much()


def test_a_broken_rule_of_the_schema_is_a_bug_and_not_a_state_of_the_disk(store: Store) -> None:
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), store.write() as transaction:
        transaction.entries._connection.exec_driver_sql("INSERT INTO counters VALUES ('a', NULL)")


def test_an_unknown_failure_still_has_a_sentence(store: Store) -> None:
    with pytest.raises(StorageUnusable, match="unexpected error"), store.read() as transaction:
        transaction.entries._connection.exec_driver_sql("SELECT * FROM nowhere")


def test_a_sound_database_has_no_problem(store: Store) -> None:
    assert store.integrity_problem() is None
    assert store.problem() is None


def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    with store.write() as transaction:
        transaction.status_lists.open_list(64)
    with store.read() as reader:
        assert reader.status_lists.numbers() == [1]
        with store.write() as transaction:
            transaction.status_lists.open_list(64)
        assert reader.status_lists.numbers() == [1]
    with store.read() as reader:
        assert reader.status_lists.numbers() == [1, 2]


def test_two_programs_never_reserve_the_same_number_or_index(store: Store) -> None:
    with store.write() as transaction:
        transaction.status_lists.open_list(64)

    def reserve(seed: int) -> list[tuple[str, int, int]]:
        reservations = Reservations(store, draw=random.Random(seed).randrange, numbers=3)
        taken: list[tuple[str, int, int]] = []
        for _ in range(10):
            serial, indexes = reservations.take(2026, 4)
            taken.append(("number", 0, serial))
            taken += [("index", indexes.list_no, idx) for idx in indexes.indexes]
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [each for reserved in pool.map(reserve, [1] * 8) for each in reserved]
    assert len(taken) == 8 * 10 * 5
    assert len(set(taken)) == len(taken)


def test_a_block_is_used_up_before_the_next_is_reserved(store: Store) -> None:
    with store.write() as transaction:
        transaction.status_lists.open_list()
    reservations = Reservations(store, draw=random.Random(3).randrange, numbers=4)
    serials = [reservations.take(2026, 9)[0] for _ in range(5)]
    serials.append(reservations.take(2027, 9)[0])
    assert serials == [1, 2, 3, 4, 5, 1]
    with store.read() as transaction:
        counted = transaction.status_lists._connection.exec_driver_sql("SELECT count(*) FROM status_indexes")
        assert counted.scalar_one() == 80  # two blocks of 4 times 10, of which 54 were used


def test_without_blocks_only_what_is_asked_for_is_reserved(store: Store) -> None:
    with store.write() as transaction:
        transaction.status_lists.open_list()
    reservations = Reservations(store, draw=random.Random(3).randrange)
    assert [reservations.take(2026, 3)[0] for _ in range(2)] == [1, 2]
    with store.write() as transaction:
        assert list(transaction.certificates.reserve_numbers(2026, 1)) == [3]
        counted = transaction.status_lists._connection.exec_driver_sql("SELECT count(*) FROM status_indexes")
        assert counted.scalar_one() == 6


def test_an_unknown_day_counts_its_look_ups_from_one(store: Store) -> None:
    for _ in range(2):
        with store.write() as transaction:
            transaction.lookups.record_unknown("2026-11-22")
    with store.read() as transaction:
        assert (transaction.lookups.unknown("2026-11-22"), transaction.lookups.unknown("2026-11-23")) == (2, 0)


def test_a_fact_is_replaced_by_a_newer_one(store: Store) -> None:
    with store.write() as transaction:
        transaction.facts.record("issuer", "https://a.example")
        transaction.facts.record("issuer", "https://b.example")
        assert transaction.facts.fact("issuer") == "https://b.example"
        assert transaction.facts.fact("nothing") is None
