"""What the drivers of the databases report, as the bank's own errors; nothing of a statement or an address is said."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from issuer.errors import StorageFull, StorageUnusable, WriteConflict

_WHAT: Final = "the database"
_UNEXPECTED: Final = "the database reported an unexpected error"
_SQLITE_PROBLEMS: Final = {
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked",
    sqlite3.SQLITE_READONLY: "it may only be read",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reported an error",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore a copy",
    sqlite3.SQLITE_NOTADB: "it is not a database",
}
# PostgreSQL, appendix A of its manual: SQLSTATE, or its first two characters, the class.
_DISK_FULL: Final = frozenset({"53100"})
_CONFLICTS: Final = frozenset({"40001", "40P01"})
_POSTGRESQL_PROBLEMS: Final = {
    "25006": "it may only be read",
    "3D000": "the server has no database of this name",
    "42501": "the server does not allow this user to do that",
    "53300": "the server takes no more connections",
    "55P03": "another program keeps it locked",
    "57014": "the server cancelled the work, it took too long",
    "08": "the connection to the server was lost",
    "28": "the server refuses the user or the password",
    "53": "the server has run out of something",
    "57": "the server is stopping or starting",
    "58": "the server's disk reported an error",
    "XX": "the server reports that it is damaged",
}


@contextmanager
def own_errors() -> Iterator[None]:
    """Turn errors of the drivers into the bank's own.

    Raises:
        StorageFull: there is no room.
        WriteConflict: two transactions could not both go on; this one left nothing and may be tried again.
        StorageUnusable: locked, read-only, damaged, out of reach.
        IntegrityError: a rule of the schema was broken: a bug, not a state of the disk.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise _translated(error.orig) from error
    except PoolTimeout as error:
        raise StorageUnusable("all connections to it are in use", what=_WHAT) from error
    except PendingRollbackError as error:
        raise StorageUnusable("the connection to it was lost", what=_WHAT) from error
    except sqlite3.DatabaseError as error:
        raise _translated(error) from error


def _translated(error: Any) -> StorageFull | StorageUnusable:  # noqa: ANN401 - the driver's error, of no common type
    return _of_sqlite(error) if isinstance(error, sqlite3.Error) else _of_postgresql(getattr(error, "sqlstate", None))


def _of_sqlite(error: sqlite3.Error) -> StorageFull | StorageUnusable:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull(what=_WHAT)
    return StorageUnusable(_SQLITE_PROBLEMS.get(code, _UNEXPECTED), what=_WHAT)


def _of_postgresql(state: str | None) -> StorageFull | StorageUnusable:
    if state is None:  # the driver's own: no server answers, or it went away in the middle
        return StorageUnusable("no database server answers, or it refuses us", what=_WHAT)
    if state in _DISK_FULL:
        return StorageFull(what=_WHAT)
    if state in _CONFLICTS:
        return WriteConflict()
    return StorageUnusable(
        _POSTGRESQL_PROBLEMS.get(state, _POSTGRESQL_PROBLEMS.get(state[:2], _UNEXPECTED)), what=_WHAT
    )
