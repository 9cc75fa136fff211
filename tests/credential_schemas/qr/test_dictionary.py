"""The published dictionary: pinned, rebuilt to the same bytes, and read as its vocabulary says."""

import hashlib
from importlib.resources import files

import pytest

from benchmarks.qr.draft import draft_vocabulary
from credential_schemas.errors import QrPayloadError
from credential_schemas.qr import dictionary
from credential_schemas.qr.dictionary import SHA256, load_dictionary, read_dictionary
from credential_schemas.qr.dictionary.build import build_dictionary
from credential_schemas.qr.stream import FIRST_WORD

FOLDER = files("credential_schemas.qr.dictionary")
PUBLISHED = load_dictionary(1)


def vocabulary(
    *,
    characters: str = "ab",
    frames: str = "f{04}\ng",
    names: str = "one name\nanother name\n이름",
    contexts: str = "0 0 0 0 0 1 0 0 0 0",
    general: str = "3 3 0 3 3 3 3 3 4 4",
    tables: str = "0:1 2:1",
) -> str:
    parts = {"characters": characters, "frames": frames, "names": names, "contexts": contexts}
    parts |= {"general": general, "tables": tables}
    return "# comment\n" + "".join(f"[{name}]\n{text}\n" for name, text in parts.items())


def test_version_one_is_built_from_its_vocabulary_to_the_published_bytes() -> None:
    built = build_dictionary((FOLDER / "vocabulary_v1.txt").read_text("utf-8"))
    assert built == (FOLDER / "v1.bin").read_bytes()
    assert hashlib.sha256(built).hexdigest() == SHA256[1]


def test_the_published_file_is_read_again_to_the_same_codes_and_words() -> None:
    again = read_dictionary((FOLDER / "v1.bin").read_bytes())
    assert [table.codes for table in again.code.tables] == [table.codes for table in PUBLISHED.code.tables]
    assert [*again.code.texts] == [*PUBLISHED.code.texts]
    assert again.code.contexts == PUBLISHED.code.contexts
    assert again.code.characters == PUBLISHED.code.characters
    text = "정보처리기사 2024-02-29 national_technical_qualification"
    for finders in ((again.frames, PUBLISHED.frames), (again.names, PUBLISHED.names)):
        assert finders[0].replace(text) == finders[1].replace(text)


def test_every_code_of_every_table_is_canonical_and_is_read_as_its_symbol() -> None:
    for table in PUBLISHED.code.tables:
        codes = sorted(table.codes.items(), key=lambda pair: (len(pair[1]), pair[0]))
        following = 0
        for place, (symbol, bits) in enumerate(codes):
            following <<= len(bits) - (len(codes[place - 1][1]) if place else 0)
            assert int(bits, 2) == following
            assert table.read(bits, 0) == (symbol, len(bits))
            following += 1
        assert following == 1 << len(codes[-1][1])  # no bits are without a meaning


def test_a_changed_file_is_not_the_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dictionary.SHA256, 1, "0" * 64)
    load_dictionary.cache_clear()
    with pytest.raises(QrPayloadError) as caught:
        load_dictionary(1)
    load_dictionary.cache_clear()
    assert caught.value.kind == "dictionary_unknown"


def test_a_number_without_a_dictionary_is_refused() -> None:
    with pytest.raises(QrPayloadError) as caught:
        load_dictionary(2)
    assert caught.value.kind == "dictionary_unknown"


def test_a_dictionary_is_read_as_its_vocabulary_says() -> None:
    dictionary = read_dictionary(build_dictionary(vocabulary(names="이름 하나\nanother name\n이름")))
    code = dictionary.code
    assert code.texts[:2] == ["a", "b"]
    assert [*code.texts] == ["a", "b", "f\x04", "g", "이름 하나", "another name", "이름"]
    assert code.contexts == bytes((0, 0, 0, 0, 0, 1, 0, 0, 0, 0))
    assert code.tables[1].codes == {0: "0", 2: "1"}
    assert code.tables[0].codes[9] == "1111"
    assert dictionary.frames.replace("f\x04 이름") == f"{chr(FIRST_WORD + 5)} 이름"
    assert dictionary.names.replace("f\x04 이름") == f"f\x04 {chr(FIRST_WORD + 9)}"


def test_frames_and_names_are_told_apart_where_there_are_more_frames_than_characters() -> None:
    written = vocabulary(
        frames="first\nsecond\nthird",
        names="이름 하나\n이름 둘\n이름 셋",
        contexts="0 0 0 0 0 1 0 0 0 0 0",
        general="3 3 0 3 3 3 3 3 4 5 5",
    )
    dictionary = read_dictionary(build_dictionary(written))
    frames, names = (" ".join(chr(FIRST_WORD + symbol) for symbol in symbols) for symbols in ((5, 6, 7), (8, 9, 10)))
    assert dictionary.frames.replace("first second third 이름 하나 이름 둘") == f"{frames} 이름 하나 이름 둘"
    assert dictionary.names.replace("first 이름 하나 이름 둘 이름 셋") == f"first {names}"


@pytest.mark.parametrize(
    "text",
    [
        "정보처리기사",
        '공인노무사","title_en":"Certified Public Labor Attorney","issuing_body":"hrdk',
        "0203020101_20v4",
        "서울대학교",
    ],
)
def test_what_the_catalogue_knows_is_one_word(text: str) -> None:
    assert len(load_dictionary(1).names.replace(text)) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[names]\n", "parts"),
        (vocabulary(frames="g\ng"), "once"),
        (vocabulary(names="f{04}\nanother name\n이름", frames="f{04}\ng"), "once"),
        (vocabulary(characters="aa"), "once"),
        (vocabulary(names="another name\n\n이름"), "empty"),
        (vocabulary(names="another name\nkcci\n이름"), "by chance"),
        (vocabulary(names="another name\n이름\n" + "이" * 86), "words of at most"),
        (vocabulary(names="\n".join(f"w {number}" for number in range(65536))), "at most 65535 symbols"),
        (vocabulary(contexts="0 0 0"), "a context and a length"),
        (vocabulary(contexts="0 0 0 0 0 2 0 0 0 0"), "a context and a length"),
        (vocabulary(general="1 1"), "a context and a length"),
        (vocabulary(tables="\n".join(["0:1 2:1"] * 256)), "at most 255 tables"),
        (vocabulary(general="3 3 0 3 3 3 3 3 4 5"), "table 0"),
        (vocabulary(general="3 3 3 3 3 3 3 3 4 0"), "table 0"),
        (vocabulary(tables="0:1 1:1"), "GENERAL"),
        (vocabulary(tables="1:1 2:1"), "OTHER"),
        (vocabulary(tables="0:1 2:2"), "complete"),
        (vocabulary(tables="10:1 2:1"), "complete"),
        (vocabulary(tables=" ".join(f"{n}:{n + 1}" for n in (0, 2)) + " 3:25"), "complete"),
    ],
)
def test_a_vocabulary_in_disorder_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        build_dictionary(text)


@pytest.mark.slow
def test_a_vocabulary_for_the_next_version_can_be_drafted_from_today() -> None:
    drafted = read_dictionary(build_dictionary(draft_vocabulary()))
    assert len(drafted.code.texts) > 5000
