"""The verifier's store: one SQLite file, with transactions that end in the verifier's own errors.

Every transaction takes the write lock at its beginning, so that two only wait for each other and what is read stays
true until it is written; reading ones see one state. What is deleted is overwritten (`secure_delete`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from verifier.errors import StoreUnusable
from verifier.store.schema import bring_up_to_date
from verifier.store.transaction import Transaction

STORE_FILE: Final = "verifier.sqlite"
WAIT_FOR_LOCK_MS: Final = 5_000
_READS: Final = "verifier_read"
_PRAGMAS: Final = (
    f"busy_timeout = {WAIT_FOR_LOCK_MS}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
)


class Store:
    """The verifier's database; every access is a `read` or a `write` transaction; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that sees one consistent state and changes nothing.

        Raises:
            StoreUnusable: the database cannot be used.
        """
        with own_errors(), self._engine.connect() as plain:
            yield Transaction(plain.execution_options(**{_READS: True}))

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that commits at the end of the block, or leaves nothing if the block fails.

        Raises:
            StoreUnusable: the database cannot be used, or has no room.
        """
        with own_errors(), self._engine.connect() as connection, connection.begin():
            yield Transaction(connection)

    def forget_deleted(self) -> None:
        """Write the file anew without anything that was deleted, also in the log beside it.

        Raises:
            StoreUnusable: the database cannot be used, or has no room; or somebody reads an older state all the while,
                so that the log must stay.
        """
        with own_errors():
            connection = self._engine.raw_connection()
            try:
                direct: sqlite3.Connection = connection.driver_connection  # type: ignore[assignment] # sqlite3's own
                direct.execute("VACUUM")
                busy, *_ = direct.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.close()
        if busy:
            raise StoreUnusable("another program keeps the database locked", kind="locked")

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def open_store(path: Path) -> Store:
    """Open the database file, which only its owner may read, and bring its schema up to date.

    Raises:
        StoreUnusable: it cannot be opened, or a newer program has changed it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(f"expected a place for the database, found: {error.strerror}", kind="place") from error
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=8, max_overflow=24, pool_timeout=5)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with own_errors():
            bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


@contextmanager
def own_errors() -> Iterator[None]:
    """Turn errors of the driver into our own; nothing of a statement or a path is said.

    Raises:
        StoreUnusable: locked, full, read-only, damaged.
        IntegrityError: a rule of the schema was broken: a bug, not a state of the disk.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise _translated(error.orig) from error
    except PoolTimeout as error:
        raise StoreUnusable("all connections to the database are in use", kind="locked") from error
    except sqlite3.DatabaseError as error:
        raise _translated(error) from error


def _translated(error: object) -> StoreUnusable:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreUnusable("there is no room for the database", kind="full")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreUnusable("another program keeps the database locked", kind="locked")
    return StoreUnusable("the database cannot be used: read-only, damaged or not one", kind="unusable")


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are opened by _begin, never by the driver.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
