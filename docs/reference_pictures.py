"""The pictures of docs/architecture.md: the floors from the import contracts, a certificate's way from the page's text.

They bring their own ground and their own dark form, so that they are readable wherever they are shown.
"""

import importlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
_WIDTH = 760
_STYLE = """<style>
.ground{fill:#fff}.box{fill:#f2f6fc;stroke:#9db4d6}.word{fill:#16202e}.small{fill:#4a5a70}.line{stroke:#5b7aa8;fill:none}.tip{fill:#5b7aa8}
text{font-family:system-ui,"Noto Sans KR",sans-serif;font-size:13px}
.word{font-weight:600;font-size:14px}
.mono{font-family:ui-monospace,monospace;font-size:12px}
@media (prefers-color-scheme:dark){.ground{fill:#14181f}.box{fill:#1e2632;stroke:#4a5f80}.word{fill:#eef2f8}
.small{fill:#b4c0d2}.line{stroke:#7f9cc8}.tip{fill:#7f9cc8}}
</style>"""
_STEP = re.compile(
    r"^(?P<deep> {7})?\s*(?:-> )?(?P<what>.+?)(?:\s{2,}(?P<place>[\w.<>/]+/[\w.<>/]*))?(?:\s{2,}(?P<note>.+))?$"
)


def floors_picture() -> str:
    """Return the floors: packages, what they are for, and the libraries that enter by a door of theirs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (floors,) = [each["layers"] for each in contracts if each["id"] == "floors"]
    doors = _doors(contracts)
    parts, top = [], 16
    for number, floor in enumerate(floors):
        packages = floor.split(" | ")
        width = (_WIDTH - 16 * (len(packages) + 1)) // len(packages)
        lines = {
            package: _wrapped(f"Doors: {', '.join(sorted(doors.get(package, ()), key=str.lower))}.", (width - 24) // 7)
            for package in packages
        }
        about = {package: _wrapped(_about(package), (width - 24) // 7) for package in packages}
        height = 44 + 17 * max(len(lines[each]) + len(about[each]) for each in packages)
        for column, package in enumerate(packages):
            left = 16 + column * (width + 16)
            parts.append(f'<rect class="box" x="{left}" y="{top}" width="{width}" height="{height}" rx="6"/>')
            parts.append(f'<text class="word" x="{left + 12}" y="{top + 24}">{package}</text>')
            for row, line in enumerate([*about[package], *lines[package]]):
                parts.append(f'<text class="small" x="{left + 12}" y="{top + 46 + 17 * row}">{escape(line)}</text>')
            if number + 1 < len(floors):
                parts.append(_arrow(left + width // 2, top + height, 30))
        top += height + 34
    return picture(top - 18, "Five packages on three floors; an import only goes down", parts)


def way_picture() -> str:
    """Return the way of a certificate, step by step, as the page's own text block has it."""
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    block = page.partition("## The way of a certificate\n")[2].partition("```\n")[2].partition("```")[0]
    bank, verifier = ([_step(line) for line in part.splitlines()] for part in block.strip("\n").split("\n\n"))
    parts: list[str] = []
    top = _group(parts, 16, heading="issuer: the bank", steps=bank)
    parts.append(_arrow(60, top - 14, 44))
    handed = "PDF, paper, code or credential, by whatever way the holder likes"
    parts.append(f'<text class="small" x="76" y="{top + 12}">{handed}</text>')
    top = _group(parts, top + 34, heading="verifier: whoever checks", steps=verifier)
    return picture(top - 8, "The way of a certificate from a delivery to a Report", parts)


@dataclass(frozen=True, slots=True)
class _Step:
    what: str
    place: str
    note: str
    deep: bool


def _step(line: str) -> _Step:
    found = _STEP.match(line)
    if found is None:
        message = f"expected a step of the way, found {line!r}"
        raise ValueError(message)
    return _Step(found["what"], found["place"] or "", found["note"] or "", found["deep"] is not None)


def _group(parts: list[str], top: int, *, heading: str, steps: Sequence[_Step]) -> int:
    """Draw one room's steps below each other; return where the next thing may begin."""
    height = 38 + sum(_height(step) for step in steps)
    parts.append(f'<rect class="box" x="16" y="{top}" width="{_WIDTH - 32}" height="{height}" rx="6"/>')
    parts.append(f'<text class="small" x="30" y="{top + 22}">{escape(heading)}</text>')
    line = top + 34
    for number, step in enumerate(steps):
        left = 70 if step.deep else 48
        if not step.deep:
            parts.append(f'<circle class="tip" cx="34" cy="{line + 9}" r="4"/>')
        if number + 1 < len(steps):
            parts.append(f'<path class="line" d="M34 {line + 9}v{_height(step)}"/>')
        parts.append(f'<text class="word" x="{left}" y="{line + 14}">{escape(step.what)}</text>')
        parts.append(
            f'<text class="small mono" text-anchor="end" x="{_WIDTH - 30}" y="{line + 14}">{escape(step.place)}</text>'
        )
        for row, text in enumerate(_wrapped(step.note, 96)):
            parts.append(f'<text class="small" x="{left}" y="{line + 32 + 17 * row}">{escape(text)}</text>')
        line += _height(step)
    return top + height + 16


def _height(step: _Step) -> int:
    return 26 + 17 * len(_wrapped(step.note, 96))


def _doors(contracts: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return the libraries by the package that alone may import them."""
    doors: dict[str, set[str]] = {}
    for each in contracts:
        for importer in each.get("allowed_importers", ()) if each["type"] == "protected" else ():
            doors.setdefault(importer.partition(".")[0], set()).update(each["protected_modules"])
    return doors


def _about(package: str) -> str:
    return (importlib.import_module(package).__doc__ or "").strip().partition("\n")[0]


def _wrapped(text: str, characters: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= characters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _arrow(x: int, y: int, length: int) -> str:
    return f'<path class="line" d="M{x} {y}v{length - 6}"/><path class="tip" d="M{x - 5} {y + length - 8}h10l-5 8z"/>'


def picture(height: int, title: str, parts: Sequence[str]) -> str:
    """Return a picture of this height, with its ground, its title and what all pictures share."""
    ground = f'<rect class="ground" width="{_WIDTH}" height="{height}" rx="8"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t">\n'
        f'<title id="t">{escape(title)}</title>\n{_STYLE}\n{ground}\n' + "\n".join(parts) + "\n</svg>\n"
    )
