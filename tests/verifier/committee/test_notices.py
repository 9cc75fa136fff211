"""Criteria in versions and notices under them: checked by the engine, frozen when used, tried on worked examples."""

from dataclasses import replace

import pytest

from credential_schemas.criteria.loading import load_policy
from tests.verifier.committee.chamber import ADMIN, FORM, KIM, LEE, POLICY, STRANGER, TERMS, Chamber
from tests.verifier.committee.test_sheets import refused
from tests.verifier.scoring.office import ROOT
from verifier.committee.criteria import check_criteria, claims_of, policy_of, published_texts
from verifier.committee.notices import checked_notice
from verifier.committee.officers import Officer
from verifier.committee.parameters import PREFIX, READING, document_of, form_of
from verifier.committee.trial import published_examples, try_examples
from verifier.store.committee_notices import CriteriaRow

COMPANY = published_texts()["example-company-role-1.0.0"]
ASKS_TOO_MUCH = POLICY.replace(b"{claim: passed, among: [true]", b"{claim: provider, among: [x]", 1)


def row(text: bytes = POLICY) -> CriteriaRow:
    return CriteriaRow(1, "p", "1.0.0", "", text, 0, "", None)


def test_a_mistake_is_told_with_file_line_and_rule() -> None:
    checked = check_criteria(POLICY.replace(b"kind: amount", b"kind: amont", 1))
    assert checked.policy is None
    assert checked.problem is not None
    assert checked.problem.startswith("criteria.yaml:95: rule TS-D1: ")
    assert checked.line == 95


def test_text_that_is_no_yaml_is_told_with_its_line() -> None:
    assert check_criteria(b"criteria: 1\npolicy: [").line == 2
    assert check_criteria(b"\xff\xfe").line is None
    assert not check_criteria(b"").is_good


def test_criteria_that_ask_for_what_blind_hiring_hides_are_refused(chamber: Chamber) -> None:
    checked = check_criteria(ASKS_TOO_MUCH)
    assert checked.policy is not None
    assert not checked.is_good
    assert any("blind hiring hides" in each for each in checked.refused)
    with refused("criteria_forbidden"):
        chamber.criteria(ASKS_TOO_MUCH)


def test_criteria_are_saved_with_a_reason_by_who_may(chamber: Chamber) -> None:
    desk = chamber.committee.criteria
    with refused("role"):
        desk.save(LEE, POLICY, reason="공고")
    with refused("reason"):
        desk.save(KIM, POLICY, reason=" ")
    with refused("criteria_invalid"):
        desk.save(KIM, b"criteria: 2", reason="공고")
    number = desk.save(ADMIN, POLICY, reason="공고 준비")
    kept = desk.one(LEE, number)
    assert (kept.policy_id, kept.version, kept.saved_by, kept.text) == ("ts-hiring-criteria", "1.0.0", "관리자", POLICY)
    with chamber.store.read() as transaction:
        _, line = transaction.changes.newest(1)[0]
    assert (line.action, line.reason) == ("criteria_saved", "공고 준비")
    assert desk.save(KIM, POLICY, reason="다시") == number
    with refused("unknown"):
        desk.one(KIM, 99)
    with refused("role"):
        desk.all(STRANGER)


def test_a_draft_of_criteria_is_replaced_and_a_used_version_is_frozen(chamber: Chamber) -> None:
    number = chamber.criteria(POLICY + b"# first\n")
    assert chamber.criteria() == number
    notice = chamber.notice()
    assert chamber.committee.notices.one(KIM, notice).criteria.frozen_at is not None
    with refused("criteria_frozen"):
        chamber.criteria(POLICY + b"# changed\n")
    other = chamber.criteria(POLICY.replace(b"  version: 1.0.0", b"  version: 1.0.1", 1))
    assert other != number
    assert [each.version for each in chamber.committee.criteria.all(KIM)] == ["1.0.1", "1.0.0"]


def test_the_form_of_a_notice_is_read_and_written_back_the_same() -> None:
    policy = load_policy(POLICY, name="p.yaml")
    form = {
        **FORM,
        PREFIX + "required_qualifications": "정보처리기사 | 정보보안기사\ndoctorate:교통",
        PREFIX + "extra_qualifications": '[{"family": "전기", "kind": "national_technical", "grades": ["기사"]}]',
        READING + "AMB-01": "cap_100",
    }
    filled = document_of(policy, form)
    assert filled.problems == {}
    assert filled.document["required_qualifications"] == [
        {"any_of": ["정보처리기사", "정보보안기사"]},
        {"any_of": ["doctorate:교통"]},
    ]
    assert filled.document["career_bonus_bands"] == [{"min_months": 12, "points": 3}, {"min_months": 24, "points": 4}]
    assert filled.document["contest_bonus"] == {"대상": 3}
    assert filled.document["readings"] == {"AMB-01": "cap_100"}
    assert document_of(policy, form_of(policy, filled.document)).document == filled.document
    assert checked_notice(row(), form).problems == {}


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("name", "", "id"),
        (PREFIX + "track", "sideways", "track"),
        (PREFIX + "notice_date", "yesterday", "notice_date"),
        (PREFIX + "career_bonus_bands", "a year = 3", "career_bonus_bands"),
        (PREFIX + "career_bonus_bands", "12 = 99", "career_bonus_bands"),
        (PREFIX + "contest_bonus", "대상", "contest_bonus"),
        (PREFIX + "extra_qualifications", "[", "extra_qualifications"),
        (PREFIX + "extra_qualifications", '[{"family": 1}]', "extra_qualifications"),
        (READING + "AMB-01", "sideways", ""),
    ],
)
def test_a_value_that_the_policy_does_not_allow_is_told_beside_its_field(field: str, value: str, place: str) -> None:
    problems = checked_notice(row(), {**FORM, field: value}).problems
    assert list(problems) == [place]


def test_a_form_that_makes_too_long_a_notice_is_told() -> None:
    problems = checked_notice(row(), {**FORM, PREFIX + "required_qualifications": "a|" * 60_000}).problems
    assert list(problems) == [""]
    assert "expected at most 262144 bytes" in problems[""]


def test_a_notice_that_adds_what_blind_hiring_hides_is_refused() -> None:
    member = '[{"id": "alumni", "types": ["school_course"], "claims": {"provider": ["경영대학교"]}}]'
    problems = checked_notice(row(), {**FORM, PREFIX + "extra_special_qualifications": member}).problems
    assert list(problems) == [""]
    assert "blind hiring hides" in problems[""]


def test_a_draft_is_changed_until_it_is_used_and_never_after(chamber: Chamber) -> None:
    notices = chamber.committee.notices
    number = chamber.draft()
    notices.rewrite(KIM, number, form={**FORM, "title": "다른 제목"}, terms=replace(TERMS, four_eyes=True))
    assert notices.one(LEE, number).title == "다른 제목"
    assert notices.one(LEE, number).row.four_eyes
    with refused("open_only"):
        chamber.applied(number, "A-1")
    with refused("role"):
        notices.use(LEE, number)
    notices.use(KIM, number)
    with refused("draft_only"):
        notices.rewrite(KIM, number, form=FORM, terms=TERMS)
    with refused("draft_only"):
        notices.use(KIM, number)


def test_two_notices_never_have_one_number(chamber: Chamber) -> None:
    chamber.draft()
    with refused("name_taken"):
        chamber.draft()
    other = chamber.draft(name="SYN-2")
    with refused("name_taken"):
        chamber.committee.notices.rewrite(KIM, other, form=FORM, terms=TERMS)
    with refused("notice_invalid"):
        wrong = {**FORM, "name": "SYN-3", PREFIX + "track": "sideways"}
        chamber.committee.notices.create(KIM, chamber.criteria(), form=wrong, terms=TERMS)
    with refused("unknown"):
        chamber.committee.notices.create(KIM, 99, form=FORM, terms=TERMS)


@pytest.mark.parametrize("person", [LEE, ADMIN, STRANGER])
def test_only_officers_make_notices(chamber: Chamber, person: Officer) -> None:
    number = chamber.criteria()
    with refused("role"):
        chamber.committee.notices.create(person, number, form=FORM, terms=TERMS)


def test_the_public_examples_come_out_as_they_must() -> None:
    examples = published_examples("ts-hiring-criteria")
    assert examples == (ROOT / "tests/vectors/criteria/ts-hiring-examples.json").read_bytes()
    assert examples is not None
    tried = try_examples(POLICY, examples)
    assert len(tried) == 8
    assert all(each.agrees for each in tried)
    assert published_examples("example-company-role") is None


def test_other_criteria_come_out_otherwise_and_say_where() -> None:
    examples = published_examples("ts-hiring-criteria")
    assert examples is not None
    changed = POLICY.replace(b"    points: 2\n", b"    points: 1\n", 1)
    first = try_examples(changed, examples)[0]
    assert not first.agrees
    assert ("total", "69", "60") in first.differs
    assert all(each.problem for each in try_examples(COMPANY, examples))


@pytest.mark.parametrize("text", [b"", b"[]", b'{"cases": []}', b'{"notices": {}, "cases": [1]}'])
def test_examples_of_another_form_are_refused(text: bytes) -> None:
    with refused("examples"):
        try_examples(POLICY, text)


def test_the_claims_of_a_rule_are_those_that_points_depend_on() -> None:
    claims = claims_of(POLICY)
    assert ("school_course", "credits") in claims["TS-D1"]
    assert not any(claim == "department" for _, claim in claims["TS-D1"])
    assert "TS-D15" not in claims
    assert policy_of(COMPANY).policy.id == "example-company-role"
