"""How the two databases are reached and what they promise: SQLite in a file, PostgreSQL on a server.

Both answer a commit only when it is on the disk, let nobody wait for a lock longer than five seconds, and hold the
references between tables.
"""

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from issuer.errors import InvalidOption
from issuer.store.appending import collecting, write_collected_first

WAIT_FOR_LOCK_MS: Final = 5_000
DATABASE_VARIABLE: Final = "ISSUER_DATABASE"
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
WRITES: Final = "bank_write"

_POOL: Final = {"pool_size": 8, "max_overflow": 24, "pool_timeout": 5}
_CONNECT_WITHIN_S: Final = 3
_SERVER_SETTINGS: Final = {
    "lock_timeout": f"{WAIT_FOR_LOCK_MS}ms",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "synchronous_commit": "on",
    "timezone": "UTC",
}


def sqlite_engine(path: Path) -> Engine:
    """Return the engine of a database file; nothing is opened yet."""
    engine = create_engine(URL.create(SQLITE, database=str(path)), **_POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    write_collected_first(engine)
    return engine


def postgresql_engine(url: str) -> Engine:
    """Return the engine of a database on a server; nothing is opened yet.

    Every connection is tried before it is used, so that a server that was started again is simply used again.

    Args:
        url: `postgresql://USER:PASSWORD@HOST:PORT/NAME`, with the options of libpq behind a question mark.

    Raises:
        InvalidOption: another form, or the driver (extra `postgres`) is not installed; the URL is not repeated.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername != POSTGRESQL or not parsed.database:
        problem = "expected postgresql://USER@HOST/NAME"
        raise InvalidOption(problem, option=DATABASE_VARIABLE)
    try:
        engine = create_engine(
            parsed.set(drivername=f"{POSTGRESQL}+psycopg"),
            connect_args={"connect_timeout": _CONNECT_WITHIN_S, "application_name": "cb-issuer"},
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            **_POOL,
        )
    except ModuleNotFoundError as error:
        problem = "the driver of PostgreSQL is not installed; install competency-bank[postgres]"
        raise InvalidOption(problem, option=DATABASE_VARIABLE) from error
    event.listen(engine, "connect", _prepare_postgresql)
    write_collected_first(engine)
    return engine


def for_reading(connection: Connection) -> Connection:
    """Let the coming transaction see one state."""
    if connection.dialect.name == SQLITE:
        return connection
    return connection.execution_options(isolation_level="REPEATABLE READ")


def for_writing(connection: Connection) -> Connection:
    """Let the coming transaction write; on SQLite it takes the write lock at once, so that two writers only wait."""
    return collecting(connection.execution_options(**{WRITES: True}))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are opened by _begin_sqlite, never by the driver.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {WAIT_FOR_LOCK_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    with connection.cursor() as cursor:
        for name, value in _SERVER_SETTINGS.items():
            cursor.execute(f"SET {name} = '{value}'")
    connection.commit()
