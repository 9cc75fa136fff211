"""The command as its own processes: killed and gone on with, on one machine and on a cluster, always the same bytes."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifier.batch.corpus import command, write_corpus, write_lists
from tests.verifier.world import World

ROOT = Path(__file__).parents[3]
PROGRAM = "from verifier.cli.main import main; raise SystemExit(main())"
FILES = 200

pytestmark = pytest.mark.slow


class Program:
    """`cb-verifier batch` over a corpus, in processes of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def arguments(self, out: str, *more: str) -> list[str]:
        paths = ["apps", "--manifest", "manifest.csv", "--out", out]
        return [sys.executable, "-c", PROGRAM, *command(Path(), *paths, *more)]

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}

    def run(self, out: str, *more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.arguments(out, *more),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def killed_after(self, results: int, out: str) -> None:
        """Start it, and kill it without warning once the journal holds some results."""
        process = subprocess.Popen(
            self.arguments(out, "--jobs", "2"),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        journal = self.folder / f"{out}.journal"
        while process.poll() is None:
            lines = journal.read_bytes().count(b"\n") if journal.exists() else 0
            if lines > results:
                process.send_signal(signal.SIGKILL)
                break
        assert process.wait() == -signal.SIGKILL

    def outcome(self, out: str) -> tuple[bytes, bytes]:
        return (self.folder / out).read_bytes(), (self.folder / f"{out}.summary.json").read_bytes()


@pytest.fixture
def program(world: World) -> Program:
    write_corpus(world, FILES)
    return Program(world.folder)


@pytest.fixture
def cluster() -> Iterator[str]:
    """A Dask cluster of two workers in processes of their own."""
    script = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        input()\n"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.communicate("\n")


def test_one_process_two_and_a_cluster_give_the_same_bytes(program: Program, cluster: str) -> None:
    codes = [
        program.run("one.jsonl", "--jobs", "1").returncode,
        program.run("two.jsonl", "--jobs", "2").returncode,
        program.run("cluster.jsonl", "--dask", cluster).returncode,
    ]
    assert codes == [1, 1, 1]
    assert program.outcome("one.jsonl") == program.outcome("two.jsonl") == program.outcome("cluster.jsonl")


def test_second_batch_on_a_cluster_is_judged_by_its_own_lists(program: Program, cluster: str, world: World) -> None:
    program.run("first.jsonl", "--dask", cluster)
    world.statuses = {8 + 4 * number: 1 for number in range(FILES)}
    write_lists(world)
    program.run("second.jsonl", "--dask", cluster)
    before, after = (
        json.loads(program.outcome(name)[1])["verdicts"]["valid"] for name in ("first.jsonl", "second.jsonl")
    )
    assert (before, after) == (140, 0)


def test_batch_that_was_killed_goes_on_to_the_same_bytes(program: Program) -> None:
    program.run("whole.jsonl")
    for results in (1, 120):
        name = f"killed{results}.jsonl"
        program.killed_after(results, name)
        with (program.folder / f"{name}.journal").open("ab") as journal:
            journal.write(b'{"report":1,"verdict":"val')  # as a line that was being written
        assert program.run(name, "--jobs", "1", "--resume").returncode == 1
        assert program.outcome(name) == program.outcome("whole.jsonl")


def test_batch_that_is_killed_leaves_no_process_behind(program: Program) -> None:
    program.killed_after(20, "killed.jsonl")
    mark = str(program.folder).encode()
    for process in (path for path in Path("/proc").iterdir() if path.name.isdigit()):
        assert _ends_by_itself(process, mark), process.name


def _ends_by_itself(process: Path, mark: bytes) -> bool:
    """Return whether a process is none of the program's, or ends without being asked."""
    try:
        if mark not in (process / "environ").read_bytes():
            return True
        descriptor = os.pidfd_open(int(process.name))
    except OSError:  # it has ended, or is not ours
        return True
    try:
        return bool(select.select([descriptor], [], [], 60)[0])
    finally:
        os.close(descriptor)


def test_cluster_that_is_not_there_exits_2(program: Program) -> None:
    done = program.run("none.jsonl", "--dask", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "expected a Dask scheduler at tcp://127.0.0.1:9" in done.stderr
    assert not (program.folder / "none.jsonl.journal").exists()


def test_sealed_pdfs_are_judged_by_warm_child_processes(world: World) -> None:
    folder = world.folder / "apps"
    folder.mkdir()
    sealed = world.sealed()
    broken = sealed.replace(b"/Type /Page\n", b"/Type /Page \n", 1) if b"/Type /Page\n" in sealed else sealed + b"\n%"
    for number, data in enumerate((sealed, broken, sealed[:5000], sealed)):
        (folder / f"{number}.pdf").write_bytes(data)
    write_lists(world)
    (world.folder / "manifest.csv").write_text("applicant_no,path\nA,apps")
    assert Program(world.folder).run("r.jsonl", "--jobs", "2").returncode == 1
    results = [json.loads(line) for line in (world.folder / "r.jsonl").read_bytes().splitlines()]
    assert [each.get("verdict", "error") for each in results] == ["valid", "invalid", "error", "valid"]
    assert results[0]["parts"]["document"] == "valid"
