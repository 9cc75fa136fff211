"""Look at a credential as its holder: on receipt, and each time it is listed or shown.

Rules enforced: the verification of every reader, by the issuer's listed key or its certificates; a
presentation (SD-JWT+KB) is no credential; what was just issued is bound to the very key that was proved, and is of the
type that was offered.
"""

import json
from typing import Final

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry
from credential_schemas.errors import EntryTypeError, IssuerNotTrusted, KeyUnknown, SdJwtRefused
from credential_schemas.presented_claims import Form, PresentedClaims, read_presented
from credential_schemas.sd_jwt.issuer_keys import certificate_key_finder, trust_list_key_finder
from credential_schemas.sd_jwt.policy import VerificationPolicy
from credential_schemas.sd_jwt.verify import VerifiedSdJwt, verify_sd_jwt_vc
from keys.jwk import PublicKey
from keys.trust_list import TrustList
from wallet_cli.errors import CertificateRefused, IssuerUnknown

_OF_EACH_COPY: Final = ("acquired_via",)


def check_held(sd_jwt: str, *, trust: TrustList, now: int) -> PresentedClaims:
    """Check a kept credential, paper copy or wallet credential, and return what it says.

    Args:
        sd_jwt: compact SD-JWT without key binding.
        trust: the issuers the holder accepts.
        now: seconds since 1970.

    Raises:
        IssuerUnknown: issuer or key is not on the trust list, so nothing can be said.
        CertificateRefused: any other check failed.
    """
    return _claims(_verified(sd_jwt, frozenset(trust.types), trust=trust, now=now))


def check_issued(sd_jwt: str, *, vct: str, key: PublicKey, trust: TrustList, now: int) -> PresentedClaims:
    """Check a credential that an issuer has just sent for a key of ours; arguments and errors as `check_held`."""
    verified = _verified(sd_jwt, frozenset({vct}), trust=trust, now=now)
    confirmed = verified.payload.get("cnf")
    jwk = confirmed.get("jwk") if isinstance(confirmed, dict) else None
    if not isinstance(jwk, dict) or any(jwk.get(name) != key.jwk()[name] for name in ("kty", "crv", "x", "y")):
        raise CertificateRefused("The credential was not kept: it is bound to another key than the one of this wallet.")
    return _claims(verified)


def whole_certificate(claims: PresentedClaims) -> CertificateClaims | None:
    """Return the certificate that is held with every disclosure; None for a credential that is one entry."""
    number, kind, purpose = claims.number, claims.kind, claims.purpose
    if claims.form is not Form.WALLET or number is None or kind is None or purpose is None:
        return claims.paper
    return CertificateClaims(
        issuer=claims.issuer,
        vct=claims.vct,
        issued_on=claims.issued_on,
        valid_until=claims.valid_until,
        number=number,
        kind=kind,
        edition="blind" if claims.edition == "blind" else "standard",
        purpose=purpose,
        recipient=claims.recipient,
        applicant_no=claims.applicant_no,
        holder=claims.holder,
        entries=whole_entries(claims),
        status=claims.status,
    )


def whole_entries(claims: PresentedClaims) -> tuple[CertificateEntry, ...]:
    """Return the entries of a credential that is held with every disclosure."""
    return tuple(
        CertificateEntry(
            type=entry.type,
            category=entry.category,
            title=entry.title or "",
            title_en=entry.title_en,
            issuing_body=entry.issuing_body,
            fields=entry.fields,
            as_of=entry.as_of,
            idx=entry.idx,
        )
        for entry in claims.entries
    )


def words_of(claims: PresentedClaims | CertificateClaims) -> list[str]:
    """Return what the entries say, in an order of their own; what is another on each copy is left out."""
    return sorted(
        json.dumps(
            [
                entry.type,
                entry.title,
                entry.title_en,
                entry.issuing_body,
                {name: value for name, value in entry.fields.items() if name not in _OF_EACH_COPY},
            ],
            sort_keys=True,
        )
        for entry in claims.entries
    )


def _verified(sd_jwt: str, types: frozenset[str], *, trust: TrustList, now: int) -> VerifiedSdJwt:
    policy = VerificationPolicy(
        expected_types=types,
        required_claims=frozenset({"exp", "status"}),
        certificate_key=certificate_key_finder(trust, now=now),
    )
    try:
        return verify_sd_jwt_vc(sd_jwt, policy=policy, keys=trust_list_key_finder(trust), now=now)
    except (IssuerNotTrusted, KeyUnknown) as error:
        msg = f"The credential's issuer or its key is not on the trust list (version {trust.version})."
        raise IssuerUnknown(msg) from error
    except SdJwtRefused as error:
        msg = f"The credential is not in order: check {error.step} failed ({error.code})."
        raise CertificateRefused(msg) from error


def _claims(verified: VerifiedSdJwt) -> PresentedClaims:
    try:
        return read_presented(verified.payload)
    except EntryTypeError as error:
        raise CertificateRefused(
            f"The credential is not in order: {error.field} is not as its type demands."
        ) from error
