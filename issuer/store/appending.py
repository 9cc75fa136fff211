"""Rows that are only added, inserted together: one statement for each table, whatever number of works brings them.

Works that share a commit bring rows for the same tables. Each statement costs a way to the server and back and half as
much processor time again as its row, so rows are collected, and written before anything else is asked or changed in
the same transaction, and before its commit. So a transaction reads what it wrote. Only a statement that is marked as
`APART` leaves them waiting: it neither reads their tables nor refers to their rows.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Engine, Insert, event

_COLLECTED: Final = "bank_collected_rows"
_APART: Final = "bank_apart"
APART: Final[Mapping[str, Any]] = {_APART: True}
"""The execution option of a statement that has nothing to do with the rows that wait."""


class CollectedRows:
    """The rows of one transaction that wait, by their statements, in the order in which these first came."""

    def __init__(self) -> None:
        self._rows: dict[Insert, list[Mapping[str, object]]] = {}

    def add(self, statement: Insert, rows: Iterable[Mapping[str, object]]) -> None:
        """Let rows wait; a table that others refer to comes before them."""
        self._rows.setdefault(statement, []).extend(rows)

    def of(self, statement: Insert) -> list[Mapping[str, object]]:
        """Return the rows that wait for one statement."""
        return self._rows.get(statement, [])

    def write(self, connection: Connection) -> None:
        """Insert what waits.

        Raises:
            IntegrityError: a row broke a rule of the schema; whose it was is not said.
        """
        rows, self._rows = self._rows, {}
        for statement, values in rows.items():
            if values:
                connection.execute(statement, values)


def collecting(connection: Connection) -> Connection:
    """Let the coming transaction collect rows."""
    return connection.execution_options(**{_COLLECTED: CollectedRows()})


def collected(connection: Connection) -> CollectedRows:
    """Return what the open transaction, one that writes, has collected."""
    rows: CollectedRows = connection.get_execution_options()[_COLLECTED]
    return rows


def waiting(connection: Connection, statement: Insert) -> list[Mapping[str, object]]:
    """Return the rows that wait for one statement; none in a transaction that only reads."""
    rows: CollectedRows | None = connection.get_execution_options().get(_COLLECTED)
    return [] if rows is None else rows.of(statement)


def write_collected_first(engine: Engine) -> None:
    """Let every statement of an engine that is not marked find the collected rows in their tables."""
    event.listen(engine, "before_execute", _write_first)


def _write_first(
    connection: Connection, _statement: object, _many: object, _values: object, options: Mapping[str, Any]
) -> None:
    rows = options.get(_COLLECTED)
    if rows is not None and _APART not in options:
        rows.write(connection)
