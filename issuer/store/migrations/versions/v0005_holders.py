"""Ways to sign in with their sessions and recovery codes, and when an account was closed."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make three tables and one column."""
    op.add_column("accounts", sa.Column("closed_at", _TEXT, nullable=True))
    op.create_table(
        "sign_ins",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("account_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("handle", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("password_hash", _TEXT, nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", _LARGE, nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sign_ins_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("handle", name=op.f("uq_sign_ins_handle")),
    )
    op.create_index(op.f("ix_sign_ins_account_id"), "sign_ins", ["account_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("session_id", _TEXT, nullable=False),
        sa.Column("sign_in_id", _TEXT, nullable=False),
        sa.Column("started_at", _LARGE, nullable=False),
        sa.Column("seen_at", _LARGE, nullable=False),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_ins.id"], name=op.f("fk_sessions_sign_in_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_sign_in_id"), "sessions", ["sign_in_id"], unique=False)
    op.create_index(op.f("ix_sessions_started_at"), "sessions", ["started_at"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("link", _TEXT, nullable=False),
        sa.Column("sign_in_id", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_ins.id"], name=op.f("fk_recovery_codes_sign_in_id")),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_sign_in_id"), "recovery_codes", ["sign_in_id"], unique=False)


def downgrade() -> None:
    """Refuse: how people sign in is not thrown away."""
    raise OnlyForward("restore a backup instead")
