"""Read a Report back from the JSON that `cb-verifier check --json` wrote.

Rules enforced:
* every member has its type and its vocabulary; what the checks mean is derived again, and verdict and parts must agree;
* the `id` is the digest of the findings as they stand, so a Report that was edited carelessly is noticed;
* content only beside passed proof checks, as in `Report` itself.

What no reader can do: a Report has no signature. Whoever can write the file can write any Report, with its id. A
receipt (docs/formats/receipt.md) is the form that proves who found it.

Source: docs/formats/report.md
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, cast

from credential_schemas.errors import ReportUnreadable
from credential_schemas.report.facts import (
    COMMON_MEMBERS,
    CertificateFacts,
    Disclosed,
    DisclosedEntry,
    Evidence,
    Freshness,
    HolderBinding,
    IssuerFacts,
    Withheld,
)
from credential_schemas.report.messages import Sentence
from credential_schemas.report.model import ACCEPTABLE, REPORT_VERSION, Check, Content, Context, Report
from credential_schemas.report.outcomes import CheckName, EntryStatus, EvidenceKind, Outcome, Verdict
from credential_schemas.report.reasons import Reason
from keys.encoding import JsonValue

FINDINGS: Final = (
    "report",
    "verdict",
    "parts",
    "checks",
    "certificate",
    "disclosed",
    "withheld",
    "evidence",
    "freshness",
    "verified_at",
    "profile",
    "simulated",
)
_BINDINGS: Final = ("none", "verified", "failed")


def read_report(document: Mapping[str, JsonValue]) -> Report:
    """Return the Report that a decoded JSON object holds; members that no Report has are ignored.

    Raises:
        ReportUnreadable: a member is missing or of another kind, or the Report contradicts itself or its id.
    """
    try:
        report = _report(_Members(document))
        findings = {name: document[name] for name in FINDINGS}
    except (KeyError, TypeError, ValueError) as error:
        raise ReportUnreadable(f"expected a Report of version {REPORT_VERSION}, found something else") from error
    if document["verdict"] != report.verdict.value or document["parts"] != report.parts.to_json():
        raise ReportUnreadable("expected a verdict that follows from the checks, found another")
    if document.get("id") != Report.id_of(findings):
        raise ReportUnreadable("expected a Report as it was written, found one that was changed")
    return report


class _Members:
    """Reads members of one object, each of one type, or raises `TypeError` or `KeyError`."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, Mapping):
            raise TypeError("object")
        self.members = cast("Mapping[str, JsonValue]", value)

    def text(self, name: str) -> str:
        value = self.members[name]
        if not isinstance(value, str):
            raise TypeError(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        return None if self.members[name] is None else self.text(name)

    def number(self, name: str) -> int:
        value = self.members[name]
        if type(value) is not int:
            raise TypeError(name)
        return value

    def number_or_none(self, name: str) -> int | None:
        return None if self.members[name] is None else self.number(name)

    def truth(self, name: str) -> bool:
        value = self.members[name]
        if not isinstance(value, bool):
            raise TypeError(name)
        return value

    def inner(self, name: str) -> "_Members":
        return _Members(self.members[name])

    def each(self, name: str) -> "list[_Members]":
        value = self.members[name]
        if not isinstance(value, list):
            raise TypeError(name)
        return [_Members(item) for item in value]

    def texts(self, name: str) -> dict[str, str]:
        inner = self.inner(name)
        return {language: inner.text(language) for language in inner.members}

    def day_or_none(self, name: str) -> date | None:
        found = self.text_or_none(name)
        return date.fromisoformat(found) if found is not None else None

    def moment(self, name: str) -> datetime:
        found = datetime.fromisoformat(self.text(name))
        if found.tzinfo is None:
            raise ValueError(name)
        return found


def _report(members: _Members) -> Report:
    if members.number("report") != REPORT_VERSION:
        raise ValueError("version")
    checks = tuple(_check(each) for each in members.each("checks"))
    if tuple(check.name for check in checks) != tuple(CheckName):
        raise ValueError("checks")
    unknown = {check.reason for check in checks if check.outcome is Outcome.UNKNOWN and check.reason is not None}
    accepted = ACCEPTABLE & unknown if members.text("verdict") == Verdict.VALID else frozenset[Reason]()
    evidence = members.inner("evidence")
    return Report(
        checks=checks,
        accepted=accepted,
        evidence=Evidence(EvidenceKind(evidence.text("kind")), evidence.text("sha256"), evidence.text("name")),
        content=_content(members),
        freshness=_freshness(members.inner("freshness")),
        context=Context(members.moment("verified_at"), members.text("profile"), members.truth("simulated")),
    )


def _check(members: _Members) -> Check:
    reason = members.text_or_none("reason")
    return Check(
        CheckName(members.text("name")),
        Outcome(members.text("outcome")),
        Reason(reason) if reason is not None else None,
        dict(members.inner("detail").members),
    )


def _content(members: _Members) -> Content | None:
    if members.members["certificate"] is None and members.members["disclosed"] is None:
        return None
    disclosed, withheld = members.inner("disclosed"), members.inner("withheld")
    return Content(
        _certificate(members.inner("certificate")),
        Disclosed(dict(disclosed.inner("holder").members), tuple(_entry(each) for each in disclosed.each("entries"))),
        Withheld(withheld.number("entries_at_most"), withheld.number("fields_at_most")),
    )


def _certificate(members: _Members) -> CertificateFacts:
    issuer, binding = members.inner("issuer"), members.text("holder_binding")
    if binding not in _BINDINGS:
        raise ValueError("holder_binding")
    name = issuer.inner("name")
    return CertificateFacts(
        issuer=IssuerFacts(issuer.text("id"), Sentence(name.text("ko"), name.text("en"))),
        vct=members.text("vct"),
        issued_on=date.fromisoformat(members.text("issued_on")),
        valid_until=members.day_or_none("valid_until"),
        holder_binding=cast("HolderBinding", binding),
        number=members.text_or_none("number"),
        kind=members.text_or_none("kind"),
        edition=members.text_or_none("edition"),
        purpose=members.text_or_none("purpose"),
        recipient=members.text_or_none("recipient"),
        applicant_no=members.text_or_none("applicant_no"),
    )


def _entry(members: _Members) -> DisclosedEntry:
    return DisclosedEntry(
        type=members.text("type"),
        category=members.text("category"),
        title=members.texts("title"),
        issuing_body=members.texts("issuing_body"),
        status=EntryStatus(members.text("status")),
        as_of=members.day_or_none("as_of"),
        idx=members.number_or_none("idx"),
        fields={name: value for name, value in members.members.items() if name not in COMMON_MEMBERS},
    )


def _freshness(members: _Members) -> Freshness:
    as_of = members.text_or_none("status_as_of")
    return Freshness(
        members.moment("status_as_of") if as_of is not None else None,
        members.number_or_none("status_age_s"),
        members.text_or_none("trust_version"),
    )
