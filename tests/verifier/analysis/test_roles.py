"""Role profiles and employees beside them: what is shown, what is only not shown, and what may be suggested."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.analysis.people import EXAMPLE, entry, person, unit
from verifier.analysis.advice import advise
from verifier.analysis.consent import Purpose
from verifier.analysis.coverage import coverage
from verifier.analysis.roles import Found, compare, read_role
from verifier.errors import ScoringFileError

PROFILE = EXAMPLE / "information-security.yaml"
ROLE = read_role(str(PROFILE))
ENGINEERING, PROTECTION, OPERATION = "2001020601_99v1", "2001060101_99v1", "2001030101_99v1"
ALL = frozenset(Purpose)


def test_a_competency_is_met_below_or_of_unknown_level_and_otherwise_not_shown() -> None:
    fit = compare(ROLE, [unit(ENGINEERING, 4, "1"), unit(PROTECTION, None, "2")])
    assert [each.found for each in fit.units] == [Found.BELOW, Found.LEVEL_UNKNOWN, Found.NOT_SHOWN]
    assert [each.level for each in fit.units] == [4, None, None]
    assert fit.met == 0


def test_the_best_of_several_entries_counts_and_each_is_named() -> None:
    fit = compare(
        ROLE, [unit(ENGINEERING, 4, "1"), entry(entry_id="2", unit_code=ENGINEERING, unit_level=6, title="둘")]
    )
    assert (fit.units[0].found, fit.units[0].level) == (Found.MET, 6)
    assert fit.units[0].shown_by == ("가상 항목", "둘")


@pytest.mark.parametrize(
    "shown",
    [
        entry("vocational_training", ncs_units=["2001010101_19v4"], completed=True),
        entry("university_ncs_course", ncs_units=["2001010101_19v4"], passed=False),
        entry("university_ncs_course", ncs_units=["2001010101_19v4"]),
    ],
)
def test_entries_of_other_types_and_courses_that_were_not_passed_show_nothing(shown: object) -> None:
    fit = compare(ROLE, [shown])  # type: ignore[list-item]  # an entry
    assert {each.found for each in fit.units} == {Found.NOT_SHOWN}


def test_conditions_of_the_profile_hold_here_too(tmp_path: Path) -> None:
    condition = "    when:\n      - {claim: unit_level, among: ['7'], otherwise: other_level}\n"
    text = PROFILE.read_text("utf-8").replace("    wanted:\n", f"{condition}    wanted:\n")
    (tmp_path / "p.yaml").write_text(text, "utf-8")
    fit = compare(read_role(str(tmp_path / "p.yaml")), [unit(ENGINEERING, 7)])
    assert {each.found for each in fit.units} == {Found.NOT_SHOWN}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    wanted:\n", "    needs: [related]\n    wanted:\n", "neither applies nor needs"),
        ("    kind: units\n", "    kind: unit\n", "information-security.yaml"),
    ],
)
def test_a_profile_that_needs_more_than_entries_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "information-security.yaml"
    path.write_text(PROFILE.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ScoringFileError, match=message):
        read_role(str(path))


def test_a_policy_without_units_and_a_missing_file_are_refused() -> None:
    with pytest.raises(ScoringFileError, match="rule of the kind units") as refused:
        read_role("ts-hiring-criteria")
    assert refused.value.kind == "role"
    with pytest.raises(ScoringFileError, match="expected a policy file"):
        read_role("no-such-role")


def test_without_consent_to_suggestions_nothing_is_said_about_a_person() -> None:
    assert advise(person("1", unit(ENGINEERING, 5)), [ROLE], agreed=[Purpose.MAP]) is None
    assert advise(person("1", unit(ENGINEERING, 5)), [], agreed=ALL) is None


def test_placement_puts_the_nearest_role_first_and_training_alone_does_not() -> None:
    shown = person("1", unit("2001020231_99v1", 5))
    other = read_role("example-company-role")
    placed = advise(shown, [ROLE, other], agreed=[Purpose.PLACEMENT])
    trained = advise(shown, [ROLE, other], agreed=[Purpose.TRAINING])
    assert placed is not None
    assert trained is not None
    assert [each.fit.role for each in placed.roles] == [other, ROLE]
    assert [each.steps for each in placed.roles] == [None, None]
    assert (trained.ordered, [each.fit.role for each in trained.roles]) == (False, [ROLE, other])


def test_the_first_step_is_a_question_and_the_second_units_at_the_wanted_level() -> None:
    found = advise(person("1", unit(OPERATION, None), unit(PROTECTION, 5, "2")), [ROLE], agreed=[Purpose.TRAINING])
    assert found is not None
    steps = found.roles[0].steps
    assert steps is not None
    assert [(step.gap.unit.code, step.ask) for step in steps] == [("20010206", "ask_entry"), ("200103", "ask_level")]
    for step in steps:
        assert all(each.code.startswith(step.gap.unit.code) for each in step.units)
        assert all(each.level == step.gap.unit.level for each in step.units)
    assert len(steps[1].units) == 3
    assert found.to_json()["human_review_required"] is True


@given(st.lists(st.sampled_from([None, 0, 3, 5]), max_size=30), st.integers(1, 8))
def test_no_part_of_a_coverage_is_a_small_group(levels: list[int | None], smallest: int) -> None:
    people = [person(str(n), *([] if level == 0 else [unit(ENGINEERING, level)])) for n, level in enumerate(levels)]
    for each in coverage(ROLE, people, smallest=smallest).units:
        assert all(part == 0 or part >= smallest for part in each.parts.values())
        assert sum(each.parts.values()) in (0, len(people))
