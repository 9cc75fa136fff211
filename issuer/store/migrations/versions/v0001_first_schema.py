"""The first schema of the bank."""

import sqlalchemy as sa
from alembic import op

from issuer.store.migrations.only_forward import OnlyForward

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    _create_accounts()
    _create_counters()
    _create_deliveries()
    _create_status_lists()
    _create_consents()
    _create_entries()
    _create_persons()
    _create_status_indexes()
    _create_certificates()
    _create_certificate_entries()
    _create_status_events()


def downgrade() -> None:
    """Refuse: there is nothing before the first schema."""
    raise OnlyForward("restore a backup instead")


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("opened_at", _TEXT, nullable=False),
        sa.Column("person_link", _TEXT, nullable=True),
        sa.Column("linked_at", _TEXT, nullable=True),
        sa.Column("link_method", _TEXT, nullable=True),
        sa.Column("link_reason", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("person_link", name=op.f("uq_accounts_person_link")),
    )


def _create_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("value", _LARGE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("file_name", _TEXT, nullable=False),
        sa.Column("sha256", _TEXT, nullable=False),
        sa.Column("received_at", _TEXT, nullable=False),
        sa.Column("as_of", _TEXT, nullable=False),
        sa.Column("counts", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )


def _create_status_lists() -> None:
    op.create_table(
        "status_lists",
        sa.Column("list_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("bitmap", sa.LargeBinary(), nullable=False),
        sa.Column("unpublished", sa.Integer(), nullable=False),
        sa.Column("last_iat", _LARGE, nullable=False),
        sa.PrimaryKeyConstraint("list_no", name=op.f("pk_status_lists")),
    )


def _create_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("account_id", _TEXT, nullable=False),
        sa.Column("act", _TEXT, nullable=False),
        sa.Column("recipient", _TEXT, nullable=True),
        sa.Column("purpose", _TEXT, nullable=True),
        sa.Column("scope", _TEXT, nullable=False),
        sa.Column("valid_until", _TEXT, nullable=True),
        sa.Column("text_version", _TEXT, nullable=False),
        sa.Column("given_at", _TEXT, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("withdrawn_at", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_account_id"), "consents", ["account_id"], unique=False)


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("record_key", _TEXT, nullable=False),
        sa.Column("person_link", _TEXT, nullable=True),
        sa.Column("entry_type", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("title_en", _TEXT, nullable=True),
        sa.Column("issuing_body", _TEXT, nullable=False),
        sa.Column("record_keeper", _TEXT, nullable=True),
        sa.Column("source_record_id", _TEXT, nullable=False),
        sa.Column("source_status", _TEXT, nullable=False),
        sa.Column("bank_status", _TEXT, nullable=False),
        sa.Column("fields", _TEXT, nullable=False),
        sa.Column("record_hash", _TEXT, nullable=False),
        sa.Column("as_of", _TEXT, nullable=False),
        sa.Column("delivery_id", _LARGE, nullable=False),
        sa.Column("first_collected_at", _TEXT, nullable=False),
        sa.Column("collected_at", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_entries_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("source", "record_key", name=op.f("uq_entries_source")),
    )
    op.create_index(op.f("ix_entries_person_link"), "entries", ["person_link"], unique=False)
    op.create_index(op.f("ix_entries_source_record_id"), "entries", ["source_record_id"], unique=False)


def _create_persons() -> None:
    op.create_table(
        "persons",
        sa.Column("person_link", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("name_en", _TEXT, nullable=True),
        sa.Column("birth_date", _TEXT, nullable=False),
        sa.Column("identity_link", _TEXT, nullable=True),
        sa.Column("registered_at", _TEXT, nullable=False),
        sa.Column("delivery_id", _LARGE, nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_persons_delivery_id")),
        sa.PrimaryKeyConstraint("person_link", name=op.f("pk_persons")),
        sa.UniqueConstraint("identity_link", name=op.f("uq_persons_identity_link")),
    )


def _create_status_indexes() -> None:
    op.create_table(
        "status_indexes",
        sa.Column("list_no", sa.Integer(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["list_no"], ["status_lists.list_no"], name=op.f("fk_status_indexes_list_no")),
        sa.PrimaryKeyConstraint("list_no", "idx", name=op.f("pk_status_indexes")),
        sqlite_with_rowid=False,
    )


def _create_certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("account_id", _TEXT, nullable=False),
        sa.Column("list_no", sa.Integer(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("edition", _TEXT, nullable=False),
        sa.Column("language", _TEXT, nullable=False),
        sa.Column("purpose", _TEXT, nullable=False),
        sa.Column("recipient", _TEXT, nullable=True),
        sa.Column("applicant_no", _TEXT, nullable=True),
        sa.Column("issued_on", _TEXT, nullable=False),
        sa.Column("valid_until", _TEXT, nullable=False),
        sa.Column("issued_at", _TEXT, nullable=False),
        sa.Column("key_id", _TEXT, nullable=False),
        sa.Column("consent_id", _LARGE, nullable=False),
        sa.Column("locator", _TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_sha256", _TEXT, nullable=False),
        sa.Column("credential_sha256", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_certificates_account_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_certificates_consent_id")),
        sa.ForeignKeyConstraint(
            ["list_no", "idx"], ["status_indexes.list_no", "status_indexes.idx"], name=op.f("fk_certificates_list_no")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_certificates")),
        sa.UniqueConstraint("list_no", "idx", name=op.f("uq_certificates_list_no")),
        sa.UniqueConstraint("locator", name=op.f("uq_certificates_locator")),
    )
    op.create_index(op.f("ix_certificates_account_id"), "certificates", ["account_id"], unique=False)


def _create_certificate_entries() -> None:
    op.create_table(
        "certificate_entries",
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entry_id", _TEXT, nullable=False),
        sa.Column("source_entry_id", _TEXT, nullable=False),
        sa.Column("disclosed", _TEXT, nullable=False),
        sa.Column("claims_hash", _TEXT, nullable=False),
        sa.Column("list_no", sa.Integer(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_no", "idx"],
            ["status_indexes.list_no", "status_indexes.idx"],
            name=op.f("fk_certificate_entries_list_no"),
        ),
        sa.ForeignKeyConstraint(["number"], ["certificates.number"], name=op.f("fk_certificate_entries_number")),
        sa.ForeignKeyConstraint(
            ["source_entry_id"], ["entries.id"], name=op.f("fk_certificate_entries_source_entry_id")
        ),
        sa.PrimaryKeyConstraint("number", "position", name=op.f("pk_certificate_entries")),
        sa.UniqueConstraint("list_no", "idx", name=op.f("uq_certificate_entries_list_no")),
    )
    op.create_index(
        op.f("ix_certificate_entries_source_entry_id"), "certificate_entries", ["source_entry_id"], unique=False
    )


def _create_status_events() -> None:
    op.create_table(
        "status_events",
        sa.Column("id", _LARGE, nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("before", _TEXT, nullable=False),
        sa.Column("after", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["number"], ["certificates.number"], name=op.f("fk_status_events_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_events")),
    )
    op.create_index(op.f("ix_status_events_number"), "status_events", ["number"], unique=False)
