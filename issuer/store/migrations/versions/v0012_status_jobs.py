"""Status changes of many certificates, and runs that read a file or are asked to stop."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make two tables, and add two columns that older programs leave at their defaults."""
    op.add_column("source_runs", sa.Column("way", _TEXT, nullable=False, server_default="asked"))
    op.add_column("source_leases", sa.Column("stop", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "status_jobs",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("words", _TEXT, nullable=False),
        sa.Column("wanted", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("begun_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("certificates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_jobs")),
    )
    op.create_table(
        "status_job_numbers",
        sa.Column("job_id", _LARGE, nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("before", _TEXT, nullable=True),
        sa.Column("outcome", _TEXT, nullable=True),
        sa.Column("at", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["status_jobs.id"], name=op.f("fk_status_job_numbers_job_id")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_status_job_numbers")),
    )
    op.create_index(op.f("ix_status_job_numbers_outcome"), "status_job_numbers", ["outcome"], unique=False)


def downgrade() -> None:
    """Refuse: which statuses were changed by whom is not thrown away."""
    raise OnlyForward("restore a backup instead")
