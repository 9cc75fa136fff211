"""The coverage rule of `make test`: 100 % of the branches in the strict packages, 90 % everywhere.

Where a system package of `.ci/system-packages` is missing, its tests were skipped: the strict packages are then shown
but not held to 100 %.
"""

import shutil
import subprocess
import sys
from pathlib import Path

_EVERYWHERE = 90
_SYSTEM_PACKAGES = Path(__file__).resolve().parent.parent / ".ci/system-packages"


def main() -> int:
    """Print both reports and return 1 when one of them is below its bar."""
    missing = missing_commands()
    if missing:
        print(f"Without {', '.join(missing)} some tests were skipped: the bar of 100 % is not applied.")
    reports = (
        ["--include", sys.argv[1], f"--fail-under={0 if missing else 100}", "--show-missing", "--skip-covered"],
        [f"--fail-under={_EVERYWHERE}", "--format=total"],
    )
    coverage = [sys.executable, "-m", "coverage", "report"]
    codes = [subprocess.run([*coverage, *report], check=False).returncode for report in reports]
    return int(any(codes))


def missing_commands() -> list[str]:
    """Return the commands of the system packages that this machine lacks."""
    lines = [line.split() for line in _SYSTEM_PACKAGES.read_text("utf-8").splitlines()]
    commands = [words[0] for words in lines if words and not words[0].startswith("#")]
    return [command for command in commands if shutil.which(command) is None]


if __name__ == "__main__":
    raise SystemExit(main())
