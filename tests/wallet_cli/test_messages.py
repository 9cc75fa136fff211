"""Errors of the wallet in Korean and English, for every code."""

import re

import pytest

from wallet_cli.cli.messages import error_sentence, korean_sentences
from wallet_cli.errors import FileUnreadable, ItemNotFound, WalletError

HANGUL = re.compile("[가-힣]")
KINDS = sorted(WalletError.__subclasses__(), key=lambda kind: kind.code)


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_has_a_sentence_in_both_languages(kind: type[WalletError]) -> None:
    error = kind("Expected one thing, found another.")
    assert error_sentence(error, "en") == "Expected one thing, found another."
    assert HANGUL.match(error_sentence(error, "ko"))


def test_no_sentence_is_for_nothing() -> None:
    assert {name.partition(".")[0] for name in korean_sentences()} == {kind.code for kind in KINDS}


def test_kind_of_an_error_has_its_own_sentence() -> None:
    found = error_sentence(FileUnreadable("no such file", kind="missing"), "ko")
    assert found == "파일을 열 수 없습니다. 이름과 권한을 확인하십시오. (no such file)"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_was_typed_cannot_act(language: str) -> None:
    assert "\x1b" not in error_sentence(
        ItemNotFound("nothing like \x1b[2J {detail}"), "ko" if language == "ko" else "en"
    )
