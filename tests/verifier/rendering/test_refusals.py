"""The sentence of a command that cannot be carried out, in both languages."""

import re
from pathlib import Path

import pytest

import verifier
from verifier.errors import OptionError
from verifier.rendering.refusals import sentence_of

ROOT = Path(verifier.__file__).parent
OPTION = re.compile(r'OptionError\(\s*"([^"]*)",\s*kind="([a-z_]+)"')
KINDS = {kind: text for file in ROOT.rglob("*.py") for text, kind in OPTION.findall(file.read_text("utf-8"))}
HANGUL = re.compile("[가-힣]")


def test_options_that_do_not_fit_have_kinds() -> None:
    assert KINDS.keys() >= {"receipt_alone", "nothing", "code_offline"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_sentence_in_both_languages(kind: str) -> None:
    error = OptionError(KINDS[kind], kind=kind)
    assert sentence_of(error, "en") == KINDS[kind]
    assert HANGUL.search(sentence_of(error, "ko"))


def test_an_error_without_a_sentence_of_its_own_says_what_was_expected() -> None:
    assert sentence_of(OptionError("expected \x1b[2J a number"), "ko") == "expected <U+001B>[2J a number"
