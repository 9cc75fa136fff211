"""Check `seal`: exactly one intact seal over the whole file by a sealer trusted for this issuer.

The seal of a file whose issuer is not on the trust list is not judged: there is nobody whose seal it should be.

A time stamp by an authority that the trust list does not name proves nothing, and takes nothing away: the seal passes
on its own, with a reason that says that its time is only claimed.

Source: docs/decisions/0011-the-seal.md
"""

from credential_schemas.report.model import Check, skipped
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from keys.encoding import JsonValue
from keys.trust_list import TrustedIssuer
from verifier.checks.rules import Moment
from verifier.evidence.gathering import Gathered
from verifier.evidence.reader import EvidenceReader, SealFacts


def check_seal(gathered: Gathered, *, issuer: TrustedIssuer | None, moment: Moment, reader: EvidenceReader) -> Check:
    """Judge the seal of a PDF with the sealing roots of the issuer that its credential names."""
    if gathered.pdf is None or issuer is None:
        return skipped(CheckName.SEAL)
    facts = reader.check_seal(gathered.pdf_bytes, roots=issuer.seal_roots, tsa_roots=issuer.tsa_roots, now=moment.now)
    if facts.reason is None:
        return _passed(facts)
    reason = Reason(facts.reason)
    if reason is Reason.SEAL_UNTRUSTED and not issuer.seal_roots:
        return Check(CheckName.SEAL, Outcome.UNKNOWN, reason, {"note": "the trust list names no sealing root"})
    return Check(CheckName.SEAL, Outcome.FAILED, reason, {"note": facts.detail})


def _passed(facts: SealFacts) -> Check:
    detail: dict[str, JsonValue] = {
        "signer": facts.signer,
        "signed_at": facts.signed_at,
        "stamped_at": facts.stamped_at,
        "time_stamp": facts.time_stamp,
    }
    if facts.time_stamp != "untrusted":
        return Check(CheckName.SEAL, Outcome.PASSED, detail=detail)
    return Check(CheckName.SEAL, Outcome.PASSED, Reason.SEAL_TIME_STAMP_UNTRUSTED, detail | {"note": facts.detail})
