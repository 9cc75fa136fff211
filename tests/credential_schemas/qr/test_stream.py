"""The stream code: every text comes back, a word costs a few bits, and nothing else than a whole stream is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr import stream as subject
from credential_schemas.qr.dictionary import load_dictionary
from credential_schemas.qr.stream import END, FIRST_SYMBOL, FIRST_WORD, GENERAL, OTHER, StreamCode, Table
from credential_schemas.qr.words import WordFinder

CODE = load_dictionary(1).code
# "a" and "b" are characters, "word" is a word; after a word only the end has a short code.
SMALL = StreamCode(
    texts=("a", "b", "word"),
    contexts=bytes((0, 0, 0, 0, 0, 1)),
    tables=(Table((END, OTHER, 3, 4, 5), bytes((2, 3, 1, 4, 4))), Table((END, GENERAL), bytes((1, 1)))),
    single=2,
)
A, AT_END, OTHER_CODE, B, WORD = "0", "10", "110", "1110", "1111"
WORD_CHARACTER = chr(FIRST_WORD + 5)


def packed(*codes: str) -> bytes:
    bits = "".join(codes)
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))


def other(code: int) -> str:
    return f"{OTHER_CODE}{code:021b}"


def refusal_of(data: bytes, code: StreamCode = SMALL) -> str:
    with pytest.raises(QrPayloadError) as caught:
        code.decode(data)
    return caught.value.kind


def test_codes_of_one_length_stand_in_the_order_of_their_symbols() -> None:
    assert Table((7, 8, 9), bytes((2, 1, 2))).codes == {8: "0", 7: "10", 9: "11"}


def test_a_stream_may_have_as_many_characters_as_are_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = SMALL.encode("ab")
    monkeypatch.setattr(subject, "MAX_INFLATED_BYTES", 2)
    assert SMALL.decode(stream) == ("ab", len(stream))
    monkeypatch.setattr(subject, "MAX_INFLATED_BYTES", 1)
    assert refusal_of(stream) == "too_large"


TEXTS = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters="".join(map(chr, range(0x17, 0x20))),
        max_codepoint=FIRST_WORD - 1,
    )
)


@given(TEXTS, st.binary(max_size=9))
def test_text_comes_back_with_the_place_of_what_follows(text: str, values: bytes) -> None:
    stream = CODE.encode(text)
    assert CODE.decode(stream + values) == (text, len(stream))


@given(st.lists(st.integers(FIRST_SYMBOL, FIRST_SYMBOL + len(CODE.texts) - 1), max_size=30))
def test_every_row_of_symbols_comes_back_as_their_texts(symbols: list[int]) -> None:
    text, _ = CODE.decode(CODE.encode("".join(chr(FIRST_WORD + symbol) for symbol in symbols)))
    assert text == "".join(CODE.texts[symbol - FIRST_SYMBOL] for symbol in symbols)


@pytest.mark.parametrize(
    ("marked", "codes"),
    [
        pytest.param("", (AT_END,), id="nothing"),
        pytest.param("ab", (A, B, AT_END), id="characters"),
        pytest.param(WORD_CHARACTER, (WORD, "0"), id="a word, then the short end of its table"),
        pytest.param(f"{WORD_CHARACTER}a", (WORD, "1", A, AT_END), id="a character that only table 0 knows"),
        pytest.param("é", (other(0xE9), AT_END), id="a character that no table knows"),
        pytest.param("\U0010ffff", (other(0x10FFFF), AT_END), id="the last character there is"),
    ],
)
def test_symbols_are_written_by_the_table_of_the_one_before(marked: str, codes: tuple[str, ...]) -> None:
    assert SMALL.encode(marked) == packed(*codes)
    assert SMALL.decode(packed(*codes)) == (marked.replace(WORD_CHARACTER, "word"), len(packed(*codes)))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(packed(A * 8), id="no end"),
        pytest.param(packed(A * 7, "1"), id="half a code"),
        pytest.param(packed(AT_END, "1"), id="a bit behind the end"),
        pytest.param(packed(OTHER_CODE, "0" * 20), id="half a code point"),
        pytest.param(packed(A * 5, OTHER_CODE), id="nothing of a code point"),
        pytest.param(packed(other(0x1F), AT_END), id="a control character"),
        pytest.param(packed(other(0xD800), AT_END), id="a lone surrogate"),
        pytest.param(packed(other(0xDFFF), AT_END), id="the last surrogate"),
        pytest.param(packed(other(0x110000), AT_END), id="beyond the last character"),
        pytest.param(packed(other(FIRST_WORD), AT_END), id="a character of the words"),
        pytest.param(packed(other(ord("a")), AT_END), id="a character that has its own code"),
    ],
)
def test_bits_that_are_no_whole_stream_are_refused(data: bytes) -> None:
    assert refusal_of(data) == "stream"


def test_bits_that_no_code_begins_with_are_refused() -> None:
    code = StreamCode((), bytes(3), (Table((END,), bytes((2,))),), single=0)
    assert refusal_of(b"\xff" * 4, code) == "stream"


def test_a_stream_of_as_many_characters_as_the_limit_is_read() -> None:
    text, _ = SMALL.decode(packed(A * 65536, AT_END))
    assert len(text) == 65536
    assert refusal_of(packed(A * 65537, AT_END)) == "too_large"


def test_a_stream_of_words_is_refused_at_the_limit() -> None:
    longest = max(range(len(CODE.texts)), key=lambda place: len(CODE.texts[place]))
    words = chr(FIRST_WORD + FIRST_SYMBOL + longest) * (65536 // len(CODE.texts[longest]) + 1)
    assert refusal_of(CODE.encode(words), CODE) == "too_large"


def test_the_longest_word_is_found_first() -> None:
    finder = WordFinder({0: "ab", 1: "abc"})
    assert finder.replace("abcab!") == f"{chr(FIRST_WORD + 1)}{chr(FIRST_WORD)}!"
