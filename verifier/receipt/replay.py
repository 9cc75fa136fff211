"""Ask again what a receipt answered: same evidence, trust list, status lists, rules and time; is it the same answer?

The network is not used. Lists that have expired since do not matter: the check is made for the receipt's own time. What
depends on something that nobody keeps (a nonce that was used before, a list that could not be had) is said to be not
repeatable and is never counted as a difference.
"""

import tempfile
from enum import StrEnum
from pathlib import Path

from credential_schemas.errors import TrustBundleError
from credential_schemas.report.outcomes import EvidenceKind
from credential_schemas.report.reasons import Reason
from credential_schemas.trust_bundle import is_trust_bundle, read_unpinned_bundle
from keys.trust_list import TrustList
from keys.values import dataclass, replace
from verifier.checks.assembling import verify
from verifier.checks.rules import Moment, Rules
from verifier.errors import BundleRefused, ReceiptRefused, TrustFileError, UnreadableEvidence
from verifier.evidence.gathering import Submission
from verifier.evidence.reader import EvidenceReader
from verifier.receipt.contents import Finding, ReceiptContents
from verifier.receipt.digests import sha256_hex
from verifier.receipt.kept import KeptMaterial
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources
from verifier.statuses.state import SeenList, StateFolder
from verifier.trust_files import bundle_text, offered

_NOT_KEPT = frozenset(
    {
        Reason.STATUS_UNAVAILABLE,
        Reason.STATUS_INVALID,
        Reason.STATUS_ROLLED_BACK,
        Reason.ENTRY_STATUS_UNAVAILABLE,
        Reason.NONCE_REUSED,
        Reason.NONCE_NOT_TRACKED,
    }
)
"""Reasons that rest on what was missing or remembered then; without it the same answer cannot be expected."""


class ReplayOutcome(StrEnum):
    """What asking again gave."""

    SAME = "same"
    DIFFERENT = "different"
    TRUST_NOT_KEPT = "trust_not_kept"
    LISTS_NOT_KEPT = "lists_not_kept"


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome, and the checks that now say something else or could not be repeated."""

    outcome: ReplayOutcome
    verdict: str | None = None
    differing: tuple[str, ...] = ()
    not_repeatable: tuple[str, ...] = ()


def replay(
    receipt: ReceiptContents, evidence: bytes, *, kept: KeptMaterial | None, trust: bytes | None, reader: EvidenceReader
) -> Replay:
    """Check the evidence again as the receipt says it was checked.

    Args:
        receipt: what was found then.
        evidence: the bytes that were checked.
        kept: lists kept with the receipt.
        trust: the trust list's bytes, where they are not among the kept material.
        reader: reads PDFs and pictures.

    Raises:
        ReceiptRefused: `evidence_differs`: these are not the bytes the receipt is about.
    """
    check_evidence(receipt, evidence)
    listed = _trust(receipt, kept, trust)
    if listed is None:
        return Replay(ReplayOutcome.TRUST_NOT_KEPT)
    texts = {used.sha256: kept.find(used.sha256) for used in receipt.lists} if kept is not None else {}
    if any(texts.get(used.sha256) is None for used in receipt.lists):
        return Replay(ReplayOutcome.LISTS_NOT_KEPT)
    with tempfile.TemporaryDirectory() as folder:
        state = StateFolder(Path(folder))
        for used in receipt.lists:
            text = texts[used.sha256] or b""
            state.remember(used.uri, SeenList(used.iat, used.obtained_at), text.decode("ascii", "replace"))
        return _ask_again(receipt, evidence, rules=_rules(receipt, _believed(receipt, listed), state), reader=reader)


def check_evidence(receipt: ReceiptContents, evidence: bytes) -> None:
    """Make sure that a file is the one a receipt is about.

    Raises:
        ReceiptRefused: `evidence_differs`.
    """
    if sha256_hex(evidence) != receipt.evidence_sha256:
        raise ReceiptRefused("evidence_differs")


def _trust(receipt: ReceiptContents, kept: KeptMaterial | None, given: bytes | None) -> TrustList | None:
    """The trust list or bundle of the check, by its digest; another one would answer another question."""
    digest = receipt.trust_sha256
    if digest is None:
        return None
    found = kept.find(digest) if kept is not None else None
    data = given if found is None else found
    if data is None or sha256_hex(data) != digest:
        return None
    try:
        if is_trust_bundle(data):
            return read_unpinned_bundle(bundle_text(data), now=int(receipt.verified_at.timestamp())).trust
        return offered(data).trust
    except (TrustFileError, BundleRefused, TrustBundleError):
        return None


def _believed(receipt: ReceiptContents, trust: TrustList) -> TrustList:
    """What an issuer gave for a confirmation number could only be a certificate of that issuer."""
    asked = receipt.asked.issuer
    if asked is None:
        return trust
    return replace(trust, issuers={asked: trust.issuers[asked]} if asked in trust.issuers else {})


def _rules(receipt: ReceiptContents, trust: TrustList, state: StateFolder) -> Rules:
    freshness = Freshness(receipt.profile.status_grace_s, receipt.asked.max_status_age_s)
    return Rules(
        trust=trust,
        statuses=StatusLookup(StatusSources({}, None, state), freshness=freshness),
        profile=receipt.profile,
        recipient=receipt.asked.recipient,
        key_binding=receipt.asked.key_binding,
        require_document=receipt.asked.require_document,
    )


def _ask_again(receipt: ReceiptContents, evidence: bytes, *, rules: Rules, reader: EvidenceReader) -> Replay:
    try:
        moment = Moment(receipt.verified_at, simulated=True)
        report = verify(_submission(receipt, evidence), rules=rules, moment=moment, reader=reader)
    except UnreadableEvidence:
        return Replay(ReplayOutcome.DIFFERENT)
    now = {check.name.value: (check.outcome.value, check.reason) for check in report.checks}
    differing: list[str] = []
    not_repeatable: list[str] = []
    for finding in receipt.findings:
        if now.get(finding.name) == (finding.outcome, finding.reason):
            continue
        (not_repeatable if _rests_on_what_is_gone(finding, receipt) else differing).append(finding.name)
    changed = differing or (report.verdict.value != receipt.verdict and not not_repeatable)
    outcome = ReplayOutcome.DIFFERENT if changed else ReplayOutcome.SAME
    return Replay(outcome, report.verdict.value, tuple(differing), tuple(not_repeatable))


def _submission(receipt: ReceiptContents, evidence: bytes) -> Submission:
    """The evidence as it was handed in then: as a file, as the text of codes, or by a confirmation number."""
    is_code_text = receipt.evidence_kind == EvidenceKind.QR
    asked_issuer = (receipt.asked.issuer or "") if _is_by_number(receipt) else None
    return Submission("evidence", evidence, is_code_text=is_code_text, asked_issuer=asked_issuer)


def _is_by_number(receipt: ReceiptContents) -> bool:
    return any(finding.reason == Reason.LOOKED_UP_BY_NUMBER for finding in receipt.findings)


def _rests_on_what_is_gone(finding: Finding, receipt: ReceiptContents) -> bool:
    """Whether something that no receipt or folder kept decided about a check.

    A list that had expired before it was read, alone or with its bundle, was not used, so it was not kept. Which issuer
    was asked about a number is not said by receipts of earlier versions, and no other issuer was believed then.
    """
    if _is_by_number(receipt) and receipt.asked.issuer is None:
        return True
    return finding.reason in _NOT_KEPT or (finding.reason == Reason.STATUS_STALE and not receipt.lists)
