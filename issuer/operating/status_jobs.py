"""Changing the status of many certificates as a job: begun once, done in parts, stopped and gone on with at will.

Each part is one transaction with its events, its records in the audit trail and how far the job is, so that a job that
ends anywhere keeps what is done and does nothing twice. The lists are published after every part.
"""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.issued.status_changes import AFTER, Action, set_statuses
from issuer.operating.errors import JobNotFound, NothingToChange, RehearsalDiffers
from issuer.operating.status_orders import CHANGED, ManyOrder, outcome_of, rehearse
from issuer.operating.works import Works
from issuer.publishing import publish_due
from issuer.store.status_jobs import DONE, RUNNING, STOPPED, CertificateState, JobLine, StatusJob
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.encoding import encode_json

AT_ONCE: Final = 500
GONE: Final = "gone"
"""The certificate is not in the database any more."""
_ACTIONS: Final[Mapping[str, Action]] = {action: action for action in AFTER}


def begin_job(bank: Bank, order: ManyOrder, *, code: str, count: int, now: datetime) -> StatusJob:
    """Record a job as it was rehearsed; `work_on` does it.

    Args:
        bank: acting as whoever orders it.
        order: the same as in the rehearsal.
        code: of the rehearsal.
        count: how many certificates change, as the person typed it.
        now: aware.

    Raises:
        RehearsalDiffers: the certificates or their states are others than in the rehearsal, or the count is not that
            of the changes; nothing was recorded.
        NothingToChange: no certificate would change; nothing was recorded.
        KeysError, PassphraseMissing: the status key does not open; nothing was recorded.
        and those of `rehearse`.
    """
    rehearsed = rehearse(bank, order)
    if not rehearsed.changing:
        raise NothingToChange(final=rehearsed.final, unchanged=rehearsed.unchanged)
    if (code, count) != (rehearsed.code, len(rehearsed.changing)):
        raise RehearsalDiffers(count=len(rehearsed.changing), given=count)
    bank.signer("status")  # a change that cannot be published must not be recorded
    job = StatusJob(
        id=0,
        action=order.action,
        reason=order.reason,
        words=order.words,
        wanted=encode_json(order.wanted.as_json()).decode(),
        actor=bank.actor,
        begun_at=utc_text(now),
        ended_at=None,
        state=RUNNING,
        certificates=count,
    )
    with bank.store.write() as transaction:
        job_id = transaction.status_jobs.begin(job, [each.number for each in rehearsed.changing])
        act = Act("status_job_begun", subject=f"job {job_id}", detail=f"{order.action} {count} {_why(job)}")
        record_acts(transaction, act, actor=bank.actor, at=job.begun_at)
    return find_job(bank, job_id)


def work_on(bank: Bank, job_id: int, *, clock: Callable[[], datetime], stops: Callable[[], bool]) -> StatusJob:
    """Do what is left of a job; two programs that do so share the work. Answer the job as it is then.

    Args:
        bank: acting as whoever lets it go on.
        job_id: of the job.
        clock: tells the time, aware.
        stops: says whether this program has to end; the job then waits to be gone on with.

    Raises:
        JobNotFound: there is none.
        KeysError, PassphraseMissing, StorageFull, StorageUnusable: what was done is done; go on with it later.
    """
    find_job(bank, job_id)
    bank.signer("status")
    while not stops() and _do_part(bank, job_id, now=clock()):
        publish_due(bank, now=clock())
    return find_job(bank, job_id)


def go_on(bank: Bank, works: Works, job_id: int, *, clock: Callable[[], datetime]) -> bool:
    """Do what is left of a job in a thread, also of one that was stopped; False while this program does it already.

    Raises:
        JobNotFound: there is none.
    """
    let_go_on(bank, job_id, now=clock())

    def work() -> None:
        work_on(bank, job_id, clock=clock, stops=works.stop.is_set)

    return works.begin(work_name(job_id), work)


def let_go_on(bank: Bank, job_id: int, *, now: datetime) -> None:
    """Let a job that was stopped be worked on again; one that runs or is done is left alone.

    Raises:
        JobNotFound: there is none.
    """
    with bank.store.write() as transaction:
        job = _known(transaction, job_id, to_change=True)
        if job.state == STOPPED:
            transaction.status_jobs.set_state(job_id, RUNNING, ended_at=None)
            act = Act("status_job_begun", subject=f"job {job_id}", detail=f"again: {_why(job)}")
            record_acts(transaction, act, actor=bank.actor, at=utc_text(now))


def work_name(job_id: int) -> str:
    """Return under which name a job is worked on."""
    return f"status job {job_id}"


def stop_job(bank: Bank, job_id: int, *, reason: str, now: datetime) -> None:
    """Stop a job before its next part; what is done stays done, and it can be gone on with.

    Raises:
        JobNotFound: there is none.
    """
    with bank.store.write() as transaction:
        if _known(transaction, job_id, to_change=True).state != RUNNING:
            return
        transaction.status_jobs.set_state(job_id, STOPPED, ended_at=utc_text(now))
        act = Act("status_job_stopped", subject=f"job {job_id}", detail=reason)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))


def find_job(bank: Bank, job_id: int) -> StatusJob:
    """Return a job.

    Raises:
        JobNotFound: there is none.
    """
    with bank.store.read() as transaction:
        return _known(transaction, job_id)


def running_jobs(bank: Bank) -> int:
    """Return how many jobs were begun and are neither done nor stopped."""
    with bank.store.read() as transaction:
        return transaction.status_jobs.running()


def oldest_running_job(bank: Bank) -> str | None:
    """Return when the oldest job was begun that is neither done nor stopped, UTC in ISO 8601."""
    with bank.store.read() as transaction:
        return transaction.status_jobs.oldest_running()


def result_csv(bank: Bank, job_id: int, *, reason: str, now: datetime) -> bytes:
    """Return what became of every certificate of a job as CSV: number, before, after, outcome, at. Recorded first.

    Raises:
        JobNotFound: there is none.
    """
    with bank.store.write() as transaction:
        job = _known(transaction, job_id)
        lines = transaction.status_jobs.lines(job_id)
        act = Act("status_job_read", subject=f"job {job_id}", detail=reason)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("number", "before", "after", "outcome", "at"))
    for line in lines:
        after = AFTER[_ACTIONS[job.action]] if line.outcome == CHANGED else line.before
        writer.writerow((line.number, line.before or "", after or "", line.outcome or "waiting", line.at or ""))
    return text.getvalue().encode()


def _do_part(bank: Bank, job_id: int, *, now: datetime) -> bool:
    """Do the next part of a job; False when there is nothing more to do."""
    at = utc_text(now)
    with bank.store.write() as transaction:
        job = _known(transaction, job_id, to_change=True)
        if job.state != RUNNING:
            return False
        numbers = transaction.status_jobs.waiting(job_id, limit=AT_ONCE)
        if not numbers:
            transaction.status_jobs.set_state(job_id, DONE, ended_at=at)
            return False
        states = transaction.status_jobs.with_copies(numbers, to_change=True)
        outcomes = {each.number: outcome_of(each, _ACTIONS[job.action]) for each in states if each.copy_of is None}
        after = AFTER[_ACTIONS[job.action]]
        changing = [each for each in states if outcomes.get(each.copy_of or each.number) == CHANGED]
        set_statuses(transaction, changing, after, reason=job.reason, at=at)
        first = [each for each in states if each.copy_of is None]
        lines = [JobLine(each.number, each.status, outcomes[each.number], at) for each in first]
        lines += [JobLine(number, None, GONE, at) for number in numbers if number not in outcomes]
        transaction.status_jobs.record(job_id, lines)
        acts = [_act(each, after, job) for each in first if outcomes[each.number] == CHANGED]
        record_acts(transaction, *acts, actor=bank.actor, at=at)
    return True


def _act(certificate: CertificateState, after: str, job: StatusJob) -> Act:
    detail = f"{after} {_why(job)}"
    return Act("certificate_status_changed", certificate.account_id, certificate.number, detail)


def _why(job: StatusJob) -> str:
    return f"{job.reason}: {job.words}" if job.words else job.reason


def _known(transaction: Transaction, job_id: int, *, to_change: bool = False) -> StatusJob:
    found = transaction.status_jobs.job(job_id, to_change=to_change)
    if found is None:
        raise JobNotFound(job=job_id)
    return found
