"""Migrations: each only adds unless it says so, older and newer programs are told apart, two programs migrate once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect

from issuer.errors import StorageUnusable
from issuer.store import schema
from issuer.store.engine import create_server_store, open_store
from issuer.store.facts import FactBook
from tests.postgresql import PostgresqlServer


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", schema.MIGRATIONS)
    return made


def revisions() -> list[str]:
    return sorted(revision.revision for revision in ScriptDirectory.from_config(config()).walk_revisions())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'bank.db'}")
    yield made
    made.dispose()


def upgrade(engine: Engine, revision: str) -> None:
    made = config()
    with engine.begin() as connection:
        made.attributes["connection"] = connection
        command.upgrade(made, revision)


def columns(engine: Engine) -> dict[str, dict[str, Any]]:
    found = inspect(engine)
    return {
        table: {column["name"]: column for column in found.get_columns(table)}
        for table in found.get_table_names()
        if table != "alembic_version"
    }


@pytest.mark.parametrize(("before", "after"), list(pairwise(revisions())))
def test_a_program_of_the_schema_before_still_works_with_the_next(engine: Engine, before: str, after: str) -> None:
    upgrade(engine, before)
    known = columns(engine)
    upgrade(engine, after)
    now = columns(engine)
    oldest = ScriptDirectory.from_config(config()).get_revision(after).module.OLDEST_PROGRAM
    if oldest > before:
        return  # it takes away what the program before needs, and says so
    for table, its_columns in known.items():
        assert its_columns.keys() <= now[table].keys()
        for name, column in now[table].items():
            unfilled = not column["nullable"] and column["default"] is None
            assert name in its_columns or not unfilled, f"{table}.{name} must be empty or have a default"


def test_an_older_database_is_brought_up_to_date(tmp_path: Path, engine: Engine) -> None:
    upgrade(engine, revisions()[0])
    open_store(tmp_path / "bank.db").close()
    with engine.connect() as connection:
        assert FactBook(connection).fact(schema.OLDEST_PROGRAM) == "0001"
    assert "store_facts" in columns(engine)


def newer(engine: Engine, *, oldest: str | None) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        if oldest is None:
            connection.exec_driver_sql("DELETE FROM store_facts")
        else:
            FactBook(connection).record(schema.OLDEST_PROGRAM, oldest)


def test_a_database_that_a_newer_program_only_added_to_is_used(tmp_path: Path, engine: Engine) -> None:
    open_store(tmp_path / "bank.db").close()
    newer(engine, oldest=schema.SCHEMA_VERSION)
    store = open_store(tmp_path / "bank.db")
    assert store.problem() is None
    store.close()


@pytest.mark.parametrize("oldest", ["9999", None])
def test_a_database_that_needs_a_newer_program_is_refused(tmp_path: Path, engine: Engine, oldest: str | None) -> None:
    open_store(tmp_path / "bank.db").close()
    newer(engine, oldest=oldest)
    with pytest.raises(StorageUnusable, match="a newer program has changed it"):
        open_store(tmp_path / "bank.db")


@pytest.mark.slow
def test_programs_that_start_together_migrate_once(postgresql: PostgresqlServer) -> None:
    url = postgresql.new_database()
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(create_server_store, [url] * 4))
    for store in stores:
        assert store.problem() is None
        store.close()
    postgresql.drop(url)
