"""What a notice may say under a policy, and how it is refused."""

from fractions import Fraction

import pytest

from credential_schemas.criteria.errors import NoticeError
from credential_schemas.criteria.notice import chosen_readings, read_notice
from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import notice, notice_document, policy


def test_days_default_to_the_notice_date() -> None:
    assert notice().day("evaluation_date") == notice().day("notice_date")
    assert notice(evaluation_date="2026-04-01").day("evaluation_date").month == 4


def test_a_notice_keeps_its_name_and_may_reach_every_limit() -> None:
    rows: JsonValue = [{"any_of": ["기사"]}] * 200
    found = read_notice(notice_document(id="x" * 100, required_qualifications=rows), policy())
    assert found.id == "x" * 100
    assert len(found.requirements("required_qualifications")) == 200
    bands: JsonValue = [{"min_months": 0, "points": 3}]
    assert notice(career_bonus_bands=bands).bands("career_bonus_bands") == ((0, Fraction(3)),)


def test_bands_are_sorted_and_what_is_absent_is_undetermined() -> None:
    bands: JsonValue = [{"min_months": 36, "points": 5}, {"min_months": 12, "points": 3}]
    assert notice(career_bonus_bands=bands).bands("career_bonus_bands") == ((12, Fraction(3)), (36, Fraction(5)))
    assert notice("B").bands("career_bonus_bands") is None
    assert notice("B").words("contest_bonus") is None


def test_a_notice_adds_families_and_members() -> None:
    found = notice(
        extra_qualifications=[{"family": "전기", "kind": "national_technical", "grades": ["기사"]}],
        extra_special_qualifications=[{"id": "patent", "types": ["professional_qualification"], "title": ["변리사"]}],
    )
    assert [family.family for family in found.families("extra_qualifications")] == ["전기"]
    assert [member.id for member in found.members("extra_special_qualifications")] == ["patent"]


def test_rows_may_be_written_as_published_lists_write_them() -> None:
    rows: list[JsonValue] = [
        {"name": "감정평가사", "entry_type": "professional_qualification"},
        {"grade": "기능장", "entry_type": "national_technical_qualification", "needs": "adjudication.related"},
        {"entry_type": "contest_award", "title": ["대상"], "needs": ["related"]},
    ]
    first, second, third = notice(extra_special_qualifications=rows).members("extra_special_qualifications")
    assert (first.id, first.types, first.title) == ("added-1", ("professional_qualification",), ("감정평가사",))
    assert (second.id, second.grade, second.needs) == ("added-2", ("기능장",), ("related",))
    assert (third.title, third.needs) == (("대상",), ("related",))


def test_an_added_row_names_its_title_by_any_word_and_its_other_claims_as_they_are_called() -> None:
    rows: list[JsonValue] = [
        {"exam": "기술고시", "stage": "1차", "entry_type": "state_exam_pass"},
        {"id": "best", "contest": "공모전", "prize": ["대상"], "entry_type": "contest_award"},
    ]
    first, second = notice(extra_special_qualifications=rows).members("extra_special_qualifications")
    assert (first.id, first.title, dict(first.claims)) == ("added-1", ("기술고시",), {"stage": ("1차",)})
    assert (second.id, second.title, dict(second.claims)) == ("best", ("공모전",), {"prize": ("대상",)})


def test_an_added_row_means_every_spelling_that_the_policy_has_for_its_words() -> None:
    rows: list[JsonValue] = [
        {"degree": "doctorate", "entry_type": "academic_degree", "needs": "adjudication.related"},
        {"exam": "고시", "stage": "final", "entry_type": "state_exam_pass"},
    ]
    rows.append({"name": "박사", "entry_type": "enterprise_qualification"})
    degree, exam, other = notice(extra_special_qualifications=rows).members("extra_special_qualifications")
    assert other.title == ("박사",)  # no row of the policy's own is about this type
    assert (degree.title, degree.needs) == (("doctorate", "박사", "*박사"), ("related",))
    assert (exam.title, dict(exam.claims)) == (("고시", "*고시"), {"stage": ("final", "최종", "최종합격")})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "id: expected a text"),
        ({"id": "x" * 101}, "id: expected a text"),
        ({"color": "red"}, "color: expected a parameter of the policy ts-hiring-criteria"),
        ({"notice_date": None}, "notice_date: expected a day such as 2026-03-02, found none"),
        ({"notice_date": "2 March"}, "notice_date: expected a day such as 2026-03-02"),
        ({"track": "old"}, "track: expected one of new, experienced"),
        ({"track": None}, "track: expected one of new, experienced"),
        ({"track": {"new": 1}}, "track: expected one of new, experienced"),
        ({"required_qualifications": {}}, "required_qualifications: expected a list"),
        ({"required_qualifications": [{}] * 201}, "required_qualifications: expected a list of at most 200 rows"),
        ({"required_qualifications": ["기사"]}, 'expected a list of {"any_of": [names]}'),
        ({"required_qualifications": [{"any_of": []}]}, 'expected a list of {"any_of": [names]}'),
        ({"required_qualifications": [{"any_of": [1]}]}, 'expected a list of {"any_of": [names]}'),
        ({"required_qualifications": [{"any_of": ["a"], "or": 1}]}, 'expected a list of {"any_of": [names]}'),
        ({"extra_qualifications": [{"family": 7, "kind": "x"}]}, "extra_qualifications/0/family: Input should be"),
        ({"extra_special_qualifications": [{"id": "x"}]}, "extra_special_qualifications/0/types: Field required"),
        ({"extra_special_qualifications": ["변리사"]}, "extra_special_qualifications/0: Input should be an object"),
        (
            {"extra_special_qualifications": [{"entry_type": "state_exam_pass", "prize": "대상"}]},
            "extra_special_qualifications/0/prize: Extra inputs are not permitted",
        ),
        (
            {"extra_special_qualifications": [{"entry_type": "passport", "name": "고시"}]},
            "extra_special_qualifications: expected known entry types, found passport",
        ),
        (
            {"extra_special_qualifications": [{"entry_type": "passport", "exam": "고시"}]},
            "extra_special_qualifications/0/exam: Extra inputs are not permitted",
        ),
        (
            {"extra_special_qualifications": [{"entry_type": ["state_exam_pass"], "name": "고시"}]},
            "extra_special_qualifications/0/types/0: Input should be a valid string",
        ),
        (
            {"extra_special_qualifications": [{"entry_type": "state_exam_pass", "name": "a", "exam": "b"}]},
            "extra_special_qualifications/0/title and exam: Extra inputs are not permitted",
        ),
        (
            {"extra_special_qualifications": [{"entry_type": "language_test", "score": "900", "score_or_grade": "AL"}]},
            "extra_special_qualifications/0/score_or_grade and score_or_grade: Extra inputs are not permitted",
        ),
        (
            {"extra_special_qualifications": [{"entry_type": "state_exam_pass", "claims": {}, "stage": "1차"}]},
            "extra_special_qualifications/0/claims and others: Extra inputs are not permitted",
        ),
        (
            {"extra_qualifications": [{"family": "전기", "kind": "military", "grades": ["기사"]}]},
            "extra_qualifications: expected one of the rule's kinds, found military",
        ),
        (
            {"extra_qualifications": [{"family": "전기", "kind": "professional", "grades": ["특급"]}]},
            "extra_qualifications: expected points for every grade, found none for 특급",
        ),
        (
            {"extra_special_qualifications": [{"id": "x", "types": ["passport"]}]},
            "extra_special_qualifications: expected known entry types, found passport",
        ),
        ({"career_bonus_bands": [{"min_months": 1}]}, 'expected a list of {"min_months": n, "points": n}'),
        ({"career_bonus_bands": [3]}, 'expected a list of {"min_months": n, "points": n}'),
        ({"career_bonus_bands": [{"min_months": True, "points": 3}]}, 'expected a list of {"min_months": n'),
        ({"career_bonus_bands": [{"min_months": -1, "points": 3}]}, 'expected a list of {"min_months": n'),
        (
            {"career_bonus_bands": [{"min_months": 1, "points": 9}]},
            "career_bonus_bands: expected points that the policy allows (3, 4, 5)",
        ),
        ({"career_bonus_bands": {}}, "career_bonus_bands: expected a list of at most 200 rows"),
        ({"extra_qualifications": {}}, "extra_qualifications: expected a list of at most 200 rows"),
        ({"career_bonus_bands": [{"min_months": 1, "points": 3}] * 2}, "expected each number of months once"),
        ({"contest_bonus": [1]}, "contest_bonus: expected an object of words and points"),
        ({"contest_bonus": {"대상": "3"}}, "contest_bonus: expected points that the policy allows (2, 3)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_notice_that_breaks_its_policy_is_refused(changes: dict[str, JsonValue], message: str) -> None:
    with pytest.raises(NoticeError) as refused:
        read_notice(notice_document(**changes), policy())
    assert message in str(refused.value)


@pytest.mark.parametrize("readings", [["AMB-01"], {"AMB-01": 1}])
def test_readings_that_are_no_texts_are_refused(readings: JsonValue) -> None:
    with pytest.raises(NoticeError, match="readings: expected an object"):
        chosen_readings(notice_document(readings=readings))
