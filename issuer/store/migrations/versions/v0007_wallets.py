"""What certificates were issued on, and the offers, tokens and nonces of wallets, known by keyed hashes only."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add two columns to certificates, and make four tables."""
    op.add_column("certificates", sa.Column("carrier", _TEXT, nullable=False, server_default="paper"))
    op.add_column("certificates", sa.Column("copy_of", _TEXT, nullable=True))
    op.create_index(op.f("ix_certificates_copy_of"), "certificates", ["copy_of"], unique=False)
    op.create_table(
        "wallet_offers",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("code_link", _TEXT, nullable=False),
        sa.Column("tx_link", _TEXT, nullable=True),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("account_id", _TEXT, nullable=False),
        sa.Column("request", _TEXT, nullable=False),
        sa.Column("configurations", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.Column("redeemed_at", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_wallet_offers_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_offers")),
        sa.UniqueConstraint("code_link", name=op.f("uq_wallet_offers_code_link")),
    )
    op.create_index(op.f("ix_wallet_offers_expires_at"), "wallet_offers", ["expires_at"], unique=False)
    op.create_table(
        "wallet_tokens",
        sa.Column("token_link", _TEXT, nullable=False),
        sa.Column("offer_id", _TEXT, nullable=False),
        sa.Column("client_id", _TEXT, nullable=True),
        sa.Column("identified", sa.Integer(), nullable=False),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["wallet_offers.id"], name=op.f("fk_wallet_tokens_offer_id")),
        sa.PrimaryKeyConstraint("token_link", name=op.f("pk_wallet_tokens")),
    )
    op.create_index(op.f("ix_wallet_tokens_expires_at"), "wallet_tokens", ["expires_at"], unique=False)
    op.create_table(
        "wallet_nonces",
        sa.Column("nonce_link", _TEXT, nullable=False),
        sa.Column("expires_at", _LARGE, nullable=False),
        sa.PrimaryKeyConstraint("nonce_link", name=op.f("pk_wallet_nonces")),
    )
    op.create_index(op.f("ix_wallet_nonces_expires_at"), "wallet_nonces", ["expires_at"], unique=False)
    op.create_table(
        "wallet_notices",
        sa.Column("notice_link", _TEXT, nullable=False),
        sa.Column("offer_id", _TEXT, nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("event", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["number"], ["certificates.number"], name=op.f("fk_wallet_notices_number")),
        sa.PrimaryKeyConstraint("notice_link", name=op.f("pk_wallet_notices")),
    )


def downgrade() -> None:
    """Refuse: a code or a nonce that was used must not come to life again."""
    raise OnlyForward("restore a backup instead")
