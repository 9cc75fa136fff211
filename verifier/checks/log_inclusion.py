"""Check `log_inclusion`: is the certificate in its issuer's log, and was it there before its key was distrusted?

A proof is checked wherever there is one. It is needed only when the profile demands it, or when the signing key is
distrusted since some time: what was logged before stays valid, what was not is refused, and without a proof the matter
is open. A profile may also demand that witnesses have cosigned the checkpoint of the proof; with fewer of them the
matter is open. A proof that cannot be judged, because the trust list names no key for it, counts as none.
"""

from datetime import UTC, datetime

from credential_schemas.log_entry import Logged, prove_logged
from credential_schemas.report.facts import timestamp
from credential_schemas.report.model import Check
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.sd_jwt.verify import ProvedCredential
from keys.cosignature import WitnessKey, cosigned_by
from keys.encoding import JsonValue
from keys.errors import LogProofError, NoteError
from keys.log_proof import LogProof
from keys.trust_list import TrustedIssuer
from keys.values import dataclass

_MAX_SECONDS = 2**33  # S7: later than any certificate


@dataclass(frozen=True, slots=True)
class LogDemand:
    """What a profile asks of the log: a proof, and how many of these witnesses must have cosigned it."""

    proof: bool
    witnesses: tuple[WitnessKey, ...] = ()
    needed: int = 0


def check_log_inclusion(
    proved: ProvedCredential, proof: str | None, *, issuer: TrustedIssuer, demanded: LogDemand
) -> Check:
    """Return whether the credential is proved to be in the log, as far as that matters.

    Args:
        proved: the credential, its signature verified.
        proof: what the PDF carries as proof, hostile; None when there is none.
        issuer: who signed it.
        demanded: what the profile asks for.
    """
    kid = proved.header.get("kid")
    since = issuer.distrusted_since(kid) if isinstance(kid, str) else None
    detail: dict[str, JsonValue] = {}
    if since is not None:
        detail["key_distrusted_since"] = _time(since)
    logged = Reason.LOG_PROOF_MISSING if proof is None else _logged(proved, proof, issuer=issuer)
    if isinstance(logged, Logged):
        detail |= {"logged_at": _time(logged.at), "index": logged.index, "log_size": logged.log_size}
        if since is not None and logged.at >= since:
            return Check(CheckName.LOG_INCLUSION, Outcome.FAILED, Reason.LOGGED_TOO_LATE, detail)
        if demanded.needed:
            cosigned = cosigned_by(LogProof.decode(str(proof).encode()).checkpoint, demanded.witnesses)
            detail["witnesses"] = [*sorted(cosigned)]
            if len(cosigned) < demanded.needed:
                return Check(CheckName.LOG_INCLUSION, Outcome.UNKNOWN, Reason.LOG_WITNESSES_MISSING, detail)
        return Check(CheckName.LOG_INCLUSION, Outcome.PASSED, detail=detail)
    if logged is Reason.LOG_PROOF_INVALID:
        return Check(CheckName.LOG_INCLUSION, Outcome.FAILED, logged, detail)
    if since is None and not demanded.proof:
        return Check(CheckName.LOG_INCLUSION, Outcome.SKIPPED)
    return Check(CheckName.LOG_INCLUSION, Outcome.UNKNOWN, logged, detail)


def _logged(proved: ProvedCredential, proof: str, *, issuer: TrustedIssuer) -> Logged | Reason:
    key = issuer.log_key
    if key is None or issuer.distrusted_since(key.short_name()) is not None:
        return Reason.LOG_KEY_UNKNOWN
    try:
        logged = prove_logged(proved.token, proof.encode(), issuer=issuer.id, key=key)
    except NoteError as error:
        return Reason.LOG_KEY_UNKNOWN if error.kind == "unknown_key" else Reason.LOG_PROOF_INVALID
    except LogProofError:
        return Reason.LOG_PROOF_INVALID
    return logged if logged.at < _MAX_SECONDS else Reason.LOG_PROOF_INVALID


def _time(seconds: int) -> str:
    return timestamp(datetime.fromtimestamp(seconds, UTC))
