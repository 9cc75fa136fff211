"""How late is late, for sources that are asked and for those that deliver files: one rule for holders and operators."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from issuer.bank import Bank
from issuer.deliveries.ages import Promises, SourceAge, source_ages
from tests.issuer.conftest import START, URL, World

MORE = (
    "person_ref,course_id,session,course_name,accredited,provider_name,start_date,end_date,hours,completed,"
    "completion_certificate\nSYN-P-001,NILE-1,1,Course,Y,(가상)하늘평생교육원,2024-04-01,2024-06-28,45,Y,Y\n"
)


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


def age(bank: Bank, source: str, promises: Promises | None = None, **later: float) -> SourceAge:
    with bank.store.read() as transaction:
        return source_ages(transaction, promises or Promises(), now=START + timedelta(**later))[source]


def test_files_with_entries_of_persons_are_late_after_a_week_without_a_promise(bank: Bank) -> None:
    assert not age(bank, "hrdnet_training", days=7).is_late
    assert age(bank, "hrdnet_training", days=7, hours=1) == SourceAge("2026-11-22T03:00:00Z", 169, 168, False)
    assert age(bank, "hrdnet_training", days=7, hours=1).is_late


def test_what_was_promised_for_files_counts_instead(bank: Bank) -> None:
    shorter, longer = Promises(files={"hrdnet_training": 24}), Promises(files={"hrdnet_training": 24 * 31})
    assert [age(bank, "hrdnet_training", shorter, hours=hours).is_late for hours in (24, 25)] == [False, True]
    assert not age(bank, "hrdnet_training", longer, days=31).is_late
    assert not age(bank, "qnet_qualifications", shorter, hours=25).is_late


def test_register_and_reference_list_are_late_only_by_a_promise(bank: Bank) -> None:
    for source in ("persons", "ncs_units"):
        assert not age(bank, source, days=3000).is_late
        assert age(bank, source, Promises(files={source: 24}), days=2).is_late


def test_what_was_promised_and_never_came_is_late_and_what_was_not_is_nothing(founded_empty: Bank) -> None:
    assert not age(founded_empty, "military").is_late
    for promises in (Promises(files={"military": 24}), Promises(asked={"military": 24})):
        assert age(founded_empty, "military", promises) == SourceAge(None, None, 24, True)
        assert age(founded_empty, "military", promises).is_late


def test_files_do_not_fulfil_the_promise_of_a_source_that_is_asked(bank: Bank) -> None:
    assert age(bank, "military", Promises(asked={"military": 24})).hours is None


@pytest.fixture
def empty(world: World) -> World:
    """A bank that nobody delivered to."""
    made = World(world.files / "empty", world.capture)
    assert made.run("init", "--dev", "--url", URL).code == 0
    return made


@pytest.fixture
def founded_empty(empty: World) -> Iterator[Bank]:
    opened = empty.open()
    yield opened
    opened.close()


def test_a_file_about_an_earlier_day_is_as_old_as_the_end_of_that_day(empty: World, founded_empty: Bank) -> None:
    assert empty.deliver("lifelong_learning", MORE, "--as-of", "2026-11-01").code == 0
    found = age(founded_empty, "lifelong_learning")
    assert (found.made_at, found.is_late) == ("2026-11-01T15:00:00Z", True)
    assert empty.deliver("lifelong_learning", MORE).code == 0
    assert age(founded_empty, "lifelong_learning").made_at == "2026-11-22T03:00:00Z"


def test_commands_and_doctor_say_what_was_promised_for_files(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = world.files / "sources.json"
    file.write_text('{"sources": 1, "asked": {}, "files": {"hrdnet_training": {"max_age_hours": 24}}}')
    monkeypatch.setenv("ISSUER_SOURCES", str(file))
    world.wait(hours=25)
    listed = {each["id"]: each for each in world.json("sources")["sources"]}
    assert listed["hrdnet_training"]["asked"] is None
    assert (listed["hrdnet_training"]["files"]["hours"], listed["hrdnet_training"]["files"]["late"]) == (25, True)
    assert listed["qnet_qualifications"]["files"] is None
    assert "HRD-Net: vocational training  [late: 25 hours old, promised 24]" in world.run("sources").out
    found = [
        each for each in world.run("doctor", "--json").document["findings"] if each["subject"].startswith("source")
    ]
    assert [(each["subject"], each["severity"]) for each in found] == [("source hrdnet_training", "warning")]
