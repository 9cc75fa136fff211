"""`INSERT … ON CONFLICT`, which both databases know and SQLAlchemy offers once for each."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ColumnElement, Connection, Integer, Table, cast, func, literal
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def upsert(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return an insert that can say what happens when the row is there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # brings asyncio and more, which a bank in a file never needs

    return postgresql.insert(table)


def whole_numbers(connection: Connection, numbers: Iterable[int]) -> ColumnElement[int]:
    """Return a column of these numbers, a row for each, to select from; they are one JSON value of the statement.

    A statement with a value of its own for each of 640 numbers takes psycopg 14 ms to read, before it is sent.
    """
    listed = literal(list(numbers), JSON)
    if connection.dialect.name == "sqlite":
        return cast(func.json_each(listed).table_valued("value").c.value, Integer)
    return cast(func.json_array_elements_text(listed).column_valued("number"), Integer)
