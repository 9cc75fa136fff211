"""Entries for scoring: other words for claims, standing, and what a list must look like."""

from datetime import date

import pytest

from credential_schemas.certificate_claims import CertificateEntry
from credential_schemas.criteria.entries import (
    MAX_ENTRIES,
    ScoringEntry,
    canonical_claim,
    entry_name,
    entry_of_certificate,
    entry_of_report,
    read_entries,
    unique,
)
from credential_schemas.criteria.errors import ScoringInputError
from credential_schemas.report.facts import DisclosedEntry
from credential_schemas.report.outcomes import EntryStatus
from keys.encoding import JsonValue
from tests.credential_schemas.criteria.given import course, entry, private, technical

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("word", "entry_type", "claim"),
    [
        ("name", "national_technical_qualification", "title"),
        ("grade", "national_technical_qualification", "series"),
        ("grade", "certified_private_qualification", "grade"),
        ("grade", "language_test", "score_or_grade"),
        ("score", "language_test", "score_or_grade"),
        ("test", "language_test", "title"),
        ("provider", "school_course", "provider"),
        ("provider", "university_ncs_course", "institution_name"),
        ("provider", "polytechnic_record", "issuing_body"),
        ("course_name", "course_based_qualification", "course_name"),
        ("course_name", "school_course", "title"),
        ("hours", "vocational_training", "hours"),
        ("unheard_of", "vocational_training", "unheard_of"),
    ],
)
def test_other_words_mean_the_claims_of_the_type(word: str, entry_type: str, claim: str) -> None:
    assert canonical_claim(word, entry_type) == claim


@pytest.mark.parametrize(
    ("row", "title", "grade"),
    [
        (private("e1", "컴퓨터활용능력1급", None), "컴퓨터활용능력", "1급"),
        (private("e1", "사회조사분석사 2급", None), "사회조사분석사", "2급"),
        (private("e1", "전산세무", "1 급"), "전산세무", "1급"),
        (technical("e1", "정보처리기사", "기사"), "정보처리기사", "기사"),
        (technical("e1", "사회조사분석사2급", "2급"), "사회조사분석사2급", "2급"),
        (entry("e1", "national_technical_qualification", name="사회조사분석사2급"), "사회조사분석사", "2급"),
        (entry("e1", "contest_award", prize="대상"), None, None),
    ],
)
def test_a_level_joined_to_a_name_is_told_apart(
    row: dict[str, JsonValue], title: str | None, grade: str | None
) -> None:
    (found,) = read_entries([row])
    assert (found.title, found.grade) == (title, grade)


def test_a_row_without_a_status_is_in_force_and_keeps_only_its_claims() -> None:
    row: dict[str, JsonValue] = {"id": "x" * 200, "type": "school_course", "course_name": "가", "campus": None}
    (found,) = read_entries([{**row, "as_of": "2026-01-31", "valid_until": "2026-12-31"}])
    assert (found.id, found.claims, found.as_of) == ("x" * 200, {"title": "가"}, date(2026, 1, 31))
    assert found.standing(TODAY) is None


def test_a_full_name_may_be_written_with_or_without_its_grade() -> None:
    (found,) = read_entries([private("e1", "전산세무", "1급")])
    assert found.names == {"전산세무", "전산세무1급"}
    assert read_entries([entry("e1", "contest_award")])[0].names == frozenset()


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"verified": False}, "not_verified"),
        ({"disclosed": False}, "not_disclosed"),
        ({"trusted": False}, "issuer_not_trusted"),
        ({"verified": "yes"}, "not_verified"),
        ({"status": "revoked"}, "revoked"),
        ({"status": "suspended"}, "suspended"),
        ({"status": "corrected"}, "superseded"),
        ({"status": "unheard of"}, "status_unknown"),
        ({"status": None}, "status_unknown"),
        ({"valid_until": "2026-03-01"}, "expired"),
        ({"valid_until": "2026-03-02"}, None),
        ({"valid_until": "2026-02-30"}, "claim_unreadable"),
        ({"valid_until": ""}, "claim_unreadable"),
        ({"valid_until": 20270101}, "claim_unreadable"),
        ({"valid_until": "2026-02-30", "status": "revoked"}, "revoked"),
        ({}, None),
    ],
)
def test_only_what_is_verified_disclosed_trusted_and_in_force_can_earn(
    members: dict[str, JsonValue], reason: str | None
) -> None:
    (found,) = read_entries([{**course("e1"), **members}])
    assert found.standing(TODAY) == reason


@pytest.mark.parametrize(
    ("status", "trusted", "reason"),
    [
        (EntryStatus.VALID, True, None),
        (EntryStatus.VALID, False, "issuer_not_trusted"),
        (EntryStatus.REVOKED, True, "revoked"),
        (EntryStatus.CORRECTED, True, "superseded"),
        (EntryStatus.SUSPENDED, True, "suspended"),
        (EntryStatus.EXPIRED, True, "expired"),
        (EntryStatus.UNKNOWN, True, "status_unknown"),
    ],
)
def test_an_entry_of_a_report_keeps_its_status(status: EntryStatus, trusted: bool, reason: str | None) -> None:
    disclosed = DisclosedEntry(
        type="school_course",
        category="educations",
        title={"ko": "통계학"},
        issuing_body={"ko": "가상대학교"},
        status=status,
        as_of=TODAY,
        fields={"credits": 3, "valid_until": "2027-01-01"},
    )
    found = entry_of_report("c1/1", disclosed, trusted=trusted)
    assert (found.id, found.type, found.excluded) == ("c1/1", "school_course", reason)
    assert found.claims == {"credits": 3, "valid_until": "2027-01-01", "title": "통계학", "issuing_body": "가상대학교"}
    assert (found.valid_until, found.as_of) == (date(2027, 1, 1), TODAY)


def test_an_entry_of_a_report_without_names_has_none() -> None:
    disclosed = DisclosedEntry("school_course", "educations", {}, {}, EntryStatus.VALID)
    assert entry_of_report("c1/1", disclosed, trusted=True).claims == {}


def certificate_entry(body: str | None) -> CertificateEntry:
    return CertificateEntry(
        type="national_technical_qualification",
        category="qualifications",
        title="정보처리기사",
        title_en=None,
        issuing_body=body,
        fields={"series": "기사", "valid_until": "2027-01-01"},
        as_of=TODAY,
        idx=3,
    )


def test_an_entry_of_an_own_certificate_says_what_the_certificate_says() -> None:
    found = entry_of_certificate("b/1/3", certificate_entry("hrdk"))
    assert found.claims["issuing_body"] == "한국산업인력공단"
    assert (found.id, found.type, found.as_of) == ("b/1/3", "national_technical_qualification", TODAY)
    assert (found.title, found.grade, found.valid_until, found.excluded) == (
        "정보처리기사",
        "기사",
        date(2027, 1, 1),
        None,
    )
    assert "issuing_body" not in entry_of_certificate("b/1/3", certificate_entry(None)).claims


def test_the_name_of_an_entry_has_no_colon_and_a_limit() -> None:
    assert entry_name("https://bank.example", "N-1", 11) == "bank.example/N-1/11"
    assert entry_name("http://127.0.0.1:8000/t", "N-1", "n0") == "127.0.0.1_8000/t/N-1/n0"
    assert entry_name("https://" + "x" * 300, "N-1", 1)[-8:] == "xx/N-1/1"
    assert len(entry_name("https://" + "x" * 300, "N-1", 1)) == 200


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "expected a list"),
        ([{**course("e1"), "id": "x" * 201}], "entries[0]: expected an id"),
        ([course("e1")] * (MAX_ENTRIES + 1), "expected a list of at most 1000 entries"),
        (["e1"], "entries[0]: expected an object"),
        ([{"type": "school_course"}], "entries[0]: expected an id"),
        ([{"id": "", "type": "school_course"}], "entries[0]: expected an id"),
        ([{"id": "a:b", "type": "school_course"}], "entries[0]: expected an id of at most 200 characters without"),
        ([course("e1"), {"id": "e2", "type": "unheard_of"}], "entries[1]: expected a known entry type"),
        ([course("e1"), course("e1")], "expected each entry once, found e1 twice"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_list_of_another_shape_is_refused(rows: JsonValue, message: str) -> None:
    with pytest.raises(ScoringInputError) as refused:
        read_entries(rows)
    assert message in str(refused.value)


def test_a_list_may_have_as_many_entries_as_the_limit() -> None:
    rows: list[JsonValue] = [{"id": str(number), "type": "school_course"} for number in range(MAX_ENTRIES)]
    assert len(read_entries(rows)) == MAX_ENTRIES


def test_entries_come_in_the_order_of_their_ids() -> None:
    found = unique([ScoringEntry("b", "school_course", {}), ScoringEntry("a", "school_course", {})])
    assert [each.id for each in found] == ["a", "b"]
