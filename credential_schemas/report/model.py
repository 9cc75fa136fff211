"""The Report: every check of one piece of evidence, and the verdict, parts and sentences that follow from them.

Nothing here is settable that can be derived. The verdict comes from the outcomes; what was disclosed can only be
attached when format, issuer, signature and digests have passed.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NoReturn

from credential_schemas.report.facts import CertificateFacts, Disclosed, Evidence, Freshness, Withheld, timestamp
from credential_schemas.report.messages import (
    Sentence,
    contact_sentence,
    notice,
    outcome_sentence,
    reason_sentence,
)
from credential_schemas.report.outcomes import (
    ALWAYS_REQUIRED,
    PROOF_CHECKS,
    CheckName,
    DocumentPart,
    Outcome,
    StatusPart,
    Verdict,
)
from credential_schemas.report.reasons import Contact, Reason, reason_row
from keys.encoding import JsonValue, encode_json
from keys.values import dataclass, field

REPORT_VERSION = 1

ACCEPTABLE = frozenset({Reason.STATUS_UNAVAILABLE, Reason.STATUS_STALE, Reason.ENTRY_STATUS_UNAVAILABLE})
"""What a caller's rules may put up with: an offline answer, which the Report still calls unknown."""

_DOCUMENT_CHECKS = (CheckName.CONTAINER, CheckName.SEAL, CheckName.PRINT_MATCH)
_STATUS_CHECKS = (CheckName.VALIDITY_TIME, CheckName.STATUS, CheckName.ENTRY_STATUS)
_CREDENTIAL_CHECKS = tuple(name for name in CheckName if name not in _DOCUMENT_CHECKS + _STATUS_CHECKS)
_STATUS_OF_REASON = {
    Reason.EXPIRED: StatusPart.EXPIRED,
    Reason.NOT_YET_VALID: StatusPart.NOT_YET_VALID,
    Reason.REVOKED: StatusPart.REVOKED,
    Reason.CORRECTED: StatusPart.REVOKED,
    Reason.SUSPENDED: StatusPart.SUSPENDED,
    Reason.NO_ENTRY_IN_FORCE: StatusPart.SUPERSEDED,
    Reason.SUPERSEDED: StatusPart.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found.

    Args:
        name: which check.
        outcome: what it found.
        reason: why it did not simply pass; required for `failed` and `unknown`, and always one of this check's own.
        detail: facts for programs; members `date`, `count` and `since` fill the sentence of the reason.
    """

    name: CheckName
    outcome: Outcome
    reason: Reason | None = None
    detail: Mapping[str, JsonValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.reason is None and self.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
            raise ValueError(f"expected a reason for {self.name} {self.outcome}, found none")
        if self.reason is not None and reason_row(self.reason).check is not self.name:
            raise ValueError(f"expected a reason of the check {self.name}, found {self.reason}")

    @property
    def message(self) -> Sentence:
        """What happened, what it means and what to do."""
        if self.reason is None:
            return outcome_sentence(self.name, self.outcome)
        return reason_sentence(self.reason, self.detail)

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `checks`."""
        return {
            "name": self.name.value,
            "outcome": self.outcome.value,
            "reason": self.reason.value if self.reason is not None else None,
            "detail": dict(self.detail),
            "message": self.message.to_json(),
        }


def _id_of_bytes(findings: bytes) -> str:
    return hashlib.sha256(findings).hexdigest()[:16]


_OUTCOME_PASSED = Outcome.PASSED  # a member of an enumeration takes a while to look up
_PASSED = {name: Check(name, Outcome.PASSED) for name in CheckName}
_SKIPPED = {name: Check(name, Outcome.SKIPPED) for name in CheckName}
_PLACES = {name: place for place, name in enumerate(CheckName)}


def passed(name: CheckName) -> Check:
    """Return the check that simply passed; there is only one of each name."""
    return _PASSED[name]


def skipped(name: CheckName) -> Check:
    """Return the check that was skipped without a particular reason; there is only one of each name."""
    return _SKIPPED[name]


@dataclass(frozen=True, slots=True)
class Parts:
    """The three things an employer asks about, always in this order."""

    credential: Verdict
    document: DocumentPart
    status: StatusPart

    def to_json(self) -> dict[str, JsonValue]:
        """Return the `parts` object of a Report."""
        return {"credential": self.credential.value, "document": self.document.value, "status": self.status.value}


@dataclass(frozen=True, slots=True)
class Context:
    """Under which rules and when the evidence was judged; `simulated` when the caller chose the time."""

    verified_at: datetime
    profile: str
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What a proved credential says. It exists only beside passed proof checks."""

    certificate: CertificateFacts
    disclosed: Disclosed
    withheld: Withheld


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of a verification. It has no truth value: read `verdict`.

    Args:
        checks: one per name at most; stored in the fixed order, absent ones as skipped.
        accepted: reasons for which the caller's rules accept that a check stays unknown; only those in `ACCEPTABLE`.
        evidence: what was handed in.
        content: what the credential says; refused unless every proof check passed.
        freshness: age of status list and trust list.
        context: time and rules of the check.
    """

    checks: tuple[Check, ...]
    accepted: frozenset[Reason]
    evidence: Evidence
    content: Content | None
    freshness: Freshness
    context: Context

    def __post_init__(self) -> None:
        given = {check.name: check for check in self.checks}
        if len(given) != len(self.checks):
            raise ValueError("expected every check once, found one twice")
        everything = _SKIPPED | given
        object.__setattr__(self, "checks", tuple(everything.values()))
        if not self.accepted <= ACCEPTABLE:
            raise ValueError("expected only reasons that may be accepted, found another")
        if self.content is None:
            return
        if any(everything[name].outcome is not _OUTCOME_PASSED for name in PROOF_CHECKS):
            raise ValueError("expected passed proof checks before any content, found one that did not pass")

    def __bool__(self) -> NoReturn:
        """Refuse: a report is not a yes or no.

        Raises:
            TypeError: always.
        """
        raise TypeError("a Report has no truth value; read its verdict")

    def check(self, name: CheckName) -> Check:
        """Return the check of that name."""
        return self.checks[_PLACES[name]]

    @property
    def disclosed(self) -> Disclosed | None:
        """The disclosed entries, or None until format, issuer, signature and digests have passed."""
        return self.content.disclosed if self.content is not None else None

    @property
    def certificate(self) -> CertificateFacts | None:
        """What the certificate says of itself, under the same condition as `disclosed`."""
        return self.content.certificate if self.content is not None else None

    @property
    def verdict(self) -> Verdict:
        """Any failed check makes it invalid; else anything unknown that is not accepted makes it indeterminate."""
        return self._judge(self.checks)

    @property
    def parts(self) -> Parts:
        """The verdict told apart for credential, document and status."""
        return Parts(self._judge(self._of(_CREDENTIAL_CHECKS)), self._document_part(), self._status_part())

    @property
    def problems(self) -> tuple[Check, ...]:
        """The checks that lower the verdict, in order: failed ones, then those that stayed unknown."""
        failed = tuple(check for check in self.checks if check.outcome is Outcome.FAILED)
        return failed + tuple(c for c in self.checks if c.outcome is Outcome.UNKNOWN and self._leaves_open(c))

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Whom to ask about the problems, each once; somebody for every report that is not valid, nobody for others."""
        found = [reason_row(check.reason).contact for check in self.problems if check.reason is not None]
        if not found and self.verdict is not Verdict.VALID:
            found = [Contact.OPERATOR]  # nothing was checked: only whoever runs the verifier can say why
        return tuple(dict.fromkeys(found))

    @property
    def id(self) -> str:
        """A number to quote: the first 16 hex digits of the SHA-256 of the Report's findings as compact JSON."""
        return self.id_of(self._findings())

    def to_json(self) -> dict[str, JsonValue]:
        """Return the Report as docs/formats/report.md describes it: findings, their id, and advice unless valid."""
        findings = self._findings()
        return findings | {"id": self.id_of(findings), "advice": self._advice()}

    def to_bytes(self) -> bytes:
        """Return what `to_json` does as compact JSON in UTF-8; the findings, most of it, are written only once."""
        findings = encode_json(self._findings())
        others = encode_json({"id": _id_of_bytes(findings), "advice": self._advice()})
        return b"%b,%b" % (findings[:-1], others[1:])

    @staticmethod
    def id_of(findings: Mapping[str, JsonValue]) -> str:
        """Return the id of a Report that has these findings, in this order."""
        return _id_of_bytes(encode_json(dict(findings)))

    def _advice(self) -> JsonValue:
        if self.verdict is Verdict.VALID:
            return None
        ask: list[JsonValue] = [
            {"contact": contact.value, **contact_sentence(contact).to_json()} for contact in self.contacts
        ]
        return {"ask": ask, "notice": notice("no_automatic_rejection").to_json()}

    def _findings(self) -> dict[str, JsonValue]:
        content = self.content
        return {
            "report": REPORT_VERSION,
            "verdict": self.verdict.value,
            "parts": self.parts.to_json(),
            "checks": [check.to_json() for check in self.checks],
            "certificate": content.certificate.to_json() if content is not None else None,
            "disclosed": content.disclosed.to_json() if content is not None else None,
            "withheld": (content.withheld if content is not None else Withheld()).to_json(),
            "evidence": self.evidence.to_json(),
            "freshness": self.freshness.to_json(),
            "verified_at": timestamp(self.context.verified_at),
            "profile": self.context.profile,
            "simulated": self.context.simulated,
        }

    def _of(self, names: Iterable[CheckName]) -> tuple[Check, ...]:
        return tuple(self.check(name) for name in names)

    def _judge(self, checks: Iterable[Check]) -> Verdict:
        verdict = Verdict.VALID
        for check in checks:
            if check.outcome is _OUTCOME_PASSED:
                continue
            if check.outcome is Outcome.FAILED:
                return Verdict.INVALID
            if self._leaves_open(check):
                verdict = Verdict.INDETERMINATE
        return verdict

    def _leaves_open(self, check: Check) -> bool:
        """Whether a check that did not fail keeps the verdict from being valid."""
        if check.outcome is Outcome.UNKNOWN:
            return check.reason not in self.accepted
        return check.name in ALWAYS_REQUIRED and check.outcome is not _OUTCOME_PASSED

    def _document_part(self) -> DocumentPart:
        outcomes = {check.outcome for check in self._of(_DOCUMENT_CHECKS)}
        if Outcome.FAILED in outcomes:
            return DocumentPart.INVALID
        return DocumentPart.VALID if outcomes == {Outcome.PASSED} else DocumentPart.NOT_CHECKED

    def _status_part(self) -> StatusPart:
        checks = self._of(_STATUS_CHECKS)
        for check in checks:
            if check.outcome is Outcome.FAILED and check.reason in _STATUS_OF_REASON:
                return _STATUS_OF_REASON[check.reason]
        if any(check.outcome is not Outcome.PASSED for check in checks):
            return StatusPart.UNKNOWN
        return StatusPart.SUPERSEDED if checks[-1].reason is Reason.SUPERSEDED else StatusPart.VALID
