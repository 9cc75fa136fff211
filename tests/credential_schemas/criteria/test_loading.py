"""Loading a policy: what is refused, with file, line and rule, and how a notice chooses other readings."""

import json
from collections.abc import Callable
from fractions import Fraction

import jsonschema
import pytest

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.errors import PolicyError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.rule_kinds import AmountRule
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


def test_a_mistyped_word_is_told_with_its_own_line() -> None:
    line = policy_bytes().decode().splitlines().index("    amount: hours") + 1
    message = refusal(swap("    amount: hours\n", "    amuont: hours\n"))
    assert message == f"ts.yaml:{line}: rule TS-D2: rules/1/amuont: expected amount, found amuont"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (swap("criteria: 1", "criteria: 2"), "criteria: Input should be 1"),
        (swap("    points: 2\n", "    points: 2\n    extra: 1\n"), "rule TS-D1: rules/0/extra: Extra inputs are not"),
        (swap("    points: 2\n", '    points: "2"\n'), "expected a number, at most 1,000,000,000"),
        (swap("    points: 2\n", "    points: 2000000000\n"), "expected a number, at most 1,000,000,000"),
        (swap("    points: 2\n", ""), "rule TS-D1: rules/0: expected points, found none"),
        (swap("    points: 2\n", "    pionts: 2\n"), "rule TS-D1: rules/0/pionts: expected points, found pionts"),
        (swap("criteria: 1", "criterea: 1"), "criterea: expected criteria, found criterea"),
        (
            swap("cap: 20\n", "cap: 20\n      extra: 1\n"),
            "document_screening/components/self_introduction/extra: Extra",
        ),
        (swap("criteria: 1\n", "extra: 1\n"), "the document: expected criteria, found none"),
        (
            lambda text: swap("    points: 2\n", "")(swap("    per: 10\n", "    per: 10\n    extra: 1\n")(text)),
            "rule TS-D1: rules/0: expected points, found none",
        ),
        (swap("kind: amount", "kind: sum"), "rule TS-D1: rules/0: Input tag 'sum'"),
        (swap("version: 1.0.0", "version: one"), "policy/version: String should match"),
        (swap("id: TS-D2", "id: TS-D1"), "rule TS-D1: rules/1: expected each id once, found TS-D1 twice"),
        (swap("cap: 20", "cap: 21"), "document_screening/components: expected caps that add up to 100 for new, admin"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_policy_that_breaks_the_language_or_itself_is_refused(edit: Edit, message: str) -> None:
    found = refusal(edit)
    assert message in found
    assert found.startswith("ts.yaml:")


SMALL = """\
criteria: 1
policy: {id: small, version: 1.0.0, title: {ko: 가, en: a}, agency: {ko: 가, en: a}}
parameters: {notice_date: {type: date}}
rules:
  - {id: ONE, kind: amount, title: {ko: 가, en: a}, entries: [school_course], amount: credits, points: 2.5}
  - {id: TWO, kind: amount, title: {ko: 가, en: a}, entries: [school_course], amount: credits, points: 1}
document_screening:
  title: {ko: 가, en: a}
  components: {all: {title: {ko: 가, en: a}, rules: [ONE, TWO]}}
ambiguities:
  - id: A
    text: {ko: 가, en: which}
    chosen: plain
    options:
      plain: {text: {ko: 가, en: as it stands}}
      capped: {text: {ko: 가, en: capped}, changes: [{member: cap, to: 100}]}
      whole: {text: {ko: 가, en: whole}, changes: [{rule: ONE, member: round, to: down}]}
      wrong: {text: {ko: 가, en: wrong}, changes: [{rule: TWO, member: entries, to: none}]}
      broken:
        text: {ko: 가, en: broken}
        changes: [{rule: TWO, member: amount, to: credits}, {rule: TWO, member: id, to: ONE}]
"""


def small(*edits: Edit, **readings: str) -> Policy:
    text = SMALL
    for edit in edits:
        text = edit(text)
    return load_policy(text.encode(), name="small.yaml", readings=readings)


def test_a_number_with_decimals_is_read_exactly_under_every_reading() -> None:
    one = small().rules[0]
    assert isinstance(one, AmountRule)
    assert (one.points, one.round, small().document_screening.cap) == (Fraction(5, 2), "none", None)
    read = small(A="whole").rules[0]
    assert isinstance(read, AmountRule)
    assert (read.points, read.round) == (Fraction(5, 2), "down")
    assert small(A="capped").document_screening.cap == 100
    assert small(A="capped").ambiguities[0].chosen == "capped"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (swap("amount: credits, points: 1", "amount: 7, points: 1"), "6: rule TWO: rules/1/amount: Input should be"),
        (swap("id: TWO", "id: 7"), "6: rules/1/id: Input should be a valid string"),
        (swap("id: TWO, ", ""), "6: rules/1: expected id, found none"),
        (swap("{id: ONE,", "[ONE]\n  - {id: ONE,"), "5: rules/0: "),
        (swap("type: date", "type: text"), "3: parameters/notice_date: Input tag 'text'"),
        (swap("{notice_date: {type: date}}", "[]"), "3: parameters: Input should be an object"),
        (swap("rules: [ONE, TWO]", "rules: [ONE]"), "6: rule TWO: rules/1: expected a rule that counts somewhere"),
        (
            swap("points: 2.5", "points: 2.5, nothing: 1"),
            "5: rule ONE: rules/0/nothing: Extra inputs are not permitted",
        ),
        (swap("criteria: 1", "criteria: one"), "1: criteria: Input should be 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_message_names_the_place_that_the_file_has(edit: Edit, message: str) -> None:
    with pytest.raises(PolicyError) as refused:
        small(edit)
    assert str(refused.value).startswith(f"small.yaml:{message}")


def test_a_reading_that_breaks_its_policy_is_refused_with_the_place() -> None:
    with pytest.raises(PolicyError, match=r"^small\.yaml:6: rule TWO: rules/1/entries: "):
        small(A="wrong")
    with pytest.raises(PolicyError, match=r"^small\.yaml:6: rule ONE: rules/1: expected each id once, found ONE twice"):
        small(A="broken")


@pytest.mark.parametrize("readings", [{"B": "plain"}, {"A": "half"}])
def test_a_reading_that_the_policy_does_not_have_is_refused(readings: dict[str, str]) -> None:
    with pytest.raises(PolicyError, match=r"^small\.yaml: expected a known reading, found "):
        small(**readings)


def test_a_policy_without_optional_parts_loads() -> None:
    text = OTHER.read_text("utf-8")
    assert "written_test" not in text
    assert load_policy(text.encode(), name="p").written_test is None


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


def test_the_json_schema_for_editors_is_the_language() -> None:
    committed = json.loads((ROOT / "credential_schemas/criteria/policy.schema.json").read_text("utf-8"))
    assert committed == Policy.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(committed)
