"""Authorization codes for wallets: pushed requests, codes, refresh tokens, deferred credentials, keys of tokens."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make four tables, and add what tokens and notices say beside."""
    op.add_column("wallet_tokens", sa.Column("key_thumbprint", _TEXT, nullable=True))
    op.add_column("wallet_notices", sa.Column("configuration", _TEXT, nullable=True))
    op.add_column("wallet_notices", sa.Column("token_link", _TEXT, nullable=True))
    op.create_index(op.f("ix_wallet_notices_offer_id"), "wallet_notices", ["offer_id"], unique=False)
    op.create_table(
        "wallet_requests",
        sa.Column("request_link", _TEXT, nullable=False),
        sa.Column("client_id", _TEXT, nullable=False),
        sa.Column("redirect_uri", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=True),
        sa.Column("code_challenge", _TEXT, nullable=False),
        sa.Column("wanted", _TEXT, nullable=False),
        sa.Column("identified", sa.Integer(), nullable=False),
        sa.Column("offer_id", _TEXT, nullable=True),
        sa.Column("key_thumbprint", _TEXT, nullable=True),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.PrimaryKeyConstraint("request_link", name=op.f("pk_wallet_requests")),
    )
    op.create_index(op.f("ix_wallet_requests_expires_at"), "wallet_requests", ["expires_at"], unique=False)
    for name, link in (("wallet_codes", "code_link"), ("wallet_refresh_tokens", "token_link")):
        own = (
            [sa.Column("redirect_uri", _TEXT, nullable=False), sa.Column("code_challenge", _TEXT, nullable=False)]
            if name == "wallet_codes"
            else [sa.Column("parent_link", _TEXT, nullable=True)]
        )
        op.create_table(
            name,
            sa.Column(link, _TEXT, nullable=False),
            sa.Column("offer_id", _TEXT, nullable=False),
            sa.Column("client_id", _TEXT, nullable=name != "wallet_codes"),
            sa.Column("identified", sa.Integer(), nullable=False),
            sa.Column("key_thumbprint", _TEXT, nullable=name == "wallet_codes"),
            *own,
            sa.Column("expires_at", _LARGE, nullable=False),
            sa.Column("used_at", _LARGE, nullable=True),
            sa.ForeignKeyConstraint(["offer_id"], ["wallet_offers.id"], name=op.f(f"fk_{name}_offer_id")),
            sa.PrimaryKeyConstraint(link, name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_offer_id"), name, ["offer_id"], unique=False)
        op.create_index(op.f(f"ix_{name}_expires_at"), name, ["expires_at"], unique=False)
    op.create_table(
        "wallet_deferrals",
        sa.Column("transaction_link", _TEXT, nullable=False),
        sa.Column("offer_id", _TEXT, nullable=False),
        sa.Column("configuration", _TEXT, nullable=False),
        sa.Column("keys", _TEXT, nullable=False),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["wallet_offers.id"], name=op.f("fk_wallet_deferrals_offer_id")),
        sa.PrimaryKeyConstraint("transaction_link", name=op.f("pk_wallet_deferrals")),
    )
    op.create_index(op.f("ix_wallet_deferrals_expires_at"), "wallet_deferrals", ["expires_at"], unique=False)


def downgrade() -> None:
    """Refuse: what holders agreed to is not thrown away."""
    raise OnlyForward("restore a backup instead")
