"""What the code says to others and no page explains: error slugs, commands, options, headers, media types.

The pages of docs/reference/ and docs/cli.md are generated; these tests read the code in another way than the generators
do, so that a generator that leaves something out is noticed. Settings: tests/test_house.py.
"""

import argparse
import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from issuer.cli.main import build_parser as issuer_parser
from tests.test_house import PACKAGES, ROOT, modules, tree
from verifier.cli.main import build_parser as verifier_parser
from wallet_cli.cli.main import build_parser as wallet_parser

ERRORS = (ROOT / "docs/reference/errors.md").read_text("utf-8")
COMMANDS = (ROOT / "docs/cli.md").read_text("utf-8")
PAGES = "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
BUILDERS = (issuer_parser, verifier_parser, wallet_parser)
OF_STANDARDS = {"application/json", "application/octet-stream", "application/pdf", "application/x-www-form-urlencoded"}
HEADERS_OF_BROWSERS = {"X-Content-Type-Options"}


def texts() -> Iterator[str]:
    """Every plain text in the code of the packages, without what is told about the code."""
    for module in modules(*PACKAGES):
        nodes = list(ast.walk(tree(module)))
        told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                yield node.value


def slugs_of_errors() -> Iterator[tuple[str, str, str]]:
    """The room, the class and the slug of every error that has one of its own."""
    for module in modules(*PACKAGES):
        for kind in (node for node in ast.walk(tree(module)) if isinstance(node, ast.ClassDef)):
            for line in kind.body:
                target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
                value = getattr(line, "value", None)
                if isinstance(target, ast.Name) and target.id == "code" and isinstance(value, ast.Constant):
                    yield module.relative_to(ROOT).parts[0], kind.name, str(value.value)


def test_every_slug_of_an_error_is_on_the_page_of_errors() -> None:
    found = {(name, slug) for _, name, slug in slugs_of_errors()}
    assert len(found) > 200
    assert {each for each in found if f"| `{each[1]}" not in ERRORS} == set()


def test_no_two_errors_of_a_room_have_the_same_slug() -> None:
    counted = Counter((room, slug) for room, _, slug in slugs_of_errors())
    assert {each for each, count in counted.items() if count > 1} == set()


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from commands(inner)


@pytest.mark.parametrize("build", BUILDERS, ids=["cb-issuer", "cb-verifier", "cb-wallet"])
def test_every_command_and_option_says_what_it_is_for(build: Callable[[], argparse.ArgumentParser]) -> None:
    for command in commands(build()):
        assert command.description, command.prog
        runs = not any(isinstance(action, argparse._SubParsersAction) for action in command._actions)
        if runs:
            assert command.epilog, command.prog
            assert f"\n### `{command.prog}`\n" in COMMANDS
        section = COMMANDS.partition(f"\n### `{command.prog}`\n")[2].partition("\n### ")[0]
        for action in command._actions:
            silent = action.help is argparse.SUPPRESS or isinstance(
                action, argparse._HelpAction | argparse._SubParsersAction
            )
            if not silent and runs:
                assert action.help, f"{command.prog} {action.dest}"
                assert all(f"{word}" in section for word in action.option_strings), f"{command.prog} {action.dest}"


def test_every_option_that_a_message_names_exists() -> None:
    known = {
        word
        for build in BUILDERS
        for command in commands(build())
        for each in command._actions
        for word in each.option_strings
    }
    named = {text for text in texts() if re.fullmatch(r"--[a-z][a-z-]+", text)}
    assert len(named) > 100
    assert named - known == set()


def test_every_header_of_our_own_is_explained() -> None:
    found = {name for text in texts() for name in re.findall(r"\b(?:X-[A-Z][A-Za-z-]+[a-z]|Idempotency-Key)\b", text)}
    assert len(found) > 3
    assert {name for name in found - HEADERS_OF_BROWSERS if name not in PAGES} == set()


def test_every_media_type_and_token_type_is_explained() -> None:
    found = {
        kind
        for text in texts()
        for kind in re.findall(r"[a-z][\w.-]*\+(?:jwt|jws|json|sd-jwt)\b|application/[\w.+-]+", text)
    }
    assert len(found) > 25
    assert {kind for kind in found - OF_STANDARDS if kind not in PAGES} == set()
