"""Workers on this machine: a process pool of one process for each job, so that a lost worker costs only its chunks.

A process that used up the time of a file was ended by the kernel with SIGALRM (`work.at_most`); by that, and not by a
clock of the parent, it is told from one that somebody killed.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Final, Self

from verifier.batch.limits import ATTEMPTS, CHUNK_FILES
from verifier.batch.lists import KnownList, ListName
from verifier.batch.work import ChunkAnswer, Setup, Task, check_chunk
from verifier.batch.workers import WorkerLost
from verifier.errors import BatchRefused

CheckChunk = Callable[[Setup, Sequence[Task], Sequence[KnownList]], ChunkAnswer]

_PER_LANE: Final = 2  # chunks: one under way, one waiting, so that no worker waits for the parent


class _Lane:
    """One process and what it was given."""

    def __init__(self, context: ForkServerContext) -> None:
        self.executor = ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=_begin)
        self.sent: set[ListName] = set()
        self.under_way = 0
        self._process: BaseProcess | None = None
        self._started = self.executor.submit(os.getpid)
        self._started.add_done_callback(self._remember)

    @property
    def never_began(self) -> bool:
        """Whether the process ended before it could do anything."""
        return self._started.done() and (self._started.cancelled() or self._started.exception() is not None)

    def loss(self) -> WorkerLost:
        """Return what became of the process."""
        code = self._process.exitcode if self._process is not None else None
        by_time = code == -signal.SIGALRM
        return WorkerLost("took_too_long" if by_time else "worker_lost", is_final=by_time)

    def _remember(self, started: "Future[int]") -> None:
        if not started.cancelled() and started.exception() is None:
            pid = started.result()
            self._process = next((each for each in multiprocessing.active_children() if each.pid == pid), None)


class ProcessLanes:
    """Checks chunks in processes of this machine; a lost process is replaced.

    Args:
        jobs: processes.
        setup: of the batch.
        check: what a process does with a chunk; a function of a module.
    """

    chunk_files = CHUNK_FILES

    def __init__(self, jobs: int, setup: Setup, *, check: CheckChunk = check_chunk) -> None:
        self._setup = setup
        self._check = check
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([check_chunk.__module__])
        self._lanes = [_Lane(self._context) for _ in range(jobs)]
        self._stillborn = 0  # processes, one after another, that ended before they could do anything

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for lane in self._lanes:
            lane.executor.shutdown(wait=False, cancel_futures=True)
        for lane in self._lanes:
            lane.executor.shutdown(wait=True)

    @property
    def capacity(self) -> int:
        """How many chunks may be under way at the same time."""
        return _PER_LANE * len(self._lanes)

    def submit(self, tasks: Sequence[Task], lists: Sequence[KnownList]) -> "Future[ChunkAnswer]":
        """Give a chunk to the lane with the least to do; lists it has already are not sent again.

        Raises:
            BatchRefused: no process stays.
        """
        place = min(range(len(self._lanes)), key=lambda each: self._lanes[each].under_way)
        for _ in range(ATTEMPTS):
            try:
                return self._submit(self._lanes[place], tasks, lists)
            except BrokenExecutor:
                self._replace(place)
                if self._stillborn > ATTEMPTS:
                    break
        raise BatchRefused("workers", "expected a process that stays, found each new one ended; go on with --resume")

    def _replace(self, place: int) -> None:
        """Put a new process in the place of a lost one."""
        self._stillborn = self._stillborn + 1 if self._lanes[place].never_began else 0
        self._lanes[place].executor.shutdown(wait=False)
        self._lanes[place] = _Lane(self._context)

    def _submit(self, lane: _Lane, tasks: Sequence[Task], lists: Sequence[KnownList]) -> "Future[ChunkAnswer]":
        missing = [known for known in lists if known.name not in lane.sent]
        inner = lane.executor.submit(self._check, self._setup, tuple(tasks), tuple(missing))
        lane.sent.update(known.name for known in missing)
        lane.under_way += 1
        answer: Future[ChunkAnswer] = Future()

        def ended(done: "Future[ChunkAnswer]") -> None:
            lane.under_way -= 1
            if done.cancelled():
                answer.cancel()
            elif (error := done.exception()) is not None:
                answer.set_exception(lane.loss() if isinstance(error, BrokenExecutor) else error)
            else:
                answer.set_result(done.result())

        inner.add_done_callback(ended)
        return answer


def _begin() -> None:
    """In a new process: an interrupt at the keyboard is for the parent, and without a parent there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
