"""The demo is the whole way of a certificate; it must end as its story says, in another folder and without network."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_demo_ends_as_its_story_says(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, ROOT / "examples/demo.py", tmp_path / "demo"], capture_output=True, text=True, check=False
    )
    surprises = [line for line in told.stdout.splitlines() if "!!" in line]
    assert "Every step ended as it must." in told.stdout, (surprises, told.stdout[-2000:], told.stderr[-2000:])
    assert told.returncode == 0
    assert told.stdout.count(" VALID ") == 7
    assert told.stdout.count(" INVALID ") == 4
    assert told.stdout.count(" INDETERMINATE ") == 1
