"""What sources change, on a PostgreSQL server: the status of an entry in all certificates, and held deliveries."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from examples.source_stubs import Stub
from issuer.deliveries.reconciling import Allowance
from issuer.errors import StorageFull
from issuer.pulling.fetching import Outside
from issuer.pulling.running import pull_source
from issuer.store.audit import AuditBook, AuditRecord
from tests.issuer.conftest import DELIVERIES, World
from tests.issuer.deliveries.test_files import HEADING, ROW, issued_idx
from tests.issuer.pulling.conftest import ASKED, SOURCE, StubDoor
from tests.issuer.staff.staff_world import StaffWorld
from tests.issuer.staff.test_held_deliveries import FILES, hold_asked, hold_file, house_at, newest, standing, wait

pytestmark = pytest.mark.slow
TITLE = "정보통신기사"
Hold = Callable[[StaffWorld], str]


@pytest.fixture
def house(server_world: World) -> Iterator[StaffWorld]:
    """The house of the held deliveries, with its database on a server."""
    world = house_at(server_world.path, os.environ["ISSUER_DATABASE"])
    yield world
    world.pages.desk.operating.works.end()
    world.bank.close()


def accepted_by_minji(house: StaffWorld, hold: Hold, count: int) -> tuple[str, str]:
    """Try a held delivery out and accept it; answer its page and where the browser was sent."""
    operator, path = house.operator(), hold(house)
    source = FILES if hold is hold_file else SOURCE
    operator.send_with_reason(f"{path}/dry-run")
    wait(house, source)
    answer = operator.send_with_reason(f"{path}/accept", {"count": str(count)})
    wait(house, source)
    return path, answer.location


def test_what_a_source_says_of_an_entry_is_published_in_every_certificate_that_carries_it(server_world: World) -> None:
    world, account = server_world, server_world.open_account()
    places = [issued_idx(world, account, TITLE) for _ in range(3)]
    said = [("suspended", 2, "suspended"), ("valid", 0, "valid"), ("revoked", 1, "revoked"), ("valid", 0, "valid")]
    for status, value, shown in said:
        world.wait(hours=1)
        ran = world.deliver("consigned_qualifications", HEADING + ROW.replace("valid", status))
        assert (ran.document["statuses_changed"], ran.document["changed"]) == (3, 1)
        assert [world.published_value(idx) for idx in places] == [value] * 3
        assert world.entries(account)[TITLE]["status"] == shown
    world.wait(hours=1)
    rehearsed = world.deliver("consigned_qualifications", HEADING + ROW.replace("-07-05", "-07-06"), "--dry-run")
    assert rehearsed.document["statuses_changed"] == 3
    assert [world.published_value(idx) for idx in places] == [0, 0, 0]
    world.deliver("consigned_qualifications", HEADING + ROW.replace("-07-05", "-07-06"))
    assert [world.published_value(idx) for idx in places] == [3, 3, 3]
    world.wait(hours=1)
    gone = world.deliver("consigned_qualifications", HEADING, "--complete")
    assert gone.code == 5  # everything that the source has
    code = world.json("runs", "list", "consigned_qualifications")["runs"][0]["details"]["code_to_accept"]
    withdrawn = world.deliver("consigned_qualifications", HEADING, "--complete", "--accept", code)
    assert withdrawn.document["statuses_changed"] == 3
    assert [world.published_value(idx) for idx in places] == [1, 1, 1]


@pytest.mark.parametrize(("source", "hold", "count"), [(SOURCE, hold_asked, 2), (FILES, hold_file, 6)])
def test_a_held_delivery_is_accepted_and_every_record_says_by_whom(
    house: StaffWorld, source: str, hold: Hold, count: int
) -> None:
    before = standing(house, source)
    _, location = accepted_by_minji(house, hold, count)
    assert location == f"/en/operator/sources/{source}?said=begun"
    assert (newest(house, source)[1], standing(house, source)) == ("taken", before - count)
    withdrawn = [entry for _, _, entry, detail in house.acts("entry_changed") if detail == "withdrawn"]
    assert len(set(withdrawn)) == count
    accepted = [("staff:minji@127.0.0.1", None, subject, "a test") for subject in (source, *withdrawn)]
    assert house.acts("delivery_accepted") == accepted


@pytest.mark.parametrize(("source", "hold", "count"), [(SOURCE, hold_asked, 2), (FILES, hold_file, 6)])
def test_a_held_delivery_whose_records_cannot_say_by_whom_is_not_taken(
    house: StaffWorld, monkeypatch: pytest.MonkeyPatch, source: str, hold: Hold, count: int
) -> None:
    before, append = standing(house, source), AuditBook.append

    def full(book: AuditBook, records: Sequence[AuditRecord]) -> None:
        if any(each.action == "delivery_accepted" and each.subject != source for each in records):
            raise StorageFull(what="the database")
        append(book, records)

    monkeypatch.setattr(AuditBook, "append", full)
    accepted_by_minji(house, hold, count)
    assert standing(house, source) == before
    assert [act for act in house.acts("entry_changed") if act[3] == "withdrawn"] == []


def test_a_delivery_that_is_cut_off_goes_on_behind_what_was_taken(server_world: World, house: StaffWorld) -> None:
    house.pages.now = house.pages.now.replace(hour=9)
    stub = Stub(SOURCE, DELIVERIES / f"{SOURCE}.xml", made_at=house.pages.now)
    asked, waits = replace(ASKED, allowance=Allowance()), list[float]()

    def stop(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 5

    outside = Outside(lambda: house.pages.now, stop, lambda: 0.0, lambda _: StubDoor(stub))
    first = pull_source(house.bank, asked, outside).run
    assert (first.outcome, first.pages_taken, first.counts["unchanged"]) == ("cancelled", 1, 2)
    second = pull_source(house.bank, asked, replace(outside, wait=lambda _: False)).run
    assert (second.outcome, second.pages_taken, second.counts["unchanged"]) == ("taken", 2, 2)
