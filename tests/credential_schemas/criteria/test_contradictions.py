"""What a policy may not say about itself: each contradiction is found alone, at its place."""

from typing import Any

import pytest

from credential_schemas.criteria.contradictions import contradictions
from tests.credential_schemas.criteria.given import GONE, Steps, edited, published

Problem = tuple[Steps, str]

SCREENING = ("document_screening",)
REQUIRED = ("document_screening", "required")
COMPONENTS = ("document_screening", "components")
LISTED = ("rules", 3, "lists", "values", "administrative")
TOEIC = ("rules", 2, "tables", "toeic")
OPIC = ("rules", 2, "tables", "opic")


def problems(*edits: tuple[Steps, Any], name: str = "ts") -> list[Problem]:
    """Return every contradiction of a published policy with some changes."""
    return list(contradictions(edited(*edits, name=name)))


def test_the_published_policies_do_not_contradict_themselves() -> None:
    assert problems() == []
    assert problems(name="company") == []


@pytest.mark.parametrize(
    ("place", "to", "where", "problem"),
    [
        (("ambiguities", 19, "id"), "AMB-01", ("ambiguities", 19), "expected each id once, found AMB-01 twice"),
        ((*COMPONENTS, "academic", "rules"), ["TS-D1"], ("rules", 1), "expected a rule that counts somewhere"),
        (
            (*COMPONENTS, "academic", "rules"),
            ["TS-D1", "TS-D2", "TS-X"],
            SCREENING,
            "expected rules that the policy has, found TS-X",
        ),
        (
            (*COMPONENTS, "academic", "rules"),
            ["TS-D1", "TS-D2", "TS-D6"],
            SCREENING,
            "expected each rule in one place, found TS-D6 in two",
        ),
        (
            ("rules", 5, "exempts"),
            False,
            ("document_screening", "exemptions"),
            "expected lists that exempt, found TS-D11",
        ),
        (("rules", 0, "entries", 0), "scool_course", ("rules", 0), "expected known entry types, found scool_course"),
        (
            ("rules", 5, "lists", "values", "technical", 0, "types"),
            ["profession"],
            ("rules", 5),
            "expected known entry types, found profession",
        ),
        (("rules", 0, "applies"), {"track": ["old"]}, ("rules", 0), "expected values of track, found old"),
        (("rules", 0, "applies"), {"job": ["new"]}, ("rules", 0), "expected a choice of the notice, found job"),
        (
            ("document_screening", "bonuses", "contest", "applies"),
            {"track": ["old", "new", "gone"]},
            ("document_screening", "bonuses", "contest"),
            "expected values of track, found gone, old",
        ),
        (("rules", 0, "ambiguities"), ["AMB-99"], ("rules", 0), "expected an ambiguity of the policy, found AMB-99"),
        (
            ("parameters", "evaluation_date", "default"),
            "track",
            ("parameters", "evaluation_date"),
            "expected a day of the notice as default, found track",
        ),
        ((*REQUIRED, "parameter"), "track", REQUIRED, "expected a parameter of requirements"),
        (
            (*REQUIRED, "degrees", "doctorate", "types"),
            ["degree"],
            REQUIRED,
            "expected known entry types, found degree",
        ),
        ((*REQUIRED, "among"), ["TS-D1"], REQUIRED, "expected qualifications or a list, found TS-D1"),
        (
            ("rules", 6, "bands"),
            "contest_bonus",
            ("rules", 6),
            "expected a parameter of month_bands, found contest_bonus",
        ),
        (("rules", 6, "bands"), "track", ("rules", 6), "expected a parameter of month_bands, found track"),
        (
            ("rules", 7, "points"),
            "career_bonus_bands",
            ("rules", 7),
            "expected a parameter of word_points, found career_bonus_bands",
        ),
        (("rules", 3, "added_by"), "track", ("rules", 3), "expected a parameter of families, found track"),
        (
            ("rules", 4, "added_by"),
            "extra_qualifications",
            ("rules", 4),
            "expected a parameter of members, found extra_qualifications",
        ),
        (("rules", 4, "added_by"), "missing", ("rules", 4), "expected a parameter of members, found missing"),
        (("rules", 3, "lists", "by"), "job", ("rules", 3), "expected a choice of the notice, found job"),
        ((*LISTED, 0, "kind"), "other", ("rules", 3), "expected one of the rule's kinds, found other"),
        (
            (*LISTED, 0, "grades"),
            ["1급", "3급"],
            ("rules", 3),
            "expected points for every grade, found none for 3급",
        ),
        (
            ("rules", 3, "common", 0, "kind"),
            "other",
            ("rules", 3),
            "expected one of the rule's kinds, found other",
        ),
        (
            ("rules", 2, "window", "first", "parameter"),
            "track",
            ("rules", 2),
            "expected a day of the notice, found track",
        ),
        (
            ("rules", 2, "window", "last", "parameter"),
            "career_bonus_bands",
            ("rules", 2),
            "expected a day of the notice, found career_bonus_bands",
        ),
        (
            ("rules", 8, "items", "vision", "points"),
            {"excellent": 5, "good": 4},
            ("rules", 8),
            "vision: expected points for every level",
        ),
        (("rules", 8, "total"), 25, ("rules", 8), "expected items that add up to the total of 25, found 20"),
        (("written_test", "questions"), 101, ("written_test",), "expected sections of 101 questions, found 100"),
        (
            ("interview", "slots", "task", "weight"),
            40,
            ("interview", "slots"),
            "expected weights that add up to 100, found 90",
        ),
        (
            ("interview", "slots", "experience", "one_of"),
            ["talk"],
            ("interview", "slots"),
            "expected tasks of the interview, found talk",
        ),
        (
            ("ambiguities", 0, "chosen"),
            "other",
            ("ambiguities", 0),
            "expected one of the options as chosen, found other",
        ),
        (
            ("ambiguities", 0, "options", "cap_100", "changes", 0, "member"),
            "limit",
            ("ambiguities", 0),
            "expected a change of something the policy has, found None: limit",
        ),
        (
            ("ambiguities", 2, "options", "whole", "changes", 0, "rule"),
            "TS-X",
            ("ambiguities", 2),
            "expected a change of something the policy has, found TS-X: round",
        ),
    ],
)
def test_a_contradiction_is_found_alone_and_at_its_place(place: Steps, to: object, where: Steps, problem: str) -> None:
    assert problems((place, to)) == [(where, problem)]


def test_a_rule_that_stands_twice_is_found_with_what_it_leaves_out() -> None:
    assert problems((("rules", 1, "id"), "TS-D1"))[:2] == [
        (("rules", 1), "expected each id once, found TS-D1 twice"),
        (SCREENING, "expected rules that the policy has, found TS-D2"),
    ]


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (((*COMPONENTS, "self_introduction", "cap"), 21), ["new, administrative, found 101"]),
        (((*COMPONENTS, "qualification", "cap"), {"by": "job_family", "values": {"administrative": 15}}), None),
        (((*COMPONENTS, "self_introduction", "cap"), GONE), ["new, administrative, found None"]),
    ],
)
def test_caps_of_every_choice_make_the_full_marks(edit: tuple[Steps, Any], found: list[str] | None) -> None:
    if found is None:
        missing = "expected every value of job_family, missing research_professor, technical"
        assert problems(edit) == [((*COMPONENTS, "qualification"), missing)]
        return
    what = {problem.removeprefix("expected caps that add up to 100 for ") for _, problem in problems(edit)}
    assert {place for place, _ in problems(edit)} == {COMPONENTS}
    assert what == {
        found[0].replace("administrative", each) for each in published("ts")["parameters"]["job_family"]["values"]
    }


def test_full_marks_may_depend_on_a_choice_as_caps_may() -> None:
    by_track = {"by": "track", "values": {"new": 100, "experienced": 100}}
    assert problems(((*SCREENING, "full_marks"), by_track)) == []
    by_track["values"] = {"new": 100, "experienced": 90}
    assert len(problems(((*SCREENING, "full_marks"), by_track))) == 3


def test_a_component_without_a_cap_leaves_full_marks_unknown_whatever_the_others_make() -> None:
    assert problems(
        ((*COMPONENTS, "portfolio", "cap"), GONE), ((*COMPONENTS, "competencies", "cap"), 70), name="company"
    ) == [
        (COMPONENTS, "expected caps that add up to 100 for junior, found None"),
        (COMPONENTS, "expected caps that add up to 100 for senior, found None"),
    ]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"new": 35}, "expected every value of track, missing experienced"),
        ({"new": 35, "experienced": 30, "old": 1, "gone": 2}, "expected values of track, found gone, old"),
    ],
)
def test_a_number_by_choice_covers_every_choice_and_no_other(values: dict[str, int], problem: str) -> None:
    place = (*COMPONENTS, "academic")
    assert problems(((*place, "cap", "values"), values)) == [(place, problem)]


def test_what_counts_for_one_choice_only_need_not_cover_the_others() -> None:
    cap = {"by": "track", "values": {"new": 20}}
    assert problems(((*COMPONENTS, "self_introduction", "cap"), cap)) == []
    assert problems((("rules", 0, "applies"), {"track": ["new", "experienced"]})) == []


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (TOEIC, [{"at_least": 990, "points": 5}, {"at_least": 0, "points": 1}]),
        (TOEIC, [{"at_least": 0, "points": 1}]),
        (TOEIC, []),
        (OPIC, [{"at_least": "AL", "points": 5}, {"at_least": "NL", "points": 1}]),
    ],
)
def test_rows_may_reach_both_ends_of_a_scale(table: Steps, rows: object) -> None:
    assert problems(((*table, "rows"), rows)) == []


@pytest.mark.parametrize(
    ("table", "member", "to"),
    [
        (TOEIC, "rows", [{"at_least": 900, "points": 5}, {"at_least": 915, "points": 4}]),
        (TOEIC, "rows", [{"at_least": 991, "points": 5}]),
        (TOEIC, "rows", [{"at_least": -1, "points": 5}]),
        (TOEIC, "rows", [{"at_least": "AL", "points": 5}]),
        (TOEIC, "rows", [{"at_least": 955, "points": 5}, {"at_least": "AL", "points": 4}]),
        (TOEIC, "highest", GONE),
        (TOEIC, "highest", 900),
        (OPIC, "rows", [{"at_least": "IH", "points": 5}, {"at_least": "AL", "points": 4}]),
        (OPIC, "rows", [{"at_least": "AL", "points": 5}, {"at_least": "XX", "points": 4}]),
        (OPIC, "rows", [{"at_least": 5, "points": 5}]),
    ],
)
def test_rows_that_do_not_fall_or_leave_their_scale_are_found(table: Steps, member: str, to: object) -> None:
    problem = f"table {table[-1]}: expected rows with the best first, within its order or its highest value"
    assert problems(((*table, member), to)) == [(("rules", 2), problem)]


def test_a_table_may_have_no_window_and_a_family_points_for_grades_that_the_rule_does_not_know() -> None:
    assert problems((("rules", 2, "window"), GONE)) == []
    points = {"family": "한글", "kind": "certified_private", "grades": ["특급"], "points": {"특급": 2}}
    flat = {"family": "한글", "kind": "certified_private", "grades": ["특급"], "flat_points": 2}
    assert problems(((*LISTED, 0), points)) == problems(((*LISTED, 0), flat)) == []


def test_a_question_without_points_counts_as_none() -> None:
    assert problems((("rules", 8, "items", "vision", "points"), {})) == [
        (("rules", 8), "vision: expected points for every level"),
        (("rules", 8), "expected items that add up to the total of 20, found 15"),
    ]


def test_a_rule_that_nothing_adds_to_and_a_policy_without_later_stages_are_no_contradiction() -> None:
    gone = [(("rules", 3, "added_by"), GONE), (("rules", 4, "added_by"), GONE)]
    assert problems(*gone, (("written_test",), GONE), (("interview",), GONE), (REQUIRED, GONE)) == []
