"""How single values are written."""

from datetime import date

import pytest

from credential_schemas.entry_types import Field, Names
from credential_schemas.field_kinds import FieldKind
from credential_schemas.wording.model import Language
from credential_schemas.wording.phrases import spoken_day
from credential_schemas.wording.values import value_text
from keys.encoding import JsonValue


def field(kind: str) -> Field:
    """A field of a kind."""
    values = {"public": Names("공공", "public")} if kind == "enum" else {}
    return Field("f", "이름", "Name", FieldKind(kind), True, False, "none", "show", values)


@pytest.mark.parametrize(
    ("kind", "value", "korean", "english"),
    [
        ("text", "2년제학위", "2년제학위", "2년제학위"),
        ("integer", 1234, "1,234", "1,234"),
        ("decimal", 87.25, "87.25", "87.25"),
        ("percent", 95.0, "95%", "95%"),
        ("hours", 40, "40시간", "40 hours"),
        ("hours", 1, "1시간", "1 hour"),
        ("hours", 1200, "1,200시간", "1,200 hours"),
        ("credits", 3, "3학점", "3 credits"),
        ("credits", 1.0, "1학점", "1 credit"),
        ("credits", 2.5, "2.5학점", "2.5 credits"),
        ("level", 5, "5수준", "level 5"),
        ("date", "2025-03-14", "2025-03-14", "2025-03-14"),
        ("boolean", True, "예", "yes"),
        ("boolean", False, "아니요", "no"),
        ("enum", "public", "공공", "public"),
        ("term", "2025-1", "2025년 1학기", "2025, semester 1"),
        ("term", "2025-W", "2025년 겨울학기", "2025, winter term"),
        ("body", "kca", "한국방송통신전파진흥원", "Korea Communications Agency"),
        ("body", "(가상)기관", "(가상)기관", "(가상)기관"),
        ("ncs_units", ["2001020203_19v4", "0203020101_20v4"], *["2001020203_19v4, 0203020101_20v4"] * 2),
        ("coded_name", {"code": "21", "name": "정보통신"}, "21 정보통신", "21 정보통신"),
        ("entry_idx", 77, "4번 항목", "entry 4"),
        ("entry_idx", 78, "이 인정서에 없는 항목", "an entry not on this certificate"),
    ],
)
def test_value_is_written_in_korean_and_english(kind: str, value: JsonValue, korean: str, english: str) -> None:
    assert value_text(field(kind), value, language="ko", numbers={77: "4"}) == korean
    assert value_text(field(kind), value, language="en", numbers={77: "4"}) == english


@pytest.mark.parametrize(("language", "text"), [("ko", "2026년 3월 1일"), ("en", "1 March 2026")])
def test_day_is_written_as_sentences_write_it(language: Language, text: str) -> None:
    assert spoken_day(date(2026, 3, 1), language) == text


@pytest.mark.parametrize(
    ("value", "korean", "english"), [(True, "수료", "Completed"), (False, "미수료", "Not completed")]
)
def test_boolean_with_words_of_its_own_says_them(value: bool, korean: str, english: str) -> None:
    words = {"true": Names("수료", "Completed"), "false": Names("미수료", "Not completed")}
    completed = Field("f", "수료여부", "Completed", FieldKind.BOOLEAN, True, False, "none", "show", words)
    assert value_text(completed, value, language="ko", numbers={}) == korean
    assert value_text(completed, value, language="en", numbers={}) == english
