"""What requirements.lock says of the packages that an installation without extras brings.

pip-compile writes below each package who asked for it (`# via`); from that, and from `dependencies` of pyproject.toml,
follows which of them belong to the programs and which only to their development.
Run as a program it prints their part of the lock, for `pip install --require-hashes -r`.
"""

import re
import tomllib
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PACKAGE = re.compile(r"^([\w.-]+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n((?:    #.*\n)*)", re.MULTILINE)
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of the lock: its version, the SHA-256 of each file it may come as, and who needs it."""

    version: str
    digests: tuple[str, ...]
    needed_by: frozenset[str]


def locked_packages(text: str) -> dict[str, Locked]:
    """Read a lock file of pip-compile."""
    found = {}
    for name, version, hashes, notes in _PACKAGE.findall(text):
        needed_by = frozenset(re.findall(r"#(?: via)?\s+([\w.-]+)", notes.replace("# via\n", "")))
        found[normal(name)] = Locked(
            version, tuple(re.findall("[0-9a-f]{64}", hashes)), frozenset(map(normal, needed_by))
        )
    return found


def shipped_packages(packages: Mapping[str, Locked], dependencies: list[str]) -> dict[str, Locked]:
    """Return the packages that these dependencies bring, those of their dependencies included, by name.

    Raises:
        KeyError: a dependency is not in the lock.
    """
    shipped = {normal(_NAME.match(each)[0]) for each in dependencies}  # type: ignore[index] # each begins with a name
    while more := {name for name, each in packages.items() if each.needed_by & shipped} - shipped:
        shipped |= more
    return {name: packages[name] for name in sorted(shipped)}


def shipped_here() -> dict[str, Locked]:
    """Return the packages that an installation of this project brings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return shipped_packages(locked_packages((ROOT / "requirements.lock").read_text("utf-8")), project["dependencies"])


def lock_text(packages: Mapping[str, Locked]) -> str:
    """Return a lock of these packages alone, in the form that pip reads."""
    lines = []
    for name, each in packages.items():
        hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in each.digests)
        lines.append(f"{name}=={each.version}{hashes}\n")
    return "".join(lines)


def normal(name: str) -> str:
    """Return a package's name in its one form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    ArgumentParser(description=__doc__).parse_args()
    print(lock_text(shipped_here()), end="")
