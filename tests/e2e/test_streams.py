"""Programs whose standard streams are closed or full: nothing ends with 0 whose answer could not be given."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifier.world import NOW, STATUS_URI, Keys, World
from verifier.evidence.reader import EvidenceReader

pytestmark = pytest.mark.slow
RUN = "import sys; from {room}.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A credential that is valid, and what is needed to find that out."""
    path = tmp_path_factory.mktemp("streams")
    with EvidenceReader() as reader:
        world = World(Keys(), reader, path)
    (path / "trust.json").write_text(json.dumps(world.trust))
    (path / "list.jwt").write_text(world.status_token())
    (path / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))
    (path / "good.sdjwt").write_text(world.token())
    return path


def run(folder: Path, room: str, *arguments: str, redirect: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN.format(room=room), *arguments]
    shell = ["/bin/sh", "-c", f'exec "$@" {redirect}', "sh", *command]
    environment = {"HOME": str(folder), "LANG": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def check(folder: Path, *evidence: str, redirect: str) -> subprocess.CompletedProcess[str]:
    options = ("--trust", "trust.json", "--status-map", "map.json", "--now", NOW.isoformat())
    return run(folder, "verifier", "check", *evidence, *options, redirect=redirect)


@pytest.mark.parametrize(("redirect", "code"), [("", 0), (">&-", 5), (">/dev/full", 5), ("2>&-", 0)])
def test_answer_that_nobody_can_get_is_no_success(folder: Path, redirect: str, code: int) -> None:
    assert check(folder, "good.sdjwt", redirect=redirect).returncode == code


@pytest.mark.parametrize("redirect", ["<&-", "</dev/null"])
def test_closed_input_is_an_empty_one(folder: Path, redirect: str) -> None:
    done = check(folder, "-", redirect=redirect)
    assert (done.returncode, "empty" in done.stderr) == (4, True)


@pytest.mark.parametrize(("room", "words"), [("issuer", ["sources", "--json"]), ("wallet_cli", ["--help"])])
def test_every_program_says_that_its_answer_could_not_be_written(folder: Path, room: str, words: list[str]) -> None:
    done = run(folder, room, *words, redirect=">/dev/full")
    assert (done.returncode, "could not be written" in done.stderr) == (5, True)


@pytest.mark.parametrize("room", ["issuer", "verifier", "wallet_cli"])
def test_no_program_ends_well_when_nobody_can_get_its_answer(folder: Path, room: str) -> None:
    assert run(folder, room, "--help", redirect=">&-").returncode == 5
