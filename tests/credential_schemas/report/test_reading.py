"""A Report is read back only as it was written, and never says more than its checks."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from credential_schemas.errors import ReportUnreadable
from credential_schemas.report.facts import (
    CertificateFacts,
    Disclosed,
    DisclosedEntry,
    Evidence,
    Freshness,
    IssuerFacts,
    Withheld,
)
from credential_schemas.report.messages import Sentence
from credential_schemas.report.model import Check, Content, Context, Report
from credential_schemas.report.outcomes import CheckName, EntryStatus, EvidenceKind, Outcome, Verdict
from credential_schemas.report.reading import FINDINGS, read_report
from credential_schemas.report.reasons import Reason
from credential_schemas.report.schema import report_schema

PASSED = tuple(Check(name, Outcome.PASSED) for name in CheckName)


def report(*changed: Check, accepted: frozenset[Reason] = frozenset()) -> Report:
    checks = {check.name: check for check in (*PASSED, *changed)}
    facts = CertificateFacts(
        issuer=IssuerFacts("https://bank.example", Sentence("은행", "Bank")),
        vct="https://bank.example/vct/1",
        issued_on=date(2026, 3, 1),
        valid_until=date(2026, 5, 29),
        holder_binding="none",
        number="N-1",
    )
    entry = DisclosedEntry(
        type="school_course",
        category="educations",
        title={"ko": "통계학"},
        issuing_body={},
        status=EntryStatus.VALID,
        as_of=date(2026, 3, 1),
        idx=11,
        fields={"credits": 3},
    )
    return Report(
        checks=tuple(checks.values()),
        accepted=accepted,
        evidence=Evidence(EvidenceKind.SD_JWT, "ab" * 32, "a.sdjwt"),
        content=Content(facts, Disclosed({"name": "홍길동"}, (entry,)), Withheld(1, 2)),
        freshness=Freshness(datetime(2026, 3, 2, tzinfo=UTC), 60, "3"),
        context=Context(datetime(2026, 3, 2, 1, tzinfo=UTC), "default"),
    )


def document(*changed: Check, accepted: frozenset[Reason] = frozenset()) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(report(*changed, accepted=accepted).to_json()))
    return written


def with_id(written: dict[str, Any]) -> dict[str, Any]:
    """A Report that somebody changed who knows how its id is made."""
    return {**written, "id": Report.id_of({name: written[name] for name in FINDINGS})}


def test_a_report_comes_back_as_it_was_written() -> None:
    read = read_report(document())
    assert read.verdict is Verdict.VALID
    assert read.to_json() == report().to_json()
    assert read.content == report().content


def test_a_report_without_content_comes_back_without_it() -> None:
    failed = replace(report(), content=None, freshness=Freshness())
    read = read_report(json.loads(json.dumps(failed.to_json())))
    assert (read.disclosed, read.certificate, read.freshness) == (None, None, Freshness())


def test_an_accepted_unknown_status_stays_valid_and_is_still_unknown() -> None:
    unknown = Check(CheckName.STATUS, Outcome.UNKNOWN, Reason.STATUS_STALE)
    read = read_report(document(unknown, accepted=frozenset({Reason.STATUS_STALE})))
    assert (read.verdict.value, read.parts.status.value) == ("valid", "unknown")
    assert read.accepted == {Reason.STATUS_STALE}


def test_an_unknown_status_that_was_not_accepted_comes_back_undecided() -> None:
    unknown = Check(CheckName.STATUS, Outcome.UNKNOWN, Reason.STATUS_STALE)
    read = read_report(document(unknown))
    assert (read.verdict, read.accepted) == (Verdict.INDETERMINATE, frozenset())


def test_what_was_not_unknown_is_not_taken_for_accepted() -> None:
    skipped = Check(CheckName.STATUS, Outcome.SKIPPED, Reason.STATUS_UNAVAILABLE)
    read = read_report(document(skipped))
    assert (read.verdict, read.accepted) == (Verdict.VALID, frozenset())


def test_details_of_checks_and_days_that_are_not_there_come_back() -> None:
    superseded = Check(CheckName.ENTRY_STATUS, Outcome.PASSED, Reason.SUPERSEDED, {"count": 1})
    whole = report(superseded)
    assert whole.content is not None
    facts = replace(whole.content.certificate, valid_until=None)
    entry = replace(whole.content.disclosed.entries[0], as_of=None, idx=None)
    content = replace(whole.content, certificate=facts, disclosed=Disclosed({}, (entry,)))
    written = replace(whole, content=content)
    assert read_report(json.loads(json.dumps(written.to_json()))) == written


def test_members_that_a_batch_adds_are_ignored() -> None:
    assert read_report({**document(), "batch": {"n": 1}}).verdict is Verdict.VALID


def test_a_verdict_that_the_checks_do_not_give_is_refused() -> None:
    forged = document(Check(CheckName.STATUS, Outcome.FAILED, Reason.REVOKED)) | {"verdict": "valid"}
    with pytest.raises(ReportUnreadable, match="a verdict that follows from the checks"):
        read_report(with_id(forged))


def test_parts_that_the_checks_do_not_give_are_refused() -> None:
    forged = document()
    forged["parts"]["document"] = "not_checked"
    with pytest.raises(ReportUnreadable, match="a verdict that follows from the checks"):
        read_report(with_id(forged))


def test_a_report_that_was_changed_without_its_id_is_refused() -> None:
    changed = document()
    changed["disclosed"]["entries"][0]["credits"] = 30
    with pytest.raises(ReportUnreadable, match="found one that was changed"):
        read_report(changed)


def test_content_beside_a_failed_signature_is_refused() -> None:
    forged = document()
    forged["checks"][3] |= {"outcome": "failed", "reason": "signature_invalid"}
    with pytest.raises(ReportUnreadable, match="expected a Report of version 1"):
        read_report(with_id(forged))


Change = Callable[[dict[str, Any]], object]

CHANGES: dict[str, Change] = {
    "another version": lambda r: r.update(report=2),
    "a version that is a truth": lambda r: r.update(report=True),
    "no checks": lambda r: r.update(checks=[]),
    "checks that are no list": lambda r: r.update(checks={}),
    "checks in another order": lambda r: r["checks"].reverse(),
    "a check twice": lambda r: r["checks"].__setitem__(1, r["checks"][0]),
    "an unknown reason": lambda r: r["checks"][0].update(reason="because"),
    "an unknown outcome": lambda r: r["checks"][0].update(outcome="fine"),
    "a check that is a text": lambda r: r["checks"].__setitem__(0, "container"),
    "a missing member": lambda r: r.pop("profile"),
    "no parts": lambda r: r.pop("parts"),
    "a time without a zone": lambda r: r.update(verified_at="2026-03-02T01:00:00"),
    "a time that is none": lambda r: r.update(verified_at="now"),
    "simulated that is a text": lambda r: r.update(simulated="false"),
    "an unknown kind of evidence": lambda r: r["evidence"].update(kind="fax"),
    "an unknown holder binding": lambda r: r["certificate"].update(holder_binding="perhaps"),
    "a day that is none": lambda r: r["certificate"].update(issued_on="2026-02-30"),
    "a number that is a number": lambda r: r["certificate"].update(number=7),
    "an index that is a text": lambda r: r["disclosed"]["entries"][0].update(idx="11"),
    "an unknown status of an entry": lambda r: r["disclosed"]["entries"][0].update(status="good"),
    "a title that is a text": lambda r: r["disclosed"]["entries"][0].update(title="통계학"),
    "disclosed without certificate": lambda r: r.update(certificate=None),
    "certificate without disclosed": lambda r: r.update(disclosed=None),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_is_no_report_is_refused(change: Change) -> None:
    changed = document()
    change(changed)
    with pytest.raises(ReportUnreadable, match="expected a Report of version 1, found something else"):
        read_report(changed)


def test_every_member_of_a_certificate_comes_back() -> None:
    whole, content = report(), report().content
    assert content is not None
    named = {"kind": "competency", "edition": "standard", "purpose": "job", "recipient": "상사", "applicant_no": "7"}
    facts = replace(content.certificate, **named)  # type: ignore[arg-type]  # members that may be text
    written = replace(whole, content=replace(content, certificate=facts))
    read = read_report(json.loads(json.dumps(written.to_json()))).content
    assert read is not None
    assert read.certificate == facts


def test_schema_of_the_code_is_the_published_one() -> None:
    published = files("credential_schemas.report").joinpath("report.schema.json").read_text("utf-8")
    assert report_schema() == json.loads(published)


@pytest.mark.parametrize(
    "place",
    [(), ("parts",), ("checks", 0), ("certificate",), ("certificate", "issuer"), ("disclosed", "entries", 0)],
    ids=str,
)
def test_schema_describes_a_report_and_asks_for_each_of_its_members(place: tuple[str | int, ...]) -> None:
    validator = Draft202012Validator(report_schema())
    Draft202012Validator.check_schema(report_schema())
    validator.validate(document())

    def fits(name: str, *value: object) -> bool:
        written: Any = document()
        inner = written
        for step in place:
            inner = inner[step]
        inner.pop(name, None)
        inner.update(zip((name,), value, strict=False))
        return validator.is_valid(written)

    inner: Any = document()
    for step in place:
        inner = inner[step]
    for name in inner.keys() - {"credits"}:  # a field of the entry's own type
        assert not fits(name), name
        assert fits(name, inner[name]), name
        assert not fits(name, object()), name
    assert fits("surplus", "x") is ("entries" in place)
