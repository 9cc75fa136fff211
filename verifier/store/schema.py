"""Which shape the database has, and how an older one gets it; all tables of all parts are known here."""

from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from verifier.errors import StoreUnusable
from verifier.store import committee_tables

__all__ = ["METADATA", "SCHEMA_VERSION", "bring_up_to_date"]

METADATA: Final = committee_tables.NOTICES.metadata
"""The tables of all parts; those of `tables` and of every module that joins them are here once imported."""

SCHEMA_VERSION: Final = "0002"
"""The newest revision under `migrations/versions`; a test compares."""

_MIGRATIONS: Final = "verifier.store:migrations"
_UNKNOWN: Final = ""


def bring_up_to_date(engine: Engine) -> None:
    """Migrate an older or empty database, in one transaction.

    Raises:
        StoreUnusable: a newer program has changed it.
    """
    with engine.connect() as connection, connection.begin():
        found = _version(connection)
        if found == SCHEMA_VERSION:
            return
        if found > SCHEMA_VERSION:
            raise StoreUnusable("a newer program has changed the database; install the newest version", kind="newer")
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", _MIGRATIONS)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return _UNKNOWN
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or _UNKNOWN)
