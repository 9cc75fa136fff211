"""Whatever an expression accepts is a value that the rules accept, and the same value that JSON has."""

import json
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import FieldKind, check_text, check_value
from credential_schemas.plain_copies.values import DAY, INDEX, TEXT, VISIBLE, form_of
from keys.encoding import JsonValue, encode_json
from tests.credential_schemas.test_field_kinds import ACCEPTED, REFUSED, VALUES

KINDS = [*FieldKind]
# What the rules accept, and the expressions leave to them.
LEFT_TO_THE_RULES: list[JsonValue] = [
    "한글 text 漢字 · ★",
    "<b>&amp;</b> %s {x} 🙂",
    "가\u3000나 \u0378",
    1000,
    100,
    "2024-02-29",
]


def read(kind: FieldKind, text: str) -> JsonValue:
    """Return the value of a text by its expression; raises where there is none."""
    form = form_of(kind, values=VALUES)
    found = re.compile(form.expression).fullmatch(text)
    if found is None or found.lastindex != 1:
        raise ValueError("expected one group that matches, found none")
    return found[1] if form.value is None else form.value(found[1])


def characters() -> list[str]:
    plain = re.compile(f"[{VISIBLE}]").fullmatch
    return [chr(code) for code in range(sys.maxunicode + 1) if plain(chr(code))]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_text_that_is_read_is_a_value_of_its_kind(kind: FieldKind, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(form_of(kind, values=VALUES).expression, fullmatch=True))
    try:
        value = read(kind, text)
    except ValueError:
        assert kind is FieldKind.NCS_UNITS  # one of them twice
        return
    check_value(value, kind=kind, values=VALUES, path="field")
    written = json.loads(text)
    assert (value, type(value)) == (written, type(written))


@pytest.mark.parametrize(("kind", "value"), [each for each in ACCEPTED if each[1] not in LEFT_TO_THE_RULES])
def test_usual_value_is_read_as_issuers_write_it(kind: str, value: JsonValue) -> None:
    assert read(FieldKind(kind), encode_json(value).decode()) == value


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, value, _ in REFUSED])
def test_value_that_the_rules_refuse_is_not_read(kind: str, value: JsonValue) -> None:
    text = encode_json(value).decode()
    with pytest.raises(ValueError, match="expected"):
        read(FieldKind(kind), text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", '" 가"'),
        ("text", '"가\\u0020나"'),
        ("text", '"\\n"'),
        ("text", '"e\u0301"'),
        ("text", '"\u115f"'),
        ("text", '"\u3164"'),
        ("text", '"가\u200b나"'),
        ("text", '"가""나"'),
        ("integer", "00"),
        ("integer", "-0"),
        ("integer", "1e3"),
        ("integer", "1.0"),
        ("integer", "\u0661"),
        ("integer", " 1"),
        ("decimal", "1."),
        ("decimal", ".5"),
        ("decimal", "01.5"),
        ("decimal", "1.5e3"),
        ("date", '"2025-02-29"'),
        ("date", '"2025-04-31"'),
        ("date", '"0000-01-01"'),
        ("date", '"2025-13-01"'),
        ("date", '"2025-1-01"'),
        ("date", '"2025-W01-1"'),
        ("boolean", "True"),
        ("boolean", "1"),
        ("ncs_units", "[]"),
        ("ncs_units", '["2001020203_19v4","2001020203_19v4"]'),
        ("ncs_units", '["2001020203_19v4", "0101010101_17v2"]'),
        ("coded_name", '{"name":"정보기술","code":"211"}'),
        ("coded_name", '{"code":"211","name":"정보기술","more":1}'),
        ("enum", '"else"'),
        ("enum", '"publi."'),
    ],
)
def test_text_in_another_form_is_not_read(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        read(FieldKind(kind), text)


def test_every_visible_character_passes_the_rules_of_texts() -> None:
    refused = []
    for character in characters():
        try:
            check_text(f"가{character}", path="field")
        except EntryTypeError:
            refused.append(character)
    assert refused == []
    assert len(characters()) > 20_000


def test_no_visible_character_joins_with_the_one_before_it() -> None:
    """So a text of them is in form NFC, in whatever order they stand."""
    second = {chr(code) for code in range(0x1161, 0x11C3)}  # Hangul vowels and finals, which join by arithmetic
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            second.add(chr(int(parts[1], 16)))
    visible = {*characters()}
    assert not visible & second
    assert all(unicodedata.combining(each) == 0 and unicodedata.is_normalized("NFC", each) for each in visible)


@pytest.mark.parametrize("expression", [TEXT, DAY, INDEX])
def test_parts_match_nothing_empty(expression: str) -> None:
    assert re.fullmatch(expression, "") is None
