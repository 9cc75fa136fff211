"""What a certificate says: both languages, both editions, both kinds, and that everything disclosed is said."""

import unicodedata
from collections.abc import Callable
from copy import copy
from dataclasses import replace

import pytest

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry
from credential_schemas.entry_types import EntryType, certificate_labels, entry_types
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.model import ANY_CODE, CertificateWording, EntryRow, Language
from credential_schemas.wording.phrases import phrase, phrases
from credential_schemas.wording.published import current_wording
from credential_schemas.wording.values import value_text
from keys.encoding import JsonValue

IMPRINT = Imprint({"ko": "고용노동부장관", "en": "Minister of Employment and Labor"}, "bank.example/v")
CODE = "ABCDE-FGHJK-MNPQR-STVWX"


def say(claims: CertificateClaims, language: Language, imprint: Imprint = IMPRINT) -> CertificateWording:
    """Say a certificate with a known code."""
    return certificate_wording(claims, language=language, imprint=imprint, confirmation_code=CODE)


def said(claims: CertificateClaims, language: Language, imprint: Imprint = IMPRINT) -> dict[str, str]:
    """The printed texts by the slug of their place."""
    return {line.where: line.text for line in say(claims, language, imprint).lines()}


def only_row(claims: CertificateClaims, language: Language) -> EntryRow:
    """The row of a certificate with one entry."""
    return say(claims, language).groups[0].rows[0]


def test_certificate_names_the_version_and_the_language_of_its_words(sample: CertificateClaims) -> None:
    assert (say(sample, "ko").version, say(sample, "en").language) == (current_wording().number, "en")
    later = copy(current_wording())
    later.number = 77
    said_later = certificate_wording(sample, language="ko", imprint=IMPRINT, confirmation_code=None, version=later)
    assert (said_later.version, said_later.language) == (77, "ko")


def test_values_of_entries_are_said_in_the_words_of_the_version_too(sample: CertificateClaims) -> None:
    later = copy(current_wording())
    later.phrases = {**later.phrases, "value.hours": {"ko": "{n} 시간(새 말)", "en": "{n} h"}}
    claims = replace(sample, entries=(sample.entries[1],))
    words = certificate_wording(claims, language="ko", imprint=IMPRINT, confirmation_code=None, version=later)
    assert words.groups[0].rows[0].cells[4] == "40 시간(새 말)"


def test_period_that_is_all_an_entry_shows_has_one_line(sample: CertificateClaims) -> None:
    period = next(each for kind in entry_types().values() for each in kind.periods)
    kind = next(each for each in entry_types().values() if period in each.periods)
    entry = replace(
        sample.entries[0],
        type=kind.id,
        category=kind.category,
        fields={period.first: "2025-01-01", period.last: "2025-02-01"},
    )
    row = only_row(replace(sample, entries=(entry,)), "ko")
    assert [each for each in row.details if "2025" in each] == [f"{period.label.ko} 2025-01-01 ~ 2025-02-01"]


def test_korean_certificate_says_who_when_and_what_for(sample: CertificateClaims) -> None:
    texts = said(sample, "ko")
    assert texts["number"] == "제 NCSB-2026-00012345 호"
    assert texts["code"] == CODE
    assert texts["title"] == "직무능력인정서"
    assert [(row.label, row.value) for row in say(sample, "ko").holder_rows] == [
        ("성명", "김표본"),
        ("생년월일", "1998-04-11"),
        ("발급일", "2026-11-22"),
        ("진위확인 기한", "2027-02-20"),
        ("용도", "취업 제출"),
        ("공개 항목", "3건"),
        ("제출처", "한국교통안전공단"),
    ]
    assert (texts["date"], texts["issuer"]) == ("2026년 11월 22일", "고용노동부장관")


def test_english_certificate_keeps_the_korean_name_beside_the_romanised_one(sample: CertificateClaims) -> None:
    texts = said(sample, "en")
    assert texts["holder.name"] == "김표본 (KIM Pyobon)"
    assert texts["title"] == "Certificate of Vocational Competency"
    assert texts["subtitle"] == "직무능력인정서"
    assert (texts["date"], texts["issuer"]) == ("22 November 2026", "Minister of Employment and Labor")
    assert texts["certificate.purpose"] == "Job application"


def test_every_row_about_the_holder_has_its_name_and_its_label_in_english(sample: CertificateClaims) -> None:
    rows = say(replace(sample, applicant_no="2026-0042"), "en").holder_rows
    assert [(row.where, row.label, row.value) for row in rows] == [
        ("holder.name", "Name", "김표본 (KIM Pyobon)"),
        ("holder.birth_date", "Date of birth", "1998-04-11"),
        ("certificate.applicant_no", "Applicant No.", "2026-0042"),
        ("issued_on", "Issued on", "2026-11-22"),
        ("valid_until", "Verifiable until", "2027-02-20"),
        ("certificate.purpose", "Purpose", "Job application"),
        ("entry_count", "Disclosed entries", "3"),
        ("certificate.recipient", "Recipient", "한국교통안전공단"),
    ]


def test_english_certificate_of_a_holder_without_romanised_name_says_the_korean_one(
    sample: CertificateClaims,
) -> None:
    assert said(replace(sample, holder=replace(sample.holder, name_en=None)), "en")["holder.name"] == "김표본"


def test_withheld_holder_members_have_no_row(sample: CertificateClaims) -> None:
    holder = replace(sample.holder, name=None, birth_date=None)
    assert not {"holder.name", "holder.birth_date"} & set(said(replace(sample, holder=holder), "ko"))


def test_blind_edition_says_so_and_shows_the_applicant_number_in_place_of_the_person(
    blind: CertificateClaims,
) -> None:
    texts = said(blind, "ko")
    assert texts["title"] == "직무능력인정서 (블라인드 채용용)"
    assert texts["certificate.applicant_no"] == "2026-0042"
    assert not any("김표본" in text or "1998" in text for text in texts.values())
    assert "가려져" in texts["notes[2]"]
    assert said(blind, "en")["title"].endswith("(blind hiring)")
    assert not any("KIM" in text or "김표본" in text for text in said(blind, "en").values())


def test_education_certificate_has_its_own_title_and_attestation(sample: CertificateClaims) -> None:
    claims = replace(sample, kind="education", entries=(sample.entries[1],))
    assert said(claims, "ko")["title"] == "교육인증서"
    assert "교육·훈련" in said(claims, "ko")["attestation"]
    assert said(claims, "en")["subtitle"] == "교육인증서"


def test_purpose_in_the_holder_s_own_words_is_said_literally(sample: CertificateClaims) -> None:
    assert said(replace(sample, purpose="{n} <b>이직</b>"), "ko")["certificate.purpose"] == "{n} <b>이직</b>"


def test_entries_are_grouped_by_category_and_numbered_through(sample: CertificateClaims) -> None:
    groups = say(replace(sample, entries=(*sample.entries, replace(sample.entries[2], idx=1004))), "ko").groups
    assert [(group.heading, [row.number for row in group.rows]) for group in groups] == [
        ("자격 1건", ["1"]),
        ("훈련·평생학습 1건", ["2"]),
        ("경력 2건", ["3", "4"]),
    ]


def test_row_of_a_course_in_korean(sample: CertificateClaims) -> None:
    row = only_row(replace(sample, entries=(sample.entries[1],)), "ko")
    assert (row.where, row.title) == ("entries[0]", "공공데이터 분석 실무")
    assert row.cells == ("한국고용정보원", "20010202", "", "2025-03-04 ~ 2025-03-14", "40시간")
    assert row.details == (
        "직업훈련",
        "훈련과정ID AIG20250000900001",
        "회차 1",
        "민간",
        "수료",
        "수료증 미발급",
        "2026-11-20 기준",
    )


def test_row_of_a_qualification_in_english_names_its_body_once(sample: CertificateClaims) -> None:
    row = only_row(replace(sample, entries=(sample.entries[0],)), "en")
    assert row.title == "Engineer Information Processing"
    assert row.cells == ("HRD Korea", "", "", "2023-06-09", "")
    assert row.details == (
        "National technical",
        "Item code: 1320",
        "Grade: 기사",
        "No.: 23900000001A",
        "As of 2026-11-20",
    )


def test_two_days_of_recognition_are_one_period_and_one_alone_keeps_its_own_label(
    sample: CertificateClaims, full_entry: Callable[[EntryType], CertificateEntry]
) -> None:
    entry = full_entry(entry_types()["university_ncs_course"])
    days: dict[str, JsonValue] = {"recognition_valid_from": "2025-01-01", "recognition_valid_until": "2027-12-31"}
    both = replace(entry, fields={**entry.fields, **days})
    details = only_row(replace(sample, entries=(both,)), "ko").details
    assert "인정기간 2025-01-01 ~ 2027-12-31" in details
    assert not [detail for detail in details if detail.startswith(("인정 시작", "인정 종료"))]
    last = replace(entry, fields={"recognition_valid_until": "2027-12-31"})
    assert "Recognised until: 2027-12-31" in only_row(replace(sample, entries=(last,)), "en").details


@pytest.mark.parametrize(
    ("completed", "korean", "english"), [(True, "이수", "Completed"), (False, "미이수", "Not completed")]
)
def test_completion_is_said_in_one_word(completed: bool, korean: str, english: str, sample: CertificateClaims) -> None:
    entry = replace(sample.entries[1], type="lifelong_learning", fields={"completed": completed})
    claims = replace(sample, entries=(entry,))
    assert korean in only_row(claims, "ko").details
    assert english in only_row(claims, "en").details


def test_heading_that_names_the_type_already_is_not_repeated_below_each_entry(
    sample: CertificateClaims, full_entry: Callable[[EntryType], CertificateEntry]
) -> None:
    unit = full_entry(entry_types()["ncs_competency_unit"])
    wording = say(replace(sample, entries=(unit,)), "ko")
    assert wording.groups[0].heading == "NCS 능력단위 1건"
    assert "NCS 능력단위" not in wording.groups[0].rows[0].details


def test_examining_body_that_differs_from_the_issuing_body_is_said(sample: CertificateClaims) -> None:
    entry = replace(sample.entries[0], issuing_body="kisa", fields={"exam_body": "kca"})
    assert "시행기관 한국방송통신전파진흥원" in only_row(replace(sample, entries=(entry,)), "ko").details


def test_entry_called_by_its_type_does_not_say_the_type_again_and_leaves_its_end_open(
    sample: CertificateClaims,
) -> None:
    row = only_row(replace(sample, entries=(sample.entries[2],)), "ko")
    assert row.title == "고용보험 취업이력"
    assert row.details[0] == "사업장명 (가상)한길정비(주)"
    assert row.cells[3] == "2017-10-10 ~"


def test_entry_without_a_day_body_or_code_has_empty_cells(sample: CertificateClaims) -> None:
    entry = replace(sample.entries[2], issuing_body=None, fields={})
    assert only_row(replace(sample, entries=(entry,)), "ko").cells == ("", "", "", "", "")


def test_up_to_two_unit_codes_stand_in_their_cell_and_more_become_a_detail(sample: CertificateClaims) -> None:
    units: list[JsonValue] = ["2001020203_19v4", "0203020101_20v4", "1501010105_14v2"]
    entry = replace(sample.entries[0], fields={"ncs_units": units[:2]})
    assert only_row(replace(sample, entries=(entry,)), "ko").cells[1] == "2001020203_19v4, 0203020101_20v4"
    row = only_row(replace(sample, entries=(replace(entry, fields={"ncs_units": units}),)), "ko")
    assert row.cells[1] == ""
    assert "관련 NCS 능력단위 2001020203_19v4, 0203020101_20v4, 1501010105_14v2" in row.details


def test_unit_points_to_the_printed_number_of_the_entry_that_proves_it(
    sample: CertificateClaims, full_entry: Callable[[EntryType], CertificateEntry]
) -> None:
    unit = replace(full_entry(entry_types()["ncs_competency_unit"]), idx=1009)
    details = say(replace(sample, entries=(*sample.entries, unit)), "ko").groups[-1].rows[0].details
    assert "취득 경로 1번 항목" in details
    alone = only_row(replace(sample, entries=(unit,)), "en")
    assert "Acquired through: an entry not on this certificate" in alone.details
    assert alone.cells[1:3] == ("2001020203_19v4", "5")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", [name for name, each in entry_types().items() if not each.source_only])
def test_every_disclosed_value_of_every_type_is_printed(
    name: str,
    language: Language,
    sample: CertificateClaims,
    full_entry: Callable[[EntryType], CertificateEntry],
) -> None:
    entry_type = entry_types()[name]
    entry = full_entry(entry_type)
    row = only_row(replace(sample, entries=(entry,)), language)
    printed = "\n".join((row.title, *row.details, *row.cells))
    for field in entry_type.own_fields:
        text = value_text(field, entry.fields[field.name], language=language, numbers={1001: "1"})
        assert text.removeprefix("level ").removesuffix("수준") in printed
    assert "2026-11-20" in printed


@pytest.mark.parametrize("language", ["ko", "en"])
def test_labels_of_claims_are_those_of_the_type_files(language: Language, sample: CertificateClaims) -> None:
    texts = said(sample, language)
    labels = certificate_labels()
    assert texts["holder.name.label"] == labels.holder["name"].label.in_language(language)
    assert texts["certificate.recipient.label"] == labels.certificate["recipient"].label.in_language(language)
    assert texts["columns[2]"] == labels.entry["issuing_body"].label.in_language(language)


@pytest.mark.parametrize(
    ("language", "mark", "seal"), [("ko", "견본 · 시험용", "견본"), ("en", "SPECIMEN · TEST ONLY", "SPECIMEN")]
)
def test_specimen_says_so_in_mark_seal_issuer_and_note(
    language: Language, mark: str, seal: str, sample: CertificateClaims
) -> None:
    wording = say(sample, language, replace(IMPRINT, specimen=True))
    assert (wording.specimen, wording.seal_text) == (mark, seal)
    assert wording.issuer_line == phrase("issuer.specimen", language, issuer=IMPRINT.issuer_name[language])
    assert wording.notes[0] == phrase("specimen.note", language)


def test_real_certificate_carries_no_mark_and_claims_no_official_seal(sample: CertificateClaims) -> None:
    wording = say(sample, "ko")
    assert wording.specimen is None
    assert wording.seal_text == "전자서명"
    assert "견본" not in "".join(line.text for line in wording.lines())


def test_notes_say_that_entries_were_chosen_how_to_check_until_when_and_who_is_not_proved(
    sample: CertificateClaims,
) -> None:
    chosen, check, bearer = say(sample, "en").notes
    assert "only the entries its holder chose; others may exist" in chosen
    assert "Until 20 February 2027" in check
    assert "bank.example/v" in check
    assert "identity document" in bearer


def test_link_only_certificate_says_that_the_file_is_the_proof(sample: CertificateClaims) -> None:
    wording = say(sample, "en", replace(IMPRINT, link_only=True))
    assert "in the PDF file only" in wording.qr_caption
    assert "cannot be checked from paper alone" in wording.notes[1]


def test_lr_01_legal_basis_is_printed_only_when_configured(sample: CertificateClaims) -> None:
    assert say(sample, "ko", replace(IMPRINT, legal_basis="")).legal_line is None
    assert said(sample, "ko", replace(IMPRINT, legal_basis="근거 문구"))["legal_basis"] == "근거 문구"


def test_certificate_for_no_particular_recipient_has_no_such_row(sample: CertificateClaims) -> None:
    assert "certificate.recipient" not in said(replace(sample, recipient=None), "ko")


def test_confirmation_code_has_a_row_only_when_there_is_one(sample: CertificateClaims) -> None:
    def wording(code: str | None) -> CertificateWording:
        return certificate_wording(sample, language="ko", imprint=IMPRINT, confirmation_code=code)

    assert wording(None).code_row is None
    assert "code" not in {line.where for line in wording(None).lines()}
    row = wording(ANY_CODE).code_row
    assert row is not None
    assert row.value == ANY_CODE


def test_every_phrase_stands_in_both_languages_and_in_nfc() -> None:
    for texts in phrases().values():
        assert texts["ko"]
        assert texts["en"]
        assert unicodedata.is_normalized("NFC", texts["ko"] + texts["en"])
