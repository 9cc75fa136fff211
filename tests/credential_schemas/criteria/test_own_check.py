"""One's own entries under a policy: which of them its rules use, which claims they read, and a mark on the result."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.criteria.entries import ScoringEntry
from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.notice import Notice, read_notice
from credential_schemas.criteria.own_check import own_score, used_claims
from keys.encoding import JsonValue, decode_json_object

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy((ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml").read_bytes(), name="ts")


@pytest.fixture(scope="module")
def document() -> dict[str, JsonValue]:
    return decode_json_object((ROOT / "examples/scoring/notice.json").read_bytes(), max_bytes=100_000)


@pytest.fixture(scope="module")
def notice(policy: Policy, document: dict[str, JsonValue]) -> Notice:
    return read_notice(document, policy)


def entry(name: str, entry_type: str, *, valid_until: date | None = None, **claims: Any) -> ScoringEntry:  # noqa: ANN401 - any claim
    return ScoringEntry(name, entry_type, claims, valid_until=valid_until)


KOREAN = entry("k", "certified_private_qualification", title="국어능력인증시험", grade="1급")
TRAINING = entry(
    "t",
    "vocational_training",
    title="데이터 분석",
    course_id="AIG20250000900001",
    session=1,
    hours=200,
    completed=True,
    completion_certificate=True,
    start_date="2025-01-02",
    end_date="2025-06-30",
    provider_name="한빛직업전문학교",
)
BUSINESS = entry("b", "business_registration", title="한빛상회")
ENDED = entry("e", "vocational_training", valid_until=date(2020, 1, 1), **TRAINING.claims)


def test_what_no_rule_reads_is_not_used(policy: Policy, notice: Notice) -> None:
    used = used_claims(policy, notice, [TRAINING, BUSINESS])
    assert [*used] == ["t"]


def test_what_has_ended_before_the_notice_is_not_used(policy: Policy, notice: Notice) -> None:
    assert [*used_claims(policy, notice, [ENDED])] == []


def test_only_claims_that_a_rule_reads_are_named(policy: Policy, notice: Notice) -> None:
    claims = used_claims(policy, notice, [TRAINING])["t"]
    assert {"hours", "completed"} <= claims
    assert not {"provider_name", "start_date", "sector"} & claims


def test_required_qualification_is_used_though_it_earns_nothing(policy: Policy, document: dict[str, JsonValue]) -> None:
    qualification = entry("q", "national_technical_qualification", title="정보처리기사", series="기사")
    wanted = read_notice(document | {"required_qualifications": [{"any_of": ["정보처리기사"]}]}, policy)
    score = own_score(policy, wanted, [qualification])
    assert score.excluded_entries == {"q": "required_qualification"}
    assert "q" in used_claims(policy, wanted, [qualification])


def test_result_is_marked_as_ones_own(policy: Policy, notice: Notice) -> None:
    score = own_score(policy, notice, [TRAINING, KOREAN])
    assert score.basis == "self-declared"
    assert score.to_json()["human_review_required"] is True


def test_used_entries_alone_earn_what_all_of_them_do(policy: Policy, notice: Notice) -> None:
    everything = [TRAINING, KOREAN, BUSINESS, ENDED]
    used = used_claims(policy, notice, everything)
    assert 0 < len(used) < len(everything)
    fewer = [
        ScoringEntry(each.id, each.type, {name: value for name, value in each.claims.items() if name in used[each.id]})
        for each in everything
        if each.id in used
    ]
    whole, part = own_score(policy, notice, everything), own_score(policy, notice, fewer)
    assert (part.total, part.range, part.components, part.bonus) == (
        whole.total,
        whole.range,
        whole.components,
        whole.bonus,
    )


def test_entry_twice_is_refused(policy: Policy, notice: Notice) -> None:
    with pytest.raises(ScoringInputError):
        used_claims(policy, notice, [TRAINING, TRAINING])
