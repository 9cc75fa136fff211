"""Files that the operator calls complete, days that lie ahead, and references that an operator resolves."""

import json

import pytest

from issuer.deliveries.reconciling import Allowance
from tests.issuer.conftest import DELIVERIES, World
from tests.issuer.deliveries.test_files import HEADING, ROW, counts

SAMPLE = DELIVERIES / "consigned_qualifications.csv"


def without(world: World, *numbers: str) -> str:
    lines = [line for line in SAMPLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    world.wait(hours=1)
    return "\n".join(line for line in lines if not any(number in line for number in numbers)) + "\n"


def test_a_complete_file_withdraws_what_it_does_not_have(world: World) -> None:
    rehearsed = world.deliver("consigned_qualifications", without(world, "0011E"), "--complete", "--dry-run").document
    assert (rehearsed["unchanged"], rehearsed["withdrawn"]) == (4, 1)
    assert world.stored_entry("kca|24900000011E").status == "valid"
    done = world.deliver("consigned_qualifications", without(world, "0011E"), "--complete").document
    assert (done["unchanged"], done["withdrawn"]) == (4, 1)
    assert world.stored_entry("kca|24900000011E").status == "withdrawn"
    back = world.deliver("consigned_qualifications", HEADING + ROW).document
    assert counts(back) == (0, 1, 0, 0, 0)
    assert world.stored_entry("kca|24900000011E").status == "valid"


def test_a_file_that_nobody_calls_complete_withdraws_nothing(world: World) -> None:
    assert world.deliver("consigned_qualifications", without(world, "0011E")).document["withdrawn"] == 0
    assert world.stored_entry("kca|24900000011E").status == "valid"


def test_a_complete_file_that_would_withdraw_everything_needs_its_code(world: World) -> None:
    other = HEADING + ROW.replace("0011E", "0077E").replace("정보통신기사", "전기기사")
    world.wait(hours=1)
    refused = world.deliver("consigned_qualifications", other, "--complete")
    assert refused.code == 5
    assert "would withdraw 5 of 5 records" in refused.err
    assert world.stored_entry("kca|24900000011E").status == "valid"
    code = refused.err.rpartition("--accept ")[2].strip().rstrip(".")
    accepted = world.deliver("consigned_qualifications", other, "--complete", "--accept", code)
    assert (accepted.code, accepted.document["withdrawn"]) == (0, 5)


def test_a_complete_file_with_an_unreadable_row_withdraws_nothing(world: World) -> None:
    text = without(world, "0011E").replace("2020-12-11", "2020-13-11")
    ran = world.deliver("consigned_qualifications", text, "--complete")
    assert (ran.code, ran.document["withdrawn"], ran.document["not_withdrawn"]) == (4, 0, 2)
    assert "2 records that seem to be missing stay" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("persons", DELIVERIES / "persons.json"), "persons are never withdrawn"),
        (("consigned_qualifications", SAMPLE, SAMPLE), "expected one file"),
    ],
)
def test_what_cannot_be_complete_is_refused(world: World, arguments: tuple[object, ...], said: str) -> None:
    ran = world.run("import", *arguments, "--complete")
    assert (ran.code, said in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("count", "of", "excluded"),
    [(0, 0, False), (0, 5, False), (1, 1, False), (2, 2, True), (20, 21, False), (21, 22, True), (40, 2000, False),
     (41, 2000, True)],
)  # fmt: skip
def test_an_allowance_is_a_count_or_a_share_and_never_everything(count: int, of: int, *, excluded: bool) -> None:
    assert Allowance(entries=20, percent=2).excludes(count, of=of) is excluded


def test_something_that_is_said_to_have_happened_tomorrow_is_rejected(world: World) -> None:
    ran = world.deliver("consigned_qualifications", HEADING + ROW.replace("2024-07-05", "2026-11-23"))
    (rejection,) = ran.document["files"][0]["rejections"]
    assert (rejection["field"], rejection["problem"]) == ("acquired_date", "expected a day that is not in the future")
    assert world.stored_entry("kca|24900000011E").fields["acquired_date"] == "2024-07-05"


HELD = (
    HEADING + ROW.replace("P-001", "P-777").replace("11E", "77E") + ROW.replace("P-001", "P-777").replace("11E", "78E")
)


def test_an_operator_says_whose_a_held_entry_is_and_later_deliveries_follow(world: World, account: str) -> None:
    world.deliver("consigned_qualifications", HELD)
    first, second = world.json("accounts", "list", "--held")["held"]
    resolved = world.json("accounts", "resolve", first["id"], "--person", "SYN-P-001", "--reason", "letter seen")
    assert {each["id"] for each in resolved["resolved"]} == {first["id"], second["id"]}
    assert world.json("accounts", "list", "--held")["held"] == []
    assert len([e for e in world.json("accounts", "show", account)["entries"] if e["title"] == "정보통신기사"]) == 3
    again = world.deliver("consigned_qualifications", HELD).document
    assert counts(again) == (0, 0, 2, 0, 0)
    history = world.json("accounts", "history", account)["accesses"]
    assert "reference_resolved" in {each["action"] for each in history}


def test_what_the_register_says_later_takes_the_place_of_the_decision(world: World) -> None:
    world.deliver("consigned_qualifications", HELD)
    held = world.json("accounts", "list", "--held")["held"]
    world.json("accounts", "resolve", held[0]["id"], "--person", "SYN-P-001", "--reason", "letter seen")
    register = json.loads((DELIVERIES / "persons.json").read_text("utf-8"))
    person = {**register["persons"][0], "person_ref": "SYN-P-777", "ci": "A" * 86 + "=="}
    world.deliver("persons", json.dumps({"persons": [person]}))
    assert counts(world.deliver("consigned_qualifications", HELD).document) == (0, 2, 0, 0, 0)
    titles = [e["title"] for e in world.json("accounts", "show", world.open_account("SYN-P-777"))["entries"]]
    assert titles.count("정보통신기사") == 2


@pytest.mark.parametrize(
    ("entry", "person", "code", "said"),
    [
        ("", "SYN-P-001", 2, "0 entries that are held back have the id"),
        ("zzzz", "SYN-P-001", 2, "0 entries that are held back have the id zzzz"),
        (None, "SYN-P-999", 2, "No registered person has this reference"),
    ],
)
def test_a_decision_needs_one_held_entry_and_a_registered_person(
    world: World, entry: str | None, person: str, code: int, said: str
) -> None:
    world.deliver("consigned_qualifications", HELD)
    held = world.json("accounts", "list", "--held")["held"]
    chosen = held[0]["id"] if entry is None else entry
    ran = world.run("accounts", "resolve", chosen, "--person", person, "--reason", "none")
    assert (ran.code, said in ran.err) == (code, True)
    assert len(world.json("accounts", "list", "--held")["held"]) == 2
