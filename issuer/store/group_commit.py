"""One commit for the writes that wait together.

A commit costs the disk a flush, however much it writes. While one transaction is being committed, the works that come
are collected; the first of them then runs all in one transaction. Nobody is answered before the commit. There is no
thread of its own, and a work that comes alone is committed alone, at once. Only right behind a commit with others in
sight the next one waits a moment for as many again: clients that ask again at once would else fall into two halves
that take turns, with twice the flushes.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final, Generic, TypeVar

from issuer.errors import StorageFull, StorageUnusable, WriteConflict
from issuer.store.transaction import Transaction

T = TypeVar("T")
TOGETHER: Final = 64
PATIENCE_S: Final = 0.002
_TRIES: Final = 5


class _Ticket(Generic[T]):
    """One work on its way: called again to lead the others, or when it is finished."""

    def __init__(self, work: Callable[[Transaction], T]) -> None:
        self.work = work
        self.called = threading.Event()
        self.finished = False
        self.result: T | None = None
        self.error: BaseException | None = None

    def answer(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value] # set by whoever finished the ticket without an error


class GroupCommit:
    """Runs works of many threads in few transactions; a work that fails does not touch the others."""

    def __init__(
        self, write: Callable[[], AbstractContextManager[Transaction]], *, patience_s: float = PATIENCE_S
    ) -> None:
        """Commit by the transactions that `write` opens.

        Args:
            write: opens a transaction that commits at its end.
            patience_s: how long at most the next commit waits, and how long after the one before it still does.
        """
        self._write = write
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket[Any]] = deque()
        self._enough = threading.Event()
        self._expected = 1
        self._expected_until = 0.0
        self._led = False

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Run a work in a transaction and return its result after the commit.

        Args:
            work: touches nothing but the transaction, because it may be run again.

        Raises:
            Exception: whatever the work raised, or the commit; then it left nothing, unless the connection to a server
                was lost during the commit, which nobody can know.
        """
        ticket = _Ticket(work)
        with self._lock:
            self._waiting.append(ticket)
            if len(self._waiting) >= self._expected:
                self._enough.set()
            leads, self._led = not self._led, True
        if not leads:
            ticket.called.wait()
        if not ticket.finished:
            self._lead()
        return ticket.answer()

    def _gather(self) -> None:
        """Right behind a commit, wait until as many are here as there were then."""
        with self._lock:
            if len(self._waiting) >= self._expected or time.monotonic() > self._expected_until:
                return
            self._enough.clear()
        self._enough.wait(self._patience_s)

    def _lead(self) -> None:
        self._gather()
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER))]
        try:
            self._commit(batch)
        except BaseException as error:  # noqa: BLE001 - it goes to those whose works these are; an interrupt, too
            for ticket in batch:
                if ticket.error is None and not ticket.finished:
                    ticket.error = error
        finally:
            for ticket in batch:
                ticket.finished = True
                ticket.called.set()
            with self._lock:
                self._led = bool(self._waiting)
                self._expected = min(len(batch) + len(self._waiting), TOGETHER)
                self._expected_until = time.monotonic() + self._patience_s
                if self._waiting:
                    self._waiting[0].called.set()

    def _commit(self, batch: list[_Ticket[Any]]) -> None:
        if len(batch) > 1:
            all_ran = False
            try:
                with self._write() as transaction:
                    results = [ticket.work(transaction) for ticket in batch]
                    transaction.write_collected()
                    all_ran = True
            except Exception as error:
                if all_ran or (
                    isinstance(error, StorageFull | StorageUnusable) and not isinstance(error, WriteConflict)
                ):
                    raise
            else:
                for ticket, result in zip(batch, results, strict=True):
                    ticket.result = result
                return
        for ticket in batch:
            self._commit_alone(ticket)

    def _commit_alone(self, ticket: _Ticket[Any]) -> None:
        for left in reversed(range(_TRIES)):
            try:
                with self._write() as transaction:
                    ticket.result = ticket.work(transaction)
            except WriteConflict as error:
                if not left:
                    ticket.error = error
            except Exception as error:  # noqa: BLE001 - it goes to the thread whose work it is
                ticket.error = error
                return
            else:
                return
