"""A desk for the command: a corpus on the disk, and the command with workers in this process."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.batch.corpus import HereWorkers, command, write_lists
from tests.verifier.world import World
from verifier.batch.work import Setup
from verifier.cli import batching
from verifier.cli.main import main


class CommandDesk:
    """Runs `cb-verifier batch` in this process and reads what it wrote."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.world = world
        self.folder = world.folder
        self.out = world.folder / "results.jsonl"
        self.workers: list[HereWorkers] = []
        self._capsys = capsys
        write_lists(world)

    @property
    def journal(self) -> Path:
        return self.out.with_name(self.out.name + ".journal")

    def put(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run(self, *more: str) -> int:
        return main(command(self.folder, "--out", str(self.out), *more))

    def output(self) -> tuple[str, str]:
        captured = self._capsys.readouterr()
        return captured.out, captured.err

    def results(self) -> list[dict[str, dict[str, object]]]:
        return [json.loads(line) for line in self.out.read_bytes().splitlines()]

    def summary(self) -> dict[str, object]:
        document = json.loads(Path(f"{self.out}.summary.json").read_bytes())
        assert isinstance(document, dict)
        return document

    def remove_results(self) -> None:
        for path in (self.out, Path(f"{self.out}.summary.json")):
            path.unlink(missing_ok=True)


@pytest.fixture
def desk(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandDesk:
    for name in ("VERIFIER_TRUST", "VERIFIER_PROFILE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERIFIER_CONFIG", str(world.folder / "config"))
    monkeypatch.setenv("VERIFIER_STATE", str(world.folder / "state"))
    desk = CommandDesk(world, capsys)
    monkeypatch.setattr(batching, "_workers", _here(desk))
    return desk


def _here(desk: CommandDesk) -> Callable[..., HereWorkers]:
    def workers(_: object, setup: Setup, *, left: int) -> HereWorkers:
        desk.workers.append(HereWorkers(setup))
        assert left >= 0
        return desk.workers[-1]

    return workers
