"""`cb-verifier score`: what counts, what never does, and what every result says of itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from credential_schemas.report.model import Report
from keys.encoding import JsonValue
from tests.verifier.scoring.office import EXAMPLES, Office, course, entry, language_test
from verifier.scoring.criteria_files import published_policies

ENGINEER = "bank.example/N-1/11"
COURSE = "bank.example/N-1/21"


def test_a_checked_certificate_is_scored_with_rule_entries_and_reason(office: Office) -> None:
    reports = office.results(office.checked(entry(), course()))
    (result,) = office.scored(
        "--reports", reports, "--ratings", office.ratings("A-1"), "--adjudications", office.related(COURSE)
    )
    assert (office.code, result["status"], result["basis"], result["applicant"]) == (0, "scored", "verified", "A-1")
    assert result["components"] == {
        "academic": 6,
        "qualification": 5,
        "self_introduction": 16,
        "career_description": 24,
    }
    assert result["total"] == 51
    assert [(line["rule"], line["points"], line["entries"]) for line in result["trace"]][:2] == [
        ("TS-D1", 6, [COURSE]),
        ("TS-D6", 5, [ENGINEER]),
    ]
    assert result["entries"][ENGINEER] == {"type": "national_technical_qualification", "title": "정보처리기사"}


def test_a_result_names_its_policy_notice_evidence_and_decisions(office: Office) -> None:
    report = office.checked(entry())
    (result,) = office.scored("--reports", office.results(report), "--ratings", office.ratings("A-1"))
    policy = result["policy"]
    assert (policy["id"], policy["version"], policy["signed_by"]) == ("ts-hiring-criteria", "1.0.0", None)
    assert (len(policy["sha256"]), len(result["notice"]["sha256"])) == (64, 64)
    assert (result["evidence_signed"], result["human_review_required"]) == (False, True)
    assert result["evidence"][0]["report"] == report.id
    assert (result["evidence"][0]["source"], result["evidence"][0]["counted"]) == ("report", True)
    assert {each["officer"] for each in result["decisions"]} == {"이예시"}
    assert "ts-hiring-criteria: unsigned" in office.told


def test_what_nobody_decided_leaves_the_result_open_with_its_range(office: Office) -> None:
    (result,) = office.scored("--reports", office.results(office.checked(course())))
    assert (office.code, result["status"], result["total"]) == (3, "incomplete", None)
    assert result["range"] == [10, 56]
    assert f"adjudication_missing:{COURSE}:related" in result["flags"]


def test_two_issuers_feed_one_score(office: Office) -> None:
    office.notice("B")
    reports = office.results(office.checked(entry()), office.language_report(language_test()))
    (result,) = office.scored("--reports", reports, "--ratings", office.ratings("A-1", under="B"))
    assert (result["components"]["qualification"], result["bonus"]["language"]) == (5, 5)
    assert {each["issuer"] for each in result["evidence"]} == {"https://bank.example", "https://language.example"}


def test_an_issuer_counts_only_for_the_types_the_trust_list_gives_it(office: Office) -> None:
    office.notice("B")
    reports = office.results(office.checked(entry(), language_test()))
    assert office.scored("--reports", reports)[0]["bonus"]["language"] == 5
    office.world.issuer["types"] = [
        {
            "vct": f"{office.world.issuer['id']}/vct/competency-certificate/1",
            "entry_types": ["national_technical_qualification"],
        }
    ]
    office.trust = office.put("trust.json", json.dumps(office.world.trust))
    (result,) = office.scored("--reports", reports)
    assert result["bonus"]["language"] == 0
    assert result["components"]["qualification"] == 5
    assert result["excluded_entries"] == {"bank.example/N-1/31": "issuer_not_trusted"}


def test_an_issuer_that_left_the_trust_list_earns_nothing(office: Office) -> None:
    reports = office.results(office.checked(entry()))
    office.world.trust["issuers"] = [office._language_issuer()]
    office.trust = office.put("trust.json", json.dumps(office.world.trust))
    (result,) = office.scored("--reports", reports)
    assert (result["components"]["qualification"], result["excluded_entries"]) == (0, {ENGINEER: "issuer_not_trusted"})


def revoked(office: Office) -> Report:
    office.world.statuses = {7: 1}
    return office.checked(entry())


def suspended(office: Office) -> Report:
    office.world.statuses = {7: 2}
    return office.checked(entry())


def entry_cancelled(office: Office) -> Report:
    office.world.statuses = {11: 1}
    return office.checked(entry(), course())


def entry_corrected(office: Office) -> Report:
    office.world.statuses = {11: 3}
    return office.checked(entry(), course())


def only_entry_cancelled(office: Office) -> Report:
    office.world.statuses = {11: 1}
    return office.checked(entry())


def expired(office: Office) -> Report:
    office.world.now = office.world.now.replace(year=2027, month=3)
    office.world.status_issued_at = int(office.world.now.timestamp()) - 60
    return office.checked(entry())


def of_the_future(office: Office) -> Report:
    office.world.now = office.world.now.replace(year=2026, month=10)
    office.world.status_issued_at = int(office.world.now.timestamp()) - 60
    return office.checked(entry())


def status_unknown(office: Office) -> Report:
    def network(_: str) -> bytes:
        return b"no list"

    office.world.network = network
    return office.checked(entry())


def past_its_own_day(office: Office) -> Report:
    return office.checked(entry(valid_until="2026-03-01"))


def at_a_chosen_time(office: Office) -> Report:
    office.world.simulated = True
    return office.checked(entry())


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (revoked, "revoked"),
        (suspended, "suspended"),
        (entry_cancelled, "revoked"),
        (entry_corrected, "superseded"),
        (expired, "expired"),
        (of_the_future, "not_yet_valid"),
        (status_unknown, "status_unknown"),
        (past_its_own_day, "expired"),
        (at_a_chosen_time, "simulated"),
    ],
)
def test_what_is_not_in_force_never_scores(office: Office, make: Callable[[Office], Report], reason: str) -> None:
    reports = office.results(make(office))
    (result,) = office.scored("--reports", reports, "--ratings", office.ratings("A-1"))
    assert result["components"]["qualification"] == 0
    assert result["excluded_entries"][ENGINEER] == reason
    assert not any(ENGINEER in line["entries"] for line in result["trace"])


def test_a_certificate_whose_only_entry_was_cancelled_never_scores(office: Office) -> None:
    (result,) = office.scored("--reports", office.results(only_entry_cancelled(office)))
    assert result["components"]["qualification"] == 0
    assert result["excluded_entries"] == {ENGINEER: "revoked"}


def test_a_forged_certificate_shows_no_entries_and_is_named(office: Office) -> None:
    forged = office.world.check(office.world.token(signer=office.world.keys.holder))
    assert forged.disclosed is None
    (result,) = office.scored("--reports", office.results(forged), "--applicant", "A-1")
    assert (result["entries"], result["components"]["qualification"]) == ({}, 0)
    assert (result["evidence"][0]["counted"], result["evidence"][0]["not_counted"]) == (False, "not_verified")
    assert f"report_not_counted:{forged.id}" in result["flags"]
    assert office.code == 3


def test_a_check_that_does_not_count_keeps_the_exit_code_from_being_0(office: Office) -> None:
    good = office.checked(course(), number="N-2")
    reports = office.results(good, revoked(office))
    (result,) = office.scored(
        "--reports",
        reports,
        "--ratings",
        office.ratings("A-1"),
        "--adjudications",
        office.related("bank.example/N-2/21"),
    )
    assert (result["status"], result["total"], office.code) == ("scored", 46, 3)


def test_a_withheld_entry_never_scores(office: Office) -> None:
    report = office.checked(entry(), course())
    assert report.content is not None
    token_without = replace(
        report, content=replace(report.content, disclosed=replace(report.content.disclosed, entries=()))
    )
    (result,) = office.scored("--reports", office.results(token_without))
    assert (result["trace"], result["components"]["qualification"]) == ([], 0)


def test_a_certificate_made_out_to_another_application_is_not_counted(office: Office) -> None:
    report = office.checked(entry(), applicant="A-2")
    (result,) = office.scored("--reports", office.results(report), "--applicant", "A-1")
    assert result["excluded_entries"] == {ENGINEER: "other_applicant"}
    assert result["evidence"][0]["not_counted"] == "other_applicant"


def test_the_later_check_of_a_certificate_counts(office: Office) -> None:
    early = office.checked(entry())
    office.world.now = office.world.now.replace(hour=5)
    later = revoked(office)
    for order in ((early, later), (later, early)):
        (result,) = office.scored("--reports", office.results(*order))
        assert result["excluded_entries"] == {ENGINEER: "revoked"}


def test_one_entry_that_was_handed_in_twice_counts_once(office: Office) -> None:
    report = office.checked(entry())
    (result,) = office.scored("--reports", office.results(report, report), "--ratings", office.ratings("A-1"))
    assert result["components"]["qualification"] == 5


def test_certificates_of_different_holders_are_flagged(office: Office) -> None:
    reports = office.results(office.checked(entry()), office.checked(course(), number="N-2", name="김다른"))
    assert "holders_differ" in office.scored("--reports", reports)[0]["flags"]


@pytest.mark.parametrize("found", ["differs", "no"])
def test_a_holder_whom_the_batch_found_to_differ_is_flagged(office: Office, found: str) -> None:
    report = office.checked(entry(), applicant=None)
    batch: JsonValue = {"n": 0, "applicant_no": "A-7", "match": {"result": found}}
    line: dict[str, JsonValue] = {**report.to_json(), "batch": batch}
    (result,) = office.scored("--reports", office.results(line))
    assert result["applicant"] == "A-7"
    assert f"application_differs:{report.id}" in result["flags"]


def test_applicants_come_from_a_list_by_name_digest_or_report(office: Office) -> None:
    one, two = office.checked(entry(), applicant=None), office.checked(course(), applicant=None, number="N-2")
    listed = office.put("list.csv", f"applicant_no,evidence\nB-1,{one.evidence.sha256}\nB-2,{two.id}\n")
    found = office.scored("--reports", office.results(one, two), "--applicants", listed)
    assert [each["applicant"] for each in found] == ["B-1", "B-2"]
    by_path = office.put("list.csv", "applicant_no,path\nB-9,evidence\n")
    (result,) = office.scored("--reports", office.results(one), "--applicants", by_path)
    assert result["applicant"] == "B-9"


def test_a_check_that_belongs_to_nobody_is_told_and_keeps_the_exit_code_from_being_0(office: Office) -> None:
    lost = office.checked(course(), applicant=None, number="N-2")
    found = office.scored(
        "--reports", office.results(office.checked(entry()), lost), "--ratings", office.ratings("A-1")
    )
    assert [each["applicant"] for each in found] == ["A-1"]
    assert f"1 checks that belong to nobody: {lost.id}" in office.told
    assert office.code == 3


def test_an_input_without_verdict_is_told(office: Office) -> None:
    line: dict[str, Any] = {"error": {"code": "unreadable", "kind": "not_a_certificate", "name": "x.pdf"}}
    office.scored("--reports", office.results(office.checked(entry()), line), "--ratings", office.ratings("A-1"))
    assert "1 lines without a verdict, not scored: results.jsonl:2" in office.told
    assert office.code == 3


@pytest.mark.parametrize("case", EXAMPLES["cases"], ids=lambda case: case["id"])
def test_a_published_example_comes_out_exactly_through_the_command(office: Office, case: dict[str, Any]) -> None:
    office.notice(case["notice"])
    (result,) = office.scored(
        "--self-check",
        "--entries",
        office.put("entries.json", json.dumps(case["entries"])),
        "--adjudications",
        office.put("a.json", json.dumps(case["adjudications"])),
        "--ratings",
        office.put("r.json", json.dumps(case["ratings"])),
    )
    assert {name: result[name] for name in case["expected"]} == case["expected"]
    assert (result["basis"], result["evidence"], result["applicant"], office.code) == ("self-declared", [], None, 3)


def test_published_policies_are_found_by_id_with_or_without_version(office: Office) -> None:
    assert "ts-hiring-criteria-1.0.0" in published_policies()
    reports = office.results(office.checked(entry()))
    assert office.score("--policy", "ts-hiring-criteria-1.0.0", "--reports", reports) == 3


def test_a_person_reads_status_points_and_what_is_open(office: Office) -> None:
    office.score("--reports", office.results(office.checked(course())), "--lang", "ko")
    out, _ = office.output()
    assert out.startswith("A-1  판단 대기  10–56점\n")
    assert "담당자 판단이 필요합니다" in out
    office.score("--reports", office.results(office.checked(entry())), "--ratings", office.ratings("A-1"))
    assert office.output()[0] == "A-1  Scored  45\n"
