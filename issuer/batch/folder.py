"""The folder of one batch run, so that a run that was cut anywhere goes on where it was.

It holds `run.json` (a random secret, and the hash of what the run was begun with), `begun.jsonl` (each attempt, before
it), `results.jsonl` (one line a row, in the order of the rows) and the certificates; all of it is its owner's alone.
One program holds it at a time.
"""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Final

from issuer.batch.errors import BatchOfAnother, BatchRunning
from issuer.outputs import PRIVATE, storage_errors, write_whole
from keys.encoding import encode_json
from keys.keyed_link import keyed_link

RESULTS: Final = "results.jsonl"
_BEGUN: Final = "begun.jsonl"
_RUN: Final = "run.json"
_FOLDER_MODE: Final = 0o700
_BACK_BYTES: Final = 64 * 1024

Line = dict[str, Any]


class RunFolder:
    """The folder of a run, held by this program; safe to share between threads."""

    def __init__(self, path: Path, secret: bytes) -> None:
        self.path = path
        self._secret = secret
        self._lock = Lock()
        self._begun: dict[int, datetime] = {}

    def results(self) -> Iterator[Line]:
        """Yield the lines of earlier runs, the first row's first.

        Raises:
            BatchOfAnother: the file is damaged.
        """
        done = 0
        for done, line in enumerate(_lines(self.path / RESULTS), 1):
            if line.get("row") != done:
                raise _damaged(self.path, RESULTS)
            yield line
        for line in _lines(self.path / _BEGUN):
            try:
                number, at = int(line["row"]), datetime.fromisoformat(line["at"])
            except (KeyError, TypeError, ValueError):
                raise _damaged(self.path, _BEGUN) from None
            if number > done:
                self._begun.setdefault(number, at)

    def retry_key(self, number: int, cells: tuple[str, ...]) -> str:
        """Return the key under which a row is issued, whoever issues it, and however often."""
        return keyed_link(json.dumps([number, *cells]), key=self._secret, context="batch-row")

    def begun(self, number: int) -> datetime | None:
        """Say when a row was begun first in an earlier run; known once `results` has ended."""
        return self._begun.get(number)

    def begin(self, number: int, now: datetime) -> None:
        """Note that a row is begun now.

        Raises:
            StorageFull, StorageUnusable: it must not be begun.
        """
        with self._lock, storage_errors(_BEGUN), (self.path / _BEGUN).open("ab") as file:
            append(file, {"row": number, "at": now.isoformat()})


@contextmanager
def run_folder(path: Path, begun_with: bytes) -> Iterator[RunFolder]:
    """Hold the folder of a run, made if need be.

    Args:
        path: the folder; new, empty, or of the same run.
        begun_with: everything that decides what the rows mean; another run has other bytes.

    Raises:
        BatchOfAnother, BatchRunning: it is not for this run.
        StorageFull, StorageUnusable: it cannot be made or written.
    """
    with storage_errors(str(path)):
        path.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BatchRunning(folder=str(path)) from error
        with storage_errors(str(path)):
            secret = _secret(path, hashlib.sha256(begun_with).hexdigest())
            for leftover in path.glob(".*.*"):
                leftover.unlink()
            for name in (_BEGUN, RESULTS):
                _cut_to_whole_lines(path / name)
        yield RunFolder(path, secret)
    finally:
        os.close(lock)


def append(file: BinaryIO, line: Line) -> Line:
    """Add a line and force it to the disk; answer the line."""
    with storage_errors(Path(file.name).name):
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return line


def _secret(folder: Path, digest: str) -> bytes:
    path = folder / _RUN
    if not path.exists():
        if any(not each.name.startswith(f".{_RUN}.") for each in folder.iterdir()):
            raise BatchOfAnother("it is not empty", folder=str(folder))
        write_whole(path, encode_json({"run": 1, "sha256": digest, "secret": secrets.token_hex(32)}), mode=PRIVATE)
    try:
        known = json.loads(path.read_bytes())
        if known["sha256"] != digest:
            raise BatchOfAnother("it began with another file or other options", folder=str(folder))
        return bytes.fromhex(known["secret"])
    except (ValueError, KeyError, TypeError):
        raise _damaged(folder, _RUN) from None


def _cut_to_whole_lines(path: Path) -> None:
    """Make a file that is not there, and cut off a last line that was interrupted."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE), "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            begin = max(0, end - _BACK_BYTES)
            file.seek(begin)
            newline = file.read(end - begin).rfind(b"\n")
            if newline >= 0:
                end = begin + newline + 1
                break
            end = begin
        file.truncate(end)


def _lines(path: Path) -> Iterator[Line]:
    with storage_errors(path.name), path.open("rb") as file:
        for line in file:
            try:
                yield dict(json.loads(line))
            except ValueError:
                raise _damaged(path.parent, path.name) from None


def _damaged(folder: Path, name: str) -> BatchOfAnother:
    return BatchOfAnother(f"{name} is damaged", folder=str(folder))
