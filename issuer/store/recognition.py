"""Course recognition in the database: cases, their courses with sealed files, findings, decisions and events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from issuer.store.tables import LARGE, METADATA, TEXT
from issuer.store.upserts import upsert

CASES: Final = Table(
    "recognition_cases",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("institution_id", TEXT, nullable=False),
    Column("institution_name", TEXT, nullable=False),
    Column("department", TEXT, nullable=False),
    Column("stage", TEXT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("reviewer", TEXT),
    Column("begun_at", TEXT, nullable=False),
    Column("submitted_at", TEXT),
    Column("stage_since", TEXT, nullable=False),
    Column("keep_until", TEXT),
    Index(None, "institution_id"),
    Index(None, "keep_until"),
)
COURSES: Final = Table(
    "recognition_courses",
    METADATA,
    Column("case_id", ForeignKey("recognition_cases.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("code", TEXT, nullable=False),
    Column("title", TEXT, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("targets", TEXT, nullable=False),
    Column("outcome", TEXT, nullable=False),
    Column("evaluation", TEXT, nullable=False),
    Column("file_sha256", TEXT),
    Column("file_bytes", Integer),
    Column("recognition_id", TEXT, unique=True),
    Column("valid_from", TEXT),
    Column("valid_until", TEXT),
    Column("ended_on", TEXT),
)
_OF_COURSE: Final = (["case_id", "position"], ["recognition_courses.case_id", "recognition_courses.position"])
FILE_PARTS: Final = Table(
    "recognition_file_parts",
    METADATA,
    Column("case_id", LARGE, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    ForeignKeyConstraint(*_OF_COURSE),
)
FINDINGS: Final = Table(
    "recognition_findings",
    METADATA,
    Column("case_id", LARGE, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("target", Integer, primary_key=True),
    Column("finding", TEXT, nullable=False),
    Column("note", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    ForeignKeyConstraint(*_OF_COURSE),
)
DECISIONS: Final = Table(
    "recognition_decisions",
    METADATA,
    Column("case_id", ForeignKey("recognition_cases.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("reviewer", TEXT, primary_key=True),
    Column("outcome", TEXT, nullable=False),
    Column("years", Integer, nullable=False),
    Column("words", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
)
EVENTS: Final = Table(
    "recognition_events",
    METADATA,
    Column("case_id", ForeignKey("recognition_cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("words", TEXT, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("internal", Integer, nullable=False),
    Column("at", TEXT, nullable=False),
)
_PART_BYTES: Final = 256 * 1024  # a row stays small: a copy of all tables holds many rows at once


@dataclass(frozen=True, slots=True)
class StoredCase:
    """One application; `stage` as in `issuer.recognition.stages`, times UTC in ISO 8601, `keep_until` a Korean day.

    `version` counts changes, `round` how often reviewers began to decide; `reviewer` is who took it up.
    """

    id: int
    institution_id: str
    institution_name: str
    department: str
    stage: str
    version: int
    round: int
    reviewer: str | None
    begun_at: str
    submitted_at: str | None
    stage_since: str
    keep_until: str | None


@dataclass(frozen=True, slots=True)
class StoredCourse:
    """One course; `targets` are JSON pairs of NCS unit and element. The days of its recognition are Korean days.

    `ended_on` is the last day of a recognition that was ended before `valid_until`.
    """

    case_id: int
    position: int
    code: str
    title: str
    hours: int
    level: int
    targets: str
    outcome: str
    evaluation: str
    file_sha256: str | None = None
    file_bytes: int | None = None
    recognition_id: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    ended_on: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """How one course meets one of its targets, by its place among them: met, partial or unmet, and why."""

    case_id: int
    position: int
    target: int
    finding: str
    note: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """What one reviewer decided in one round: recognised or refused, for how many years, and conditions or grounds."""

    case_id: int
    round: int
    reviewer: str
    outcome: str
    years: int
    words: str
    at: str


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One thing that happened; `internal` 1 is not shown to the university."""

    case_id: int
    seq: int
    kind: str
    words: str
    actor: str
    internal: int
    at: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """One recognised course with the institution it belongs to."""

    institution_name: str
    department: str
    course: StoredCourse


class RecognitionBook:
    """Reads and writes cases within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, case: StoredCase) -> int:
        """Record a case, whose own `id` counts for nothing; answer the id."""
        values = {name: getattr(case, name) for name in StoredCase.__slots__ if name != "id"}
        case_id: int = self._connection.execute(insert(CASES).values(**values).returning(CASES.c.id)).scalar_one()
        return case_id

    def case(self, case_id: int, *, to_change: bool = False) -> StoredCase | None:
        """Return a case; `to_change`: nobody else changes it until the end of the transaction."""
        query = select(*CASES.c).where(CASES.c.id == case_id)
        row = self._connection.execute(query.with_for_update() if to_change else query).first()
        return None if row is None else StoredCase(*row)

    def cases(self, institution_id: str | None = None) -> list[StoredCase]:
        """Return all cases, or those of an institution, in the order in which they were begun."""
        query = select(*CASES.c).order_by(CASES.c.id)
        if institution_id is not None:
            query = query.where(CASES.c.institution_id == institution_id)
        return [StoredCase(*row) for row in self._connection.execute(query)]

    def change(self, case_id: int, values: Mapping[str, str | int | None]) -> None:
        """Set columns of a case and count its version up."""
        by_id = CASES.c.id == case_id
        self._connection.execute(update(CASES).where(by_id).values(version=CASES.c.version + 1, **values))

    def count(self, stage: str, institution_id: str | None = None) -> int:
        """Return how many cases, of one institution or of all, are at a stage."""
        query = select(func.count()).select_from(CASES).where(CASES.c.stage == stage)
        if institution_id is not None:
            query = query.where(CASES.c.institution_id == institution_id)
        return self._connection.execute(query).scalar_one()

    def oldest_at(self, stages: Sequence[str]) -> str | None:
        """Return since when the case has been there that has been longest at one of these stages."""
        query = select(func.min(CASES.c.stage_since)).where(CASES.c.stage.in_(stages))
        oldest: str | None = self._connection.execute(query).scalar_one()
        return oldest

    def courses(self, case_id: int) -> list[StoredCourse]:
        """Return the courses of a case in their order."""
        query = select(*COURSES.c).where(COURSES.c.case_id == case_id).order_by(COURSES.c.position)
        return [StoredCourse(*row) for row in self._connection.execute(query)]

    def add_course(self, course: StoredCourse) -> None:
        """Add a course at its position, which is free."""
        values = {name: getattr(course, name) for name in StoredCourse.__slots__}
        self._connection.execute(insert(COURSES).values(**values))

    def remove_course(self, case_id: int, position: int) -> None:
        """Remove a course with its file and findings."""
        for table in (FILE_PARTS, FINDINGS, COURSES):
            there = and_(table.c.case_id == case_id, table.c.position == position)
            self._connection.execute(delete(table).where(there))

    def change_course(self, course: StoredCourse, values: Mapping[str, str | int | None]) -> None:
        """Set columns of a course."""
        there = and_(COURSES.c.case_id == course.case_id, COURSES.c.position == course.position)
        self._connection.execute(update(COURSES).where(there).values(**values))

    def put_file(self, course: StoredCourse, sealed: bytes) -> None:
        """Put a sealed file in the place of the one that the course had."""
        place = {"case_id": course.case_id, "position": course.position}
        there = and_(FILE_PARTS.c.case_id == course.case_id, FILE_PARTS.c.position == course.position)
        self._connection.execute(delete(FILE_PARTS).where(there))
        parts = [sealed[start : start + _PART_BYTES] for start in range(0, len(sealed), _PART_BYTES)]
        rows = [{**place, "part": number, "sealed": part} for number, part in enumerate(parts)]
        self._connection.execute(insert(FILE_PARTS), rows)

    def file(self, case_id: int, position: int) -> bytes:
        """Return the sealed file of a course, no bytes for none."""
        there = and_(FILE_PARTS.c.case_id == case_id, FILE_PARTS.c.position == position)
        query = select(FILE_PARTS.c.sealed).where(there).order_by(FILE_PARTS.c.part)
        return b"".join(self._connection.execute(query).scalars())

    def put_finding(self, finding: StoredFinding) -> None:
        """Record a finding in the place of the one before."""
        values = {name: getattr(finding, name) for name in StoredFinding.__slots__}
        new, key = upsert(self._connection, FINDINGS).values(**values), ("case_id", "position", "target")
        changed = {name: new.excluded[name] for name in values if name not in key}
        self._connection.execute(new.on_conflict_do_update(index_elements=list(key), set_=changed))

    def findings(self, case_id: int) -> list[StoredFinding]:
        """Return every finding of a case."""
        return [StoredFinding(*row) for row in self._all(FINDINGS, case_id, "position", "target")]

    def add_decision(self, decision: StoredDecision) -> None:
        """Record the one decision of a reviewer in a round."""
        values = {name: getattr(decision, name) for name in StoredDecision.__slots__}
        self._connection.execute(insert(DECISIONS).values(**values))

    def forget_decisions(self, case_id: int, round_: int) -> int:
        """Take back what was decided in a round that did not end; answer how many decisions."""
        there = and_(DECISIONS.c.case_id == case_id, DECISIONS.c.round == round_)
        return self._connection.execute(delete(DECISIONS).where(there)).rowcount

    def decisions(self, case_id: int) -> list[StoredDecision]:
        """Return every decision of a case by round and time."""
        return [StoredDecision(*row) for row in self._all(DECISIONS, case_id, "round", "at", "reviewer")]

    def add_event(self, event: StoredEvent) -> None:
        """Append an event, whose own `seq` counts for nothing."""
        last = select(func.coalesce(func.max(EVENTS.c.seq), 0)).where(EVENTS.c.case_id == event.case_id)
        values = {name: getattr(event, name) for name in StoredEvent.__slots__}
        values["seq"] = self._connection.execute(last).scalar_one() + 1
        self._connection.execute(insert(EVENTS).values(**values))

    def events(self, case_id: int) -> list[StoredEvent]:
        """Return every event of a case, oldest first."""
        return [StoredEvent(*row) for row in self._all(EVENTS, case_id, "seq")]

    def recognised(self, institution_id: str | None = None) -> list[Recognised]:
        """Return every course that was ever recognised, or those of an institution, by number."""
        columns = (CASES.c.institution_name, CASES.c.department, *COURSES.c)
        joined = select(*columns).join(CASES, CASES.c.id == COURSES.c.case_id)
        query = joined.where(COURSES.c.recognition_id.is_not(None)).order_by(COURSES.c.recognition_id)
        if institution_id is not None:
            query = query.where(CASES.c.institution_id == institution_id)
        return [Recognised(row[0], row[1], StoredCourse(*row[2:])) for row in self._connection.execute(query)]

    def forget_due(self, day: str) -> int:
        """Destroy what is kept until a day before this one; answer how many cases. What was recognised stays listed."""
        due = select(CASES.c.id).where(CASES.c.keep_until < day)
        ids = list(self._connection.execute(due).scalars())
        for table in (FILE_PARTS, FINDINGS, DECISIONS, EVENTS):
            self._connection.execute(delete(table).where(table.c.case_id.in_(ids)))
        listed = select(COURSES.c.case_id).where(COURSES.c.recognition_id.is_not(None))
        self._connection.execute(delete(COURSES).where(COURSES.c.case_id.in_(ids), COURSES.c.recognition_id.is_(None)))
        self._connection.execute(delete(CASES).where(CASES.c.id.in_(ids), CASES.c.id.not_in(listed)))
        kept = update(CASES).where(CASES.c.id.in_(ids)).values(keep_until=None, reviewer=None)
        self._connection.execute(kept)
        gone = {"file_sha256": None, "file_bytes": None}
        self._connection.execute(update(COURSES).where(COURSES.c.case_id.in_(ids)).values(**gone))
        return len(ids)

    def _all(self, table: Table, case_id: int, *order: str) -> Sequence[Any]:
        query = select(*table.c).where(table.c.case_id == case_id).order_by(*(table.c[name] for name in order))
        return self._connection.execute(query).all()
