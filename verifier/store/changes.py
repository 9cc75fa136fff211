"""The list of changes: who changed what, when and why. It only grows; the database itself refuses anything else."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.store.tables import CHANGES


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        at: Unix seconds.
        person_id, person_name: who did it, by the name of that day; `-` for a command on the machine.
        action: a slug such as `trust_add`.
        subject: what was changed, such as an issuer.
        detail: what else is worth knowing; never a secret.
        reason: as given.
    """

    at: int
    person_id: str
    person_name: str
    action: str
    subject: str
    detail: Mapping[str, JsonValue]
    reason: str


class ChangeBook:
    """The list, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, change: Change) -> None:
        """Write one change behind the others."""
        values = {name: getattr(change, name) for name in Change.__slots__}
        document = json.dumps(dict(change.detail), ensure_ascii=False, sort_keys=True)
        self._connection.execute(insert(CHANGES).values(values | {"detail": document}))

    def newest(self, count: int, *, before: int | None = None) -> list[tuple[int, Change]]:
        """Return changes with their numbers, the newest first.

        Args:
            count: how many at most.
            before: only those of a smaller number.
        """
        wanted = select(CHANGES).order_by(CHANGES.c.id.desc()).limit(count)
        if before is not None:
            wanted = wanted.where(CHANGES.c.id < before)
        return [
            (
                row.id,
                Change(
                    row.at, row.person_id, row.person_name, row.action, row.subject, json.loads(row.detail), row.reason
                ),
            )
            for row in self._connection.execute(wanted)
        ]
