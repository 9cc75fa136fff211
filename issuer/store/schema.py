"""Which shape the database has, and how it gets the newest: expand, migrate, contract.

A step only adds (expand), so that programs of the version before go on working while they are replaced one by one; what
nobody uses any more is taken away by a later step (contract), which names the oldest program that still works after it.
The rules stand in docs/operations.md and are kept by tests.
"""

from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from issuer.errors import DatabaseOfAnother, StorageUnusable
from issuer.store.connections import POSTGRESQL, for_writing
from issuer.store.facts import ISSUER, FactBook
from issuer.store.tables import STORE_FACTS

SCHEMA_VERSION: Final = "0018"
"""The newest revision under `migrations/versions`; a test compares."""

MIGRATIONS: Final = "issuer.store:migrations"
OLDEST_PROGRAM: Final = "oldest_program"
_MIGRATION_LOCK: Final = 0x636F6D70  # any number, the same for all programs of the bank
_UNKNOWN: Final = ""


def bring_up_to_date(engine: Engine) -> None:
    """Migrate an older database; leave a newer one alone if it says that this program still works with it.

    Raises:
        StorageUnusable: a newer program changed it so that this one no longer works with it.
    """
    with engine.connect() as connection:
        found = schema_version(connection)
        if found > SCHEMA_VERSION:
            _check_newer(connection)
            return
    if found < SCHEMA_VERSION:
        migrate(engine)


def check_holder(engine: Engine, issuer: str | None) -> None:
    """Refuse a database on a server that is not that of the bank; with None, one that is anybody's.

    Raises:
        DatabaseOfAnother: it holds something else; nothing was changed.
    """
    try:
        with engine.connect() as connection:
            problem = _holder_problem(connection, issuer)
    finally:
        engine.dispose()
    if problem is not None:
        raise DatabaseOfAnother(problem)


def _holder_problem(connection: Connection, issuer: str | None) -> str | None:
    tables = set(inspect(connection).get_table_names())
    holder = FactBook(connection).fact(ISSUER) if STORE_FACTS.name in tables else None
    if holder == issuer and (holder is not None or not tables or "alembic_version" in tables):
        return None
    if holder is not None:
        return f"it is that of the issuer {holder}"
    return "it holds no bank" if issuer is not None else "it holds tables of something else"


def schema_version(connection: Connection) -> str:
    """Return the revision of a database, an empty text for one without tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return _UNKNOWN
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or _UNKNOWN)


def _check_newer(connection: Connection) -> None:
    oldest = FactBook(connection).fact(OLDEST_PROGRAM)
    if oldest is None or oldest > SCHEMA_VERSION:
        problem = "a newer program has changed it; install the newest version"
        raise StorageUnusable(problem, what="the database")


def migrate(engine: Engine, revision: str = SCHEMA_VERSION) -> None:
    """Bring a database to a revision; one that is there already, or further, is left alone."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    with engine.connect() as plain:
        connection = for_writing(plain)
        with connection.begin():
            if connection.dialect.name == POSTGRESQL:
                # Two programs that start together must not both migrate; no table can be locked that is not there yet.
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            if schema_version(connection) >= revision:
                return  # another program was faster
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            scripts = ScriptDirectory.from_config(config)
            steps = (step.module.OLDEST_PROGRAM for step in scripts.walk_revisions("base", revision))
            FactBook(connection).record(OLDEST_PROGRAM, max(steps))
