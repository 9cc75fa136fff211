"""`cb-issuer pull` and `runs`: what they say, what they refuse, and the file of rejected rows."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.source_stubs import Stub, StubServer, all_stubs, sources_file
from tests.issuer.conftest import START, World

SOURCE = "lifelong_learning"


@pytest.fixture(scope="module")
def server() -> Iterator[StubServer]:
    running = StubServer([stub for stub in all_stubs(START) if stub.source == SOURCE])
    yield running
    running.stop()


@pytest.fixture
def stub(server: StubServer, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """A source that offers a delivery, and a bank whose settings say where."""
    (found,) = server.stubs.values()
    file = world.files / "sources.json"
    document = json.loads(sources_file(server.url, [found]))
    document["asked"][SOURCE]["tries"] = 1
    file.write_text(json.dumps(document))
    monkeypatch.setenv("ISSUER_SOURCES", str(file))
    monkeypatch.setenv("ISSUER_OPERATOR", "narae")
    monkeypatch.setenv(f"STUB_TOKEN_{SOURCE.upper()}", SOURCE)
    world.wait(hours=1)
    found.made_at = world.now
    world.wait(minutes=1)
    yield found
    found.fault, found.made_at = "none", START


def test_a_run_says_in_one_line_what_it_brought_and_who_asked(world: World, stub: Stub) -> None:
    ran = world.run("pull", SOURCE)
    assert (ran.code, ran.err) == (0, "")
    assert f"{SOURCE}  taken  0 new, 0 changed, 3 unchanged" in ran.out
    assert "(staff:narae)" in ran.out
    assert "nothing new" in world.run("pull", SOURCE).out


def test_a_dry_run_names_what_would_be_held_and_its_code_takes_it(world: World, stub: Stub) -> None:
    stub.fault = "empty"
    rehearsed = world.run("pull", SOURCE, "--dry-run", "--json")
    code = rehearsed.document["runs"][0]["details"]["code_to_accept"]
    assert f"take it with --accept {code}" in rehearsed.err
    held = world.run("pull", SOURCE)
    assert (held.code, "held back for a decision" in held.out) == (5, True)
    assert f"--accept {code}" in held.err
    taken = world.run("pull", SOURCE, "--accept", code)
    assert (taken.code, "3 withdrawn" in taken.out) == (0, True)


def newest_run(world: World) -> str:
    return str(world.json("runs", "list")["runs"][0]["run"])


def test_a_held_run_is_explained_in_korean(world: World, stub: Stub) -> None:
    stub.fault = "empty"
    assert world.run("pull", SOURCE).code == 5
    shown = world.run("runs", "show", newest_run(world), "--lang", "ko").out
    assert "결정 대기" in shown
    assert "기록 3건 중 3건이 빠지고" in shown


def test_rejected_rows_are_downloaded_with_file_line_field_and_rule(world: World, stub: Stub, tmp_path: Path) -> None:
    stub.fault = "broken-row"
    ran = world.run("pull", SOURCE)
    run = newest_run(world)
    assert (ran.code, f"1 rows were not taken: `cb-issuer runs rejected {run}`" in ran.err) == (4, True)
    assert "1 records that seem to be missing stay" in ran.err
    file = tmp_path / "rows.csv"
    assert world.run("runs", "rejected", run, "--out", file).code == 0
    (row,) = csv.DictReader(file.read_text("utf-8").splitlines())
    assert row == {
        "file": f"{SOURCE}-1/1/1.csv",
        "line": "2",
        "item": "1",
        "field": "start_date",
        "rule": "expected a day as YYYY-MM-DD or YYYYMMDD",
    }
    assert world.run("runs", "rejected", run).out.splitlines() == file.read_text("utf-8").splitlines()
    assert file.stat().st_mode & 0o077 == 0


def test_held_entries_are_mentioned(world: World, stub: Stub) -> None:
    sample = stub.sample
    stub.sample = world.files / sample.name
    stub.sample.write_text(sample.read_text("utf-8").replace("SYN-P-003", "SYN-P-777"), "utf-8")
    stub.complete = False
    ran = world.run("pull", SOURCE)
    stub.sample, stub.complete = sample, True
    assert "1 entries are held back: their person is not registered" in ran.err


def test_a_source_that_cannot_be_asked_is_a_sentence_and_stands_in_the_list(world: World, stub: Stub) -> None:
    stub.fault = "forbidden"
    ran = world.run("pull", SOURCE)
    assert ran.code == 5
    assert f"{SOURCE} could not be asked (status 403, after 1 tries)" in ran.err
    listed, imported = world.json("runs", "list", SOURCE)["runs"]
    assert (imported["way"], imported["delivery"], imported["outcome"]) == ("file", stub.sample.name, "taken")
    assert (listed["outcome"], listed["problem"], listed["by"]) == ("failed", "source_unreachable", "staff:narae")
    assert "failed" in world.run("runs", "list").out
    assert "could not be asked" in world.run("runs", "show", newest_run(world)).out


def test_sources_and_doctor_name_what_is_late(world: World, stub: Stub) -> None:
    assert "[late: nothing was taken yet" in world.run("sources").out
    world.run("pull", SOURCE)
    assert "[0 hours old (promised 24)]" in world.run("sources").out
    world.wait(days=2)
    assert "[late: 48 hours old, promised 24]" in world.run("sources").out
    assert f"source {SOURCE}: its newest delivery is 48 hours old" in world.run("doctor").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("pull",), 2, "expected either sources or --due"),
        (("pull", SOURCE, "--due"), 2, "expected either sources or --due"),
        (("pull", "--due", "--accept", "1"), 2, "expected one source, because a code belongs to one delivery"),
        (("pull", SOURCE, "--words", "seen"), 2, "expected --accept beside it"),
        (("pull", "military"), 2, f"does not say where military is asked; it knows {SOURCE}"),
        (("runs", "list", "nowhere"), 2, "No source system is called nowhere"),
        (("runs", "show", "77"), 2, "No run has the number 77"),
        (("runs", "rejected", "77"), 2, "No run has the number 77"),
        (("runs", "rejected", "77", "--out", "/nowhere/x.csv"), 2, "its folder does not exist"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(
    world: World, stub: Stub, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = world.run(*arguments)
    assert (ran.code, said in ran.err, ran.err.count("\n")) == (code, True, 1)


def test_without_the_setting_no_source_is_asked(world: World) -> None:
    ran = world.run("pull", "--due")
    assert (ran.code, "ISSUER_SOURCES names no file" in ran.err) == (2, True)


def test_a_source_that_somebody_else_asks_does_not_stop_the_command(world: World, stub: Stub) -> None:
    bank = world.open()
    with bank.store.write() as transaction:
        now_s = int(world.now.timestamp())
        assert transaction.pulls.hold(SOURCE, "service", now_s=now_s, until_s=now_s + 300)
    bank.close()
    ran = world.run("pull", SOURCE)
    assert (ran.code, f"Another program asks {SOURCE} just now" in ran.err) == (5, True)


def test_a_problem_that_no_program_knows_any_more_is_shown_by_its_code(world: World, stub: Stub) -> None:
    bank = world.open()
    with bank.store.write() as transaction:
        run = transaction.pulls.begin_run(SOURCE, actor="service", at="2026-11-22T03:00:00Z")
        transaction.pulls.update_run(run, outcome="failed", problem="of_old", details={"problem": "it was so"})
    bank.close()
    assert "of_old: it was so" in world.run("runs", "show", str(run)).out
