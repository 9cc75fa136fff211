"""A run over many files: results in order whatever happens to workers, and nothing lost when it is killed."""

import hashlib
import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Future
from multiprocessing.context import ForkServerContext

import pytest

from keys.trust_list import TrustList
from tests.verifier.batch.corpus import HereWorkers, application, check_or_end, end_at_once, setup_of
from tests.verifier.world import NOW, STATUS_URI, World
from verifier.batch.facts import exit_code_of
from verifier.batch.inputs import Item
from verifier.batch.journal import Journal, journal_of, read_kept, results_in
from verifier.batch.lanes import ProcessLanes, _begin, _Lane
from verifier.batch.lines import Line
from verifier.batch.lists import KnownList, ListDesk
from verifier.batch.running import BatchRun, check_unchanged
from verifier.batch.work import ChunkAnswer, Task
from verifier.batch.workers import WorkerLost, Workers
from verifier.errors import BatchRefused
from verifier.exit_codes import ExitCode


class Bench:
    """A folder of files and one run over them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.setup = setup_of(world)
        self.workers = HereWorkers(self.setup)
        self.journal = journal_of(world.folder / "r.jsonl")
        self.told: list[int] = []

    def items(self, *contents: str | bytes) -> list[Item]:
        items = []
        for number, content in enumerate(contents):
            path = self.world.folder / f"{number}.file"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            items.append(Item(path.name, path))
        return items

    def tokens(self, count: int) -> list[Item]:
        return self.items(*(self.world.token(application(number)) for number in range(count)))

    def run(self, items: Sequence[Item], workers: Workers | None = None, *, done: int = 0) -> list[dict[str, object]]:
        kept = read_kept(self.journal) if done else None
        trust = TrustList.parse(json.dumps(self.world.trust).encode())
        with Journal(self.journal, header={"journal": 1}, kept=kept) as journal:
            desk = ListDesk(self.world.rules().statuses, trust, now=int(NOW.timestamp()), note=journal.add_list)
            if kept is not None:
                desk.restore(kept.lists)
            run = BatchRun(
                self.setup,
                workers or self.workers,
                desk=desk,
                journal=journal,
                told=lambda line: self.told.append(line.number),
            )
            run.run(items, done=done)
        return [dict(line) for line in results_in(self.journal)]


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world)


def kinds(results: Sequence[dict[str, object]]) -> list[str]:
    return [str(each.get("verdict") or each["error"]["kind"]) for each in results]  # type: ignore[index]  # an error line


def test_results_stand_in_the_order_of_the_files(bench: Bench) -> None:
    results = bench.run(bench.tokens(30))
    assert kinds(results) == ["valid"] * 30
    assert bench.told == [each["batch"]["n"] for each in results] == list(range(30))  # type: ignore[index]  # an object


def test_list_is_asked_for_once_by_the_parent_and_noted_before_its_first_result(bench: Bench) -> None:
    bench.run(bench.tokens(40))
    assert bench.world.requested == [STATUS_URI]
    starts = [line[:8] for line in bench.journal.read_bytes().splitlines()]
    assert starts[:3] == [b'{"journa', b'{"list":', b'{"report']
    assert sum(start == b'{"list":' for start in starts) == 1


def test_only_one_file_is_begun_twice_for_a_list(bench: Bench) -> None:
    bench.run(bench.tokens(40))
    assert bench.workers.chunks[:2] == [tuple(range(8)), tuple(range(8))]
    assert sum(map(len, bench.workers.chunks)) == 48


def test_list_that_cannot_be_had_is_asked_for_once_and_every_file_says_so(bench: Bench) -> None:
    bench.world.network = lambda _: b"no list"
    results = bench.run(bench.tokens(20))
    assert kinds(results) == ["indeterminate"] * 20
    assert bench.world.requested == [STATUS_URI]


def test_files_that_cannot_be_read_have_their_line_in_their_place(bench: Bench) -> None:
    items = bench.tokens(6)
    items[1] = Item("gone", bench.world.folder / "gone")
    items[4] = Item("link", None, problem="link_outside")
    assert kinds(bench.run(items)) == ["valid", "file_missing", "valid", "valid", "link_outside", "valid"]


def test_batch_of_nothing_readable_ends(bench: Bench) -> None:
    assert kinds(bench.run([Item("gone", None)] * 20)) == ["file_missing"] * 20


def test_large_files_are_not_gathered_into_one_chunk(bench: Bench) -> None:
    items = bench.items(*(b"x" * 5_000_000 for _ in range(6)))
    bench.workers.chunk_files = 6
    assert kinds(bench.run(items)) == ["not_a_certificate"] * 6
    assert max(map(len, bench.workers.chunks)) == 1


def test_lost_worker_costs_no_file_its_verdict(bench: Bench) -> None:
    bench.workers.kills = {11: 1}
    assert kinds(bench.run(bench.tokens(32))) == ["valid"] * 32
    alone = [chunk for chunk in bench.workers.chunks if len(chunk) == 1]
    assert (11,) in alone


def test_file_whose_worker_is_killed_again_and_again_gets_an_error_line(bench: Bench) -> None:
    bench.workers.kills = {3: 99}
    results = bench.run(bench.tokens(12))
    assert kinds(results) == ["valid"] * 3 + ["worker_lost"] + ["valid"] * 8
    assert bench.workers.chunks.count((3,)) == 3
    assert exit_code_of(results[3]) is ExitCode.BUG  # type: ignore[arg-type]  # JSON


def test_file_that_is_killed_twice_still_gets_its_verdict(bench: Bench) -> None:
    bench.workers.kills = {3: 3}  # once in its chunk, twice alone
    assert kinds(bench.run(bench.tokens(4)))[3] == "valid"


def test_single_file_whose_worker_is_lost_is_suspected_before_it_is_given_up(bench: Bench) -> None:
    bench.workers.kills = {0: 1}
    assert kinds(bench.run(bench.tokens(1))) == ["valid"]


def test_file_that_used_up_its_time_gets_an_error_line_at_once(bench: Bench) -> None:
    bench.workers.loss = WorkerLost("took_too_long", is_final=True)
    bench.workers.kills = {3: 2}
    assert kinds(bench.run(bench.tokens(4)))[3] == "took_too_long"


def test_run_goes_on_behind_the_results_it_has_without_asking_again(bench: Bench) -> None:
    items = bench.tokens(20)
    bench.run(items)
    whole = bench.journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    bench.journal.write_bytes(b"".join(lines[:9]) + lines[9][:100])
    bench.run(items, done=7)
    assert bench.journal.read_bytes() == whole
    assert bench.world.requested == [STATUS_URI]


@pytest.mark.parametrize(
    "damage", [b"", b"no json\n", b"[]\n", b'{"journal":1}\n{"list":7}\n', b'{"list":{}}\n{"list":{']
)
def test_journal_that_is_none_is_refused(bench: Bench, damage: bytes) -> None:
    bench.journal.write_bytes(damage)
    if damage.startswith(b'{"list":{}}'):
        assert read_kept(bench.journal).results == 0
        return
    with pytest.raises(BatchRefused) as refused:
        read_kept(bench.journal)
    assert refused.value.kind == "resume"


def test_missing_journal_and_one_that_is_there_already_are_refused(bench: Bench) -> None:
    with pytest.raises(BatchRefused, match="readable journal"):
        read_kept(bench.journal)
    bench.journal.write_bytes(b"")
    with pytest.raises(BatchRefused, match="write beside the output"):
        Journal(bench.journal, header={}, kept=None)


def test_file_with_a_result_that_is_gone_or_another_now_is_noticed(bench: Bench) -> None:
    items = bench.items("one", "two")
    digests = [hashlib.sha256(text).hexdigest() for text in (b"one", b"two")]
    check_unchanged(items, iter(digests))
    check_unchanged([*items, Item("never there", None)], iter([*digests, None]))
    (bench.world.folder / "1.file").unlink()
    with pytest.raises(BatchRefused, match=r"expected 1\.file as it was"):
        check_unchanged(items, iter(digests))


def test_journal_is_for_its_owner_only(bench: Bench) -> None:
    bench.run(bench.tokens(1))
    assert bench.journal.stat().st_mode & 0o777 == 0o600


class Unwilling(HereWorkers):
    """A worker that refuses."""

    def submit(self, tasks: Sequence[Task], lists: Sequence[KnownList]) -> "Future[ChunkAnswer]":
        future: Future[ChunkAnswer] = Future()
        future.set_exception(BatchRefused("cluster", "another version"))
        return future


def test_workers_that_refuse_stop_the_batch(bench: Bench) -> None:
    with pytest.raises(BatchRefused, match="another version"):
        bench.run(bench.tokens(3), Unwilling(bench.setup))


def test_process_of_a_batch_leaves_interrupts_to_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[object, object]] = []
    monkeypatch.setattr("verifier.batch.lanes.signal.signal", lambda *each: given.append(each))
    assert multiprocessing.parent_process() is None
    _begin()
    assert len(given) == 2


@pytest.mark.slow
def test_file_that_hangs_or_kills_its_process_leaves_the_others_their_results(bench: Bench) -> None:
    setup = setup_of(bench.world, file_s=1.0)
    bench.setup = setup
    items = bench.items(*[b"good"] * 5, b"hang", *[b"good"] * 5, b"die", *[b"good"] * 5)
    with ProcessLanes(2, setup, check=check_or_end) as lanes:
        lines: list[Line] = []
        with Journal(bench.journal, header={}, kept=None) as journal:
            trust = TrustList.parse(json.dumps(bench.world.trust).encode())
            desk = ListDesk(bench.world.rules().statuses, trust, now=0, note=journal.add_list)
            BatchRun(setup, lanes, desk=desk, journal=journal, told=lines.append).run(items, done=0)
    assert [line.number for line in lines] == list(range(17))
    texts = {line.number: line.text for line in lines if line.verdict == "error"}
    assert {number: json.loads(text)["error"]["kind"] for number, text in texts.items()} == {
        5: "took_too_long",
        11: "worker_lost",
    }


@pytest.mark.slow
def test_processes_that_cannot_even_begin_stop_the_batch_before_many_are_tried(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[_Lane] = []

    def lane(context: ForkServerContext) -> _Lane:
        started.append(_Lane(context))
        return started[-1]

    monkeypatch.setattr("verifier.batch.lanes._begin", end_at_once)
    monkeypatch.setattr("verifier.batch.lanes._Lane", lane)
    with (
        ProcessLanes(1, bench.setup, check=check_or_end) as lanes,
        Journal(bench.journal, header={}, kept=None) as journal,
    ):
        trust = TrustList.parse(json.dumps(bench.world.trust).encode())
        desk = ListDesk(bench.world.rules().statuses, trust, now=0, note=journal.add_list)
        run = BatchRun(bench.setup, lanes, desk=desk, journal=journal, told=lambda _: None)
        with pytest.raises(BatchRefused, match="found each new one ended"):
            run.run(bench.items(*[b"good"] * 40), done=0)
    assert len(started) < 12
