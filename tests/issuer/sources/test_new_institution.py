"""The worked example of docs/adding.md: a new institution is one adapter file and one data file, and nothing else."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/adding.md").read_text("utf-8")
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
    """The one block of the page in this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The program as it is, but for a folder of adapters and one of deliveries that can be added to."""
    for name in ("keys", "credential_schemas"):
        (tmp_path / name).symlink_to(ROOT / name)
    for folder, own in (("issuer", "sources"), ("examples", "deliveries")):
        (tmp_path / folder).mkdir()
        for each in (ROOT / folder).iterdir():
            if each.name not in {own, "__pycache__"}:
                (tmp_path / folder / each.name).symlink_to(each)
        (tmp_path / folder / own).mkdir()
        for file in (ROOT / folder / own).iterdir():
            if file.is_file():
                (tmp_path / folder / own / file.name).symlink_to(file)
    return tmp_path


def ran(tree: Path, *commands: list[str]) -> list[dict[str, Any]]:
    """What each command answered, all in one program that knows nothing of this one's modules."""
    command = [sys.executable, "-c", RUN, json.dumps(commands)]
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_new_institution_is_one_adapter_file_and_one_data_file(tree: Path) -> None:
    (tree / "issuer/sources/example_college.py").write_text(block("python"), "utf-8")
    (tree / "examples/deliveries/example_college.csv").write_text(block("csv"), "utf-8")
    commands = [line.removeprefix("cb-issuer ").split() for line in block("console").splitlines()]
    first = ["init", "--dev", "--url", "https://bank.example"]
    show = ["accounts", "show", "ACCOUNT"]
    answers = ran(tree, first, *commands, show)
    _, sources, _, delivered, _, shown = answers
    assert [answer["code"] for answer in answers] == [0, 0, 0, 4, 0, 0]
    assert [each["entry_types"] for each in sources["sources"] if each["id"] == "example_college"] == [
        ["school_course"]
    ]
    assert (delivered["new"], delivered["rejected"]) == (1, 1)
    (rejection,) = delivered["files"][0]["rejections"]
    told = f"line {rejection['line']} (item {rejection['item']}), {rejection['field']}: {rejection['problem']}"
    assert f"`{told}`" in PAGE
    assert ("데이터베이스 기초", "example_college") in {(each["title"], each["source"]) for each in shown["entries"]}


def test_the_worked_example_is_written_as_the_house_writes() -> None:
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), "check", "--quiet", "--stdin-filename", "issuer/sources/example_college.py", "-"]
    checked = subprocess.run(command, cwd=ROOT, input=block("python"), capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "")
