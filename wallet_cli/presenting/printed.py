"""Look at the paper copy that an issuer made of a presentation: it says what was presented, or it is not kept."""

import json
from collections.abc import Iterable

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.errors import EntryTypeError, PdfContainerError
from credential_schemas.pdf_container import read_container
from credential_schemas.presented_claims import ShownEntry, read_presented
from keys.trust_list import TrustList
from wallet_cli.errors import CertificateRefused
from wallet_cli.presenting.choosing import Leaving, claims_of
from wallet_cli.receiving import check_received

_OF_EACH_COPY = ("acquired_via",)


def check_printed(pdf: bytes, leaving: Leaving, *, trust: TrustList, now: int) -> CertificateClaims:
    """Check a PDF that was made of a presentation, and return what its credential says.

    Raises:
        IssuerUnknown: its issuer or key is not on the trust list.
        CertificateRefused: it is not in order, or says anything else than was presented.
    """
    try:
        credential = read_container(pdf).credential
        presented = read_presented(claims_of(leaving.sd_jwt))
    except (PdfContainerError, EntryTypeError) as error:
        raise CertificateRefused("The issuer's answer is not in order: expected a sealed certificate.") from error
    claims = check_received(credential, trust=trust, now=now)
    said = (claims.issuer, claims.holder, _words(claims.entries))
    if said != (presented.issuer, presented.holder, _words(presented.entries)):
        raise CertificateRefused("The paper copy was not kept: it does not say what was presented.")
    return claims


def _words(entries: Iterable[ShownEntry]) -> list[str]:
    """Return what entries say, in an order of their own; what is another on each copy is left out."""
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
        for entry in entries
    )
