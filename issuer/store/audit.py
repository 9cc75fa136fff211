"""The audit trail in the database: records, each with a hash over all before it, and the signed heads.

Records are only ever added. Whoever adds holds the one row of `audit_state` until the transaction ends.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Table,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from issuer.store.appending import APART
from issuer.store.tables import CERTIFICATES, CONFIRMATION_LOOKUPS, ENTRIES, LARGE, METADATA, TEXT

AUDIT_RECORDS: Final = Table(
    "audit_records",
    METADATA,
    Column("seq", LARGE, primary_key=True, autoincrement=False),
    Column("at", TEXT, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("action", TEXT, nullable=False),
    Column("account", TEXT),
    Column("subject", TEXT),
    Column("detail", TEXT),
    Column("hash", LargeBinary, nullable=False),
    Index(None, "account"),
    Index(None, "subject"),
)

AUDIT_HEADS: Final = Table(
    "audit_heads",
    METADATA,
    Column("size", LARGE, primary_key=True, autoincrement=False),
    Column("at", TEXT, nullable=False),
    Column("note", LargeBinary, nullable=False),
)

AUDIT_STATE: Final = Table(
    "audit_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", LARGE, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

_ONLY: Final = AUDIT_STATE.c.id == 1
_AT_ONCE: Final = 10_000
_ADD_RECORDS: Final = insert(AUDIT_RECORDS).execution_options(**APART)
_STAFF: Final = "staff:"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what to whose data, when.

    Attributes:
        seq: place in the trail, from 1.
        at: UTC in ISO 8601.
        actor: a person of the staff, a service or a source.
        action: a word of `issuer.audit.trail`.
        account: whose data, where an account is meant.
        subject: what: an entry, a certificate number, a person's link.
        detail: why or how much, never a person's data.
        hash: over this record and all before it.
    """

    seq: int
    at: str
    actor: str
    action: str
    account: str | None
    subject: str | None
    detail: str | None
    hash: bytes


@dataclass(frozen=True, slots=True)
class StaffActs:
    """Which acts of staff are wanted; an empty text or 0 asks for nothing in particular.

    `name` is whose, `begin` and `end` are times (UTC in ISO 8601) of which the second no longer counts, `before` a
    place in the trail.
    """

    name: str = ""
    begin: str = ""
    end: str = ""
    action: str = ""
    before: int = 0


class AuditBook:
    """Reads and appends within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def state(self, *, to_append: bool = False) -> tuple[int, bytes]:
        """Return length and last hash; `to_append` lets nobody else append until this transaction ends."""
        query = select(AUDIT_STATE.c.size, AUDIT_STATE.c.hash).where(_ONLY).execution_options(**APART)
        row = self._connection.execute(query.with_for_update() if to_append else query).one()
        return row.size, row.hash

    def append(self, records: Sequence[AuditRecord]) -> None:
        """Add records, at least one, and the new length."""
        for start in range(0, len(records), _AT_ONCE):
            some = records[start : start + _AT_ONCE]
            rows = [{name: getattr(record, name) for name in AuditRecord.__slots__} for record in some]
            self._connection.execute(_ADD_RECORDS, rows)
        length = update(AUDIT_STATE).where(_ONLY).values(size=records[-1].seq, hash=records[-1].hash)
        self._connection.execute(length, execution_options=APART)

    def rows(self) -> Iterator[Sequence[Any]]:
        """Yield the values of every record, in the order of `AuditRecord`, in the order of the trail."""
        last, columns = 0, [AUDIT_RECORDS.c[name] for name in AuditRecord.__slots__]
        while True:
            query = select(*columns).where(AUDIT_RECORDS.c.seq > last).order_by(AUDIT_RECORDS.c.seq).limit(_AT_ONCE)
            rows = self._connection.execute(query).all()
            if not rows:
                return
            yield from rows
            last = rows[-1].seq

    def acts_after(self, seq: int, actions: Collection[str]) -> list[AuditRecord]:
        """Return the records of some actions behind a place in the trail, oldest first."""
        columns = [AUDIT_RECORDS.c[name] for name in AuditRecord.__slots__]
        wanted = (AUDIT_RECORDS.c.seq > seq, AUDIT_RECORDS.c.action.in_(actions))
        query = select(*columns).where(*wanted).order_by(AUDIT_RECORDS.c.seq)
        return [AuditRecord(*row) for row in self._connection.execute(query)]

    def acts_about(self, subjects: Collection[str], action: str) -> list[AuditRecord]:
        """Return the records of one action about some subjects, oldest first."""
        columns = [AUDIT_RECORDS.c[name] for name in AuditRecord.__slots__]
        wanted = (AUDIT_RECORDS.c.subject.in_(subjects), AUDIT_RECORDS.c.action == action)
        query = select(*columns).where(*wanted).order_by(AUDIT_RECORDS.c.seq)
        return [AuditRecord(*row) for row in self._connection.execute(query)]

    def last_acts(self, subjects: Collection[str], actions: Collection[str]) -> dict[tuple[str, str], str]:
        """Return when each of these actions was last done to each of these subjects, by subject and action."""
        subject, action = AUDIT_RECORDS.c.subject, AUDIT_RECORDS.c.action
        query = select(subject, action, func.max(AUDIT_RECORDS.c.at)).where(subject.in_(subjects), action.in_(actions))
        rows = self._connection.execute(query.group_by(subject, action))
        return {(each_subject, each_action): at for each_subject, each_action, at in rows}

    def of_staff(self, wish: StaffActs, *, limit: int) -> list[AuditRecord]:
        """Return what staff did, newest first, at most `limit` records."""
        actor, columns = AUDIT_RECORDS.c.actor, [AUDIT_RECORDS.c[name] for name in AuditRecord.__slots__]
        wanted: list[ColumnElement[bool]] = [actor.startswith(_STAFF, autoescape=True)]
        if wish.name:
            own = f"{_STAFF}{wish.name}"
            wanted.append(or_(actor == own, actor.startswith(f"{own}@", autoescape=True)))
        if wish.begin:
            wanted += [AUDIT_RECORDS.c.at >= wish.begin, AUDIT_RECORDS.c.at < wish.end]
        if wish.action:
            wanted.append(AUDIT_RECORDS.c.action == wish.action)
        if wish.before:
            wanted.append(AUDIT_RECORDS.c.seq < wish.before)
        query = select(*columns).where(*wanted).order_by(AUDIT_RECORDS.c.seq.desc()).limit(limit)
        return [AuditRecord(*row) for row in self._connection.execute(query)]

    def about(self, account: str, person_link: str | None) -> list[AuditRecord]:
        """Return the records about an account, its certificates, its person and the person's entries, oldest first."""
        of_account = select(CERTIFICATES.c.number).where(CERTIFICATES.c.account_id == account)
        seq, subject = AUDIT_RECORDS.c.seq, AUDIT_RECORDS.c.subject
        wanted = [AUDIT_RECORDS.c.account == account, subject.in_(of_account)]
        if person_link is not None:  # compared with no person at all, every record without a subject would fit
            of_person = select(ENTRIES.c.id).where(ENTRIES.c.person_link == person_link)
            wanted += [subject == person_link, subject.in_(of_person)]
        # Each by an index of its own: behind one OR, PostgreSQL reads the whole trail.
        places = union(*(select(seq).where(each) for each in wanted))
        columns = [AUDIT_RECORDS.c[name] for name in AuditRecord.__slots__]
        query = select(*columns).where(seq.in_(places)).order_by(seq)
        return [AuditRecord(*row) for row in self._connection.execute(query)]

    def lookups(self, account: str) -> list[tuple[str, str | None, str]]:
        """Return time, asker and number of each look-up by code of the account's certificates."""
        columns = (CONFIRMATION_LOOKUPS.c.at, CONFIRMATION_LOOKUPS.c.requester, CONFIRMATION_LOOKUPS.c.number)
        joined = CONFIRMATION_LOOKUPS.join(CERTIFICATES, CERTIFICATES.c.number == CONFIRMATION_LOOKUPS.c.number)
        query = select(*columns).select_from(joined).where(CERTIFICATES.c.account_id == account)
        return [(row.at, row.requester, row.number) for row in self._connection.execute(query)]

    def record_head(self, size: int, *, at: str, note: bytes) -> None:
        """Add a signed head."""
        self._connection.execute(insert(AUDIT_HEADS).values(size=size, at=at, note=note))

    def last_head(self) -> tuple[int, str]:
        """Return length and time of the newest head; 0 and nothing when there is none."""
        query = select(AUDIT_HEADS.c.size, AUDIT_HEADS.c.at).order_by(AUDIT_HEADS.c.size.desc()).limit(1)
        row = self._connection.execute(query).first()
        return (0, "") if row is None else (row.size, row.at)

    def heads(self) -> list[bytes]:
        """Return every signed head, the shortest first."""
        return list(self._connection.execute(select(AUDIT_HEADS.c.note).order_by(AUDIT_HEADS.c.size)).scalars())
