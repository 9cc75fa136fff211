"""A font cut down shows the same glyphs as the whole one, by other numbers, and never the box of a missing one."""

import re
from functools import cache
from io import BytesIO

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from issuer.certificate.assets import read_asset
from issuer.certificate.font_subsets import add_fonts, unicode_map
from issuer.certificate.fonts import FIXED_SPACE, SHA256, ShownGlyphs, Weight, font
from issuer.certificate.pdf_file import PdfFile
from tests.issuer.certificate.pdf_structure import wrong_sums

TEXT = "힣뷁 직무 鬱 Wij Ǻ ế ㈜ Á-~·"  # with composite glyphs, and with parts that several of them share


@cache
def whole(weight: Weight) -> TTFont:
    return TTFont(BytesIO(read_asset(f"fonts/{weight}.ttf", sha256=SHA256[weight])))


def outline(file: TTFont, glyph: int) -> tuple[object, int]:
    """What is drawn for a glyph, its parts resolved, and its advance."""
    name = file.getGlyphOrder()[glyph]
    pen = DecomposingRecordingPen(file.getGlyphSet())
    file.getGlyphSet()[name].draw(pen)
    return pen.value, file["hmtx"][name][0]


def cut(weight: Weight, characters: str) -> bytes:
    face = font(weight)
    return face.program.cut([face.glyphs[character] for character in characters])


@pytest.mark.parametrize("weight", list(Weight))
def test_every_glyph_of_a_cut_font_is_that_of_the_whole_one(weight: Weight) -> None:
    characters = "".join(dict.fromkeys(TEXT))
    small = TTFont(BytesIO(cut(weight, characters)))
    full, numbers = whole(weight), whole(weight).getBestCmap()
    for code, character in enumerate(characters, start=1):
        assert outline(small, code) == outline(full, full.getGlyphID(numbers[ord(character)])), character
    assert outline(small, 0) == outline(full, 0)


def test_parts_of_composite_glyphs_follow_once_each() -> None:
    small = TTFont(BytesIO(cut(Weight.REGULAR, "ÁÉ")))
    parts = [part.glyphName for name in small.getGlyphOrder()[1:3] for part in small["glyf"][name].components]
    assert len(small.getGlyphOrder()) == 3 + len(set(parts))
    assert {small.getGlyphID(name) for name in parts} == set(range(3, 3 + len(set(parts))))


@pytest.mark.parametrize("weight", list(Weight))
def test_sums_of_a_cut_font_are_those_of_its_tables(weight: Weight) -> None:
    assert wrong_sums(cut(weight, TEXT)) == []


def test_a_changed_byte_makes_a_sum_wrong() -> None:
    program = cut(Weight.BOLD, TEXT)
    assert wrong_sums(program[:-8] + bytes([program[-8] ^ 1]) + program[-7:]) != []


def test_the_same_glyphs_give_the_same_program() -> None:
    assert cut(Weight.BOLD, TEXT) == cut(Weight.BOLD, TEXT)
    assert cut(Weight.BOLD, TEXT) != cut(Weight.BOLD, TEXT[::-1])


def test_codes_count_from_one_in_the_order_of_first_use() -> None:
    shown = ShownGlyphs(font(Weight.REGULAR))
    assert [shown.encode("가나가"), shown.encode("다나")] == ["000100020001", "00030002"]
    assert shown.characters == ["가", "나", "다"]


def test_a_fixed_space_is_shown_as_a_space() -> None:
    shown = ShownGlyphs(font(Weight.REGULAR))
    assert shown.encode(f"가{FIXED_SPACE}나 다") == "00010002000300020004"
    assert shown.characters == ["가", " ", "나", "다"]


def test_a_character_without_glyph_is_an_error_and_never_a_box() -> None:
    shown = ShownGlyphs(font(Weight.REGULAR))
    shown.encode("가\U00020bb7")
    with pytest.raises(KeyError):
        add_fonts(PdfFile(), {"F1": shown})
    with pytest.raises(KeyError):
        font(Weight.REGULAR).width("\U00020bb7", 10)


def test_a_face_of_which_nothing_is_shown_is_not_in_the_file() -> None:
    assert add_fonts(PdfFile(), {"F1": ShownGlyphs(font(Weight.BOLD))}) == "<<  >>"


def test_the_map_to_unicode_has_pairs_for_characters_beyond_the_first_plane() -> None:
    cmap = unicode_map("AAAAAA+X", ["가", "\U0001f12e"])
    assert b"2 beginbfchar\n<0001> <AC00>\n<0002> <D83CDD2E>\nendbfchar" in cmap


def names_of(text: str) -> set[str]:
    file, shown = PdfFile(), ShownGlyphs(font(Weight.BOLD))
    shown.encode(text)
    add_fonts(file, {"F1": shown})
    return set(re.findall(r"/BaseFont /(\w{6}\+\S+)", file.write(root=1, information=1).decode("latin-1")))


def test_subsets_of_other_glyphs_have_other_names() -> None:
    assert names_of("가나") == names_of("가나")
    assert names_of("가나") & names_of("가다") == set()
