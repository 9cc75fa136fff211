"""Facts about the store itself, answers kept for retries, and the newest issue at hand."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make two tables and an index."""
    op.create_table(
        "store_facts",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_store_facts")),
    )
    op.create_table(
        "kept_answers",
        sa.Column("locator", _TEXT, nullable=False),
        sa.Column("request_link", _TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.ForeignKeyConstraint(["number"], ["certificates.number"], name=op.f("fk_kept_answers_number")),
        sa.PrimaryKeyConstraint("locator", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_expires_at"), "kept_answers", ["expires_at"], unique=False)
    op.create_index(op.f("ix_certificates_issued_at"), "certificates", ["issued_at"], unique=False)


def downgrade() -> None:
    """Refuse: an answer that a retry may ask for is not thrown away."""
    raise OnlyForward("restore a backup instead")
