"""Criteria, notices, their events and their destruction, within one transaction."""

import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.store.committee_tables import APPLICANTS, CRITERIA, DESTRUCTIONS, EVENTS, NOTICES, OF_A_NOTICE

State = Literal["draft", "open", "destroyed"]
_FLAGS: Final = ("is_blind", "four_eyes")


@dataclass(frozen=True, slots=True)
class CriteriaRow:
    """One version of criteria; frozen as soon as a notice uses it."""

    id: int
    policy_id: str
    version: str
    sha256: str
    text: bytes
    saved_at: int
    saved_by: str
    frozen_at: int | None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice.

    Attributes:
        name: its own id, as in the notice's document.
        document: the notice as JSON, byte for byte what scoring reads.
        state: a draft may be changed; an open one has applicants; of a destroyed one only this row is left.
        is_blind: names and birth dates stay hidden until a sheet is confirmed.
        four_eyes: two people answer every question.
        decision_on: the day of the decision, ISO 8601, from which the retention is counted.
        retention_days: how many days after that day everything about applicants is destroyed.
    """

    id: int
    name: str
    document: bytes
    criteria_id: int
    state: State
    is_blind: bool
    four_eyes: bool
    decision_on: str
    retention_days: int
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done about a notice: who, what, when, why; `place` names the applicant, if it is about one."""

    at: int
    person_id: str
    person_name: str
    action: str
    reason: str = ""
    place: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DestructionRow:
    """The certificate of a destruction: counts only; `is_overwritten` once the file was written anew without it."""

    notice_id: int
    due_on: str
    destroyed_at: int
    person_name: str
    counts: Mapping[str, int]
    is_overwritten: bool


class NoticeBook:
    """Criteria and notices, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def criteria(self) -> list[CriteriaRow]:
        """Return every version, by policy, the newest first."""
        rows = self._connection.execute(select(CRITERIA).order_by(CRITERIA.c.policy_id, CRITERIA.c.id.desc()))
        return [CriteriaRow(**_members(row)) for row in rows]

    def criteria_of(self, criteria_id: int) -> CriteriaRow | None:
        """Return one version."""
        row = self._connection.execute(select(CRITERIA).where(CRITERIA.c.id == criteria_id)).one_or_none()
        return None if row is None else CriteriaRow(**_members(row))

    def criteria_named(self, policy_id: str, version: str) -> CriteriaRow | None:
        """Return the criteria of this id and version."""
        wanted = select(CRITERIA).where(CRITERIA.c.policy_id == policy_id, CRITERIA.c.version == version)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else CriteriaRow(**_members(row))

    def add_criteria(self, row: CriteriaRow) -> int:
        """Keep a new version; its id is given here."""
        values = {name: getattr(row, name) for name in CriteriaRow.__slots__ if name != "id"}
        return self._inserted(insert(CRITERIA).values(values).returning(CRITERIA.c.id))

    def replace_criteria(self, row: CriteriaRow) -> None:
        """Write other text into a version that is not frozen."""
        values = {"sha256": row.sha256, "text": row.text, "saved_at": row.saved_at, "saved_by": row.saved_by}
        draft = update(CRITERIA).where(CRITERIA.c.id == row.id, CRITERIA.c.frozen_at.is_(None))
        self._connection.execute(draft.values(values))

    def freeze_criteria(self, criteria_id: int, *, now: int) -> None:
        """Say that a version is used; its text never changes again."""
        unused = update(CRITERIA).where(CRITERIA.c.id == criteria_id, CRITERIA.c.frozen_at.is_(None))
        self._connection.execute(unused.values(frozen_at=now))

    def notices(self) -> list[tuple[NoticeRow, int]]:
        """Return every notice with how many applicants it has, the newest first."""
        counted = select(NOTICES, func.count(APPLICANTS.c.id).label("applicants"))
        joined: Select[Any] = counted.outerjoin(APPLICANTS).group_by(NOTICES.c.id).order_by(NOTICES.c.id.desc())
        found = [_members(row) for row in self._connection.execute(joined)]
        return [(_notice({k: v for k, v in each.items() if k != "applicants"}), each["applicants"]) for each in found]

    def notice(self, notice_id: int) -> NoticeRow | None:
        """Return one notice."""
        row = self._connection.execute(select(NOTICES).where(NOTICES.c.id == notice_id)).one_or_none()
        return None if row is None else _notice(_members(row))

    def notice_named(self, name: str) -> int | None:
        """Return the number of the notice that has this id of its own."""
        row = self._connection.execute(select(NOTICES.c.id).where(NOTICES.c.name == name)).one_or_none()
        return None if row is None else int(row[0])

    def add_notice(self, row: NoticeRow) -> int:
        """Keep a new notice; its number is given here."""
        values = {name: getattr(row, name) for name in NoticeRow.__slots__ if name != "id"}
        return self._inserted(insert(NOTICES).values(values).returning(NOTICES.c.id))

    def change_notice(self, notice_id: int, **values: object) -> None:
        """Write other values into a notice."""
        self._connection.execute(update(NOTICES).where(NOTICES.c.id == notice_id).values(**values))

    def note(self, notice_id: int, event: Event) -> None:
        """Write down what was done about a notice."""
        values = {name: getattr(event, name) for name in Event.__slots__}
        self._connection.execute(insert(EVENTS).values(notice_id=notice_id, **values))

    def events(self, notice_id: int) -> list[Event]:
        """Return what was done about a notice, the newest first."""
        rows = self._connection.execute(
            select(EVENTS).where(EVENTS.c.notice_id == notice_id).order_by(EVENTS.c.id.desc())
        )
        return [Event(**{name: getattr(row, name) for name in Event.__slots__}) for row in rows]

    def destroy(self, notice_id: int) -> dict[str, int]:
        """Take away everything about the applicants of a notice, and return how many rows of each kind there were."""
        counts = {}
        for table in OF_A_NOTICE:
            gone = self._connection.execute(delete(table).where(table.c.notice_id == notice_id))
            counts[table.name] = gone.rowcount
        self.change_notice(notice_id, state="destroyed")
        return counts

    def add_destruction(self, row: DestructionRow) -> None:
        """Keep the certificate of a destruction."""
        values = {name: getattr(row, name) for name in DestructionRow.__slots__}
        counts: JsonValue = dict(row.counts)
        self._connection.execute(insert(DESTRUCTIONS).values(values | {"counts": json.dumps(counts)}))

    def destructions(self) -> dict[int, DestructionRow]:
        """Return every certificate by the number of its notice."""
        rows = [_members(row) for row in self._connection.execute(select(DESTRUCTIONS))]
        return {
            row["notice_id"]: DestructionRow(
                **row | {"counts": json.loads(row["counts"]), "is_overwritten": bool(row["is_overwritten"])}
            )
            for row in rows
        }

    def mark_overwritten(self) -> None:
        """Say of every destruction that the file was written anew since."""
        self._connection.execute(update(DESTRUCTIONS).values(is_overwritten=1))

    def _inserted(self, statement: Any) -> int:  # noqa: ANN401 - an insert that returns the new number
        return int(self._connection.execute(statement).scalar_one())


def _members(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - the public name of this SQLAlchemy accessor


def _notice(members: dict[str, Any]) -> NoticeRow:
    return NoticeRow(**members | {name: bool(members[name]) for name in _FLAGS})
