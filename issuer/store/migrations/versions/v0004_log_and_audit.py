"""The transparency log and the audit trail, each with its one row that says how long it is."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make six tables and their first rows."""
    op.create_table(
        "log_entries",
        sa.Column("idx", _LARGE, autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("signed_part_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_log_entries")),
        sa.UniqueConstraint("number", name=op.f("uq_log_entries_number")),
    )
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("idx", _LARGE, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_log_nodes")),
    )
    state = op.create_table(
        "log_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", _LARGE, nullable=False),
        sa.Column("logged_at", _LARGE, nullable=False),
        sa.Column("checkpoint", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_state")),
    )
    op.create_table(
        "audit_records",
        sa.Column("seq", _LARGE, autoincrement=False, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("account", _TEXT, nullable=True),
        sa.Column("subject", _TEXT, nullable=True),
        sa.Column("detail", _TEXT, nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_records")),
    )
    op.create_index(op.f("ix_audit_records_account"), "audit_records", ["account"], unique=False)
    op.create_index(op.f("ix_audit_records_subject"), "audit_records", ["subject"], unique=False)
    op.create_table(
        "audit_heads",
        sa.Column("size", _LARGE, autoincrement=False, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_heads")),
    )
    trail = op.create_table(
        "audit_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", _LARGE, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_state")),
    )
    op.bulk_insert(state, [{"id": 1, "size": 0, "logged_at": 0, "checkpoint": None}])
    op.bulk_insert(trail, [{"id": 1, "size": 0, "hash": bytes(32)}])


def downgrade() -> None:
    """Refuse: what was promised never to vanish is not thrown away."""
    raise OnlyForward("restore a backup instead")
