"""Every source as an operator sees it: its state, when it last came through, how late it is, and what came last."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from issuer.bank import Bank
from issuer.deliveries.ages import Promises, SourceAge, source_ages
from issuer.deliveries.errors import SourceNotAsked
from issuer.operating.works import OperatorWork
from issuer.pulling.running import CANCELLED, FAILED, pull_source
from issuer.store.pulls import HELD, INTERRUPTED, REFUSED, REHEARSED, RUNNING, TAKEN, UNCHANGED, SourceRun

State = Literal["never", "running", "held", "failing", "late", "ok"]
NEEDS_SOMEBODY: Final[frozenset[State]] = frozenset({"held", "failing", "late"})
_CAME_THROUGH: Final = (TAKEN, UNCHANGED)
_ENDED_BADLY: Final = (FAILED, REFUSED)
_SAYS_NOTHING: Final = (CANCELLED, INTERRUPTED, REHEARSED)
_RUNS_LOOKED_AT: Final = 50


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source.

    Attributes:
        source: its id.
        state: never (nothing came yet, nothing was promised), running, held (a delivery waits for a decision), failing
            (the last run failed or was refused), late (older than it may be) or ok.
        is_asked: whether it is asked over HTTP; the others deliver files.
        last_success: when a run last ended with everything taken, UTC in ISO 8601; None for never.
        made_at: of when the newest delivery that was taken is, UTC in ISO 8601 (`issuer.deliveries.ages`).
        hours: how old that is.
        promised_hours: how old it may be; None where nothing is expected.
        is_late: whether it is older, whatever the state says first.
        last_run: the newest run that took or tried something.
    """

    source: str
    state: State
    is_asked: bool
    last_success: str | None
    made_at: str | None
    hours: int | None
    promised_hours: int | None
    is_late: bool
    last_run: SourceRun | None


def source_states(bank: Bank, promises: Promises, *, now: datetime) -> list[SourceState]:
    """Return every source that this bank knows, the identity register first.

    Raises:
        StorageUnusable: the database cannot be read.
    """
    now_s = int(now.timestamp())
    with bank.store.read() as transaction:
        busy = transaction.pulls.asked_now(now_s=now_s)
        ages = source_ages(transaction, promises, now=now)
        runs = {source: transaction.pulls.runs(source, limit=_RUNS_LOOKED_AT) for source in ages}
    found = []
    for source, age in ages.items():
        state = _state(source, runs[source], age, is_asked=source in promises.asked)
        found.append(replace(state, state="running") if source in busy else state)
    return found


def needing_somebody(states: list[SourceState]) -> int:
    """Return how many sources fail, are late, or hold a delivery that waits for a decision."""
    return sum(each.state in NEEDS_SOMEBODY for each in states)


def run_again(bank: Bank, work: OperatorWork, source: str) -> bool:
    """Ask a source now, in a thread; False, and nothing is begun, while this program asks it already.

    Args:
        bank: acting as whoever wants it.
        work: with the sources that can be asked.
        source: one of them.

    Raises:
        SourceNotAsked: it delivers files, or is none of ours.
    """
    outside = work.outside
    if source not in work.asked or outside is None:
        raise SourceNotAsked(source=source, known=", ".join(work.asked) or "-")
    asked, here = work.asked[source], outside

    def ask() -> None:
        pull_source(bank, asked, here)

    return work.works.begin(work_name(source), ask)


def work_name(source: str) -> str:
    """Return under which name a source is asked."""
    return f"source {source}"


def stop_run(bank: Bank, source: str, *, now: datetime) -> bool:
    """Ask whoever asks a source just now, this program or another, to stop; what is committed stays.

    Returns:
        Whether somebody asks it. A run stops before its next question or page.
    """
    with bank.store.write() as transaction:
        return transaction.pulls.ask_to_stop(source, now_s=int(now.timestamp()))


def _state(source: str, runs: list[SourceRun], age: SourceAge, *, is_asked: bool) -> SourceState:
    last = next((run for run in runs if run.outcome != REHEARSED), None)
    success = next((run for run in runs if run.outcome in _CAME_THROUGH), None)
    said = next((run for run in runs if run.outcome not in (*_SAYS_NOTHING, RUNNING)), None)
    state: State = "ok"
    if said is not None and said.outcome == HELD:
        state = "held"
    elif said is not None and said.outcome in _ENDED_BADLY:
        state = "failing"
    elif age.is_late:
        state = "late"
    elif age.made_at is None:
        state = "never"
    return SourceState(
        source=source,
        state=state,
        is_asked=is_asked,
        last_success=None if success is None else success.ended_at,
        made_at=age.made_at,
        hours=age.hours,
        promised_hours=age.most_hours,
        is_late=age.is_late,
        last_run=last,
    )
