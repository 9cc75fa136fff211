"""The page's text layer against the wording: what is tolerated, and that each difference is named."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import pytest

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.wording import compare
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.compare import MAX_DIFFERENCES, Difference
from credential_schemas.wording.model import ANY_CODE, CertificateWording

IMPRINT = Imprint({"ko": "고용노동부장관", "en": "Minister of Employment and Labor"}, "bank.example/v")
CODE = "ABCDE-FGHJK-MNPQR-STVWX"
FOOT = "발급번호 제 NCSB-2026-00012345 호 ·"


def compare_print(wording: CertificateWording, pages: Sequence[str]) -> tuple[Difference, ...]:
    """The differences; the short answer must agree with them."""
    found = compare.compare_print(wording, pages)
    assert compare.prints_exactly(wording, pages) is not bool(found)
    return found


def printed(wording: CertificateWording) -> str:
    """The text layer of one page, one text a line."""
    return "\n".join(line.text for line in wording.lines())


@pytest.fixture
def wording(sample: CertificateClaims) -> CertificateWording:
    """The Korean wording of the sample."""
    return certificate_wording(sample, language="ko", imprint=IMPRINT, confirmation_code=CODE)


@pytest.fixture
def any_code(sample: CertificateClaims) -> CertificateWording:
    """The same, built without knowing the code."""
    return certificate_wording(sample, language="ko", imprint=IMPRINT, confirmation_code=ANY_CODE)


@pytest.fixture
def two_pages(wording: CertificateWording) -> tuple[str, str]:
    """The text layer on two pages, the second one with the column headings again."""
    head, tail = printed(wording).split("고용보험 취업이력\n", 1)
    return f"{head}\n{FOOT} 1/2", f"{chr(10).join(wording.columns)}\n고용보험 취업이력\n{tail}\n{FOOT} 2/2"


@pytest.fixture
def specimen(sample: CertificateClaims) -> CertificateWording:
    """The wording of a specimen."""
    imprint = replace(IMPRINT, specimen=True)
    return certificate_wording(sample, language="ko", imprint=imprint, confirmation_code=CODE)


def test_page_that_says_exactly_the_wording_has_no_difference(wording: CertificateWording) -> None:
    assert compare_print(wording, [printed(wording)]) == ()


def test_white_space_and_normalisation_form_do_not_matter(wording: CertificateWording) -> None:
    text = unicodedata.normalize("NFD", printed(wording)).replace("\n", " \u3000\r\n ")
    assert compare_print(wording, [text]) == ()
    assert compare_print(wording, ["".join(printed(wording).split())]) == ()


@pytest.mark.parametrize(
    ("old", "new", "where", "shown"),
    [
        ("계열(등급) 기사", "계열(등급) 산업기사", "entries[0].details[2]", "계열(등급) 산업기사"),
        ("정보처리기사", "정보처리기능사", "entries[0].title", "정보처리기능사"),
        ("정보처리기사", "전기기사", "entries[0].title", "전기기사"),
        ("2023-06-09", "2013-06-09", "entries[0].cells[3]", "2013-06-09"),
        ("40시간", "140시간", "entries[1].cells[4]", "140시간"),
        ("40시간", "40시간이상", "entries[1].cells[4]", "40시간이상"),
        ("수료증 미발급", "수료증 발급", "entries[1].details[5]", "수료증 발급"),
        ("김표본", "김견본", "holder.name", "김견본"),
        ("2027-02-20", "2037-02-20", "valid_until", "2037-02-20"),
        ("고용노동부장관", "고용노동부차관", "issuer", "고용노동부차관"),
        (CODE, "ABCDE-FGHJK-MNPQR-STVWY", "code", "ABCDE-FGHJK-MNPQR-STVWY"),
        ("취업 제출\n", "", "certificate.purpose", ""),
        ("2017-10-10 ~\n", "", "entries[2].cells[3]", ""),
    ],
)
def test_changed_or_missing_text_is_named(
    old: str, new: str, where: str, shown: str, wording: CertificateWording
) -> None:
    signed = {line.where: line.text for line in wording.lines()}
    assert compare_print(wording, [printed(wording).replace(old, new, 1)]) == (
        Difference(where, 1, shown, signed[where]),
    )


@pytest.mark.parametrize(
    ("before", "extra"),
    [
        ("발급번호", "사본"),
        ("정보처리기사\n국가", "가스기술사"),
        ("— 이하", "4 전기기사 한국산업인력공단 2020-01-01"),
        ("제출한 사람", "관리자 확인 필"),
    ],
)
def test_text_that_is_not_in_the_wording_is_shown_as_extra(
    before: str, extra: str, wording: CertificateWording
) -> None:
    text = printed(wording).replace(before, f"{extra}\n{before}", 1)
    assert compare_print(wording, [text]) == (Difference("page", 1, extra, ""),)


def test_text_after_the_end_is_shown_as_extra(wording: CertificateWording) -> None:
    assert compare_print(wording, [printed(wording) + "\n끝"]) == (Difference("page", 1, "끝", ""),)


def test_zero_width_character_in_the_print_is_a_difference(wording: CertificateWording) -> None:
    text = printed(wording).replace("정보처리기사", "정보처리\u200b기사", 1)
    assert [difference.where for difference in compare_print(wording, [text])] == ["entries[0].title"]


def test_lines_in_another_order_are_differences(wording: CertificateWording) -> None:
    text = printed(wording).replace("1998-04-11", "@").replace("2026-11-22", "1998-04-11", 1)
    found = compare_print(wording, [text.replace("@", "2026-11-22")])
    assert "holder.birth_date" in {difference.where for difference in found}


def test_two_changes_are_both_named_with_their_places(wording: CertificateWording) -> None:
    text = printed(wording).replace("2023-06-09", "2013-06-09").replace("자동차 정비", "자동차 설계")
    assert [(each.where, each.printed, each.signed) for each in compare_print(wording, [text])] == [
        ("entries[0].cells[3]", "2013-06-09", "2023-06-09"),
        ("entries[2].details[1]", "직종 자동차 설계", "직종 자동차 정비"),
    ]


def test_two_changed_neighbours_are_both_named(wording: CertificateWording) -> None:
    text = printed(wording).replace("회차 1\n민간", "회차 2\n공공")
    assert [(each.where, each.printed) for each in compare_print(wording, [text])] == [
        ("entries[1].details[2]", "회차 2"),
        ("entries[1].details[3]", "공공"),
    ]


@pytest.mark.parametrize(
    ("around", "extra"),
    [
        ("우수\n2026-11-20 기준\n탁월", ["우수", "탁월"]),
        ("우수\n2026-11-20 기준", ["우수"]),
        ("2026-11-20 기준\n탁월", ["탁월"]),
    ],
)
def test_extra_text_around_a_line_that_stands_often_is_told_apart_from_it(
    around: str, extra: list[str], wording: CertificateWording
) -> None:
    text = printed(wording).replace("정보처리기사", "전기기사", 1).replace("자동차 정비", "자동차 설계")
    text = text.replace("미발급\n2026-11-20 기준", f"미발급\n{around}")
    assert [(each.where, each.printed) for each in compare_print(wording, [text])] == [
        ("entries[0].title", "전기기사"),
        *(("page", each) for each in extra),
        ("entries[2].details[1]", "직종 자동차 설계"),
    ]


def test_text_that_would_do_for_two_lines_counts_for_the_first_only(sample: CertificateClaims) -> None:
    course = replace(sample.entries[1], issuing_body="기관 20010202")
    claims = replace(sample, entries=(sample.entries[0], course, sample.entries[2]))
    wording = certificate_wording(claims, language="ko", imprint=IMPRINT, confirmation_code=CODE)
    text = printed(wording).replace("정보처리기사", "전기기사", 1).replace("자동차 정비", "자동차 설계")
    found = compare_print(wording, [text.replace("기관 20010202\n20010202", "기관 20010202")])
    assert [(each.where, each.printed) for each in found][1] == ("entries[1].cells[1]", "")


def test_removed_entry_is_missing_line_by_line(wording: CertificateWording) -> None:
    entry = printed(wording)[printed(wording).index("2\n공공데이터") : printed(wording).index("경력 1건")]
    found = compare_print(wording, [printed(wording).replace(entry, "")])
    assert {difference.where.partition(".")[0] for difference in found} == {"entries[1]"}
    assert {difference.printed for difference in found} == {""}


@pytest.mark.parametrize("at", range(0, 640, 13))
def test_page_with_one_character_less_always_differs(at: int, wording: CertificateWording) -> None:
    text = "".join(printed(wording).split())
    assert len(text) > 640
    assert compare_print(wording, [text[:at] + text[at + 1 :]])


def test_several_pages_with_numbers_and_repeated_headings_have_no_difference(
    wording: CertificateWording, two_pages: tuple[str, str]
) -> None:
    assert compare_print(wording, two_pages) == ()


def test_repeated_headings_are_not_demanded(wording: CertificateWording, two_pages: tuple[str, str]) -> None:
    second = two_pages[1].removeprefix("\n".join(wording.columns))
    assert compare_print(wording, [two_pages[0], second]) == ()


def test_headings_that_stand_first_on_the_second_page_are_the_table_s_own(wording: CertificateWording) -> None:
    head, tail = printed(wording).split(wording.columns[0] + "\n" + wording.columns[1], 1)
    second = f"{wording.columns[0]}\n{wording.columns[1]}{tail}\n{FOOT} 2/2"
    assert compare_print(wording, [f"{head}\n{FOOT} 1/2", second]) == ()


def test_headings_twice_on_one_page_are_extra(wording: CertificateWording) -> None:
    headings = "\n".join(wording.columns)
    text = printed(wording).replace(headings, f"{headings}\n{headings}")
    assert [difference.where for difference in compare_print(wording, [text])] == ["page"]


def test_missing_page_number_is_named(wording: CertificateWording, two_pages: tuple[str, str]) -> None:
    assert compare_print(wording, [two_pages[0].removesuffix(f"{FOOT} 1/2"), two_pages[1]]) == (
        Difference("page_number", 1, "", f"{FOOT} 1/2"),
    )


def test_later_page_with_the_number_of_another_certificate_is_named(
    wording: CertificateWording, two_pages: tuple[str, str]
) -> None:
    foreign = FOOT.replace(wording.number_row.value, "제 CB-2026-00000099 호")
    found = compare_print(wording, [two_pages[0], two_pages[1].replace(FOOT, foreign)])
    assert [each.where for each in found] == ["page_number", "page"]
    assert (found[0].signed, found[1].printed) == (f"{FOOT} 2/2", f"{foreign} 2/2")


def test_missing_second_page_is_missing_text(wording: CertificateWording, two_pages: tuple[str, str]) -> None:
    found = {difference.where for difference in compare_print(wording, [two_pages[0].removesuffix(f"{FOOT} 1/2")])}
    assert {"entries[2].title", "issuer", "notes[0]"} <= found


def test_difference_says_on_which_page_it_is(wording: CertificateWording, two_pages: tuple[str, str]) -> None:
    second = two_pages[1].replace("자동차 정비", "자동차 설계")
    assert [difference.page for difference in compare_print(wording, [two_pages[0], second])] == [2]


def test_specimen_mark_is_expected_on_every_page_at_its_beginning_or_end(specimen: CertificateWording) -> None:
    assert compare_print(specimen, [f"견본 · 시험용\n{printed(specimen)}"]) == ()
    assert compare_print(specimen, [f"{printed(specimen)}\n견본 · 시험용"]) == ()


@pytest.mark.parametrize("mark_first", [True, False])
def test_pages_of_a_specimen_have_mark_headings_and_numbers_in_their_places(
    specimen: CertificateWording, *, mark_first: bool
) -> None:
    head, tail = printed(specimen).split("고용보험 취업이력\n", 1)
    number = f"{specimen.number_row.label} {specimen.number_row.value} ·"
    headings = "\n".join(specimen.columns)
    pages = [f"{head}\n{number} 1/2", f"{headings}\n고용보험 취업이력\n{tail}\n{number} 2/2"]
    mark = "견본 · 시험용"
    assert compare_print(specimen, [f"{mark}\n{page}" if mark_first else f"{page}\n{mark}" for page in pages]) == ()


def test_missing_specimen_mark_is_named(specimen: CertificateWording) -> None:
    assert compare_print(specimen, [printed(specimen)]) == (Difference("specimen", 1, "", "견본 · 시험용"),)


def test_specimen_mark_on_a_certificate_that_is_none_is_extra(wording: CertificateWording) -> None:
    assert compare_print(wording, [f"견본 · 시험용\n{printed(wording)}"]) == (
        Difference("page", 1, "견본 · 시험용", ""),
    )


def test_unknown_code_is_accepted_when_it_has_the_form_of_a_code(
    any_code: CertificateWording, wording: CertificateWording
) -> None:
    assert compare_print(any_code, [printed(wording)]) == ()


@pytest.mark.parametrize("code", ["ABCDE-FGHJK-MNPQR", "ABCDE-FGHJK-MNPQR-STVWU", "없음", ""])
def test_text_that_is_no_code_differs_in_the_place_of_the_code(
    code: str, any_code: CertificateWording, wording: CertificateWording
) -> None:
    (found,) = compare_print(any_code, [printed(wording).replace(CODE, code)])
    assert (found.where, found.printed, found.signed) == ("code", code, ANY_CODE)


def test_page_without_the_code_s_row_misses_label_and_code(
    any_code: CertificateWording, wording: CertificateWording
) -> None:
    text = printed(wording).replace(f"문서확인번호\n{CODE}\n", "")
    assert [difference.where for difference in compare_print(any_code, [text])] == ["code.label", "code"]


def test_empty_document_misses_everything_up_to_the_limit(wording: CertificateWording) -> None:
    found = compare_print(wording, [""])
    assert len(found) == MAX_DIFFERENCES
    assert all(difference.printed == "" for difference in found)
    assert compare_print(wording, [])[0] == Difference("number.label", 1, "", "발급번호")


def test_flood_of_text_is_cut_and_still_differs(wording: CertificateWording) -> None:
    found = compare_print(wording, [printed(wording) + "\n" + "가 1 " * 200_000, "2" * 500_000])
    assert found[-1].where == "page"
    assert len(found[-1].printed) <= 401
    assert found[-1].printed.endswith("…")


def test_text_behind_any_amount_of_white_space_is_seen(wording: CertificateWording) -> None:
    text = printed(wording) + " \n" * 300_000 + "전기기사"
    assert compare_print(wording, [text]) == (Difference("page", 1, "전기기사", ""),)


def test_lines_of_which_nothing_is_left_are_named_with_what_stands_in_their_place(wording: CertificateWording) -> None:
    found = compare_print(wording, ["x" * 20_000])
    first = next(wording.lines())
    assert found[0] == Difference(first.where, 1, "", first.text)
    assert len(found) == min(MAX_DIFFERENCES, len([*wording.lines()]) + 1)


def test_document_about_something_else_differs_without_long_work(wording: CertificateWording) -> None:
    found = compare_print(wording, ["\n".join(f"{n} 다른 문서의 줄 {n * 7}" for n in range(1500))])
    assert "page" in {difference.where for difference in found} or len(found) == MAX_DIFFERENCES
