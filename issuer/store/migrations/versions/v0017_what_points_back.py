"""Entries of a delivery, and what wallets ask with, are found without reading every row."""

from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"


def upgrade() -> None:
    """Add four indexes; one that was made beforehand, without holding up writers, is left as it is."""
    for table, column in (
        ("entries", "delivery_id"),
        ("wallet_offers", "account_id"),
        ("wallet_tokens", "offer_id"),
        ("wallet_deferrals", "offer_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], if_not_exists=True)


def downgrade() -> None:
    """Refuse, as every step does."""
    raise OnlyForward("restore a backup instead")
