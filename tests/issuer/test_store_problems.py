"""What the drivers report, in the bank's own words; nothing of an address or a statement is said."""

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from issuer.errors import DatabaseOfAnother, InvalidOption, StorageFull, StorageUnusable, WriteConflict
from issuer.store import connections
from issuer.store.connections import postgresql_engine
from issuer.store.engine import create_server_store, open_server_store
from issuer.store.problems import own_errors
from tests.postgresql import PostgresqlServer


class Reported(Exception):
    def __init__(self, state: str | None) -> None:
        super().__init__("SELECT secret FROM postgresql://user:password@host/bank")
        self.sqlstate = state


@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        ("53100", StorageFull, "no room left"),
        ("40001", WriteConflict, "try again"),
        ("40P01", WriteConflict, "try again"),
        ("25006", StorageUnusable, "it may only be read"),
        ("3D000", StorageUnusable, "no database of this name"),
        ("42501", StorageUnusable, "does not allow this user"),
        ("53300", StorageUnusable, "no more connections"),
        ("53200", StorageUnusable, "run out of something"),
        ("55P03", StorageUnusable, "keeps it locked"),
        ("57014", StorageUnusable, "took too long"),
        ("57P01", StorageUnusable, "stopping or starting"),
        ("08006", StorageUnusable, "connection to the server was lost"),
        ("28P01", StorageUnusable, "refuses the user or the password"),
        ("58030", StorageUnusable, "the server's disk"),
        ("XX001", StorageUnusable, "damaged"),
        ("42P01", StorageUnusable, "unexpected error"),
        (None, StorageUnusable, "no database server answers"),
    ],
)
def test_a_state_of_the_server_has_a_sentence(state: str | None, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said) as raised, own_errors():
        raise DBAPIError("SELECT secret", {}, Reported(state))
    assert "secret" not in str(raised.value)
    assert "host/bank" not in str(raised.value)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PoolTimeout("all used"), "all connections to it are in use"),
        (PendingRollbackError("gone"), "the connection to it was lost"),
        (sqlite3.DatabaseError("file is not a database"), "unexpected error"),
    ],
)
def test_other_failures_on_the_way_have_one_too(error: Exception, said: str) -> None:
    with pytest.raises(StorageUnusable, match=said), own_errors():
        raise error


@pytest.mark.parametrize("url", ["", "postgres", "mysql://host/bank", "postgresql://host", "postgresql+asyncpg://h/b"])
def test_an_address_of_another_form_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidOption, match="expected postgresql://USER@HOST/NAME") as raised:
        postgresql_engine(url)
    assert str(raised.value).startswith("ISSUER_DATABASE: ")


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError

    monkeypatch.setattr(connections, "create_engine", missing)
    with pytest.raises(InvalidOption, match=r"install competency-bank\[postgres\]"):
        postgresql_engine("postgresql://host/bank")


@pytest.mark.slow
def test_what_a_server_does_not_promise_is_said(postgresql: PostgresqlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgresql.new_database()
    store = create_server_store(url)
    assert store.integrity_problem() is None
    with postgresql.connect() as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        try:
            wait_for(url, postgresql, "off")
            assert store.problem() == "the server may lose what it committed (fsync is off)"
        finally:
            connection.execute("ALTER SYSTEM RESET fsync")
            connection.execute("SELECT pg_reload_conf()")
        wait_for(url, postgresql, "on")
    assert store.problem() is None
    store.close()
    postgresql.drop(url)


def wait_for(url: str, server: PostgresqlServer, value: str) -> None:
    """Ask until the server has read its configuration again."""
    for _ in range(10_000):
        with server.connect(url) as connection:
            if connection.execute("SHOW fsync").fetchone() == (value,):
                return
    raise AssertionError(value)


@pytest.mark.slow
def test_a_database_must_be_the_one_of_the_bank(postgresql: PostgresqlServer) -> None:
    url = postgresql.new_database()
    with pytest.raises(DatabaseOfAnother, match="it holds no bank"):
        open_server_store(url, issuer="https://bank.example")
    store = create_server_store(url)
    store.close()
    create_server_store(url).close()  # an `init` that failed may be tried again
    store = create_server_store(url)
    with store.write() as transaction:
        transaction.facts.record("issuer", "https://bank.example")
    store.close()
    open_server_store(url, issuer="https://bank.example").close()
    with pytest.raises(DatabaseOfAnother, match=r"it is that of the issuer https://bank\.example"):
        open_server_store(url, issuer="https://other.example")
    with pytest.raises(DatabaseOfAnother, match=r"it is that of the issuer https://bank\.example"):
        create_server_store(url)
    postgresql.drop(url)


@pytest.mark.slow
def test_a_database_with_tables_of_something_else_is_left_alone(postgresql: PostgresqlServer) -> None:
    url = postgresql.new_database()
    with postgresql.connect(url) as connection:
        connection.execute("CREATE TABLE theirs (id integer)")
        with pytest.raises(DatabaseOfAnother, match="it holds tables of something else"):
            create_server_store(url)
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("theirs",)]
    postgresql.drop(url)


@pytest.mark.slow
def test_a_lost_connection_is_replaced(postgresql: PostgresqlServer) -> None:
    url = postgresql.new_database()
    store = create_server_store(url)
    with postgresql.connect() as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cb-issuer'"

        def write_after_the_end() -> None:
            with store.write() as transaction:
                connection.execute(ended)
                transaction.facts.record("a", "lost")

        with pytest.raises(StorageUnusable, match=r"connection|stopping|answers"):
            write_after_the_end()
        connection.execute(ended)
    with store.write() as transaction:
        transaction.facts.record("a", "b")
    store.close()
    postgresql.drop(url)
