"""Both forms of a document's pages: which texts are marked on which side, and that all of it stays text."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from credential_schemas.wording.compare import Difference
from credential_schemas.wording.model import PrintedLine
from keys.encoding import JsonValue
from tests.verifier.world import World, claims, entry, training
from verifier.checks.assembling import Verification, examine
from verifier.checks.print_match import ComparedPages, compare_pages
from verifier.checks.rules import Moment
from verifier.evidence.gathering import Submission
from verifier.web.side_by_side import pages_html, side_by_side

SIGNED = (
    PrintedLine("title", "직무능력 인정서"),
    PrintedLine("holder.name.label", "성명"),
    PrintedLine("holder.name", "홍길동"),
    PrintedLine("entries[0].number", "1"),
    PrintedLine("entries[0].title", "정보처리기사"),
    PrintedLine("entries[0].cells[0]", "2024-06-18"),
)


def compared(printed: str, *differences: Difference) -> ComparedPages:
    return ComparedPages(SIGNED, (printed,), differences)


def examined(world: World, pdf: bytes) -> Verification:
    return examine(Submission("a.pdf", pdf), rules=world.rules(), moment=Moment(world.now), reader=world.reader)


def shown_of(world: World, pdf: bytes) -> Mapping[str, JsonValue]:
    page = examined(world, pdf).page
    assert page is not None
    pages = compare_pages(page.pdf, page.claims, issuer=page.issuer)
    assert pages is not None
    return side_by_side(pages)


def marked(side: object) -> list[str]:
    """Return the marked pieces below any depth of lists."""
    if isinstance(side, list) and len(side) == 2 and isinstance(side[1], bool):
        return [side[0]] if side[1] else []
    return [piece for each in side for piece in marked(each)] if isinstance(side, list) else []


def test_what_stands_together_on_the_certificate_stands_in_one_row() -> None:
    rows = side_by_side(compared(""))["signed"]
    assert isinstance(rows, list)
    assert [len(row) for row in rows if isinstance(row, list)] == [1, 2, 3]


def test_difference_is_marked_on_both_sides_also_across_lines_and_spaces() -> None:
    difference = Difference("entries[0].title", 1, "정보처리 기술사", "정보처리기사")
    shown = side_by_side(compared("성명 홍길동\r\n1 정보처리\r\n기술사 2024", difference))
    assert marked(shown["signed"]) == ["정보처리기사"]
    assert marked(shown["printed"]) == ["정보처리", "기술사 "]
    assert shown["differences"] == 1


@pytest.mark.parametrize(
    "difference",
    [
        Difference("entries[0].title", 1, "", "정보처리기사"),
        Difference("entries[0].title", 2, "홍길동", "정보처리기사"),
        Difference("entries[0].title", 1, "어디에도 없음", "정보처리기사"),
    ],
)
def test_what_the_page_does_not_say_there_is_marked_on_the_signed_side_alone(difference: Difference) -> None:
    shown = side_by_side(compared("홍길동", difference))
    assert (marked(shown["signed"]), marked(shown["printed"])) == (["정보처리기사"], [])


def test_text_that_is_only_on_the_page_is_marked_there_and_a_long_one_up_to_its_cut() -> None:
    shown = side_by_side(compared(f"홍길동 합격{'가' * 300}", Difference("page", 1, f"합격{'가' * 198}…", "")))
    assert (marked(shown["signed"]), marked(shown["printed"])) == ([], [f"합격{'가' * 198}"])


def test_markup_on_a_page_is_shown_as_it_stands_and_what_acts_is_written_out() -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e"
    markup = pages_html(side_by_side(compared(hostile, Difference("page", 1, hostile, ""))), language="en")
    assert "<img" not in markup
    assert "&lt;img src=x" in markup
    assert "\u202e" not in markup
    assert markup.count("<del>") == 1


@pytest.mark.parametrize(("language", "says"), [("ko", "다름, 믿지 마십시오"), ("en", "differs, do not believe it")])
def test_forged_page_is_open_and_says_in_words_what_differs(world: World, language: str, says: str) -> None:
    pdf = world.sealed(world.token(), claims(entry("정보처리기술사"), training()))
    shown = shown_of(world, pdf)
    assert marked(shown["printed"]) == ["정보처리기술사"]
    assert marked(shown["signed"]) == ["정보처리기사"]
    markup = pages_html(shown, language="en" if language == "en" else "ko")
    assert " open><summary>" in markup
    assert says in markup


def test_genuine_page_has_no_mark_and_is_folded(world: World) -> None:
    shown = shown_of(world, world.sealed())
    assert marked([shown["printed"], shown["signed"]]) == []
    assert " open>" not in pages_html(shown, language="ko")


def test_pages_of_what_is_no_document_or_was_not_proved_are_not_shown(world: World) -> None:
    assert examined(world, world.token().encode()).page is None
    assert examined(world, world.sealed(world.token(signer=world.keys.stranger))).page is None


def test_page_in_a_wording_that_is_not_published_here_is_not_compared(world: World) -> None:
    page = examined(world, world.sealed()).page
    assert page is not None
    assert compare_pages(replace(page.pdf, wording=999), page.claims, issuer=page.issuer) is None
