"""Tokens of an account, requests of an offer, what a refresh token gave, and copies that links still keep, are found.

These tables are small beside certificates and entries, so that their indexes are built within seconds.
"""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_INDEXED = (
    ("api_tokens", "account_id"),
    ("wallet_refresh_tokens", "parent_link"),
    ("wallet_requests", "offer_id"),
)


def upgrade() -> None:
    """Add four indexes; one that was made beforehand is left as it is."""
    for table, column in _INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], if_not_exists=True)
    kept = sa.text("sealed IS NOT NULL")
    op.create_index(
        "ix_share_links_kept",
        "share_links",
        ["expires_at"],
        if_not_exists=True,
        sqlite_where=kept,
        postgresql_where=kept,
    )


def downgrade() -> None:
    """Refuse, as every step does."""
    raise OnlyForward("restore a backup instead")
