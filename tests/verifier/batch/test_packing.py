"""Chunks and answers on their way: what is packed comes back equal, and what is no answer is refused."""

import json
from concurrent.futures import Future
from datetime import date

import pytest

from tests.verifier.batch.corpus import application, setup_of, write_lists
from tests.verifier.world import NOW, STATUS_URI, World
from verifier.batch.lines import Line
from verifier.batch.lists import KnownList
from verifier.batch.manifest import Application
from verifier.batch.packing import (
    check_packed,
    pack_answer,
    pack_tasks,
    settle,
    unpack_answer,
    unpack_tasks,
)
from verifier.batch.work import ChunkAnswer, ReceiptTerms, Task, check_chunk
from verifier.errors import BatchRefused

BORN = date(1990, 2, 28)


def test_a_chunk_comes_back_as_it_was() -> None:
    tasks = (
        Task(0, "a.sdjwt", b"one\ntwo"),
        Task(7, "홍길동\udc80\n.pdf", b"", Application("A-7", "홍 길동", BORN)),
        Task(9, "c", bytes(range(256)), Application("A-9")),
    )
    assert unpack_tasks(pack_tasks(tasks)) == tasks
    assert unpack_tasks(pack_tasks(())) == ()


def test_an_answer_comes_back_with_its_lines_facts_records_and_what_it_needs(world: World) -> None:
    write_lists(world)
    setup = setup_of(world, matches=True, receipts=ReceiptTerms("verifier", with_content=True))
    tasks = [
        Task(0, "good", world.token(application(0)).encode(), Application("A-0", "홍길동0", BORN)),
        Task(1, "bad", b"no certificate", Application("A-1")),
    ]
    known = KnownList("https://bank.example", STATUS_URI, None, "", int(NOW.timestamp()), world.status_token())
    answer = check_chunk(setup, tasks, [known])
    assert answer.lines[0].record is not None
    assert answer.lines[0].facts is not None
    assert answer.lines[0].facts.sightings is not None
    assert unpack_answer(pack_answer(answer)) == answer
    assert unpack_answer(check_packed(check_chunk, setup, pack_tasks(tasks), [known])) == answer
    waiting = ChunkAnswer((Line(3, b"{}", "valid"),), ("https://bank.example", STATUS_URI))
    assert unpack_answer(pack_answer(waiting)) == waiting


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"[]",
        b"{}\n",
        b"[null,[[1]]]\n",
        b"[7,[]]\n",
        json.dumps([None, [[0, 2, "valid", None, ["valid", 99, [], None, None, None]]]]).encode() + b"\n{}",
        json.dumps(
            [None, [[0, 2, "valid", None, ["valid", 0, [], None, None, [0, None, [["entry", "xy", ""]]]]]]]
        ).encode()
        + b"\n{}",
    ],
)
def test_what_is_no_answer_is_refused_to_whoever_waits_for_it(packed: bytes) -> None:
    waiting: Future[ChunkAnswer] = Future()
    settle(waiting, packed)
    with pytest.raises(BatchRefused, match="expected the answer of a worker"):
        waiting.result(timeout=0)
