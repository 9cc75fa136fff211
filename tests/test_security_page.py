"""The pages about security name what is there: functions, tests, and tests that notice a missing protection."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.unprotected import REMOVED

ROOT = Path(__file__).resolve().parent.parent
SECURITY = (ROOT / "docs/security.md").read_text("utf-8")
CREDENTIAL = (ROOT / "docs/formats/credential.md").read_text("utf-8")
NAMED = re.compile(r"`([\w/.]+\.py)::(\w+)`")
STEPS = re.findall(r"^\| (\d+) \|.*$", CREDENTIAL, re.MULTILINE)
ROWS = [line for line in SECURITY.splitlines() if re.match(r"\| S\d+ \|", line)]


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("page", [SECURITY, CREDENTIAL], ids=["security.md", "credential.md"])
def test_page_names_only_functions_and_tests_that_are_there(page: str) -> None:
    named = NAMED.findall(page)
    assert len(named) > 25
    assert [f"{path}::{name}" for path, name in named if name not in functions(path)] == []


def test_every_step_of_the_verification_has_its_row() -> None:
    assert [int(step) for step in STEPS] == list(range(30))


def test_every_row_of_a_step_names_a_function_and_a_test() -> None:
    rows = [line for line in CREDENTIAL.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [row for row in rows if len(NAMED.findall(row)) != 2] == []


def test_marked_tests_are_exactly_those_that_are_run_without_their_protection() -> None:
    marked = re.findall(r"● `([^`]+)`", "\n".join(ROWS))
    assert sorted(marked) == sorted(REMOVED)


def test_every_row_names_a_test() -> None:
    assert [row for row in ROWS if not NAMED.findall(row)] == []


@pytest.mark.slow
def test_every_marked_test_fails_when_its_protection_is_taken_away() -> None:
    plugins = ["-p", "tests.unprotected", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--no-header", "--tb=no", "-q", "-rf", *REMOVED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = {line.split()[1].partition("[")[0] for line in run.stdout.splitlines() if line.startswith("FAILED")}
    assert sorted(REMOVED.keys() - failed) == []
