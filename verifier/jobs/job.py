"""One job while it lives: its files, how far it is, and its results on the disk, readable as they come."""

import threading
from array import array
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credential_schemas.report.messages import Language
from keys.values import dataclass
from verifier.batch.lines import Line
from verifier.jobs.limits import MAX_LINES, MAX_LINES_BYTES
from verifier.jobs.storage import RESULTS

VERDICTS: Final = ("valid", "invalid", "indeterminate", "error")


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """What can be said of a job at one moment; times are seconds since 1970, None while it is not known."""

    state: JobState
    total: int
    done: int
    verdicts: Mapping[str, int]
    finished_at: int | None = None
    erased_at: int | None = None


class Job:
    """A job that this process works on; for one thread that writes and any number that read."""

    def __init__(self, job_id: str, owner: str, *, folder: Path, total: int, receipts: Language | None = None) -> None:
        """Begin with no results.

        Args:
            job_id: unguessable.
            owner: who may see it, empty for whoever knows the id.
            folder: of the job, empty but for its uploads.
            total: how many files there are.
            receipts: the language of its receipts, None for none.
        """
        self.id = job_id
        self.owner = owner
        self.folder = folder
        self.total = total
        self.receipts = receipts
        self._lock = threading.Lock()
        self._ends: array[int] = array("Q")
        self._verdicts: Counter[str] = Counter()
        self._begun = False
        self._finished_at: int | None = None
        self.erased_at: int | None = None
        self._results = (folder / RESULTS).open("xb")
        (folder / RESULTS).chmod(0o600)

    def progress(self) -> Progress:
        """Say how far it is."""
        with self._lock:
            done = len(self._ends)
            running = JobState.RUNNING if self._begun else JobState.WAITING
            state = running if self._finished_at is None else JobState.DONE
            verdicts = MappingProxyType({name: self._verdicts[name] for name in VERDICTS})
            return Progress(state, self.total, done, verdicts, self._finished_at, self.erased_at)

    def add(self, line: Line) -> None:
        """Write one result."""
        self._results.write(line.text + b"\n")
        self._results.flush()
        with self._lock:
            self._begun = True
            self._verdicts[line.verdict] += 1
            self._ends.append(self._results.tell())

    def finish(self, now: int, *, erased_at: int) -> None:
        """Say that there are no more results, and when these will be erased."""
        self.close()
        with self._lock:
            self._begun, self._finished_at, self.erased_at = True, now, erased_at

    def close(self) -> None:
        """Close the file."""
        self._results.close()

    def lines(self, after: int) -> bytes:
        """Return results from number `after` on, a bounded number: at least one where there is one."""
        with self._lock:
            ends = self._ends[:]
        first, stop = _end(ends, after), min(len(ends), after + MAX_LINES)
        while stop > after + 1 and ends[stop - 1] - first > MAX_LINES_BYTES:
            stop -= 1
        if stop <= after:
            return b""
        with (self.folder / RESULTS).open("rb") as file:
            file.seek(first)
            return file.read(ends[stop - 1] - first)


def kept_lines(folder: Path, after: int) -> bytes:
    """Return what `Job.lines` returns, of a job that is only on the disk."""
    with (folder / RESULTS).open("rb") as results:
        return b"".join(islice(results, after, after + MAX_LINES))


def _end(ends: "array[int]", number: int) -> int:
    return ends[min(number, len(ends)) - 1] if number and ends else 0
