"""Reading of the reference tables in `catalogue/`: UTF-8 CSV with a header line, perhaps after one comment line."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "catalogue"


def rows(file_name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table as text by column name; an empty cell is an empty text."""
    text = (_FOLDER / file_name).read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
