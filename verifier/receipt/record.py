"""What a receipt records of one check. No value of the credential is in it, unless the caller asked for the content.

Without the content a receipt names what was disclosed (types and member names, status of each entry) but no value of
it: no name, no number, no file name, no text that differed. Of `detail` only members that cannot be personal are kept.

Source: docs/formats/receipt.md
"""

from collections.abc import Mapping
from datetime import datetime

from credential_schemas.report.facts import timestamp
from credential_schemas.report.model import Check, Report
from keys.encoding import JsonValue
from keys.values import dataclass, field
from verifier.checks.assembling import Verification
from verifier.checks.rules import Rules
from verifier.policies.profile import Profile
from verifier.receipt.digests import sha256_hex

RECEIPT_VERSION = 1
PROGRAM = "cb-verifier"
SPECIFICATIONS = (
    "RFC 9901 (SD-JWT)",
    "draft-ietf-oauth-sd-jwt-vc-19",
    "draft-ietf-oauth-status-list-20",
    "ISO 32000-1 and ETSI EN 319 142-1 (PDF and its seal)",
    "credential, qr-payload, report, trust-list: formats 1 of this project",
)
"""The rules the check followed, as this program implements them."""

_IMPERSONAL = ("code", "codes", "count", "date", "findings", "value", "replay_check", "kind")


@dataclass(frozen=True, slots=True)
class ListUsed:
    """A status list the answer rests on: digest of its token, when it was signed and obtained (seconds since 1970)."""

    uri: str
    sha256: str
    iat: int
    obtained_at: int
    age_s: int

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `status_lists`."""
        return {
            "uri": self.uri,
            "sha256": self.sha256,
            "iat": self.iat,
            "obtained_at": self.obtained_at,
            "age_s": self.age_s,
        }


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the answer depended on beside the evidence, and who asked.

    Args:
        rules: the caller's rules.
        verifier: name of the verifier as it is to stand on receipts; may be empty.
        program_version: version of this program.
        made_at: the real time, also where the check was made for a chosen one.
    """

    rules: Rules
    verifier: str
    program_version: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """A check with its receipt's record as JSON, before it is signed, and the kept material it names."""

    report: Report
    record: Mapping[str, JsonValue]
    lists: tuple[ListUsed, ...]
    list_texts: Mapping[str, str] = field(default_factory=dict, repr=False)


def record_of(verification: Verification, circumstances: Circumstances, *, with_content: bool) -> Recorded:
    """Return the record of one check.

    Args:
        verification: the check that was made.
        circumstances: under which rules, and by whom.
        with_content: put the whole Report inside, with everything that was disclosed; the receipt then says so.
    """
    report, rules = verification.report, circumstances.rules
    lists, texts = _lists(verification, report.context.verified_at)
    record: dict[str, JsonValue] = {
        "receipt": RECEIPT_VERSION,
        "iss": circumstances.verifier,
        "iat": int(circumstances.made_at.timestamp()),
        "verified_at": timestamp(report.context.verified_at),
        "simulated": report.context.simulated,
        "report_id": report.id,
        "verdict": report.verdict.value,
        "parts": report.parts.to_json(),
        "checks": [_check(check) for check in report.checks],
        "evidence": {"kind": report.evidence.kind.value, "sha256": report.evidence.sha256},
        "certificate": _certificate(report),
        "disclosed": _disclosed(report),
        "profile": _profile(rules.profile),
        "asked": _asked(rules, verification.asked_issuer),
        "trust": {"version": str(rules.trust.version), "sha256": rules.trust_sha256},
        "status_lists": [used.to_json() for used in lists],
        "program": {"name": PROGRAM, "version": circumstances.program_version},
        "specifications": [*SPECIFICATIONS],
        "contains_personal_data": with_content,
    }
    if with_content:
        record["report"] = report.to_json()
    return Recorded(report, record, lists, texts)


def _lists(verification: Verification, at: datetime) -> tuple[tuple[ListUsed, ...], dict[str, str]]:
    answer = verification.answer
    if answer is None or answer.token is None:
        return (), {}
    digest = sha256_hex(answer.text.encode("ascii"))
    age_s = answer.token.age_s(int(at.timestamp()))
    used = ListUsed(verification.list_uri, digest, int(answer.token.issued_at), answer.obtained_at, age_s)
    return (used,), {digest: answer.text}


def _check(check: Check) -> JsonValue:
    return {
        "name": check.name.value,
        "outcome": check.outcome.value,
        "reason": check.reason.value if check.reason is not None else None,
        "detail": {name: check.detail[name] for name in _IMPERSONAL if name in check.detail},
    }


def _certificate(report: Report) -> JsonValue:
    """The certificate without what tells one holder's from another's: no number, recipient or applicant number."""
    facts = report.certificate
    if facts is None:
        return None
    return {
        "issuer": facts.issuer.to_json(),
        "vct": facts.vct,
        "kind": facts.kind,
        "edition": facts.edition,
        "issued_on": facts.issued_on.isoformat(),
        "valid_until": facts.valid_until.isoformat() if facts.valid_until is not None else None,
        "holder_binding": facts.holder_binding,
    }


def _disclosed(report: Report) -> JsonValue:
    """The names of what was disclosed, never a value."""
    disclosed = report.disclosed
    if disclosed is None:
        return None
    entries: list[JsonValue] = [
        {"type": entry.type, "status": entry.status.value, "members": [*sorted(entry.fields)]}
        for entry in disclosed.entries
    ]
    return {"holder": [*disclosed.holder], "entries": entries}


def _profile(profile: Profile) -> JsonValue:
    return {
        "name": profile.name,
        "sha256": profile.sha256,
        "accept_unknown_status": profile.accept_unknown_status,
        "status_grace_s": profile.status_grace_s,
        "require_holder_binding": profile.require_holder_binding,
        "require_log": profile.require_log,
        **_witnesses(profile),
    }


def _witnesses(profile: Profile) -> dict[str, JsonValue]:
    """Who had to cosign; nothing where nobody had to, as in receipts of before."""
    if not profile.require_witnesses:
        return {}
    return {
        "require_witnesses": profile.require_witnesses,
        "witnesses": [each.text() for each in profile.witnesses],
    }


def _asked(rules: Rules, issuer: str | None) -> JsonValue:
    binding = rules.key_binding
    return {
        "recipient": rules.recipient,
        "aud": binding.audience if binding is not None else None,
        "nonce": binding.nonce if binding is not None else None,
        "require_document": rules.require_document,
        "max_status_age_s": rules.statuses.max_age_s,
        "issuer": issuer,
    }
