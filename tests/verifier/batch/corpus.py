"""Many applications of one world, some of them revoked, forged, corrupt or handed in twice; and workers for tests."""

import dataclasses
import json
import os
import signal
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Self

from credential_schemas.certificate_claims import CertificateClaims, Holder, StatusReference
from tests.verifier.world import NOW, STATUS_URI, World, claims, entry
from verifier.batch.lines import Line
from verifier.batch.lists import KnownList
from verifier.batch.work import ChunkAnswer, Setup, Task, at_most, check_chunk
from verifier.batch.workers import WorkerLost
from verifier.policies.profile import DEFAULT_PROFILE

FORGERY = "WyJzIiwibmFtZSIsIngiXQ~"
NOW_TEXT = "2026-11-21T12:00:00+09:00"
OF_TEN = {3: "revoked", 5: "forged", 7: "corrupt", 9: "copy"}
"""What is wrong with the files whose number ends so; nothing with the others."""


def application(number: int) -> CertificateClaims:
    """Return the claims of one applicant's certificate; every one has its own number and indexes."""
    index = 8 + 4 * number
    return dataclasses.replace(
        claims(entry(idx=index + 1)),
        number=f"2026-0001-{number:04d}",
        status=StatusReference(STATUS_URI, index),
        holder=Holder(f"홍길동{number}", "HONG GILDONG", NOW.date()),
    )


def setup_of(world: World, **more: object) -> Setup:
    """Return the setup of a batch in this world."""
    setup = Setup(
        trust=json.dumps(world.trust).encode(),
        profile=DEFAULT_PROFILE,
        now=NOW,
        simulated=True,
        run_id=str(world.folder),
    )
    return dataclasses.replace(setup, **more)  # type: ignore[arg-type]  # the names and types of Setup, checked when it runs


def write_corpus(world: World, count: int) -> dict[str, str]:
    """Write applications, a manifest, trust and status list; return what is wrong with each file."""
    folder = world.folder / "apps"
    folder.mkdir()
    kinds = {f"{number:05d}.sdjwt": OF_TEN.get(number % 10, "good") for number in range(count)}
    tokens: list[str] = []
    for number, (name, kind) in enumerate(kinds.items()):
        token = world.token(application(number))
        if kind == "revoked":
            world.statuses[8 + 4 * number] = 1
        tokens.append(token)
        text = {"forged": token + FORGERY, "corrupt": token[:40], "copy": tokens[number - 1]}.get(kind, token)
        (folder / name).write_text(text)
    rows = [f"A-{number:04d},apps/{name},홍길동{number},{NOW.date()}" for number, name in enumerate(kinds)]
    (world.folder / "manifest.csv").write_text("\n".join(["applicant_no,path,name,birth_date", *rows]), "utf-8")
    write_lists(world)
    return kinds


def write_lists(world: World) -> None:
    """Write trust list, status list and status map."""
    (world.folder / "trust.json").write_text(json.dumps(world.trust))
    (world.folder / "list.jwt").write_text(world.status_token(size=1 << 14))
    (world.folder / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))


def command(folder: Path, *more: str) -> list[str]:
    """Return the arguments of `cb-verifier` for the corpus."""
    rules = ["--trust", str(folder / "trust.json"), "--status-map", str(folder / "map.json"), "--offline"]
    return ["batch", *rules, "--now", NOW_TEXT, *more]


class HereWorkers:
    """Checks chunks in this process, at once; lists every chunk it was given."""

    chunk_files = 8
    capacity = 2

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.chunks: list[tuple[int, ...]] = []
        self.kills: dict[int, int] = {}
        self.loss = WorkerLost("worker_lost", is_final=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def submit(self, tasks: Sequence[Task], lists: Sequence[KnownList]) -> "Future[ChunkAnswer]":
        """Check a chunk, unless it holds a file that kills its worker."""
        self.chunks.append(tuple(task.number for task in tasks))
        future: Future[ChunkAnswer] = Future()
        deadly = next((task.number for task in tasks if self.kills.get(task.number, 0) > 0), None)
        if deadly is not None:
            self.kills[deadly] -= 1
            future.set_exception(self.loss)
        else:
            future.set_result(check_chunk(self.setup, tasks, lists))
        return future


def check_or_end(setup: Setup, tasks: Sequence[Task], lists: Sequence[KnownList]) -> ChunkAnswer:
    """Stand for a check whose files make their worker hang or end."""
    lines = []
    for task in tasks:
        with at_most(setup.file_s):
            while task.data == b"hang":
                pass
            if task.data == b"die":
                os.kill(os.getpid(), signal.SIGKILL)
        lines.append(Line(task.number, b"%d" % task.number, "valid"))
    return ChunkAnswer(tuple(lines))


def end_at_once() -> None:
    """Stand for a process that cannot even begin."""
    os._exit(1)
