"""The applicants of a notice with their evidence, what people decided about them, and confirmed sheets."""

import json
from collections.abc import Iterable
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from keys.values import dataclass, field
from verifier.store.committee_tables import APPLICANTS, EVIDENCE, OPINIONS, SHEETS

Step = Literal["own", "accepts", "reopens", "closes"]


@dataclass(frozen=True, slots=True)
class ApplicantRow:
    """One applicant: `place` counts from 1 within the notice, `revision` rises with everything new about her."""

    id: int
    place: int
    number: str
    is_set_aside: bool
    revision: int


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One check: a line of results or a signed receipt, byte for byte as it came."""

    id: int
    applicant_id: int | None
    source: str
    report_id: str
    data: bytes = field(repr=False)
    taken_at: int
    taken_by: str


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """What one person answered to one question.

    `step` is `own` for her own answer, `accepts` where she takes over the other's answer after a disagreement,
    `reopens` where a settled question is asked anew, with an empty answer, and `closes` where an interview is closed.
    """

    kind: str
    about: str
    name: str
    round: int
    step: Step
    answer: bool | str
    person_id: str
    person_name: str
    at: int
    note: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A confirmed sheet: by whom, when, and the result that was confirmed, as JSON."""

    confirmed_at: int
    person_id: str
    person_name: str
    document: bytes = field(repr=False)


class ApplicantBook:
    """Applicants and what is known about them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all_of(self, notice_id: int) -> list[ApplicantRow]:
        """Return the applicants of a notice in their order."""
        rows = self._connection.execute(
            select(APPLICANTS).where(APPLICANTS.c.notice_id == notice_id).order_by(APPLICANTS.c.place)
        )
        return [ApplicantRow(row.id, row.place, row.number, bool(row.is_set_aside), row.revision) for row in rows]

    def find(self, notice_id: int, place: int) -> ApplicantRow | None:
        """Return one applicant of a notice."""
        wanted = select(APPLICANTS).where(APPLICANTS.c.notice_id == notice_id, APPLICANTS.c.place == place)
        row = self._connection.execute(wanted).one_or_none()
        return (
            None if row is None else ApplicantRow(row.id, row.place, row.number, bool(row.is_set_aside), row.revision)
        )

    def ensure(self, notice_id: int, number: str) -> int:
        """Return the id of the applicant of this number; she is new if there is none."""
        mine = APPLICANTS.c.notice_id == notice_id
        known = self._connection.execute(select(APPLICANTS.c.id).where(mine, APPLICANTS.c.number == number)).scalar()
        if known is not None:
            return int(known)
        last = self._connection.execute(select(func.max(APPLICANTS.c.place)).where(mine)).scalar() or 0
        new = insert(APPLICANTS).values(notice_id=notice_id, place=last + 1, number=number, is_set_aside=0, revision=0)
        return int(self._connection.execute(new.returning(APPLICANTS.c.id)).scalar_one())

    def set_aside(self, applicant_id: int, *, is_set_aside: bool) -> None:
        """Take an applicant out of the ranking, or back in."""
        mine = update(APPLICANTS).where(APPLICANTS.c.id == applicant_id)
        self._connection.execute(mine.values(is_set_aside=int(is_set_aside)))

    def touch(self, applicant_id: int) -> None:
        """Say that something is new about an applicant."""
        mine = update(APPLICANTS).where(APPLICANTS.c.id == applicant_id)
        self._connection.execute(mine.values(revision=APPLICANTS.c.revision + 1))

    def add_evidence(self, notice_id: int, row: EvidenceRow) -> bool:
        """Keep a check; False when this very check is there already."""
        known = select(EVIDENCE.c.id).where(EVIDENCE.c.notice_id == notice_id, EVIDENCE.c.report_id == row.report_id)
        if self._connection.execute(known).first() is not None:
            return False
        values = {name: getattr(row, name) for name in EvidenceRow.__slots__ if name != "id"}
        self._connection.execute(insert(EVIDENCE).values(notice_id=notice_id, **values))
        return True

    def evidence(self, notice_id: int) -> list[EvidenceRow]:
        """Return every check of a notice, in the order in which they came."""
        rows = self._connection.execute(
            select(EVIDENCE).where(EVIDENCE.c.notice_id == notice_id).order_by(EVIDENCE.c.id)
        )
        return [EvidenceRow(**{name: getattr(row, name) for name in EvidenceRow.__slots__}) for row in rows]

    def evidence_of(self, applicant_id: int) -> list[EvidenceRow]:
        """Return the checks of one applicant, in the order in which they came."""
        rows = self._connection.execute(
            select(EVIDENCE).where(EVIDENCE.c.applicant_id == applicant_id).order_by(EVIDENCE.c.id)
        )
        return [EvidenceRow(**{name: getattr(row, name) for name in EvidenceRow.__slots__}) for row in rows]

    def unassigned(self, notice_id: int) -> list[EvidenceRow]:
        """Return the checks that belong to nobody yet."""
        wanted = select(EVIDENCE).where(EVIDENCE.c.notice_id == notice_id, EVIDENCE.c.applicant_id.is_(None))
        rows = self._connection.execute(wanted.order_by(EVIDENCE.c.id))
        return [EvidenceRow(**{name: getattr(row, name) for name in EvidenceRow.__slots__}) for row in rows]

    def assign(self, evidence_id: int, applicant_id: int) -> None:
        """Give a check to an applicant."""
        self._connection.execute(update(EVIDENCE).where(EVIDENCE.c.id == evidence_id).values(applicant_id=applicant_id))

    def add_opinion(self, notice_id: int, applicant_id: int, row: OpinionRow) -> None:
        """Keep what somebody answered."""
        values = {name: getattr(row, name) for name in OpinionRow.__slots__} | {"answer": json.dumps(row.answer)}
        self._connection.execute(insert(OPINIONS).values(notice_id=notice_id, applicant_id=applicant_id, **values))

    def opinions(self, notice_id: int, applicant_ids: Iterable[int] | None = None) -> dict[int, list[OpinionRow]]:
        """Return what was answered about the applicants of a notice, or some of them, in the order of the answers."""
        wanted = select(OPINIONS).where(OPINIONS.c.notice_id == notice_id).order_by(OPINIONS.c.id)
        if applicant_ids is not None:
            wanted = wanted.where(OPINIONS.c.applicant_id.in_(list(applicant_ids)))
        found: dict[int, list[OpinionRow]] = {}
        for row in self._connection.execute(wanted):
            members = {name: getattr(row, name) for name in OpinionRow.__slots__}
            found.setdefault(row.applicant_id, []).append(OpinionRow(**members | {"answer": json.loads(row.answer)}))
        return found

    def confirm(self, notice_id: int, applicant_id: int, row: SheetRow) -> None:
        """Keep a confirmed sheet."""
        values = {name: getattr(row, name) for name in SheetRow.__slots__}
        self._connection.execute(insert(SHEETS).values(notice_id=notice_id, applicant_id=applicant_id, **values))

    def reopen(self, applicant_id: int) -> None:
        """Forget that a sheet was confirmed; the event that says so stays."""
        self._connection.execute(delete(SHEETS).where(SHEETS.c.applicant_id == applicant_id))

    def sheets(self, notice_id: int) -> dict[int, SheetRow]:
        """Return the confirmed sheets of a notice by applicant."""
        rows = self._connection.execute(select(SHEETS).where(SHEETS.c.notice_id == notice_id))
        return {
            row.applicant_id: SheetRow(row.confirmed_at, row.person_id, row.person_name, row.document) for row in rows
        }
