"""A delivery that was held back: tried out and accepted on the operator's page, and only exactly that one."""

import re
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from examples.source_stubs import Stub
from issuer.cli.main import main
from issuer.deliveries.reconciling import Allowance
from issuer.operating.works import OperatorWork, Works
from issuer.pulling.fetching import Outside
from issuer.pulling.page_store import forget_old_pages
from issuer.pulling.running import pull_source
from issuer.pulling.settings_file import SourceSettings
from tests.issuer.conftest import DELIVERIES, START
from tests.issuer.pages.page_world import PageWorld
from tests.issuer.pulling.conftest import ASKED, SOURCE, StubDoor
from tests.issuer.staff.staff_world import StaffBrowser, StaffWorld

FILES = "military"
EMPTY = '{"duties": [], "qualifications": []}'


@pytest.fixture
def house(founded: Path, tmp_path: Path) -> Iterator[StaffWorld]:
    """A bank that asks one source, which has lost half of its records since; what it offers is held back."""
    shutil.copytree(founded, tmp_path / "bank")
    world = house_at(tmp_path / "bank")
    yield world
    world.pages.desk.operating.works.end()
    world.bank.close()


def house_at(path: Path, database: str | None = None) -> StaffWorld:
    stub = Stub(
        SOURCE, DELIVERIES / "hrdnet_training.xml", made_at=START + timedelta(hours=1), fault="vanished", generation=2
    )
    works, door = Works(), StubDoor(stub)
    outside = Outside(lambda: START + timedelta(hours=2), works.stop.wait, lambda: 0.0, lambda _: door)
    sources = SourceSettings({SOURCE: replace(ASKED, allowance=Allowance(1, 0))})
    world = StaffWorld(PageWorld(path, operating=OperatorWork(works, sources, outside), database=database))
    world.pages.now = START + timedelta(hours=2)
    return world


def hold_asked(world: StaffWorld) -> str:
    work = world.pages.desk.operating
    assert work.outside is not None
    pulled = pull_source(world.bank, work.asked[SOURCE], work.outside)
    assert pulled.run.outcome == "held"
    return f"/en/operator/runs/{pulled.run.id}"


def hold_file(world: StaffWorld) -> str:
    file = world.pages.path.parent / "military.json"
    file.write_text(EMPTY, "utf-8")
    command = ["import", FILES, str(file), "--complete", "--data", str(world.pages.path)]
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        assert main(command, clock=lambda: world.pages.now) == 5
    file.unlink()
    return f"/en/operator/runs/{newest(world, FILES)[0]}"


def newest(world: StaffWorld, source: str) -> tuple[int, str]:
    with world.bank.store.read() as transaction:
        run = transaction.pulls.runs(source, limit=1)[0]
    return run.id, run.outcome


def standing(world: StaffWorld, source: str) -> int:
    with world.bank.store.read() as transaction:
        return len(transaction.entries.standing(source))


def wait(world: StaffWorld, source: str) -> None:
    world.pages.desk.operating.works.wait(f"source {source}")


def accept(operator: StaffBrowser, path: str, count: str) -> tuple[int, str]:
    answer = operator.send_with_reason(f"{path}/accept", {"count": count})
    return answer.status, answer.plain


@pytest.mark.parametrize(("source", "hold", "count"), [(SOURCE, hold_asked, 2), (FILES, hold_file, 6)])
def test_a_held_delivery_is_tried_out_and_accepted_with_the_number_typed(
    house: StaffWorld, source: str, hold: object, count: int
) -> None:
    assert callable(hold)
    before, operator, path = standing(house, source), house.operator(), str(hold(house))
    assert 'action="' + path + '/accept"' not in operator.get(path).text
    status, page = accept(operator, path, str(count))
    assert (status, "there was no dry run" in page) == (422, True)
    assert operator.send(f"{path}/dry-run").status == 422  # without a reason
    assert operator.send_with_reason(f"{path}/dry-run").location == f"{path}?said=begun"
    wait(house, source)
    assert standing(house, source) == before
    shown = operator.get(path)
    assert f"Withdrawn {count} " in shown.plain
    assert f"Type {count}, as it stands above." in shown.plain
    for wrong in ("", "0", str(count + 1), "all", "-1"):
        status, page = accept(operator, path, wrong)
        assert (status, f"The number is not {count}" in page) == (422, True), wrong
    assert standing(house, source) == before
    answer = operator.send_with_reason(f"{path}/accept", {"count": str(count)})
    assert answer.location == f"/en/operator/sources/{source}?said=begun"
    wait(house, source)
    assert (newest(house, source)[1], standing(house, source)) == ("taken", before - count)
    assert accept(operator, path, str(count))[0] == 404  # decided
    withdrawn = [entry for _, _, entry, detail in house.acts("entry_changed") if detail == "withdrawn"]
    assert len(withdrawn) == count
    accepted = [("staff:minji@127.0.0.1", None, subject, "a test") for subject in (source, *withdrawn)]
    assert house.acts("delivery_accepted") == accepted  # each entry's holder sees who let it be withdrawn, and why
    assert len(house.acts("delivery_rehearsed")) == 1
    assert list((house.bank.folder.pulled / source).glob("*")) == []


def test_another_delivery_of_a_source_is_held_anew_and_not_taken(house: StaffWorld) -> None:
    operator, path = house.operator(), hold_asked(house)
    operator.send_with_reason(f"{path}/dry-run")
    wait(house, SOURCE)
    work = house.pages.desk.operating
    assert work.outside is not None
    door = work.outside.open_door(ASKED)
    assert isinstance(door, StubDoor)
    door.stub.fault, door.stub.generation = "empty", 3
    door.stub.made_at = START + timedelta(minutes=90)
    operator.send_with_reason(f"{path}/accept", {"count": "2"})
    wait(house, SOURCE)
    assert (newest(house, SOURCE)[1], standing(house, SOURCE)) == ("held", 4)
    assert accept(operator, path, "2")[0] == 404


def test_a_file_that_is_not_kept_any_more_is_not_taken(house: StaffWorld) -> None:
    operator, path = house.operator(), hold_file(house)
    (kept,) = (house.bank.folder.pulled / FILES).glob("*")
    assert EMPTY.encode() not in kept.read_bytes()
    assert forget_old_pages(house.bank, now=START + timedelta(days=365 * 100)) == 1
    answer = operator.send_with_reason(f"{path}/dry-run")
    assert (answer.status, "not kept any more" in answer.plain) == (422, True)
    assert standing(house, FILES) == 6


def test_a_file_whose_numbers_changed_since_is_another_decision(house: StaffWorld) -> None:
    operator, path = house.operator(), hold_file(house)
    with house.bank.store.write() as transaction:
        entries = transaction.entries.entries_to_change([each.id for each in transaction.entries.standing(FILES)][:1])
        transaction.entries.replace(replace(entries[0], source_status="withdrawn"))
    operator.send_with_reason(f"{path}/dry-run")
    wait(house, FILES)
    assert newest(house, FILES)[1] == "held"
    assert operator.get(f"/en/operator/runs/{newest(house, FILES)[0]}").plain.count("It would withdraw 5 of 5") == 1
    assert accept(operator, path, "6")[0] == 404


def test_only_operators_decide_about_deliveries_that_wait(house: StaffWorld) -> None:
    operator, auditor, university = house.operator(), house.auditor(), house.university()
    path, holder = hold_file(house), house.pages.holder(name="onlooker")
    assert "It would withdraw 6 of 6" in auditor.get(path).plain
    assert [len(re.findall(r'action="[^"]*dry-run"', who.get(path).text)) for who in (auditor, operator)] == [0, 1]
    for way in ("dry-run", "accept"):
        sent = {"count": "6", "reason": "a test"}
        assert [who.send(f"{path}/{way}", sent).status for who in (auditor, university)] == [404, 404]
        assert holder.send(f"{path}/{way}", sent).status == 401
        assert house.nobody().post(f"{path}/{way}", sent).status == 401
        assert operator.post(f"{path}/{way}", sent).status == 403
        for other in ("1", "999", "x", "99999999999999999999"):  # a run that held nothing back, and none at all
            assert operator.send(f"/en/operator/runs/{other}/{way}", sent).status == 404
    assert standing(house, FILES) == 6
