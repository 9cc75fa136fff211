"""What a batch asks of those who check: processes of this machine, or the workers of a cluster."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from verifier.batch.lists import KnownList
from verifier.batch.work import ChunkAnswer, Task


class WorkerLost(Exception):
    """The worker of a chunk ended before it answered.

    Args:
        kind: of the error, should the chunk be one file: `took_too_long` or `worker_lost`.
        is_final: trying the same file again would not tell more.
    """

    def __init__(self, kind: str, *, is_final: bool) -> None:
        super().__init__(kind)
        self.kind = kind
        self.is_final = is_final


class Workers(Protocol):
    """Somebody who checks chunks; `chunk_files` is how many files one should have."""

    chunk_files: int

    @property
    def capacity(self) -> int:
        """How many chunks may be under way at the same time."""

    def submit(self, tasks: Sequence[Task], lists: Sequence[KnownList]) -> "Future[ChunkAnswer]":
        """Begin to check a chunk; the future may end with `WorkerLost`."""
