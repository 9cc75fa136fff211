"""The worked example of docs/adding.md: a new institution is one adapter file and one data file, and nothing else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/adding.md").read_text("utf-8")
SECTION = PAGE[PAGE.index("## A source\n") : PAGE.index("## A check\n")]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
WITH_THEM = ("sources/test_samples", "sources/test_refusals", "pulling/test_over_http", "pages/test_account_pages")
RUN = """
import contextlib, io, json, sys
from issuer.cli.main import main
account = None
for command in json.loads(sys.argv[1]):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main([word.replace("ACCOUNT", account or "") for word in command] + ["--data", "bank", "--json"])
    document = json.loads(said.getvalue())
    account = document.get("id", account)
    print(json.dumps({"code": code, **document}))
"""


def block(language: str) -> str:
    """The one block of the section in this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program and its tests, with the two files."""
    copy, ignored = tmp_path_factory.mktemp("tree"), shutil.ignore_patterns("__pycache__", "vectors", "corpus")
    for name in ("keys", "credential_schemas", "issuer", "examples", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    (copy / "issuer/sources/example_college.py").write_text(block("python"), "utf-8")
    (copy / "examples/deliveries/example_college.csv").write_text(block("csv"), "utf-8")
    return copy


def ran(tree: Path, *commands: list[str]) -> list[dict[str, Any]]:
    """What each command answered, all in one program that knows nothing of this one's modules."""
    command = [sys.executable, "-c", RUN, json.dumps(commands)]
    done = subprocess.run(command, cwd=tree, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_new_institution_is_one_adapter_file_and_one_data_file(tree: Path) -> None:
    commands = [line.removeprefix("cb-issuer ").split() for line in block("console").splitlines()]
    first = ["init", "--dev", "--url", "https://bank.example"]
    spoiled = tree / "spoiled.csv"
    spoiled.write_text(block("csv").replace("설계,3,Y", "설계,three,Y"), "utf-8")
    last = (["accounts", "show", "ACCOUNT"], ["import", "example_college", str(spoiled)])
    answers = ran(tree, first, *commands, *last)
    _, sources, _, delivered, _, shown, refused = answers
    assert [answer["code"] for answer in answers] == [0, 0, 0, 0, 0, 0, 4]
    (college,) = [each for each in sources["sources"] if each["id"] == "example_college"]
    assert college["entry_types"] == ["school_course"]
    assert (delivered["new"], delivered["rejected"]) == (3, 0)
    found = sorted(each["title"] for each in shown["entries"] if each["source"] == "example_college")
    assert found == ["데이터베이스 기초", "소프트웨어 설계"]
    (rejection,) = refused["files"][0]["rejections"]
    told = f"line {rejection['line']} (item {rejection['item']}), {rejection['field']}: {rejection['problem']}"
    assert f"`{told}`" in SECTION


@pytest.mark.slow
def test_with_its_two_lines_the_tests_of_the_sources_know_the_new_institution(tree: Path) -> None:
    count, row = block("text").splitlines()
    for name, heading, line in (("samples", "COUNTS = {\n", count), ("refusals", "ROWS = [\n", row)):
        file = tree / f"tests/issuer/sources/test_{name}.py"
        file.write_text(file.read_text("utf-8").replace(heading, f"{heading}{line}\n"), "utf-8")
    files = [f"tests/issuer/{name}.py" for name in WITH_THEM]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *files]
    done = subprocess.run(command, cwd=tree, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    listed = subprocess.run([*command, "--collect-only"], cwd=tree, env=ENVIRONMENT, capture_output=True, check=True)
    assert listed.stdout.count(b"[example_college") == 5


def test_the_worked_example_is_written_as_the_house_writes() -> None:
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), "check", "--quiet", "--stdin-filename", "issuer/sources/example_college.py", "-"]
    checked = subprocess.run(command, cwd=ROOT, input=block("python"), capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "")
