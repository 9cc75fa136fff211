"""Who asked about a certificate by its confirmation code, and when."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "confirmation_lookups",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("requester", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["number"], ["certificates.number"], name=op.f("fk_confirmation_lookups_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation_lookups")),
    )
    op.create_index(op.f("ix_confirmation_lookups_number"), "confirmation_lookups", ["number"], unique=False)


def downgrade() -> None:
    """Refuse: what was recorded for the holders is not thrown away."""
    raise OnlyForward("restore a backup instead")
