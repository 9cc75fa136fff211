"""Works of many threads in few commits: each is answered after the commit, and none spoils another."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from issuer.errors import StorageFull, WriteConflict
from issuer.store.engine import Store, open_store
from issuer.store.group_commit import PATIENCE_S, GroupCommit
from issuer.store.transaction import Transaction


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "bank.db")
    yield opened
    opened.close()


class Gate:
    """A store whose first transaction waits until all works stand in the queue, and which counts its commits."""

    def __init__(self, store: Store, *, queue: int, patience_s: float = PATIENCE_S) -> None:
        self.group = GroupCommit(self._write, patience_s=patience_s)
        self.opened = self.commits = 0
        self._store = store
        self._queue = queue

    @contextmanager
    def _write(self) -> Iterator[Transaction]:
        while not self.opened and len(self.group._waiting) < self._queue:
            threading.Event().wait(0.001)
        self.opened += 1
        with self._store.write() as transaction:
            yield transaction
        self.commits += 1

    def run(self, works: list[Callable[[Transaction], int]]) -> list[int | Exception]:
        def one(work: Callable[[Transaction], int]) -> int | Exception:
            try:
                return self.group.run(work)
            except Exception as error:  # noqa: BLE001 - the answer of this work
                return error

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(one, works))


def counting(name: str) -> Callable[[Transaction], int]:
    def work(transaction: Transaction) -> int:
        return transaction.certificates.reserve_numbers(2026, 1)[0]

    return work


def failing(error: Exception) -> Callable[[Transaction], int]:
    def work(transaction: Transaction) -> int:
        transaction.certificates.reserve_numbers(2026, 1)
        raise error

    return work


def reserved(store: Store) -> int:
    with store.write() as transaction:
        return transaction.certificates.reserve_numbers(2026, 1)[0] - 1


def test_works_that_wait_are_committed_together(store: Store) -> None:
    gate = Gate(store, queue=7)
    answers = gate.run([counting(str(n)) for n in range(8)])
    assert sorted(answers, key=str) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert gate.commits == 2


def test_a_work_that_comes_alone_is_committed_alone(store: Store) -> None:
    assert [store.together(counting("a")), store.together(counting("b"))] == [1, 2]


def test_works_that_come_back_right_behind_a_commit_share_the_next_one(store: Store) -> None:
    sizes: list[int] = []
    behind = [3, 0]  # how many others stand in the queue before a transaction begins

    @contextmanager
    def counted() -> Iterator[Transaction]:
        sizes.append(0)
        while len(group._waiting) < behind[len(sizes) - 1]:
            threading.Event().wait(0.001)
        with store.write() as transaction:
            yield transaction

    group = GroupCommit(counted, patience_s=60)  # as long as it takes: a slow machine changes nothing

    def work(transaction: Transaction) -> int:
        sizes[-1] += 1
        return transaction.certificates.reserve_numbers(2026, 1)[0]

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(lambda: [group.run(work), group.run(work)])
        while not sizes:
            threading.Event().wait(0.001)
        others = [pool.submit(group.run, work) for _ in range(3)]
        answers = [*first.result(), *(each.result() for each in others)]
    assert sorted(answers) == [1, 2, 3, 4, 5]
    assert sizes == [1, 4], "the three did not wait for the first, who came back"


def test_whoever_comes_alone_waits_for_nobody(store: Store) -> None:
    group = GroupCommit(store.write, patience_s=3600)
    assert [group.run(counting("a")) for _ in range(3)] == [1, 2, 3]


def test_nobody_waits_for_those_who_do_not_come_back(store: Store) -> None:
    gate = Gate(store, queue=2, patience_s=0.01)
    assert sorted(gate.run([counting(str(n)) for n in range(3)]), key=str) == [1, 2, 3]
    assert gate.group.run(counting("alone")) == 4


def test_a_work_that_fails_leaves_nothing_and_the_others_are_done(store: Store) -> None:
    gate = Gate(store, queue=5)
    answers = gate.run([failing(KeyError("mine")), *(counting(str(n)) for n in range(5))])
    assert [type(answer).__name__ for answer in answers].count("KeyError") == 1
    assert reserved(store) == 5


def test_a_full_disk_is_told_to_everybody_who_waited(store: Store) -> None:
    gate = Gate(store, queue=3)
    answers = gate.run([counting("first"), *(failing(StorageFull(what="the database")) for _ in range(3))])
    assert [type(answer).__name__ for answer in answers].count("StorageFull") == 3


def test_a_commit_that_fails_is_told_to_everybody_and_leaves_nothing(store: Store) -> None:
    class Broken(Gate):
        @contextmanager
        def _write(self) -> Iterator[Transaction]:
            with super()._write() as transaction:
                yield transaction
                if self.opened > 1:
                    raise StorageFull(what="the database")

    gate = Broken(store, queue=3)
    answers = gate.run([counting(str(n)) for n in range(4)])
    assert [type(answer).__name__ for answer in answers].count("StorageFull") == 3
    assert reserved(store) == 1


def test_a_conflict_with_another_program_is_tried_again(store: Store) -> None:
    tries = iter([WriteConflict(), WriteConflict(), None])

    def work(transaction: Transaction) -> int:
        error = next(tries)
        if error is not None:
            raise error
        return transaction.certificates.reserve_numbers(2026, 1)[0]

    assert store.together(work) == 1


def test_a_conflict_that_does_not_end_is_told(store: Store) -> None:
    with pytest.raises(WriteConflict, match="try again"):
        store.together(failing(WriteConflict()))
    assert reserved(store) == 0


def test_an_interrupt_of_the_leading_thread_does_not_leave_the_others_waiting(store: Store) -> None:
    def interrupted(_: Transaction) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.together(interrupted)
    assert store.together(counting("after")) == 1
