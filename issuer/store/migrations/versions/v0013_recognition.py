"""Course recognition: applications, courses, sealed files, findings, decisions, events."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_cases()
    _make_courses()
    _make_what_belongs_to_courses()
    _make_what_belongs_to_cases()


def downgrade() -> None:
    """Refuse: what was recognised is not thrown away."""
    raise OnlyForward("restore a backup instead")


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=optional)


def _whole(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=optional)


def _make_cases() -> None:
    op.create_table(
        "recognition_cases",
        sa.Column("id", _LARGE, nullable=False),
        *(_text(name) for name in ("institution_id", "institution_name", "department", "stage")),
        _whole("version"),
        _whole("round"),
        _text("reviewer", optional=True),
        _text("begun_at"),
        _text("submitted_at", optional=True),
        _text("stage_since"),
        _text("keep_until", optional=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_cases")),
    )
    for column in ("institution_id", "keep_until"):
        op.create_index(op.f(f"ix_recognition_cases_{column}"), "recognition_cases", [column], unique=False)


def _make_courses() -> None:
    table, case = "recognition_courses", op.f("fk_recognition_courses_case_id")
    op.create_table(
        table,
        sa.Column("case_id", _LARGE, nullable=False),
        _whole("position"),
        *(_text(name) for name in ("code", "title")),
        _whole("hours"),
        _whole("level"),
        *(_text(name) for name in ("targets", "outcome", "evaluation")),
        _text("file_sha256", optional=True),
        _whole("file_bytes", optional=True),
        *(_text(name, optional=True) for name in ("recognition_id", "valid_from", "valid_until", "ended_on")),
        sa.ForeignKeyConstraint(["case_id"], ["recognition_cases.id"], name=case),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_recognition_courses")),
        sa.UniqueConstraint("recognition_id", name=op.f("uq_recognition_courses_recognition_id")),
    )


def _make_what_belongs_to_courses() -> None:
    place = (["case_id", "position"], ["recognition_courses.case_id", "recognition_courses.position"])
    op.create_table(
        "recognition_file_parts",
        sa.Column("case_id", _LARGE, nullable=False),
        _whole("position"),
        _whole("part"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(*place, name=op.f("fk_recognition_file_parts_case_id")),
        sa.PrimaryKeyConstraint("case_id", "position", "part", name=op.f("pk_recognition_file_parts")),
    )
    op.create_table(
        "recognition_findings",
        sa.Column("case_id", _LARGE, nullable=False),
        _whole("position"),
        _whole("target"),
        *(_text(name) for name in ("finding", "note", "by", "at")),
        sa.ForeignKeyConstraint(*place, name=op.f("fk_recognition_findings_case_id")),
        sa.PrimaryKeyConstraint("case_id", "position", "target", name=op.f("pk_recognition_findings")),
    )


def _make_what_belongs_to_cases() -> None:
    op.create_table(
        "recognition_decisions",
        sa.Column("case_id", _LARGE, nullable=False),
        _whole("round"),
        *(_text(name) for name in ("reviewer", "outcome")),
        _whole("years"),
        *(_text(name) for name in ("words", "at")),
        sa.ForeignKeyConstraint(["case_id"], ["recognition_cases.id"], name=op.f("fk_recognition_decisions_case_id")),
        sa.PrimaryKeyConstraint("case_id", "round", "reviewer", name=op.f("pk_recognition_decisions")),
    )
    op.create_table(
        "recognition_events",
        sa.Column("case_id", _LARGE, nullable=False),
        _whole("seq"),
        *(_text(name) for name in ("kind", "words", "actor")),
        _whole("internal"),
        _text("at"),
        sa.ForeignKeyConstraint(["case_id"], ["recognition_cases.id"], name=op.f("fk_recognition_events_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_recognition_events")),
    )
