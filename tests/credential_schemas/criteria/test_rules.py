"""Every kind of rule: what counts, what does not and why, and what stays open."""

import pytest

from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import (
    GONE,
    Json,
    course,
    edited,
    entry,
    private,
    reach,
    scored,
    technical,
    training,
)

LANGUAGE = "language_test"


def toeic(entry_id: str, score: JsonValue, test_date: JsonValue = "2025-11-09", test: str = "TOEIC") -> Json:
    return entry(entry_id, LANGUAGE, test=test, test_date=test_date, score=score)


def career(entry_id: str, start: str, end: str | None, **claims: JsonValue) -> Json:
    return entry(entry_id, "employment_insurance_career", start_date=start, end_date=end, **claims)


def test_credits_give_two_points_each_and_hours_one_for_ten_of_all_together() -> None:
    assert scored(course("1", 2.5), training("2", 15), training("3", 8)).raw["academic"] == 7


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (course("1", passed=False), "not_passed"),
        (course("1", passed=None), "claim_missing"),
        (course("1", passed="true"), "not_passed"),
        (entry("1", "school_course", passed=True), "claim_missing"),
        (entry("1", "school_course", passed=True, credits="three"), "claim_unreadable"),
        (entry("1", "school_course", passed=True, credits=-3), "claim_unreadable"),
        (training("1", completed=False), "not_completed"),
        (training("1", completion_certificate=False), "no_completion_certificate"),
    ],
)
def test_a_course_that_does_not_count_says_why(row: Json, reason: str) -> None:
    found = scored(row)
    assert found.raw["academic"] == 0
    assert found.excluded_entries == {"1": reason}
    assert any(flag.startswith(f"{reason}:1") for flag in found.flags) is reason.startswith("claim_")


def test_an_unrelated_course_does_not_count_and_an_undecided_one_leaves_the_score_open() -> None:
    refused = scored(course("1"), related={"1": False})
    assert (refused.total, refused.excluded_entries) == (40, {"1": "not_related"})
    undecided = scored(course("1"), related={})
    assert (undecided.status, undecided.total, reach(undecided)) == ("incomplete", None, [40, 46])
    assert undecided.flags == ("adjudication_missing:1:related",)
    assert undecided.excluded_entries == {}
    assert undecided.raw["academic"] is None
    two = scored(course("1"), course("2"), related={})
    assert two.flags == ("adjudication_missing:1:related", "adjudication_missing:2:related")


def test_an_undecided_course_whose_amount_cannot_be_read_is_not_waited_for() -> None:
    found = scored(course("1", credits="many"), related={})  # type: ignore[arg-type]  # hostile on purpose
    assert (found.status, found.excluded_entries) == ("scored", {"1": "claim_unreadable"})


def test_a_repeated_course_counts_once_with_its_most_credits() -> None:
    found = scored(course("1", 2, course_code="X"), course("2", 3, course_code="x "), course("3", 3, course_code="Y"))
    assert found.raw["academic"] == 12
    assert found.excluded_entries == {"1": "duplicate"}


def test_lr_18_where_the_school_is_not_disclosed_both_count_and_a_person_is_told() -> None:
    found = scored(course("1", 3, course_code="X"), course("2", 2, course_code="X", provider=None))
    assert found.raw["academic"] == 10
    assert found.flags == ("possible_duplicate:2",)


def test_a_repetition_between_other_courses_takes_none_of_them_away() -> None:
    found = scored(course("1", 3, course_code="X"), course("2", 3, course_code="X"), course("3", 1, course_code="Y"))
    assert (found.raw["academic"], found.excluded_entries) == (8, {"2": "duplicate"})


def test_a_course_of_no_credits_counts_and_earns_nothing() -> None:
    found = scored(course("1", 0))
    assert (found.raw["academic"], found.excluded_entries, found.flags) == (0, {}, ())


def test_the_points_of_courses_end_at_their_cap_even_while_a_decision_is_open() -> None:
    assert reach(scored(course("1", 30), related={})) == [40, 75]


def test_one_training_from_two_sources_counts_once() -> None:
    found = scored(training("1", 20, course_id="AIG1"), training("2", 20, course_id="AIG1"))
    assert (found.raw["academic"], found.excluded_entries) == (2, {"2": "duplicate"})


@pytest.mark.parametrize(
    ("test_date", "points"),
    [("2024-03-02", 5), ("2024-03-01", 0), ("2026-03-02", 5), ("2026-03-03", 0)],
)
def test_a_language_test_lies_within_two_years_before_the_notice(test_date: str, points: int) -> None:
    found = scored(toeic("1", 990, test_date), under="B")
    assert found.bonus["language"] == points
    assert found.excluded_entries == ({} if points else {"1": "outside_window"})
    assert found.flags == ()


def test_two_years_before_a_leap_day_is_the_last_of_february() -> None:
    assert scored(toeic("1", 990, "2022-02-28"), under="B", notice_date="2024-02-29").bonus["language"] == 5
    assert scored(toeic("1", 990, "2022-02-27"), under="B", notice_date="2024-02-29").bonus["language"] == 0


def test_a_notice_may_accept_tests_until_a_later_day() -> None:
    assert scored(toeic("1", 990, "2026-03-20"), under="B", language_window_to="2026-03-31").bonus["language"] == 5


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (toeic("1", 991), "invalid_score"),
        (toeic("1", 953), "invalid_score"),
        (toeic("1", -5), "invalid_score"),
        (toeic("1", "AL"), "invalid_score"),
        (toeic("1", 955, test="OPIc"), "invalid_score"),
        (toeic("1", "A0", test="OPIc"), "invalid_score"),
        (toeic("1", 95, test="Unheard of"), "no_rule"),
        (toeic("1", 600, test="TEPS"), "manual_review"),
        (toeic("1", 955, "soon"), "claim_unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_language_test_that_no_table_reads_earns_nothing_and_is_flagged(row: Json, reason: str) -> None:
    found = scored(row, under="B")
    assert (found.status, found.bonus["language"]) == ("scored", 0)
    assert found.excluded_entries == {"1": reason}
    assert found.flags == (f"{reason}:1",)


def test_a_language_test_whose_day_is_not_shown_lacks_a_claim() -> None:
    found = scored(toeic("1", 955, None), under="B")
    assert (found.excluded_entries, found.flags) == ({"1": "claim_missing"}, ("claim_missing:1:test_date",))


def test_an_undecided_language_test_that_no_table_reads_is_not_waited_for() -> None:
    waiting = edited((("rules", 2, "needs"), ["related"]))
    found = scored(toeic("1", 991), under="B", related={}, by=waiting)
    assert (found.status, found.flags) == ("scored", ("invalid_score:1",))
    assert scored(toeic("1", 955), under="B", related={}, by=waiting).status == "incomplete"


@pytest.mark.parametrize(
    ("test", "value", "points"),
    [("新HSK (6급)", "203", 5), ("HSK 5급", 283, 4), ("opic", "im 2", 2), ("舊HSK (중등)", 385, 4), ("JPT", 715, 0)],
)
def test_a_value_in_a_gap_belongs_to_the_row_below(test: str, value: JsonValue, points: int) -> None:
    assert scored(toeic("1", value, test=test), under="B").bonus["language"] == points


def test_a_table_is_named_by_its_id_or_by_the_names_of_the_test() -> None:
    assert scored(toeic("1", 865, test="teps"), under="B").bonus["language"] == 5
    assert scored(toeic("1", 600, test="뉴텝스"), under="B").excluded_entries == {"1": "manual_review"}


def test_only_the_best_language_test_counts_and_the_others_stand_in_the_trace() -> None:
    found = scored(toeic("1", 915), toeic("2", 955), toeic("3", 955), under="B")
    lines = [(line.points, line.entries, line.why.slug) for line in found.trace if line.rule == "TS-D5"]
    assert lines == [(5, ("2",), "band"), (0, ("1",), "not_best"), (0, ("3",), "not_best")]
    assert found.excluded_entries == {}


def test_language_tests_do_not_count_for_the_other_track() -> None:
    assert scored(toeic("1", 990)).excluded_entries == {"1": "no_rule"}


def test_the_best_of_a_family_counts_and_grades_have_their_points() -> None:
    found = scored(
        private("1", "전산세무", "2급"),
        private("2", "전산세무", "1급"),
        private("3", "전산세무", "1급"),
        technical("4", "정보보안산업기사", "산업기사"),
        private("5", "KBS한국어능력시험", "2+급"),
    )
    assert found.raw["qualification"] == 5 + 3 + 1
    assert found.excluded_entries == {"1": "not_highest_in_family", "3": "not_highest_in_family"}
    assert [line.rule for line in found.trace if line.points][:3] == ["TS-D6", "TS-D6", "TS-D8"]


@pytest.mark.parametrize(
    ("row", "reason", "flags"),
    [
        (technical("1", "정보처리기능사", "기능사"), "grade_not_listed", ("grade_not_listed:1",)),
        (private("1", "전산회계", "3급"), "grade_not_listed", ("grade_not_listed:1",)),
        (private("1", "한국사능력검정시험", "3급"), "grade_not_listed", ("grade_not_listed:1",)),
        (technical("1", "용접기사", "기사"), "no_rule", ()),
        (technical("1", "정보처리기사", "산업기사"), "no_rule", ()),
        (private("1", "정보처리기사", "기사"), "no_rule", ()),
        (entry("1", "certified_private_qualification", grade="1급"), "claim_missing", ("claim_missing:1:title",)),
    ],
)
def test_a_qualification_that_earns_nothing_says_why(row: Json, reason: str, flags: tuple[str, ...]) -> None:
    found = scored(row)
    assert (found.raw["qualification"], found.excluded_entries, found.flags) == (0, {"1": reason}, flags)


def test_a_name_with_a_grade_of_another_qualification_is_of_no_family() -> None:
    found = scored(entry("1", "national_technical_qualification", name="용접산업기사"))
    assert (found.raw["qualification"], found.excluded_entries) == (0, {"1": "no_rule"})


def test_the_longest_grade_at_the_end_of_a_name_counts_whatever_other_names_a_family_has() -> None:
    named = ("rules", 3, "lists", "values", "administrative", 5)
    ambiguous = edited(((*named, "aliases"), ["정보처리산업"]))
    row = entry("1", "national_technical_qualification", name="정보처리산업기사")
    assert scored(row, by=ambiguous).raw["qualification"] == 3


def test_the_longer_of_two_grades_counts_wherever_both_stand_in_the_alphabet() -> None:
    named = ("rules", 3, "lists", "values", "administrative", 5)
    grades = (((*named, "aliases"), ["정보처리고"]), ((*named, "grades"), ["급", "고급"]))
    ambiguous = edited((("rules", 3, "grade_points"), {"급": 5, "고급": 3}), *grades)
    row = entry("1", "national_technical_qualification", name="정보처리고급")
    assert scored(row, by=ambiguous).raw["qualification"] == 3


def test_an_undecided_qualification_leaves_the_score_open_unless_it_is_of_no_family() -> None:
    waiting = edited((("rules", 3, "needs"), ["related"]))
    found = scored(technical("1", "정보처리기사", "기사"), technical("2", "용접기사", "기사"), related={}, by=waiting)
    assert (found.status, reach(found), found.flags) == ("incomplete", [40, 45], ("adjudication_missing:1:related",))
    assert found.excluded_entries == {"2": "no_rule"}


def test_a_policy_may_count_every_grade_of_a_family() -> None:
    every = edited((("rules", 3, "highest_per_family"), False))
    found = scored(private("1", "전산세무", "2급"), private("2", "전산세무", "1급"), by=every)
    assert (found.raw["qualification"], found.excluded_entries) == (8, {})


def test_the_grade_may_stand_in_the_name_alone_and_a_family_may_have_other_names() -> None:
    named = entry("1", "national_technical_qualification", name="정보처리산업기사")
    assert scored(named).raw["qualification"] == 3
    assert scored(entry("1", "national_technical_qualification", name="정보처리")).raw["qualification"] == 0
    other = technical("1", "건설기계설비기사", "기사")
    assert scored(other, job_family="technical").raw["qualification"] == 5


def test_some_qualifications_have_one_number_of_points() -> None:
    row = entry("1", "professional_qualification", name="교통안전관리자")
    found = scored(row, job_family="research_professor")
    assert found.raw["qualification"] == 3
    assert [line.rule for line in found.trace if line.entries] == ["TS-D7"]


def test_a_notice_may_add_a_family() -> None:
    extra: JsonValue = [{"family": "전기", "kind": "national_technical", "grades": ["기사"]}]
    assert scored(technical("1", "전기기사", "기사"), extra_qualifications=extra).raw["qualification"] == 5


def test_a_rule_to_which_no_notice_may_add_anything_counts_its_own_families_and_members() -> None:
    closed = edited((("rules", 3, "added_by"), GONE), (("rules", 5, "added_by"), GONE))
    rows = (technical("1", "정보처리기사", "기사"), entry("2", "professional_qualification", name="변호사"))
    assert scored(*rows, by=closed).raw["qualification"] == 5
    assert scored(*rows, under="B", by=closed).bonus["special"] == 5


def test_required_qualifications_earn_nothing_and_the_cheapest_is_taken() -> None:
    held = (technical("1", "정보처리기사", "기사"), technical("2", "정보처리산업기사", "산업기사"))
    required: JsonValue = [{"any_of": ["정보처리산업기사", "정보처리 기사"]}]
    found = scored(*held, required_qualifications=required)
    assert (found.raw["qualification"], found.excluded_entries) == (5, {"2": "required_qualification"})


def test_a_required_qualification_that_nobody_decided_about_is_not_waited_for() -> None:
    waiting = edited((("rules", 3, "needs"), ["related"]))
    row = technical("1", "정보처리기사", "기사")
    required: JsonValue = [{"any_of": ["정보처리기사"]}]
    found = scored(row, related={}, by=waiting, required_qualifications=required)
    assert (found.status, reach(found), found.flags) == ("scored", [40, 40], ())
    assert found.excluded_entries == {"1": "required_qualification"}


def test_what_waives_the_screening_is_taken_out_last() -> None:
    rows = (entry("1", "professional_qualification", name="공인노무사"), technical("2", "정보처리기사", "기사"))
    found = scored(*rows, required_qualifications=[{"any_of": ["공인노무사", "정보처리기사"]}])
    assert (found.status, found.excluded_entries) == ("exempt", {"2": "required_qualification"})


@pytest.mark.parametrize(("points", "lawyer", "taken"), [(7, False, "2"), (11, False, "1"), (7, True, "3")])
def test_the_points_of_every_rule_are_weighed_before_one_is_taken_out(points: int, *, lawyer: bool, taken: str) -> None:
    rows = (
        technical("1", "정보처리기사", "기사"),  # 5 by its family, and 5 by the list of this notice
        technical("2", "전기기사", "기사"),
        entry("3", "professional_qualification", name="변호사"),
    )
    added: JsonValue = [{"id": "extra", "types": ["national_technical_qualification"], "title": ["정보처리기사"]}]
    families: JsonValue = [{"family": "전기", "kind": "national_technical", "flat_points": points, "grades": []}]
    names: list[JsonValue] = ["정보처리기사", "전기기사", *(["변호사"] if lawyer else [])]
    found = scored(
        *rows,
        under="B",
        extra_special_qualifications=added,
        extra_qualifications=families,
        required_qualifications=[{"any_of": names}],
    )
    assert [each for each, why in found.excluded_entries.items() if why == "required_qualification"] == [taken]


def test_a_type_that_the_rule_does_not_read_costs_nothing_though_its_kinds_name_it() -> None:
    types = ["national_technical_qualification"]
    without = edited(
        (("rules", 3, "entries"), types), (("rules", 5, "entries"), [*types, "certified_private_qualification"])
    )
    rows = (technical("1", "정보처리산업기사", "산업기사"), private("2", "전산세무", "1급"))
    found = scored(*rows, by=without, required_qualifications=[{"any_of": ["정보처리산업기사", "전산세무"]}])
    assert (found.raw["qualification"], found.excluded_entries) == (3, {"2": "required_qualification"})


def test_two_requirements_never_take_the_same_entry_if_another_meets_them() -> None:
    held = (technical("1", "정보처리기사", "기사"), technical("2", "정보보안산업기사", "산업기사"))
    required: JsonValue = [{"any_of": ["정보처리기사", "정보보안산업기사"]}, {"any_of": ["정보보안산업기사"]}]
    found = scored(*held, required_qualifications=required)
    assert found.excluded_entries == {"1": "required_qualification", "2": "required_qualification"}


def test_a_requirement_that_no_entry_meets_is_shown_to_a_person() -> None:
    found = scored(required_qualifications=[{"any_of": ["변호사", "세무사"]}])
    assert found.flags == ("requirement_not_shown:변호사,세무사",)
    assert found.status == "scored"


def test_a_required_doctorate_of_one_field_is_taken_out() -> None:
    degrees = (
        entry("1", "academic_degree", degree="공학박사", field="교통"),
        entry("2", "academic_degree", degree="박사", field="경제"),
        entry("3", "academic_degree", degree="석사", field="교통"),
        entry("4", "academic_degree", degree="박사"),
    )
    required: JsonValue = [{"any_of": ["doctorate:교 통"]}]
    found = scored(*degrees, under="B", required_qualifications=required)
    assert found.bonus["special"] == 10
    assert found.excluded_entries["1"] == "required_qualification"
    assert found.excluded_entries["3"] == "no_rule"


def test_a_requirement_is_a_degree_only_with_a_known_word_before_its_colon() -> None:
    degree = entry("1", "academic_degree", degree="박사", field="교통:철도")
    doctor = entry("2", "academic_degree", degree="doctorate", field="교통")
    nameless = entry("3", "academic_degree", field="교통")
    for names, taken in (
        (["doctorate:교통:철도"], {"1"}),
        (["doctorate"], {"2"}),
        (["master:교통"], set()),
        (["doctorate:"], set()),
    ):
        required: JsonValue = [{"any_of": [*names]}]
        found = scored(degree, doctor, nameless, under="B", required_qualifications=required)
        consumed = {each for each, why in found.excluded_entries.items() if why == "required_qualification"}
        assert consumed == taken


def test_a_notice_may_add_a_special_qualification() -> None:
    added: JsonValue = [{"id": "patent", "types": ["professional_qualification"], "title": ["변리사"]}]
    row = entry("1", "professional_qualification", name="변리사")
    assert scored(row, under="B").bonus["special"] == 0
    assert scored(row, under="B", extra_special_qualifications=added).bonus["special"] == 5


def test_a_test_without_a_table_is_no_question_where_a_list_counts_it() -> None:
    added: JsonValue = [{"id": "test", "types": ["language_test"], "title": ["Unheard of"]}]
    found = scored(toeic("1", 95, test="Unheard of"), under="B", extra_special_qualifications=added)
    assert (found.bonus["special"], found.flags, found.excluded_entries) == (5, (), {})


def test_special_qualifications_add_up_without_limit() -> None:
    assert scored(entry("1", "professional_qualification", name="변호사"), under="B").flags == ()
    rows = [entry(str(n), "professional_qualification", name=name) for n, name in enumerate(("변호사", "세무사"))]
    assert scored(*rows, under="B").bonus["special"] == 10
    assert scored(*rows, under="B", job_family="technical").bonus["special"] == 0


def test_a_master_engineer_needs_a_decision() -> None:
    row = technical("1", "정보처리기술사", "기술사")
    assert scored(row, under="B").bonus["special"] == 5
    assert scored(row, under="B").flags == ()
    refused = scored(row, under="B", related={"1": False})
    assert (refused.bonus["special"], refused.excluded_entries) == (0, {"1": "grade_not_listed"})
    waiting = scored(row, under="B", related={})
    assert (waiting.status, reach(waiting)) == ("incomplete", [48, 53])
    assert waiting.flags == ("adjudication_missing:1:related", "grade_not_listed:1")
    another = technical("1", "용접기술사", "기술사")
    assert scored(another, under="B", related={"1": False}).excluded_entries == {"1": "not_related"}
    both = scored(row, {**another, "id": "2"}, under="B", related={})
    assert both.flags[:2] == ("adjudication_missing:1:related", "adjudication_missing:2:related")


def test_a_lawyer_by_state_examination_counts_twice_and_is_flagged() -> None:
    rows = (
        entry("1", "professional_qualification", name="변호사"),
        entry("2", "state_exam_pass", exam="사법고시", stage="최종"),
        entry("3", "state_exam_pass", exam="행정고시", stage="1차"),
    )
    found = scored(*rows, under="B")
    assert found.bonus["special"] == 10
    assert found.flags == ("same_basis:1,2",)
    assert found.excluded_entries == {"3": "no_rule"}


def test_a_special_qualification_waives_the_screening_of_the_entry_track() -> None:
    row = entry("1", "professional_qualification", name="공인노무사")
    found = scored(row, ratings={})
    assert (found.status, found.total, found.base, found.range) == ("exempt", None, None, None)
    assert found.flags == ("exempt_by:1",)
    required = scored(row, required_qualifications=[{"any_of": ["공인노무사"]}])
    assert (required.status, required.excluded_entries) == ("scored", {"1": "required_qualification"})


def test_an_undecided_way_past_the_screening_leaves_the_score_open() -> None:
    found = scored(entry("1", "academic_degree", degree="doctorate", field="x"), related={})
    assert (found.status, found.total) == ("incomplete", None)
    assert found.flags == ("adjudication_missing:1:related", "may_be_exempt:1")
    lawyer = entry("2", "professional_qualification", name="변호사")
    waived = scored(entry("1", "academic_degree", degree="doctorate", field="x"), lawyer, related={})
    assert (waived.status, waived.flags) == ("exempt", ("exempt_by:2",))


@pytest.mark.parametrize(
    ("periods", "points"),
    [
        ([("2023-03-01", "2024-02-28")], 0),
        ([("2023-03-01", "2024-02-29")], 3),
        ([("2023-03-01", "2024-08-31"), ("2024-03-01", "2025-02-28")], 4),
    ],
)
def test_careers_count_in_whole_months_of_their_union(periods: list[tuple[str, str]], points: int) -> None:
    rows = [career(str(number), start, end) for number, (start, end) in enumerate(periods)]
    assert scored(*rows).bonus["career"] == points


def test_a_career_that_ends_on_the_day_of_the_evaluation_has_ended() -> None:
    found = scored(career("1", "2025-03-03", "2026-03-02"))
    assert (found.bonus["career"], found.flags) == (3, ())


def test_a_career_of_one_day_counts_beside_one_that_cannot_be_read() -> None:
    found = scored(career("1", "soon", "2024-01-01"), career("2", "2024-01-01", "2024-01-01"))
    assert found.excluded_entries == {"1": "claim_unreadable"}
    assert [line.entries for line in found.trace if line.rule == "TS-D13"] == [("2",)]


def test_a_career_without_an_end_counts_up_to_the_day_its_source_reported() -> None:
    found = scored(career("1", "2024-01-01", None, as_of="2025-12-31"))
    assert (found.bonus["career"], found.flags) == (4, ("period_open:1",))
    later = scored(career("1", "2024-03-04", None, as_of="2030-12-31"))
    assert later.bonus["career"] == 3


def test_a_duty_whose_end_is_not_shown_counts_nothing_because_every_duty_has_one() -> None:
    """An end that was withheld would otherwise make the duty go on."""
    duty = career("1", "2024-01-01", None, as_of="2025-12-31")
    assert scored(duty).bonus["career"] == 4  # a job may go on
    hidden = scored(duty | {"type": "military_duty"})
    assert (hidden.bonus["career"], hidden.excluded_entries) == (0, {"1": "claim_missing"})
    assert hidden.flags == ("claim_missing:1:end_date",)
    shown = scored(career("1", "2024-01-01", "2025-12-31") | {"type": "military_duty"})
    assert (shown.bonus["career"], shown.flags) == (4, ())


@pytest.mark.parametrize("end", ["2026-03-03", "2030-01-01", "9999-12-31"])
def test_a_career_whose_end_has_not_come_counts_up_to_the_evaluation_and_is_flagged(end: str) -> None:
    found = scored(career("1", "2025-03-03", end))
    assert (found.bonus["career"], found.flags) == (3, ("period_open:1",))  # twelve months on 2 March 2026
    assert scored(career("1", "2025-03-04", end)).bonus["career"] == 0
    reported = scored(career("1", "2025-03-03", end, as_of="2025-12-31"))
    assert (reported.bonus["career"], reported.flags) == (0, ("period_open:1",))


def test_a_career_that_begins_after_the_evaluation_does_not_count() -> None:
    found = scored(career("1", "2026-03-03", "9999-12-31"))
    assert (found.bonus["career"], found.excluded_entries) == (0, {"1": "claim_unreadable"})


@pytest.mark.parametrize(
    ("start", "end"),
    [("2024-01-01", None), ("2024-01-01", "later"), ("2024-01-01", "2023-01-01"), ("soon", "2024-01-01")],
)
def test_a_career_whose_period_cannot_be_read_is_flagged(start: str, end: str | None) -> None:
    found = scored(career("1", start, end))
    assert (found.bonus["career"], found.excluded_entries) == (0, {"1": "claim_unreadable"})


def test_a_notice_without_bands_leaves_related_careers_and_awards_open() -> None:
    row = career("1", "2020-01-01", "2024-12-31")
    found = scored(row, career_bonus_bands=None)
    assert (found.status, found.bonus["career"], reach(found)) == ("incomplete", None, [40, 45])
    assert found.flags == ("notice_parameter_missing:career_bonus_bands",)
    assert found.excluded_entries == {}
    award = scored(entry("1", "contest_award", prize="대상"), contest_bonus=None)
    assert (award.status, reach(award), award.excluded_entries) == ("incomplete", [40, 43], {})
    nothing = scored(career_bonus_bands=None, contest_bonus=None)
    assert (nothing.total, reach(nothing)) == (40, [40, 40])
    others = (entry("1", "contest_award", prize="대상"), entry("2", "contest_award"))
    known = scored(*others, related={"1": False, "2": True}, contest_bonus=None)
    assert known.excluded_entries == {"1": "not_related", "2": "claim_missing"}
    assert (known.flags, reach(known)) == (("claim_missing:2:prize",), [40, 40])
    refused = scored(row, related={"1": False}, career_bonus_bands=None)
    assert (refused.status, refused.total) == ("scored", 40)


def test_an_undecided_career_is_counted_into_the_range_only() -> None:
    found = scored(career("1", "2020-01-01", "2024-12-31"), related={})
    assert (found.status, reach(found)) == ("incomplete", [40, 45])


def test_an_award_earns_by_its_prize() -> None:
    awards = [entry("1", "contest_award", prize="참가상"), entry("2", "contest_award", prize="장려상")]
    assert scored(*awards).bonus["contest"] == 2
    assert scored(awards[0]).bonus["contest"] == 0
    assert [line.why.slug for line in scored(awards[0]).trace if line.entries] == ["word_not_listed"]
    assert reach(scored(*awards, related={})) == [40, 42]
    refused = scored(*awards, entry("3", "contest_award"), related={"1": False, "3": True})
    assert refused.excluded_entries == {"1": "not_related", "3": "claim_missing"}
    assert refused.flags == ("adjudication_missing:2:related", "claim_missing:3:prize")


def test_a_missing_rating_is_never_zero() -> None:
    found = scored(ratings={"self_introduction": {"vision": "poor"}})
    assert (found.status, found.total, found.base) == ("incomplete", None, None)
    assert reach(found) == [3 + 1 + 6, 15 + 1 + 30]
    assert found.components["self_introduction"] is None
    assert "rating_missing:self_introduction/idea_improvement" in found.flags


@pytest.mark.parametrize(
    ("name", "points"),
    [("정보관리기술사", 5), ("정보 관리 기술사", 5), ("정보처리산업기사", 0), ("정보처리기사", 0), ("기술", 0)],
)
def test_a_grade_that_is_not_disclosed_is_read_from_the_end_of_the_name(name: str, points: int) -> None:
    row = technical("1", name, "기사") | {"grade": None}
    assert scored(row, under="B").bonus["special"] == points


def test_the_grade_that_was_disclosed_counts_more_than_the_name() -> None:
    assert scored(technical("1", "정보관리기술사", "기사"), under="B").bonus["special"] == 0


def test_a_shorter_grade_is_not_read_out_of_a_longer_one() -> None:
    added: list[JsonValue] = [{"grade": "기사", "entry_type": "national_technical_qualification"}]
    row = technical("1", "정보처리산업기사", "기사") | {"grade": None}
    assert scored(row, under="B", extra_special_qualifications=added).bonus["special"] == 0
