"""What holders have chosen for a certificate and put aside."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make one table."""
    op.create_table(
        "kept_choices",
        sa.Column("account_id", _TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", _TEXT, nullable=False),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_kept_choices_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_kept_choices")),
    )
    op.create_index(op.f("ix_kept_choices_expires_at"), "kept_choices", ["expires_at"], unique=False)


def downgrade() -> None:
    """Refuse: what holders put aside is not thrown away."""
    raise OnlyForward("restore a backup instead")
