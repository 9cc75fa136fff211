"""How collecting stands for one holder, source by source, and asking again; never more is said than is on record.

A source delivers for everybody at once, so that most of a holder's entries are there before she agrees. A source that
can be asked is asked when somebody agrees to it or wants news, however many want them, at most once in a while.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from issuer.bank import Bank
from issuer.deliveries.errors import NoteUnreadable, PageDiffers, PageUnreadable, SourceUnreachable
from issuer.holders.collecting_consents import SourceState
from issuer.operating.source_states import run_again, work_name
from issuer.operating.works import OperatorWork
from issuer.pulling.running import CANCELLED, FAILED
from issuer.pulling.schedule import next_time
from issuer.store.pulls import ASKED, HELD, INTERRUPTED, REFUSED, REHEARSED, RUNNING, SourceRun
from issuer.times import utc_moment

Step = Literal["running", "held", "refused", "down", "failed", "waiting", "late", "done"]
ASKED_AGAIN_AFTER: Final = timedelta(minutes=10)
_RUNS_LOOKED_AT: Final = 20
_SAYS_NOTHING: Final = (CANCELLED, INTERRUPTED, REHEARSED, RUNNING)
_LIES: Final = frozenset({PageDiffers.code, NoteUnreadable.code, PageUnreadable.code})


@dataclass(frozen=True, slots=True)
class Collecting:
    """One source that a holder agreed to.

    Attributes:
        state: what it brought so far; stands whatever the step is.
        step: running (somebody asks it just now), held (a delivery waits for an operator), refused (what came last was
            not as announced, or no delivery), down (it did not answer), failed (the bank could not take it), waiting
            (nothing has ever come), late, or done.
        since: when that began, UTC in ISO 8601; None where nothing is known of it.
        pages: how many of a running delivery's pages are taken, and of how many; None before that is known.
        next_at: from when on it is asked again by itself; None where that is not known.
        can_be_asked: whether asking it again now would do anything.
    """

    state: SourceState
    step: Step
    since: str | None = None
    pages: tuple[int, int] | None = None
    next_at: datetime | None = None
    can_be_asked: bool = False


def collecting_of(bank: Bank, work: OperatorWork, states: Sequence[SourceState], *, now: datetime) -> list[Collecting]:
    """Return how collecting stands with each source that the holder agreed to.

    Raises:
        StorageUnusable: the database cannot be read.
    """
    agreed = [each for each in states if each.consented_at is not None]
    with bank.store.read() as transaction:
        busy = transaction.pulls.asked_now(now_s=int(now.timestamp()))
        runs = {each.id: transaction.pulls.runs(each.id, limit=_RUNS_LOOKED_AT) for each in agreed}
    return [_collecting(each, runs[each.id], work, is_busy=each.id in busy, now=now) for each in agreed]


def ask_for_news(bank: Bank, work: OperatorWork, sources: Collection[str], *, now: datetime) -> list[str]:
    """Ask those of these sources that can be asked and were not asked lately, each in a thread; answer which."""
    with bank.store.read() as transaction:
        busy = transaction.pulls.asked_now(now_s=int(now.timestamp()))
        runs = {each: transaction.pulls.runs(each, limit=1, way=ASKED) for each in sources}
    wanted = [each for each in sources if each not in busy and _can_be_asked(each, runs[each], work, now=now)]
    return [each for each in wanted if run_again(bank, work, each)]


def _collecting(
    state: SourceState, runs: Sequence[SourceRun], work: OperatorWork, *, is_busy: bool, now: datetime
) -> Collecting:
    asked_runs = [run for run in runs if run.way == ASKED]
    if not is_busy and work.works.goes_on(work_name(state.id)):
        return Collecting(state, "running")  # begun here, and not recorded yet
    if is_busy:
        going_on = next((run for run in asked_runs if run.outcome == RUNNING), None)
        if going_on is None:
            return Collecting(state, "running")
        pages = (going_on.pages_taken, going_on.pages) if going_on.pages else None
        return Collecting(state, "running", going_on.started_at, pages)
    asked = work.asked.get(state.id) if work.outside is not None else None
    said = next((run for run in runs if run.outcome not in _SAYS_NOTHING), None)
    step, since = _step(state, said), None if said is None else said.ended_at
    return Collecting(
        state=state,
        step=step,
        since=since,
        next_at=None if asked is None else max(now, next_time(asked, asked_runs, now=now)),
        can_be_asked=_can_be_asked(state.id, asked_runs, work, now=now),
    )


def _step(state: SourceState, said: SourceRun | None) -> Step:
    if said is not None and said.outcome == HELD:
        return "held"
    if said is not None and (said.outcome == REFUSED or said.problem in _LIES):
        return "refused"
    if said is not None and said.outcome == FAILED:
        return "down" if said.problem == SourceUnreachable.code else "failed"
    if state.delivered_at is None:
        return "waiting"
    return "late" if state.is_late else "done"


def _can_be_asked(source: str, asked_runs: Sequence[SourceRun], work: OperatorWork, *, now: datetime) -> bool:
    if source not in work.asked or work.outside is None:
        return False
    return not asked_runs or now - utc_moment(asked_runs[0].started_at) >= ASKED_AGAIN_AFTER
