"""The page about the law: no requirement without a test that carries its id, no test named that is not there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/law.md").read_text("utf-8")
ROW = re.compile(r"^\| (LR-\d{2}) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/.]+\.py)::(\w+)`")
IDS = [f"LR-{number:02}" for number in range(1, 25)]


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_has_one_row_that_says_what_is_done() -> None:
    assert [row[0] for row in ROW.findall(PAGE)] == IDS
    assert [row[0] for row in ROW.findall(PAGE) if not all(cell.strip() for cell in row)] == []


def test_every_requirement_has_a_test_with_its_id_in_the_name() -> None:
    without = [
        row[0]
        for row in ROW.findall(PAGE)
        if not any(row[0].lower().replace("-", "_") in name for _, name in NAMED.findall(row[3]))
    ]
    assert without == []


def test_every_test_that_is_named_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > len(IDS)
    assert [f"{path}::{name}" for path, name in named if name not in functions_of(path)] == []
    assert [path for path, _ in named if not path.startswith("tests/")] == []
