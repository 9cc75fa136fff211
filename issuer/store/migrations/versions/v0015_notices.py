"""Notices of the bank to everybody."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make one table; older programs show no notices."""
    op.create_table(
        "notices",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("title_ko", _TEXT, nullable=False),
        sa.Column("title_en", _TEXT, nullable=False),
        sa.Column("text_ko", _TEXT, nullable=False),
        sa.Column("text_en", _TEXT, nullable=False),
        sa.Column("first_day", _TEXT, nullable=False),
        sa.Column("last_day", _TEXT, nullable=True),
        sa.Column("published_at", _TEXT, nullable=False),
        sa.Column("withdrawn_at", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )


def downgrade() -> None:
    """Refuse, as every step does."""
    raise OnlyForward("restore a backup instead")
