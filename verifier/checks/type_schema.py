"""Check `type_schema`: the proved claims are a credential of ours, and the issuer is trusted for its entries."""

from credential_schemas.errors import EntryTypeError
from credential_schemas.presented_claims import PresentedClaims, read_presented
from credential_schemas.report.model import Check, passed
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.sd_jwt.verify import VerifiedSdJwt
from keys.trust_list import TrustedIssuer


def read_claims(verified: VerifiedSdJwt) -> PresentedClaims | EntryTypeError:
    """Return the claims of a proved credential as types, or what is wrong with them."""
    try:
        return read_presented(verified.payload)
    except EntryTypeError as error:
        return error


def check_type_schema(claims: PresentedClaims | EntryTypeError, *, issuer: TrustedIssuer) -> Check:
    """Judge the claims of a proved credential."""
    if isinstance(claims, EntryTypeError):
        detail = {"field": claims.field, "kind": claims.kind}
        return Check(CheckName.TYPE_SCHEMA, Outcome.FAILED, Reason.CLAIMS_INVALID, detail)
    trusted = issuer.trusted_type(claims.vct)
    allowed = trusted.entry_types if trusted is not None else frozenset[str]()
    foreign = set() if allowed is None else {entry.type for entry in claims.entries} - allowed
    if foreign:
        types = [*sorted(foreign)]
        return Check(CheckName.TYPE_SCHEMA, Outcome.UNKNOWN, Reason.ENTRY_TYPE_NOT_TRUSTED, {"entry_types": [*types]})
    return passed(CheckName.TYPE_SCHEMA)
