"""Look at the paper copy that an issuer made of a presentation: it says what was presented, or it is not kept."""

from typing import Final

from credential_schemas.certificate_claims import CertificateClaims, Holder
from credential_schemas.errors import EntryTypeError, PdfContainerError, SdJwtRefused
from credential_schemas.pdf_bounds import MAX_PDF_BYTES
from credential_schemas.pdf_container import read_container
from credential_schemas.presented_claims import PresentedClaims, read_presented
from credential_schemas.sd_jwt.select import add_disclosures
from keys.encoding import b64url_decode, decode_json_object, encode_json
from keys.errors import DecodingError
from keys.trust_list import TrustList
from keys.values import dataclass
from wallet_cli.errors import CertificateRefused
from wallet_cli.held import words_of
from wallet_cli.presenting.choosing import Leaving, claims_of
from wallet_cli.receiving import check_received

MAX_BLIND_BYTES: Final = MAX_PDF_BYTES // 3 * 4 + 64 * 1024
"""A sealed PDF in base64url, and what reveals its holder."""


def check_printed(pdf: bytes, leaving: Leaving, *, trust: TrustList, now: int) -> CertificateClaims:
    """Check a PDF that was made of a presentation, and return what its credential says.

    Raises:
        IssuerUnknown: its issuer or key is not on the trust list.
        CertificateRefused: it is not in order, or says anything else than was presented.
    """
    presented = _presented(leaving)
    claims = check_received(_credential(pdf), trust=trust, now=now)
    said = (claims.issuer, claims.edition, claims.holder, words_of(claims))
    if said != (presented.issuer, "standard", presented.holder, words_of(presented)):
        raise _other_words()
    return claims


@dataclass(frozen=True, slots=True)
class BlindCopy:
    """A blind copy that was checked: what it says, the sealed PDF, and the file that reveals its holder (JSON)."""

    claims: CertificateClaims
    pdf: bytes
    reveal: bytes


def check_blind(answer: bytes, leaving: Leaving, *, applicant_no: str | None, trust: TrustList, now: int) -> BlindCopy:
    """Check what an issuer answered to a wish for a blind copy; nobody is named in it, the reveal file fits it.

    Args:
        answer: of the issuer, hostile, at most `MAX_BLIND_BYTES`.
        leaving: what was presented.
        applicant_no: of the application that was named, None where none was.
        trust, now: as `check_printed`.

    Raises:
        IssuerUnknown, CertificateRefused: as `check_printed`.
    """
    try:
        members = decode_json_object(answer, max_bytes=MAX_BLIND_BYTES)
        pdf = b64url_decode(_text(members.get("pdf")))
        reveal = members.get("reveal")
        listed = reveal.get("disclosures") if isinstance(reveal, dict) else None
        texts = [_text(each) for each in listed] if isinstance(listed, list) else []
    except DecodingError as error:
        raise _no_certificate() from error
    credential, presented = _credential(pdf), _presented(leaving)
    claims = check_received(credential, trust=trust, now=now)
    said = (claims.issuer, claims.edition, claims.holder, words_of(claims))
    if said != (presented.issuer, "blind", Holder(None, None, None), words_of(presented)):
        raise _other_words()
    if claims.applicant_no != (applicant_no or presented.applicant_no):
        raise CertificateRefused("The blind copy was not kept: it is for another application than was named.")
    try:
        revealed = check_received(add_disclosures(credential, texts), trust=trust, now=now)
    except (CertificateRefused, SdJwtRefused) as error:
        raise _not_revealing() from error
    if revealed.holder != presented.holder:
        raise _not_revealing()
    return BlindCopy(claims, pdf, encode_json({"reveal": 1, "number": claims.number, "disclosures": [*texts]}))


def _credential(pdf: bytes) -> str:
    try:
        return read_container(pdf).credential
    except PdfContainerError as error:
        raise _no_certificate() from error


def _presented(leaving: Leaving) -> PresentedClaims:
    try:
        return read_presented(claims_of(leaving.sd_jwt))
    except EntryTypeError as error:
        raise CertificateRefused("The credential is not in order: its claims are not those of its type.") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise DecodingError("expected text, found another JSON value", kind="json")
    return value


def _no_certificate() -> CertificateRefused:
    return CertificateRefused("The issuer's answer is not in order: expected a sealed certificate.")


def _other_words() -> CertificateRefused:
    return CertificateRefused("The paper copy was not kept: it does not say what was presented.")


def _not_revealing() -> CertificateRefused:
    return CertificateRefused("The blind copy was not kept: what came with it does not reveal its holder.")
