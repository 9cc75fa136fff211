"""Look-ups in the reference tables."""

import re
import unicodedata
from pathlib import Path

import pytest

from credential_schemas.catalogue import (
    QualificationItem,
    _item,
    english_name,
    folded,
    ncs_class,
    ncs_classes_of,
    ncs_unit,
    ncs_units_within,
    qualification_item,
)
from credential_schemas.catalogue_rows import rows

CATALOGUE = Path(__file__).parents[2] / "credential_schemas" / "catalogue"


def test_unit_is_found_by_its_whole_code_with_name_and_level() -> None:
    unit = ncs_unit("2001010101_19v1") or ncs_unit(next(row["code"] for row in rows("ncs_units.csv") if row["level"]))
    assert unit is not None
    assert unit.level in range(1, 9)


def test_unit_without_a_published_level_has_none() -> None:
    unit = ncs_unit("0101010101_17v2")
    assert unit is not None
    assert (unit.name_ko, unit.level) == ("공적개발원조사업 개발전략수립", None)


def test_unit_of_another_version_is_not_the_same_unit() -> None:
    assert ncs_unit("0101010101_17v3") is None


def test_classes_of_a_unit_run_from_major_to_sub() -> None:
    assert [(each.rank, each.name_ko) for each in ncs_classes_of("0101010101_17v2")] == [
        ("major", "사업관리"),
        ("middle", "사업관리"),
        ("minor", "프로젝트관리"),
        ("sub", "공적개발원조사업관리"),
    ]


def test_classes_that_are_not_in_the_table_are_left_out() -> None:
    assert [each.code for each in ncs_classes_of("20999999")] == ["20"]
    assert ncs_class("99") is None


def test_qualification_item_is_found_by_code_and_by_name() -> None:
    item = qualification_item("1320")
    assert item is not None
    assert item == qualification_item("정보처리기사") == qualification_item(" 정보 처리기사")
    assert (item.series, item.exam_body) == ("기사", "hrdk")


def test_item_says_what_its_row_says_and_nothing_for_an_empty_cell() -> None:
    for row in rows("qualification_items.csv"):
        item = qualification_item(row["item_code"] or row["name_ko"])
        assert item is not None
        shown = (item.code, item.name_en, item.series, item.field_code, item.field_ko)
        cells = ("item_code", "name_en", "series", "field_code", "field_ko")
        assert shown == tuple(row[name] or None for name in cells)
        assert (item.name_ko, item.exam_body) == (row["name_ko"], row["exam_body"])


def test_classes_of_a_class_end_with_itself() -> None:
    assert [each.rank for each in ncs_classes_of("01010101")] == ["major", "middle", "minor", "sub"]
    assert [each.rank for each in ncs_classes_of("01")] == ["major"]


def test_item_of_another_body_has_no_code() -> None:
    item = qualification_item("빅데이터분석기사")
    assert item is not None
    assert item.code is None


def test_unknown_item_is_none() -> None:
    assert qualification_item("9101") is None
    assert qualification_item("") is None


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("정보처리기사", "Engineer Information Processing"),
        ("공인노무사", "Certified Public Labor Attorney"),
        ("전산세무", "Computerised Tax Accounting"),
        ("토익", "TOEIC Listening & Reading"),
        ("국가유산수리기능자(식물보호공)", None),
        ("없는자격", None),
    ],
)
def test_english_name_is_the_table_s_or_none(korean: str, english: str | None) -> None:
    assert english_name(korean) == english


def test_names_are_folded_to_one_middle_dot_without_spaces() -> None:
    assert folded("전기 ㆍ전자") == folded("전기·전자") == folded("전기⋅전자")


def test_every_table_is_nfc_and_codes_keep_their_pattern() -> None:
    for table in CATALOGUE.glob("*.csv"):
        assert unicodedata.is_normalized("NFC", table.read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"[0-9]{10}_[0-9]{2}v[0-9]+", row["code"]) for row in rows("ncs_units.csv"))
    assert [row["name_ko"] for row in rows("ncs_major_classes.csv")] == [
        row["name_ko"] for row in rows("ncs_classification.csv") if row["rank"] == "major"
    ]


def test_units_of_a_class_are_found_by_the_beginning_of_their_code() -> None:
    found = ncs_units_within("20010101")
    assert len(found) > 5
    assert [unit.code for unit in found] == sorted(unit.code for unit in found)
    assert all(unit.code.startswith("20010101") for unit in found)
    assert ncs_units_within("99999999") == ()


def test_what_a_row_of_the_items_leaves_empty_is_not_known() -> None:
    row = {"item_code": "", "name_ko": "가", "name_en": "", "series": "", "field_code": "", "field_ko": ""}
    assert _item({**row, "exam_body": "hrdk"}) == QualificationItem(None, "가", None, None, None, None, "hrdk")
    full = {name: f"{name}!" for name in [*row, "exam_body"]}
    assert _item(full) == QualificationItem(
        "item_code!", "name_ko!", "name_en!", "series!", "field_code!", "field_ko!", "exam_body!"
    )
