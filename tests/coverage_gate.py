"""The coverage rule of `make test`: every line and branch of the strict packages, 90 % of each package.

Reads what `tests/measuring.py` wrote. A module that no test imports is an error in any package. Where a system package
of `.ci/system-packages` is missing, its tests were skipped: the strict packages are then shown but not held to 100 %.
"""

import json
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import slipcover

from tests.measuring import PACKAGES, RESULTS, ROOT

_EVERYWHERE = 90.0
_SYSTEM_PACKAGES = ROOT / ".ci/system-packages"


def main(strict: str) -> int:
    """Print what no test reaches in the `strict` files (patterns, commas between), and each package; 1 below a bar."""
    files = joined(sorted(RESULTS.glob("*.json")))
    skipped = missing_commands()
    if skipped:
        print(f"Without {', '.join(skipped)} some tests were skipped: the bar of 100 % is not applied.")
    gaps = [line for name in files if _among(name, strict) for line in gaps_of(name, files[name])]
    unseen = never_imported(files)
    for line in [*gaps, *(f"{name}: no test imports it" for name in unseen)]:
        print(line)
    low = 0
    for package in PACKAGES:
        percent = reached([file for name, file in files.items() if name.startswith(f"{package}/")])
        low += percent < _EVERYWHERE
        print(f"{package}: {percent:.1f} % of lines and branches")
    return int(bool((gaps and not skipped) or unseen or low))


def joined(results: list[Path]) -> dict[str, dict[str, Any]]:
    """Return for each file of the project the lines and branches that some process reached, and those that none did."""
    if not results:
        raise SystemExit(f"nothing was measured: {RESULTS} is empty")
    whole = json.loads(results[0].read_text("utf-8"))
    for result in results[1:]:
        whole = slipcover.merge_coverage(whole, json.loads(result.read_text("utf-8")))
    return dict(sorted(whole["files"].items()))


def gaps_of(name: str, file: dict[str, Any]) -> list[str]:
    """Return one line that names what was not reached in `file`, or none."""
    lines = ", ".join(str(line) for line in file["missing_lines"])
    branches = ", ".join(f"{start}->{end or 'end'}" for start, end in file["missing_branches"])
    return [f"{name}: lines {lines or 'none'}; branches {branches or 'none'}"] if lines or branches else []


def never_imported(files: dict[str, dict[str, Any]]) -> list[str]:
    """Return the modules that no test imported and that hold more than nothing."""
    modules = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.stat().st_size)
    return sorted({str(path.relative_to(ROOT)) for path in modules} - set(files))


def reached(files: list[dict[str, Any]]) -> float:
    """Return how much of the lines and branches of `files` was reached, in percent."""
    done = sum(len(file["executed_lines"]) + len(file["executed_branches"]) for file in files)
    left = sum(len(file["missing_lines"]) + len(file["missing_branches"]) for file in files)
    return 100 * done / max(1, done + left)


def missing_commands() -> list[str]:
    """Return the commands of the system packages that this machine lacks."""
    lines = [line.split() for line in _SYSTEM_PACKAGES.read_text("utf-8").splitlines()]
    commands = [words[0] for words in lines if words and not words[0].startswith("#")]
    return [command for command in commands if shutil.which(command) is None]


def _among(name: str, patterns: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns.split(","))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
