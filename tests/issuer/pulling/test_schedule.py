"""When a source is asked: after its interval, sooner after a failure, by one instance, and late ones are named."""

import os
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from issuer.deliveries.ages import Promises
from issuer.pulling.fetching import wait_s
from issuer.pulling.schedule import asking_sources, due_sources, freshness, late_findings, next_time, pull_due
from issuer.pulling.settings_file import AskedSource
from issuer.store.pulls import SourceRun
from tests.issuer.conftest import START

from .conftest import ASKED, SOURCE, Asking, StubDoor


def run(outcome: str, *, minute: int = 0) -> SourceRun:
    at = f"2026-11-22T03:{minute:02}:00Z"
    ended = None if outcome == "running" else at
    return SourceRun(1, SOURCE, "service", at, ended, outcome, None, {}, None, None, None, None, None, 0, 0)


def due_in(*runs: SourceRun) -> timedelta:
    return next_time(ASKED, runs, now=START) - START


@pytest.mark.parametrize("outcome", ["taken", "unchanged", "held"])
def test_a_source_is_asked_again_after_its_interval(outcome: str) -> None:
    assert due_in(run(outcome, minute=10), run("failed")) == timedelta(minutes=70)


@pytest.mark.parametrize("outcome", ["running", "cancelled", "interrupted"])
def test_a_source_whose_run_did_not_end_by_itself_is_due_at_once(outcome: str) -> None:
    assert due_in(run(outcome, minute=10)) == timedelta()


def test_a_source_that_was_never_asked_is_due_at_once() -> None:
    assert due_in() == timedelta()
    assert due_in(run("rehearsed")) == timedelta()


@pytest.mark.parametrize(("failures", "minutes"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (20, 60)])
def test_a_source_that_failed_is_asked_sooner_and_less_and_less_often(failures: int, minutes: int) -> None:
    failed = [run("failed"), *[run("refused")] * (failures - 1)]
    assert due_in(*failed, run("taken")) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("tries", "chance", "seconds"), [(1, 0.0, 1.0), (1, 1.0, 2.0), (2, 0.5, 3.0), (3, 1.0, 8.0), (9, 1.0, 60.0)]
)
def test_waits_grow_and_half_of_each_is_chance(tries: int, chance: float, seconds: float) -> None:
    assert wait_s(tries, chance=chance) == seconds


def test_what_is_due_is_asked_and_then_not_until_its_time(asking: Asking) -> None:
    asked = {SOURCE: asking.asked}
    pull_due(asking.bank, asked, asking.outside)
    assert len(asking.door.questions) == 3
    pull_due(asking.bank, asked, asking.outside)
    assert len(asking.door.questions) == 3
    asking.world.wait(minutes=60)
    assert [each.id for each in due_sources(asking.bank, asked, now=asking.world.now)] == [SOURCE]
    pull_due(asking.bank, asked, asking.outside)
    assert len(asking.door.questions) == 4


def test_a_source_that_another_instance_asks_is_left_to_it(asking: Asking) -> None:
    with asking.bank.store.write() as transaction:
        now_s = int(asking.world.now.timestamp())
        assert transaction.pulls.hold(SOURCE, "other", now_s=now_s, until_s=now_s + 300)
    pull_due(asking.bank, {SOURCE: asking.asked}, asking.outside)
    assert asking.door.questions == []


def test_a_service_that_stops_asks_nobody_any_more(asking: Asking) -> None:
    asking.stop = True
    pull_due(asking.bank, {SOURCE: asking.asked}, asking.outside)
    assert asking.door.questions == []


def test_a_service_asks_in_a_thread_of_its_own_until_it_stops(asking: Asking) -> None:
    stop, taken = threading.Event(), threading.Event()

    def clock() -> datetime:
        with asking.bank.store.read() as transaction:
            if transaction.pulls.last_taken(SOURCE) is not None:
                taken.set()
        return asking.world.now

    outside = replace(asking.outside, clock=clock, wait=stop.wait)
    with asking_sources(asking.bank, {SOURCE: asking.asked}, outside, stop=stop):
        assert taken.wait(30)
    assert stop.is_set()
    assert "sources" not in {thread.name for thread in threading.enumerate()}


def test_without_sources_to_ask_what_was_kept_of_files_is_destroyed_in_time(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, looked = threading.Event(), threading.Event()
    kept = asking.bank.folder.pulled / "military" / ("0" * 64)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"sealed")
    week_ago = (asking.world.now - timedelta(days=8)).timestamp()
    os.utime(kept, (week_ago, week_ago))

    def look(*arguments: Any) -> None:  # noqa: ANN401 - passed on
        pull_due(*arguments)
        looked.set()

    monkeypatch.setattr("issuer.pulling.schedule.pull_due", look)
    with asking_sources(asking.bank, {}, asking.outside, stop=stop):
        assert looked.wait(30)
    assert not kept.exists()


def test_a_fault_in_one_round_is_told_and_does_not_end_the_thread(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, rounds = threading.Event(), threading.Semaphore(0)

    def broken(*_: object) -> None:
        rounds.release()
        raise ZeroDivisionError("SYN-P-001")

    monkeypatch.setattr("issuer.pulling.schedule.pull_due", broken)
    monkeypatch.setattr("issuer.pulling.schedule.LOOK_S", 0.001)
    with asking_sources(asking.bank, {SOURCE: asking.asked}, asking.outside, stop=stop):
        assert all(rounds.acquire(timeout=30) for _ in range(3))
    place = f"{__name__}:{broken.__code__.co_firstlineno + 2}"
    assert len(caplog.messages) >= 3
    assert {*caplog.messages} == {f"asking sources failed: ZeroDivisionError in {place}"}


def test_a_fault_with_one_source_is_told_and_the_others_are_asked(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    def breaking(asked: AskedSource) -> StubDoor:
        if asked.id == "military":
            raise ZeroDivisionError("SYN-P-001")
        return asking.door

    asked = {"military": replace(asking.asked, id="military"), SOURCE: asking.asked}
    pull_due(asking.bank, asked, replace(asking.outside, open_door=breaking))
    assert [line.partition(" in ")[0] for line in caplog.messages] == ["asking military failed: ZeroDivisionError"]
    with asking.bank.store.read() as transaction:
        assert [run.outcome for run in transaction.pulls.runs(way="asked")] == ["taken", "interrupted"]


def test_a_source_that_another_program_asks_just_now_is_no_fault(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    now_s = int(asking.world.now.timestamp())
    with asking.bank.store.write() as transaction:
        assert transaction.pulls.hold(SOURCE, "other", now_s=now_s, until_s=now_s + 300)
    pull_due(asking.bank, {SOURCE: asking.asked}, asking.outside)
    assert (caplog.messages, asking.door.questions) == ([], [])


def findings(asking: Asking) -> list[tuple[str | None, str]]:
    found = late_findings(asking.bank, Promises({SOURCE: 48}), now=asking.world.now)
    return [(finding.problem, finding.severity) for finding in found]


def test_a_source_that_never_delivered_is_late(asking: Asking) -> None:
    ((problem, severity),) = findings(asking)
    assert problem is not None
    assert problem.startswith("nothing was taken yet, promised every 48 hours")
    assert severity == "warning"


def test_a_source_is_late_when_its_newest_delivery_is_older_than_promised(asking: Asking) -> None:
    asking.pull()
    assert findings(asking) == [(None, "ok")]
    asking.world.wait(hours=49)
    (fresh,) = freshness(asking.bank, Promises({SOURCE: 48}), now=asking.world.now)
    assert (fresh.age.hours, fresh.age.is_late) == (49, True)
    ((problem, _),) = findings(asking)
    assert problem is not None
    assert problem.startswith("its newest delivery is 49 hours old, promised every 48 hours")


def test_a_delivery_that_waits_for_a_decision_is_a_finding(asking: Asking) -> None:
    asking.pull()
    asking.later(fault="empty")
    asking.pull()
    ((problem, _),) = findings(asking)
    assert problem is not None
    assert problem.startswith("a delivery waits for a decision; see `cb-issuer runs show")


def test_old_runs_that_took_nothing_are_forgotten_and_those_that_took_something_stay(asking: Asking) -> None:
    asking.later(fault="broken-row")
    first = asking.pull().run
    assert asking.pull().run.outcome == "unchanged"
    asking.later(fault="future")
    assert asking.pull().run.outcome == "refused"

    def outcomes() -> list[str]:
        pull_due(asking.bank, {}, asking.outside)
        with asking.bank.store.read() as transaction:
            return [run.outcome for run in transaction.pulls.runs(SOURCE)]

    assert outcomes() == ["refused", "unchanged", "taken", "taken"]
    asking.world.wait(days=31)
    assert outcomes() == ["refused", "taken", "taken"]
    with asking.bank.store.read() as transaction:
        assert len(transaction.pulls.rejected(first.id)) == 1
    asking.world.wait(days=370)
    assert outcomes() == ["taken"]  # that a file was read is told by its delivery
    with asking.bank.store.read() as transaction:
        assert transaction.pulls.rejected(first.id) == []
