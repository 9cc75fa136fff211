"""A statement says everything it was given, in order, whatever it was given, and is a proper file."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from issuer.certificate.statement import Statement, StatementBlock, StatementPart, draw_statement
from tests.issuer.certificate.pdf_structure import broken_rules
from tests.issuer.certificate.samples import CREATED

DATA = '{"이름": "김표본"}'.encode()
# Rules of the certificate alone, which has one heading; what holds for every file is asked of veraPDF.
OF_CERTIFICATES = {"standard_types", "one_first_heading"}


def statement(*blocks: StatementBlock, mark: str | None = None) -> Statement:
    parts = (StatementPart("항목", blocks, "없습니다."), StatementPart("동의", (), "하나도 없습니다."))
    return Statement("내 자료", ("첫 문장입니다.", "둘째 문장입니다."), parts, "ko", mark)


def drawn(*blocks: StatementBlock, mark: str | None = None) -> bytes:
    return draw_statement(statement(*blocks, mark=mark), DATA, created_at=CREATED, document_id="urn:uuid:1")


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_everything_stands_on_the_page_in_its_order() -> None:
    (page,) = pages_of(drawn(StatementBlock("정보처리기사", (("등급", "기사"), ("번호", "23900000001A")))))
    heading = "내 자료 첫 문장입니다. 둘째 문장입니다."
    assert page == f"{heading} 항목 정보처리기사 등급 기사 번호 23900000001A 동의 하나도 없습니다. 1 / 1"


def test_the_data_lies_in_the_file_byte_for_byte_and_the_file_is_the_same_each_time() -> None:
    block = StatementBlock("", (("이름", "김표본"),))
    pdf = drawn(block)
    assert PdfReader(BytesIO(pdf)).attachments["competency-account.json"] == [DATA]
    assert drawn(block) == pdf
    assert set(broken_rules(pdf)) <= OF_CERTIFICATES


def test_many_rows_fill_pages_and_none_is_lost_or_said_twice() -> None:
    rows = [(f"{n}번", f"값{n}.") for n in range(200)]
    pages = pages_of(drawn(StatementBlock("긴 항목", rows), mark="견본 · 시험용"))
    assert len(pages) > 3
    assert [page for page in pages if not page.startswith("견본 · 시험용")] == []
    whole = " ".join(pages)
    assert [value for _, value in rows if whole.count(f" {value} ") != 1] == []
    assert [f"{number} / {len(pages)}" for number in range(1, len(pages) + 1) if f"{number} / {len(pages)}" in whole]


def test_a_value_longer_than_a_page_is_continued() -> None:
    value = " ".join(f"낱말{n:05}" for n in range(3000))
    pages = pages_of(drawn(StatementBlock("긴 값", (("내용", value), ("빈 값", "")))))
    assert len(pages) > 3
    assert [word for word in value.split() if word not in " ".join(pages)] == []
    assert "빈 값" in pages[-1]


@pytest.mark.parametrize("rows", range(40, 56))
def test_a_heading_never_ends_a_page(rows: int) -> None:
    blocks = (StatementBlock("첫째", [("이름", "값")] * rows), StatementBlock("둘째", (("다음", "이것"),)))
    for page in pages_of(drawn(*blocks)):
        assert not page.removesuffix(" 1 / 2").removesuffix(" 2 / 2").endswith(("둘째", "동의", "항목"))


def test_a_character_that_no_face_shows_is_written_as_its_code_point() -> None:
    (page,) = pages_of(drawn(StatementBlock("이름 \U0001f600", (("줄\n바꿈", "\u202e끝"),))))
    assert "이름 [U+1F600] 줄[U+000A]바꿈 [U+202E]끝" in page
