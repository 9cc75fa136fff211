"""Asking the sources: who asks just now, every run with its outcome, rejected rows, and resolved references."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    and_,
    case,
    delete,
    insert,
    or_,
    select,
    true,
    update,
)

from issuer.store.tables import LARGE, METADATA, TEXT
from issuer.store.upserts import upsert
from keys.encoding import JsonValue, decode_json_object, encode_json

SOURCE_LEASES: Final = Table(
    "source_leases",
    METADATA,
    Column("source", TEXT, primary_key=True),
    Column("holder", TEXT, nullable=False),
    Column("until", LARGE, nullable=False),
    Column("stop", Integer, nullable=False, server_default="0"),
)
SOURCE_RUNS: Final = Table(
    "source_runs",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("source", TEXT, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("started_at", TEXT, nullable=False),
    Column("ended_at", TEXT),
    Column("outcome", TEXT, nullable=False),
    Column("problem", TEXT),
    Column("details", TEXT, nullable=False),
    Column("delivery", TEXT),
    Column("note_sha256", TEXT),
    Column("made_at", TEXT),
    Column("as_of", TEXT),
    Column("etag", TEXT),
    Column("pages", Integer, nullable=False),
    Column("pages_taken", Integer, nullable=False),
    Column("counts", TEXT, nullable=False),
    Column("way", TEXT, nullable=False, server_default="asked"),
    Index(None, "source"),
    Index(None, "note_sha256"),
)
REJECTED_ROWS: Final = Table(
    "rejected_rows",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("run_id", ForeignKey("source_runs.id"), nullable=False),
    Column("file", TEXT, nullable=False),
    Column("line", Integer),
    Column("item", Integer, nullable=False),
    Column("field", TEXT, nullable=False),
    Column("problem", TEXT, nullable=False),
    Index(None, "run_id"),
)
RESOLVED_REFERENCES: Final = Table(
    "resolved_references",
    METADATA,
    Column("delivered_link", TEXT, primary_key=True),
    Column("person_link", ForeignKey("persons.person_link"), nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
)
RUNNING: Final = "running"
TAKEN: Final = "taken"
UNCHANGED: Final = "unchanged"
INTERRUPTED: Final = "interrupted"
HELD: Final = "held"
REFUSED: Final = "refused"
REHEARSED: Final = "rehearsed"
ASKED: Final = "asked"
FILE: Final = "file"
MAX_KEPT_REJECTIONS: Final = 10_000
"""Rejected rows that are kept of one run; all are counted."""
_MAX_BYTES: Final = 64 * 1024
_MOST_RUNS: Final = 1000


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One time a source was asked, or a file of it was read: the two values of `way`.

    `outcome` is running, taken, unchanged, held, refused, failed, cancelled or interrupted; `problem` the code of what
    went wrong with its `details`. `delivery` is the source's own name of what was delivered, `made_at` (UTC) and
    `as_of` (a Korean day) what it said of it; of a file its name and the day that the operator said. `counts` are those
    of an import, with `withdrawn` and `not_withdrawn`.
    """

    id: int
    source: str
    actor: str
    started_at: str
    ended_at: str | None
    outcome: str
    problem: str | None
    details: Mapping[str, JsonValue]
    delivery: str | None
    note_sha256: str | None
    made_at: str | None
    as_of: str | None
    etag: str | None
    pages: int
    pages_taken: int
    counts: Mapping[str, JsonValue] = field(default_factory=dict)
    way: str = ASKED


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A row that was not taken: in which file of the delivery, where, which field, and what was expected."""

    file: str
    line: int | None
    item: int
    field: str
    problem: str


class PullBook:
    """Reads and writes all this within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, source: str, holder: str, *, now_s: int, until_s: int) -> bool:
        """Take the source for one holder, or keep it longer; say whether this holder has it until then.

        The row is locked until the transaction ends, so that whoever writes in the same one is the only holder. A wish
        that the holder before should stop is not for the next one.
        """
        first = upsert(self._connection, SOURCE_LEASES).values(source=source, holder="", until=0)
        self._connection.execute(first.on_conflict_do_nothing())
        free = or_(SOURCE_LEASES.c.until <= now_s, SOURCE_LEASES.c.holder == holder)
        mine = update(SOURCE_LEASES).where(and_(SOURCE_LEASES.c.source == source, free))
        stop = case((SOURCE_LEASES.c.holder == holder, SOURCE_LEASES.c.stop), else_=0)
        return self._connection.execute(mine.values(holder=holder, until=until_s, stop=stop)).rowcount == 1

    def ask_to_stop(self, source: str, *, now_s: int) -> bool:
        """Ask whoever has the source just now to stop; say whether somebody has it."""
        held = and_(SOURCE_LEASES.c.source == source, SOURCE_LEASES.c.until > now_s)
        return self._connection.execute(update(SOURCE_LEASES).where(held).values(stop=1)).rowcount == 1

    def should_stop(self, source: str, holder: str) -> bool:
        """Return whether somebody asked this holder to stop."""
        mine = and_(SOURCE_LEASES.c.source == source, SOURCE_LEASES.c.holder == holder)
        return self._connection.execute(select(SOURCE_LEASES.c.stop).where(mine)).scalar() == 1

    def asked_now(self, *, now_s: int) -> frozenset[str]:
        """Return the sources that somebody is asking."""
        held = select(SOURCE_LEASES.c.source).where(SOURCE_LEASES.c.until > now_s)
        return frozenset(self._connection.execute(held).scalars())

    def release(self, source: str, holder: str) -> None:
        """Let others have the source; nothing when this holder does not have it."""
        mine = and_(SOURCE_LEASES.c.source == source, SOURCE_LEASES.c.holder == holder)
        self._connection.execute(update(SOURCE_LEASES).where(mine).values(holder="", until=0))

    def begin_run(self, source: str, *, actor: str, at: str) -> int:
        """Record that a source is asked; runs of it that nobody ended are marked as interrupted. Answer the id."""
        left = and_(SOURCE_RUNS.c.source == source, SOURCE_RUNS.c.outcome == RUNNING)
        self._connection.execute(update(SOURCE_RUNS).where(left).values(outcome=INTERRUPTED, ended_at=at))
        begun = insert(SOURCE_RUNS).values(
            source=source,
            actor=actor,
            started_at=at,
            outcome=RUNNING,
            details="{}",
            counts="{}",
            pages=0,
            pages_taken=0,
        )
        run_id: int = self._connection.execute(begun.returning(SOURCE_RUNS.c.id)).scalar_one()
        return run_id

    def record_file(self, run: SourceRun, rejected: Iterable[RejectedLine] = ()) -> int:
        """Record that a file was read, whose run is at its end; its own `id` counts for nothing. Answer the id.

        Only the first `MAX_KEPT_REJECTIONS` rows are kept; the counts of the run have all.
        """
        values = {name: getattr(run, name) for name in SourceRun.__slots__ if name != "id"}
        kept = {name: encode_json(dict(values.pop(name))).decode() for name in ("details", "counts")}
        recorded = insert(SOURCE_RUNS).values(**values, **kept).returning(SOURCE_RUNS.c.id)
        run_id: int = self._connection.execute(recorded).scalar_one()
        self.keep_rejected(run_id, islice(rejected, MAX_KEPT_REJECTIONS))
        return run_id

    def update_run(self, run_id: int, **values: object) -> None:
        """Record what is known of a run now; mappings are kept as JSON."""
        kept = {
            name: encode_json(value).decode() if isinstance(value, dict) else value for name, value in values.items()
        }
        self._connection.execute(update(SOURCE_RUNS).where(SOURCE_RUNS.c.id == run_id).values(**kept))

    def pages_taken(self, source: str, note_sha256: str) -> tuple[int, bool]:
        """Return how many pages of a delivery were taken by any run, and whether the whole of it was."""
        wanted = and_(SOURCE_RUNS.c.source == source, SOURCE_RUNS.c.note_sha256 == note_sha256)
        found = self._connection.execute(select(SOURCE_RUNS.c.pages_taken, SOURCE_RUNS.c.outcome).where(wanted)).all()
        return max((row[0] for row in found), default=0), any(row[1] == TAKEN for row in found)

    def runs_of(self, source: str, note_sha256: str) -> list[SourceRun]:
        """Return the runs in which a delivery was looked at or taken, newest first."""
        wanted = and_(SOURCE_RUNS.c.source == source, SOURCE_RUNS.c.note_sha256 == note_sha256)
        return self._runs(wanted, limit=_MOST_RUNS)

    def last_taken(self, source: str) -> SourceRun | None:
        """Return the newest run in which a source was asked and a whole delivery taken."""
        taken = and_(SOURCE_RUNS.c.outcome == TAKEN, SOURCE_RUNS.c.way == ASKED)
        found = self._runs(and_(SOURCE_RUNS.c.source == source, taken), limit=1)
        return found[0] if found else None

    def runs(self, source: str | None = None, *, limit: int = 50, way: str | None = None) -> list[SourceRun]:
        """Return the newest runs first, of one source or of all, of one way or of both."""
        of_source = true() if source is None else SOURCE_RUNS.c.source == source
        return self._runs(and_(of_source, true() if way is None else SOURCE_RUNS.c.way == way), limit=limit)

    def run(self, run_id: int) -> SourceRun | None:
        """Return one run."""
        found = self._runs(SOURCE_RUNS.c.id == run_id, limit=1)
        return found[0] if found else None

    def keep_rejected(self, run_id: int, rows: Iterable[RejectedLine]) -> None:
        """Record rows that were not taken."""
        values = [{"run_id": run_id, **{name: getattr(row, name) for name in RejectedLine.__slots__}} for row in rows]
        if values:
            self._connection.execute(insert(REJECTED_ROWS), values)

    def rejected(self, run_id: int) -> list[RejectedLine]:
        """Return the rows of a run that were not taken, in their order."""
        columns = (REJECTED_ROWS.c[name] for name in RejectedLine.__slots__)
        query = select(*columns).where(REJECTED_ROWS.c.run_id == run_id).order_by(REJECTED_ROWS.c.id)
        return [RejectedLine(*row) for row in self._connection.execute(query)]

    def forget_runs(self, *, unchanged_before: str, others_before: str) -> int:
        """Erase old runs that took nothing, and the rejected rows of every old run; answer how many runs.

        Runs in which a source was asked and a delivery taken stay: they tell what was taken already.
        """
        old = SOURCE_RUNS.c.started_at < others_before
        took_nothing = or_(SOURCE_RUNS.c.outcome.not_in((TAKEN, RUNNING)), SOURCE_RUNS.c.way == FILE)
        idle = and_(SOURCE_RUNS.c.outcome == UNCHANGED, SOURCE_RUNS.c.started_at < unchanged_before)
        forgotten = or_(idle, and_(old, took_nothing))
        without_rows = select(SOURCE_RUNS.c.id).where(or_(old, forgotten))
        self._connection.execute(delete(REJECTED_ROWS).where(REJECTED_ROWS.c.run_id.in_(without_rows)))
        return self._connection.execute(delete(SOURCE_RUNS).where(forgotten)).rowcount

    def resolve(self, delivered_link: str, *, person_link: str, reason: str, actor: str, at: str) -> None:
        """Record that a reference stands for a registered person; a later decision replaces an earlier one."""
        values = {"person_link": person_link, "reason": reason, "actor": actor, "at": at}
        recorded = upsert(self._connection, RESOLVED_REFERENCES).values(delivered_link=delivered_link, **values)
        self._connection.execute(recorded.on_conflict_do_update(index_elements=["delivered_link"], set_=values))

    def resolved(self, delivered_link: str) -> str | None:
        """Return the person for whom a reference stands by an operator's decision."""
        wanted = RESOLVED_REFERENCES.c.delivered_link == delivered_link
        return self._connection.execute(select(RESOLVED_REFERENCES.c.person_link).where(wanted)).scalar()

    def _runs(self, wanted: ColumnElement[bool], *, limit: int) -> list[SourceRun]:
        columns = (SOURCE_RUNS.c[name] for name in SourceRun.__slots__)
        query = select(*columns).where(wanted).order_by(SOURCE_RUNS.c.id.desc()).limit(limit)
        found = []
        for row in self._connection.execute(query):
            values = dict(row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy for a row as a mapping
            for name in ("details", "counts"):
                values[name] = decode_json_object(values[name].encode(), max_bytes=_MAX_BYTES)
            found.append(SourceRun(**values))
        return found
