"""Readers for many threads: right answers, a bounded queue, and an end that leaves nothing behind."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.verifier.evidence.odd_children import (
    PATIENT_S,
    becomes,
    children_of,
    is_alive,
    is_childless,
    odd_servers,
    said,
)
from verifier.errors import EvidenceReaderFailed, TooBusy, UnreadableEvidence
from verifier.evidence.fork_server import Servers
from verifier.evidence.pool import ReaderPool
from verifier.evidence.reader import EvidenceReader
from verifier.evidence.slots import Slots


def odd_pool(size: int, *, waiting: int = 1000, wall_s: float = PATIENT_S) -> ReaderPool:
    pool = ReaderPool(size, waiting=waiting, wait_s=PATIENT_S, wall_s=wall_s)
    pool._end.detach()
    pool._servers = odd_servers()
    pool._end = type(pool._end)(pool, pool._servers.close)
    return pool


def outcome(pool: ReaderPool, request: str) -> str:
    try:
        with pool.reader() as reader:
            return reader.read_picture(request.encode()).credential
    except UnreadableEvidence as error:
        return error.kind
    except EvidenceReaderFailed as error:
        return error.code


BAD = {
    "abort": "too_demanding",
    "leave": "too_demanding",
    "grow": "too_demanding",
    "nonsense": "evidence_reader",
    "kill": "too_demanding",
}


def test_hundred_good_and_bad_requests_in_turn_over_two_children_get_their_own_answers() -> None:
    requests = [f"file {n}" if n % 2 == 0 else list(BAD)[n // 2 % len(BAD)] for n in range(100)]
    with odd_pool(2) as pool, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda request: outcome(pool, request), requests))
        assert answers == [BAD.get(request, request) for request in requests]
        assert all(becomes(pid, is_childless) for pid in pool.server_pids())


def test_pool_is_warm_before_the_first_request() -> None:
    with ReaderPool() as pool:
        assert pool.server_pids() == ()
        pool.warm()
        assert len(pool.server_pids()) == 2
        assert all(is_alive(pid) for pid in pool.server_pids())


def test_closed_pool_leaves_no_process_and_refuses() -> None:
    pool = odd_pool(1)
    assert outcome(pool, "good") == "good"
    pids = pool.server_pids()
    pool.close()
    pool.close()
    assert not any(is_alive(pid) for pid in pids)
    with pytest.raises(TooBusy):
        outcome(pool, "good")


def test_forgotten_pool_leaves_no_process() -> None:
    pool = odd_pool(1)
    assert outcome(pool, "good") == "good"
    pids = pool.server_pids()
    del pool
    assert not any(is_alive(pid) for pid in pids)


def test_end_during_work_stops_it_without_a_verdict() -> None:
    pool = odd_pool(1)
    assert outcome(pool, "good") == "good"
    (server,) = pool.server_pids()
    assert becomes(server, is_childless)
    with ThreadPoolExecutor(2) as threads:
        working = threads.submit(outcome, pool, "hang")
        assert becomes(server, children_of)
        (child,) = children_of(server)
        waiting = threads.submit(outcome, pool, "good")
        pool.close()
        for future in (working, waiting):
            with pytest.raises(TooBusy):
                future.result()
    assert not is_alive(server)
    assert not is_alive(child)


def test_full_queue_refuses_at_once() -> None:
    with odd_pool(1, waiting=0) as pool, pool.reader() as busy:
        assert busy.read_picture(b"good").credential == "good"
        with pytest.raises(TooBusy, match="full"):
            outcome(pool, "good")
    with odd_pool(1, waiting=0) as pool:
        assert outcome(pool, "good") == "good"
        assert outcome(pool, "good") == "good"


def test_reader_that_reads_nothing_takes_no_place(servers: Servers) -> None:
    slots = Slots(0, waiting=0, wait_s=0)
    with EvidenceReader(servers=servers, slots=slots):
        pass
    with EvidenceReader(servers=servers, slots=slots) as reader, pytest.raises(TooBusy):
        reader.read_picture(b"good")


def test_place_is_waited_for_and_given_to_whoever_waits() -> None:
    slots = Slots(1, waiting=1, wait_s=PATIENT_S)
    slots.take()
    taken = threading.Event()

    def wait() -> None:
        slots.take()
        taken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    slots.give_back()
    thread.join()
    assert taken.is_set()


def test_wait_for_a_place_ends() -> None:
    slots = Slots(1, waiting=1, wait_s=0.0)
    slots.take()
    with pytest.raises(TooBusy, match="in time"):
        slots.take()
    slots.give_back()
    slots.take()


def test_closed_queue_refuses_even_with_free_places() -> None:
    slots = Slots(1, waiting=1, wait_s=PATIENT_S)
    slots.close()
    with pytest.raises(TooBusy):
        slots.take()


def test_event_loop_goes_on_while_a_file_is_read(servers: Servers) -> None:
    order: list[str] = []

    async def read() -> None:
        with pytest.raises(UnreadableEvidence):
            await asyncio.to_thread(said, servers, "hang", wall_s=0.5)
        order.append("read")

    async def other() -> None:
        await asyncio.sleep(0)
        order.append("other")

    async def both() -> None:
        await asyncio.gather(read(), other())

    asyncio.run(both())
    assert order == ["other", "read"]


def test_request_that_was_given_up_gives_its_place_back() -> None:
    async def give_up(pool: ReaderPool) -> None:
        task = asyncio.create_task(asyncio.to_thread(outcome, pool, "hang"))
        while not pool.server_pids():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with odd_pool(1, wall_s=0.2) as pool:
        asyncio.run(give_up(pool))
        with EvidenceReader(wall_s=PATIENT_S, servers=pool._servers, slots=pool._slots) as reader:
            assert reader.read_picture(b"good").credential == "good"
