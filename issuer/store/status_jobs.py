"""Status changes of many certificates: which are meant, every job with its certificates, and how far it is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from issuer.store.tables import CERTIFICATE_ENTRIES, CERTIFICATES, LARGE, METADATA, TEXT

STATUS_JOBS: Final = Table(
    "status_jobs",
    METADATA,
    Column("id", LARGE, primary_key=True),
    Column("action", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("words", TEXT, nullable=False),
    Column("wanted", TEXT, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("begun_at", TEXT, nullable=False),
    Column("ended_at", TEXT),
    Column("state", TEXT, nullable=False),
    Column("certificates", Integer, nullable=False),
)
STATUS_JOB_NUMBERS: Final = Table(
    "status_job_numbers",
    METADATA,
    Column("job_id", ForeignKey("status_jobs.id"), primary_key=True),
    Column("number", TEXT, primary_key=True),
    Column("before", TEXT),
    Column("outcome", TEXT),
    Column("at", TEXT),
    Index(None, "outcome"),
)
RUNNING: Final = "running"
DONE: Final = "done"
STOPPED: Final = "stopped"
_AT_ONCE: Final = 1000  # a statement takes a limited number of values
_COPY = CERTIFICATES.c.copy_of


@dataclass(frozen=True, slots=True)
class WantedCertificates:
    """Which certificates are meant; what is None says nothing, and all that is said must hold.

    `entries` are ids of stored entries that a certificate carries, `issued_from` and `issued_before` UTC in ISO 8601;
    `affected_on` is a Korean day on which it is in force although one of its entries is not what it was.
    """

    numbers: Collection[str] | None = None
    account_id: str | None = None
    entries: Collection[str] | None = None
    key_id: str | None = None
    issued_from: str | None = None
    issued_before: str | None = None
    affected_on: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateState:
    """One certificate as far as its status is concerned; `copy_of` names the first of a batch for a wallet."""

    number: str
    account_id: str
    list_no: int
    idx: int
    status: str
    carrier: str
    copy_of: str | None
    key_id: str
    issued_at: str


@dataclass(frozen=True, slots=True)
class StatusJob:
    """One change of many certificates. `state` is running, done or stopped; `wanted` says in JSON how they were chosen.

    `reason` is the slug that is published with the events, `words` what the person said; times are UTC in ISO 8601.
    """

    id: int
    action: str
    reason: str
    words: str
    wanted: str
    actor: str
    begun_at: str
    ended_at: str | None
    state: str
    certificates: int


@dataclass(frozen=True, slots=True)
class JobLine:
    """What became of one certificate: changed, unchanged or final; all None while it waits."""

    number: str
    before: str | None = None
    outcome: str | None = None
    at: str | None = None


class StatusJobBook:
    """Reads and writes all this within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, wanted: WantedCertificates) -> list[CertificateState]:
        """Return the certificates that are meant in the order of their numbers; copies go with their first."""
        conditions: list[ColumnElement[bool]] = [_COPY.is_(None)]
        if wanted.account_id is not None:
            conditions.append(CERTIFICATES.c.account_id == wanted.account_id)
        if wanted.key_id is not None:
            conditions.append(CERTIFICATES.c.key_id == wanted.key_id)
        if wanted.issued_from is not None:
            conditions.append(CERTIFICATES.c.issued_at >= wanted.issued_from)
        if wanted.issued_before is not None:
            conditions.append(CERTIFICATES.c.issued_at < wanted.issued_before)
        if wanted.entries is not None:
            carrying = CERTIFICATE_ENTRIES.c.source_entry_id.in_(list(wanted.entries))
            conditions.append(CERTIFICATES.c.number.in_(select(CERTIFICATE_ENTRIES.c.number).where(carrying)))
        if wanted.affected_on is not None:
            changed = select(CERTIFICATE_ENTRIES.c.number).where(CERTIFICATE_ENTRIES.c.status != 0)
            in_force = and_(CERTIFICATES.c.status == "valid", CERTIFICATES.c.valid_until >= wanted.affected_on)
            conditions.append(and_(in_force, CERTIFICATES.c.number.in_(changed)))
        if wanted.numbers is None:
            return self._states(and_(*conditions))
        found = []
        for some in _in_parts(sorted(set(wanted.numbers))):
            found += self._states(and_(CERTIFICATES.c.number.in_(some), *conditions))
        return found

    def with_copies(self, numbers: Collection[str], *, to_change: bool = False) -> list[CertificateState]:
        """Return these certificates and their copies; `to_change`: nobody else changes them until the end."""
        found = []
        for some in _in_parts(sorted(numbers)):
            found += self._states(or_(CERTIFICATES.c.number.in_(some), _COPY.in_(some)), locked=to_change)
        return found

    def begin(self, job: StatusJob, numbers: Collection[str]) -> int:
        """Record a job, whose own `id` counts for nothing, with its certificates; answer the id."""
        values = {name: getattr(job, name) for name in StatusJob.__slots__ if name != "id"}
        begun = insert(STATUS_JOBS).values(**values).returning(STATUS_JOBS.c.id)
        job_id: int = self._connection.execute(begun).scalar_one()
        self._connection.execute(insert(STATUS_JOB_NUMBERS), [{"job_id": job_id, "number": each} for each in numbers])
        return job_id

    def job(self, job_id: int, *, to_change: bool = False) -> StatusJob | None:
        """Return a job; `to_change`: nobody else works on it until the end of the transaction."""
        query = select(*STATUS_JOBS.c).where(STATUS_JOBS.c.id == job_id)
        row = self._connection.execute(query.with_for_update() if to_change else query).first()
        return None if row is None else StatusJob(*row)

    def jobs(self, limit: int = 50) -> list[StatusJob]:
        """Return the newest jobs, newest first."""
        query = select(*STATUS_JOBS.c).order_by(STATUS_JOBS.c.id.desc()).limit(limit)
        return [StatusJob(*row) for row in self._connection.execute(query)]

    def waiting(self, job_id: int, *, limit: int) -> list[str]:
        """Return the next certificates of a job to which nothing was done yet."""
        columns = STATUS_JOB_NUMBERS.c
        wanted = and_(columns.job_id == job_id, columns.outcome.is_(None))
        query = select(columns.number).where(wanted).order_by(columns.number).limit(limit)
        return list(self._connection.execute(query).scalars())

    def record(self, job_id: int, lines: Iterable[JobLine]) -> None:
        """Record what became of certificates of a job."""
        columns = STATUS_JOB_NUMBERS.c
        for line in lines:
            place = and_(columns.job_id == job_id, columns.number == line.number)
            values = {"before": line.before, "outcome": line.outcome, "at": line.at}
            self._connection.execute(update(STATUS_JOB_NUMBERS).where(place).values(**values))

    def set_state(self, job_id: int, state: str, *, ended_at: str | None) -> None:
        """Record that a job ended, or goes on."""
        by_id = STATUS_JOBS.c.id == job_id
        self._connection.execute(update(STATUS_JOBS).where(by_id).values(state=state, ended_at=ended_at))

    def outcomes(self, job_id: int) -> Mapping[str | None, int]:
        """Return how many certificates of a job came to what; under None those that wait."""
        columns = STATUS_JOB_NUMBERS.c
        query = select(columns.outcome, func.count()).where(columns.job_id == job_id).group_by(columns.outcome)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def lines(self, job_id: int) -> list[JobLine]:
        """Return every certificate of a job in the order of the numbers."""
        columns = STATUS_JOB_NUMBERS.c
        query = select(*(columns[name] for name in JobLine.__slots__)).where(columns.job_id == job_id)
        return [JobLine(*row) for row in self._connection.execute(query.order_by(columns.number))]

    def running(self) -> int:
        """Return how many jobs are not at their end."""
        query = select(func.count()).select_from(STATUS_JOBS).where(STATUS_JOBS.c.state == RUNNING)
        return self._connection.execute(query).scalar_one()

    def oldest_running(self) -> str | None:
        """Return when the oldest job was begun that is not at its end."""
        query = select(func.min(STATUS_JOBS.c.begun_at)).where(STATUS_JOBS.c.state == RUNNING)
        oldest: str | None = self._connection.execute(query).scalar_one()
        return oldest

    def _states(self, condition: ColumnElement[bool], *, locked: bool = False) -> list[CertificateState]:
        columns: list[ColumnElement[Any]] = [CERTIFICATES.c[name] for name in CertificateState.__slots__]
        query = select(*columns).where(condition).order_by(CERTIFICATES.c.number)
        rows = self._connection.execute(query.with_for_update() if locked else query)
        return [CertificateState(*row) for row in rows]


def _in_parts(numbers: list[str]) -> Iterable[list[str]]:
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
