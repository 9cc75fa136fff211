"""Reading the pages of docs/formats/: their tables, their blocks of code, their words."""

import re
from pathlib import Path

FORMATS = Path(__file__).resolve().parent.parent / "docs/formats"


def page(name: str) -> str:
    """The whole page."""
    return (FORMATS / f"{name}.md").read_text("utf-8")


def words(name: str) -> str:
    """The page in one line, so that a sentence is found wherever its lines break."""
    return " ".join(page(name).split())


def table(name: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a line, row by row, without the two rows of its head."""
    below = page(name).partition(heading)[2]
    rows = re.findall(r"(?:^\|.*\n?)+", below, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def named(cell: str) -> list[str]:
    """What a cell writes as code, `[]` of arrays left out."""
    return [found.removesuffix("[]") for found in re.findall(r"`([^`]+)`", cell)]


def first_column(name: str, heading: str) -> list[str]:
    """Every name in the first column of a table."""
    return [found for row in table(name, heading) for found in named(row[0])]


def block(name: str, heading: str) -> str:
    """The first block of code below a line."""
    return page(name).partition(heading)[2].partition("```")[2].partition("\n")[2].partition("```")[0]
