"""The published wording: pinned to the word, what the data files say today, and kept beside a later version."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.creator_tool import creator_tool, wording_of
from credential_schemas.errors import WordingUnknown
from credential_schemas.wording import published
from credential_schemas.wording.published import CURRENT, SHA256, load_wording, version_file, wording_for
from tests.vectors.wording.freeze import FOLDER, golden_texts, version_of_today

GOLDEN = {number: {path.name: path for path in FOLDER.glob(f"v{number}-*.txt")} for number in SHA256}


@pytest.fixture(autouse=True)
def _no_version_stays() -> Iterator[None]:
    yield
    load_wording.cache_clear()


def with_entry(claims: CertificateClaims, changes: Mapping[str, Any]) -> CertificateClaims:
    return replace(claims, entries=(replace(claims.entries[0], **changes), *claims.entries[1:]))


@pytest.mark.parametrize("number", SHA256)
def test_a_published_version_says_the_golden_texts(number: int) -> None:
    said = {f"v{number}-{name}.txt": text for name, text in golden_texts(load_wording(number))}
    assert said == {name: path.read_text("utf-8") for name, path in GOLDEN[number].items()}


def test_the_golden_texts_of_version_one_are_all_there() -> None:
    assert len(GOLDEN[1]) == 12


def test_the_golden_texts_use_every_phrase_that_a_type_needs() -> None:
    unused = {"value.true", "value.false", "value.level"}  # kinds of values that no type prints now
    said = "\n".join(path.read_text("utf-8") for path in GOLDEN[CURRENT].values())
    phrases = [
        text for key, both in load_wording(CURRENT).phrases.items() for text in both.values() if key not in unused
    ]
    pieces = [piece.strip() for text in phrases for part in text.split("|") for piece in _between_places(part)]
    assert [piece for piece in pieces if piece not in said] == []


def _between_places(text: str) -> list[str]:
    return [piece.rpartition("}")[2] for piece in text.split("{")]


def test_the_current_version_is_what_the_data_files_say_today() -> None:
    # After a release: freeze the next version (tests/vectors/wording/freeze.py) instead of writing this one again.
    assert version_file(CURRENT).decode() == version_of_today(CURRENT)


def test_a_version_that_is_not_published_is_unknown() -> None:
    with pytest.raises(WordingUnknown, match="found 99"):
        load_wording(99)


def test_a_changed_file_is_not_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(published.SHA256, 1, "0" * 64)
    load_wording.cache_clear()
    with pytest.raises(WordingUnknown, match="not the published file"):
        load_wording(1)


def test_a_version_has_words_for_what_was_issued_in_it(sample: CertificateClaims, blind: CertificateClaims) -> None:
    assert [wording_for(claims, 1).number for claims in (sample, blind)] == [1, 1]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"type": "made_later"}, id="a type"),
        pytest.param({"fields": {"made_later": "x"}}, id="a field"),
        pytest.param({"fields": {"acquired_date": "in spring"}}, id="a value"),
        pytest.param({"type": "consigned_national_qualification"}, id="a type of sources only"),
    ],
)
def test_a_version_has_no_words_for_what_came_later(sample: CertificateClaims, changes: Mapping[str, Any]) -> None:
    with pytest.raises(WordingUnknown, match="no words"):
        wording_for(with_entry(sample, changes), 1)


def test_a_version_has_no_words_for_a_kind_of_certificate_that_came_later(sample: CertificateClaims) -> None:
    with pytest.raises(WordingUnknown, match="this kind"):
        wording_for(replace(sample, kind="made_later"), 1)


def test_a_version_calls_an_institution_it_does_not_know_by_its_own_name() -> None:
    version = load_wording(1)
    assert version.body_name("나중에 생긴 기관").in_language("en") == "나중에 생긴 기관"
    assert version.body_name("hrdk").ko == version.body_name("한국산업인력공단").ko == "한국산업인력공단"
    assert version.body_name("서울대학교").in_language("en") == "Seoul National University"


def test_a_later_version_leaves_the_words_of_the_first_alone(
    monkeypatch: pytest.MonkeyPatch, sample: CertificateClaims
) -> None:
    document = json.loads(version_file(1)) | {"wording": 2}
    document["phrases"]["seal"] = {"ko": "서명함", "en": "Signed"}
    later = json.dumps(document).encode()
    monkeypatch.setitem(published.SHA256, 2, hashlib.sha256(later).hexdigest())
    monkeypatch.setattr(published, "version_file", lambda number: later if number == 2 else version_file(number))
    assert [wording_for(sample, number).phrase("seal", "en") for number in (1, 2)] == ["Digitally signed", "Signed"]


@pytest.mark.parametrize("number", [1, 42, 9999])
def test_the_name_of_the_tool_carries_the_version(number: int) -> None:
    assert wording_of(creator_tool(number)) == number


@pytest.mark.parametrize(
    "creator",
    [
        *("", "None", "competency-bank", "competency-bank (wording 0)", "competency-bank (wording 01)"),
        *("competency-bank (wording 10000)", "competency-bank (wording ١)", "competency-bank (wording 1) "),
    ],
)
def test_another_tool_names_no_version(creator: str) -> None:
    assert wording_of(creator) is None
