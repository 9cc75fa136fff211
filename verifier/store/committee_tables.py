"""The tables of the committee: criteria, notices, applicants, evidence, opinions, sheets, events, destructions.

Everything about applicants hangs on its notice and is taken away with it; of a notice that was destroyed its parameters
and one row of counts stay. Times are Unix seconds, days and documents are text.
"""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from verifier.store.tables import METADATA

CRITERIA: Final = Table(
    "criteria",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("policy_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("saved_at", Integer, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("frozen_at", Integer),
    UniqueConstraint("policy_id", "version"),
    sqlite_autoincrement=True,
)

NOTICES: Final = Table(
    "notices",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("document", LargeBinary, nullable=False),
    Column("criteria_id", ForeignKey("criteria.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("is_blind", Integer, nullable=False),
    Column("four_eyes", Integer, nullable=False),
    Column("decision_on", Text, nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    sqlite_autoincrement=True,
)

APPLICANTS: Final = Table(
    "applicants",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("notice_id", ForeignKey("notices.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("is_set_aside", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("notice_id", "number"),
    Index(None, "notice_id", "place", unique=True),
    sqlite_autoincrement=True,
)

EVIDENCE: Final = Table(
    "evidence",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("notice_id", ForeignKey("notices.id"), nullable=False),
    Column("applicant_id", ForeignKey("applicants.id")),
    Column("source", Text, nullable=False),
    Column("report_id", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("taken_at", Integer, nullable=False),
    Column("taken_by", Text, nullable=False),
    UniqueConstraint("notice_id", "report_id"),
    Index(None, "applicant_id"),
    sqlite_autoincrement=True,
)

OPINIONS: Final = Table(
    "opinions",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("notice_id", ForeignKey("notices.id"), nullable=False),
    Column("applicant_id", ForeignKey("applicants.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("applicant_id", "kind", "about", "name", "round", "person_id", "step"),
    Index(None, "notice_id"),
    sqlite_autoincrement=True,
)

SHEETS: Final = Table(
    "sheets",
    METADATA,
    Column("applicant_id", ForeignKey("applicants.id"), primary_key=True),
    Column("notice_id", ForeignKey("notices.id"), nullable=False),
    Column("confirmed_at", Integer, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Index(None, "notice_id"),
)

EVENTS: Final = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("notice_id", ForeignKey("notices.id"), nullable=False),
    Column("place", Integer),
    Column("at", Integer, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "notice_id"),
    sqlite_autoincrement=True,
)

DESTRUCTIONS: Final = Table(
    "destructions",
    METADATA,
    Column("notice_id", ForeignKey("notices.id"), primary_key=True),
    Column("due_on", Text, nullable=False),
    Column("destroyed_at", Integer, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("is_overwritten", Integer, nullable=False),
)

OF_A_NOTICE: Final = (SHEETS, OPINIONS, EVIDENCE, APPLICANTS, EVENTS)
"""Tables with what must be destroyed, in an order in which nothing points at a row that is gone."""
