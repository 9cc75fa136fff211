"""Runs: what is taken, what is not, and that nothing is lost or taken twice, wherever a run ends."""

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from examples.source_stubs import Stub
from issuer.deliveries.errors import SourceBusy, SourceUnreachable
from issuer.errors import StorageFull
from issuer.pulling.fetching import Outside, SourceAsker
from issuer.pulling.page_store import KEPT, PageStore, forget_old_pages
from keys.errors import FetchError
from tests.issuer.conftest import DELIVERIES, START, Document

from .conftest import ASKED, SOURCE, Asking, StubDoor, counts

ROOT = Path(__file__).resolve().parents[3]


def fail(kind: str, *, status: int | None = None, at: tuple[int, ...]) -> "object":
    def before(number: int) -> None:
        if number in at:
            raise FetchError("no", kind=kind, status=status)  # type: ignore[arg-type] # each test names a real kind

    return before


def test_a_delivery_is_taken_page_by_page_and_again_without_effect(asking: Asking) -> None:
    pulled = asking.pull()
    assert (pulled.run.outcome, pulled.run.pages, pulled.run.pages_taken) == ("taken", 2, 2)
    assert counts(pulled) == (0, 0, 4, 0, 0)
    assert (pulled.run.actor, pulled.run.delivery, pulled.error) == ("service", f"{SOURCE}-1", None)
    asking.later()
    assert counts(asking.pull()) == (0, 0, 4, 0, 0)


def test_a_note_that_is_the_known_one_is_not_sent_and_nothing_is_fetched(asking: Asking) -> None:
    asking.pull()
    asking.door.questions.clear()
    assert asking.pull().run.outcome == "unchanged"
    assert len(asking.door.questions) == 1


def test_a_delivery_that_was_taken_is_not_taken_again_when_its_tag_changed(asking: Asking) -> None:
    asking.pull()
    asking.door.get_if_changed = lambda url, **_: replace(  # type: ignore[method-assign] # a source that forgot
        type(asking.door).get_if_changed(asking.door, url, accept="application/json", max_bytes=1, etag=None), etag=None
    )
    assert asking.pull().run.outcome == "unchanged"


def test_what_is_gone_is_withdrawn_in_certificates_and_comes_back(asking: Asking) -> None:
    asking.pull()
    asking.later(fault="vanished")
    pulled = asking.pull()
    assert counts(pulled) == (0, 0, 2, 0, 2)
    assert len(asking.entries()) == 2
    asking.later()
    back = asking.pull()
    assert counts(back) == (0, 2, 2, 0, 0)
    assert {entry.status for entry in asking.entries()} == {"valid"}


def test_a_withdrawn_entry_is_published_and_a_dry_run_says_so_before(
    issued: Document, holder: str, asking: Asking
) -> None:
    world = asking.world
    (entry,) = [entry for entry in world.entries(holder).values() if entry["source"] == SOURCE]
    later_pages = asking.stub.pages()[1:]
    asking.stub.pages = lambda: later_pages  # type: ignore[method-assign] # without the first two records
    rehearsed = asking.pull(rehearse=True)
    assert (rehearsed.run.outcome, rehearsed.run.pages_taken) == ("rehearsed", 0)
    assert counts(rehearsed) == (0, 0, 2, 0, 2)
    assert [(each.copy.number, each.before, each.after) for each in rehearsed.copies] == [
        (issued["number"], "valid", "revoked")
    ]
    assert world.entries(holder)[entry["title"]]["status"] == "valid"
    done = asking.pull()
    assert (done.run.counts["statuses_changed"], len(done.copies)) == (1, 1)
    assert world.entries(holder)[entry["title"]]["status"] == "withdrawn"
    refused = world.run("issue", "--account", holder, "--entry", entry["id"], "--out", world.files / "no.pdf")
    assert (refused.code, "is withdrawn" in refused.err) == (5, True)


def test_only_a_delivery_that_says_it_is_complete_withdraws(asking: Asking) -> None:
    asking.stub.complete = False
    asking.later(fault="vanished")
    assert counts(asking.pull()) == (0, 0, 2, 0, 0)
    assert len(asking.entries()) == 4


def test_what_was_collected_after_the_delivery_was_made_is_not_withdrawn(asking: Asking) -> None:
    asking.later(fault="vanished")
    asking.world.wait(minutes=10)
    asking.world.json("import", SOURCE, asking.stub.sample)
    asking.world.wait(minutes=10)
    assert counts(asking.pull()) == (0, 0, 2, 0, 0)


def test_a_delivery_that_withdraws_too_much_waits_for_a_decision(asking: Asking) -> None:
    asking.allow(entries=1)
    asking.later(fault="vanished")
    held = asking.pull()
    assert (held.run.outcome, held.run.problem, held.run.pages_taken) == ("held", "delivery_held", 0)
    assert (held.run.details["missing"], held.run.details["standing"]) == (2, 4)
    assert len(asking.entries()) == 4
    assert asking.pull(accept="00000000").run.outcome == "held"
    accepted = asking.pull(accept=str(held.run.details["code_to_accept"]))
    assert (accepted.run.outcome, accepted.run.counts["withdrawn"]) == ("taken", 2)


def test_a_code_is_good_for_one_delivery_only(asking: Asking) -> None:
    asking.later(fault="empty")
    code = str(asking.pull().run.details["code_to_accept"])
    asking.later(fault="empty")
    assert asking.pull(accept=code).run.outcome == "held"


def test_a_complete_delivery_with_nothing_in_it_is_never_believed_by_itself(asking: Asking) -> None:
    asking.allow(entries=1_000_000, percent=100)
    asking.later(fault="empty")
    assert asking.pull().run.outcome == "held"
    assert len(asking.entries()) == 4


@pytest.mark.parametrize("complete", [True, False])
def test_record_numbers_that_are_written_in_a_new_way_are_noticed_before_anything_is_taken(
    asking: Asking, *, complete: bool
) -> None:
    asking.stub.complete = complete
    asking.later(fault="renumbered")
    held = asking.pull()
    assert (held.run.outcome, held.run.details["alike"]) == ("held", 4)
    assert len(asking.entries()) == 4
    rehearsed = asking.pull(rehearse=True)
    assert rehearsed.run.details["code_to_accept"] == held.run.details["code_to_accept"]
    assert rehearsed.run.counts["new"] == 4


def test_a_row_that_cannot_be_read_is_kept_for_download_and_withdraws_nothing(asking: Asking) -> None:
    asking.later(fault="broken-row")
    pulled = asking.pull()
    assert (counts(pulled), pulled.run.counts["not_withdrawn"]) == ((0, 0, 3, 1, 0), 1)
    (row,) = asking.rejected(pulled)
    assert (row.file, row.item, row.field) == (f"{SOURCE}-2/2/1.xml", 1, "traStartDate")
    assert row.problem == "expected a day as YYYY-MM-DD or YYYYMMDD"
    assert len(asking.entries()) == 4


def test_a_record_that_stands_on_two_pages_is_taken_once(asking: Asking) -> None:
    pages = asking.stub.pages()
    asking.stub.pages = lambda: [pages[0], pages[0], pages[1]]  # type: ignore[method-assign] # a source that repeats
    pulled = asking.pull()
    assert counts(pulled) == (0, 0, 4, 2, 0)
    assert {row.problem for row in asking.rejected(pulled)} == {
        "expected each record once in a delivery, found it again"
    }


def test_only_the_first_rejected_rows_are_kept_and_all_are_counted(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.pulling.running.MAX_KEPT_REJECTIONS", 1)
    pages = asking.stub.pages()
    asking.stub.pages = lambda: [pages[0], pages[0]]  # type: ignore[method-assign] # a source that repeats
    pulled = asking.pull()
    assert (pulled.run.counts["rejected"], len(asking.rejected(pulled))) == (2, 1)


@pytest.mark.parametrize(
    ("fault", "outcome", "problem"),
    [
        ("half-a-page", "failed", "page_differs"),
        ("other-bytes", "failed", "page_differs"),
        ("other-format", "refused", "page_unreadable"),
        ("broken-note", "refused", "note_unreadable"),
        ("future", "refused", "note_unreadable"),
    ],
)
def test_a_source_that_lies_changes_nothing_and_is_named_in_the_run(
    asking: Asking, fault: str, outcome: str, problem: str
) -> None:
    before = asking.entries()
    asking.stub.fault = fault
    pulled = asking.pull()
    assert (pulled.run.outcome, pulled.run.problem, pulled.run.pages_taken) == (outcome, problem, 0)
    assert asking.entries() == before


def test_a_delivery_from_before_the_one_that_was_taken_is_refused_and_the_next_one_taken(asking: Asking) -> None:
    asking.pull()
    asking.later(fault="old")
    assert asking.pull().run.problem == "note_unreadable"
    asking.later()
    assert counts(asking.pull()) == (0, 0, 4, 0, 0)


@pytest.mark.parametrize(
    ("kind", "status", "waits"),
    [
        ("connect", None, [2.0, 4.0]),
        ("timeout", None, [2.0, 4.0]),
        ("protocol", None, [2.0, 4.0]),
        ("status", 503, [2.0, 4.0]),
        ("status", 429, [2.0, 4.0]),
        ("status", 403, []),
        ("redirect", None, []),
        ("media_type", None, []),
        ("size", None, []),
        ("origin", None, []),
        ("address", None, []),
    ],
)
def test_only_a_failure_that_may_pass_is_tried_again_with_growing_waits(
    kind: str, status: int | None, waits: list[float]
) -> None:
    door, waited = StubDoor(Stub(SOURCE, DELIVERIES / f"{SOURCE}.xml")), [0.0]
    door.before = fail(kind, status=status, at=(1, 2, 3))  # type: ignore[assignment] # a function of a number

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    asker = SourceAsker(ASKED, Outside(lambda: START, wait, lambda: 1.0, lambda _: door), before_try=lambda: None)
    with pytest.raises(SourceUnreachable) as refused:
        asker.note(None)
    expected = {"source": SOURCE, "kind": kind if status is None else f"status {status}", "tries": len(waits) + 1}
    assert refused.value.details == expected
    assert [seconds for seconds in waited if seconds] == waits


def test_a_source_that_cannot_be_asked_is_named_in_the_run(asking: Asking) -> None:
    asking.door.before = fail("media_type", at=(1,))  # type: ignore[assignment] # a function of a number
    pulled = asking.pull()
    assert (pulled.run.outcome, pulled.run.problem, pulled.run.pages) == ("failed", "source_unreachable", 0)
    assert pulled.run.details == {"source": SOURCE, "kind": "media_type", "tries": 1}


def test_a_source_that_recovers_is_taken_in_the_same_run(asking: Asking) -> None:
    asking.door.before = fail("timeout", at=(1, 2, 4))  # type: ignore[assignment] # a function of a number
    assert asking.pull().run.outcome == "taken"
    assert asking.waits == [2.0, 4.0, 2.0]


def test_a_page_that_is_whole_at_the_second_try_is_taken(asking: Asking) -> None:
    spoiled = asking.stub.spoiled
    tries: list[int] = []

    def once(content: bytes) -> bytes:
        tries.append(1)
        return content[:-1] if len(tries) == 1 else spoiled(content)

    asking.stub.spoiled = once  # type: ignore[method-assign] # a source that was cut off once
    assert asking.pull().run.outcome == "taken"
    assert asking.waits == [2.0]


def test_a_page_that_was_fetched_is_not_fetched_again_by_the_next_run(asking: Asking) -> None:
    asking.door.before = fail("connect", at=(3, 4, 5))  # type: ignore[assignment] # a function of a number
    assert asking.pull().run.outcome == "failed"
    asking.door.before = lambda number: None
    asking.door.questions.clear()
    assert asking.pull().run.outcome == "taken"
    assert [url.rpartition("/")[2] for url in asking.door.questions] == ["note.json", "2.xml"]


def test_fetched_pages_lie_sealed_and_only_until_they_are_taken(asking: Asking) -> None:
    asking.door.before = fail("connect", at=(3, 4, 5))  # type: ignore[assignment] # a function of a number
    asking.pull()
    folder = asking.world.path / "pulled" / SOURCE
    (page,) = folder.iterdir()
    assert b"SYN-P" not in page.read_bytes()
    assert page.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    asking.door.before = lambda number: None
    asking.pull()
    assert list(folder.iterdir()) == []


def test_a_page_that_was_spoiled_on_the_disk_is_fetched_again(asking: Asking) -> None:
    asking.door.before = fail("connect", at=(3, 4, 5))  # type: ignore[assignment] # a function of a number
    asking.pull()
    (page,) = (asking.world.path / "pulled" / SOURCE).iterdir()
    page.write_bytes(page.read_bytes()[:-1] + b"x")
    asking.door.before = lambda number: None
    assert asking.pull().run.outcome == "taken"


def test_a_page_that_was_taken_away_between_fetching_and_taking_stops_the_run(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PageStore, "keep", lambda self, page, content: None)
    assert asking.pull().run.problem == "page_differs"
    monkeypatch.undo()
    assert asking.pull().run.outcome == "taken"


def test_pages_that_nobody_takes_are_destroyed_after_a_week(asking: Asking) -> None:
    from datetime import UTC, datetime

    asking.door.before = fail("connect", at=(3, 4, 5))  # type: ignore[assignment] # a function of a number
    asking.pull()
    written = datetime.now(UTC)  # the time of files is the machine's
    assert forget_old_pages(asking.bank, now=written) == 0
    assert forget_old_pages(asking.bank, now=written + KEPT + (KEPT / 7)) == 1


def test_a_run_that_is_stopped_between_pages_keeps_what_is_committed_and_the_next_goes_on(asking: Asking) -> None:
    asked: list[float] = []

    def wait(seconds: float) -> bool:
        asked.append(seconds)
        return len(asked) == 5  # before the note, each page's fetch, the first page, and now the second

    outside = replace(asking.outside, wait=wait)
    from issuer.pulling.running import pull_source

    stopped = pull_source(asking.bank, asking.asked, outside)
    assert (stopped.run.outcome, stopped.run.pages_taken, counts(stopped)) == ("cancelled", 1, (0, 0, 2, 0, 0))
    resumed = asking.pull()
    assert (resumed.run.outcome, resumed.run.pages_taken, counts(resumed)) == ("taken", 2, (0, 0, 2, 0, 0))


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_run_that_is_stopped_while_it_waits_for_the_source_is_cancelled(asking: Asking, at: int) -> None:
    asking.door.before = fail("connect", at=(at,))  # type: ignore[assignment] # a function of a number
    outside = replace(asking.outside, wait=lambda seconds: seconds > 0)
    from issuer.pulling.running import pull_source

    assert pull_source(asking.bank, asking.asked, outside).run.outcome == "cancelled"


def test_ctrl_c_leaves_a_run_that_says_so_and_a_free_source(asking: Asking) -> None:
    def interrupt(number: int) -> None:
        raise KeyboardInterrupt

    asking.door.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        asking.pull()
    asking.door.before = lambda number: None
    with asking.bank.store.read() as transaction:
        assert transaction.pulls.runs()[0].outcome == "cancelled"
    assert asking.pull().run.outcome == "taken"


def test_a_fault_of_the_program_ends_a_run_as_interrupted_and_travels_on(asking: Asking) -> None:
    def break_down(number: int) -> None:
        raise ZeroDivisionError

    asking.door.before = break_down
    with pytest.raises(ZeroDivisionError):
        asking.pull()
    with asking.bank.store.read() as transaction:
        assert transaction.pulls.runs()[0].outcome == "interrupted"


def test_a_second_program_finds_the_source_busy_and_does_nothing(asking: Asking) -> None:
    other: list[BaseException] = []

    def meanwhile(number: int) -> None:
        if number == 1:
            with pytest.raises(SourceBusy) as busy:
                asking.pull()
            other.append(busy.value)

    asking.door.before = meanwhile
    assert asking.pull().run.outcome == "taken"
    assert len(other) == 1
    with asking.bank.store.read() as transaction:
        assert [run.outcome for run in transaction.pulls.runs(way="asked")] == ["taken"]


def test_a_program_that_died_loses_the_source_after_its_lease_and_its_run_is_marked(asking: Asking) -> None:
    with asking.bank.store.write() as transaction:
        now_s = int(asking.world.now.timestamp())
        assert transaction.pulls.hold(SOURCE, "dead", now_s=now_s, until_s=now_s + 300)
        dead = transaction.pulls.begin_run(SOURCE, actor="service", at="2026-11-22T03:31:00Z")
    with pytest.raises(SourceBusy):
        asking.pull()
    asking.world.wait(seconds=301)
    assert asking.pull().run.outcome == "taken"
    with asking.bank.store.read() as transaction:
        found = transaction.pulls.run(dead)
    assert found is not None
    assert found.outcome == "interrupted"


def test_a_program_that_was_thought_dead_takes_nothing_any_more(asking: Asking) -> None:
    def slow(number: int) -> None:
        if number == 3:
            asking.world.wait(seconds=400)
            with asking.bank.store.write() as transaction:
                now_s = int(asking.world.now.timestamp())
                assert transaction.pulls.hold(SOURCE, "younger", now_s=now_s, until_s=now_s + 300)

    asking.door.before = slow
    pulled = asking.pull()
    assert (pulled.run.outcome, pulled.run.problem, pulled.run.pages_taken) == ("failed", "source_busy", 0)


def test_a_run_looks_after_its_lease_while_it_asks(asking: Asking) -> None:
    def slow(number: int) -> None:
        asking.world.wait(seconds=200)

    asking.door.before = slow
    assert asking.pull().run.outcome == "taken"


def test_two_programs_at_once_take_a_delivery_once(asking: Asking) -> None:
    asking.later()
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def ask() -> None:
        start.wait()
        try:
            outcomes.append(asking.pull().run.outcome)
        except SourceBusy:
            outcomes.append("busy")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("taken") == 1
    assert set(outcomes) <= {"taken", "busy", "unchanged"}
    assert len(asking.entries()) == 4


def test_nothing_is_taken_when_the_key_that_publishes_does_not_open(issued: Document, asking: Asking) -> None:
    (asking.world.path / "keys/status.pem").unlink()
    bank = asking.world.open()
    asking.bank.close()
    asking.bank = bank
    pulled = asking.pull()
    assert (pulled.run.outcome, pulled.run.problem, pulled.run.pages_taken) == ("failed", "key_file", 0)


def test_a_page_that_was_taken_and_could_not_be_published_is_not_taken_again(
    issued: Document, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageFull(what="a status list")

    later_pages = asking.stub.pages()[1:]
    asking.stub.pages = lambda: later_pages  # type: ignore[method-assign] # without the first two records
    monkeypatch.setattr("issuer.pulling.running.publish_due", full)
    stopped = asking.pull()
    assert (stopped.run.outcome, stopped.run.problem, stopped.run.pages_taken) == ("failed", "storage_full", 1)
    monkeypatch.undo()
    resumed = asking.pull()
    assert (resumed.run.outcome, counts(resumed)) == ("taken", (0, 0, 0, 0, 2))
    assert asking.pull().run.outcome == "unchanged"


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from examples.source_stubs import DELIVERIES, Stub
from issuer.bank import open_bank
from issuer.pulling.fetching import Outside
from issuer.pulling.running import pull_source
from tests.issuer.pulling.conftest import ASKED, SOURCE, StubDoor

now, waits = datetime.fromisoformat(sys.argv[2]), []

def wait(seconds):
    waits.append(seconds)
    if len(waits) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return False

stub = Stub(SOURCE, DELIVERIES / f"{SOURCE}.xml", made_at=datetime.fromisoformat(sys.argv[3]))
outside = Outside(lambda: now, wait, lambda: 0.0, lambda asked: StubDoor(stub))
pull_source(open_bank(Path(sys.argv[1]), passphrase=None), ASKED, outside)
"""


@pytest.mark.slow
def test_a_program_that_is_killed_between_two_pages_leaves_the_first_and_the_next_takes_the_second(
    asking: Asking,
) -> None:
    moments = (asking.world.now.isoformat(), asking.stub.made_at.isoformat())
    killed = subprocess.run([sys.executable, "-c", KILLED, asking.world.path, *moments], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    asking.world.wait(seconds=301)
    resumed = asking.pull()
    assert (resumed.run.outcome, resumed.run.pages_taken, counts(resumed)) == ("taken", 2, (0, 0, 2, 0, 0))
    with asking.bank.store.read() as transaction:
        runs = transaction.pulls.runs()
    assert [(run.outcome, run.pages_taken) for run in runs if run.way == "asked"] == [("taken", 2), ("interrupted", 1)]


def test_a_source_that_replaces_its_delivery_while_it_is_fetched_gives_nothing_of_either(asking: Asking) -> None:
    before = asking.entries()

    def replaced(number: int) -> None:
        if number == 3:  # the note and the first page came; the second is of another delivery
            asking.stub.generation, asking.stub.fault = asking.stub.generation + 1, "broken-row"
            pages = asking.stub.pages()
            asking.stub.pages = lambda: [*reversed(pages)]  # type: ignore[method-assign] # another order, too

    asking.door.before = replaced
    pulled = asking.pull()
    assert (pulled.run.outcome, pulled.run.problem, pulled.run.pages_taken) == ("failed", "source_unreachable", 0)
    assert asking.entries() == before
    asking.door.before = lambda number: None
    asking.stub.fault = "none"
    assert asking.pull().run.outcome == "taken"
