"""The lists that are due are found without reading every list."""

from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"


def upgrade() -> None:
    """Add two indexes; older programs ask as before, and sooner get an answer."""
    op.create_index(op.f("ix_status_lists_unpublished"), "status_lists", ["unpublished"])
    op.create_index(op.f("ix_status_lists_last_iat"), "status_lists", ["last_iat"])


def downgrade() -> None:
    """Refuse, as every step does."""
    raise OnlyForward("restore a backup instead")
