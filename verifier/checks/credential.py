"""Checks `format`, `issuer_trust`, `signature`, `digests`, `validity_time`: one examination, told apart by its steps.

A paper copy that is written as our issuers write it is read in one pass; when everything about it passes, that is the
answer. Whatever else is found that way is forgotten, and the full examination says what is wrong: only it refuses.

The codes of the verification steps are translated by the table of `credential_schemas.report.reasons`; what they mean
for the verdict is decided here: an issuer or key the trust list does not know leaves the matter open, everything else
that is refused is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from credential_schemas.errors import EntryTypeError, IssuerNotTrusted, KeyUnknown, SdJwtRefused
from credential_schemas.korean_time import korean_day
from credential_schemas.limits import CLOCK_SKEW_S
from credential_schemas.numeric_date import is_numeric_date
from credential_schemas.presented_claims import PresentedClaims, of_paper_copy
from credential_schemas.report.model import Check, passed
from credential_schemas.report.outcomes import PROOF_CHECKS, CheckName, Outcome
from credential_schemas.report.reasons import ROWS, Reason
from credential_schemas.sd_jwt.issuer_keys import certificate_key_finder, trust_list_key_finder
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.verify import Examination, ProvedCredential, VerifiedSdJwt, examine_sd_jwt_vc
from keys.encoding import JsonValue
from keys.jwk import PublicKey
from keys.trust_list import TrustedIssuer, TrustList
from keys.values import dataclass, field
from verifier.checks.rules import Moment, Rules
from verifier.checks.type_schema import read_claims

if TYPE_CHECKING:
    from credential_schemas.plain_copies.reading import PlainCopy

_KEY_STEP, _SIGNATURE_STEP, _LAST_DIGEST_STEP, _TIME_STEP, _BINDING_STEP = 6, 8, 19, 22, 23
_DEFAULT_REASON = {
    CheckName.FORMAT: Reason.FORMAT_INVALID,
    CheckName.SIGNATURE: Reason.SIGNATURE_INVALID,
    CheckName.DIGESTS: Reason.DIGESTS_INVALID,
    CheckName.TYPE_SCHEMA: Reason.CLAIMS_INVALID,
    CheckName.HOLDER_BINDING: Reason.HOLDER_BINDING_INVALID,
}
_REASON_OF = {(row.check, code): row.reason for row in reversed(ROWS) for code in row.codes}
_ALL_PASSED = {name: passed(name) for name in (*PROOF_CHECKS, CheckName.VALIDITY_TIME)}


@dataclass(frozen=True, slots=True)
class CredentialFindings:
    """What the examination of a token found.

    `checks` has the checks named above, and `type_schema` when a step of its own failed; `proved` is there only when
    every proof check passed, and then `claims` are what it says, or what is wrong with that; `claimed_issuer` is the
    listed issuer the token names, proved or not.
    """

    checks: Mapping[CheckName, Check]
    proved: ProvedCredential | None = None
    claimed_issuer: TrustedIssuer | None = None
    binding_refusals: tuple[SdJwtRefused, ...] = field(default=())
    claims: PresentedClaims | EntryTypeError | None = None


def examine_credential(unverified_token: str, *, rules: Rules, moment: Moment) -> CredentialFindings:
    """Examine a token by the caller's rules; never raises for hostile text."""
    finder = _Finder(rules.trust, now=moment.seconds)
    plain = _plainly_proved(unverified_token, finder, rules=rules, now=moment.seconds)
    if plain is not None:
        return CredentialFindings(_ALL_PASSED, plain, finder.issuer, claims=of_paper_copy(plain.claims))
    policy = VerificationPolicy(
        expected_types=rules.trust.types, key_binding=rules.key_binding, certificate_key=finder.find_certified
    )
    examination = examine_sd_jwt_vc(unverified_token, policy=policy, keys=finder.find, now=moment.seconds)
    if examination.verified is None:
        return CredentialFindings(_stopped(examination.refusals[0]), claimed_issuer=finder.issuer)
    return _complete(examination, examination.verified, issuer=finder.issuer)


def _plainly_proved(unverified_token: str, finder: "_Finder", *, rules: Rules, now: int) -> "PlainCopy | None":
    """Return a copy of which all proofs and times pass, and nothing has to be noted; None for everything else.

    Where the rules have a memory, a copy in it was read and verified before; who may sign, and when, is asked anew.
    """
    if rules.key_binding is not None:
        return None
    memory = rules.proved_copies
    before = None if memory is None else memory.find(unverified_token)
    copy = rules.plain_copies.read(unverified_token) if before is None else before.copy
    key = None if copy is None else _key_now(copy, finder, now=now)
    if copy is None or key is None:
        return None
    if before is not None and key.is_same_as(before.key):
        return copy
    if not key.verify(copy.signature, copy.signing_input):
        return None
    if memory is not None:
        memory.keep(copy, key)
    return copy


def _key_now(unverified: "PlainCopy", finder: "_Finder", *, now: int) -> PublicKey | None:
    """Return the key that the trust list names for a copy, None where issuer, key or times do not simply pass."""
    try:
        key = finder.find(unverified.header, {"iss": unverified.claims.issuer, "vct": unverified.claims.vct})
    except SdJwtRefused:
        return None
    is_in_time = unverified.issued_at - CLOCK_SKEW_S <= now < unverified.expires_at + CLOCK_SKEW_S
    is_noted = finder.issuer is None or finder.issuer.development
    return key if is_in_time and not is_noted else None


def refused(check: CheckName, refusals: Sequence[SdJwtRefused], detail: Mapping[str, JsonValue]) -> Check:
    """Return the failed check for the refusals of one check; the first one gives the reason."""
    first = refusals[0]
    codes: dict[str, JsonValue] = {"code": first.code, "note": first.detail}
    if len(refusals) > 1:
        codes["codes"] = [refusal.code for refusal in refusals]
    reason = _REASON_OF.get((check, first.code)) or _DEFAULT_REASON[check]
    return Check(check, Outcome.FAILED, reason, codes | dict(detail))


class _Finder:
    """The trust list's key finders, which also remember the listed issuer that the token names."""

    def __init__(self, trust: TrustList, *, now: int) -> None:
        self._trust = trust
        self._by_name = trust_list_key_finder(trust)
        self._by_chain = certificate_key_finder(trust, now=now)
        self.issuer: TrustedIssuer | None = None

    def find(self, header: Mapping[str, JsonValue], unverified_payload: Mapping[str, JsonValue]) -> PublicKey:
        self._remember_issuer(unverified_payload)
        return self._by_name(header, unverified_payload)

    def find_certified(self, header: Mapping[str, JsonValue], unverified_payload: Mapping[str, JsonValue]) -> PublicKey:
        self._remember_issuer(unverified_payload)
        return self._by_chain(header, unverified_payload)

    def _remember_issuer(self, unverified_payload: Mapping[str, JsonValue]) -> None:
        claimed = unverified_payload.get("iss")
        self.issuer = self._trust.issuer(claimed) if isinstance(claimed, str) else None


def _stopped(refusal: SdJwtRefused) -> dict[CheckName, Check]:
    """The checks when the examination ended at one refusal: passed before it, nothing after it."""
    if isinstance(refusal, IssuerNotTrusted | KeyUnknown):
        checks = _passed_before(CheckName.ISSUER_TRUST)
        checks[CheckName.ISSUER_TRUST] = Check(
            CheckName.ISSUER_TRUST, Outcome.UNKNOWN, _trust_reason(refusal), {"code": refusal.code}
        )
        return checks
    failed = _proof_check_of(refusal.step)
    checks = _passed_before(failed)
    checks[failed] = refused(failed, [refusal], {})
    return checks


def _trust_reason(refusal: IssuerNotTrusted | KeyUnknown) -> Reason:
    if isinstance(refusal, KeyUnknown):
        return Reason.KEY_UNKNOWN
    return Reason.TYPE_NOT_TRUSTED if refusal.code == "E_VCT" else Reason.ISSUER_NOT_TRUSTED


def _proof_check_of(step: int) -> CheckName:
    if step <= _KEY_STEP:
        return CheckName.FORMAT
    return CheckName.SIGNATURE if step <= _SIGNATURE_STEP else CheckName.DIGESTS


def _passed_before(stop: CheckName) -> dict[CheckName, Check]:
    return {name: passed(name) for name in PROOF_CHECKS[: PROOF_CHECKS.index(stop)]}


def _complete(examination: Examination, verified: VerifiedSdJwt, *, issuer: TrustedIssuer | None) -> CredentialFindings:
    if not examination.refusals and (issuer is None or not issuer.development):
        return CredentialFindings(_ALL_PASSED, verified, issuer, claims=read_claims(verified))
    digests = [refusal for refusal in examination.refusals if refusal.step <= _LAST_DIGEST_STEP]
    if digests:
        return CredentialFindings(_stopped(digests[0]), claimed_issuer=issuer)
    checks = {name: passed(name) for name in PROOF_CHECKS}
    if issuer is not None and issuer.development:
        checks[CheckName.ISSUER_TRUST] = Check(CheckName.ISSUER_TRUST, Outcome.PASSED, detail={"development": True})
    content = [refusal for refusal in examination.refusals if refusal.step < _BINDING_STEP]
    early = _starts_later(content, verified.payload)
    times = [r for r in content if r.code in ("E_EXPIRED", "E_NOT_YET_VALID") or r is early]
    types = [refusal for refusal in content if refusal not in times]
    checks[CheckName.VALIDITY_TIME] = _validity_time(times, verified.payload)
    if types:
        checks[CheckName.TYPE_SCHEMA] = refused(CheckName.TYPE_SCHEMA, types, {})
    bindings = tuple(refusal for refusal in examination.refusals if refusal.step >= _BINDING_STEP)
    return CredentialFindings(checks, verified, issuer, bindings, read_claims(verified))


def _starts_later(refusals: Sequence[SdJwtRefused], payload: Mapping[str, JsonValue]) -> SdJwtRefused | None:
    """The refusal that stands for an issue time in the future, which is "not yet valid" and no wrong type."""
    if any(name in payload and not is_numeric_date(payload[name]) for name in ("exp", "nbf", "iat")):
        return None
    return next((refusal for refusal in refusals if refusal.code == "E_CLAIM_TYPE"), None)


def _validity_time(refusals: Sequence[SdJwtRefused], payload: Mapping[str, JsonValue]) -> Check:
    if not refusals:
        return passed(CheckName.VALIDITY_TIME)
    expired = refusals[0].code == "E_EXPIRED"
    names = ("exp",) if expired else ("nbf", "iat")
    day = korean_day(int(max(value for name in names if is_numeric_date(value := payload.get(name)))))
    shown = day - timedelta(days=1) if expired else day  # `exp` is the first moment after the last day
    return refused(CheckName.VALIDITY_TIME, refusals, {"date": shown.isoformat()})
