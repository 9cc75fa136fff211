"""The manifest: which file belongs to which application, as a CSV file that the employer's own system wrote.

Rules enforced: UTF-8 with or without a mark, at most 16 MiB; the columns `applicant_no` and `path`, and if wanted
`name` and `birth_date`; other columns are left out and named to the caller; every row has as many cells as the heading,
a number and a path; no path twice; days are days. A mistake is reported with its row, and nothing is checked then.

Source: docs/formats/batch.md
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from keys.values import dataclass
from verifier.batch.limits import MAX_FILES, MAX_MANIFEST_BYTES, MAX_NUMBER_CHARACTERS, MAX_TEXT_CHARACTERS
from verifier.errors import BatchRefused

_REQUIRED: Final = ("applicant_no", "path")
_COLUMNS: Final = (*_REQUIRED, "name", "birth_date")
_DAY: Final = re.compile(r"(\d{4})([-./]?)(\d{2})\2(\d{2})\.?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Application:
    """What the employer knows of an applicant; what is None was not said and is not compared."""

    applicant_no: str
    name: str | None = None
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the path with `/` between its parts, composed (NFC), and its number, the heading is 1."""

    path: str
    application: Application
    number: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest: its rows in order, where it lies, its SHA-256 in hex, and the columns that were left out."""

    rows: tuple[Row, ...]
    folder: Path
    sha256: str
    ignored_columns: tuple[str, ...]


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        BatchRefused: it cannot be read or breaks a rule of this module.
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise BatchRefused("manifest", f"expected a readable manifest, found: {error.strerror}") from error
    if len(data) > MAX_MANIFEST_BYTES:
        raise BatchRefused("manifest", f"expected a manifest of at most {MAX_MANIFEST_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BatchRefused("manifest", "expected the manifest as CSV in UTF-8; save it as 'CSV UTF-8'") from error
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [cell.strip().lower() for cell in next(lines, [])]
        rows = tuple(_rows(lines, heading))
    except csv.Error as error:
        raise BatchRefused("manifest", f"expected CSV in line {lines.line_num} of the manifest: {error}") from error
    ignored = tuple(column for column in heading if column not in _COLUMNS)
    return Manifest(rows, path.parent, hashlib.sha256(data).hexdigest(), ignored)


def normal_path(text: str) -> str:
    """Return a path as it is compared: composed, with `/`, without empty parts and parts that stand for themselves."""
    composed = unicodedata.normalize("NFC", text.replace("\\", "/"))
    parts = [part for part in composed.split("/") if part not in ("", ".")]
    return ("/" if composed.startswith("/") else "") + "/".join(parts)


def _rows(lines: Iterator[list[str]], heading: list[str]) -> Iterator[Row]:
    for column in _REQUIRED:
        if heading.count(column) != 1:
            raise BatchRefused("manifest", f"expected one column {column!r} in the manifest, found {heading}")
    if len(set(heading)) != len(heading):
        raise BatchRefused("manifest", "expected every column of the manifest once, found one twice")
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(heading):
            raise _mistake(number, f"expected {len(heading)} cells, found {len(line)}")
        cells = {column: cell.strip() for column, cell in zip(heading, line, strict=True)}
        row = Row(normal_path(cells["path"]), _application(cells, number), number)
        if row.path in ("", "/") or "\0" in row.path:
            raise _mistake(number, "expected a path, found none")
        if row.path in seen:
            raise _mistake(number, f"expected every path once, found that of row {seen[row.path]} again")
        seen[row.path] = number
        if len(seen) > MAX_FILES:
            raise BatchRefused("manifest", f"expected at most {MAX_FILES} rows in the manifest, found more")
        yield row


def _application(cells: dict[str, str], number: int) -> Application:
    applicant_no = cells["applicant_no"]
    if not 1 <= len(applicant_no) <= MAX_NUMBER_CHARACTERS:
        raise _mistake(number, f"expected an applicant_no of 1 to {MAX_NUMBER_CHARACTERS} characters")
    name = cells.get("name", "")
    if len(name) > MAX_TEXT_CHARACTERS:
        raise _mistake(number, f"expected a name of at most {MAX_TEXT_CHARACTERS} characters")
    return Application(applicant_no, name or None, _day(cells.get("birth_date", ""), number))


def _day(text: str, number: int) -> date | None:
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[3]), int(found[4])) if found else _no_day(number)
    except ValueError as error:
        raise _mistake(number, "expected birth_date to be a day that exists") from error


def _no_day(number: int) -> date:
    raise _mistake(number, "expected birth_date as YYYY-MM-DD, YYYY.MM.DD or YYYYMMDD")


def _mistake(number: int, message: str) -> BatchRefused:
    return BatchRefused("manifest", f"row {number} of the manifest: {message}")
