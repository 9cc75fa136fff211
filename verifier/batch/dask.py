"""Workers of a Dask cluster, for more certificates than one machine should check.

The cluster belongs to the employer: its workers get the files and the trust list from here; they need the same version
of this program, and neither the file system nor the network. Whoever can reach the scheduler can run programs on it, so
it belongs into a closed network; that is so for every Dask cluster.
"""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from types import TracebackType
from typing import Final, Self

from verifier.batch.limits import CLUSTER_CHUNK_FILES
from verifier.batch.lists import KnownList
from verifier.batch.packing import check_packed, pack_tasks, settle
from verifier.batch.work import ChunkAnswer, Setup, Task, check_chunk
from verifier.batch.workers import WorkerLost
from verifier.errors import BatchRefused

_TIMEOUT: Final = "10s"
_PER_WORKER: Final = 2


class DaskWorkers:
    """Checks chunks on a cluster.

    Args:
        address: of the scheduler, for example `tcp://10.0.0.5:8786`.
        setup: of the batch.

    Raises:
        BatchRefused: `distributed` is not installed, the scheduler does not answer, or it has no workers.
    """

    chunk_files = CLUSTER_CHUNK_FILES

    def __init__(self, address: str, setup: Setup) -> None:
        try:
            from distributed import Client
            from distributed.scheduler import KilledWorker
        except ImportError as error:
            raise BatchRefused("extra", "expected the extra 'dask': pip install 'competency-bank[dask]'") from error
        self._losses: tuple[type[BaseException], ...] = (KilledWorker, CancelledError)
        self._setup = setup
        try:
            self._client = Client(address, timeout=_TIMEOUT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise BatchRefused("cluster", f"expected a Dask scheduler at {address}, found none") from error
        self._executor = self._client.get_executor(pure=False)
        self._workers = len(self._client.nthreads())
        if self._workers == 0:
            self._client.close()
            raise BatchRefused("cluster", f"expected a Dask scheduler with workers at {address}, found it without")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._executor.shutdown(wait=False)
        self._client.close()

    @property
    def capacity(self) -> int:
        """How many chunks may be under way at the same time."""
        return _PER_WORKER * self._workers

    def submit(self, tasks: Sequence[Task], lists: Sequence[KnownList]) -> "Future[ChunkAnswer]":
        """Give a chunk to the cluster.

        Raises:
            BatchRefused: the scheduler has gone.
        """
        if self._client.status != "running":
            raise BatchRefused("cluster", "expected the Dask scheduler to be there, found it gone; go on with --resume")
        answer: Future[ChunkAnswer] = Future()

        def ended(done: "Future[bytes]") -> None:
            error = CancelledError() if done.cancelled() else done.exception()
            if error is None:
                settle(answer, done.result())
            else:  # the scheduler has tried a lost chunk on several workers before it says so
                answer.set_exception(
                    WorkerLost("worker_lost", is_final=True) if isinstance(error, self._losses) else error
                )

        packed = self._executor.submit(check_packed, check_chunk, self._setup, pack_tasks(tasks), tuple(lists))
        packed.add_done_callback(ended)
        return answer
