"""Bearer tokens of programs that act for an account, and links under which a certificate's PDF lies until a day."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make two tables."""
    op.create_table(
        "api_tokens",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("token_sha256", _TEXT, nullable=False),
        sa.Column("account_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("scopes", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("created_by", _TEXT, nullable=False),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.Column("revoked_at", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_api_tokens_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_tokens_token_sha256")),
    )
    op.create_table(
        "share_links",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("locator", _TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.Column("closed_at", _TEXT, nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["number"], ["certificates.number"], name=op.f("fk_share_links_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_links")),
        sa.UniqueConstraint("locator", name=op.f("uq_share_links_locator")),
    )
    op.create_index(op.f("ix_share_links_number"), "share_links", ["number"], unique=False)
    op.create_index(op.f("ix_share_links_expires_at"), "share_links", ["expires_at"], unique=False)


def downgrade() -> None:
    """Refuse: a revoked token must not come to life again."""
    raise OnlyForward("restore a backup instead")
