"""Run a batch: read in order, check anywhere, write in order; never more in memory than a few chunks.

A chunk whose worker is lost is done again, its files one by one; a file that costs its worker alone gets an `error`
line: at once when its time was used up, after three attempts when the worker was killed by somebody else.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from itertools import islice

from verifier.batch.archives import ArchiveReader
from verifier.batch.inputs import Item, read_item
from verifier.batch.journal import Journal
from verifier.batch.limits import ATTEMPTS, CHUNK_BYTES
from verifier.batch.lines import Line
from verifier.batch.lists import ListDesk
from verifier.batch.work import ChunkAnswer, Setup, Task, error_line
from verifier.batch.workers import WorkerLost, Workers
from verifier.errors import BatchRefused, UnreadableEvidence

_WINDOW = 4  # times the chunks under way: results that may wait for an earlier one


@dataclass(slots=True)
class _Chunk:
    tasks: tuple[Task, ...]
    is_suspect: bool = False
    attempts: int = 0


@dataclass(slots=True)
class _State:
    """What is to be done again, what is under way, and results that wait for an earlier one.

    A suspect is one file whose worker was lost; it is checked while nothing else is, so that a further loss is its
    own.
    """

    written: int
    again: deque[_Chunk] = field(default_factory=deque)
    suspects: deque[_Chunk] = field(default_factory=deque)
    under_way: dict["Future[ChunkAnswer]", _Chunk] = field(default_factory=dict)
    finished: dict[int, Line] = field(default_factory=dict)


class BatchRun:
    """One run over a list of items, from the first that has no result yet.

    Args:
        setup: of the batch.
        workers: who checks.
        desk: who gets status lists.
        journal: where results go.
        told: called with every result that was written.
    """

    def __init__(
        self, setup: Setup, workers: Workers, *, desk: ListDesk, journal: Journal, told: Callable[[Line], None]
    ) -> None:
        self._setup = setup
        self._workers = workers
        self._desk = desk
        self._journal = journal
        self._told = told

    def run(self, items: Sequence[Item], *, done: int) -> None:
        """Check every item behind the first `done`, and write every result.

        Raises:
            BatchRefused: the workers cannot do it.
        """
        state = _State(written=done)
        size = self._chunk_size(len(items) - done)
        with ArchiveReader() as archives:
            chunks = self._chunks(items, archives, state=state, size=size)
            while self._fill(state, chunks, size) or state.under_way:
                if state.under_way:
                    for future in wait(state.under_way, return_when=FIRST_COMPLETED).done:
                        self._take(future, state.under_way.pop(future), state)
                self._write(state)

    def _chunk_size(self, left: int) -> int:
        """As many files as a chunk may have, but so that every worker gets some."""
        return max(1, min(self._workers.chunk_files, -(-left // (2 * self._workers.capacity))))

    def _fill(self, state: _State, chunks: Iterator[_Chunk], size: int) -> bool:
        """Begin what may begin; return whether anything did."""
        if state.suspects:
            if not state.under_way:
                self._begin(state.suspects.popleft(), state)
            return True
        room = self._workers.capacity - len(state.under_way)
        if not self._desk.known and state.written == 0:  # the first chunk alone: it names the list that most will need
            room = 1 - len(state.under_way)
        ahead = len(state.finished) + sum(len(chunk.tasks) for chunk in state.under_way.values())
        moved = False
        while room > 0 and (state.again or ahead < _WINDOW * self._workers.capacity * size):
            chunk = state.again.popleft() if state.again else next(chunks, None)
            if chunk is None:
                break
            moved, room, ahead = True, room - 1, ahead + len(chunk.tasks)
            if chunk.tasks:
                self._begin(chunk, state)
        return moved

    def _begin(self, chunk: _Chunk, state: _State) -> None:
        state.under_way[self._workers.submit(chunk.tasks, self._desk.known)] = chunk

    def _chunks(self, items: Sequence[Item], archives: ArchiveReader, *, state: _State, size: int) -> Iterator[_Chunk]:
        """Read files into chunks; what cannot be read has its result at once. A chunk may be empty."""
        left = iter(range(state.written, len(items)))
        while numbers := tuple(islice(left, size)):
            tasks: list[Task] = []
            total = 0
            for number in numbers:
                item = items[number]
                task = Task(number, item.name, b"", item.application)
                try:
                    data = read_item(item, archives)
                except UnreadableEvidence as error:
                    state.finished[number] = error_line(task, error, self._setup, None)
                    continue
                if tasks and total + len(data) > CHUNK_BYTES:
                    yield _Chunk(tuple(tasks))
                    tasks, total = [], 0
                tasks.append(Task(number, item.name, data, item.application))
                total += len(data)
            yield _Chunk(tuple(tasks))

    def _take(self, future: "Future[ChunkAnswer]", chunk: _Chunk, state: _State) -> None:
        try:
            answer = future.result()
        except WorkerLost as loss:
            self._try_again(chunk, loss, state)
            return
        for line in answer.lines:
            state.finished[line.number] = line
        if answer.needed is not None:
            self._desk.get(answer.needed)
            state.again.append(_Chunk(chunk.tasks[len(answer.lines) :]))

    def _try_again(self, chunk: _Chunk, loss: WorkerLost, state: _State) -> None:
        if not chunk.is_suspect:
            state.suspects.extend(_Chunk((task,), is_suspect=True) for task in chunk.tasks)
            return
        chunk.attempts += 1
        if not loss.is_final and chunk.attempts < ATTEMPTS:
            state.suspects.append(chunk)
            return
        task = chunk.tasks[0]
        digest = hashlib.sha256(task.data).hexdigest()
        state.finished[task.number] = error_line(task, UnreadableEvidence(loss.kind), self._setup, digest)

    def _write(self, state: _State) -> None:
        before = state.written
        while (line := state.finished.pop(state.written, None)) is not None:
            self._journal.add_result(line)
            self._told(line)
            state.written += 1
        if state.written > before:
            self._journal.sync()


def check_unchanged(items: Sequence[Item], digests: Iterator[str | None]) -> None:
    """Compare the files that have a result with what the result is about.

    Raises:
        BatchRefused: a file was changed since.
    """
    with ArchiveReader() as archives:
        for item, digest in zip(items, digests, strict=False):
            try:
                found = hashlib.sha256(read_item(item, archives)).hexdigest()
            except UnreadableEvidence:
                found = None
            if found != digest:
                raise BatchRefused("resume", f"expected {item.name} as it was when it was checked, found it changed")
