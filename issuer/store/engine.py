"""Opening the database: durable SQLite settings, migrations, and transactions that end in the bank's own errors."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from issuer.errors import StorageFull, StorageUnusable
from issuer.store.transaction import Transaction

SCHEMA_VERSION: Final = "0001"
"""The newest revision under `migrations/versions`; a test compares."""

_BUSY_TIMEOUT_MS: Final = 5_000
_PROBLEMS: Final = {
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked",
    sqlite3.SQLITE_READONLY: "it may only be read",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reported an error",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore a copy",
    sqlite3.SQLITE_NOTADB: "it is not a database",
}


class Store:
    """The bank's database; every access is a `read` or a `write` transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that sees one consistent state and changes nothing."""
        with _own_errors(), self._engine.connect() as connection:
            yield Transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that commits at the end of the block, or leaves nothing if the block fails.

        On SQLite the write lock is taken at once, so that two writers wait instead of failing half way.

        Raises:
            StorageFull: there is no room for the change.
            StorageUnusable: the database is locked, read-only or damaged.
        """
        with _own_errors(), self._engine.connect() as plain:
            connection = plain.execution_options(bank_write=True)
            with connection.begin():
                yield Transaction(connection)

    def integrity_problem(self) -> str | None:
        """Let the database check itself; answer what is wrong, None when nothing is.

        Raises:
            StorageUnusable: it cannot even be read.
        """
        with _own_errors(), self._engine.connect() as connection:
            answer = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
        return None if answer == "ok" else "its own check failed; restore a copy"

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def open_store(path: Path) -> Store:
    """Open the database file and bring its schema up to date.

    Raises:
        StorageFull, StorageUnusable: as `Store.write`.
    """
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    with _own_errors():
        if _schema_version(engine) != SCHEMA_VERSION:
            _migrate(engine)
    return Store(engine)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are opened by _begin_sqlite, never by the driver.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("bank_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _schema_version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return version


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "issuer.store:migrations")
    with engine.connect() as plain:
        connection = plain.execution_options(bank_write=True)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise  # a rule of the schema was broken: a bug, not a state of the disk
    except DatabaseError as error:
        raise _translated(error.orig) from error
    except sqlite3.DatabaseError as error:
        raise _translated(error) from error


def _translated(error: Any) -> StorageFull | StorageUnusable:  # noqa: ANN401 - the driver's error, of no common type
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull(what="the database")
    problem = _PROBLEMS.get(code, "the database reported an unexpected error")
    return StorageUnusable(problem, what="the database")
