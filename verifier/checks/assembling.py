"""From a submission to its Report: gather the evidence, run every check in its place, attach what was proved."""

from datetime import UTC, datetime

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.errors import EntryTypeError
from credential_schemas.korean_time import korean_day
from credential_schemas.presented_claims import Form, PresentedClaims
from credential_schemas.report.facts import Freshness, IssuerFacts
from credential_schemas.report.messages import Sentence
from credential_schemas.report.model import ACCEPTABLE, Check, Content, Context, Report
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.report_content import content_of
from credential_schemas.sd_jwt.verify import ProvedCredential, VerifiedSdJwt
from credential_schemas.status_list import StatusValue
from keys.trust_list import TrustedIssuer
from keys.values import dataclass
from verifier.checks.container import check_container
from verifier.checks.credential import CredentialFindings, examine_credential
from verifier.checks.entry_status import check_entry_status, entry_statuses
from verifier.checks.holder_binding import binding_word, check_holder_binding
from verifier.checks.log_inclusion import LogDemand, check_log_inclusion
from verifier.checks.recipient import check_recipient
from verifier.checks.rules import Moment, Rules
from verifier.checks.seal import check_seal
from verifier.checks.status import check_status, status_value
from verifier.checks.type_schema import check_type_schema
from verifier.evidence.gathering import Gathered, Submission, gather
from verifier.evidence.reader import EvidenceReader, PdfFacts
from verifier.statuses.lookup import StatusAnswer


@dataclass(frozen=True, slots=True)
class _Proved:
    """A proved credential with readable claims, and its status list."""

    verified: ProvedCredential
    claims: PresentedClaims
    issuer: TrustedIssuer
    answer: StatusAnswer


@dataclass(frozen=True, slots=True)
class ProvedPage:
    """The pages of a document with a proved credential, and what is needed to compare them."""

    pdf: PdfFacts
    claims: CertificateClaims
    issuer: TrustedIssuer


@dataclass(frozen=True, slots=True)
class Verification:
    """A Report, and what it rests on beside the evidence.

    `list_uri` of the status list is empty when there was none to look for. `asked_issuer` is the issuer that gave the
    evidence for a confirmation number, the only one that was believed then. `page` is there for a document whose
    credential is a proved paper copy; `verified` is there for every proved credential of which rules with a key binding
    asked, and others that were read in full.
    """

    report: Report
    list_uri: str = ""
    answer: StatusAnswer | None = None
    asked_issuer: str | None = None
    page: ProvedPage | None = None
    verified: VerifiedSdJwt | None = None


def verify(submission: Submission, *, rules: Rules, moment: Moment, reader: EvidenceReader) -> Report:
    """Verify what somebody handed in; as `examine`, for those who need the Report alone."""
    return examine(submission, rules=rules, moment=moment, reader=reader).report


def examine(submission: Submission, *, rules: Rules, moment: Moment, reader: EvidenceReader) -> Verification:
    """Verify what somebody handed in, and keep what the answer rests on.

    Args:
        submission: bytes or code text, hostile.
        rules: what the caller demands.
        moment: when the check is made.
        reader: reads PDFs and pictures in a child process.

    Raises:
        UnreadableEvidence: it is not a certificate, or not one that can be read; there is no verdict then.
    """
    gathered = gather(submission, reader=reader)
    token = gathered.unverified_token
    findings = CredentialFindings({}) if token is None else examine_credential(token, rules=rules, moment=moment)
    checks = dict(findings.checks)
    checks[CheckName.CONTAINER] = check_container(gathered.pdf, require_document=rules.require_document)
    checks[CheckName.SEAL] = check_seal(gathered, issuer=findings.claimed_issuer, moment=moment, reader=reader)
    checks[CheckName.HOLDER_BINDING] = check_holder_binding(findings, rules=rules, moment=moment)
    proved, content = _proved(findings, checks, rules=rules, moment=moment), None
    if proved is not None:
        content = _check_proved(proved, checks, rules=rules, moment=moment)
        checks[CheckName.LOG_INCLUSION] = check_log_inclusion(
            proved.verified,
            None if gathered.pdf is None else gathered.pdf.log_proof,
            issuer=proved.issuer,
            demanded=LogDemand(rules.profile.require_log, rules.profile.witnesses, rules.profile.require_witnesses),
        )
        _check_page(gathered, checks, proved=proved)
    if submission.by_number:
        checks[CheckName.PRINT_MATCH] = Check(CheckName.PRINT_MATCH, Outcome.SKIPPED, Reason.LOOKED_UP_BY_NUMBER)
    report = Report(
        checks=tuple(checks.values()),
        accepted=_accepted(proved, rules=rules),
        evidence=gathered.evidence,
        content=content,
        freshness=_freshness(proved, rules=rules, moment=moment),
        context=Context(moment.now, rules.profile.name, moment.simulated),
    )
    if proved is None:
        return Verification(report, asked_issuer=submission.asked_issuer)
    page = _page(gathered, proved)
    verified = proved.verified if isinstance(proved.verified, VerifiedSdJwt) else None
    return Verification(report, proved.claims.status.uri, proved.answer, submission.asked_issuer, page, verified)


def _page(gathered: Gathered, proved: _Proved) -> ProvedPage | None:
    if gathered.pdf is None or proved.claims.paper is None:
        return None
    return ProvedPage(gathered.pdf, proved.claims.paper, proved.issuer)


def _proved(
    findings: CredentialFindings, checks: dict[CheckName, Check], *, rules: Rules, moment: Moment
) -> _Proved | None:
    """Judge the claims of a proved credential and find its status list; only now may anything be fetched."""
    verified, issuer, claims = findings.proved, findings.claimed_issuer, findings.claims
    if verified is None or issuer is None or claims is None:
        return None
    if CheckName.TYPE_SCHEMA not in checks:
        checks[CheckName.TYPE_SCHEMA] = check_type_schema(claims, issuer=issuer)
    if isinstance(claims, EntryTypeError):
        return None
    return _Proved(verified, claims, issuer, rules.statuses.find(claims.status.uri, issuer=issuer, now=moment.seconds))


def _check_proved(proved: _Proved, checks: dict[CheckName, Check], *, rules: Rules, moment: Moment) -> Content:
    claims, answer = proved.claims, proved.answer
    token = answer.token if answer.reason is None else None
    statuses = entry_statuses(claims.entries, token=token, today=korean_day(moment.seconds))
    checks[CheckName.STATUS] = check_status(
        answer, index=claims.status.idx, tracks_replays=rules.statuses.tracks_replays
    )
    checks[CheckName.ENTRY_STATUS] = check_entry_status(statuses, list_read=token is not None)
    checks[CheckName.RECIPIENT] = check_recipient(
        claims.recipient, asked=rules.recipient, may_be_withheld=claims.form is Form.WALLET
    )
    binding = binding_word(checks[CheckName.HOLDER_BINDING])
    name = Sentence(proved.issuer.name["ko"], proved.issuer.name["en"])
    issuer = IssuerFacts(proved.issuer.id, name)
    return content_of(claims, proved.verified, issuer=issuer, statuses=statuses, binding=binding)


def _check_page(gathered: Gathered, checks: dict[CheckName, Check], *, proved: _Proved) -> None:
    if gathered.pdf is None and not gathered.addresses:
        return
    from verifier.checks.print_match import check_links, check_print_match  # the wording is only needed for a page

    if gathered.pdf is None:
        checks[CheckName.PRINT_MATCH] = check_links(gathered.addresses, issuer=proved.issuer)
        return
    checks[CheckName.PRINT_MATCH] = check_print_match(
        gathered.pdf, proved.verified.token, claims=proved.claims.paper, issuer=proved.issuer
    )


def _accepted(proved: _Proved | None, *, rules: Rules) -> frozenset[Reason]:
    """What the profile puts up with: never an unknown status where the last list that was seen said "not valid"."""
    if not rules.profile.accept_unknown_status:
        return frozenset()
    token = proved.answer.token if proved is not None else None
    if proved is not None and token is not None:
        indexes = (proved.claims.status.idx, *(entry.idx for entry in proved.claims.entries))
        if any(status_value(token, index) != StatusValue.VALID for index in indexes):
            return frozenset()
    return ACCEPTABLE


def _freshness(proved: _Proved | None, *, rules: Rules, moment: Moment) -> Freshness:
    version = str(rules.trust.version)
    token = proved.answer.token if proved is not None else None
    if token is None:
        return Freshness(trust_version=version)
    as_of = datetime.fromtimestamp(token.issued_at, UTC)
    return Freshness(as_of, token.age_s(moment.seconds), version)
