"""Write the results: JSON Lines as they are, or their flat form as CSV, Parquet or XLSX; the same bytes every time.

Cells of a CSV file are for people with a spreadsheet: a text that a spreadsheet would take for a formula gets an
apostrophe before it, and characters that act or cannot be seen are written out. XLSX cells are stored as text, which no
program computes. Parquet is for programs and keeps every value as it is.

Source: S21 of docs/security.md; docs/formats/batch.md
"""

import csv
import io
import json
import zipfile
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from verifier.batch.rows import COLUMNS, Cell, row_of
from verifier.errors import BatchRefused
from verifier.rendering.plain_text import harmless

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
_ROWS_AT_ONCE: Final = 1000
_MAX_CELL: Final = 32_000  # characters; Excel takes 32,767
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_CORE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties xmlns:cp='
    '"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)


class ResultsWriter(AbstractContextManager["ResultsWriter"]):
    """Writes one output file; `write` takes every result in order."""

    def __init__(self, path: Path) -> None:
        self._held = ExitStack()
        self._path = path

    @abstractmethod
    def write(self, text: bytes) -> None:
        """Take the next result: its line with the break."""

    def finish(self) -> None:
        """Complete the file, after the last result."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._held.close()


class JsonLines(ResultsWriter):
    """The lines themselves."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._file = self._held.enter_context(path.open("wb"))

    def write(self, text: bytes) -> None:
        """Take the next result."""
        self._file.write(text)


class CsvTable(ResultsWriter):
    """CSV in UTF-8 with a mark, so that Korean programs read it right; RFC 4180."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._rows = csv.writer(self._held.enter_context(path.open("w", encoding="utf-8-sig", newline="")))
        self._rows.writerow(COLUMNS)

    def write(self, text: bytes) -> None:
        """Take the next result."""
        self._rows.writerow([_csv_cell(cell) for cell in row_of(json.loads(text)).values()])


class ParquetTable(ResultsWriter):
    """Apache Parquet with the columns as they are."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        import pyarrow as pa
        from pyarrow import parquet

        kinds = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}
        self._schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
        self._table: Any = pa.Table
        self._writer: Any = self._held.enter_context(parquet.ParquetWriter(path, self._schema))
        self._rows: list[dict[str, Cell]] = []

    def write(self, text: bytes) -> None:
        """Take the next result."""
        self._rows.append(row_of(json.loads(text)))
        if len(self._rows) == _ROWS_AT_ONCE:
            self._write_rows()

    def finish(self) -> None:
        """Write the rest."""
        self._write_rows()

    def _write_rows(self) -> None:
        self._writer.write_table(self._table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


class XlsxTable(ResultsWriter):
    """A workbook with one sheet."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell

        self._book = Workbook(write_only=True)
        self._cell = WriteOnlyCell
        self._sheet: WriteOnlyWorksheet = self._book.create_sheet("results")
        self._sheet.freeze_panes = "C2"
        self._held.callback(self._close_sheet)
        self._sheet.append(list(COLUMNS))

    def write(self, text: bytes) -> None:
        """Take the next result."""
        self._sheet.append([self._xlsx_cell(cell) for cell in row_of(json.loads(text)).values()])

    def finish(self) -> None:
        """Write the file, without the times at which its parts were made."""
        made = io.BytesIO()
        self._book.save(made)
        with zipfile.ZipFile(made) as parts, zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED) as file:
            for name in sorted(parts.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
                data = _CORE.encode() if name == "docProps/core.xml" else parts.read(name)
                info = zipfile.ZipInfo(name, _ZIP_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                file.writestr(info, data)

    def _close_sheet(self) -> None:
        if not self._sheet.closed:
            self._sheet.close()

    def _xlsx_cell(self, value: Cell) -> object:
        if not isinstance(value, str):
            return value
        cell = self._cell(self._sheet, value="")
        cell.value = _shortened(harmless(value))
        cell.data_type = "s"  # text, whatever it begins with
        return cell


FORMATS: Final[Mapping[str, type[ResultsWriter]]] = {
    ".jsonl": JsonLines,
    ".csv": CsvTable,
    ".parquet": ParquetTable,
    ".xlsx": XlsxTable,
}
"""The writer for each ending of an output's name."""


def require_libraries(ending: str) -> None:
    """Say now, and not after hours, that what a format needs is not installed.

    Raises:
        BatchRefused: it is not.
    """
    if ending == ".parquet" and find_spec("pyarrow") is None:
        raise BatchRefused("extra", "expected the extra 'batch' for Parquet: pip install 'competency-bank[batch]'")


def _csv_cell(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    text = harmless(value)
    return f"'{text}" if value[:1] in _FORMULA_STARTS or text.lstrip()[:1] in _FORMULA_STARTS else text


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_CELL else text[:_MAX_CELL] + " …"
