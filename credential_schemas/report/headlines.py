"""The heading and the sentence above a Report: one case for each line of the verdict table, chosen from the checks."""

from collections.abc import Mapping
from enum import StrEnum

from credential_schemas.report.messages import Sentence, headline_texts
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import CheckName, DocumentPart, EvidenceKind, Outcome, Verdict
from credential_schemas.report.reasons import Reason
from keys.encoding import JsonValue
from keys.values import dataclass


class Sign(StrEnum):
    """The shape that carries the verdict beside its colour."""

    TICK = "tick"
    CROSS = "cross"
    TRIANGLE = "triangle"


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands in the verdict band."""

    case: str
    sign: Sign
    heading: Sentence
    sentence: Sentence


_FAILED_CASES: Mapping[Reason | None, str] = {
    Reason.SIGNATURE_INVALID: "tampered",
    Reason.DIGESTS_INVALID: "tampered",
    Reason.DISCLOSURE_FOREIGN: "tampered",
    Reason.DISCLOSURE_REPEATED: "tampered",
    Reason.CLAIM_OVERRIDDEN: "tampered",
    Reason.DOCUMENT_MISMATCH: "print_differs",
    Reason.QR_DIFFERS: "qr_differs",
    Reason.QR_LINK_FOREIGN: "link_foreign",
    Reason.EXPIRED: "expired",
    Reason.NOT_YET_VALID: "not_yet_valid",
    Reason.REVOKED: "revoked",
    Reason.CORRECTED: "corrected",
    Reason.SUSPENDED: "suspended",
    Reason.NO_ENTRY_IN_FORCE: "no_entry_in_force",
}
_PRECEDENCE = (
    CheckName.FORMAT,
    CheckName.SIGNATURE,
    CheckName.DIGESTS,
    CheckName.TYPE_SCHEMA,
    CheckName.PRINT_MATCH,
    CheckName.VALIDITY_TIME,
    CheckName.STATUS,
    CheckName.ENTRY_STATUS,
    CheckName.HOLDER_BINDING,
)
_ORIGINALITY = {CheckName.CONTAINER, CheckName.SEAL}
_PAGELESS = frozenset({EvidenceKind.SD_JWT, EvidenceKind.PRESENTATION})
_UNTRUSTED = {Reason.ISSUER_NOT_TRUSTED: "untrusted", Reason.KEY_UNKNOWN: "key_unknown"}


def headline(report: Report) -> Headline:
    """Return heading, sentence and sign of a report.

    When several checks failed, the gravest speaks: changed content, then a page that says something else, then a
    certificate that is not in force, then a file that is not the original.
    """
    if report.verdict is Verdict.VALID:
        return _valid(report)
    if report.verdict is Verdict.INVALID:
        case, detail = _invalid_case(report)
        return _headline(case, Sign.CROSS, detail)
    return _headline(_undecided_case(report), Sign.TRIANGLE, {})


def _valid(report: Report) -> Headline:
    entries = report.check(CheckName.ENTRY_STATUS)
    if report.check(CheckName.STATUS).outcome is not Outcome.PASSED:
        return _headline("valid_offline", Sign.TRIANGLE, {})
    if entries.reason is Reason.SUPERSEDED:
        return _headline("valid_superseded", Sign.TICK, entries.detail)
    if report.parts.document is DocumentPart.VALID:
        return _headline("valid", Sign.TICK, {})
    by_number = report.check(CheckName.PRINT_MATCH).reason is Reason.LOOKED_UP_BY_NUMBER
    pageless = report.evidence.kind in _PAGELESS and not by_number  # a number stands on a paper that nobody showed us
    return _headline("valid_pageless" if pageless else "valid_unprinted", Sign.TICK, {})


def _invalid_case(report: Report) -> tuple[str, Mapping[str, JsonValue]]:
    failed = {check.name: check for check in report.problems if check.outcome is Outcome.FAILED}
    for name in _PRECEDENCE:
        check = failed.get(name)
        if check is not None:
            return _FAILED_CASES.get(check.reason, "invalid"), check.detail
    return ("not_original" if failed.keys() & _ORIGINALITY else "invalid"), {}


def _undecided_case(report: Report) -> str:
    trust = report.check(CheckName.ISSUER_TRUST)
    if trust.reason in _UNTRUSTED:
        return _UNTRUSTED[trust.reason]
    open_checks = {check.name for check in report.problems}
    return "status_unknown" if CheckName.STATUS in open_checks else "undecided"


def _headline(case: str, sign: Sign, detail: Mapping[str, JsonValue]) -> Headline:
    heading, sentence = headline_texts(case)
    return Headline(case, sign, heading.filled(detail), sentence.filled(detail))
