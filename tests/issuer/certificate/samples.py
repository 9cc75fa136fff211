"""Wordings built by hand, and requests to draw them."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from credential_schemas.wording.model import CertificateWording, EntryGroup, EntryRow, Language, Row
from issuer.certificate.drawing import DrawRequest

CREATED = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=9)))
VERIFY_URL = "HTTPS://VERIFY.EXAMPLE/V#"
PAYLOAD = "3141592653589793238462643383279502884197169399375105820974944592307816406286208998628034825342117067"


@dataclass(frozen=True, slots=True)
class Plan:
    """Version and level of the codes."""

    version: int
    level: str


# kind -> heading, then title, issuing body, NCS code, level, when, amount
GROUPS: dict[Language, dict[str, tuple[str, tuple[str, ...]]]] = {
    "ko": {
        "qualifications": (
            "국가기술자격",
            ("사회조사분석사 2급", "한국산업인력공단", "02010303", "5", "2011-09-07", ""),
        ),
        "trainings": (
            "직업훈련",
            (
                "스마트공장 설비보전 실무",
                "한국폴리텍대학 인천캠퍼스",
                "15040102",
                "4",
                "2013-04-21 ~ 2013-10-19",
                "120시간",
            ),
        ),
        "educations": (
            "교육과정",
            ("기계설계 및 제도", "동의과학대학교 기계공학과", "15020101", "3", "2021-02-18 ~ 2021-10-02", "3학점"),
        ),
        "careers": ("경력", ("고용보험 피보험자 경력", "근로복지공단", "", "", "2014-10-15 ~ 2021-05-08", "")),
    },
    "en": {
        "qualifications": ("Qualifications", ("Survey Analyst II", "HRD Korea", "02010303", "5", "2011-09-07", "")),
        "trainings": (
            "Vocational training",
            (
                "Smart Factory Equipment Maintenance Practice",
                "Korea Polytechnics, Incheon",
                "15040102",
                "4",
                "2013-04-21 – 2013-10-19",
                "120 hours",
            ),
        ),
        "educations": (
            "Courses",
            (
                "Machine Design and Drawing",
                "Dong-Eui Institute of Technology",
                "15020101",
                "3",
                "2021-02-18 – 2021-10-02",
                "3 credits",
            ),
        ),
        "careers": (
            "Careers",
            (
                "Employment insurance record",
                "Korea Workers' Compensation & Welfare Service",
                "",
                "",
                "2014-10-15 – 2021-05-08",
                "",
            ),
        ),
    },
}
LABELS = {
    "ko": {
        "number": "발급번호", "code": "문서확인번호", "name": "성명", "birth": "생년월일", "issued": "발급일",
        "until": "진위확인 기한", "purpose": "용도", "recipient": "제출처", "entries": "공개 항목", "blind": "블라인드",
        "applicant": "수험번호",
    },
    "en": {
        "number": "Certificate No.", "code": "Document ID", "name": "Name", "birth": "Date of birth",
        "issued": "Issued on", "until": "Verifiable until", "purpose": "Purpose", "recipient": "Recipient",
        "entries": "Disclosed entries", "blind": "Edition", "applicant": "Application No.",
    },
}  # fmt: skip


def make_groups(language: Language, entries: int) -> tuple[EntryGroup, ...]:
    kinds = GROUPS[language]
    rows: dict[str, list[EntryRow]] = {kind: [] for kind in kinds}
    for number in range(1, entries + 1):
        kind = list(kinds)[(number - 1) * len(kinds) // max(entries, len(kinds))]
        title, *cells = kinds[kind][1]
        details: tuple[str, ...] = ()
        if kind == "trainings":
            details = (
                ("회차 1", "수료번호 제2021-07499호") if language == "ko" else ("Session: 1", "Record: 제2021-07499호")
            )
        rows[kind].append(EntryRow(f"entries[{number - 1}]", str(number), title, details, tuple(cells)))
    return tuple(
        EntryGroup(f"groups[{at}]", kinds[kind][0], tuple(rows[kind])) for at, kind in enumerate(kinds) if rows[kind]
    )


def make_wording(language: Language = "ko", *, entries: int = 10, blind: bool = False) -> CertificateWording:
    label = LABELS[language]
    korean = language == "ko"
    person = (
        (Row("edition", label["blind"], "블라인드 채용용" if korean else "Blind recruitment"),
         Row("applicant_no", label["applicant"], "2026-0457"))
        if blind
        else (Row("holder.name", label["name"], "강도윤" if korean else "Kang Doyun (강도윤)"),
              Row("holder.birth_date", label["birth"], "1995-11-02"))
    )  # fmt: skip
    return CertificateWording(
        version=1,
        language=language,
        number_row=Row("number", label["number"], "제 NCSB-2026-00012345 호" if korean else "NCSB-2026-00012345"),
        code_row=Row("confirmation_code", label["code"], "ABCDE-FGHJK-MNPQR-STVWX"),
        title="직무능력인정서" if korean else "Certificate of Vocational Competency",
        subtitle="Certificate of Vocational Competency" if korean else "직무능력인정서",
        holder_rows=(
            *person,
            Row("issued_on", label["issued"], "2026-11-22"),
            Row("valid_until", label["until"], "2027-02-20"),
            Row(
                "purpose", label["purpose"], "제출용(본인 선택 공개)" if korean else "For submission (holder-selected)"
            ),
            Row("entries", label["entries"], f"{entries}건" if korean else str(entries)),
        ),
        attestation=(
            "위 사람은 국가직무능력표준(NCS)에 따른 아래의 직무능력을 보유하고 있음을 인정합니다."
            if korean
            else "This certifies that the person named above holds the following competencies, "
            "recognised under the National Competency Standards (NCS)."
        ),
        columns=("번호", "능력·자격·과정명", "인정(발급)기관", "NCS 코드", "수준", "기간 / 취득일", "시간 / 학점")
        if korean
        else (
            "No.",
            "Competency / qualification / course",
            "Issuing body",
            "NCS code",
            "Level",
            "Period / date",
            "Amount",
        ),
        groups=make_groups(language, entries),
        end_mark="— 이하 여백 —" if korean else "— end of entries —",
        date_line="2026년 11월 22일" if korean else "22 November 2026",
        issuer_line="발급기관장 (견본)" if korean else "Issuing Authority (specimen)",
        seal_text="견본" if korean else "SPECIMEN",
        qr_caption="서명된 원본 데이터가 담긴 QR입니다. 인터넷 없이도 위·변조를 확인할 수 있습니다."
        if korean
        else "This QR code holds the signed data. Tampering can be detected without a network.",
        qr_alternative="서명된 원본을 담은 QR 코드" if korean else "QR code with the signed original",
        notes=(
            "시험용 자료입니다. 실제 증명서로 사용할 수 없습니다.",
            "이 인정서에는 본인이 선택한 항목만 있으며 다른 항목이 더 있을 수 있습니다.",
            "2027년 2월 20일까지 verify.example 에서 QR 코드나 PDF 파일로 진위와 취소 여부를 확인하십시오.",
            "제출한 사람이 본인인지는 이 문서로 알 수 없습니다. 신분증과 대조하십시오.",
        )
        if korean
        else (
            "Test data. Not valid as a real certificate.",
            "This certificate shows only the entries its holder chose; others may exist.",
            "Until 20 February 2027, check authenticity and cancellation at verify.example with the code or the file.",
            "This document does not prove that the person who hands it in is the holder. Compare an identity document.",
        ),
        legal_line="「국민 평생 직업능력 개발법」에 따라 발급합니다." if korean else None,
        specimen="견본 · 시험용" if korean else "SPECIMEN · TEST ONLY",
    )


def make_request(wording: CertificateWording, *, codes: int = 1, preview: bool = False) -> DrawRequest:
    texts = tuple(f"{VERIFY_URL}{number}{PAYLOAD * 9}" for number in range(codes))
    return DrawRequest(
        wording=wording,
        credential="eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2JhbmsuZXhhbXBsZSJ9.c2lnbmF0dXJl~"
        + "ZGlzY2xvc3VyZQ" * 300
        + "~",
        qr_texts=() if preview else texts,
        symbol_plan=Plan(22, "M"),
        created_at=CREATED,
        document_id="urn:uuid:4b1e28ba-2fa1-41d4-883f-0016d3cca427",
        preview=preview,
    )
