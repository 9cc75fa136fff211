"""A sample of what the bank issues, for people who have no account yet: nobody's, and marked as a specimen."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry, Holder, StatusReference
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.model import ANY_CODE, CertificateWording, Language
from issuer.bank import Bank
from keys.encoding import JsonValue

_DAYS: Final = 90
_HOLDER: Final = Holder("김표본", "KIM Pyobon", date(1998, 4, 12))
_PURPOSES: Final[dict[Language, str]] = {"ko": "취업 제출", "en": "Job application"}


def sample_wording(bank: Bank, language: Language, *, today: date) -> CertificateWording:
    """Return what a certificate of this bank would say of a fictional person, had it been issued today."""
    profile = bank.profile
    claims = CertificateClaims(
        issuer=profile.issuer,
        vct=profile.vct,
        issued_on=today,
        valid_until=today + timedelta(days=_DAYS),
        number="",
        kind="competency",
        edition="standard",
        purpose=_PURPOSES[language],
        recipient=None,
        applicant_no=None,
        holder=_HOLDER,
        entries=tuple(replace(each, idx=place) for place, each in enumerate(_entries(today), start=1)),
        status=StatusReference(profile.status_uri(0), 0),
    )
    imprint = Imprint(
        issuer_name={"ko": profile.name["ko"], "en": profile.name["en"]},
        verify_host=profile.verify_host,
        legal_basis=profile.legal_basis,
        specimen=True,
        link_only=False,
    )
    return certificate_wording(claims, language=language, imprint=imprint, confirmation_code=ANY_CODE)


def _entries(today: date) -> tuple[CertificateEntry, ...]:
    def entry(kind: str, category: str, title: tuple[str, str], body: str, **fields: JsonValue) -> CertificateEntry:
        return CertificateEntry(kind, category, *title, body, fields, today, 0)

    return (
        entry(
            "national_technical_qualification",
            "qualifications",
            ("정보처리기사", "Engineer Information Processing"),
            "hrdk",
            series="기사",
            certificate_number="00000000000A",
            acquired_date="2023-06-09",
        ),
        entry(
            "vocational_training",
            "trainings",
            ("(예시) 공공데이터 분석 실무", "(Example) Public Data Analysis in Practice"),
            "keis",
            provider_name="(가상)나래아이티학원",
            start_date="2025-03-04",
            end_date="2025-03-14",
            hours=40,
            ncs_code="20010202",
        ),
        entry(
            "employment_insurance_career",
            "careers",
            ("고용보험 취업이력", "Employment-insurance career history"),
            "comwel",
            employer_name="(가상)가람데이터(주)",
            start_date="2023-03-01",
            end_date="2025-02-28",
        ),
    )
