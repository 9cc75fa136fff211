"""The verifier's database: its schema, its transactions, and what it says when it cannot be used."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from keys.sign_in.sessions import SessionRecord
from verifier.errors import StoreUnusable
from verifier.store.changes import Change
from verifier.store.engine import WAIT_FOR_LOCK_MS, Store, open_store
from verifier.store.migrations.only_forward import OnlyForward
from verifier.store.migrations.versions import v0001_people
from verifier.store.people import PersonRow
from verifier.store.schema import METADATA, SCHEMA_VERSION

PERSON = PersonRow("p1", "haneul", "김하늘", frozenset({"officer"}), "$argon2id$x", None, None, 1)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "verifier.sqlite"
    open_store(path).close()
    return path


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(migrated, tmp_path / "verifier.sqlite")
    store = open_store(tmp_path / "verifier.sqlite")
    yield store
    store.close()


def test_the_migrations_make_exactly_the_tables_of_the_program(store: Store) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_the_newest_migration_is_the_one_that_the_program_knows() -> None:
    config = Config()
    config.set_main_option("script_location", "verifier.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [SCHEMA_VERSION]


def test_a_step_back_is_refused() -> None:
    with pytest.raises(OnlyForward):
        v0001_people.downgrade()


def test_a_database_of_a_newer_program_is_left_alone(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "verifier.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreUnusable, match="newer program") as refusal:
        open_store(tmp_path / "verifier.sqlite")
    assert refusal.value.kind == "newer"


def test_what_fails_half_way_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.write() as transaction:
            transaction.people.add(PERSON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.read() as transaction:
        assert not transaction.people.exist()


def test_a_broken_rule_of_the_schema_is_a_bug_and_no_state_of_the_disk(store: Store) -> None:
    with store.write() as transaction:
        transaction.people.add(PERSON)
    with pytest.raises(IntegrityError), store.write() as transaction:
        transaction.people.add(PERSON)


def test_with_a_person_everything_of_hers_goes(store: Store) -> None:
    with store.write() as transaction:
        transaction.people.add(PERSON)
        transaction.people.link("p1", "https://login.example", "s")
        transaction.people.set_second_step("p1", b"sealed", step=5, links=["a", "b"])
        transaction.sessions.begin(SessionRecord("s1", "p1", 1, 1))
        transaction.people.remove("p1")
    with store.read() as transaction:
        assert transaction.people.by_identity("https://login.example", "s") is None
        assert transaction.people.recovery_codes_left("p1") == 0
        assert transaction.sessions.find("s1") is None


def test_nothing_of_a_removed_person_remains_in_the_files(store: Store, tmp_path: Path) -> None:
    marker = PersonRow("p2", "marker-name", "marker-shown", frozenset({"officer"}), "marker-password", None, None, 1)
    with store.write() as transaction:
        transaction.people.add(marker)
    assert any(b"marker-password" in path.read_bytes() for path in tmp_path.iterdir())
    with store.write() as transaction:
        transaction.people.remove("p2")
    store.forget_deleted()
    assert not any(b"marker" in path.read_bytes() for path in tmp_path.iterdir())


def test_the_changes_come_back_newest_first_with_their_details(store: Store) -> None:
    with store.write() as transaction:
        for number in range(3):
            transaction.changes.append(Change(number, "p1", "김하늘", "act", f"s{number}", {"n": number}, "까닭"))
    with store.read() as transaction:
        newest = transaction.changes.newest(2)
        assert [(number, change.subject) for number, change in newest] == [(3, "s2"), (2, "s1")]
        assert transaction.changes.newest(5, before=2)[0][1] == Change(0, "p1", "김하늘", "act", "s0", {"n": 0}, "까닭")


def test_a_database_that_another_program_locks_is_said_to_be_locked(store: Store, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "verifier.sqlite", isolation_level=None)
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnusable, match="locked") as refusal, store.write():
        pass
    other.close()
    assert refusal.value.kind == "locked"
    assert WAIT_FOR_LOCK_MS == 5_000


def test_a_full_disk_is_said_to_be_full(store: Store) -> None:
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnusable, match="no room") as refusal, store.write() as transaction:
        transaction.changes.append(Change(1, "p", "p", "a", "x" * 1_000_000, {}, ""))
    assert refusal.value.kind == "full"


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "verifier.sqlite"
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreUnusable, match="damaged") as refusal:
        open_store(path)
    assert refusal.value.kind == "unusable"


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="expected a place") as refusal:
        open_store(tmp_path / "file" / "verifier.sqlite")
    assert refusal.value.kind == "place"


def test_the_message_of_an_error_holds_no_path_and_no_statement(tmp_path: Path) -> None:
    path = tmp_path / "verifier.sqlite"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(StoreUnusable) as refusal:
        open_store(path)
    assert str(tmp_path) not in str(refusal.value)
    assert "SELECT" not in str(refusal.value)
