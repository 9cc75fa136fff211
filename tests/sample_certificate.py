"""One small certificate for tests of every floor: a qualification, a course and a career, in this order."""

from datetime import date

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry, Holder, StatusReference

AS_OF = date(2026, 11, 20)
QUALIFICATION = CertificateEntry(
    type="national_technical_qualification",
    category="qualifications",
    title="정보처리기사",
    title_en="Engineer Information Processing",
    issuing_body="hrdk",
    fields={
        "item_code": "1320",
        "series": "기사",
        "certificate_number": "23900000001A",
        "acquired_date": "2023-06-09",
        "exam_body": "hrdk",
    },
    as_of=AS_OF,
    idx=1001,
)
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


def sample_certificate() -> CertificateClaims:
    """Return it, of the standard edition."""
    return CertificateClaims(
        issuer="https://bank.example",
        vct="https://bank.example/vct/competency-certificate/1",
        issued_on=date(2026, 11, 22),
        valid_until=date(2027, 2, 20),
        number="NCSB-2026-00012345",
        kind="competency",
        edition="standard",
        purpose="job",
        recipient="한국교통안전공단",
        applicant_no=None,
        holder=Holder("김표본", "KIM Pyobon", date(1998, 4, 11)),
        entries=(QUALIFICATION, TRAINING, CAREER),
        status=StatusReference("https://bank.example/status/1", 1000),
    )
