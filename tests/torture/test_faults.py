"""Faults of disk, lock, server and clock: nothing half done, a sentence for people, and afterwards it goes on.

Sixty seconds of a locked database are scaled down: what counts is whether the lock outlasts the wait for it.
"""

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.accounts.selection import Choice
from issuer.bank import Bank
from issuer.errors import StorageFull, StorageUnusable
from issuer.issued.confirmations import ConfirmationDesk
from issuer.issuing.claims import IssueRequest
from issuer.issuing.errors import ClockBehind
from issuer.issuing.once import issue_once
from issuer.store import connections
from keys import confirmation_code
from tests.postgresql import PostgresqlServer
from tests.torture.harness import NOW, Place, found
from tests.torture.service import CHEAP_CODES, written

KEY = "0f6c1a52-7d3e-4a5f-9b1c-2d8e7f605142"
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def cheap_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CHEAP_CODES.items():
        monkeypatch.setattr(confirmation_code, name, value)


@pytest.fixture(scope="module")
def in_a_file(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return found(tmp_path_factory.mktemp("file"), None)


@pytest.fixture(scope="module")
def on_a_server(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgresqlServer) -> Iterator[Place]:
    url = postgresql.new_database()
    yield found(tmp_path_factory.mktemp("server"), url)
    postgresql.drop(url)


@contextmanager
def opened(place: Place) -> Iterator[Bank]:
    bank = place.open()
    try:
        yield bank
    finally:
        bank.close()


def issue(bank: Bank, place: Place, key: str | None = None, *, later: float = 0) -> dict[str, str]:
    request = IssueRequest(place.account, Choice(types=("vocational_training",)), "ko", "면접")
    now = NOW + timedelta(seconds=later)
    answer = issue_once(bank, request, key=key or str(uuid.uuid4()), answer=written, now=now)
    return dict(json.loads(answer))


def count(bank: Bank) -> int:
    with bank.store.read() as transaction:
        return transaction.certificates.count()


def test_a_lock_that_ends_in_time_is_only_waited_for(in_a_file: Place) -> None:
    other = sqlite3.connect(in_a_file.bank / "bank.db", isolation_level=None, check_same_thread=False)
    with opened(in_a_file) as bank:
        issue(bank, in_a_file)  # everything is open and imported
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.5, lambda: other.execute("ROLLBACK"))
        release.start()
        issue(bank, in_a_file)
        release.join()
    other.close()


def test_a_lock_that_outlasts_the_wait_stops_the_issue_and_a_retry_goes_on(
    in_a_file: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_FOR_LOCK_MS", 50)
    other = sqlite3.connect(in_a_file.bank / "bank.db", isolation_level=None)
    with opened(in_a_file) as bank:
        before = count(bank)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnusable, match="another program keeps it locked"):
            issue(bank, in_a_file, KEY)
        other.execute("ROLLBACK")
        assert count(bank) == before
        assert issue(bank, in_a_file, KEY) == issue(bank, in_a_file, KEY)
        assert count(bank) == before + 1
    other.close()


def issued_until_full(bank: Bank, place: Place) -> int:
    """Issue until there is no room, and say how many there was room for: the file may have unused pages."""
    issued: list[str] = []

    def go_on() -> None:
        for _ in range(20):
            issued.append(str(issue(bank, place)))

    with pytest.raises(StorageFull, match="no room left to write the database"):
        go_on()
    return len(issued)


def test_a_full_disk_leaves_no_half_certificate_and_issuing_goes_on_when_there_is_room(in_a_file: Place) -> None:
    with opened(in_a_file) as bank:
        issue(bank, in_a_file)
        before = count(bank)
        with bank.store.read() as transaction:  # the one connection of the pool that is in use
            connection = transaction.certificates._connection
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        whole = before + issued_until_full(bank, in_a_file)
        assert count(bank) == whole
        with bank.store.read() as transaction:
            transaction.certificates._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        issue(bank, in_a_file)
        assert bank.store.integrity_problem() is None


def test_a_database_that_may_only_be_read_still_answers_readers(in_a_file: Place, on_a_server: Place) -> None:
    for place in (in_a_file, on_a_server):
        with opened(place) as bank:
            issued = issue(bank, place)
            statement = "PRAGMA query_only = ON" if place.database is None else "SET default_transaction_read_only = on"
            with bank.store.read() as transaction:
                transaction.certificates._connection.exec_driver_sql(statement)
                if place.database is not None:
                    transaction.certificates._connection.commit()
            with pytest.raises(StorageUnusable, match="it may only be read"):
                issue(bank, place)
            with bank.store.read() as transaction:
                assert transaction.certificates.certificate(issued["number"]) is not None
            desk = ConfirmationDesk(bank, clock=lambda: NOW)
            with pytest.raises(StorageUnusable):  # who asked cannot be recorded, so nothing is shown
                desk.look_up(issued["code"])


def test_a_table_that_is_locked_on_the_server_stops_the_issue_and_a_retry_goes_on(
    on_a_server: Place, postgresql: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections._SERVER_SETTINGS, "lock_timeout", "50ms")
    with opened(on_a_server) as bank, postgresql.connect(on_a_server.database) as other:
        before = count(bank)
        with other.transaction():
            other.execute("LOCK TABLE certificates IN EXCLUSIVE MODE")
            with pytest.raises(StorageUnusable, match="another program keeps it locked"):
                issue(bank, on_a_server, KEY)
        assert count(bank) == before
        assert issue(bank, on_a_server, KEY) == issue(bank, on_a_server, KEY)
        assert count(bank) == before + 1


def test_the_pool_survives_a_restart_of_the_server_under_load(on_a_server: Place, postgresql: PostgresqlServer) -> None:
    with opened(on_a_server) as bank:
        before = count(bank)
        keys = [str(uuid.UUID(int=number)) for number in range(12)]
        started = threading.Event()

        def ask(key: str) -> dict[str, str] | None:
            started.set()
            try:
                return issue(bank, on_a_server, key)
            except StorageUnusable:
                return None

        with ThreadPoolExecutor(4) as pool:
            running = pool.map(ask, keys)
            started.wait()
            postgresql.restart()
            first = list(running)
        answers = [issue(bank, on_a_server, key) for key in keys]
        assert all(early in (None, answer) for early, answer in zip(first, answers, strict=True))
        assert len({answer["number"] for answer in answers}) == 12
        assert count(bank) == before + 12
        assert bank.store.problem() is None


@pytest.mark.parametrize("name", ["in_a_file", "on_a_server"])
def test_a_clock_that_was_set_back_issues_nothing_until_it_is_right(name: str, request: pytest.FixtureRequest) -> None:
    place = request.getfixturevalue(name)
    with opened(place) as bank:
        issue(bank, place, later=3600)
        with pytest.raises(ClockBehind, match="Set the clock"):
            issue(bank, place)
        issue(bank, place, later=3600)


def test_a_bank_does_not_open_on_the_database_of_another(
    in_a_file: Place, on_a_server: Place, postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    from issuer.bank import open_bank
    from issuer.errors import DatabaseOfAnother, InvalidOption

    empty = postgresql.new_database()
    with pytest.raises(DatabaseOfAnother, match="it holds no bank"):
        open_bank(in_a_file.bank, passphrase=None, database=empty)
    with postgresql.connect(empty) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        connection.execute("CREATE TABLE theirs (id int)")
    with pytest.raises(AssertionError):  # `init` refuses, too
        found(tmp_path / "third", empty)
    assert not (tmp_path / "third" / "bank").exists()
    postgresql.drop(empty)
    with pytest.raises(AssertionError):
        found(tmp_path / "second", on_a_server.database)
    with pytest.raises(StorageUnusable, match="set ISSUER_DATABASE"):
        open_bank(on_a_server.bank, passphrase=None)
    for url in ("mysql://db/bank", "postgresql://db", "not a URL", "sqlite:///bank.db"):
        with pytest.raises(InvalidOption, match="expected postgresql://USER@HOST/NAME"):
            open_bank(in_a_file.bank, passphrase=None, database=url)
    with pytest.raises(StorageUnusable, match="no database server answers"):
        open_bank(in_a_file.bank, passphrase=None, database="postgresql://x@127.0.0.1:1/bank")
