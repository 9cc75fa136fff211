"""Look at the paper copy that an issuer made of a presentation: it says what was presented, or it is not kept."""

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.errors import EntryTypeError, PdfContainerError
from credential_schemas.pdf_container import read_container
from credential_schemas.presented_claims import read_presented
from keys.trust_list import TrustList
from wallet_cli.errors import CertificateRefused
from wallet_cli.held import words_of
from wallet_cli.presenting.choosing import Leaving, claims_of
from wallet_cli.receiving import check_received


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
    said = (claims.issuer, claims.holder, words_of(claims))
    if said != (presented.issuer, presented.holder, words_of(presented)):
        raise CertificateRefused("The paper copy was not kept: it does not say what was presented.")
    return claims
