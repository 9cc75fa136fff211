"""The kinds of values: what each accepts and refuses, and that the generated schema agrees."""

import calendar
import re
import sys
import unicodedata

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential_schemas import field_kinds
from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import (
    FieldKind,
    check_text,
    check_value,
    is_day,
    is_plain,
    quick_test,
    value_schema,
)
from keys.encoding import JsonValue
from tests.strategies import JSON

VALUES = ("public", "private")
ACCEPTED: list[tuple[str, JsonValue]] = [
    ("text", "한글 text 漢字 · ★"),
    ("text", "<b>&amp;</b> %s {x} 🙂"),
    ("text", "가"),
    ("text", "가\u3000나 \u0378"),  # a wide space, and a character that is not assigned yet
    ("body", "hrdk"),
    ("integer", 0),
    ("decimal", 87.25),
    ("percent", 100),
    ("percent", 0),
    ("credits", 1000),
    ("hours", 40),
    ("credits", 2.5),
    ("level", 8),
    ("date", "2024-02-29"),
    ("boolean", False),
    ("enum", "public"),
    ("term", "2025-W"),
    ("item_code", "0752"),
    ("course_id", "AIG20250000900001"),
    ("provider_id", "500099990001"),
    ("business_number", "9990000014"),
    ("ncs_unit", "2001020203_19v4"),
    ("ncs_units", ["2001020203_19v4", "0101010101_17v2"]),
    ("ncs_units", ["0101010101_17v2"]),
    ("ncs_code", "01010101"),
    ("ncs_code", "0101010101_17v2"),
    ("coded_name", {"code": "211", "name": "정보기술"}),
    ("entry_idx", 0),
]
REFUSED: list[tuple[str, JsonValue, str]] = [
    ("text", 5, "wrong_kind"),
    ("text", None, "wrong_kind"),
    ("text", "", "wrong_kind"),
    ("text", "가" * 1001, "too_long"),
    ("body", ["hrdk"], "wrong_kind"),
    ("integer", True, "wrong_kind"),
    ("integer", 1.0, "wrong_kind"),
    ("integer", -1, "wrong_kind"),
    ("integer", "1", "wrong_kind"),
    ("hours", 100_001, "wrong_kind"),
    ("level", 0, "wrong_kind"),
    ("level", 9, "wrong_kind"),
    ("decimal", True, "wrong_kind"),
    ("decimal", "87.25", "wrong_kind"),
    ("percent", 100.5, "wrong_kind"),
    ("credits", -0.5, "wrong_kind"),
    ("date", "2025-2-3", "wrong_kind"),
    ("date", "20250203", "wrong_kind"),
    ("date", 20250203, "wrong_kind"),
    ("boolean", "Y", "wrong_kind"),
    ("boolean", 1, "wrong_kind"),
    ("enum", "secret", "unknown_value"),
    ("enum", 1, "unknown_value"),
    ("term", "2025-3", "wrong_kind"),
    ("integer", 1.5, "wrong_kind"),
    ("item_code", 1320, "wrong_kind"),
    ("item_code", "13200", "wrong_kind"),
    ("item_code", "132０", "wrong_kind"),
    ("course_id", "aig20250000900001", "wrong_kind"),
    ("provider_id", "5000", "wrong_kind"),
    ("business_number", "999-00-00014", "wrong_kind"),
    ("ncs_unit", "2001020203", "wrong_kind"),
    ("ncs_unit", "2001020203_19v4 ", "wrong_kind"),
    ("ncs_units", "2001020203_19v4", "wrong_kind"),
    ("ncs_units", [], "wrong_kind"),
    ("ncs_units", ["2001020203"], "wrong_kind"),
    ("ncs_units", ["2001020203_19v4", "2001020203_19v4"], "repeated"),
    ("ncs_units", [f"{n:010}_19v4" for n in range(101)], "wrong_kind"),
    ("ncs_code", "0101", "wrong_kind"),
    ("coded_name", "정보통신", "wrong_kind"),
    ("coded_name", {"name": "정보통신"}, "wrong_kind"),
    ("coded_name", {"code": "21", "name": "정보통신", "more": 1}, "wrong_kind"),
    ("coded_name", {"code": "21 ", "name": "정보통신"}, "wrong_kind"),
    ("coded_name", {"code": "21", "name": ""}, "wrong_kind"),
    ("entry_idx", 2**32, "wrong_kind"),
]
# Rules that a schema cannot express: these are refused by the code alone.
REFUSED_BY_CODE_ONLY: list[tuple[str, str, str]] = [
    ("text", "   ", "wrong_kind"),
    ("text", "두\n줄", "control_character"),
    ("text", "탭\t", "control_character"),
    ("text", "\u202egnp.exe", "control_character"),
    ("text", "보\u200b이지", "control_character"),
    ("text", "\u3164", "control_character"),
    ("text", "\ue000", "control_character"),
    ("text", "두\u2028줄", "control_character"),
    ("text", "\u1112\u1161\u11ab", "not_nfc"),
    ("date", "2025-02-30", "wrong_kind"),
]


@pytest.mark.parametrize(("kind", "value"), ACCEPTED)
def test_value_of_its_kind_is_accepted_by_code_and_schema(kind: str, value: JsonValue) -> None:
    check_value(value, kind=FieldKind(kind), values=VALUES, path="field")
    jsonschema.validate(value, value_schema(FieldKind(kind), values=VALUES))


@pytest.mark.parametrize(("kind", "value", "why"), REFUSED)
def test_value_of_another_kind_is_refused(kind: str, value: JsonValue, why: str) -> None:
    with pytest.raises(EntryTypeError) as caught:
        check_value(value, kind=FieldKind(kind), values=VALUES, path="field")
    assert caught.value.kind == why
    assert caught.value.field.startswith("field")


# JSON Schema counts 1.0 as an integer; JSON texts with a decimal point are refused by the code alone.
@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, value, _ in REFUSED if not isinstance(value, float)]
)
def test_value_of_another_kind_does_not_fit_the_schema(kind: str, value: JsonValue) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, value_schema(FieldKind(kind), values=VALUES))


@pytest.mark.parametrize(("kind", "value", "why"), REFUSED_BY_CODE_ONLY)
def test_value_that_a_schema_cannot_judge_is_refused(kind: str, value: str, why: str) -> None:
    with pytest.raises(EntryTypeError) as caught:
        check_value(value, kind=FieldKind(kind), values=VALUES, path="field")
    assert (caught.value.kind, caught.value.field) == (why, "field")


def test_refusal_never_repeats_the_value() -> None:
    with pytest.raises(EntryTypeError) as caught:
        check_value("880101-1234567", kind=FieldKind.DATE, values=(), path="birth_date")
    assert "880101" not in str(caught.value)
    assert str(caught.value) == "birth_date: expected a day as YYYY-MM-DD, found a text of 14 characters"


def accepts(value: JsonValue, kind: FieldKind) -> bool:
    try:
        check_value(value, kind=kind, values=VALUES, path="field")
    except EntryTypeError:
        return False
    return True


@given(JSON)
def test_what_passes_the_quick_test_is_accepted(other: JsonValue) -> None:
    for name, value in ACCEPTED:
        kind = FieldKind(name)
        assert [
            each for each in (value, other, f"{value}{other}") if quick_test(kind)(each) and not accepts(each, kind)
        ] == []


@pytest.mark.parametrize(("kind", "value", "problem"), REFUSED)
def test_what_is_refused_does_not_pass_the_quick_test(kind: str, value: JsonValue, problem: str) -> None:
    assert not quick_test(FieldKind(kind))(value), problem


@pytest.mark.parametrize(("kind", "value"), ACCEPTED)
def test_ordinary_values_pass_the_quick_test_of_their_kind(kind: str, value: JsonValue) -> None:
    is_plain_or_other = kind not in ("text", "body") or is_plain(value)
    assert quick_test(FieldKind(kind), values=VALUES)(value) is is_plain_or_other


@given(st.one_of(st.dates().map(str), st.from_regex(r"[0-9]{4}[-W0-9]{6}", fullmatch=True), st.text(max_size=10), JSON))
def test_a_day_is_a_date_with_two_hyphens_that_exists(value: JsonValue) -> None:
    found = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is not None
    if isinstance(value, str) and found:
        year, month, day = map(int, value.split("-"))
        found = year > 0 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
    assert is_day(value) is found


@pytest.mark.parametrize(
    "value", ["2024-W25-2", "2024-W2-12", "20240618", "2024W25", "２０24-06-18", "2024-06-1８", "0000-01-01"]
)
def test_other_forms_of_a_day_are_none(value: str) -> None:
    assert not is_day(value)


@pytest.mark.slow
def test_every_character_is_plain_only_if_the_whole_rule_accepts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {
        text
        for code in (*range(0x30000), *range(0xE0000, 0xE1000), sys.maxunicode)
        if is_plain(text := f"a{chr(code)}")
    }
    monkeypatch.setattr(field_kinds, "is_plain", lambda _value: False)
    assert [text for text in plain if refuses(text)] == []
    assert len(plain) > 100_000


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6))
def test_a_text_is_plain_only_if_the_whole_rule_accepts_it(text: str) -> None:
    for each in (text, unicodedata.normalize("NFC", text)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(field_kinds, "is_plain", lambda _value: False)
            accepted = not refuses(each)
        assert accepted or not is_plain(each)


def refuses(text: str) -> bool:
    try:
        return check_text(text, path="field") != text
    except EntryTypeError:
        return True


def test_text_and_list_may_be_as_long_as_permitted_and_no_longer() -> None:
    for text in ("x" * 1000, "가" * 1000):
        assert is_plain(text)
        assert check_text(text, path="p") == text
        assert not is_plain(text + "x")
        with pytest.raises(EntryTypeError) as caught:
            check_text(text + "x", path="p")
        assert caught.value.kind == "too_long"
    units: list[JsonValue] = [f"{number:010d}_17v2" for number in range(100)]
    check_value(units, kind=FieldKind.NCS_UNITS, values=(), path="p")
    with pytest.raises(EntryTypeError):
        check_value([*units, "0000000999_17v2"], kind=FieldKind.NCS_UNITS, values=(), path="p")


def test_schema_of_a_number_says_whether_it_is_a_whole_one() -> None:
    kinds = ("integer", "decimal")
    assert [value_schema(FieldKind(kind), values=())["type"] for kind in kinds] == ["integer", "number"]


def test_schema_of_a_day_says_so_in_the_word_for_days() -> None:
    assert value_schema(FieldKind.DATE, values=()) == {
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    }
