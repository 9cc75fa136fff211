"""The journal of a batch: the results so far, in order, on the disk; so a run that was killed can be taken up again.

A line of JSON each: first what the run rests on, then results as they will stand in the output, and between them every
status list before the first result that rests on it. A line that was not written to its end is dropped.

Source: docs/formats/batch.md
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.batch.lines import Line
from verifier.batch.lists import KnownList
from verifier.errors import BatchRefused

JOURNAL_VERSION: Final = 1
_LIST_START: Final = b'{"list":'


@dataclass(frozen=True, slots=True)
class Kept:
    """What an interrupted run left: the header, how many results, which lists, and where the next line goes."""

    header: Mapping[str, JsonValue]
    results: int
    lists: tuple[KnownList, ...]
    end: int


def journal_of(out: Path) -> Path:
    """Return where the journal of an output lies: beside it."""
    return out.with_name(out.name + ".journal")


class Journal:
    """A journal that is being written, for the one process that runs the batch.

    Args:
        path: where it lies.
        header: what the results rest on.
        kept: what an interrupted run left, or None.
        before: told of each result before it is written; what it does must be done when the result stands here.
    """

    def __init__(
        self,
        path: Path,
        *,
        header: Mapping[str, JsonValue],
        kept: Kept | None,
        before: Callable[[Line], None] | None = None,
    ) -> None:
        self._before = before
        flags = os.O_WRONLY | os.O_CLOEXEC | (os.O_CREAT | os.O_EXCL if kept is None else 0)
        try:
            self._file = os.fdopen(os.open(path, flags, 0o600), "wb")
        except OSError as error:
            raise BatchRefused("output", f"expected to write beside the output, found: {error.strerror}") from error
        if kept is not None:
            self._file.truncate(kept.end)
            self._file.seek(kept.end)
        else:
            self._write(_encoded(header))
            self.sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add_list(self, known: KnownList) -> None:
        """Note a list, before any result that rests on it."""
        self._write(_encoded({"list": known.to_json()}))

    def add_result(self, line: Line) -> None:
        """Note the next result."""
        if self._before is not None:
            self._before(line)
        self._write(line.text)

    def sync(self) -> None:
        """Return when everything is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def _write(self, text: bytes) -> None:
        self._file.write(text + b"\n")


def read_kept(path: Path) -> Kept:
    """Read what an interrupted run left.

    Raises:
        BatchRefused: it is no journal, or was changed.
    """
    try:
        with path.open("rb") as file:
            header = _decoded(file.readline())
            end, results, lists = file.tell(), 0, []
            for line in file:
                if not line.endswith(b"\n"):
                    break
                if line.startswith(_LIST_START):
                    lists.append(KnownList.from_json(_decoded(line)["list"]))
                else:
                    results += 1
                end += len(line)
    except OSError as error:
        raise BatchRefused("resume", f"expected a readable journal, found: {error.strerror}") from error
    return Kept(header, results, tuple(lists), end)


def lines_in(path: Path) -> Iterator[bytes]:
    """Yield every result of a journal: the line with its break."""
    with path.open("rb") as file:
        file.readline()
        for line in file:
            if not line.startswith(_LIST_START) and line.endswith(b"\n"):
                yield line


def results_in(path: Path) -> Iterator[dict[str, JsonValue]]:
    """Yield what every result of a journal says.

    Raises:
        BatchRefused: a line is no JSON object.
    """
    return map(_decoded, lines_in(path))


def _encoded(document: Mapping[str, JsonValue]) -> bytes:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _decoded(line: bytes) -> dict[str, JsonValue]:
    try:
        document = json.loads(line) if line.endswith(b"\n") else None
    except ValueError as error:
        raise BatchRefused("resume", "expected JSON in every line of the journal, found something else") from error
    if not isinstance(document, dict):
        raise BatchRefused("resume", "expected a journal, found something else")
    return document
