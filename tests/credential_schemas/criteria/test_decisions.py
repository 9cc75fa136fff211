"""What people decided is read strictly: who, when, about what, and only what the policy asks for."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from credential_schemas.criteria import decisions as module
from credential_schemas.criteria.decisions import (
    Asked,
    Decision,
    Kind,
    asked_of_people,
    assumed,
    decisions_of,
    read_assumptions,
    read_decisions,
)
from credential_schemas.criteria.errors import ScoringInputError
from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import edited, notice, policy

NOW = datetime(2026, 4, 1, tzinfo=UTC)
AT = "2026-03-20T10:00:00+09:00"


@cache
def asked() -> Asked:
    return asked_of_people(policy(), notice())


def line(kind: Kind = "adjudications", **changes: JsonValue) -> dict[str, Any]:
    content: JsonValue = {"e1": {"related": {"decision": True, "officer": "김표본", "at": AT}}}
    if kind == "ratings":
        content = {"self_introduction": {"vision": {"level": "good", "officer": "이예시", "at": AT}}}
    return {"notice": "SYN-2026-01", "applicant": "A-1", kind: content, **changes}


def read(*lines: object, kind: Kind = "adjudications") -> dict[str, tuple[Decision, ...]]:
    text = "\n".join(json.dumps(each) for each in lines)
    return read_decisions(text.encode(), asked(), kind=kind, name="d.jsonl", now=NOW)


def test_the_policy_says_what_it_asks_people_for() -> None:
    assert asked().notice == "SYN-2026-01"
    assert asked().decisions == {"related"}
    assert asked().items == {
        "self_introduction": {"idea_improvement", "crisis_overcoming", "collaboration", "vision"},
        "job_plan": {"fitness", "vision"},
        "career_description": {"understanding", "development_effort", "similarity"},
    }
    assert asked().levels == ("excellent", "good", "average", "insufficient", "poor")


def test_what_rules_members_and_the_notice_need_is_asked_together() -> None:
    listed = ("rules", 4, "lists", "values", "administrative", 0)
    several = edited((("rules", 0, "needs"), ["fits"]), ((*listed, "needs"), ["practising"]))
    added: JsonValue = [{"id": "x", "types": ["academic_degree"], "needs": ["recent"]}]
    found = asked_of_people(several, notice(extra_special_qualifications=added))
    assert found.decisions == {"fits", "practising", "recent", "related"}


def test_a_decision_keeps_officer_and_time() -> None:
    (decision,) = read(line())["A-1"]
    assert decisions_of([decision]).decided("e1", "related") is True
    assert decision.to_json() == {"about": "e1", "name": "related", "decision": True, "officer": "김표본", "at": AT}


def test_a_rating_keeps_officer_and_time() -> None:
    (decision,) = read(line("ratings"), kind="ratings")["A-1"]
    assert decisions_of([decision]).ratings == {"self_introduction": {"vision": "good"}}
    assert decision.to_json()["level"] == "good"


def test_a_decision_may_be_taken_this_moment_by_somebody_with_a_short_or_a_long_name() -> None:
    for officer in ("김", "x" * 100):
        (decision,) = read(line(adjudications=decided(officer=officer, at=NOW.isoformat())))["A-1"]
        assert (decision.officer, decision.at) == (officer, NOW)


def test_empty_lines_are_passed_over_and_a_file_may_be_empty() -> None:
    data = b"\n  \n" + json.dumps(line()).encode() + b"\n\n"
    assert set(read_decisions(data, asked(), kind="adjudications", name="d", now=NOW)) == {"A-1"}
    assert read_decisions(b"", asked(), kind="adjudications", name="", now=NOW) == {}


def test_decisions_of_several_officers_about_one_applicant_are_put_together() -> None:
    other = line(adjudications={"e2": {"related": {"decision": False, "officer": "이예시", "at": AT}}})
    assert decisions_of(read(line(), other)["A-1"]).adjudications == {"e1": {"related": True}, "e2": {"related": False}}


def decided(**changes: JsonValue) -> JsonValue:
    return {"e1": {"related": {"decision": True, "officer": "김표본", "at": AT, **changes}}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (line(notice="SYN-2026-02"), "d.jsonl:1: expected decisions for the notice SYN-2026-01, found another"),
        (line(notice=None), "d.jsonl:1: expected decisions for the notice"),
        (line(why="x"), "d.jsonl:1: expected notice, applicant and adjudications, found why"),
        (line("ratings"), "d.jsonl:1: expected notice, applicant and adjudications, found ratings"),
        (line(applicant=""), "d.jsonl:1: applicant: expected a text"),
        (line(applicant=7), "d.jsonl:1: applicant: expected a text"),
        (line(adjudications=[]), "d.jsonl:1: adjudications: expected an object"),
        (line(adjudications={"e1": True}), "d.jsonl:1: adjudications/e1: expected an object"),
        (line(adjudications={"e1": {"related": True}}), "d.jsonl:1: adjudications/e1/related: expected an object"),
        (line(adjudications={"e1": {"liked": {}}}), "adjudications/e1/liked: expected what the policy asks people for"),
        (line(adjudications=decided(decision="yes")), "adjudications/e1/related: expected true or false"),
        (line(adjudications=decided(decision=1)), "adjudications/e1/related: expected true or false"),
        (line(adjudications=decided(officer="  ")), "adjudications/e1/related/officer: expected a text"),
        (line(adjudications=decided(officer="x" * 101)), "adjudications/e1/related/officer: expected a text"),
        (line(adjudications=decided(note="x")), "expected decision, officer and at, and nothing else"),
        (line(adjudications={"e1": {"related": {"decision": True}}}), "expected decision, officer and at"),
        (line(adjudications=decided(at="2026-03-20")), "adjudications/e1/related/at: expected a time with its zone"),
        (line(adjudications=decided(at="soon")), "adjudications/e1/related/at: expected a time with its zone"),
        (line(adjudications=decided(at=5)), "adjudications/e1/related/at: expected a time with its zone"),
        (line(adjudications=decided(at="2026-04-02T00:00:00Z")), "expected a time that has passed"),
    ],
)
def test_a_decision_that_is_none_is_refused_with_its_place(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ScoringInputError) as refused:
        read(given)
    assert message in str(refused.value)


def test_a_decision_taken_twice_is_refused_even_if_it_is_the_same() -> None:
    with pytest.raises(ScoringInputError, match=r"d\.jsonl:2: adjudications/e1/related: expected each decision once"):
        read(line(), line())


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        ({"self_introduction": {"charm": {}}}, "self_introduction/charm: expected what the policy asks people for"),
        ({"looks": {"face": {}}}, "looks/face: expected what the policy asks people for (no such decision)"),
        (
            {"self_introduction": {"vision": {"level": "superb", "officer": "a", "at": AT}}},
            "expected one of excellent, good",
        ),
        ({"self_introduction": {"vision": {"level": 5, "officer": "a", "at": AT}}}, "expected one of excellent, good"),
    ],
)
def test_a_rating_that_the_policy_does_not_know_is_refused(ratings: JsonValue, message: str) -> None:
    with pytest.raises(ScoringInputError) as refused:
        read(line("ratings", ratings=ratings), kind="ratings")
    assert message in str(refused.value)


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"a": 1, "a": 2}', b"\xff"])
def test_a_line_that_is_no_strict_object_is_refused_with_its_line(data: bytes) -> None:
    with pytest.raises(ScoringInputError, match=r"^d:2: "):
        read_decisions(b"\n" + data, asked(), kind="ratings", name="d", now=NOW)


def test_a_file_above_its_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DECISION_BYTES", 10)
    assert read_decisions(b" " * 10, asked(), kind="ratings", name="d", now=NOW) == {}
    with pytest.raises(ScoringInputError, match="found more"):
        read_decisions(b"x" * 11, asked(), kind="ratings", name="d", now=NOW)


def test_assumptions_have_the_same_words_without_officer_and_time() -> None:
    given = read_assumptions({"e1": {"related": False}}, asked(), kind="adjudications", name="a")
    levels = read_assumptions({"self_introduction": {"vision": "poor"}}, asked(), kind="ratings", name="r")
    assert assumed(given, levels).adjudications == {"e1": {"related": False}}
    assert assumed(given, levels).ratings == {"self_introduction": {"vision": "poor"}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "a: expected an object"),
        ({"e1": True}, "a: e1: expected an object"),
        ({"e1": {"related": "yes"}}, "a: e1/related: expected true or false"),
        ({"e1": {"liked": True}}, "a: e1/liked: expected what the policy asks people for"),
    ],
)
def test_an_assumption_that_is_none_is_refused(document: JsonValue, message: str) -> None:
    with pytest.raises(ScoringInputError) as refused:
        read_assumptions(document, asked(), kind="adjudications", name="a")
    assert message in str(refused.value)
