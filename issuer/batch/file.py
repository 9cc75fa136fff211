"""The file of a batch: a CSV in UTF-8 with a heading, one certificate a row.

The file as a whole is looked through before anything is issued; then it is read again row by row, so that its length
costs no memory. A row that cannot be used is an outcome of its own, and no value of it is repeated.

Columns, in any order: `account` and `entries` are required, `kind`, `language`, `edition`, `purpose`, `recipient`,
`applicant_no`, `hide` and `valid_days` may be absent. `entries` and `hide` hold several values with semicolons between
them; a value of `entries` is the id of an entry, the name of an entry type, or `all`. An empty cell is the default of
`cb-issuer issue`.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from credential_schemas.certificate_claims import Edition
from credential_schemas.certificate_kinds import certificate_kinds
from credential_schemas.entry_types import entry_types
from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import check_text
from credential_schemas.wording.model import Language
from issuer.accounts.selection import Choice
from issuer.batch.errors import BatchFileInvalid, RowInvalid
from issuer.errors import FileUnreadable
from issuer.issuing.claims import DEFAULT_PURPOSE, DEFAULT_VALID_DAYS, IssueRequest
from issuer.sources.rows import holds_resident_number

T = TypeVar("T")
MAX_ROWS: Final = 1_000_000
MAX_LINE_BYTES: Final = 64 * 1024
MAX_CELL: Final = 4096
EVERYTHING: Final = "all"
REQUIRED: Final = ("account", "entries")
COLUMNS: Final = (
    *REQUIRED, "kind", "language", "edition", "purpose", "recipient", "applicant_no", "hide", "valid_days",
)  # fmt: skip
_LANGUAGES: Final[dict[str, Language]] = {"ko": "ko", "en": "en"}
_EDITIONS: Final[dict[str, Edition]] = {"": "standard", "standard": "standard", "blind": "blind"}
_DAYS: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_WHOLE_ROW: Final = "-"


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file that can be read to its end: its columns, how many rows it has, and the hash of its bytes (SHA-256)."""

    path: Path
    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BatchDefaults:
    """What holds for every row: the language where none is named, and the content of a consent file, if any."""

    language: Language
    consent: bytes | None = None


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row, counted from 1 without the heading: what to issue, or why it cannot be used."""

    number: int
    cells: tuple[str, ...]
    request: IssueRequest | RowInvalid


def look_through(path: Path, *, max_rows: int = MAX_ROWS) -> BatchFile:
    """Check that a file is one of a batch: UTF-8, known columns, quotation marks that fit, at least one row.

    Raises:
        FileUnreadable: it cannot be opened.
        BatchFileInvalid: it is none; says line (from 1, the heading's) and column (a name, a place or `-`).
    """
    digest = hashlib.sha256()
    with _opened(path) as file:
        lines = _Lines(file, path.name, digest.update)
        columns = tuple(next(lines, []))
        _check_heading(lines, columns)
        rows = 0
        for _ in lines:
            rows += 1
            if rows > max_rows:
                raise lines.refusal(f"the file has more than {max_rows} rows")
        if not rows:
            raise lines.refusal("the file has no rows")
    return BatchFile(path, columns, rows, digest.hexdigest())


def read_rows(file: BatchFile, defaults: BatchDefaults) -> Iterator[BatchRow]:
    """Yield the rows of a file that was looked through.

    Raises:
        FileUnreadable, BatchFileInvalid: it was changed meanwhile.
    """
    with _opened(file.path) as opened:
        lines = _Lines(opened, file.path.name, lambda _: None)
        next(lines, None)
        for number, cells in enumerate(lines, 1):
            yield BatchRow(number, tuple(cells), _request(cells, file.columns, lines.line, defaults))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=str(path)) from error


class _Lines(Iterator[list[str]]):
    """The cells of each line that is not empty, stripped; `line` is the one it begins on."""

    def __init__(self, file: BinaryIO, name: str, seen: Callable[[bytes], None]) -> None:
        self._file, self._name, self._seen = file, name, seen
        self._read = 0
        self._reader = csv.reader(self._texts(), strict=True)
        self.line = 1

    def __next__(self) -> list[str]:
        while True:
            self.line = self._read + 1
            try:
                cells = next(self._reader)
            except csv.Error:
                raise self.refusal("the quotation marks of a cell do not fit, or it is too long") from None
            if cells:
                return [cell.strip() for cell in cells]

    def refusal(self, problem: str, column: str = _WHOLE_ROW) -> BatchFileInvalid:
        return BatchFileInvalid(problem, file=self._name, line=self.line, column=column)

    def _texts(self) -> Iterator[str]:
        while line := self._line():
            self._seen(line)
            self._read += 1
            try:
                yield line.decode("utf-8-sig" if self._read == 1 else "utf-8")
            except UnicodeDecodeError:
                self.line = self._read
                raise self.refusal("expected UTF-8") from None

    def _line(self) -> bytes:
        try:
            line = self._file.readline(MAX_LINE_BYTES + 1)
        except OSError as error:
            raise FileUnreadable(error.strerror or "unknown reason", file=self._name) from error
        if len(line) > MAX_LINE_BYTES:
            self.line = self._read + 1
            raise self.refusal(f"the line has more than {MAX_LINE_BYTES} bytes")
        return line


def _check_heading(lines: _Lines, columns: tuple[str, ...]) -> None:
    for place, name in enumerate(columns, 1):
        if name not in COLUMNS:
            raise lines.refusal(f"expected one of {', '.join(COLUMNS)}", str(place))
        if columns.index(name) != place - 1:
            raise lines.refusal("there are two columns with this name", name)
    for name in REQUIRED:
        if name not in columns:
            raise lines.refusal("this column is missing", name)


def _request(
    cells: list[str], columns: tuple[str, ...], line: int, defaults: BatchDefaults
) -> IssueRequest | RowInvalid:
    try:
        if len(cells) != len(columns):
            raise _CellFault(_WHOLE_ROW, f"expected {len(columns)} cells, found {len(cells)}")
        return _request_of(_Cells(dict(zip(columns, cells, strict=True))), defaults)
    except _CellFault as fault:
        return RowInvalid(fault.problem, line=line, column=fault.column)


def _request_of(cells: "_Cells", defaults: BatchDefaults) -> IssueRequest:
    cells.check()
    entries = cells.several("entries")
    if not entries:
        raise _CellFault("entries", f"expected ids of entries, names of entry types, or {EVERYTHING}")
    language = cells.one_of("language", {"": defaults.language, **_LANGUAGES})
    days = cells.text("valid_days")
    if days is not None and not _DAYS.fullmatch(days):
        raise _CellFault("valid_days", "expected a number of days")
    types, named = entry_types(), [each for each in entries if each != EVERYTHING]
    return IssueRequest(
        account_id=cells.needed("account"),
        choice=Choice(
            entries=tuple(each for each in named if each not in types),
            types=tuple(each for each in named if each in types),
            everything=EVERYTHING in entries,
            hide=cells.several("hide"),
            kind=cells.one_of("kind", {"": "competency", **{kind: kind for kind in certificate_kinds()}}),
            edition=cells.one_of("edition", _EDITIONS),
        ),
        language=language,
        purpose=cells.printed("purpose") or DEFAULT_PURPOSE[language],
        recipient=cells.printed("recipient"),
        applicant_no=cells.printed("applicant_no"),
        valid_days=int(days or DEFAULT_VALID_DAYS),
        consent=defaults.consent,
    )


class _CellFault(Exception):
    """One cell cannot be used; `problem` says what was expected, never the value."""

    def __init__(self, column: str, problem: str) -> None:
        super().__init__(column, problem)
        self.column, self.problem = column, problem


class _Cells:
    def __init__(self, cells: dict[str, str]) -> None:
        self._cells = cells

    def check(self) -> None:
        for name, cell in self._cells.items():
            if holds_resident_number(cell):
                raise _CellFault(_WHOLE_ROW, "expected no resident registration number anywhere in the row")
            if len(cell) > MAX_CELL:
                raise _CellFault(name, f"expected at most {MAX_CELL} characters")
            if _CONTROL.search(cell):
                raise _CellFault(name, "expected no line break or control character in a cell")

    def text(self, name: str) -> str | None:
        return self._cells.get(name) or None

    def needed(self, name: str) -> str:
        text = self.text(name)
        if text is None:
            raise _CellFault(name, "expected a value")
        return text

    def several(self, name: str) -> tuple[str, ...]:
        return tuple(part for each in self._cells.get(name, "").split(";") if (part := each.strip()))

    def one_of(self, name: str, values: Mapping[str, T]) -> T:
        cell = self._cells.get(name, "")
        if cell not in values:
            raise _CellFault(name, f"expected one of {', '.join(filter(None, values))}")
        return values[cell]

    def printed(self, name: str) -> str | None:
        text = self.text(name)
        try:
            return None if text is None else check_text(text, path=name)
        except EntryTypeError:
            raise _CellFault(name, "expected a text that can be printed on a certificate") from None
