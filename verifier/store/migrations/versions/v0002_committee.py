"""Criteria, notices, applicants with evidence and opinions, confirmed sheets, events, certificates of destruction."""

import sqlalchemy as sa
from alembic import op

from verifier.store.migrations.only_forward import OnlyForward

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the committee."""
    _create_criteria_and_notices()
    _create_applicants()
    _create_opinions_and_sheets()
    _create_records()


def downgrade() -> None:
    """Refuse: what was promised never to vanish is not thrown away."""
    raise OnlyForward("restore a backup instead")


def _text(name: str, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _bytes(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _id() -> "sa.Column[int]":
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _create_criteria_and_notices() -> None:
    op.create_table(
        "criteria",
        _id(),
        *(_text(name) for name in ("policy_id", "version", "sha256")),
        _bytes("text"),
        _whole("saved_at"),
        _text("saved_by"),
        _whole("frozen_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("policy_id", "version", name=op.f("uq_criteria_policy_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notices",
        _id(),
        _text("name"),
        _bytes("document"),
        _whole("criteria_id"),
        _text("state"),
        _whole("is_blind"),
        _whole("four_eyes"),
        _text("decision_on"),
        _whole("retention_days"),
        _whole("created_at"),
        _text("created_by"),
        _refers("notices", "criteria_id", "criteria"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("name", name=op.f("uq_notices_name")),
        sqlite_autoincrement=True,
    )


def _create_applicants() -> None:
    op.create_table(
        "applicants",
        _id(),
        _whole("notice_id"),
        _whole("place"),
        _text("number"),
        _whole("is_set_aside"),
        _whole("revision"),
        _refers("applicants", "notice_id", "notices"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applicants")),
        sa.UniqueConstraint("notice_id", "number", name=op.f("uq_applicants_notice_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_applicants_notice_id"), "applicants", ["notice_id", "place"], unique=True)
    op.create_table(
        "evidence",
        _id(),
        _whole("notice_id"),
        _whole("applicant_id", nullable=True),
        _text("source"),
        _text("report_id"),
        _bytes("data"),
        _whole("taken_at"),
        _text("taken_by"),
        _refers("evidence", "notice_id", "notices"),
        _refers("evidence", "applicant_id", "applicants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("notice_id", "report_id", name=op.f("uq_evidence_notice_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_evidence_applicant_id"), "evidence", ["applicant_id"], unique=False)


def _create_opinions_and_sheets() -> None:
    once = ("applicant_id", "kind", "about", "name", "round", "person_id", "step")
    op.create_table(
        "opinions",
        _id(),
        _whole("notice_id"),
        _whole("applicant_id"),
        *(_text(name) for name in ("kind", "about", "name")),
        _whole("round"),
        *(_text(name) for name in ("step", "answer", "person_id", "person_name")),
        _whole("at"),
        _text("note"),
        _refers("opinions", "notice_id", "notices"),
        _refers("opinions", "applicant_id", "applicants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
        sa.UniqueConstraint(*once, name=op.f("uq_opinions_applicant_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_opinions_notice_id"), "opinions", ["notice_id"], unique=False)
    op.create_table(
        "sheets",
        _whole("applicant_id"),
        _whole("notice_id"),
        _whole("confirmed_at"),
        _text("person_id"),
        _text("person_name"),
        _bytes("document"),
        _refers("sheets", "applicant_id", "applicants"),
        _refers("sheets", "notice_id", "notices"),
        sa.PrimaryKeyConstraint("applicant_id", name=op.f("pk_sheets")),
    )
    op.create_index(op.f("ix_sheets_notice_id"), "sheets", ["notice_id"], unique=False)


def _create_records() -> None:
    op.create_table(
        "events",
        _id(),
        _whole("notice_id"),
        _whole("place", nullable=True),
        _whole("at"),
        *(_text(name) for name in ("person_id", "person_name", "action", "detail", "reason")),
        _refers("events", "notice_id", "notices"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_notice_id"), "events", ["notice_id"], unique=False)
    op.create_table(
        "destructions",
        _whole("notice_id"),
        _text("due_on"),
        _whole("destroyed_at"),
        _text("person_name"),
        _text("counts"),
        _whole("is_overwritten"),
        _refers("destructions", "notice_id", "notices"),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_destructions")),
    )
