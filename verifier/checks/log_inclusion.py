"""Check `log_inclusion`: asked for only when the profile demands it or the signing key is distrusted since some time.

Then a proof that the certificate was in the issuing log before that time is needed; without one the matter is open.
"""

from datetime import UTC, datetime

from credential_schemas.report.facts import timestamp
from credential_schemas.report.model import Check
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.sd_jwt.verify import VerifiedSdJwt
from keys.encoding import JsonValue
from keys.trust_list import TrustedIssuer


def check_log_inclusion(proved: VerifiedSdJwt, *, issuer: TrustedIssuer, demanded: bool) -> Check:
    """Say whether a proof of inclusion is needed for this credential."""
    kid = proved.header.get("kid")
    since = issuer.distrusted_since(kid) if isinstance(kid, str) else None
    if since is None and not demanded:
        return Check(CheckName.LOG_INCLUSION, Outcome.SKIPPED)
    detail: dict[str, JsonValue] = {}
    if since is not None:
        detail["key_distrusted_since"] = timestamp(datetime.fromtimestamp(since, UTC))
    return Check(CheckName.LOG_INCLUSION, Outcome.UNKNOWN, Reason.LOG_PROOF_MISSING, detail)
