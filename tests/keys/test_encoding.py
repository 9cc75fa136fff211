"""One value, one text: what the strict decoders accept and refuse."""

import base64
import json
import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.encoding import (
    JsonValue,
    b64url_decode,
    b64url_encode,
    b64url_encode_all,
    b64url_encode_each,
    decode_json,
    decode_json_object,
    encode_json,
)
from keys.errors import DecodingError
from keys.limits import MAX_JSON_DEPTH, MAX_JSON_INTEGER, MAX_JSON_MEMBERS
from tests.strategies import JSON

ALPHABET = string.ascii_letters + string.digits + "-_"


def decode(text: str | bytes) -> JsonValue:
    return decode_json(text if isinstance(text, bytes) else text.encode(), max_bytes=100_000)


def refused_kind(text: str | bytes) -> str:
    with pytest.raises(DecodingError) as refusal:
        decode(text)
    assert refusal.value.code == "decoding"
    return refusal.value.kind


@given(st.binary(max_size=64))
def test_base64url_of_any_bytes_is_read_back(data: bytes) -> None:
    assert b64url_decode(b64url_encode(data)) == data


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=6))
def test_byte_strings_written_together_are_written_as_each_alone(values: list[bytes]) -> None:
    assert b64url_encode_each(values) == [b64url_encode(value) for value in values]


@given(st.integers(1, 40).flatmap(lambda size: st.lists(st.binary(min_size=size, max_size=size), max_size=6)))
def test_byte_strings_of_one_length_written_together_are_written_as_each_alone(values: list[bytes]) -> None:
    assert b64url_encode_all(values) == [b64url_encode(value) for value in values]


def test_base64url_uses_the_url_alphabet_without_padding() -> None:
    assert b64url_encode(b"\xfb\xff\xfe\x00") == "-__-AA"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("QQ==", id="padding"),
        pytest.param("QR", id="stray bits"),
        pytest.param("QUJ", id="stray bits in a group of three"),
        pytest.param("A", id="impossible length"),
        pytest.param("QUJDR", id="impossible length after whole groups"),
        pytest.param("+/+/", id="the other alphabet"),
        pytest.param("QU JD", id="space"),
        pytest.param("QUJD\n", id="line end"),
        pytest.param("QUJD=", id="padding only"),
        pytest.param("QQ=QUJD", id="padding in the middle"),
        pytest.param("한글", id="not ASCII"),
        pytest.param("QUJ\x00", id="zero byte"),
    ],
)
def test_base64url_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(DecodingError) as refusal:
        b64url_decode(text)
    assert refusal.value.kind == "base64url"


def decoded_by_the_definition(text: str) -> bytes | None:
    """RFC 4648 by proof instead of by rule: the bytes whose one text this is, or None."""
    if not set(text) <= set(ALPHABET):
        return None
    data = base64.b64decode(text + "A" * (-len(text) % 4), altchars=b"-_")[: len(text) * 3 // 4]
    return data if base64.urlsafe_b64encode(data).decode().rstrip("=") == text else None


def decoded(text: str) -> bytes | None:
    try:
        return b64url_decode(text)
    except DecodingError:
        return None


@given(st.text(st.sampled_from(f"{ALPHABET}+/= \n\x00é가"), max_size=12) | st.text(max_size=4))
def test_base64url_is_decoded_as_defined(text: str) -> None:
    assert decoded(text) == decoded_by_the_definition(text)


def test_every_short_text_of_base64url_is_decoded_as_defined() -> None:
    characters = [chr(code) for code in range(130)]
    texts = [*characters, *(f"{x}{y}" for x in characters for y in characters)]
    texts += [f"Q{x}{y}" for x in ALPHABET for y in characters] + [f"QUJ{x}{y}" for x in ALPHABET for y in characters]
    assert [text for text in texts if decoded(text) != decoded_by_the_definition(text)] == []


@given(JSON)
def test_white_space_around_a_document_does_not_change_it(value: JsonValue) -> None:
    data = encode_json(value)
    assert decode_json(b" \n" + data + b"\t\r", max_bytes=1_000_000) == decode_json(data, max_bytes=1_000_000)


@given(JSON)
def test_what_is_written_is_read_back_the_same(value: JsonValue) -> None:
    assert decode_json(encode_json(value), max_bytes=100_000) == value


def test_written_json_is_compact_utf8_in_insertion_order() -> None:
    assert encode_json({"이름": "홍", "a": [1, None]}) == '{"이름":"홍","a":[1,null]}'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf]])
def test_numbers_that_json_has_not_are_not_written(value: JsonValue) -> None:
    with pytest.raises(DecodingError) as refusal:
        encode_json(value)
    assert refusal.value.kind == "number"


def test_a_lone_surrogate_is_not_written() -> None:
    with pytest.raises(DecodingError) as refusal:
        encode_json({"a": "\ud800"})
    assert refusal.value.kind == "utf8"


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object])
def test_what_is_no_json_value_is_a_fault_of_ours(value: object) -> None:
    with pytest.raises(TypeError, match=f"expected a JSON value, found {type(value).__name__}$"):
        encode_json({"a": [value]})  # type: ignore[list-item]  # that is the fault


@pytest.mark.parametrize("text", ["0", " 1 ", "-1", "1.5", "1e3", '"\\ud83d\\ude00"', '"\\\\ud800"', "\t[]\r\n"])
def test_ordinary_json_is_read_as_the_standard_library_reads_it(text: str) -> None:
    assert decode(text) == json.loads(text)


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '[{"b":{"":0,"":0}}]'])
def test_a_repeated_member_is_refused(text: str) -> None:
    assert refused_kind(text) == "duplicate_member"


@pytest.mark.parametrize(
    "text",
    [
        *["NaN", "[Infinity]", "-Infinity", "1e999", "-1e999", "9007199254740992", "-9007199254740992", "9" * 5000],
        *["-0", "-0.0", "-1e-999"],
    ],
)
def test_a_number_that_readers_disagree_about_is_refused(text: str) -> None:
    assert refused_kind(text) == "number"


def test_the_largest_safe_integers_are_read() -> None:
    assert decode(f"[{MAX_JSON_INTEGER},-{MAX_JSON_INTEGER}]") == [MAX_JSON_INTEGER, -MAX_JSON_INTEGER]


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "{}x", "{} {}", "[1,]", "{'a':1}", "01", "+1", ".5", "nul", '"\n"', '"\\x"', "\x0b{}", "{}\x00"],
)
def test_text_that_is_not_one_json_value_is_refused(text: str) -> None:
    assert refused_kind(text) == "json"


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf{}", b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', '"a"'.encode("utf-16")]
)
def test_bytes_that_are_not_plain_utf8_are_refused(data: bytes) -> None:
    assert refused_kind(data) == "utf8"


@pytest.mark.parametrize("text", ['"\\ud800"', '{"\\udfff":1}', '["\\ude00\\ud83d"]'])
def test_a_lone_surrogate_is_refused(text: str) -> None:
    assert refused_kind(text) == "utf8"


def test_the_deepest_allowed_document_is_read() -> None:
    assert decode("[" * MAX_JSON_DEPTH + "]" * MAX_JSON_DEPTH) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 21 + "]" * 21, id="one array too many"),
        pytest.param('{"a":' * 21 + "0" + "}" * 21, id="one object too many"),
        pytest.param('[{"a":' * 11 + "0" + "}]" * 11, id="mixed"),
        pytest.param("[" * 50_000 + "]" * 50_000, id="deep enough to end the stack"),
        pytest.param('{"a":' * 20_000, id="deep and never closed"),
    ],
)
def test_a_document_that_is_too_deep_is_refused(text: str) -> None:
    assert refused_kind(text) == "depth"


def test_brackets_in_text_do_not_count_as_depth() -> None:
    assert decode(json.dumps(["[{" * 100])) == ["[{" * 100]


def test_an_object_with_too_many_members_is_refused() -> None:
    assert refused_kind(json.dumps({str(n): n for n in range(MAX_JSON_MEMBERS + 1)})) == "size"


def test_an_object_with_the_most_members_is_read() -> None:
    assert len(
        decode_json_object(json.dumps({str(n): n for n in range(MAX_JSON_MEMBERS)}).encode(), max_bytes=20_000)
    ) == (MAX_JSON_MEMBERS)


def test_a_document_above_its_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(DecodingError, match="at most 3 bytes of JSON, found 4") as refusal:
        decode_json(b"\xff\xff\xff\xff", max_bytes=3)
    assert refusal.value.kind == "size"


@pytest.mark.parametrize("text", ["[]", "null", '"a"', "1"])
def test_another_value_where_an_object_must_be_is_refused(text: str) -> None:
    with pytest.raises(DecodingError, match="expected a JSON object") as refusal:
        decode_json_object(text.encode(), max_bytes=100)
    assert refusal.value.kind == "json"
