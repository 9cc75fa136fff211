"""Whole applicants under the published criteria, each worked out by hand from the agency's printed lines."""

from typing import Any

from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import Json, course, entry, private, rated, scored, technical, training


def language(entry_id: str, test: str, score: JsonValue, day: str = "2025-11-09") -> Json:
    return entry(entry_id, "language_test", test=test, score=score, test_date=day)


def professional(entry_id: str, name: str) -> Json:
    return entry(entry_id, "professional_qualification", name=name, acquired_date="2020-01-02")


def career(entry_id: str, start: str, end: str) -> Json:
    return entry(entry_id, "employment_insurance_career", start_date=start, end_date=end)


def parts(score: Any) -> JsonValue:  # noqa: ANN401 - a Score
    """Return components and bonuses in the order of the policy, then the total."""
    found = score.to_json()
    return [*found["components"].values(), *found["bonus"].values(), found["total"]]


def test_an_experienced_mechanic_with_a_required_qualification_and_old_tests() -> None:
    found = scored(
        course("c1", 3),  # 6 points; the repetition of two credits is the same course
        course("c2", 2, course_code="c1"),
        training("t1", 45),  # 92 hours of both: 9 points
        training("t2", 47),
        technical("q1", "자동차정비산업기사", "산업기사"),  # required, so it earns nothing
        technical("q2", "자동차정비기사", "기사"),  # 5
        technical("q3", "건설기계설비기사", "기사"),  # 5, an alias of 건설기계
        technical("q4", "가스기능사", "기능사"),
        private("q5", "한국사능력검정시험", "2급"),  # 1: together 11, of which 10 count
        technical("s1", "차량기술사", "기술사"),  # 5
        entry("s2", "state_exam_pass", exam="기술고시", stage="최종"),  # 5
        language("l1", "opic", "IM3", "2024-03-02"),  # 3, on the first day of the two years
        language("l2", "toeic", 990, "2024-03-01"),
        under="B",
        job_family="technical",
        required_qualifications=[{"any_of": ["자동차정비산업기사", "자동차검사산업기사"]}],
        ratings=rated("B", "average"),  # 2 x 9 and 3 x 6
    )
    assert parts(found) == [15, 10, 18, 18, 10, 3, 74]
    assert (found.raw["qualification"], found.base) == (11, 61)
    assert found.excluded_entries == {
        "c2": "duplicate",
        "l2": "outside_window",
        "q1": "required_qualification",
        "q4": "grade_not_listed",
    }
    assert found.flags == ("grade_not_listed:q4",)


def test_an_entry_level_applicant_reaches_every_cap_and_both_bonuses() -> None:
    found = scored(
        course("c1", 17.5),  # 35
        training("t1", 10),  # 36, of which 35 count
        technical("q1", "정보처리기사", "기사"),
        technical("q2", "정보보안기사", "기사"),
        private("q3", "전산세무", "1급"),  # 5 each: 15
        private("q4", "KBS한국어능력시험", "2-급"),  # 16, of which 15 count
        career("w1", "2021-01-01", "2022-06-30"),  # 18 months
        career("w2", "2022-07-01", "2023-12-31"),  # 18 more without a gap: 36, so 5 points
        entry("p1", "contest_award", prize="우수상"),
        entry("p2", "contest_award", prize="대상"),  # the best: 3
        ratings=rated("A", "excellent"),
    )
    assert parts(found) == [35, 15, 20, 30, 5, 3, 108]
    assert (found.raw["academic"], found.raw["qualification"]) == (36, 16)
    assert (found.excluded_entries, found.flags) == ({}, ())


def test_nothing_but_texts_gives_the_least_points_of_each_track() -> None:
    assert scored(ratings=rated("A", "poor")).total == 4 * 1 + 3 * 2
    assert scored(under="B", ratings=rated("B", "poor")).total == 2 * 3 + 3 * 2


def test_a_researcher_with_a_required_doctorate_and_another_one() -> None:
    found = scored(
        entry("d1", "academic_degree", degree="doctorate", field="교통"),  # required
        entry("d2", "academic_degree", degree="공학박사", field="기계"),  # 5
        professional("q1", "교통안전관리자"),
        professional("q2", "교통사고분석사"),
        technical("q3", "교통산업기사", "산업기사"),  # 3 + 3 + 3
        technical("q4", "교통기사", "기사"),  # 5 in the place of 3: 11, of which 10 count
        language("l1", "toeic", 950),
        under="B",
        job_family="research_professor",
        required_qualifications=[{"any_of": ["doctorate:교통"]}],
    )
    assert parts(found) == [0, 10, 24, 24, 5, 4, 67]
    assert found.raw["qualification"] == 11
    assert found.excluded_entries == {"d1": "required_qualification", "q3": "not_highest_in_family"}


def test_a_required_profession_waives_nothing_and_a_second_one_does() -> None:
    required: list[JsonValue] = [{"any_of": ["공인회계사", "세무사"]}]
    one = scored(professional("1", "공인회계사"), required_qualifications=required)
    assert (one.status, one.total) == ("scored", 40)
    two = scored(professional("1", "공인회계사"), professional("2", "세무사"), required_qualifications=required)
    assert (two.status, two.total, two.flags) == ("exempt", None, ("exempt_by:2",))


def test_what_is_open_is_counted_into_a_range_below_the_cap() -> None:
    found = scored(course("c1", 17), course("c2", 3), training("t1", 5), training("t2", 5), related={"c1": True})
    assert (found.status, found.to_json()["range"]) == ("incomplete", [34 + 40, 35 + 40])
    texts = rated()
    del texts["self_introduction"]["vision"]
    unrated = scored(course("c1", 3), ratings=texts)
    assert (unrated.components["academic"], unrated.components["self_introduction"], unrated.base) == (6, None, None)
    assert unrated.to_json()["range"] == [6 + 12 + 1 + 24, 6 + 12 + 5 + 24]


def test_entries_that_are_not_in_order_are_named_and_earn_nothing() -> None:
    found = scored(
        course("1", disclosed=False),
        course("2", verified=False),
        course("3", status="suspended"),
        course("4", trusted=False),
        course("5", status="expired"),
        private("6", "KBS한국어능력시험", "1급", valid_until="2026-03-01"),
        private("7", "KBS한국어능력시험", "2급", valid_until="2026-03-02"),  # on its last day: 1
    )
    assert parts(found) == [0, 1, 16, 24, 0, 0, 41]
    assert found.excluded_entries == {
        "1": "not_disclosed",
        "2": "not_verified",
        "3": "suspended",
        "4": "issuer_not_trusted",
        "5": "expired",
        "6": "expired",
    }
