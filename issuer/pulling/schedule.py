"""When which source is asked, which sources are late, and the loop in which a service asks those that are due.

Several instances may run the loop: whoever is first asks, the others find the source busy. What is due follows from the
recorded runs alone, so that no instance needs to know the others.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from issuer.bank import Bank
from issuer.deliveries.ages import Promises, SourceAge, source_ages
from issuer.deliveries.errors import SourceBusy
from issuer.health import Finding
from issuer.pulling.fetching import Outside
from issuer.pulling.limits import FIRST_RETRY_MINUTES
from issuer.pulling.page_store import forget_old_pages
from issuer.pulling.running import FAILED, pull_source
from issuer.pulling.settings_file import AskedSource
from issuer.store.pulls import ASKED, FILE, HELD, REFUSED, REHEARSED, TAKEN, UNCHANGED, SourceRun
from issuer.times import utc_moment, utc_text
from keys.faults import faults_told
from keys.watching import carried

LOOK_S: Final = 30.0
STOP_S: Final = 10.0
UNCHANGED_KEPT: Final = timedelta(days=30)
RUNS_KEPT: Final = timedelta(days=400)
_RUNS_LOOKED_AT: Final = 20
_DONE: Final = (TAKEN, UNCHANGED, HELD)
_FAILED: Final = (FAILED, REFUSED)


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """How fresh a source is: how old what it delivered last is, and its newest run."""

    source: str
    age: SourceAge
    is_asked: bool
    last_run: SourceRun | None


def due_sources(bank: Bank, asked: Mapping[str, AskedSource], *, now: datetime) -> list[AskedSource]:
    """Return the sources that are to be asked now, in the order of the file."""
    with bank.store.read() as transaction:
        runs = {source: transaction.pulls.runs(source, limit=_RUNS_LOOKED_AT, way=ASKED) for source in asked}
    return [each for source, each in asked.items() if now >= next_time(each, runs[source], now=now)]


def next_time(asked: AskedSource, runs: Sequence[SourceRun], *, now: datetime) -> datetime:
    """Return when a source is due; pure.

    Args:
        asked: the source.
        runs: its newest runs, newest first.
        now: the answer for a source that was never asked, or whose last run did not end by itself.
    """
    own = [run for run in runs if run.outcome != REHEARSED]
    interval = timedelta(minutes=asked.every_minutes)
    if not own or (own[0].outcome not in _DONE and own[0].outcome not in _FAILED):
        return now
    if own[0].outcome in _DONE:
        return utc_moment(own[0].started_at) + interval
    failures = next((number for number, run in enumerate(own) if run.outcome not in _FAILED), len(own))
    wait = timedelta(minutes=FIRST_RETRY_MINUTES * 2 ** (failures - 1))
    return utc_moment(own[0].ended_at or own[0].started_at) + min(interval, wait)


def freshness(bank: Bank, promises: Promises, *, now: datetime) -> list[SourceFreshness]:
    """Return how fresh every source is of which something was promised, or that is late."""
    found = []
    with bank.store.read() as transaction:
        for source, age in source_ages(transaction, promises, now=now).items():
            if age.is_promised or age.is_late:
                is_asked = source in promises.asked
                runs = transaction.pulls.runs(source, limit=1, way=ASKED if is_asked else FILE)
                found.append(SourceFreshness(source, age, is_asked, runs[0] if runs else None))
    return found


def late_findings(bank: Bank, promises: Promises, *, now: datetime) -> list[Finding]:
    """Return a finding for each of these sources: in order, or late, or waiting for a decision."""
    found = []
    for each in freshness(bank, promises, now=now):
        problem = None
        if each.last_run is not None and each.last_run.outcome == HELD:
            problem = f"a delivery waits for a decision; see `cb-issuer runs show {each.last_run.id}`"
        elif each.age.is_late:
            hours = each.age.hours
            old = "nothing was taken yet" if hours is None else f"its newest delivery is {hours} hours old"
            problem = f"{old}, promised every {each.age.most_hours} hours; see `cb-issuer runs list {each.source}`"
        found.append(Finding(f"source {each.source}", problem, "warning" if problem else "ok"))
    return found


def pull_due(bank: Bank, asked: Mapping[str, AskedSource], outside: Outside) -> None:
    """Ask every source that is due, one after the other; how it went stands in the recorded runs.

    Raises:
        StorageFull, StorageUnusable: the database cannot be used.
    """
    now = outside.clock()
    forget_old_pages(bank, now=now)
    with bank.store.write() as transaction:
        idle, others = utc_text(now - UNCHANGED_KEPT), utc_text(now - RUNS_KEPT)
        transaction.pulls.forget_runs(unchanged_before=idle, others_before=others)
    for each in due_sources(bank, asked, now=outside.clock()):
        if outside.wait(0.0):
            return
        # One source must not keep the others from being asked; another instance may ask it just now.
        with faults_told(f"asking {each.id}", Exception), suppress(SourceBusy):
            pull_source(bank, each, outside)


@contextmanager
def asking_sources(
    bank: Bank, asked: Mapping[str, AskedSource], outside: Outside, *, stop: threading.Event
) -> Iterator[None]:
    """Ask the sources that are due, in a thread, for the time of a `with` block; `outside.wait` waits for `stop`."""

    def loop() -> None:
        while not stop.is_set():
            with faults_told("asking sources", Exception):  # what one round could not do, the next one tries again
                pull_due(bank, asked, outside)
            stop.wait(LOOK_S)

    thread = threading.Thread(target=carried(loop), name="sources", daemon=True)
    thread.start()  # without sources, too: what was kept of deliveries is destroyed in time
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_S)  # a run that still waits for an answer ends with the program; what it committed stays
