"""How long issuing took and what was refused, by day."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make one table; older programs leave it empty, and their issuing is not counted."""
    op.create_table(
        "issuing_counts",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("day", _TEXT, nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("refusal", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuing_counts")),
    )
    op.create_index(op.f("ix_issuing_counts_day"), "issuing_counts", ["day"], unique=False)


def downgrade() -> None:
    """Refuse, as every step does."""
    raise OnlyForward("restore a backup instead")
