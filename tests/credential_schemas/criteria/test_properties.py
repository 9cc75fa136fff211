"""What holds for every applicant under both published policies: order, caps of every part, and what never scores."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential_schemas.criteria.case import Decisions
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.notice import Notice, read_notice
from credential_schemas.criteria.score import Score
from credential_schemas.criteria.scoring import score_applicant
from tests.credential_schemas.criteria.given import Json, course, entry, notice, policy, rated, technical, training
from tests.credential_schemas.criteria.test_loading import OTHER
from tests.credential_schemas.criteria.test_score import BAD

FIRST = date(2019, 1, 1)
CODES = ("2001020231_99v1", "2001020431_99v1", "2001030101_99v1", "0202010101_99v1")
CASES = ("A", "B", "junior", "senior")
DAYS = st.integers(0, 2500).map(lambda days: (FIRST + timedelta(days=days)).isoformat())
ROWS = st.one_of(
    st.builds(
        lambda code, level: entry("", "ncs_competency_unit", unit_code=code, unit_name="가상", unit_level=level),
        st.sampled_from(CODES),
        st.integers(1, 8),
    ),
    st.builds(
        lambda codes, passed: entry("", "university_ncs_course", ncs_units=codes, passed=passed, credits=3),
        st.lists(st.sampled_from(CODES), max_size=3),
        st.booleans(),
    ),
    st.builds(lambda hours: training("", hours), st.integers(0, 2000)),
    st.builds(lambda amount: course("", amount), st.sampled_from([0.5, 3, 18])),
    st.builds(
        lambda start, end: entry(
            "", "employment_insurance_career", start_date=min(start, end), end_date=max(start, end)
        ),
        DAYS,
        DAYS,
    ),
    st.builds(
        lambda prize: entry("", "contest_award", contest="공모전", prize=prize, award_date="2025-05-01"),
        st.sampled_from(["대상", "우수상", "장려상"]),
    ),
    st.builds(
        lambda score: entry("", "language_test", test="TOEIC", test_date="2025-11-09", score=score),
        st.integers(0, 198).map(lambda steps: steps * 5),
    ),
    st.builds(
        lambda name, series: technical("", name + series, series),
        st.sampled_from(["정보처리", "정보보안"]),
        st.sampled_from(["기술사", "기사", "산업기사"]),
    ),
)
APPLICANTS = st.lists(ROWS, max_size=8).map(
    lambda rows: [{**row, "id": f"e{number}"} for number, row in enumerate(rows)]
)


def company() -> Policy:
    return load_policy(OTHER.read_bytes(), name=OTHER.name)


COMPANY = company()


def posting(case: str) -> tuple[Policy, Notice, Decisions]:
    """Return policy, notice and the ratings of people, who call every entry related."""
    related = {f"e{number}": {"related": True} for number in range(8)} | {"z": {"related": True}}
    if case in ("A", "B"):
        return policy(), notice(case), Decisions(related, rated(case, "average"))
    bands: list[Json] = [{"min_months": 12, "points": 5}, {"min_months": 36, "points": 10}]
    document: Json = {"id": "job-7", "notice_date": "2026-03-02", "level": case, "experience_bands": [*bands]}
    ratings = {"portfolio": {"code": "strong", "design": "weak"}}
    return COMPANY, read_notice(document, COMPANY), Decisions(related, ratings)


def scored(case: str, *rows: Json) -> Score:
    criteria, given_notice, decisions = posting(case)
    return score_applicant(criteria, given_notice, read_entries([*rows]), decisions=decisions, basis="verified")


@pytest.mark.parametrize("case", CASES)
@given(rows=APPLICANTS)
@settings(max_examples=25, deadline=None)
def test_no_part_passes_its_cap_and_none_is_negative(case: str, rows: list[Json]) -> None:
    criteria, given_notice, _ = posting(case)
    stage, found = criteria.document_screening, scored(case, *rows)
    for name, points in {**found.components, **found.bonus}.items():
        cap = given_notice.number((stage.components | stage.bonuses)[name].cap)
        if points is not None:
            assert points >= 0
            assert cap is None or points <= cap
    full = given_notice.number(stage.full_marks)
    assert full is None or found.base is None or found.base <= full
    if found.range is not None:
        assert 0 <= found.range[0] <= found.range[1]


@pytest.mark.parametrize("case", CASES)
@given(rows=APPLICANTS, chance=st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_entries_never_matters(case: str, rows: list[Json], chance: object) -> None:
    mixed = [*rows]
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # a random generator of hypothesis
    assert scored(case, *mixed) == scored(case, *rows)


@pytest.mark.parametrize("case", CASES)
@given(rows=APPLICANTS, more=ROWS)
@settings(max_examples=25, deadline=None)
def test_one_more_entry_lowers_neither_total_nor_range(case: str, rows: list[Json], more: Json) -> None:
    before, after = scored(case, *rows), scored(case, *rows, {**more, "id": "z"})
    if before.range is not None and after.range is not None:
        assert after.range[0] >= before.range[0]
        assert after.range[1] >= before.range[1]


@pytest.mark.parametrize("case", CASES)
@given(rows=APPLICANTS, more=ROWS, bad=BAD)
@settings(max_examples=25, deadline=None)
def test_what_is_not_in_order_changes_nothing(case: str, rows: list[Json], more: Json, bad: Json) -> None:
    before, after = scored(case, *rows), scored(case, *rows, {**more, **bad, "id": "z"})
    assert "z" in after.excluded_entries
    assert (after.components, after.bonus, after.total, after.range) == (
        before.components,
        before.bonus,
        before.total,
        before.range,
    )
    assert all("z" not in line.entries for line in after.trace)


@pytest.mark.parametrize("status", ["corrected", "superseded", "cancelled", "not_yet_valid", "", "VALID"])
def test_no_status_but_valid_scores(status: str) -> None:
    found = scored("junior", {**entry("1", "ncs_competency_unit", unit_code=CODES[0], unit_level=8), "status": status})
    assert "1" in found.excluded_entries
    assert found.components["competencies"] == 0
