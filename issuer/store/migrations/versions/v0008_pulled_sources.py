"""Asking the sources: leases, runs with their rejected rows, and references that an operator resolved."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make four tables."""
    op.create_table(
        "source_leases",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("holder", _TEXT, nullable=False),
        sa.Column("until", _LARGE, nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_leases")),
    )
    op.create_table(
        "source_runs",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("started_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("problem", _TEXT, nullable=True),
        sa.Column("details", _TEXT, nullable=False),
        sa.Column("delivery", _TEXT, nullable=True),
        sa.Column("note_sha256", _TEXT, nullable=True),
        sa.Column("made_at", _TEXT, nullable=True),
        sa.Column("as_of", _TEXT, nullable=True),
        sa.Column("etag", _TEXT, nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pages_taken", sa.Integer(), nullable=False),
        sa.Column("counts", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_runs")),
    )
    op.create_index(op.f("ix_source_runs_source"), "source_runs", ["source"], unique=False)
    op.create_index(op.f("ix_source_runs_note_sha256"), "source_runs", ["note_sha256"], unique=False)
    op.create_table(
        "rejected_rows",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("run_id", _LARGE, nullable=False),
        sa.Column("file", _TEXT, nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("field", _TEXT, nullable=False),
        sa.Column("problem", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["source_runs.id"], name=op.f("fk_rejected_rows_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_rows")),
    )
    op.create_index(op.f("ix_rejected_rows_run_id"), "rejected_rows", ["run_id"], unique=False)
    op.create_table(
        "resolved_references",
        sa.Column("delivered_link", _TEXT, nullable=False),
        sa.Column("person_link", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_link"], ["persons.person_link"], name=op.f("fk_resolved_references_person_link")
        ),
        sa.PrimaryKeyConstraint("delivered_link", name=op.f("pk_resolved_references")),
    )


def downgrade() -> None:
    """Refuse: what an operator decided is not thrown away."""
    raise OnlyForward("restore a backup instead")
