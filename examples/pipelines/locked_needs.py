"""Print what this program needs when it runs, each in its locked version with its hashes, for `pip --require-hashes`.

Run in the folder of pyproject.toml and requirements.lock. The lock file also has what the tests need; which part of it
is needed here says pip itself, in a dry run under the locked versions. Needs nothing but Python and pip.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from argparse import ArgumentParser
from pathlib import Path

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)")


def blocks_of(lock: str) -> dict[str, str]:
    """Return the lines of each package of a lock file, by its normal name."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.splitlines():
        if pinned := _PINNED.match(line):
            name = normal(pinned[1])
            found[name] = ""
        if name and (pinned or line.startswith("    --hash=")):
            found[name] += line + "\n"
    return found


def normal(name: str) -> str:
    """Return the name of a package as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed_names(needs: list[str], blocks: dict[str, str]) -> list[str]:
    """Ask pip what it would install under the locked versions; nothing is installed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "needs.txt").write_text("\n".join(needs) + "\n", "utf-8")
        versions = (block.split(" ", 1)[0].rstrip("\\\n") for block in blocks.values())
        (folder / "versions.txt").write_text("\n".join(versions) + "\n", "utf-8")
        pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--no-cache-dir"]
        files = ["--requirement", str(folder / "needs.txt"), "--constraint", str(folder / "versions.txt")]
        subprocess.run([*pip, *files, "--report", str(folder / "report.json")], check=True, stdout=sys.stderr)
        report = json.loads((folder / "report.json").read_text("utf-8"))
    return [normal(each["metadata"]["name"]) for each in report["install"]]


def main() -> int:
    """Print the part of the lock file that is needed, also for the extras that were named."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("extra", nargs="*", help="extras of pyproject.toml that are wanted, too")
    asked = parser.parse_args().extra
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    extras = [need for extra in asked for need in project["optional-dependencies"][extra]]
    needs = [*project["dependencies"], *extras]
    blocks = blocks_of(Path("requirements.lock").read_text("utf-8"))
    for name in sorted(needed_names(needs, blocks)):
        print(blocks[name], end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
