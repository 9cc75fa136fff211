"""Command lines that cannot be read: every message of the parser in both languages, and nothing typed acts."""

import argparse
import json
import re
from pathlib import Path

import pytest

import credential_schemas
from credential_schemas.usage import Language, language_of_command, usage_sentence

HANGUL = re.compile("[가-힣]")
TEXTS = json.loads(Path(credential_schemas.__file__).with_name("usage.json").read_text("utf-8"))


class Told(Exception):
    pass


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override] # it ends by raising
        raise Told(message)


def message_for(*words: str) -> str:
    parser = Parser(prog="program")
    parser.add_argument("file")
    parser.add_argument("--lang", choices=("ko", "en"))
    parser.add_argument("--days", type=int)
    parser.add_argument("--entry", nargs="+")
    parser.add_argument("--json", action="store_true")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--all", action="store_true")
    either.add_argument("--alone", action="store_true")
    with pytest.raises(Told) as told:
        parser.parse_args(words)
    return str(told.value)


MISTAKES = {
    "missing": (),
    "unknown": ("a", "--nothing"),
    "choice": ("a", "--lang", "fr"),
    "one_value": ("a", "--days"),
    "some_values": ("a", "--entry"),
    "no_value": ("a", "--json=1"),
    "number": ("a", "--days", "ten"),
    "together": ("a", "--all", "--alone"),
    "ambiguous": ("a", "--al"),
}


@pytest.mark.parametrize("name", sorted(MISTAKES))
@pytest.mark.parametrize("language", ["ko", "en"])
def test_each_mistake_has_its_own_sentence(name: str, language: Language) -> None:
    said = usage_sentence(message_for(*MISTAKES[name]), language, program="program check")
    beginning = TEXTS["sentences"][name][language].partition("{")[0]
    assert said.startswith(beginning)
    assert said.endswith("program check --help")
    assert bool(HANGUL.search(said)) is (language == "ko")


def test_every_sentence_is_tried() -> None:
    assert {name for name, _ in TEXTS["messages"]} == MISTAKES.keys()
    assert TEXTS["sentences"].keys() == {*MISTAKES, "other", "help"}


def test_a_choice_names_what_was_found_and_what_can_be() -> None:
    said = usage_sentence(message_for(*MISTAKES["choice"]), "ko", program="program")
    assert "--lang에는 'fr'을(를)" in said
    assert "'ko', 'en'" in said


def test_one_of_several_that_is_missing_is_told() -> None:
    said = usage_sentence("one of the arguments --all --alone is required", "en", program="program")
    assert said == "something needed is missing: --all --alone. See program --help"


def test_message_of_another_form_is_the_detail_of_a_general_sentence() -> None:
    said = usage_sentence("argument --as-of: expected a day", "ko", program="program")
    assert said == "명령을 이해하지 못했습니다 (argument --as-of: expected a day). 쓰는 법: program --help"


def test_what_was_typed_stays_literal_and_cannot_act() -> None:
    said = usage_sentence("unrecognized arguments: \x1b[2J\n{0} {found} \u202e", "en", program="program")
    told = usage_sentence("unrecognized arguments: x", "en", program="program").partition("x")[0]
    assert said.startswith(f"{told}<U+001B>[2J<U+000A>{{0}} {{found}} <U+202E>")


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "ko_KR.UTF-8"}, "ko"),
        ([], {"LC_ALL": "", "LC_MESSAGES": "ko", "LANG": "C"}, "ko"),
        ([], {"LC_ALL": "C", "LANG": "ko_KR.UTF-8"}, "en"),
        (["--lang", "ko"], {"LC_ALL": "C"}, "ko"),
        (["--lang=en"], {"LANG": "ko_KR.UTF-8"}, "en"),
        (["--lang=ko"], {"LANG": "C"}, "ko"),
        (["--lang=x=ko"], {"LANG": "ko_KR.UTF-8"}, "en"),
        (["check", "--lang"], {"LANG": "KO_kr"}, "ko"),
        (["--lang", "fr"], {"LANG": "ko_KR.UTF-8"}, "en"),
    ],
)
def test_language_is_that_of_the_option_else_of_the_locale(
    words: list[str], environment: dict[str, str], language: Language
) -> None:
    assert language_of_command(words, environment) == language
