"""The result as JSON, and what holds for every applicant."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential_schemas.criteria.wording import Why, flag_text, reason_text, why
from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import (
    Json,
    course,
    entry,
    private,
    rated,
    scored,
    technical,
    training,
)

ROWS = st.one_of(
    st.builds(
        lambda amount, code, passed: course("", amount, course_code=code, passed=passed),
        st.sampled_from([0.5, 1, 3, 6]),
        st.sampled_from("XYZ"),
        st.booleans(),
    ),
    st.builds(lambda hours, code: training("", hours, course_id=code), st.integers(0, 400), st.sampled_from("XYZ")),
    st.builds(
        lambda name, series: technical("", name + series, series),
        st.sampled_from(["정보처리", "정보보안", "용접"]),
        st.sampled_from(["기사", "산업기사", "기능사"]),
    ),
    st.builds(lambda grade: private("", "전산세무", grade), st.sampled_from(["1급", "2급", "3급"])),
    st.builds(lambda name: entry("", "professional_qualification", name=name), st.sampled_from(["세무사", "변리사"])),
    st.builds(
        lambda score: entry("", "language_test", test="TOEIC", test_date="2025-11-09", score=score),
        st.integers(0, 198).map(lambda steps: steps * 5),
    ),
)
APPLICANTS = st.lists(ROWS, max_size=8).map(
    lambda rows: [{**row, "id": f"e{number}"} for number, row in enumerate(rows)]
)
BAD = st.sampled_from(
    [
        {"verified": False},
        {"disclosed": False},
        {"trusted": False},
        {"status": "revoked"},
        {"status": "suspended"},
        {"status": "unknown"},
        {"valid_until": "2026-03-01"},
    ]
)


def test_lr_12_the_json_explains_itself_and_is_never_a_decision() -> None:
    found = scored(
        course("1", 0.5), technical("2", "정보처리기능사", "기능사"), required_qualifications=[{"any_of": ["세무사"]}]
    )
    document = json.loads(json.dumps(found.to_json()))
    assert document["score"] == 1
    assert document["human_review_required"] is True
    assert document["basis"] == "verified"
    assert document["trace"][0] == {
        "rule": "TS-D1",
        "points": 1,
        "entries": ["1"],
        "why": {"ko": "0.5 인정, 1당 2점", "en": "0.5 counted, 2 points per 1"},
    }
    assert document["excluded_entries"] == {"2": "grade_not_listed"}
    assert document["excluded_because"] == {
        "grade_not_listed": {"ko": "배점표에 없는 등급", "en": "its grade has no points"}
    }
    assert set(document["flags_mean"]) == set(document["flags"])
    assert not {"passed", "rejected", "decision", "rank"} & set(document)


def test_every_reason_and_flag_has_a_sentence() -> None:
    assert reason_text("duplicate") == Why("duplicate", "같은 항목이 이미 반영됨", "the same item already counts")
    assert "not_fit" in reason_text("not_fit").ko
    assert "not_fit" in reason_text("not_fit").en
    waived = flag_text("exempt_by:e1")
    assert waived == Why("exempt_by", "다음 항목으로 이 전형이 면제됩니다: e1", "this stage is waived by: e1")
    assert why("word", word="대상") == Why("word", "대상", "대상", {"word": "대상"})
    assert why("months", months=7).en.startswith("7 whole months")


def test_a_notice_may_cap_base_and_bonuses_together() -> None:
    rows = (course("1", 20), technical("2", "정보처리기사", "기사"), private("3", "전산세무", "1급"))
    rest = (private("4", "전산회계", "1급"), entry("5", "contest_award", prize="대상"))
    best = rated("A", "excellent")
    assert scored(*rows, *rest, ratings=best).total == 103
    capped = scored(*rows, *rest, ratings=best, readings={"AMB-01": "cap_100"})
    assert (capped.total, capped.base, capped.range) == (100, 100, (100, 100))
    open_award = scored(
        *rows,
        *rest,
        ratings=best,
        readings={"AMB-01": "cap_100"},
        related={"1": True},
    )
    assert open_award.range == (100, 100)


def test_an_entry_past_its_own_last_day_says_so() -> None:
    found = scored(course("1", valid_until="2026-03-01"), course("2", valid_until="2026-03-02"))
    assert (found.raw["academic"], found.excluded_entries) == (6, {"1": "expired"})


@given(APPLICANTS, st.randoms(use_true_random=False), st.sampled_from("AB"))
@settings(max_examples=60, deadline=None)
def test_the_order_of_entries_does_not_matter(rows: list[Json], chance: object, under: str) -> None:
    mixed = [*rows]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert scored(*mixed, under=under) == scored(*rows, under=under)


@given(APPLICANTS, st.sampled_from("AB"))
@settings(max_examples=60, deadline=None)
def test_a_cap_is_never_exceeded_and_the_parts_make_the_total(rows: list[Json], under: str) -> None:
    found = scored(*rows, under=under)
    caps = {"A": (35, 15), "B": (30, 10)}[under]
    academic, qualification = found.components["academic"], found.components["qualification"]
    assert academic is not None
    assert qualification is not None
    assert 0 <= academic <= caps[0]
    assert 0 <= qualification <= caps[1]
    if found.status == "scored":
        parts = [*found.components.values(), *found.bonus.values()]
        assert found.total == sum(part for part in parts if part is not None)
        assert found.range == (found.total, found.total)


@given(APPLICANTS, ROWS, st.sampled_from("AB"))
@settings(max_examples=60, deadline=None)
def test_another_entry_never_takes_points_away(rows: list[Json], more: Json, under: str) -> None:
    before, after = scored(*rows, under=under), scored(*rows, {**more, "id": "z"}, under=under)
    if before.total is not None and after.total is not None:
        assert after.total >= before.total


@given(APPLICANTS, ROWS, BAD, st.sampled_from("AB"))
@settings(max_examples=80, deadline=None)
def test_what_is_not_verified_disclosed_trusted_and_in_force_never_scores(
    rows: list[Json], more: Json, bad: dict[str, JsonValue], under: str
) -> None:
    before, after = scored(*rows, under=under), scored(*rows, {**more, **bad, "id": "z"}, under=under)
    assert "z" in after.excluded_entries
    assert (after.total, after.status, after.components) == (before.total, before.status, before.components)
    assert all("z" not in line.entries for line in after.trace)


@given(APPLICANTS, st.sampled_from("AB"), st.sets(st.integers(0, 7)))
@settings(max_examples=60, deadline=None)
def test_whatever_is_decided_later_lies_in_the_range_of_before(rows: list[Json], under: str, yes: set[int]) -> None:
    undecided = scored(*rows, under=under, related={}, ratings={})
    decided = scored(*rows, under=under, related={f"e{n}": n in yes for n in range(8)}, ratings=rated(under, "average"))
    if undecided.range is not None and decided.total is not None:
        assert undecided.range[0] <= decided.total <= undecided.range[1]


@pytest.mark.parametrize("level", ["excellent", "good", "average", "insufficient", "poor"])
def test_the_rubrics_alone_give_what_their_levels_say(level: str) -> None:
    share = {"excellent": 5, "good": 4, "average": 3, "insufficient": 2, "poor": 1}[level]
    assert scored(ratings=rated("A", level)).total == Fraction(50 * share, 5)
