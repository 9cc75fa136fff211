"""Certificates as claims, and their drawing by the way that issuing takes: checked, put into words, drawn."""

from dataclasses import replace
from io import BytesIO

import pypdfium2

from credential_schemas.certificate_claims import (
    CertificateClaims,
    Edition,
    Holder,
    to_payload,
)
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.model import CertificateWording, Language
from issuer.certificate.drawing import draw_certificate
from tests.issuer.certificate.samples import make_request
from tests.sample_certificate import CAREER, TRAINING, sample_certificate
from tests.sample_certificate import QUALIFICATION as NUMBERED

IMPRINT = Imprint({"ko": "직무능력은행", "en": "Competency Bank"}, "verify.example", specimen=True)
# Without its number, which a blind edition would hide: so one entry serves both editions.
QUALIFICATION = replace(
    NUMBERED, fields={name: value for name, value in NUMBERED.fields.items() if name != "certificate_number"}
)
KINDS = {"competency": (QUALIFICATION, TRAINING, CAREER), "education": (TRAINING,)}


def make_claims(kind: str = "competency", edition: Edition = "standard") -> CertificateClaims:
    """A certificate of a kind, with one entry of each of its categories that the tests need."""
    return replace(
        sample_certificate(),
        kind=kind,
        edition=edition,
        applicant_no="2026-0042" if edition == "blind" else None,
        entries=KINDS[kind],
    )


def put_into_words(claims: CertificateClaims, language: Language = "ko") -> CertificateWording:
    """Check the claims as issuing does and say them in words; a blind copy is printed without its holder."""
    to_payload(claims)
    shown = replace(claims, holder=Holder(None, None, None)) if claims.edition == "blind" else claims
    return certificate_wording(shown, language=language, imprint=IMPRINT, confirmation_code="ABCDE-FGHJK-MNPQR-STVWX")


def draw_words(wording: CertificateWording) -> bytes:
    """Draw, with a code and an attachment."""
    return draw_certificate(make_request(wording))


def text_of_pages(pdf: bytes) -> list[str]:
    """The text layer of each page."""
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    # PDFium reports a hyphen at the end of a line, before a letter, as U+FFFE; the wording never has that character.
    return [page.get_textpage().get_text_range().replace("\ufffe", "-") for page in document]
