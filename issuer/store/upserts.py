"""`INSERT … ON CONFLICT`, which both databases know and SQLAlchemy offers once for each."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def upsert(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return an insert that can say what happens when the row is there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # brings asyncio and more, which a bank in a file never needs

    return postgresql.insert(table)
