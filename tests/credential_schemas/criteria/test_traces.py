"""Every line of a trace says which rule gave how many points for which entries, and why, with the values in it."""

from datetime import date
from typing import Any

import pytest

from credential_schemas.criteria.case import Case, Decisions
from credential_schemas.criteria.entries import read_entries
from credential_schemas.criteria.rules import amount, bands, listed, qualifications, units, words
from credential_schemas.criteria.score import Score
from tests.credential_schemas.criteria.given import (
    Json,
    course,
    edited,
    entry,
    notice,
    policy,
    private,
    scored,
    technical,
    training,
)
from tests.credential_schemas.criteria.test_rules import career, toeic
from tests.credential_schemas.criteria.test_units import profile, unit

TODAY = date(2026, 3, 2)


def lines(score: Score) -> list[tuple[str, float, tuple[str, ...], str, dict[str, str]]]:
    """Return every line that is about entries: rule, points, entries, slug and values of the reason."""
    return [
        (line.rule, float(line.points), line.entries, line.why.slug, dict(line.why.values))
        for line in score.trace
        if line.entries
    ]


def test_courses_qualifications_careers_and_awards_are_explained() -> None:
    found = scored(
        course("1", 2.5),
        training("2", 15),
        training("3", 8),
        technical("4", "정보보안산업기사", "산업기사"),
        private("5", "KBS한국어능력시험", "2+급"),
        career("6", "2024-03-02", "2026-03-02"),
        entry("7", "contest_award", prize="대상"),
        entry("8", "contest_award", prize="장려상"),
        entry("9", "professional_qualification", name="공인노무사"),
    )
    assert lines(found) == [
        ("TS-D1", 5, ("1",), "amount", {"amount": "2.5", "points": "2", "per": "1"}),
        ("TS-D2", 2, ("2", "3"), "amount_rounded", {"amount": "23", "points": "1", "per": "10"}),
        ("TS-D6", 3, ("4",), "qualification", {"family": "정보보안", "grade": "산업기사"}),
        ("TS-D8", 1, ("5",), "qualification", {"family": "KBS한국어능력시험", "grade": "2+급"}),
        ("TS-D11", 0, ("9",), "exempts", {"member": "공인노무사"}),
        ("TS-D13", 4, ("6",), "months", {"months": "24"}),
        ("TS-D14", 3, ("7",), "word", {"word": "대상"}),
        ("TS-D14", 0, ("8",), "not_best", {"best": "7"}),
    ]
    assert found.flags == ("exempt_by:9",)


def test_ratings_are_explained_question_by_question() -> None:
    found = scored()
    assert [(line.rule, line.points, line.why.values) for line in found.trace][3:5] == [
        ("TS-D15/vision", 4, {"level": "good"}),
        ("TS-D17/understanding", 8, {"level": "good"}),
    ]
    assert lines(found) == []


@pytest.mark.parametrize(
    ("row", "points", "slug", "values"),
    [
        (toeic("1", 920), 4, "band", {"value": "920", "at_least": "915"}),
        (toeic("1", 990), 5, "band", {"value": "990", "at_least": "955"}),
        (toeic("1", 0), 0, "band_below", {"value": "0"}),
        (toeic("1", "im3", test="OPIc"), 3, "band", {"value": "IM3", "at_least": "IM3"}),
        (toeic("1", "NL", test="OPIc"), 0, "band_below", {"value": "NL"}),
    ],
)
def test_the_row_that_a_language_test_reaches_is_explained(
    row: Json, points: int, slug: str, values: dict[str, str]
) -> None:
    assert lines(scored(row, under="B")) == [("TS-D5", points, ("1",), slug, values)]


def test_special_qualifications_are_explained_by_their_name_or_their_type() -> None:
    named = entry("1", "professional_qualification", name="변호사")
    nameless = entry("2", "national_technical_qualification", grade="기술사")
    assert lines(scored(named, nameless, under="B")) == [
        ("TS-D10", 5, ("1",), "member", {"member": "변호사"}),
        ("TS-D10", 5, ("2",), "member", {"member": "national_technical_qualification"}),
    ]


def test_one_number_of_points_for_a_qualification_names_no_grade() -> None:
    row = entry("1", "professional_qualification", name="교통안전관리자")
    found = scored(row, job_family="research_professor")
    assert lines(found) == [("TS-D7", 3, ("1",), "qualification_flat", {"family": "교통안전관리자"})]


def test_units_hours_and_short_careers_of_a_profile_are_explained() -> None:
    found = profile(
        unit("1", "2001020231_99v1", 5),
        unit("2", "2001020232_99v1", 6),
        entry("3", "vocational_training", hours=199, completed=True),
        career("4", "2025-06-01", "2025-08-31"),
    )
    shown = {"code": "20010202", "title": "응용SW엔지니어링", "found": "6", "wanted": "5"}
    assert lines(found) == [
        ("CO-UNITS", 20, ("1", "2"), "unit", shown),
        ("CO-TRAINING", 2, ("3",), "amount_rounded", {"amount": "199", "points": "2", "per": "100"}),
        ("CO-EXPERIENCE", 0, ("4",), "months_below", {"months": "3"}),
    ]
    assert found.flags == ()


def case(*rows: Json, under: str = "A", consumed: frozenset[str] = frozenset()) -> Case:
    decided = Decisions({str(row["id"]): {"related": True} for row in rows})
    return Case(notice(under), read_entries([*rows]), decided, TODAY, consumed)


def applied(rule_id: str, given: Case) -> Any:  # noqa: ANN401 - a Finding, compared with plain values
    rules = {"TS-D1": amount, "TS-D5": bands, "TS-D6": qualifications, "TS-D10": listed, "TS-D14": words}
    return rules[rule_id].apply(policy().rule(rule_id), given)


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("TS-D1", (course("1"), course("2", passed=False))),
        ("TS-D5", (toeic("1", 955), toeic("2", 1))),
        ("TS-D6", (technical("1", "정보처리기사", "기사"), technical("2", "용접기사", "기사"))),
        ("TS-D10", (entry("1", "professional_qualification", name="변호사"), course("2"))),
        ("TS-D14", (entry("1", "contest_award", prize="대상"), entry("2", "contest_award"))),
    ],
)
def test_a_rule_names_exactly_the_entries_that_count(rule: str, rows: tuple[Json, ...]) -> None:
    under = "B" if rule in ("TS-D5", "TS-D10") else "A"
    assert applied(rule, case(*rows, under=under)).counted == {"1"}


def test_units_name_the_entries_that_show_them() -> None:
    rule = edited(name="company").rule("CO-UNITS")
    given = case(unit("1", "2001020231_99v1", 5), unit("2", "2001020231_99v1", 4))
    found: Any = units.apply(rule, given)  # type: ignore[arg-type]  # a rule of units
    assert (found.counted, found.excluded) == ({"1"}, {"2": "no_rule"})


@pytest.mark.parametrize(
    ("rule", "row", "under"),
    [
        ("TS-D6", technical("1", "정보처리기사", "기사"), "A"),
        ("TS-D10", entry("1", "professional_qualification", name="변호사"), "B"),
    ],
)
def test_a_required_qualification_earns_nothing_and_its_rule_says_so(rule: str, row: Json, under: str) -> None:
    found = applied(rule, case(row, under=under, consumed=frozenset({"1"})))
    assert (found.excluded, found.least, found.most) == ({"1": "required_qualification"}, 0, 0)
