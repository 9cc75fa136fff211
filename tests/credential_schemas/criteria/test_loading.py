"""Loading a policy: what is refused, with file, line and rule, and how a notice chooses other readings."""

import json
from collections.abc import Callable

import jsonschema
import pytest

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.contradictions import contradictions
from credential_schemas.criteria.documents import read_document
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.errors import PolicyError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.scoring import score_applicant
from tests.credential_schemas.criteria.given import (
    ROOT,
    course,
    entry,
    notice,
    policy,
    policy_bytes,
    rated,
    reach,
    scored,
    training,
)

OTHER = ROOT / "verifier/policies/published/example-company-role-1.0.0.yaml"
Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


def refusal(*edits: Edit) -> str:
    text = policy_bytes().decode()
    for edit in edits:
        text = edit(text)
    with pytest.raises(PolicyError) as refused:
        load_policy(text.encode(), name="ts.yaml")
    return str(refused.value)


def test_the_published_policies_load() -> None:
    assert policy().policy.id == "ts-hiring-criteria"
    assert load_policy(OTHER.read_bytes(), name=OTHER.name).policy.id == "example-company-role"


def test_a_message_names_file_line_and_rule() -> None:
    line = policy_bytes().decode().splitlines().index("    amount: hours") + 1
    message = refusal(swap("    amount: hours\n", "    amount: 7\n"))
    assert message == f"ts.yaml:{line}: rule TS-D2: rules/1/amount: Input should be a valid string"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (swap("criteria: 1", "criteria: 2"), "criteria: Input should be 1"),
        (swap("    points: 2\n", "    points: 2\n    extra: 1\n"), "rule TS-D1: rules/0/extra: Extra inputs are not"),
        (swap("    points: 2\n", '    points: "2"\n'), "expected a number, at most 1,000,000,000"),
        (swap("    points: 2\n", "    points: 2000000000\n"), "expected a number, at most 1,000,000,000"),
        (swap("kind: amount", "kind: sum"), "rule TS-D1: rules/0: Input tag 'sum'"),
        (swap("version: 1.0.0", "version: one"), "policy/version: String should match"),
        (swap("id: TS-D2", "id: TS-D1"), "expected each id once, found TS-D1 twice"),
        (swap("  - id: AMB-02", "  - id: AMB-01"), "expected each id once, found AMB-01 twice"),
        (
            swap("rules: [TS-D1, TS-D2]", "rules: [TS-D1, TS-D2, TS-X]"),
            "expected rules that the policy has, found TS-X",
        ),
        (swap("rules: [TS-D1, TS-D2]", "rules: [TS-D1]"), "rule TS-D2: rules/1: expected a rule that counts somewhere"),
        (swap("rules: [TS-D1, TS-D2]", "rules: [TS-D1, TS-D2, TS-D6]"), "each rule in one place, found TS-D6 in two"),
        (swap("exempts: true", "points_each: 1"), "expected lists that exempt, found TS-D11"),
        (swap("cap: 20", "cap: 21"), "expected caps that add up to 100 for new, administrative, found 101"),
        (swap("  full_marks: 100\n", "  full_marks: 90\n"), "add up to 90"),
        (swap("      cap: 20\n", ""), "expected caps that add up to 100 for new, administrative, found None"),
        (swap("{new: 35, experienced: 30}", "{new: 35}"), "expected every value of track, missing experienced"),
        (swap("{new: 35, experienced: 30}", "{new: 35, experienced: 30, old: 1}"), "values of track, found old"),
        (
            swap("by: track, values: {new: 35", "by: job, values: {new: 35"),
            "expected a choice of the notice, found job",
        ),
        (swap("applies: {track: [new]}", "applies: {track: [old]}"), "expected values of track, found old"),
        (swap("applies: {track: [new]}", "applies: {job: [new]}"), "expected a choice of the notice, found job"),
        (
            swap("{id: lawyer, types: [professional_qualification]", "{id: lawyer, types: [profession]"),
            "found profession",
        ),
        (
            swap("doctorate: {types: [academic_degree]", "doctorate: {types: [degree]"),
            "known entry types, found degree",
        ),
        (swap("    entries: [school_course,", "    entries: [scool_course,"), "known entry types, found scool_course"),
        (
            swap("ambiguities: [AMB-02, AMB-03", "ambiguities: [AMB-02, AMB-99"),
            "an ambiguity of the policy, found AMB-99",
        ),
        (swap("default: notice_date}", "default: track}"), "expected a day of the notice as default, found track"),
        (swap("parameter: required_qualifications", "parameter: track"), "expected a parameter of requirements"),
        (swap("among: [TS-D6, TS-D10", "among: [TS-D1, TS-D10"), "expected qualifications or a list, found TS-D1"),
        (swap("bands: career_bonus_bands", "bands: contest_bonus"), "a parameter of month_bands, found contest_bonus"),
        (swap("points: contest_bonus", "points: track"), "expected a parameter of word_points, found track"),
        (swap("added_by: extra_qualifications", "added_by: track"), "expected a parameter of families, found track"),
        (swap("added_by: extra_special", "added_by: missing_"), "expected a parameter of members, found missing_"),
        (swap("kind: certified_private, grades", "kind: other, grades"), "one of the rule's kinds, found other"),
        (swap("grades: [1급, 2급]", "grades: [1급, 3급]"), "expected points for every grade, found none for 3급"),
        (
            swap("first: {parameter: notice_date", "first: {parameter: track"),
            "expected a day of the notice, found track",
        ),
        (swap("{at_least: 955, points: 5}", "{at_least: 900, points: 5}"), "table toeic: expected rows with the best"),
        (swap("highest: 990", "highest: 900"), "table toeic: expected rows with the best first"),
        (swap("at_least: AL", "at_least: XX"), "table opic: expected rows with the best first"),
        (swap("{at_least: 955, points: 5}", "{at_least: A, points: 5}"), "table toeic: expected rows with the best"),
        (swap("{excellent: 5, good: 4,", "{good: 4,"), "idea_improvement: expected points for every level"),
        (swap("total: 20", "total: 25"), "expected items that add up to the total of 25, found 20"),
        (swap("questions: 60", "questions: 61"), "expected sections of 100 questions, found 101"),
        (swap("weight: 50", "weight: 40"), "expected weights that add up to 100, found 90"),
        (swap("one_of: [experience]", "one_of: [talk]"), "expected tasks of the interview, found talk"),
        (swap("chosen: no_cap", "chosen: other"), "expected one of the options as chosen, found other"),
        (swap("member: cap, to: 100", "member: limit, to: 100"), "expected a change of something the policy has"),
        (
            swap("rule: TS-D1, member: round", "rule: TS-X, member: round"),
            "expected a change of something the policy has",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_policy_that_breaks_the_language_or_itself_is_refused(edit: Edit, message: str) -> None:
    found = refusal(edit)
    assert message in found
    assert found.startswith("ts.yaml:")


def test_a_policy_without_optional_parts_loads() -> None:
    text = OTHER.read_text("utf-8")
    assert "written_test" not in text
    assert load_policy(text.encode(), name="p").written_test is None


def test_all_contradictions_can_be_listed_at_once() -> None:
    text = (
        policy_bytes().decode().replace("rules: [TS-D1, TS-D2]", "rules: [TS-D1]").replace("weight: 50", "weight: 40")
    )
    value = read_document(text.encode(), name="ts.yaml").value
    found = [problem for _, problem in contradictions(Policy.model_validate_json(json.dumps(value, default=float)))]
    assert found == ["expected a rule that counts somewhere", "expected weights that add up to 100, found 80"]


def test_a_table_may_have_no_window_and_wait_for_a_decision() -> None:
    text = policy_bytes().decode()
    window = next(line for line in text.splitlines() if line.startswith("    window: "))
    changed = load_policy(text.replace(window, "    needs: [related]").encode(), name="ts.yaml")
    row = entry("1", "language_test", test="TOEIC", score=955)
    decisions = Decisions({}, rated("B"))
    found = score_applicant(changed, notice("B"), read_entries([row]), decisions=decisions, basis="verified")
    assert (found.status, reach(found)) == ("incomplete", [48, 53])


def test_a_qualification_may_wait_for_a_decision_too() -> None:
    text = policy_bytes().decode().replace("    grade_in_title:", "    needs: [related]\n    grade_in_title:", 1)
    changed = load_policy(text.encode(), name="ts.yaml")
    row = entry("1", "national_technical_qualification", name="정보처리기사", grade="기사")
    decisions = Decisions({}, rated("A"))
    found = score_applicant(changed, notice("A"), read_entries([row]), decisions=decisions, basis="verified")
    assert (found.status, reach(found)) == ("incomplete", [40, 45])


def test_a_policy_need_not_name_full_marks_or_requirements() -> None:
    text = OTHER.read_text("utf-8").replace("  full_marks: 100\n", "")
    changed = load_policy(text.encode(), name="p")
    assert changed.document_screening.full_marks is None
    assert changed.document_screening.required is None


def test_a_list_where_an_object_belongs_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"^p:1: the document: "):
        load_policy(b"[1]", name="p")
    with pytest.raises(PolicyError, match=r"^p:1: the document: "):
        load_policy(b"rules: {id: 1}", name="p")


def test_a_notice_may_choose_another_reading() -> None:
    halves = [training("1", 15), training("2", 15), training("3", 9)]
    assert scored(*halves).raw["academic"] == 3
    assert scored(*halves, readings={"AMB-04": "per_course"}).raw["academic"] == 2
    assert scored(course("1", 1.5)).raw["academic"] == 3
    assert scored(course("1", 1.5), readings={"AMB-03": "whole"}).raw["academic"] == 2
    twice = [course("1", 3, course_code="X"), course("2", 3, course_code="X")]
    assert scored(*twice).raw["academic"] == 6
    assert scored(*twice, readings={"AMB-05": "each_time"}).raw["academic"] == 12


def test_a_chosen_reading_stands_in_the_policy() -> None:
    read = policy({"AMB-01": "cap_100"})
    assert next(each.chosen for each in read.ambiguities if each.id == "AMB-01") == "cap_100"
    assert read.document_screening.cap == 100


@pytest.mark.parametrize("readings", [{"AMB-99": "no_cap"}, {"AMB-01": "half"}])
def test_an_unknown_reading_is_refused(readings: dict[str, str]) -> None:
    with pytest.raises(PolicyError, match="expected a known reading"):
        policy(readings)


def test_the_json_schema_for_editors_is_the_language() -> None:
    committed = json.loads((ROOT / "credential_schemas/criteria/policy.schema.json").read_text("utf-8"))
    assert committed == Policy.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(committed)
