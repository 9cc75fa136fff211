"""The OpenAPI document names every address, and the examples of docs/verifier-api.md run as they stand there."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.keys.gate.serving import serving
from tests.verifier.world import World
from verifier.app import create_app

PAGE = Path(__file__).resolve().parents[3] / "docs" / "verifier-api.md"
EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
DOCUMENTED = re.findall(r"`(GET|POST|DELETE) (/[^`?]*)", PAGE.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder with the files of the examples, and a service."""

    folder: Path
    port: int

    def run(self, language: str) -> str:
        [*_, text] = ["\n".join(example for kind, example in EXAMPLES if kind == language)]
        program = ["bash", "-euc"] if language == "sh" else [sys.executable, "-c"]
        text = text.replace("127.0.0.1:8081", f"127.0.0.1:{self.port}")
        done = subprocess.run(
            [*program, text], cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def shell(world: World, tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "valid.pdf").write_bytes(world.sealed())
    (tmp_path / "letter.txt").write_text("hello")
    with zipfile.ZipFile(tmp_path / "applications.zip", "w") as archive:
        archive.writestr("a.txt", world.token())
        archive.writestr("letter.txt", "hello")
    with serving(create_app(world.rules(), now=lambda: world.now)) as port:
        yield Shell(tmp_path, port)


@pytest.fixture(scope="module")
def document(keys: Any, reader: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:  # noqa: ANN401 - fixtures of the world
    world = World(keys, reader, tmp_path_factory.mktemp("world"))
    found: dict[str, Any] = create_app(world.rules(), now=lambda: world.now).openapi()
    return found


def test_every_address_of_the_page_is_in_the_document_and_the_other_way_round(document: dict[str, Any]) -> None:
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "{id}", path))
        for path, each in document["paths"].items()
        for method in each
    }
    assert described == set(DOCUMENTED)


def test_every_address_says_what_it_does_and_what_it_refuses(document: dict[str, Any]) -> None:
    for path, each in document["paths"].items():
        for method, operation in each.items():
            assert operation["summary"], (path, method)
            assert len(operation["responses"]) > 1, (path, method)


def test_the_document_names_neither_version_nor_place_of_the_program(document: dict[str, Any]) -> None:
    assert str(Path.cwd()) not in json.dumps(document)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_examples_for_the_shell_run(shell: Shell) -> None:
    shell.run("sh")
    assert json.loads((shell.folder / "report.json").read_text())["verdict"] == "valid"
    assert set(json.loads((shell.folder / "job.json").read_text())) == {"job", "status", "results"}


@pytest.mark.slow
def test_the_example_for_python_runs(shell: Shell) -> None:
    printed = shell.run("python").splitlines()
    assert printed[0] == "a.txt valid"
    assert printed[1].startswith("letter.txt no certificate")
