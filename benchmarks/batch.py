"""What a batch costs: processor time of processes and of a cluster beside one loop, memory of the parent, exact counts.

Beside the batch in one process also stand two such batches at the same time: the part of two processes' cost that two
busy processors have whoever uses them.

Every run is a program of its own; its processor time is that of all its processes, also of those that outlive it for a
moment. What a run of a few files costs is taken off, so that the figures are those of many files. A hundredth of the
files each is corrupt, revoked and forged, and the counts must come out exactly. Writes benchmarks/results/batch.json.

    python benchmarks/batch.py [--credentials 10000] [--pdfs 200] [--rounds 3] [--many-pdfs 0] [--skip-cluster]

`--many-pdfs 10000` checks so many sealed PDFs with two processes, without the loop beside them.
"""

import argparse
import ctypes
import dataclasses
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.machine import machine
from credential_schemas.certificate_claims import StatusReference
from tests.verifier.world import NOW, STATUS_URI, Keys, World, claims, entry, training
from verifier.evidence.reader import EvidenceReader

RESULT = Path(__file__).resolve().parent / "results" / "batch.json"
ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("cryptography", "distributed", "pypdf", "pypdfium2", "pyhanko")
FORGERY = "WyJzIiwibmFtZSIsIngiXQ~"
SUBREAPER = 36  # linux/prctl.h: processes without a parent come to us
SAMPLE_S = 0.25
FEW = 16  # files of the run that is taken off
COMMAND = "from verifier.cli.main import main; raise SystemExit(main())"
ONE_PROCESS = """
from concurrent.futures import Future
from verifier.batch.limits import CHUNK_FILES
from verifier.batch.work import check_chunk
from verifier.cli import batching
from verifier.cli.main import main
class Here:
    chunk_files, capacity = CHUNK_FILES, 1
    def __init__(self, setup): self.setup = setup
    def __enter__(self): return self
    def __exit__(self, *_): return None
    def submit(self, tasks, lists):
        future = Future()
        future.set_result(check_chunk(self.setup, tasks, lists))
        return future
batching._workers = lambda arguments, setup, *, left: Here(setup)
raise SystemExit(main())
"""
SERIAL = """
import json, sys
from datetime import datetime
from pathlib import Path
from verifier.batch.lists import KnownList
from verifier.batch.work import Checker, Setup, Task
from verifier.policies.profile import DEFAULT_PROFILE
folder, now, issuer, uri = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3], sys.argv[4]
setup = Setup((folder / "trust.json").read_bytes(), DEFAULT_PROFILE, now, simulated=True)
known = KnownList(issuer, uri, None, "", int(now.timestamp()), (folder / "list.jwt").read_text())
checker = Checker(setup)
with (folder / "serial.jsonl").open("wb") as out:
    for number, path in enumerate(sorted((folder / sys.argv[5]).iterdir())):
        out.write(checker.check([Task(number, str(path), path.read_bytes())], [known]).lines[0].text + b"\\n")
checker.close()
"""
SIDE_BY_SIDE = """
import subprocess, sys
both = [subprocess.Popen([*sys.argv[1:], "--out", name]) for name in ("out.jsonl", "out.jsonl.other.jsonl")]
raise SystemExit(max([each.wait() for each in both]))
"""
CLUSTER = """
import subprocess, sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        code = subprocess.run([*sys.argv[1:], "--dask", cluster.scheduler_address], check=False).returncode
    raise SystemExit(code)
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """What one program took: processor and wall time in seconds, and the memory of its first process in MiB."""

    processor: float
    wall: float
    memory: tuple[float, ...] = ()


def write_corpus(folder: Path, name: str, count: int, *, sealed: bool) -> dict[str, int]:
    """Write certificates, of every hundred one corrupt, one revoked and one forged; return the verdicts to expect."""
    with EvidenceReader() as reader:
        world = World(Keys(), reader, folder)
    files = folder / name
    files.mkdir(parents=True)
    expected = {"valid": 0, "invalid": 0, "indeterminate": 0, "error": 0}
    for number in range(count):
        index = 16 + 4 * number
        own = dataclasses.replace(
            claims(entry(idx=index + 1), training(idx=index + 2)),
            number=f"2026-0001-{number:05d}",
            status=StatusReference(STATUS_URI, index),
        )
        token, part = world.token(own), number % 100
        if part == 1:
            world.statuses[index] = 1
        if part == 2:
            token += FORGERY
        data = world.sealed(token, own) if sealed else token.encode()
        (files / f"{number:05d}").write_bytes(data[: len(data) // 3] if part == 3 else data)
        expected[{1: "invalid", 2: "invalid", 3: "error"}.get(part, "valid")] += 1
    (folder / f"{name}-few").mkdir()
    for number in range(FEW):
        (folder / f"{name}-few" / str(number)).write_bytes((files / "00000").read_bytes())
    (folder / "trust.json").write_text(json.dumps(world.trust))
    (folder / "list.jwt").write_text(world.status_token(size=1 << 17))
    (folder / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))
    return expected


def measured(command: list[str], folder: Path) -> Run:
    """Run a program, and wait for everything it started."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    memory = []
    while process.poll() is None:
        memory.append(resident(process.pid))
        time.sleep(SAMPLE_S)
    wall = time.perf_counter() - started
    if process.returncode not in (0, 1):
        raise SystemExit(f"expected {command[-1]} to end with 0 or 1, found {process.returncode}")
    with suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(used, wall, tuple(each for each in memory if each > 0))


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB, 0 when it has gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(found[0]) / 1024 if found else 0.0


def batch(folder: Path, files: str, *more: str, program: str = COMMAND, before: Sequence[str] = ()) -> Run:
    """Run `cb-verifier batch` over a folder; `program` is how it is started, `before` who starts it."""
    for old in folder.glob("out.jsonl*"):
        old.unlink()
    rules = ["--trust", "trust.json", "--status-map", "map.json", "--offline", "--now", NOW.isoformat()]
    command = [sys.executable, "-c", program, "batch", files, *rules, "--out", "out.jsonl", *more]
    return measured([*before, *command], folder)


def side_by_side(folder: Path, files: str) -> Run:
    """Run the batch of one process twice at the same time, and return half of what both took.

    Two busy processors share memory and cache: what that costs is the machine's, not the pool's.
    """
    script = folder / "side_by_side.py"
    script.write_text(SIDE_BY_SIDE)
    both = batch(folder, files, program=ONE_PROCESS, before=(sys.executable, script.name))
    return Run(both.processor / 2, both.wall)


def verdicts(folder: Path) -> dict[str, int]:
    """Return the counts of the last batch."""
    found: dict[str, int] = summary(folder)["verdicts"]
    return found


def summary(folder: Path) -> dict[str, dict[str, int]]:
    """Return the summary of the last batch."""
    found: dict[str, dict[str, int]] = json.loads((folder / "out.jsonl.summary.json").read_text())
    return found


def compared(folder: Path, files: str, count: int, *, expected: dict[str, int], rounds: int) -> dict[str, object]:
    """Return what two processes take, beside the same batch in one, and beside a loop that checks and nothing else.

    Every round runs all of them in turn, because other work on the machine comes and goes; figures are medians.
    """
    serial = [sys.executable, "-c", SERIAL, str(folder), NOW.isoformat(), "https://bank.example", STATUS_URI]
    kinds: dict[str, Callable[[str], Run]] = {
        "loop": lambda name: measured([*serial, name], folder),
        "one_process": lambda name: batch(folder, name, program=ONE_PROCESS),
        "two_of_one_process": lambda name: side_by_side(folder, name),
        "two_processes": lambda name: batch(folder, name, "--jobs", "2"),
    }
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    last: dict[str, Run] = {}
    for _ in range(rounds):
        for name, run in kinds.items():
            few = run(f"{files}-few")
            last[name] = run(files)
            taken[name].append(last[name].processor - few.processor)
            if name != "loop" and verdicts(folder) != expected:
                raise SystemExit(f"expected {expected}, found {verdicts(folder)}")

    def times(of: str, beside: str) -> dict[str, float]:
        ratios = [mine / other for mine, other in zip(taken[of], taken[beside], strict=True)]
        return {"median": round(statistics.median(ratios), 3), "least": round(min(taken[of]) / min(taken[beside]), 3)}

    return {
        "files": count,
        "rounds": rounds,
        "verdicts": expected,
        "processor_ms_a_file": {
            name: round(1000 * statistics.median(each) / (count - FEW), 2) for name, each in taken.items()
        },
        "processor_times_one_process": times("two_processes", "one_process"),
        "processor_times_two_of_one_process": times("two_processes", "two_of_one_process"),
        "processor_times_loop": times("two_processes", "loop"),
        "parent_memory_mib": memory_of(last["two_processes"]),
    }


def memory_of(run: Run) -> dict[str, float]:
    """Return what the first process held early, at the end, and at most."""
    quarter = max(1, len(run.memory) // 4)
    return {
        "second_quarter": round(statistics.median(run.memory[quarter : 2 * quarter]), 1),
        "last_quarter": round(statistics.median(run.memory[-quarter:]), 1),
        "most": round(max(run.memory), 1),
    }


def classified(folder: Path, files: str, count: int, expected: dict[str, int]) -> dict[str, object]:
    """Return what many files take with two processes; every verdict must be the expected one."""
    pool = batch(folder, files, "--jobs", "2")
    if verdicts(folder) != expected:
        raise SystemExit(f"expected {expected}, found {verdicts(folder)}")
    return {
        "files": count,
        "verdicts": expected,
        "reasons": summary(folder)["reasons"],
        "errors": summary(folder)["errors"],
        "processor_ms_a_file": round(1000 * pool.processor / count, 2),
        "parent_memory_mib": memory_of(pool),
    }


def on_cluster(folder: Path, files: str, *, expected: dict[str, int], rounds: int) -> dict[str, object]:
    """Return what two workers of a Dask cluster take, beside two processes, in chunks of up to 500 files."""
    ratios, pools, clusters = [], [], []
    (folder / "cluster.py").write_text(CLUSTER)
    starts = (sys.executable, "cluster.py")
    for _ in range(rounds):
        few = batch(folder, f"{files}-few", "--jobs", "2").processor
        pools.append(batch(folder, files, "--jobs", "2").processor - few)
        few = batch(folder, f"{files}-few", before=starts).processor
        clusters.append(batch(folder, files, before=starts).processor - few)
        ratios.append(clusters[-1] / pools[-1])
        if verdicts(folder) != expected:
            raise SystemExit(f"expected {expected}, found {verdicts(folder)}")
    return {
        "rounds": rounds,
        "processor_times_processes": {
            "median": round(statistics.median(ratios), 3),
            "least": round(min(clusters) / min(pools), 3),
        },
    }


def main() -> None:
    """Measure, write the results, print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n    python")[0])
    parser.add_argument("--credentials", type=int, default=10_000, help="bare credentials (10000)")
    parser.add_argument("--pdfs", type=int, default=200, help="sealed PDFs (200)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the least counts (3)")
    parser.add_argument("--many-pdfs", type=int, default=0, help="so many sealed PDFs, without the loop beside them")
    parser.add_argument("--skip-cluster", action="store_true", help="without Dask")
    arguments = parser.parse_args()
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    result: dict[str, object] = {"machine": machine(LIBRARIES)}
    if RESULT.exists() and not arguments.many_pdfs:
        result |= {name: value for name, value in json.loads(RESULT.read_text()).items() if name == "many_pdfs"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "credentials"
        expected = write_corpus(folder, "files", arguments.credentials, sealed=False)
        result["credentials"] = compared(
            folder, "files", arguments.credentials, expected=expected, rounds=arguments.rounds
        )
        if not arguments.skip_cluster:
            result["cluster"] = on_cluster(folder, "files", expected=expected, rounds=arguments.rounds)
        folder = Path(name) / "pdfs"
        expected = write_corpus(folder, "files", arguments.pdfs, sealed=True)
        result["pdfs"] = compared(folder, "files", arguments.pdfs, expected=expected, rounds=arguments.rounds)
        if arguments.many_pdfs:
            folder = Path(name) / "many"
            expected = write_corpus(folder, "files", arguments.many_pdfs, sealed=True)
            result["many_pdfs"] = classified(folder, "files", arguments.many_pdfs, expected)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
