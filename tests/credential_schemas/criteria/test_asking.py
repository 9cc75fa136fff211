"""A request asks for what the rules in use read, and for nothing that blind hiring hides."""

from typing import Any

import pytest

from credential_schemas.criteria.asking import (
    AskedType,
    Use,
    asked_types,
    blind_problems,
    dcql_query,
    rules_in_use,
    uses,
)
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.notice import read_notice
from credential_schemas.entry_types import entry_types
from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import GONE, ROOT, edited, notice, policy, policy_bytes

COMPANY = load_policy(
    (ROOT / "verifier/policies/published/example-company-role-1.0.0.yaml").read_bytes(), name="company.yaml"
)
VCT = "https://bank.example/vct/competency-certificate/1"


def changed(old: str, new: str) -> Policy:
    text = policy_bytes().decode()
    assert old in text
    return load_policy(text.replace(old, new, 1).encode(), name="ts.yaml")


def asked(under: str = "A", **changes: JsonValue) -> dict[str, tuple[set[str], set[str]]]:
    found = asked_types(policy(), notice(under, **changes))
    return {each.entry_type.id: (set(each.always), set(each.sometimes)) for each in found}


@pytest.mark.parametrize("each", [policy(), COMPANY], ids=["ts", "company"])
def test_a_published_policy_asks_for_nothing_it_must_not(each: Policy) -> None:
    assert blind_problems(each, None) == ()


@pytest.mark.parametrize("name", ["A", "B"])
def test_the_published_notices_ask_for_nothing_they_must_not(name: str) -> None:
    assert blind_problems(policy(), notice(name)) == ()


def test_a_course_is_asked_for_what_its_rule_reads_and_its_title_for_the_person_who_decides() -> None:
    assert asked()["school_course"] == ({"course_code", "credits", "passed", "title"}, {"valid_until"})


def test_the_school_is_never_asked_though_it_would_tell_repeats_apart() -> None:
    read = {(use.claim, use.points) for use in uses(policy(), notice()) if use.entry_type == "school_course"}
    assert ("provider", False) in read
    assert "provider" not in asked()["school_course"][0] | asked()["school_course"][1]


def test_what_a_rule_says_never_to_ask_is_not_asked() -> None:
    for always, sometimes in asked().values():
        assert not (always | sometimes) & {"certificate_number", "student_number", "wage", "grade_letter", "rank"}


def test_a_current_job_has_no_end_and_still_answers() -> None:
    always, sometimes = asked()["employment_insurance_career"]
    assert ("start_date" in always, "end_date" in sometimes) == (True, True)


def test_only_rules_that_count_under_the_notice_ask() -> None:
    assert "language_test" not in asked("A")
    assert "language_test" in asked("B")
    assert "contest_award" not in asked("B")
    assert "language_test" in {each.entry_type.id for each in asked_types(policy(), None)}
    assert {rule.id for rule in rules_in_use(policy(), notice("B"))} >= {"TS-D5", "TS-D10"}
    assert rules_in_use(policy(), None) == policy().rules


def test_a_rule_that_counts_in_no_part_of_this_notice_asks_nothing() -> None:
    everywhere = edited((("rules", 2, "applies"), GONE))  # its bonus is for the other track
    assert "TS-D5" not in {rule.id for rule in rules_in_use(everywhere, notice("A"))}
    assert "TS-D5" in {rule.id for rule in rules_in_use(everywhere, notice("B"))}


def test_the_day_of_a_test_is_asked_only_where_a_window_is_set() -> None:
    read = {use.claim for use in uses(policy(), notice("B")) if use.entry_type == "language_test"}
    assert read == {"title", "score_or_grade", "test_date"}
    without = edited((("rules", 2, "window"), GONE))
    read = {use.claim for use in uses(without, notice("B")) if use.entry_type == "language_test"}
    assert read == {"title", "score_or_grade"}


def test_a_rubric_asks_nothing_of_entries_even_if_it_names_types() -> None:
    named = edited((("rules", 8, "entries"), ["ncs_competency_unit"]))
    assert "ncs_competency_unit" not in {use.entry_type for use in uses(named, notice())}


def test_an_added_member_asks_exactly_for_what_names_it() -> None:
    def read(**names: JsonValue) -> set[str]:
        rows: JsonValue = [{"id": "extra", "types": ["certified_private_qualification"], **names}]
        given = notice(extra_special_qualifications=rows)
        types = {"certified_private_qualification"}
        return {use.claim for use in uses(policy(), given) if use.rule == "TS-D11" and use.entry_type in types}

    assert read(claims={"issuing_body": ["*"]}) == {"issuing_body"}
    assert read(grade=["x"]) == {"grade"}
    assert read(title=["x"]) == read(needs=["related"]) == {"title"}


def test_an_added_qualification_asks_for_the_types_of_its_kind() -> None:
    rows: JsonValue = [{"family": "교통안전관리자", "kind": "professional", "flat_points": 3}]
    given = notice(extra_qualifications=rows)
    assert Use("TS-D6", "professional_qualification", "grade") in uses(policy(), given)
    assert Use("TS-D6", "professional_qualification", "grade") not in uses(policy(), notice())


def test_a_requirement_asks_for_a_degree_only_with_a_known_word_before_its_colon() -> None:
    def read(*names: str) -> set[Use]:
        given = notice(required_qualifications=[{"any_of": [*names]}])
        return {use for use in uses(policy(), given) if use.rule == "required_qualifications"}

    both = {
        Use("required_qualifications", "academic_degree", "title"),
        Use("required_qualifications", "academic_degree", "field"),
    }
    assert read("doctorate:교통") == read("변호사", "doctorate:교통:철도") == both
    assert read("doctorate") == read("master:교통") == set()


def test_a_qualification_of_a_kind_that_no_family_has_is_asked_only_by_the_list() -> None:
    assert asked("A")["professional_qualification"] == ({"title"}, {"valid_until"})
    assert (
        "grade"
        in asked("A", job_family="research_professor")["professional_qualification"][0]
        | (asked("A", job_family="research_professor")["professional_qualification"][1])
    )


def test_the_field_of_a_doctorate_is_asked_only_where_the_notice_requires_one() -> None:
    assert "field" not in set().union(*asked()["academic_degree"])
    required: JsonValue = [{"any_of": ["정보처리기사", "doctorate:교통"]}]
    assert "field" in set().union(*asked(required_qualifications=required)["academic_degree"])


def test_a_policy_without_requirements_or_exemptions_is_asked_about_as_well() -> None:
    bands: list[JsonValue] = [{"min_months": 12, "points": 5}]
    document: dict[str, JsonValue] = {"id": "C", "notice_date": "2026-03-02", "level": "junior"}
    found = asked_types(COMPANY, read_notice({**document, "experience_bands": bands}, COMPANY))
    by_type = {each.entry_type.id: {*each.always, *each.sometimes} for each in found}
    assert {"unit_code", "unit_level"} <= by_type["ncs_competency_unit"]
    assert "ncs_units" not in by_type["ncs_competency_unit"]
    assert "ncs_units" in by_type["course_based_qualification"]
    assert not {"unit_definition", "title"} & by_type["ncs_competency_unit"]


def member(**claims: JsonValue) -> list[JsonValue]:
    return [{"id": "extra", "types": ["school_course"], "title": ["교통*"], "claims": claims}]


def test_a_notice_that_asks_for_the_school_is_found() -> None:
    asking = notice(extra_special_qualifications=member(provider=["한국대학교"]))
    (problem,) = blind_problems(policy(), asking)
    assert problem.startswith("rule TS-D11: school_course/provider: expected nothing that blind hiring hides")


def test_a_notice_that_asks_for_the_awarding_school_of_a_degree_is_found() -> None:
    rows: list[JsonValue] = [{"id": "x", "types": ["academic_degree"], "claims": {"issuing_body": ["한국대학교"]}}]
    assert "academic_degree/issuing_body" in blind_problems(policy(), notice(extra_special_qualifications=rows))[0]


def test_lr_15_a_notice_that_asks_for_what_may_never_be_collected_is_found() -> None:
    rows: list[JsonValue] = [{"id": "x", "types": ["military_duty"], "claims": {"discharge_type": ["만기"]}}]
    assert "military_duty/discharge_type" in blind_problems(policy(), notice(extra_special_qualifications=rows))[0]


def test_a_notice_that_asks_for_a_claim_of_no_entry_is_found() -> None:
    (problem,) = blind_problems(policy(), notice(extra_special_qualifications=member(birth_place=["서울"])))
    assert "expected a claim of this type of entry, found none of this name" in problem


def test_a_policy_that_counts_by_a_hidden_claim_is_found() -> None:
    hidden = changed(
        "{claim: passed, among: [true], otherwise: not_passed}", "{claim: campus, among: [서울], otherwise: x}"
    )
    assert any("polytechnic_record/campus" in problem for problem in blind_problems(hidden, None))


def test_a_rule_that_uses_what_it_says_never_to_ask_is_found() -> None:
    contrary = changed("never_ask: [campus, department,", "never_ask: [campus, credits, department,")
    assert any(
        "expected no use of a claim that the rule says never to ask" in p for p in blind_problems(contrary, None)
    )


def query(under: str = "A", **changes: JsonValue) -> dict[str, Any]:
    found = asked_types(policy(), notice(under, **changes))
    return dcql_query(found, vcts={each.entry_type.id: (VCT,) for each in found})


def test_a_query_asks_for_several_entries_of_one_type_in_one_of_some_certificates() -> None:
    given = AskedType(entry_types()["school_course"], ("title",), ("grade",))
    asking: Any = dcql_query((given,), vcts={"school_course": (VCT, ALONE)})
    kind = {"id": "type", "path": ["educations", None, "type"], "values": ["school_course"]}
    fields = [{"id": name, "path": ["educations", None, name]} for name in ("title", "grade")]
    assert asking["credentials"] == [
        {
            "id": "school_course",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [VCT, ALONE]},
            "multiple": True,
            "claims": [kind, *fields],
            "claim_sets": [["type", "title", "grade"], ["type", "title"]],
        }
    ]


def test_every_query_is_one_that_openid4vp_allows() -> None:
    asking = query()
    ids = [each["id"] for each in asking["credentials"]]
    assert len(set(ids)) == len(ids)
    for each in asking["credentials"]:
        names = [claim["id"] for claim in each["claims"]]
        assert len(set(names)) == len(names)
        assert each["format"] == "dc+sd-jwt"
        assert each["meta"] == {"vct_values": [VCT]}
        assert all(set(chosen) <= set(names) for chosen in each["claim_sets"])
        assert all(len(claim["path"]) == 3 and claim["path"][1] is None for claim in each["claims"])
    assert [each["options"] for each in asking["credential_sets"]] == [[[name]] for name in ids]


def test_no_query_is_obligatory_and_an_entry_without_its_optional_claims_still_answers() -> None:
    asking = query()
    assert {each["required"] for each in asking["credential_sets"]} == {False}
    course = next(each for each in asking["credentials"] if each["id"] == "school_course")
    assert course["claim_sets"][0] == [*course["claim_sets"][1], "valid_until"]
    assert course["claims"][0] == {"id": "type", "path": ["educations", None, "type"], "values": ["school_course"]}


def test_no_name_number_or_birth_date_is_ever_asked() -> None:
    paths = [claim["path"][0] for each in query("B")["credentials"] for claim in each["claims"]]
    assert not {"holder", "certificate"} & set(paths)


def test_a_type_that_nobody_issues_is_left_out() -> None:
    found = asked_types(policy(), notice())
    asking: Any = dcql_query(found, vcts={"school_course": (VCT,)})
    assert [each["id"] for each in asking["credentials"]] == ["school_course"]


def test_an_entry_type_whose_claims_are_all_certain_has_one_claim_set() -> None:
    (course,) = (each for each in asked_types(policy(), notice()) if each.entry_type.id == "school_course")
    plain = type(course)(course.entry_type, course.always, ())
    asking: Any = dcql_query((plain,), vcts={"school_course": (VCT,)})
    assert len(asking["credentials"][0]["claim_sets"]) == 1


ALONE = "https://bank.example/vct/entry/school_course/1"


def both(given: AskedType) -> dict[str, Any]:
    return dcql_query((given,), vcts={"school_course": (VCT,)}, alone={"school_course": (ALONE,)})


def test_credential_that_is_one_entry_may_answer_in_place_of_a_certificate() -> None:
    asking = both(AskedType(entry_types()["school_course"], ("title",), ("grade",)))
    assert asking["credential_sets"] == [{"options": [["school_course"], ["school_course-alone"]], "required": False}]
    assert asking["credentials"][1] == {
        "id": "school_course-alone",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [ALONE]},
        "multiple": True,
        "claims": [{"id": "title", "path": ["title"]}, {"id": "grade", "path": ["grade"]}],
        "claim_sets": [["title", "grade"], ["title"]],
    }


@pytest.mark.parametrize(
    ("always", "sometimes", "sets"), [(("title",), (), [["title"]]), ((), ("grade",), [["grade"]])]
)
def test_claims_of_an_entry_alone_are_asked_as_far_as_they_can_be_there(
    always: tuple[str, ...], sometimes: tuple[str, ...], sets: list[list[str]]
) -> None:
    alone = both(AskedType(entry_types()["school_course"], always, sometimes))["credentials"][1]
    assert alone["claim_sets"] == sets


def test_entry_alone_of_which_nothing_is_asked_shows_nothing() -> None:
    alone = both(AskedType(entry_types()["school_course"], (), ()))["credentials"][1]
    assert "claims" not in alone


def test_entry_type_that_only_exists_alone_is_asked_alone() -> None:
    given = AskedType(entry_types()["school_course"], ("title",), ())
    asking: Any = dcql_query((given,), vcts={"school_course": ()}, alone={"school_course": (ALONE,)})
    assert asking["credential_sets"] == [{"options": [["school_course-alone"]], "required": False}]
    assert dcql_query((given,), vcts={}, alone={}) == {"credentials": [], "credential_sets": []}
