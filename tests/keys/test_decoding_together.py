"""Texts that are decoded as one: never read otherwise than each alone, whatever they do to each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.encoding import (
    JsonValue,
    b64url_decode,
    b64url_encode,
    decode_json,
    decode_json_texts,
    decode_texts,
    encode_json,
)
from keys.errors import DecodingError
from keys.limits import MAX_JSON_DEPTH
from tests.strategies import JSON

LIMIT = 16_384
WHOLE = b'["salt","name","value"]'


def together(*documents: bytes) -> list[JsonValue] | None:
    return decode_json_texts([b64url_encode(document) for document in documents], max_bytes=LIMIT)


def alone(text: str) -> JsonValue:
    return decode_json(b64url_decode(text), max_bytes=LIMIT)


def is_refused(text: str) -> bool:
    try:
        return type(alone(text)) is not list
    except DecodingError:
        return True


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param([WHOLE], id="one"),
        pytest.param([b"[]", b"[1]", b"[12]", b"[123]", b"[]"], id="with one, two and three bytes in the last group"),
        pytest.param(['["염",{"이름":"홍길동","번호":7,"참":true,"수":1.5}]'.encode(), WHOLE], id="Korean"),
        pytest.param([b'["s",{"a":[{"b":[null]}]}]'] * 30, id="more brackets than levels are allowed"),
        pytest.param(
            [WHOLE, b"[" * MAX_JSON_DEPTH + b"1" + b"]" * MAX_JSON_DEPTH, b"[[]]"], id="as deep as is allowed"
        ),
    ],
)
def test_documents_are_read_as_each_alone(documents: list[bytes]) -> None:
    assert together(*documents) == [decode_json(document, max_bytes=LIMIT) for document in documents]


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param([], id="none at all"),
        pytest.param([b""], id="an empty text"),
        pytest.param([WHOLE, b""], id="an empty text at the end"),
        pytest.param([b'["salt"', b'"name"],["salt","name"]'], id="cut between elements"),
        pytest.param([b'["salt","na', b'me","value"]'], id="cut in a text"),
        pytest.param([b'["a",1]["b",2]', b" "], id="two in one and white space in the other"),
        pytest.param([b'["a",1]\0\0\0["b",2]', b"\0\0\0"], id="two in one with zero bytes between them"),
        pytest.param([b'["a",1]\0', WHOLE], id="a zero byte behind"),
        pytest.param([b'["a\0",1]', WHOLE], id="a zero byte in a text"),
        pytest.param(['["홍'.encode()[:-1], '홍",1]'.encode()[2:]], id="cut in a character"),
        pytest.param([b'["a",1],', WHOLE], id="a comma behind"),
        pytest.param([b' ["a",1]', WHOLE], id="white space before"),
        pytest.param([b'["a",1] ', WHOLE], id="white space behind"),
        pytest.param([b"\xef\xbb\xbf" + WHOLE], id="byte order mark"),
        pytest.param([b'["a","\\ud800"]'], id="half of a pair"),
        pytest.param([b'["a","\\n"]'], id="an escape, which is right and looked at alone"),
        pytest.param([b'["a",{"b":1,"b":1}]'], id="a member twice"),
        pytest.param([b'["a",NaN]'], id="no number"),
        pytest.param([b'["a",9007199254740992]'], id="a number that readers do not agree on"),
        pytest.param([b'["a",-0]'], id="minus zero"),
        pytest.param([b'{"a":1}'], id="an object"),
        pytest.param([b"1", b"2"], id="numbers"),
        pytest.param([b"[" * 21 + b"]" * 21, WHOLE], id="too deep"),
        pytest.param([b'["s",' + b'{"a":' * 20 + b"1" + b"}" * 20 + b"]", WHOLE], id="too deep by objects"),
        pytest.param([b"[" * 12_000], id="deeper than the parser goes"),
        pytest.param([b'["a","' + b"b" * LIMIT + b'"]'], id="too large"),
    ],
)
def test_documents_that_may_be_refused_are_not_read_together(documents: list[bytes]) -> None:
    assert together(*documents) is None


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([b64url_encode(WHOLE) + "=", b64url_encode(WHOLE)], id="padding"),
        pytest.param([b64url_encode(b"[1]") + "A", b64url_encode(WHOLE)], id="an impossible length"),
        pytest.param([b64url_encode(WHOLE).replace("W", "ｗ"), b64url_encode(WHOLE)], id="not ASCII"),
        pytest.param(["WzFd\n", b64url_encode(WHOLE)], id="a line end"),
        pytest.param(["WzEyXR", b64url_encode(WHOLE)], id="stray bits"),
        # The stray bits of the first text become the character @, the second goes on, and the third has one more.
        pytest.param(
            [
                b64url_encode(b'["a","xy')[:-1] + "R",
                b64url_encode(b'z",1]  '),
                b64url_encode(b'["c",1]\0["d",2]'),
            ],
            id="stray bits that join two texts, and two documents in the third",
        ),
    ],
)
def test_texts_that_are_not_canonical_are_not_read_together(texts: list[str]) -> None:
    assert decode_json_texts(texts, max_bytes=LIMIT) is None


@pytest.mark.parametrize("mark", [*"+/=!.~ \n\0", "é"])
@pytest.mark.parametrize("place", [0, 2, 4], ids=["before", "inside", "behind"])
def test_a_character_of_another_alphabet_is_never_skipped(mark: str, place: int) -> None:
    spoilt = f"{'QUJD'[:place]}{mark}{'QUJD'[place:]}"
    assert decode_texts(["QUJD", spoilt]) is None
    assert decode_texts(["QUJD", mark * 4]) is None


@pytest.mark.parametrize("text", ["Pj4+", "Pz8/", "YWI+Yw", "YWI/Yw", "QQ==", "QUI=", "Q=Q=", "=QQ="])
def test_the_standard_alphabet_and_padding_are_not_read(text: str) -> None:
    for texts in ([text], [text, "QUJD"], ["QUJD", text]):
        assert decode_texts(texts) is None


def test_both_characters_of_the_url_alphabet_are_read() -> None:
    assert decode_texts(["Pj4-Pz8_", "QQ"]) == [">>>???", "A"]


def test_a_document_of_exactly_the_limit_is_read_with_others() -> None:
    text = b64url_encode(WHOLE)
    assert decode_json_texts([text, text], max_bytes=len(text)) == [alone(text)] * 2
    assert decode_json_texts([text, text], max_bytes=len(text) - 1) is None


_PIECES = st.sampled_from(
    [
        b'["a",1]',
        b'["a","b",{"c":[2]}]',
        b"\0",
        b"\0\0",
        b'["a"',
        b",1]",
        b'"',
        b"\xed",
        b"\x95\x9c",
        b" ",
        b"]",
        b"[",
        b"@",
    ]
)


@given(st.lists(st.lists(_PIECES, max_size=4).map(b"".join), max_size=4), st.text("ABCDQRgw048_-", max_size=2))
def test_any_texts_are_read_as_each_alone_or_not_at_all(documents: list[bytes], end: str) -> None:
    texts = [b64url_encode(document) for document in documents]
    for changed in (texts, [text[: len(text) - len(end)] + end for text in texts]):
        read = decode_json_texts(changed, max_bytes=LIMIT)
        assert read is None or not [text for text in changed if is_refused(text)]
        assert read is None or read == [alone(text) for text in changed]


@given(st.lists(st.lists(JSON, max_size=3), min_size=1, max_size=5))
def test_arrays_without_escapes_are_read_together(arrays: list[list[JsonValue]]) -> None:
    documents = [encode_json([*array]) for array in arrays]
    refused = b"\\" in b"".join(documents) or any(is_refused(b64url_encode(document)) for document in documents)
    assert (together(*documents) is None) == refused
