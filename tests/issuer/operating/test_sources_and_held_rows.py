"""What operators see of sources, held entries beside what may be the same, and work that goes on behind an answer."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from issuer.bank import Bank
from issuer.deliveries.ages import Promises
from issuer.deliveries.errors import ReferenceNotHeld, SourceNotAsked
from issuer.errors import AccountNotFound, AccountNotLinked, PersonNotFound
from issuer.operating.held_rows import (
    give_to_account,
    give_to_reference,
    held_rows,
    leave_held,
    open_held,
    references_waiting,
)
from issuer.operating.source_states import (
    SourceState,
    needing_somebody,
    run_again,
    source_states,
    stop_run,
    work_name,
)
from issuer.operating.works import OperatorWork, Works
from issuer.pulling.running import pull_source
from issuer.pulling.settings_file import SourceSettings
from issuer.store.accounts import Account
from issuer.times import utc_text
from tests.issuer.conftest import Document, World
from tests.issuer.pulling.conftest import SOURCE, Asking, asking

__all__ = ["asking"]

HEADING = "person_ref,exam_body,item_name,grade,certificate_number,acquired_date,status\n"
HELD = (
    f"{HEADING}SYN-P-777,HRDK,정보처리기사,기사,23900000001A,2023-06-09,valid\n"
    "SYN-P-777,HRDK,정보처리기사,기사,23900000009Z,2023-06-09,valid\n"
)


def state(asking: Asking, source: str = SOURCE) -> SourceState:
    found = source_states(asking.bank, Promises({SOURCE: 48}), now=asking.world.now)
    return next(each for each in found if each.source == source)


def work(asking: Asking) -> OperatorWork:
    return OperatorWork(Works(), SourceSettings({SOURCE: asking.asked}), asking.outside)


def test_a_source_that_delivers_files_shows_its_import_and_no_promise(asking: Asking) -> None:
    found = state(asking, "military")
    assert (found.state, found.is_asked, found.promised_hours, found.hours) == ("ok", False, 168, 0)
    assert found.last_run is not None
    assert (found.last_run.way, found.last_run.counts["new"]) == ("file", 6)
    assert found.last_success == "2026-11-22T03:00:00Z"


def test_a_source_that_was_never_asked_is_late_and_in_order_once_it_was(asking: Asking) -> None:
    assert (state(asking).state, state(asking).hours, state(asking).promised_hours) == ("late", None, 48)
    asking.pull()
    assert (state(asking).state, state(asking).hours) == ("ok", 0)
    asking.world.wait(hours=49)
    assert (state(asking).state, state(asking).hours) == ("late", 49)
    assert needing_somebody(source_states(asking.bank, Promises({SOURCE: 48}), now=asking.world.now)) == 1


@pytest.mark.parametrize(("fault", "expected"), [("empty", "held"), ("future", "failing")])
def test_what_the_last_run_came_to_is_the_state(asking: Asking, fault: str, expected: str) -> None:
    asking.pull()
    asking.later(fault=fault)
    asking.pull()
    assert state(asking).state == expected
    asking.stop = True
    asking.pull()
    assert state(asking).state == expected  # that somebody stopped a run says nothing of the source


def test_a_source_that_somebody_asks_is_running(asking: Asking) -> None:
    now_s = int(asking.world.now.timestamp())
    with asking.bank.store.write() as transaction:
        transaction.pulls.hold(SOURCE, "other", now_s=now_s, until_s=now_s + 300)
    assert state(asking).state == "running"


def test_a_source_of_which_nothing_came_and_nothing_was_promised_says_so(asking: Asking) -> None:
    with asking.bank.store.write() as transaction:
        connection = transaction.pulls._connection
        connection.exec_driver_sql("DELETE FROM source_runs WHERE source = 'military'")
        connection.exec_driver_sql("UPDATE deliveries SET source = 'another' WHERE source = 'military'")
    found = state(asking, "military")
    assert (found.state, found.made_at, found.last_run, found.last_success) == ("never", None, None, None)


def test_a_file_that_is_refused_or_held_leaves_a_run_that_says_why(world: World) -> None:
    assert world.deliver("military", "{").code == 4
    world.wait(hours=1)
    assert world.deliver("consigned_qualifications", HEADING, "--complete").code == 5
    held, refused = world.json("runs", "list")["runs"][:2]
    assert (refused["way"], refused["outcome"], refused["problem"]) == ("file", "refused", "delivery_unreadable")
    assert (held["outcome"], held["problem"], held["details"]["missing"]) == ("held", "delivery_held", 5)


def test_rejected_rows_of_a_file_are_kept_without_their_values(world: World) -> None:
    broken = HELD.replace("2023-06-09", "5 July").replace("SYN-P-777", "SYN-P-001")
    assert world.deliver("consigned_qualifications", broken).code == 4
    run = world.json("runs", "list")["runs"][0]
    rejected = world.json("runs", "rejected", str(run["run"]))["rejected"]
    assert [(each["line"], each["field"]) for each in rejected] == [(2, "acquired_date"), (3, "acquired_date")]
    assert "July" not in str(rejected)
    assert "SYN-P" not in str(rejected)


def test_running_again_asks_the_source_in_a_thread(asking: Asking) -> None:
    here = work(asking)
    assert run_again(asking.bank, here, SOURCE)
    here.works.wait(work_name(SOURCE))
    with asking.bank.store.read() as transaction:
        assert transaction.pulls.runs(SOURCE)[0].outcome == "taken"


def test_a_source_that_delivers_files_is_not_asked(asking: Asking) -> None:
    for here in (work(asking), replace(work(asking), outside=None)):
        with pytest.raises(SourceNotAsked):
            run_again(asking.bank, here, "military" if here.outside else SOURCE)


def test_a_run_that_is_told_to_stop_keeps_its_pages_and_the_next_one_goes_on(asking: Asking) -> None:
    asking.stub.rows_a_page = 1

    def stop_at_the_third(number: int) -> None:
        if number == 3:
            assert stop_run(asking.bank, SOURCE, now=asking.world.now)

    asking.door.before = stop_at_the_third
    stopped = asking.pull().run
    assert (stopped.outcome, len(asking.door.questions)) == ("cancelled", 3)
    assert not stop_run(asking.bank, SOURCE, now=asking.world.now)
    asking.door.before = lambda number: None
    assert asking.pull().run.outcome == "taken"  # the wish was for the run before


def test_a_run_stops_between_two_pages_that_it_takes(asking: Asking) -> None:
    taken: list[int] = []

    def wait(seconds: float) -> bool:
        with asking.bank.store.read() as transaction:
            (run,) = transaction.pulls.runs(SOURCE, limit=1)
        if run.pages_taken == 1 and not taken:
            taken.append(run.id)
            stop_run(asking.bank, SOURCE, now=asking.world.now)
        return False

    outside = replace(asking.outside, wait=wait)
    pulled = pull_source(asking.bank, asking.asked, outside)
    assert (pulled.run.outcome, pulled.run.pages_taken, pulled.run.pages) == ("cancelled", 1, 2)
    again = asking.pull().run
    assert (again.outcome, again.pages_taken) == ("taken", 2)


def test_work_of_one_name_goes_on_once_and_a_fault_ends_only_its_thread() -> None:
    works, go, begun = Works(), threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go.wait(30)

    assert works.begin("one", wait)
    assert begun.wait(30)
    assert works.goes_on("one")
    assert not works.begin("one", wait)
    go.set()
    works.wait("one")
    assert not works.goes_on("one")
    assert works.begin("one", lambda: 1 // 0)
    works.wait("one")
    works.wait("nothing")
    with works:
        assert works.begin("two", begun.wait)
    assert not works.begin("two", wait)


@pytest.fixture
def bank(world: World, issued: Document) -> Iterator[Bank]:
    """Two entries of somebody unknown; the first is the record of an entry of SYN-P-001, who has an account."""
    assert world.deliver("consigned_qualifications", HELD).code == 0
    opened = world.open().acting_as("staff:minji@127.0.0.1")
    yield opened
    opened.close()


def row_ids(bank: Bank) -> list[str]:
    """The same one first, then the one that is only alike."""
    with bank.store.read() as transaction:
        return [each.id for each in sorted(transaction.entries.held(), key=lambda each: each.source_record_id)]


def acts(bank: Bank, action: str) -> list[tuple[str, str | None, str | None, str | None]]:
    with bank.store.read() as transaction:
        found = transaction.audit.acts_after(0, [action])
    return [(each.actor, each.account, each.subject, each.detail) for each in found]


def test_held_rows_are_listed_without_what_they_say(bank: Bank) -> None:
    rows = held_rows(bank)
    assert [(row.source, row.together, row.left) for row in rows] == [("consigned_qualifications", 2, None)] * 2
    assert "정보처리기사" not in repr(rows)
    assert references_waiting(bank) == 1
    assert acts(bank, "held_entries_read") == []


def test_opening_one_shows_what_may_be_the_same_and_is_recorded_for_both(bank: Bank, world: World, holder: str) -> None:
    same, alike = row_ids(bank)
    opened = open_held(bank, same, reason="asked by phone", now=world.now)
    assert [(each.account_id, each.is_same) for each in opened.candidates] == [(holder, True)]
    assert opened.candidates[0].entry.source == "qnet_qualifications"
    who = "staff:minji@127.0.0.1"
    assert acts(bank, "held_entries_read") == [
        (who, None, same, "asked by phone"),
        (who, holder, same, "asked by phone"),
    ]
    (candidate,) = open_held(bank, alike, reason="asked by phone", now=world.now).candidates
    assert not candidate.is_same


def test_a_row_that_is_left_held_waits_for_nobody_and_says_why(bank: Bank, world: World) -> None:
    leave_held(bank, row_ids(bank)[0], reason="the source looks into it", now=world.now)
    assert references_waiting(bank) == 0
    assert [row.left.detail for row in held_rows(bank) if row.left] == ["the source looks into it"] * 2
    assert len(row_ids(bank)) == 2


def test_a_row_is_given_to_the_person_of_an_account_with_all_under_its_reference(
    bank: Bank, world: World, holder: str
) -> None:
    given = give_to_account(bank, row_ids(bank)[0], account_id=holder, reason="the source confirmed it", now=world.now)
    assert (given, row_ids(bank), references_waiting(bank)) == (2, [], 0)
    ((who, account, _, detail),) = acts(bank, "reference_resolved")
    assert (who, account, detail) == ("staff:minji@127.0.0.1", holder, "the source confirmed it")


def test_a_row_is_given_by_the_reference_of_the_register(bank: Bank, world: World) -> None:
    row = row_ids(bank)[1]
    assert give_to_reference(bank, row, person_ref="SYN-P-002", reason="a letter", now=world.now) == 2
    assert row_ids(bank) == []


def test_nobody_gets_a_row_by_a_wrong_name_or_an_account_of_nobody(bank: Bank, world: World) -> None:
    row, now = row_ids(bank)[0], world.now
    with bank.store.write() as transaction:
        transaction.accounts.open_account(Account("nobodys", utc_text(now)))
    with pytest.raises(PersonNotFound):
        give_to_reference(bank, row, person_ref="SYN-P-999", reason="x", now=now)
    with pytest.raises(AccountNotFound):
        give_to_account(bank, row, account_id="zz", reason="x", now=now)
    with pytest.raises(AccountNotLinked):
        give_to_account(bank, row, account_id="nobodys", reason="x", now=now)
    assert len(row_ids(bank)) == 2


def test_what_is_not_held_is_refused_and_not_recorded(bank: Bank, world: World, holder: str) -> None:
    now = world.now
    row = row_ids(bank)[0]
    for entry in ("f" * 32, row[:8], ""):  # the beginning of an id is not enough
        with pytest.raises(ReferenceNotHeld):
            open_held(bank, entry, reason="x", now=now)
        with pytest.raises(ReferenceNotHeld):
            leave_held(bank, entry, reason="x", now=now)
        with pytest.raises(ReferenceNotHeld):
            give_to_account(bank, entry, account_id=holder, reason="x", now=now)
        with pytest.raises(ReferenceNotHeld):
            give_to_reference(bank, entry, person_ref="SYN-P-001", reason="x", now=now)
    assert acts(bank, "held_entries_read") == []


def test_a_day_in_another_field_or_a_kind_without_titles_makes_no_candidate(bank: Bank, world: World) -> None:
    same, alike = row_ids(bank)
    with bank.store.write() as transaction:
        kept = transaction.entries.entry_to_change(same)
        (own,) = transaction.entries.registered_like(kept.title, ["2023-06-09"], limit=9)
        other = {"acquired_date": "2020-01-01", "valid_until": "2023-06-09"}
        transaction.entries.replace(replace(own, fields={**own.fields, **other}))
        transaction.entries.replace(replace(kept, entry_type="employment_insurance_career"))
    assert open_held(bank, alike, reason="x", now=world.now).candidates == []
    assert open_held(bank, same, reason="x", now=world.now).candidates == []
