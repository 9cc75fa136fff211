"""Certificates as claims, and their drawing by the way that issuing takes: checked, put into words, drawn."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdfium2

from credential_schemas.certificate_claims import (
    CertificateClaims,
    CertificateEntry,
    Edition,
    Holder,
    StatusReference,
    to_payload,
)
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.model import CertificateWording, Language
from issuer.certificate.drawing import draw_certificate
from tests.issuer.certificate.samples import make_request

AS_OF = date(2026, 11, 20)
IMPRINT = Imprint({"ko": "직무능력은행", "en": "Competency Bank"}, "verify.example", specimen=True)
TRAINING = CertificateEntry(
    type="vocational_training",
    category="trainings",
    title="공공데이터 분석 실무",
    title_en=None,
    issuing_body="keis",
    fields={
        "course_id": "AIG20250000900001",
        "session": 1,
        "sector": "private",
        "start_date": "2025-03-04",
        "end_date": "2025-03-14",
        "hours": 40,
        "ncs_code": "20010202",
        "completed": True,
        "completion_certificate": False,
    },
    as_of=AS_OF,
    idx=1002,
)
QUALIFICATION = CertificateEntry(
    type="national_technical_qualification",
    category="qualifications",
    title="정보처리기사",
    title_en="Engineer Information Processing",
    issuing_body="hrdk",
    fields={"item_code": "1320", "series": "기사", "acquired_date": "2023-06-09", "exam_body": "hrdk"},
    as_of=AS_OF,
    idx=1001,
)
CAREER = CertificateEntry(
    type="employment_insurance_career",
    category="careers",
    title="고용보험 취업이력",
    title_en="Employment-insurance career history",
    issuing_body="comwel",
    fields={"employer_name": "(가상)한길정비(주)", "start_date": "2017-10-10", "duty": "자동차 정비"},
    as_of=AS_OF,
    idx=1003,
)
KINDS = {"competency": (QUALIFICATION, TRAINING, CAREER), "education": (TRAINING,)}


def make_claims(kind: str = "competency", edition: Edition = "standard") -> CertificateClaims:
    """A certificate of a kind, with one entry of each of its categories that the tests need."""
    return CertificateClaims(
        issuer="https://bank.example",
        vct="https://bank.example/vct/competency-certificate/1",
        issued_on=date(2026, 11, 22),
        valid_until=date(2027, 2, 20),
        number="NCSB-2026-00012345",
        kind=kind,
        edition=edition,
        purpose="job",
        recipient="한국교통안전공단",
        applicant_no="2026-0042" if edition == "blind" else None,
        holder=Holder("김표본", "KIM Pyobon", date(1998, 4, 11)),
        entries=KINDS[kind],
        status=StatusReference("https://bank.example/status/1", 1000),
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
