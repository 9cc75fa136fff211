"""The stream code: two bytes a syllable, one or two a word, and nothing that could be read two ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.stream import FIRST_WORD, MAX_WORDS, decode_stream, encode_stream
from credential_schemas.qr.words import WordFinder

WORDS = tuple(f"word{number};" for number in range(200))


@given(st.text(st.characters(exclude_categories=["Cs", "Co"], exclude_characters="".join(map(chr, range(0x17, 0x20))))))
def test_text_comes_back(text: str) -> None:
    assert decode_stream(encode_stream(text), WORDS) == text


@pytest.mark.parametrize(("number", "length"), [(0, 1), (15, 1), (16, 2), (199, 2)])
def test_a_word_takes_one_or_two_bytes_and_becomes_its_text(number: int, length: int) -> None:
    data = encode_stream(chr(FIRST_WORD + number))
    assert (len(data), decode_stream(data, WORDS)) == (length, WORDS[number])


def test_a_syllable_takes_two_bytes() -> None:
    assert encode_stream("가힣") == b"\xa0\x00\xf7\x23"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xa0", id="half a syllable"),
        pytest.param(b"\xa0\x80", id="a second byte out of range"),
        pytest.param(b"\xf7\x7f", id="a syllable beyond the last"),
        pytest.param(b"\x9f\x7f", id="a word beyond the last"),
        pytest.param(b"\x80", id="half a word"),
        pytest.param(b"\xff", id="an escape without a character"),
        pytest.param(b"\xffA", id="an escaped ASCII character"),
        pytest.param(b"\xff" + "가".encode(), id="an escaped syllable"),
        pytest.param(b"\xff" + chr(FIRST_WORD).encode(), id="an escaped word"),
        pytest.param(b"\xff\xc3", id="half an escaped character"),
        pytest.param(b"\xff\xed\xa0\x80", id="a lone surrogate"),
        pytest.param(b"\xff\x80", id="an escaped continuation byte"),
    ],
)
def test_a_stream_that_is_not_canonical_is_refused(data: bytes) -> None:
    with pytest.raises(QrPayloadError) as caught:
        decode_stream(data, WORDS)
    assert caught.value.kind == "stream"


def test_every_number_of_a_word_has_a_code() -> None:
    words = tuple(str(number) for number in range(MAX_WORDS))
    assert decode_stream(encode_stream(chr(FIRST_WORD + MAX_WORDS - 1)), words) == str(MAX_WORDS - 1)


def test_the_longest_word_is_found_first() -> None:
    finder = WordFinder({0: "ab", 1: "abc"})
    assert finder.replace("abcab!") == f"{chr(FIRST_WORD + 1)}{chr(FIRST_WORD)}!"
