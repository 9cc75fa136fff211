"""Breaking lines, sharing width among columns and rows among pages."""

from dataclasses import replace

import pytest

from credential_schemas.wording.compare import compare_print
from credential_schemas.wording.model import EntryRow, Language
from issuer.certificate import draw_certificate
from issuer.certificate.columns import PAD, measure_columns
from issuer.certificate.details import fit_details
from issuer.certificate.errors import TextDoesNotFitError
from issuer.certificate.fonts import Weight, font
from issuer.certificate.pagination import Room, paginate
from issuer.certificate.style import INK, LEFT, NORMAL, TIGHT, WIDTH, TextStyle
from issuer.certificate.table import TableRow
from issuer.certificate.text import balance, fit_text
from tests.issuer.certificate.claims import (
    QUALIFICATION,
    draw_words,
    make_claims,
    put_into_words,
    text_of_pages,
)
from tests.issuer.certificate.samples import make_request, make_wording
from tests.sample_certificate import CAREER, TRAINING

STYLE = TextStyle(Weight.REGULAR, INK, (10, 9, 8))
ROOM = Room(first=100, later=200, closing=50)


def test_short_text_keeps_the_largest_size() -> None:
    fitted = fit_text("x", "가나다", style=STYLE, width=100)
    assert (fitted.size, fitted.lines) == (10, ("가나다",))


def test_text_shrinks_before_it_takes_more_lines_than_allowed() -> None:
    width = font(Weight.REGULAR).width("가나다라마바사", 9)
    assert fit_text("x", "가나다라마바사", style=STYLE, width=width).size == 9


def test_lines_break_at_spaces_before_words_are_divided() -> None:
    fitted = fit_text("x", "사회조사 분석사 이급", style=STYLE, width=40, max_lines=3)
    assert fitted.lines == ("사회조사", "분석사", "이급")


def test_a_korean_word_wider_than_the_line_is_divided_between_syllables() -> None:
    fitted = fit_text("x", "가나다라마바사아자차", style=STYLE, width=40, max_lines=4)
    assert "".join(fitted.lines) == "가나다라마바사아자차"
    assert len(fitted.lines) > 1


def test_a_latin_word_is_divided_after_a_sign_if_one_is_near() -> None:
    fitted = fit_text("x", "qualification/competency", style=STYLE, width=62, max_lines=2)
    assert fitted.lines[0] == "qualification/"


@pytest.mark.parametrize("text", ["AB-CD-EF-GH-IJ-KL-MN", "one- two- three- four- five-six"])
def test_no_line_but_the_last_ends_with_a_hyphen(text: str) -> None:
    fitted = fit_text("x", text, style=STYLE, width=31, max_lines=12)
    assert not [line for line in fitted.lines[:-1] if line.endswith("-")]


def test_text_that_never_fits_is_refused_with_its_place() -> None:
    with pytest.raises(TextDoesNotFitError) as caught:
        fit_text("notes[1]", "가 " * 90, style=STYLE, width=30, max_lines=2)
    assert caught.value.details == {"where": "notes[1]", "lines": 2}


def test_one_line_is_never_a_divided_word() -> None:
    with pytest.raises(TextDoesNotFitError):
        fit_text("title", "가나다라마바사아자차", style=STYLE, width=30)


def test_balanced_lines_are_as_many_and_more_even() -> None:
    text = "서명된 원본이 담긴 QR (오프라인 확인 가능)"
    fitted = fit_text("x", text, style=STYLE, width=170, max_lines=2)
    balanced = balance(fitted, width=170)
    assert (fitted.lines[1], balanced.lines) == ("가능)", ("서명된 원본이 담긴 QR", "(오프라인 확인 가능)"))
    assert balanced.size == fitted.size


def test_a_text_of_one_line_stays_as_it_is() -> None:
    fitted = fit_text("x", "한 줄 글", style=STYLE, width=170, max_lines=2)
    assert balance(fitted, width=170) is fitted


def test_a_word_that_had_to_be_divided_stays_divided() -> None:
    fitted = fit_text("x", "가나다라마바사아자차", style=STYLE, width=40, max_lines=4)
    assert balance(fitted, width=40).lines == fitted.lines


def test_titles_and_bodies_begin_at_the_left_and_facts_stand_in_the_middle() -> None:
    columns = measure_columns(make_wording("ko"), NORMAL, left=LEFT, width=WIDTH)
    assert [column.align for column in columns] == ["centre", "left", "left", *["centre"] * 4]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_columns_fill_the_width_exactly(language: str) -> None:
    columns = measure_columns(make_wording("ko" if language == "ko" else "en"), NORMAL, left=LEFT, width=WIDTH)
    assert sum(column.width for column in columns) == pytest.approx(WIDTH)
    assert columns[-1].x + columns[-1].width == pytest.approx(LEFT + WIDTH)


@pytest.mark.parametrize("width", [WIDTH, WIDTH * 0.8, WIDTH * 0.4])
def test_columns_stay_positive_in_any_width(width: float) -> None:
    columns = measure_columns(make_wording("en"), NORMAL, left=0, width=width)
    assert min(column.room for column in columns) > -PAD
    assert sum(column.width for column in columns) == pytest.approx(width)


def test_columns_are_divided_so_that_the_rows_take_the_fewest_lines() -> None:
    wording = make_wording("en", entries=4)
    body = "Human Resources Development Service of Korea"
    rows = [replace(row, cells=(body, *row.cells[1:])) for row in wording.groups[1].rows]
    groups = (wording.groups[0], replace(wording.groups[1], rows=tuple(rows)), *wording.groups[2:])
    columns = measure_columns(replace(wording, groups=groups), TIGHT, left=LEFT, width=WIDTH)
    assert len(fit_text("x", body, style=TIGHT.cell, width=columns[2].room, max_lines=9).lines) <= 2


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("types", [(10, 0, 0), (4, 3, 3), (2, 6, 2), (2, 2, 6)])
def test_ten_entries_fit_one_page_in_both_languages(language: Language, types: tuple[int, int, int]) -> None:
    several = zip((QUALIFICATION, TRAINING, CAREER), types, strict=True)
    entries = [entry for entry, count in several for _ in range(count)]
    numbered = tuple(replace(entry, idx=1001 + at) for at, entry in enumerate(entries))
    pages = text_of_pages(draw_words(put_into_words(replace(make_claims(), entries=numbered), language)))
    assert len(pages) == 1


def test_no_letter_of_the_table_is_smaller_than_seven_points() -> None:
    styles = [
        getattr(table, name) for table in (NORMAL, TIGHT) for name in ("group", "number", "title", "cell", "detail")
    ]
    assert min(size for style in styles for size in style.sizes) >= 7


def test_a_detail_is_never_broken_when_it_fits_a_line() -> None:
    phrases = tuple(f"훈련과정 {number}번 이름" for number in range(30))
    fitted = fit_details(EntryRow("entries[0]", "1", "이름", phrases, ()), style=NORMAL.detail, width=300)
    assert fitted is not None
    assert len(fitted.lines) > 1
    shown = [detail.strip().replace("\u00a0", " ") for line in fitted.lines for detail in line.split("\u2003")]
    assert tuple(filter(None, shown)) == phrases


def test_a_detail_longer_than_a_line_is_broken_at_its_spaces() -> None:
    phrase = "정의 " + "가나다 라마바 " * 20
    fitted = fit_details(EntryRow("entries[0]", "1", "이름", (phrase.strip(),), ()), style=NORMAL.detail, width=200)
    assert fitted is not None
    assert " ".join(fitted.lines) == phrase.strip()


def test_an_entry_without_details_has_none() -> None:
    assert fit_details(EntryRow("entries[0]", "1", "이름", (), ()), style=NORMAL.detail, width=200) is None


def test_first_lines_of_all_cells_stand_on_one_level() -> None:
    title = fit_text("x", "가나다", style=NORMAL.title, width=100)
    cell = fit_text("x", "가나다 라마바", style=NORMAL.cell, width=30, max_lines=2)
    row = TableRow.of((title, cell, None), heading=False)
    assert row.drop(title) + title.step / 2 == pytest.approx(row.drop(cell) + cell.step / 2)
    assert row.band == pytest.approx(row.drop(cell) + cell.height)


def test_a_period_is_never_broken() -> None:
    columns = measure_columns(make_wording("en"), NORMAL, left=LEFT, width=WIDTH)
    assert columns[5].room >= font(Weight.REGULAR).width("2013-04-21 – 2013-10-19", 8)


def test_rows_that_fit_with_the_closing_block_stay_on_one_page() -> None:
    assert paginate([10] * 5, with_next=[False] * 5, room=ROOM) == [range(5)]


def test_rows_that_fit_without_the_closing_block_leave_three_rows_for_the_last_page() -> None:
    assert paginate([10] * 9, with_next=[False] * 9, room=ROOM) == [range(6), range(6, 9)]


def test_a_heading_moves_with_the_row_below_it() -> None:
    with_next = [False] * 10
    with_next[9:9] = [True]
    assert paginate([10] * 11 + [10] * 9, with_next=[*with_next, *[False] * 9], room=ROOM)[0] == range(9)


def test_a_heading_is_not_left_behind_when_rows_move_to_the_last_page() -> None:
    heading_before_the_last_three = [False] * 5 + [True] + [False] * 3
    pages = paginate([10] * 9, with_next=heading_before_the_last_three, room=ROOM)
    assert pages == [range(5), range(5, 9)]


@pytest.mark.parametrize(
    ("heights", "with_next", "pages"),
    [
        ([50, 50], [False, False], [range(1), range(1, 2)]),
        ([10, 40, 10, 40], [True, False, True, False], [range(2), range(2, 4)]),
        ([10, 50, 50], [True, False, False], [range(2), range(2, 3)]),
        ([10, 90], [True, False], [range(0), range(2)]),
    ],
    ids=["two rows", "two groups", "a group of two", "one row, which cannot be divided"],
)
def test_the_first_page_keeps_a_row_where_rows_can_be_divided(
    heights: list[float], with_next: list[bool], pages: list[range]
) -> None:
    assert paginate(heights, with_next=with_next, room=Room(first=120, later=250, closing=70)) == pages


def test_high_rows_leave_no_heading_behind_either() -> None:
    pages = paginate([20, 20, 10, 170], with_next=[False, False, True, False], room=Room(230, 245, 70))
    assert pages == [range(4), range(4, 4)]
    pages = paginate([80, 10, 60, 10, 60], with_next=[False, True, False, True, False], room=Room(230, 200, 70))
    assert pages == [range(3), range(3, 5)]


def test_a_table_that_begins_on_the_second_page_has_its_headings_there_only() -> None:
    wording = make_wording("ko")
    group = wording.groups[0]
    entry = replace(group.rows[0], details=("능력단위 응용소프트웨어 기초 기술 활용 (수준 4)",) * 70)
    alone = replace(wording, groups=(replace(group, rows=(entry,)),))
    first, second = pages = text_of_pages(draw_certificate(make_request(alone, codes=4)))
    assert compare_print(alone, pages) == ()
    assert wording.columns[1] not in first
    assert second.index(wording.columns[1]) < second.index(entry.title)


def test_many_rows_fill_as_many_pages_as_they_need() -> None:
    pages = paginate([10] * 60, with_next=[False] * 60, room=ROOM)
    assert [len(page) for page in pages] == [10, 20, 20, 10]


def test_the_last_page_takes_fewer_rows_when_they_are_high() -> None:
    pages = paginate([45, 90, 90], with_next=[False] * 3, room=Room(first=230, later=200, closing=50))
    assert pages == [range(2), range(2, 3)]
