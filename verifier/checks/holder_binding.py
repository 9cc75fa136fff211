"""Check `holder_binding`: the presenter proved to hold the key of the credential, in answer to this one request.

Without a proof this is no failure unless the caller asked for one: a paper copy is a bearer copy, as the Report says.
A nonce counts once (S8); where nothing can be remembered, or the time is simulated, that cannot be said.
"""

from collections.abc import Sequence

from credential_schemas.errors import SdJwtRefused
from credential_schemas.report.facts import HolderBinding
from credential_schemas.report.model import Check, passed, skipped
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from verifier.checks.credential import CredentialFindings, refused
from verifier.checks.rules import Moment, Rules

_NAME = CheckName.HOLDER_BINDING


def check_holder_binding(findings: CredentialFindings, *, rules: Rules, moment: Moment) -> Check:
    """Judge the key binding of a proved credential."""
    if findings.proved is None:
        return skipped(_NAME)
    if findings.binding_refusals:
        return _refused(findings.binding_refusals, rules.key_binding)
    if findings.proved.key_bound and rules.key_binding is not None:
        return _once(rules.key_binding, rules=rules, moment=moment)
    if rules.profile.require_holder_binding:
        return Check(_NAME, Outcome.FAILED, Reason.HOLDER_BINDING_MISSING, {"code": "E_KB_MISSING"})
    return Check(_NAME, Outcome.SKIPPED, Reason.HOLDER_NOT_BOUND)


def binding_word(check: Check) -> HolderBinding:
    """Return the word of the Report's `certificate.holder_binding`."""
    if check.outcome is Outcome.PASSED:
        return "verified"
    return "none" if check.reason is Reason.HOLDER_NOT_BOUND else "failed"


def _refused(refusals: Sequence[SdJwtRefused], asked: KeyBindingPolicy | None) -> Check:
    if asked is None and {refusal.code for refusal in refusals} == {"E_KB_AUD"}:
        return Check(_NAME, Outcome.UNKNOWN, Reason.HOLDER_BINDING_NOT_ASKED, {"code": "E_KB_AUD"})
    return refused(_NAME, refusals, {})


def _once(asked: KeyBindingPolicy, *, rules: Rules, moment: Moment) -> Check:
    if moment.simulated:
        return Check(_NAME, Outcome.PASSED, detail={"replay_check": "simulated"})
    if rules.nonces is None:
        return Check(_NAME, Outcome.UNKNOWN, Reason.NONCE_NOT_TRACKED)
    try:
        first = rules.nonces.use_nonce(asked.audience, asked.nonce, now=moment.seconds)
    except OSError:
        return Check(_NAME, Outcome.UNKNOWN, Reason.NONCE_NOT_TRACKED)
    if not first:
        return Check(_NAME, Outcome.FAILED, Reason.NONCE_REUSED, {"code": "E_KB_NONCE"})
    return passed(_NAME)
