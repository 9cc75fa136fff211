"""The staff of the bank, their sessions and recovery codes."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make three tables."""
    op.create_table(
        "staff",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("shown_name", _TEXT, nullable=False),
        sa.Column("roles", _TEXT, nullable=False),
        sa.Column("institution_id", _TEXT, nullable=True),
        sa.Column("institution_name", _TEXT, nullable=True),
        sa.Column("password_hash", _TEXT, nullable=True),
        sa.Column("identity_link", _TEXT, nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", _LARGE, nullable=True),
        sa.Column("added_at", _TEXT, nullable=False),
        sa.Column("removed_at", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
        sa.UniqueConstraint("identity_link", name=op.f("uq_staff_identity_link")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("session_id", _TEXT, nullable=False),
        sa.Column("staff_id", _TEXT, nullable=False),
        sa.Column("started_at", _LARGE, nullable=False),
        sa.Column("seen_at", _LARGE, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_staff_sessions")),
    )
    for column in ("staff_id", "started_at"):
        op.create_index(op.f(f"ix_staff_sessions_{column}"), "staff_sessions", [column], unique=False)
    op.create_table(
        "staff_recovery_codes",
        sa.Column("link", _TEXT, nullable=False),
        sa.Column("staff_id", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_recovery_codes_staff_id")),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_staff_recovery_codes")),
    )
    op.create_index(op.f("ix_staff_recovery_codes_staff_id"), "staff_recovery_codes", ["staff_id"], unique=False)


def downgrade() -> None:
    """Refuse: who had access is not thrown away."""
    raise OnlyForward("restore a backup instead")
