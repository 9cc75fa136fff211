"""What stands on the drawn pages: the wording and nothing else, codes, attachment, the same bytes every time."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader

from credential_schemas.wording.compare import compare_print
from credential_schemas.wording.model import CertificateWording, EntryGroup, Language, Row
from issuer.certificate.drawing import PREVIEW_MARKS, DrawRequest, draw_certificate
from issuer.certificate.errors import CodeDoesNotFitError, GlyphMissingError, TextDoesNotFitError
from tests.issuer.certificate.pdf_structure import dictionary, items
from tests.issuer.certificate.samples import Plan, make_request, make_wording


def text_of_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    # PDFium reports a hyphen at the end of a line, before a letter, as U+FFFE; the wording never has that character.
    return [page.get_textpage().get_text_range().replace("\ufffe", "-") for page in document]


def compact(text: str) -> str:
    return "".join(text.split())


def with_title(wording: CertificateWording, title: str) -> CertificateWording:
    group = wording.groups[0]
    entry = replace(group.rows[0], title=title)
    return replace(wording, groups=(replace(group, rows=(entry, *group.rows[1:])), *wording.groups[1:]))


def with_cell(wording: CertificateWording, cell: str) -> CertificateWording:
    group = wording.groups[0]
    entry = replace(group.rows[0], cells=(cell, *group.rows[0].cells[1:]))
    return replace(wording, groups=(replace(group, rows=(entry, *group.rows[1:])), *wording.groups[1:]))


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("entries", "codes"), [(1, 1), (10, 1), (17, 2), (35, 3), (60, 4)])
def test_text_layer_is_the_wording_in_its_order(
    draw: Callable[..., bytes], language: Language, entries: int, codes: int
) -> None:
    wording = make_wording(language, entries=entries)
    assert compare_print(wording, text_of_pages(draw(language, entries=entries, codes=codes))) == ()


def test_text_layer_of_one_page_is_mark_and_wording_exactly(draw: Callable[..., bytes]) -> None:
    wording = make_wording("ko", entries=10)
    (page,) = text_of_pages(draw("ko", entries=10))
    expected = "".join([wording.specimen or "", *(line.text for line in wording.lines())])
    assert compact(page) == compact(expected)


def test_blind_wording_without_code_row_and_mark_is_drawn_exactly() -> None:
    wording = replace(make_wording("en", entries=4, blind=True), code_row=None, specimen=None)
    assert compare_print(wording, text_of_pages(draw_certificate(make_request(wording)))) == ()


@pytest.mark.parametrize("entries", [2, 3, 4, 7, 9, 12, 14, 19, 26, 38])
def test_any_number_of_entries_is_drawn_exactly(entries: int) -> None:
    wording = make_wording("en", entries=entries)
    assert compare_print(wording, text_of_pages(draw_certificate(make_request(wording)))) == ()


@pytest.mark.parametrize("seal", ["전자서명", "Digitally signed", "견본", "SPECIMEN", "인"])
def test_any_word_fits_the_seal(seal: str) -> None:
    wording = replace(make_wording("ko", entries=1), seal_text=seal)
    assert compare_print(wording, text_of_pages(draw_certificate(make_request(wording)))) == ()


def test_ten_entries_fit_one_page_in_both_languages(draw: Callable[..., bytes]) -> None:
    assert [len(text_of_pages(draw(language, entries=10))) for language in ("ko", "en")] == [1, 1]


def with_details(group: EntryGroup, details: tuple[str, ...]) -> EntryGroup:
    return replace(group, rows=tuple(replace(row, details=details) for row in group.rows))


def detailed(*details: str) -> CertificateWording:
    wording = make_wording("ko", entries=1)
    return replace(wording, groups=(with_details(wording.groups[0], details),))


def test_ten_entries_with_the_details_of_real_ones_fit_one_page() -> None:
    short = ("국가기술자격", "계열(등급) 기사", "직무분야 21 정보통신", "자격번호 24900000011E", "2026-11-22 기준")
    course = ("직업훈련", "훈련과정ID AIG20250000900001", "회차 1", "훈련기관ID 500099990001")
    long = (*course, "훈련기관명 (가상)나래아이티학원", "민간", "수료", "수료증 발급", "2026-11-22 기준")
    wording = make_wording("ko", entries=10)
    first, second, *others = wording.groups
    groups = [with_details(group, short) for group in (first, *others)]
    wording = replace(wording, groups=(groups[0], with_details(second, long), *groups[1:]))
    pages = text_of_pages(draw_certificate(make_request(wording)))
    assert len(pages) == 1
    assert compare_print(wording, pages) == ()


def test_dots_between_details_are_no_text() -> None:
    wording = detailed("하나", "둘", "셋")
    (page,) = text_of_pages(draw_certificate(make_request(wording)))
    assert "하나둘셋" in compact(page)


def test_details_of_many_lines_are_drawn_exactly() -> None:
    wording = detailed("정의 " + "업무를 수행하는 능력 " * 60, "2026-11-22 기준")
    assert compare_print(wording, text_of_pages(draw_certificate(make_request(wording)))) == ()


def test_details_too_long_for_the_certificate_are_an_error_naming_them() -> None:
    wording = detailed("능력 " * 3000)
    with pytest.raises(TextDoesNotFitError) as caught:
        draw_certificate(make_request(wording))
    assert caught.value.details["where"] == "entries[0].details"


def test_later_pages_repeat_the_header_and_every_page_has_its_number(draw: Callable[..., bytes]) -> None:
    wording = make_wording("ko", entries=60)
    pages = [compact(page) for page in text_of_pages(draw("ko", entries=60, codes=4))]
    start = compact((wording.specimen or "") + "".join(wording.columns))
    assert all(page.startswith(start) for page in pages[1:])
    assert [page[-3:] for page in pages] == [f"{number}/{len(pages)}" for number in range(1, len(pages) + 1)]


@pytest.mark.parametrize(
    "title",
    [
        '<img src="file:///etc/passwd"/>',
        "<b>굵게</b> &lt;i&gt; <para>",
        "=HYPERLINK(1)",
        "(괄호) \\ 역사선 %PDF [대괄호] /이름",
        "아주긴이름" * 12,
        "Long-hyphenated-name-of-a-course-" * 4,
        "non- breaking hyphen at a space " * 2,
        "𝐀 stays out".replace("𝐀", "A") + " 漢字",
    ],
)
def test_title_stays_literal(title: str) -> None:
    wording = with_title(make_wording("ko", entries=2), title)
    assert compare_print(wording, text_of_pages(draw_certificate(make_request(wording)))) == ()


def test_long_code_in_a_narrow_cell_is_drawn_whole() -> None:
    wording = with_cell(make_wording("ko", entries=3), "ABC-123-" * 9 + "END")
    assert compare_print(wording, text_of_pages(draw_certificate(make_request(wording)))) == ()


@pytest.mark.parametrize("character", ["ﾃ", "𝒳", "\u200b", "\u202e", "\u0000", "\n", "\ue000"])
def test_character_without_glyph_is_an_error_naming_the_field(character: str) -> None:
    request = make_request(with_title(make_wording("ko", entries=2), f"이름{character}"))
    with pytest.raises(GlyphMissingError) as caught:
        draw_certificate(request)
    assert caught.value.details == {"where": "entries[0].title", "character": f"U+{ord(character):04X}"}


def test_mark_without_glyph_is_an_error() -> None:
    with pytest.raises(GlyphMissingError, match="specimen"):
        draw_certificate(make_request(replace(make_wording(), specimen="𝒳")))


@pytest.mark.parametrize(
    ("where", "wording"),
    [
        ("title", replace(make_wording(), title="제목" * 60)),
        ("entries[0].title", with_title(make_wording(entries=2), "이름 " * 300)),
        ("entries[0].cells[0]", with_cell(make_wording(entries=2), "기관 " * 300)),
        ("holder.name", replace(make_wording(), holder_rows=(Row("holder.name", "성명", "가나다 " * 300),))),
        ("attestation", replace(make_wording(), attestation="위 사람은 " * 300)),
        ("qr_caption", replace(make_wording(), qr_caption="QR " * 300)),
        ("legal_basis", replace(make_wording(), legal_line="법률 " * 300)),
    ],
)
def test_text_too_long_for_its_place_is_an_error_naming_it(where: str, wording: CertificateWording) -> None:
    with pytest.raises(TextDoesNotFitError) as caught:
        draw_certificate(make_request(wording))
    assert caught.value.details["where"] == where
    assert "이름" not in str(caught.value)


def test_the_same_request_gives_the_same_bytes_in_another_process(draw: Callable[..., bytes]) -> None:
    program = (
        "import hashlib; from issuer.certificate.drawing import draw_certificate; "
        "from tests.issuer.certificate.samples import make_request, make_wording; "
        "print(hashlib.sha256(draw_certificate(make_request(make_wording('en', entries=17), codes=2))).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sha256(draw("en", entries=17, codes=2)).hexdigest()


def test_threads_draw_the_same_bytes_as_one_after_the_other() -> None:
    requests = [make_request(make_wording("ko", entries=entries)) for entries in (1, 2, 3, 4)] * 2
    alone = [draw_certificate(request) for request in requests]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw_certificate, requests)) == alone


def test_identifier_depends_on_credential_and_document_id() -> None:
    request = make_request(make_wording(entries=1))
    others = [request, replace(request, credential="eyJ.e30.c2ln~"), replace(request, document_id="urn:uuid:other")]
    identifiers = {str(PdfReader(BytesIO(draw_certificate(other))).trailer["/ID"]) for other in others}
    assert len(identifiers) == 3


def test_credential_is_attached_unchanged_and_alone(draw: Callable[..., bytes]) -> None:
    reader = PdfReader(BytesIO(draw("ko", entries=1)))
    request = make_request(make_wording("ko", entries=1))
    assert dict(reader.attachments) == {"credential.sdjwt": [request.credential.encode()]}
    specification = dictionary(items(reader.root_object["/AF"])[0])
    assert str(specification["/AFRelationship"]) == "/Source"
    assert str(dictionary(dictionary(specification["/EF"])["/F"])["/Subtype"]) == "/application/dc+sd-jwt"


def test_preview_has_its_mark_but_neither_code_nor_attachment(draw: Callable[..., bytes]) -> None:
    pdf = draw("en", entries=5, preview=True)
    reader = PdfReader(BytesIO(pdf))
    assert compact(text_of_pages(pdf)[0]).startswith(PREVIEW_MARKS["en"])
    assert "SPECIMEN·TEST" not in compact(text_of_pages(pdf)[0])
    assert dict(reader.attachments) == {}
    assert "/AF" not in reader.root_object
    assert b"/ImageMask" not in pdf


def test_ten_entries_take_at_most_130_kilobytes(draw: Callable[..., bytes]) -> None:
    assert max(len(draw(language, entries=10)) for language in ("ko", "en")) <= 130_000


@pytest.mark.parametrize(("count", "preview"), [(0, False), (5, False), (1, True)])
def test_wrong_number_of_codes_is_refused(count: int, preview: bool) -> None:
    request = make_request(make_wording(entries=1))
    with pytest.raises(CodeDoesNotFitError, match=f"found {count}"):
        replace(request, qr_texts=("1",) * count, preview=preview)


def test_text_too_long_for_the_planned_symbol_is_refused() -> None:
    request = replace(make_request(make_wording(entries=1)), symbol_plan=Plan(5, "M"))
    with pytest.raises(CodeDoesNotFitError, match="version 5, level M"):
        draw_certificate(request)


def test_time_without_offset_is_refused() -> None:
    request = make_request(make_wording(entries=1))
    with pytest.raises(ValueError, match="offset"):
        DrawRequest(
            wording=request.wording,
            credential=request.credential,
            qr_texts=request.qr_texts,
            symbol_plan=request.symbol_plan,
            created_at=datetime(2026, 11, 22),  # noqa: DTZ001 — the mistake under test
            document_id=request.document_id,
        )
