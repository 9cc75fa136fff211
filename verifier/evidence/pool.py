"""Readers of evidence for many threads at a time: warm, bounded in number, with a bounded queue."""

import weakref
from types import TracebackType
from typing import Final, Self

from verifier.evidence.fork_server import Servers
from verifier.evidence.limits import WALL_S
from verifier.evidence.reader import EvidenceReader
from verifier.evidence.slots import Slots

READERS: Final = 2  # pieces of evidence that are read at the same time
WAITING: Final = 16  # below the threads of the service, so that what needs no reader is never held up
WAIT_S: Final = 5.0


class ReaderPool:
    """Gives out readers that share two servers of child processes; for any number of threads.

    Call it from a thread, never from an event loop: it waits. Closed, it refuses whoever comes, waits or reads with
    `TooBusy`, and leaves no process behind.

    Args:
        size: pieces of evidence that are read at the same time.
        waiting: callers that may wait for their turn.
        wait_s: seconds one waits.
        wall_s: seconds for each piece of evidence.
    """

    def __init__(
        self, size: int = READERS, *, waiting: int = WAITING, wait_s: float = WAIT_S, wall_s: float = WALL_S
    ) -> None:
        self._wall_s = wall_s
        self._slots = Slots(size, waiting=waiting, wait_s=wait_s)
        self._servers = Servers()
        self._end = weakref.finalize(self, self._servers.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def warm(self) -> None:
        """Start the servers and return when the first children could be had.

        Raises:
            EvidenceReaderFailed: they do not start.
        """
        self._servers.pages.start("pdf", "pdf_parsed", "picture")
        self._servers.seals.start("seal", "seal_parsed")
        for task in ("pdf", "seal"):
            server = self._servers.of(task)
            server.end(server.child(task))

    def reader(self) -> EvidenceReader:
        """Return a reader for one piece of evidence, to be used as a context manager from one thread."""
        return EvidenceReader(wall_s=self._wall_s, servers=self._servers, slots=self._slots)

    def server_pids(self) -> tuple[int, ...]:
        """Return the processes that children come from, for a health check; none before the first use."""
        pids = (self._servers.pages.pid, self._servers.seals.pid)
        return tuple(pid for pid in pids if pid is not None)

    def close(self) -> None:
        """End every process."""
        self._slots.close()
        self._end()
