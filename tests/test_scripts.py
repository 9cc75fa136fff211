"""Every script that is not one of the programs says what it does and does nothing else when it is asked for help."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_house import ROOT, tracked_files

FOLDERS = {"benchmarks", "docs", "examples"}
OTHERS = [path for path in tracked_files() if path.relative_to(ROOT).parts[0] in FOLDERS]
PYTHON = [path for path in OTHERS if path.suffix == ".py" and "\nif __name__ ==" in path.read_text("utf-8")]
SHELL = [path for path in OTHERS if path.suffix == ".sh"]

pytestmark = pytest.mark.slow


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def run(*command: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, input="")


def test_there_are_scripts_to_ask() -> None:
    assert len(PYTHON) > 20
    assert len(SHELL) > 1


@pytest.mark.parametrize("script", PYTHON, ids=named)
def test_script_asked_for_help_says_how_it_is_called_and_writes_nothing(script: Path, tmp_path: Path) -> None:
    told = run(sys.executable, script, "--help", folder=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("usage: ")
    about = script.read_text("utf-8").partition('"""')[2].partition(".")[0]
    assert " ".join(about.split()) in " ".join(told.stdout.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", SHELL, ids=named)
def test_shell_script_asked_for_help_says_how_it_is_called(script: Path, tmp_path: Path) -> None:
    told = run("sh", script, "--help", folder=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"  {script.name} " in told.stdout
