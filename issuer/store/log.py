"""The transparency log in the database: entries, the hashes of complete subtrees, and how long it is.

Entries and hashes are only ever added. Whoever appends holds the one row of `log_state` until the transaction ends, so
that appends happen one after another on every database.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Row,
    Select,
    Table,
    insert,
    or_,
    select,
    update,
)

from issuer.store.tables import CERTIFICATES, LARGE, METADATA, TEXT
from keys.merkle import Node, completed_subtrees, leaf_hash, node_hash

T = TypeVar("T")

LOG_ENTRIES: Final = Table(
    "log_entries",
    METADATA,
    Column("idx", LARGE, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("signed_part_sha256", LargeBinary, nullable=False),
    Column("number", TEXT, nullable=False, unique=True),
)

LOG_NODES: Final = Table(
    "log_nodes",
    METADATA,
    Column("level", Integer, nullable=False),
    Column("idx", LARGE, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("level", "idx"),
)

LOG_STATE: Final = Table(
    "log_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", LARGE, nullable=False),
    Column("logged_at", LARGE, nullable=False),
    Column("checkpoint", LargeBinary),
)

_ONLY: Final = LOG_STATE.c.id == 1
_AT_ONCE: Final = 500
_LOST: Final = "lost-"
_ADD_ENTRY: Final = insert(LOG_ENTRIES)


@dataclass(frozen=True, slots=True)
class StoredLogEntry:
    """One entry with what opens it; `number` is the certificate it was made for, issued in the end or not."""

    idx: int
    entry: bytes
    salt: bytes
    signed_part_sha256: bytes
    number: str


def lost_number(idx: int) -> str:
    """Return what stands in the place of a certificate's number for an entry whose certificate a restore has lost."""
    return f"{_LOST}{idx}"


def is_lost_number(number: str) -> bool:
    """Return whether an entry stands under what `lost_number` returns."""
    return number.startswith(_LOST)


@dataclass(frozen=True, slots=True)
class LogState:
    """How many entries there are, when the newest was logged (Unix seconds), and the newest checkpoint."""

    size: int
    logged_at: int
    checkpoint: bytes | None


class LogBook:
    """Reads and appends within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def state(self, *, to_append: bool = False) -> LogState:
        """Return how long the log is; `to_append` lets nobody else append until this transaction ends."""
        query = select(LOG_STATE.c.size, LOG_STATE.c.logged_at, LOG_STATE.c.checkpoint).where(_ONLY)
        row = self._connection.execute(query.with_for_update() if to_append else query).one()
        return LogState(*row)

    def append(self, entry: StoredLogEntry, path: list[bytes]) -> bytes:
        """Add the next entry and the subtrees it completes; answer the new root.

        Args:
            entry: with the index that is the log's size.
            path: its path in the tree that ends with it; every hash of it stands to the left.
        """
        self._connection.execute(_ADD_ENTRY, {name: getattr(entry, name) for name in StoredLogEntry.__slots__})
        root, nodes = leaf_hash(entry.entry), []
        completed = completed_subtrees(entry.idx)
        for level, sibling in enumerate(path, start=1):
            root = node_hash(sibling, root)
            if level in completed:
                nodes.append({"level": level, "idx": entry.idx >> level, "hash": root})
        if nodes:
            self._connection.execute(insert(LOG_NODES), nodes)
        return root

    def set_state(self, state: LogState) -> None:
        """Record how long the log is now."""
        values = {"size": state.size, "logged_at": state.logged_at, "checkpoint": state.checkpoint}
        self._connection.execute(update(LOG_STATE).where(_ONLY).values(values))

    def compute(self, with_nodes: Callable[[Node], T]) -> T:
        """Compute something over the tree: ask once for all the hashes it needs, then give it to them.

        Args:
            with_nodes: a computation that asks for the same hashes whatever they are.
        """
        wanted: set[tuple[int, int]] = set()

        def ask(level: int, index: int) -> bytes:
            wanted.add((level, index))
            return b""

        with_nodes(ask)
        known = self._nodes(wanted)
        return with_nodes(lambda level, index: known[level, index])

    def entry_of(self, number: str) -> StoredLogEntry | None:
        """Return the entry that was made for a certificate."""
        row = self._connection.execute(_entries().where(LOG_ENTRIES.c.number == number)).first()
        return None if row is None else _entry(row)

    def entries(self, begin: int, end: int) -> Iterator[StoredLogEntry]:
        """Yield the entries from one index up to, not including, another."""
        for start in range(begin, end, _AT_ONCE):
            part = LOG_ENTRIES.c.idx.between(start, min(start + _AT_ONCE, end) - 1)
            for row in self._connection.execute(_entries().where(part).order_by(LOG_ENTRIES.c.idx)):
                yield _entry(row)

    def nodes(self, level: int, begin: int, end: int) -> list[bytes]:
        """Return the hashes of one level, not the leaves, from one index up to, not including, another."""
        part = (LOG_NODES.c.level == level) & LOG_NODES.c.idx.between(begin, end - 1)
        return list(self._connection.execute(select(LOG_NODES.c.hash).where(part).order_by(LOG_NODES.c.idx)).scalars())

    def entries_without_certificate(self) -> list[str]:
        """Return the numbers that were logged and then not issued."""
        joined = LOG_ENTRIES.outerjoin(CERTIFICATES, LOG_ENTRIES.c.number == CERTIFICATES.c.number)
        query = select(LOG_ENTRIES.c.number).select_from(joined).where(CERTIFICATES.c.number.is_(None))
        return list(self._connection.execute(query.order_by(LOG_ENTRIES.c.number)).scalars())

    def certificates_without_entry(self, issued_after: str) -> list[str]:
        """Return the numbers of certificates that were issued after a time and are not in the log."""
        joined = CERTIFICATES.outerjoin(LOG_ENTRIES, LOG_ENTRIES.c.number == CERTIFICATES.c.number)
        query = (
            select(CERTIFICATES.c.number)
            .select_from(joined)
            .where(LOG_ENTRIES.c.number.is_(None), CERTIFICATES.c.issued_at > issued_after)
        )
        return list(self._connection.execute(query.order_by(CERTIFICATES.c.number)).scalars())

    def _nodes(self, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        leaves = [index for level, index in wanted if level == 0]
        higher = [place for place in wanted if place[0] > 0]
        found: dict[tuple[int, int], bytes] = {}
        if leaves:
            query = select(LOG_ENTRIES.c.idx, LOG_ENTRIES.c.entry).where(LOG_ENTRIES.c.idx.in_(leaves))
            found |= {(0, row.idx): leaf_hash(row.entry) for row in self._connection.execute(query)}
        if higher:
            nodes = select(LOG_NODES.c.level, LOG_NODES.c.idx, LOG_NODES.c.hash)
            # SQLite reads the whole table for pairs in a list, and finds each of them by the index here.
            query_higher = nodes.where(or_(*((LOG_NODES.c.level == a) & (LOG_NODES.c.idx == b) for a, b in higher)))
            found |= {(row.level, row.idx): row.hash for row in self._connection.execute(query_higher)}
        return found


def _entries() -> Select[Any]:
    return select(*(LOG_ENTRIES.c[name] for name in StoredLogEntry.__slots__))


def _entry(row: Row[Any]) -> StoredLogEntry:
    return StoredLogEntry(row.idx, row.entry, row.salt, row.signed_part_sha256, row.number)
