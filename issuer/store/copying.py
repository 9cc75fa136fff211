"""All tables, row by row, as they are copied out of one database and into another, of the same kind or not.

Values are what the drivers give: text, whole numbers, bytes or nothing. Which tables there are, and in which order rows
can be put in, says the schema of the program; a copy of an older schema is put in as that schema, then migrated.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, column, delete, func, insert, inspect, select, table, text

from issuer.store.connections import POSTGRESQL
from issuer.store.schema import schema_version
from issuer.store.tables import METADATA

Value = str | int | bytes | None
_ROWS_AT_ONCE: Final = 200


class CopyBook:
    """Reads and writes whole tables within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def schema(self) -> str:
        """Return the revision of the schema."""
        return schema_version(self._connection)

    def tables(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the names of all tables and of their columns; no table comes before one that it refers to."""
        return [(each.name, tuple(each.c.keys())) for each in METADATA.sorted_tables]

    def rows(self, name: str) -> Iterator[tuple[Value, ...]]:
        """Yield every row of a table, without holding them all."""
        streaming = self._connection.execution_options(yield_per=_ROWS_AT_ONCE)
        for row in streaming.execute(select(*METADATA.tables[name].c)):
            yield tuple(row)

    def empty(self) -> None:
        """Take away every row, also those that a new database begins with."""
        there = set(inspect(self._connection).get_table_names())
        for each in reversed(METADATA.sorted_tables):
            if each.name in there:
                self._connection.execute(delete(each))

    def put(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
        """Put rows into a table.

        Raises:
            KeyError: there is no such table or column.
        """
        known = METADATA.tables[name]
        there = table(name, *(column(known.c[each].name) for each in columns))
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        self._connection.execute(insert(there), values)

    def go_on_counting(self) -> None:
        """Let numbers that the database gives in turn begin behind those that were put in."""
        if self._connection.dialect.name != POSTGRESQL:
            return  # SQLite takes the highest number and adds one
        for each in METADATA.sorted_tables:
            counted = each.autoincrement_column
            if counted is not None:
                highest = self._connection.execute(select(func.max(counted))).scalar()
                if highest is not None:
                    place = {"table": each.name, "column": counted.name, "highest": highest}
                    following = text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)")
                    self._connection.execute(following, place)
