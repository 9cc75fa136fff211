"""The tables of the bank. Times are UTC in ISO 8601 text, days are Korean days, lists and mappings are JSON text.

No table holds a person reference, a connecting information value or a natural key in the clear: they are keyed hashes.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
)

_LAST_CHARACTER: Final = "\U0010ffff"

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared by its bytes on every database; a server would sort by its own locale."""


def _text(name: str, *, optional: bool = False, unique: bool = False) -> Column[str]:
    return Column(name, TEXT, nullable=optional, unique=unique or None)


def _integer(name: str, *, default: str | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=default)


def begins_with(column: Column[str], text: str) -> ColumnElement[bool]:
    """Return the condition that a column begins with a text, in the form for which both databases use its index."""
    if "\0" in text:
        return false()  # PostgreSQL keeps no such text, and refuses the question
    return and_(column >= text, column <= text + _LAST_CHARACTER)


LARGE: Final = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits everywhere: for numbers given in turn, counts and Unix seconds. SQLite's integers have them all."""


def _large(name: str) -> Column[int]:
    return Column(name, LARGE, nullable=False)


DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("id", LARGE, primary_key=True),
    _text("source"),
    _text("file_name"),
    _text("sha256"),
    _text("received_at"),
    _text("as_of"),
    _text("counts"),
)

PERSONS: Final = Table(
    "persons",
    METADATA,
    Column("person_link", TEXT, primary_key=True),
    _text("name"),
    _text("name_en", optional=True),
    _text("birth_date"),
    _text("identity_link", optional=True, unique=True),
    _text("registered_at"),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False),
)

ENTRIES: Final = Table(
    "entries",
    METADATA,
    Column("id", TEXT, primary_key=True),
    _text("source"),
    _text("record_key"),
    _text("person_link", optional=True),
    _text("entry_type"),
    _text("title"),
    _text("title_en", optional=True),
    _text("issuing_body"),
    _text("record_keeper", optional=True),
    _text("source_record_id"),
    _text("source_status"),
    _text("bank_status"),
    _text("fields"),
    _text("record_hash"),
    _text("as_of"),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False),
    _text("first_collected_at"),
    _text("collected_at"),
    UniqueConstraint("source", "record_key"),
    Index(None, "person_link"),
    Index(None, "source_record_id"),
    Index(None, "delivery_id"),
)

ACCOUNTS: Final = Table(
    "accounts",
    METADATA,
    Column("id", TEXT, primary_key=True),
    _text("opened_at"),
    _text("person_link", optional=True, unique=True),
    _text("linked_at", optional=True),
    _text("link_method", optional=True),
    _text("link_reason", optional=True),
    _text("closed_at", optional=True),
)

CONSENTS: Final = Table(
    "consents",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    _text("act"),
    _text("recipient", optional=True),
    _text("purpose", optional=True),
    _text("scope"),
    _text("valid_until", optional=True),
    _text("text_version"),
    _text("given_at"),
    _text("channel"),
    _text("withdrawn_at", optional=True),
    Index(None, "account_id"),
)

COUNTERS: Final = Table("counters", METADATA, Column("name", TEXT, primary_key=True), _large("value"))

STATUS_LISTS: Final = Table(
    "status_lists",
    METADATA,
    Column("list_no", Integer, primary_key=True, autoincrement=False),
    _integer("size"),
    _integer("reserved"),
    Column("bitmap", LargeBinary, nullable=False),
    _integer("unpublished"),
    _large("last_iat"),
    Index(None, "unpublished"),
    Index(None, "last_iat"),
)

STATUS_INDEXES: Final = Table(
    "status_indexes",
    METADATA,
    Column("list_no", ForeignKey("status_lists.list_no"), nullable=False),
    Column("idx", Integer, nullable=False),
    PrimaryKeyConstraint("list_no", "idx"),
    sqlite_with_rowid=False,
)

CERTIFICATES: Final = Table(
    "certificates",
    METADATA,
    Column("number", TEXT, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    _integer("list_no"),
    _integer("idx"),
    _text("status"),
    _text("kind"),
    _text("edition"),
    _text("language"),
    _text("purpose"),
    _text("recipient", optional=True),
    _text("applicant_no", optional=True),
    _text("issued_on"),
    _text("valid_until"),
    _text("issued_at"),
    _text("key_id"),
    Column("consent_id", ForeignKey("consents.id"), nullable=False),
    _text("locator", unique=True),
    Column("sealed", LargeBinary, nullable=False),
    _text("pdf_sha256"),
    _text("credential_sha256"),
    Column("carrier", TEXT, nullable=False, server_default="paper"),
    _text("copy_of", optional=True),
    ForeignKeyConstraint(["list_no", "idx"], ["status_indexes.list_no", "status_indexes.idx"]),
    UniqueConstraint("list_no", "idx"),
    Index(None, "account_id"),
    Index(None, "issued_at"),
    Index(None, "copy_of"),
)

CERTIFICATE_ENTRIES: Final = Table(
    "certificate_entries",
    METADATA,
    Column("number", ForeignKey("certificates.number"), nullable=False),
    _integer("position"),
    _text("entry_id"),
    Column("source_entry_id", ForeignKey("entries.id"), nullable=False),
    _text("disclosed"),
    _text("claims_hash"),
    _integer("list_no"),
    _integer("idx"),
    _integer("status"),
    PrimaryKeyConstraint("number", "position"),
    ForeignKeyConstraint(["list_no", "idx"], ["status_indexes.list_no", "status_indexes.idx"]),
    UniqueConstraint("list_no", "idx"),
    Index(None, "source_entry_id"),
)

STATUS_EVENTS: Final = Table(
    "status_events",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("number", ForeignKey("certificates.number"), nullable=False),
    Column("position", Integer),
    _text("before"),
    _text("after"),
    _text("reason"),
    _text("at"),
    Index(None, "number"),
)

CONFIRMATION_LOOKUPS: Final = Table(
    "confirmation_lookups",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("number", ForeignKey("certificates.number"), nullable=False),
    _text("at"),
    _text("requester", optional=True),
    Index(None, "number"),
)

STORE_FACTS: Final = Table("store_facts", METADATA, Column("name", TEXT, primary_key=True), _text("value"))

KEPT_ANSWERS: Final = Table(
    "kept_answers",
    METADATA,
    Column("locator", TEXT, primary_key=True),
    _text("request_link"),
    Column("sealed", LargeBinary, nullable=False),
    Column("number", ForeignKey("certificates.number"), nullable=False),
    _large("expires_at"),
    Index(None, "expires_at"),
)
