"""What `score`, `request` and `policy` refuse, each with the file and place or the reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.report.model import Report
from credential_schemas.report.reading import FINDINGS
from keys.encoding import JsonValue
from tests.verifier.scoring.office import ROOT, Office, entry
from verifier.cli.main import main
from verifier.scoring import criteria_files, evidence

POLICY = (ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml").read_text("utf-8")


def refused(office: Office, *arguments: str) -> tuple[int, str]:
    code = office.score(*arguments)
    out, told = office.output()
    assert out == ""
    return code, told


@pytest.fixture
def reports(office: Office) -> str:
    return office.results(office.checked(entry()))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected --reports or --receipts, or --entries with --self-check"),
        (["--entries", "x"], "expected --entries and --self-check together"),
        (["--self-check"], "expected --entries and --self-check together"),
        (["--self-check", "--entries", "x", "--reports", "y"], "they are never mixed with verified ones"),
        (["--self-check", "--entries", "x", "--receipts", "y"], "they are never mixed with verified ones"),
        (["--self-check", "--entries", "x", "--applicant", "A-1"], "they are never mixed with verified ones"),
        (["--self-check", "--entries", "x", "--applicants", "y"], "they are never mixed with verified ones"),
        (["--reports", "x", "--applicant", "A", "--applicants", "y"], "found both"),
        (["--reports", "x", "--receipt-keys", "y"], "expected --receipt-keys only with --receipts"),
        (["--reports", "x", "--out", "scores.pdf"], "expected --out to end with .json, .csv, .xlsx, .html"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(office: Office, arguments: list[str], message: str) -> None:
    code, told = refused(office, *arguments)
    assert (code, message in told) == (2, True)


def test_a_report_that_was_changed_is_refused_and_nothing_is_scored(office: Office) -> None:
    changed: dict[str, Any] = json.loads(json.dumps(office.checked(entry()).to_json()))
    changed["disclosed"]["entries"][0]["series"] = "기술사"
    code, told = refused(office, "--reports", office.results(office.checked(entry()), changed))
    assert (code, "results.jsonl:2: expected a Report as it was written" in told) == (1, True)


def test_a_verdict_made_valid_by_hand_is_refused(office: Office) -> None:
    office.world.statuses = {7: 1}
    forged: dict[str, Any] = json.loads(json.dumps(office.checked(entry()).to_json())) | {"verdict": "valid"}
    forged["id"] = Report.id_of({name: forged[name] for name in FINDINGS})
    code, told = refused(office, "--reports", office.results(forged))
    assert (code, "expected a verdict that follows from the checks" in told) == (1, True)


def test_an_entry_of_an_unknown_type_is_refused(office: Office) -> None:
    changed: dict[str, Any] = json.loads(json.dumps(office.checked(entry()).to_json()))
    changed["disclosed"]["entries"][0]["type"] = "moon_landing"
    changed["id"] = Report.id_of({name: changed[name] for name in FINDINGS})
    code, told = refused(office, "--reports", office.results(changed))
    assert (code, "results.jsonl:1: expected known entry types" in told) == (1, True)


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("not json", 2, "results.jsonl:1: "),
        ("[]", 2, "results.jsonl:1: "),
        ("{}", 1, "results.jsonl:1: expected a Report of version 1"),
        ('{"report": 1, "report": 1}', 2, "results.jsonl:1: "),
        ("\n\n", 2, "expected at least one report that belongs to an applicant"),
    ],
)
def test_a_results_file_that_is_none_is_refused(office: Office, content: str, code: int, message: str) -> None:
    found, told = refused(office, "--reports", office.put("results.jsonl", content))
    assert (found, message in told) == (code, True)


def test_a_line_or_file_above_its_limit_is_refused(
    office: Office, reports: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MAX_RESULTS_BYTES", 100)
    assert "results.jsonl:1: expected a shorter line or file" in refused(office, "--reports", reports)[1]


@pytest.mark.parametrize("option", ["--reports", "--adjudications", "--ratings", "--applicants", "--notice"])
def test_a_missing_file_is_refused_by_name(office: Office, reports: str, option: str) -> None:
    given = [] if option == "--reports" else ["--reports", reports]
    code, told = refused(office, *given, option, str(office.folder / "absent.file"))
    assert (code, "absent.file: expected a readable file" in told) == (2, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("applicant,file\n", "list.csv:1: expected the columns applicant_no and evidence or path"),
        ("", "list.csv:1: expected the columns"),
        ("applicant_no,path\nA-1,\n", "list.csv:2: expected an applicant number and what was handed in"),
        ("applicant_no,path\n,a.pdf\n", "list.csv:2: expected an applicant number"),
        ("applicant_no,path\nA-1\n", "list.csv:2: expected an applicant number"),
        ("applicant_no,path\nA-1,a.pdf\nA-2,a.pdf\n", "list.csv:3: expected one applicant for each file, found two"),
        (b"applicant_no,path\nA-\xff,a.pdf\n", "list.csv: expected CSV in UTF-8"),
        ('applicant_no,path\n"A-1,a.pdf\n', "list.csv: expected CSV in UTF-8"),
    ],
)
def test_a_list_of_applicants_that_is_none_is_refused(
    office: Office, reports: str, content: str | bytes, message: str
) -> None:
    code, told = refused(office, "--reports", reports, "--applicants", office.put("list.csv", content))
    assert (code, message in told) == (2, True)


def test_a_decision_about_an_entry_that_was_not_handed_in_is_refused(office: Office, reports: str) -> None:
    code, told = refused(office, "--reports", reports, "--adjudications", office.related("bank.example/N-1/99"))
    assert (code, "adjudications.jsonl:1: adjudications/bank.example/N-1/99/related: expected an entry" in told) == (
        2,
        True,
    )


def test_a_rating_without_officer_is_refused_with_its_place(office: Office, reports: str) -> None:
    line: JsonValue = {
        "notice": "SYN-2026-01",
        "applicant": "A-1",
        "ratings": {"self_introduction": {"vision": {"level": "good"}}},
    }
    code, told = refused(office, "--reports", reports, "--ratings", office.put("ratings.jsonl", json.dumps(line)))
    assert (code, "ratings.jsonl:1: ratings/self_introduction/vision: expected level, officer and at" in told) == (
        2,
        True,
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "entries.json: expected a list of at most 1000 entries"),
        ("[1]", "entries.json: entries[0]: expected an object"),
        ("no", "entries.json: "),
    ],
)
def test_own_entries_that_are_none_are_refused(office: Office, content: str, message: str) -> None:
    code, told = refused(office, "--self-check", "--entries", office.put("entries.json", content))
    assert (code, message in told) == (2, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"e9": {"related": true}}', "adjudications: expected only entries of the applicant"),
        ('{"e1": {"related": 1}}', "a.json: e1/related: expected true or false"),
        ('{"e1": {"related": 1}', "a.json: expected"),
    ],
)
def test_an_own_assumption_that_is_none_is_refused(office: Office, content: str, message: str) -> None:
    own = office.put("entries.json", "[]")
    arguments = ["--self-check", "--entries", own, "--adjudications", office.put("a.json", content)]
    code, told = refused(office, *arguments)
    assert (code, message in told, "entries.json" in told) == (2, True, False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"track": "old"}, "notice.json: track: expected one of new, experienced"),
        ({"track": {"new": 1}}, "notice.json: track: expected one of new, experienced"),
        ({"notice_date": None}, "notice.json: notice_date: expected a day"),
        ({"pass_mark": 60}, "notice.json: pass_mark: expected a parameter of the policy"),
        ({"readings": {"AMB-99": "x"}}, "expected a known reading, found AMB-99: x"),
        ({"readings": []}, "notice.json: readings: expected an object"),
    ],
)
def test_a_notice_that_is_none_is_refused(
    office: Office, reports: str, changes: dict[str, JsonValue], message: str
) -> None:
    office.notice("A", **changes)
    code, told = refused(office, "--reports", reports)
    assert (code, message in told) == (2, True)


SCHOOL: list[JsonValue] = [{"id": "x", "types": ["school_course"], "claims": {"provider": ["가상대학교"]}}]


def test_a_notice_that_asks_for_what_blind_hiring_hides_is_refused_everywhere(office: Office, reports: str) -> None:
    notice = office.notice("A", extra_special_qualifications=SCHOOL)
    code, told = refused(office, "--reports", reports)
    assert (code, "school_course/provider: expected nothing that blind hiring hides" in told) == (1, True)
    assert main(["request", "--policy", "ts-hiring-criteria", "--notice", notice, "--trust", office.trust]) == 1
    assert main(["policy", "check", "ts-hiring-criteria", "--notice", notice]) == 1
    assert office.output()[0] == ""


def test_a_policy_that_asks_for_too_much_is_neither_asked_nor_signed(office: Office) -> None:
    asking = POLICY.replace("{claim: passed, among: [true]", "{claim: campus, among: [서울]", 1)
    policy = office.put("policy.yaml", asking)
    assert main(["request", "--policy", policy, "--trust", office.trust]) == 1
    assert main(["policy", "check", policy]) == 1
    assert main(["policy", "sign", policy, "--out", str(office.folder / "p.jws")]) == 1
    assert not (office.folder / "p.jws").exists()
    assert "polytechnic_record/campus" in office.output()[1]


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("no-such-policy", "expected a policy file, or the id of a published policy (example-company-role-1.0.0"),
        ("absent/policy.yaml", "policy.yaml: expected a policy file"),
    ],
)
def test_a_policy_that_is_not_there_is_refused(office: Office, reports: str, policy: str, message: str) -> None:
    code, told = refused(office, "--policy", policy, "--reports", reports)
    assert (code, message in told) == (2, True)


def test_a_policy_with_a_mistake_is_refused_with_file_line_and_rule(office: Office, reports: str) -> None:
    policy = office.put("policy.yaml", POLICY.replace("    points: 2\n", "    points: two\n", 1))
    code, told = refused(office, "--policy", policy, "--reports", reports)
    assert (code, "policy.yaml:108: rule TS-D1: rules/0/points" in told) == (2, True)


def test_a_file_above_its_limit_is_refused(office: Office, reports: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(criteria_files, "MAX_NOTICE_BYTES", 10)
    assert "notice.json: expected at most 10 bytes, found more" in refused(office, "--reports", reports)[1]


def test_no_trust_list_is_a_usage_error(office: Office, reports: str) -> None:
    code = main(["score", "--policy", "ts-hiring-criteria", "--notice", office.notice_file, "--reports", reports])
    assert (code, "there is no trust list" in office.output()[1]) == (2, True)
    assert main(["request", "--policy", "ts-hiring-criteria"]) == 2


def test_a_result_that_cannot_be_written_is_told(office: Office, reports: str) -> None:
    code, told = refused(office, "--reports", reports, "--out", str(office.folder / "absent/s.csv"))
    assert (code, "s.csv: expected to write it" in told) == (2, True)
    (office.folder / "taken.csv").mkdir()
    assert office.score("--reports", reports, "--out", str(office.folder / "taken.csv")) == 2
    assert not [path for path in Path(office.folder).iterdir() if path.name.startswith("tmp")]
