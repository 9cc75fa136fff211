"""A copy of the project in which a worked example of docs/adding.md is followed to the letter."""

import os
import subprocess
from pathlib import Path

from tests.test_house import ROOT, tracked_files


def copy_into(folder: Path) -> None:
    """Copy every tracked file, as it is now."""
    names = [str(path.relative_to(ROOT)) for path in tracked_files()]
    subprocess.run(["cp", "--parents", "--target-directory", folder, *names], cwd=ROOT, check=True)


def run(folder: Path, *command: str) -> str:
    """Run a step in the copy, whose packages come before those installed here; it must end well."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
