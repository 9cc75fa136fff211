"""The tables about people and changes. Times are Unix seconds, lists and mappings are JSON text.

Tables of other parts of the verifier stand in modules of their own beside this one and join the same `METADATA`.
"""

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

PEOPLE: Final = Table(
    "people",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("shown_name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("password", Text),
    Column("totp_secret", LargeBinary),
    Column("totp_step", Integer),
    Column("added_at", Integer, nullable=False),
)

RECOVERY_CODES: Final = Table(
    "recovery_codes",
    METADATA,
    Column("link", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Index(None, "person_id"),
)

IDENTITIES: Final = Table(
    "identities",
    METADATA,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
    Index(None, "person_id"),
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("session_id", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("started_at", Integer, nullable=False),
    Column("seen_at", Integer, nullable=False),
    Index(None, "person_id"),
)

CHANGES: Final = Table(
    "changes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Integer, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)
