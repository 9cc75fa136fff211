"""The Report: what it derives, what it refuses to hold, and its JSON form."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product

import pytest

from credential_schemas.report.facts import (
    CertificateFacts,
    Disclosed,
    DisclosedEntry,
    Evidence,
    Freshness,
    IssuerFacts,
    Withheld,
    timestamp,
)
from credential_schemas.report.messages import Sentence, notice
from credential_schemas.report.model import ACCEPTABLE, Check, Content, Context, Report
from credential_schemas.report.outcomes import (
    ALWAYS_REQUIRED,
    CheckName,
    DocumentPart,
    EntryStatus,
    EvidenceKind,
    Outcome,
    StatusPart,
    Verdict,
)
from credential_schemas.report.reasons import ROWS, Contact, Reason, ReasonRow
from keys.encoding import encode_json
from keys.errors import DecodingError

NOW = datetime(2026, 11, 21, 3, 0, 30, 250_000, tzinfo=UTC)
CREDENTIAL_PART = [
    "format",
    "issuer_trust",
    "signature",
    "digests",
    "type_schema",
    "holder_binding",
    "recipient",
    "log_inclusion",
]


def report(*changed: Check, accepted: frozenset[Reason] = frozenset(), content: Content | None = None) -> Report:
    """A report of a bare credential in which everything passed, with some checks changed."""
    passed = ALWAYS_REQUIRED | {CheckName.STATUS, CheckName.ENTRY_STATUS}
    checks = {name: Check(name, Outcome.PASSED) for name in passed} | {check.name: check for check in changed}
    evidence = Evidence(EvidenceKind.SD_JWT, "00" * 32, "a.sdjwt")
    return Report(tuple(checks.values()), accepted, evidence, content, Freshness(), Context(NOW, "default"))


def content() -> Content:
    entry = DisclosedEntry(
        "national_technical_qualification",
        "qualifications",
        {"ko": "정보처리기사"},
        {"ko": "한국산업인력공단", "en": "HRDK"},
        EntryStatus.VALID,
        date(2026, 11, 20),
        11,
        {"series": "기사", "status": "forged"},
    )
    issuer = IssuerFacts("https://bank.example", Sentence("은행", "Bank"))
    facts = CertificateFacts(issuer, "https://bank.example/vct/1", date(2026, 11, 21), date(2027, 2, 18), "none")
    return Content(facts, Disclosed({"name": "홍길동"}, (entry,)), Withheld(1, 2))


def failed(reason: Reason, **detail: str | int) -> Check:
    row = next(row for row in ROWS if row.reason is reason)
    return Check(row.check, Outcome.FAILED, reason, {**detail})


def unknown(reason: Reason) -> Check:
    return replace(failed(reason), outcome=Outcome.UNKNOWN)


def test_report_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="verdict"):
        bool(report())


def test_report_lists_every_check_in_the_fixed_order() -> None:
    assert [check.name for check in report().checks] == list(CheckName)


def test_report_without_any_check_is_indeterminate() -> None:
    empty = replace(report(), checks=())
    assert empty.verdict is Verdict.INDETERMINATE
    assert empty.parts.status is StatusPart.UNKNOWN


def test_report_with_every_required_check_passed_is_valid() -> None:
    assert report().verdict is Verdict.VALID
    assert report().parts.status is StatusPart.VALID
    assert report().problems == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason.value)
def test_report_with_any_failed_check_is_invalid(row: ReasonRow) -> None:
    assert report(failed(row.reason)).verdict is Verdict.INVALID


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason.value)
def test_report_with_any_unknown_check_is_indeterminate(row: ReasonRow) -> None:
    assert report(unknown(row.reason)).verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("name", sorted(ALWAYS_REQUIRED))
def test_report_without_a_check_nobody_can_do_without_is_indeterminate(name: CheckName) -> None:
    assert report(Check(name, Outcome.SKIPPED)).verdict is Verdict.INDETERMINATE


def test_unknown_status_is_accepted_only_by_rules_that_say_so() -> None:
    offline = report(unknown(Reason.STATUS_UNAVAILABLE), accepted=ACCEPTABLE)
    assert offline.verdict is Verdict.VALID
    assert offline.parts.status is StatusPart.UNKNOWN
    assert report(unknown(Reason.STATUS_ROLLED_BACK), accepted=ACCEPTABLE).verdict is Verdict.INDETERMINATE


def test_revoked_certificate_is_invalid_even_where_an_unknown_status_is_accepted() -> None:
    assert report(failed(Reason.REVOKED), accepted=ACCEPTABLE).verdict is Verdict.INVALID


@pytest.mark.parametrize(
    "reason", [Reason.STATUS_INVALID, Reason.STATUS_ROLLED_BACK, Reason.REVOKED, Reason.ISSUER_NOT_TRUSTED]
)
def test_report_refuses_rules_that_accept_anything_but_a_missing_status(reason: Reason) -> None:
    with pytest.raises(ValueError, match="may be accepted"):
        report(accepted=frozenset({reason}))


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.EXPIRED, StatusPart.EXPIRED),
        (Reason.NOT_YET_VALID, StatusPart.NOT_YET_VALID),
        (Reason.REVOKED, StatusPart.REVOKED),
        (Reason.CORRECTED, StatusPart.REVOKED),
        (Reason.SUSPENDED, StatusPart.SUSPENDED),
        (Reason.NO_ENTRY_IN_FORCE, StatusPart.SUPERSEDED),
    ],
)
def test_status_part_names_why_a_certificate_is_not_in_force(reason: Reason, status: StatusPart) -> None:
    found = report(failed(reason)).parts
    assert (found.credential, found.status) == (Verdict.VALID, status)


def test_expired_certificate_stays_expired_whatever_the_list_says() -> None:
    assert report(failed(Reason.EXPIRED), failed(Reason.REVOKED)).parts.status is StatusPart.EXPIRED


def test_superseded_entries_show_in_the_status_part_and_leave_the_verdict_alone() -> None:
    entries = Check(CheckName.ENTRY_STATUS, Outcome.PASSED, Reason.SUPERSEDED, {"count": 1})
    assert (report(entries).verdict, report(entries).parts.status) == (Verdict.VALID, StatusPart.SUPERSEDED)


def test_document_part_is_valid_only_when_container_seal_and_print_passed() -> None:
    names = (CheckName.CONTAINER, CheckName.SEAL, CheckName.PRINT_MATCH)
    for outcomes in product((Outcome.PASSED, Outcome.SKIPPED), repeat=3):
        checks = [Check(name, outcome) for name, outcome in zip(names, outcomes, strict=True)]
        expected = DocumentPart.VALID if set(outcomes) == {Outcome.PASSED} else DocumentPart.NOT_CHECKED
        assert report(*checks).parts.document is expected


def test_document_part_is_invalid_when_the_seal_failed() -> None:
    assert report(failed(Reason.SEAL_BROKEN)).parts.document is DocumentPart.INVALID


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason.value)
def test_verdict_is_the_worst_of_the_parts(row: ReasonRow) -> None:
    found = report(failed(row.reason))
    parts = found.parts
    bad_status = parts.status not in (StatusPart.VALID, StatusPart.UNKNOWN)
    worst = parts.credential is Verdict.INVALID or parts.document is DocumentPart.INVALID or bad_status
    assert worst or parts.status is StatusPart.UNKNOWN


@pytest.mark.parametrize("row", [row for row in ROWS if row.check in CREDENTIAL_PART], ids=lambda row: row.reason.value)
def test_failed_check_of_the_credential_makes_that_part_invalid_and_no_other(row: ReasonRow) -> None:
    parts = report(failed(row.reason)).parts
    assert (parts.credential, parts.document) == (Verdict.INVALID, DocumentPart.NOT_CHECKED)


@pytest.mark.parametrize("name", ["format", "issuer_trust", "signature", "digests"])
def test_report_refuses_content_before_the_proof_checks_passed(name: str) -> None:
    with pytest.raises(ValueError, match="passed proof checks"):
        report(Check(CheckName(name), Outcome.SKIPPED), content=content())


def test_disclosed_is_none_without_content() -> None:
    assert report().disclosed is None
    assert report().certificate is None


def test_check_refuses_to_fail_without_a_reason() -> None:
    with pytest.raises(ValueError, match="expected a reason"):
        Check(CheckName.SIGNATURE, Outcome.FAILED)


def test_check_refuses_a_reason_of_another_check() -> None:
    with pytest.raises(ValueError, match="reason of the check signature"):
        Check(CheckName.SIGNATURE, Outcome.FAILED, Reason.EXPIRED)


def test_report_refuses_a_check_twice() -> None:
    passed = Check(CheckName.SEAL, Outcome.PASSED)
    with pytest.raises(ValueError, match="once"):
        replace(report(), checks=(passed, passed))


def test_json_form_has_exactly_the_members_of_the_contract() -> None:
    document = report(content=content()).to_json()
    assert list(document) == [
        *("report", "verdict", "parts", "checks", "certificate", "disclosed", "withheld", "evidence", "freshness"),
        *("verified_at", "profile", "simulated", "id", "advice"),
    ]
    assert (document["id"], document["advice"]) == (report(content=content()).id, None)
    assert document["verified_at"] == "2026-11-21T03:00:30Z"
    assert document["withheld"] == {"entries_at_most": 1, "fields_at_most": 2, "other_entries_may_exist": True}


def test_json_form_of_an_entry_carries_its_fields_but_never_lets_one_replace_its_status() -> None:
    entry = content().disclosed.to_json()["entries"]
    assert isinstance(entry, list)
    assert isinstance(entry[0], dict)
    assert (entry[0]["series"], entry[0]["status"]) == ("기사", "valid")


def test_json_form_without_content_shows_nothing_of_the_credential() -> None:
    document = report(failed(Reason.SIGNATURE_INVALID)).to_json()
    assert document["certificate"] is None
    assert document["disclosed"] is None


@pytest.mark.parametrize(
    "made",
    [
        lambda: report(),
        lambda: report(content=content()),
        lambda: report(failed(Reason.REVOKED), content=content()),
        lambda: report(failed(Reason.SIGNATURE_INVALID, expected='"}\u2028</script>', found=7)),
    ],
    ids=["nothing shown", "valid", "revoked", "forged"],
)
def test_bytes_of_a_report_are_its_json_form_written_compactly(made: Callable[[], Report]) -> None:
    given = made()
    assert given.to_bytes() == json.dumps(given.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
    assert json.loads(given.to_bytes())["id"] == given.id


def test_report_with_a_lone_surrogate_has_no_bytes() -> None:
    with pytest.raises(DecodingError, match="lone surrogate"):
        report(failed(Reason.SIGNATURE_INVALID, found="\ud800")).to_bytes()


def test_json_form_of_a_check_has_reason_detail_and_both_languages() -> None:
    check = failed(Reason.EXPIRED, date="2026-11-20").to_json()
    message = check["message"]
    assert isinstance(message, dict)
    assert (check["name"], check["outcome"], check["reason"]) == ("validity_time", "failed", "expired")
    assert "2026-11-20" in str(message["ko"])
    assert "2026-11-20" in str(message["en"])


def test_report_id_follows_from_the_json_form() -> None:
    first, same, other = report(), report(), report(failed(Reason.REVOKED))
    assert first.id == same.id != other.id
    assert len(first.id) == 16
    assert encode_json(first.to_json()) == encode_json(same.to_json())


def test_report_that_is_not_valid_says_whom_to_ask_and_that_it_must_not_reject_by_itself() -> None:
    document = report(failed(Reason.REVOKED), failed(Reason.SEAL_EXPIRED))
    advice = document.to_json()["advice"]
    assert isinstance(advice, dict)
    assert isinstance(advice["ask"], list)
    assert [item["contact"] for item in advice["ask"] if isinstance(item, dict)] == ["applicant", "issuer"]
    assert advice["notice"] == notice("no_automatic_rejection").to_json()


def test_report_without_any_check_sends_to_whoever_runs_the_verifier() -> None:
    empty = replace(report(), checks=())
    assert (empty.verdict, empty.contacts) == (Verdict.INDETERMINATE, (Contact.OPERATOR,))


def test_freshness_gives_time_and_age_of_the_status_list() -> None:
    fresh = Freshness(NOW, 60, "3").to_json()
    assert fresh == {"status_as_of": "2026-11-21T03:00:30Z", "status_age_s": 60, "trust_version": "3"}


def test_timestamp_is_the_same_wherever_the_verifier_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Seoul")
        time.tzset()
        assert timestamp(datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=9)))) == "2026-11-21T03:00:00Z"
    time.tzset()


def test_timestamp_refuses_a_time_without_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        timestamp(datetime(2026, 11, 21))  # noqa: DTZ001 - the very thing to refuse


def test_certificate_without_end_and_entry_without_day_are_null_in_json() -> None:
    facts = replace(content().certificate, valid_until=None).to_json()
    entry = replace(content().disclosed.entries[0], as_of=None).to_json()
    assert (facts["valid_until"], entry["as_of"]) == (None, None)
