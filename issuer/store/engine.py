"""The bank's store: a SQLite file or a PostgreSQL database, with transactions that end in the bank's own errors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, text

from issuer.store.connections import SQLITE, for_reading, for_writing, postgresql_engine, sqlite_engine
from issuer.store.group_commit import GroupCommit
from issuer.store.problems import own_errors
from issuer.store.schema import bring_up_to_date, check_holder, migrate
from issuer.store.transaction import Transaction

T = TypeVar("T")
_PROMISES: Final = {
    "fsync": "the server may lose what it committed (fsync is off)",
    "full_page_writes": "the server may lose what it committed (full_page_writes is off)",
}


class Store:
    """The bank's database; every access is a `read` or a `write` transaction, or a work in one of `together`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._group = GroupCommit(self.write)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that sees one consistent state and changes nothing."""
        with own_errors(), self._engine.connect() as plain:
            yield Transaction(for_reading(plain))

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that commits at the end of the block, or leaves nothing if the block fails.

        On SQLite the write lock is taken at once, so that two writers wait instead of failing half way. On PostgreSQL
        writers run side by side; what is read to be changed is locked where it is read.

        Raises:
            StorageFull: there is no room for the change.
            StorageUnusable: the database is locked, read-only, damaged or out of reach.
        """
        with own_errors(), self._engine.connect() as plain:
            connection = for_writing(plain)
            with connection.begin():
                transaction = Transaction(connection)
                yield transaction
                transaction.write_collected()

    def together(self, work: Callable[[Transaction], T]) -> T:
        """Run a work in a write transaction that it may share with others waiting; answer after the commit.

        Args:
            work: touches nothing but the transaction, because it may be run again.

        Raises:
            Exception: as `write`, or what the work raised; it left nothing.
        """
        return self._group.run(work)

    def problem(self) -> str | None:
        """Say what is wrong with the database as far as one question tells, None when nothing is.

        Raises:
            StorageUnusable: it cannot even be read.
        """
        with own_errors(), self._engine.connect() as connection:
            if connection.dialect.name == SQLITE:
                connection.execute(text("SELECT count(*) FROM counters"))
                return None
            return _server_problem(connection)

    def integrity_problem(self) -> str | None:
        """Let the database check itself, which may take long; answer what is wrong, None when nothing is.

        A server checks its own files (`pg_amcheck`); of it only what it promises is asked.

        Raises:
            StorageUnusable: it cannot even be read.
        """
        with own_errors(), self._engine.connect() as connection:
            if connection.dialect.name != SQLITE:
                return _server_problem(connection)
            answer = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
        return None if answer == "ok" else "its own check failed; restore a copy"

    def bring_up_to_date(self) -> None:
        """Bring the schema to the newest revision.

        Raises:
            StorageFull, StorageUnusable: as `write`.
        """
        with own_errors():
            bring_up_to_date(self._engine)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def empty_store(place: Path | str, *, revision: str) -> Store:
    """Make the tables of a revision in a new file, or in an empty database on a server, for a copy to be put in.

    Raises:
        InvalidOption: the URL has another form, or the driver is not installed.
        DatabaseOfAnother: the database on the server is not empty.
        StorageFull, StorageUnusable: as `Store.write`.
    """
    engine = sqlite_engine(place) if isinstance(place, Path) else postgresql_engine(place)
    try:
        with own_errors():
            if isinstance(place, str):
                check_holder(engine, None)
            migrate(engine, revision)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def open_store(path: Path) -> Store:
    """Open the database file and bring its schema up to date.

    Raises:
        StorageFull, StorageUnusable: as `Store.write`.
    """
    return _opened(sqlite_engine(path))


def open_server_store(url: str, *, issuer: str) -> Store:
    """Open the database of a bank on a PostgreSQL server and bring its schema up to date.

    Raises:
        InvalidOption: the URL has another form, or the driver is not installed.
        DatabaseOfAnother: it holds no bank, or another; numbers that begin anew would be handed out twice.
        StorageFull, StorageUnusable: as `Store.write`.
    """
    engine = postgresql_engine(url)
    with own_errors():
        check_holder(engine, issuer)
    return _opened(engine)


def create_server_store(url: str) -> Store:
    """Open a database on a PostgreSQL server for a new bank and make its tables.

    Raises:
        InvalidOption: the URL has another form, or the driver is not installed.
        DatabaseOfAnother: it holds a bank already, or tables of something else.
        StorageFull, StorageUnusable: as `Store.write`.
    """
    engine = postgresql_engine(url)
    with own_errors():
        check_holder(engine, None)
    return _opened(engine)


def _opened(engine: Engine) -> Store:
    try:
        with own_errors():
            bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _server_problem(connection: Connection) -> str | None:
    if connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
        return "the server is a copy that may only be read"
    for setting, problem in _PROMISES.items():
        if connection.exec_driver_sql(f"SHOW {setting}").scalar_one() == "off":
            return problem
    return None
