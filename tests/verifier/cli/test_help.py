"""Help is prepared: it is what the parsers would say, for every command and either option, and for nothing else."""

import argparse
from collections.abc import Iterator

import pytest

from verifier.cli.main import build_parser, main


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from parsers(each)


EVERY = [*parsers(build_parser())]


@pytest.mark.parametrize("parser", EVERY, ids=[each.prog for each in EVERY])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_of_a_command_is_what_its_parser_says(
    parser: argparse.ArgumentParser, option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = parser.format_help()
    monkeypatch.setenv("COLUMNS", "200")  # which help does not follow
    with monkeypatch.context() as without:
        without.delattr(argparse.ArgumentParser, "parse_args")
        assert main([*parser.prog.split()[1:], option]) == 0
    assert capsys.readouterr() == (said, "")


def test_every_command_is_tried() -> None:
    assert len(EVERY) > 20


@pytest.mark.parametrize("words", [["nothing", "--help"], ["", "--help"], ["check\nusage", "--help"], ["=== cb", "-h"]])
def test_help_of_no_command_is_a_mistake(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().out == ""


def test_help_among_other_words_is_given_by_the_parser(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "file.pdf", "--help"]) == 0
    assert main(["check", "--help", "file.pdf"]) == 0
    said = capsys.readouterr().out
    assert said == 2 * next(each.format_help() for each in EVERY if each.prog == "cb-verifier check")
