"""What is in a backup: lines of JSON under `keys.sealed_stream`, in this order.

A heading (whose bank, when, which schema); each file of the data directory that cannot be made again; for each table
its columns and then its rows; and at the end how many there were of each. Bytes are `{"b": base64}`. Nothing of it is
believed before the end was read.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from issuer.backup.errors import BackupUnreadable
from issuer.store.copying import Value
from keys.errors import SealedFileError
from keys.sealed_stream import open_stream

FORMAT: Final = 1
_MAX_LINE_BYTES: Final = 64 * 1024 * 1024
_MAX_DEPTH: Final = 4
_NOT_ONE: Final = "it is not in the form of a backup"


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose bank, when (UTC in ISO 8601), under which schema, and how long log and audit trail were."""

    issuer: str
    made_at: str
    schema: str
    log_size: int
    audit_size: int


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of the data directory: its path there, with slashes, and what is in it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class TableBegin:
    """Name and columns of the table whose rows follow."""

    name: str
    columns: tuple[str, ...]


Part = KeptFile | TableBegin | tuple[Value, ...]


def heading_line(heading: Heading) -> bytes:
    """Return the first line."""
    return _line({"backup": FORMAT, **{name: getattr(heading, name) for name in Heading.__slots__}})


def file_line(file: KeptFile) -> bytes:
    """Return the line of a file."""
    return _line({"file": file.name, "content": _encoded(file.content)})


def table_line(table: TableBegin) -> bytes:
    """Return the line before the rows of a table."""
    return _line({"table": table.name, "columns": list(table.columns)})


def row_line(row: Iterable[Value]) -> bytes:
    """Return the line of a row."""
    return _line([_encoded(value) for value in row])


def end_line(files: int, rows: Mapping[str, int]) -> bytes:
    """Return the last line."""
    return _line({"end": FORMAT, "files": files, "rows": dict(rows)})


class BackupReader:
    """Reads one backup; the parts are whole and in order only once `parts` has ended."""

    def __init__(self, source: BinaryIO, name: str, *, passphrase: str) -> None:
        """Read the heading.

        Raises:
            BackupUnreadable: it is no backup, or the passphrase does not open it.
        """
        self._name = name
        self._lines = self._checked(_whole_lines(open_stream(source, passphrase=passphrase), self._refuse))
        self.heading = self._heading(next(self._lines, None))
        self.files = 0
        self.rows: dict[str, int] = {}

    def parts(self) -> Iterator[Part]:
        """Yield files, tables and rows.

        Raises:
            BackupUnreadable: it was changed, or its end is missing.
        """
        table: TableBegin | None = None
        for line in self._lines:
            if isinstance(line, list):
                if table is None or len(line) != len(table.columns):
                    raise self._refuse(_NOT_ONE)
                self.rows[table.name] += 1
                yield tuple(self._value(each) for each in line)
            elif "end" in line:
                if line != {"end": FORMAT, "files": self.files, "rows": self.rows} or next(self._lines, None):
                    raise self._refuse("it is not whole")
                return
            elif "table" in line:
                table = TableBegin(str(line["table"]), tuple(map(str, line.get("columns", ()))))
                self.rows[table.name] = 0
                yield table
            else:
                self.files += 1
                yield self._file(line)
        raise self._refuse("it is not whole")

    def _file(self, line: dict[str, Any]) -> KeptFile:
        name, content = line.get("file"), self._value(line.get("content"))
        if not isinstance(name, str) or not isinstance(content, bytes) or not is_kept_name(name):
            raise self._refuse(_NOT_ONE)
        return KeptFile(name, content)

    def _heading(self, line: Any) -> Heading:  # noqa: ANN401 - decoded JSON
        if not isinstance(line, dict) or line.pop("backup", None) != FORMAT:
            raise self._refuse(_NOT_ONE)
        try:
            heading = Heading(**line)
        except TypeError:
            raise self._refuse(_NOT_ONE) from None
        texts = (heading.issuer, heading.made_at, heading.schema)
        if not all(isinstance(each, str) for each in texts):
            raise self._refuse(_NOT_ONE)
        return heading

    def _value(self, value: Any) -> Value:  # noqa: ANN401 - decoded JSON
        if value is None or isinstance(value, str | int):
            return value
        try:
            return base64.b64decode(value["b"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            raise self._refuse(_NOT_ONE) from None

    def _checked(self, lines: Iterator[bytes]) -> Iterator[Any]:
        try:
            for line in lines:
                decoded = json.loads(line)
                if not isinstance(decoded, list | dict):
                    raise self._refuse(_NOT_ONE)
                yield decoded
        except ValueError:
            raise self._refuse(_NOT_ONE) from None
        except SealedFileError as error:
            raise self._refuse(str(error)) from error

    def _refuse(self, problem: str) -> BackupUnreadable:
        return BackupUnreadable(problem, file=self._name)


def is_kept_name(name: str) -> bool:
    """Return whether a path stays inside of the data directory and hides nothing."""
    parts = name.split("/")
    return (
        len(parts) <= _MAX_DEPTH
        and all(part and not part.startswith(".") for part in parts)
        and "\\" not in name
        and "\0" not in name
        and not PurePosixPath(name).is_absolute()
    )


def kept_files(folder: Path, *, without: frozenset[str]) -> list[KeptFile]:
    """Read the files of a folder and of those in it, but not hidden ones, in the order of their names.

    Args:
        folder: the data directory.
        without: names right below it that are left out.

    Raises:
        OSError: one cannot be read, or would be left out without anybody noticing.
    """
    tops = (path for path in folder.iterdir() if path.name not in without)
    found = []
    for path in sorted(each for top in tops for each in (top, *top.rglob("*"))):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith(".") for part in name.split("/")) or (path.is_dir() and not path.is_symlink()):
            continue
        if not path.is_file() or not is_kept_name(name):
            raise OSError(0, f"{name} cannot be kept in a backup; put a file or a folder of this bank in its place")
        found.append(KeptFile(name, path.read_bytes()))
    return found


def _whole_lines(pieces: Iterator[bytes], refuse: Callable[[str], BackupUnreadable]) -> Iterator[bytes]:
    begun = b""
    for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        yield from whole
        if len(begun) > _MAX_LINE_BYTES:
            raise refuse(_NOT_ONE)
    if begun:
        raise refuse("it is not whole")


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _encoded(value: Value) -> object:
    return {"b": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
