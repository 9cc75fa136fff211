"""The page about mutation testing adds up; the survivors that it names are those it counts, of code that is there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/mutation.md").read_text("utf-8")
STRICT = ("keys", "credential_schemas", "verifier/checks")
QUOTED = re.compile(r"(to )?`([^`]+)`")
MUTANT = re.compile(r"(?:([\w/]+)\.)?(x[_ǁ]\w+)__mutmut_(\d+)")


def rows(heading: str) -> list[list[str]]:
    _, _, below = PAGE.partition(f"\n| {heading} |")
    table, _, _ = below.partition("\n\n")
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def figures(row: list[str]) -> list[int]:
    """Return the figures of a row: mutants, sentences, run, killed, survived."""
    return [int(re.findall(r"[\d,]+", cell)[0].replace(",", "")) for cell in row[1:]]


def survivors() -> Iterator[tuple[str, str, int]]:
    """Yield module, function and number of every mutant named: `m.f__mutmut_1`, `_3` to `_5`; `g__mutmut_1`."""
    for cell, *_ in rows("Mutant"):
        module = function = ""
        number = 0
        for to, name in QUOTED.findall(cell):
            found = MUTANT.fullmatch(name)
            if found:
                module, function, number = found[1] or module, found[2], int(found[3])
                yield module, function, number
            elif re.fullmatch(r"_\d+", name):
                first, number = number + 1 if to else int(name[1:]), int(name[1:])
                yield from ((module, function, each) for each in range(first, number + 1))
            else:
                module = name


@cache
def functions_of(module: str) -> frozenset[str]:
    """Return how mutmut names the functions of the modules that a name on the page may mean."""
    found = set()
    for path in (each for room in STRICT for each in (ROOT / room).rglob("*.py")):
        place = f"/{path.relative_to(ROOT).with_suffix('')}"
        if not (place.endswith(f"/{module}") or f"/{module}/" in place):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(f"x_{node.name}")
            elif isinstance(node, ast.ClassDef):
                found |= {f"xǁ{node.name}ǁ{each.name}" for each in node.body if hasattr(each, "name")}
    return frozenset(found)


def test_every_part_was_run_whole_and_its_figures_add_up() -> None:
    for name, *figures_of_row in rows("Part"):
        mutants, sentences, run, killed, survived = figures([name, *figures_of_row])
        assert (mutants - sentences, killed + survived) == (run, run), name


def test_the_last_row_is_the_sum_of_the_others() -> None:
    *parts, (name, *_) = rows("Part")
    assert name == "together"
    assert figures(rows("Part")[-1]) == [sum(column) for column in zip(*map(figures, parts), strict=True)]


def test_as_many_survivors_are_explained_as_there_were_and_none_twice() -> None:
    named = sorted(survivors())
    assert [one for one, other in pairwise(named) if one == other] == []
    assert len(named) == figures(rows("Part")[-1])[-1]
    assert [row for row in rows("Mutant") if len(row) != 3 or not all(row)] == []


def test_survivors_are_of_functions_that_are_there() -> None:
    assert [(module, name) for module, name, _ in survivors() if name not in functions_of(module)] == []
