"""Programs start quickly: what they load is counted, for counts do not depend on the machine."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.verifier.world import NOW, STATUS_URI, Keys, World
from verifier.evidence.reader import EvidenceReader

ROOT = Path(__file__).resolve().parent.parent
LOADED = """
import sys
before = set(sys.modules)
from {room}.cli.main import main
code = 0
try:
    code = main(sys.argv[1:])
except SystemExit as stop:
    code = stop.code
print(code, *sorted(set(sys.modules) - before), file=sys.stderr)
"""


def loaded(room: str, *arguments: str, folder: Path = ROOT) -> set[str]:
    """Return the modules that a program loads beyond those of Python itself."""
    program = [sys.executable, "-c", LOADED.format(room=room), *arguments]
    environment = {"HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    code, *modules = done.stderr.split()
    assert code == "0"
    return set(modules)


def version_with(built: ModuleType | None, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return what the programs say when this is what the build wrote."""
    monkeypatch.setitem(sys.modules, "credential_schemas.built_version", built)
    file = importlib.util.spec_from_file_location("version_read_again", ROOT / "credential_schemas/version.py")
    assert file is not None
    assert file.loader is not None
    module = importlib.util.module_from_spec(file)
    file.loader.exec_module(module)
    return module.VERSION


def test_version_is_that_of_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    built = ModuleType("credential_schemas.built_version")
    built.VERSION = "1.2.3"  # type: ignore[attr-defined] # as a build writes it
    assert version_with(built, monkeypatch) == "1.2.3"


def test_version_of_a_checkout_without_a_build_claims_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert version_with(None, monkeypatch) == "0.0"


def test_version_of_the_verifier_loads_its_own_modules_only() -> None:
    assert loaded("verifier", "--version") - {"credential_schemas.built_version"} == {
        "credential_schemas",
        "credential_schemas.version",
        "verifier",
        "verifier.cli",
        "verifier.cli.main",
    }


@pytest.mark.parametrize("room", ["issuer", "wallet_cli"])
def test_version_of_the_other_programs_loads_no_package_metadata(room: str) -> None:
    assert "importlib.metadata" not in loaded(room, "--version")


@pytest.mark.parametrize("command", [[], ["check"], ["trust", "add"]], ids=["", "check", "trust-add"])
def test_help_of_the_verifier_loads_no_parser(command: list[str]) -> None:
    assert loaded("verifier", *command, "--help") - {"credential_schemas.built_version"} == {
        "credential_schemas",
        "credential_schemas.program",
        "verifier",
        "verifier.cli",
        "verifier.cli.main",
    }


@pytest.mark.parametrize(
    ("task", "unneeded"),
    [
        ("pdf", {"pypdf", "pyhanko", "cryptography", "importlib.resources", "keys.jwk"}),
        ("seal", {"pypdf", "pyhanko", "PIL", "pypdfium2", "importlib.metadata", "logging", "keys.key_files"}),
    ],
)
def test_a_server_of_children_loads_what_its_task_needs(task: str, unneeded: set[str]) -> None:
    program = "import sys; from verifier.evidence.worker import LOADERS; LOADERS[sys.argv[1]](); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program, task], capture_output=True, text=True, check=True)
    assert not unneeded & set(done.stdout.split())


def test_check_of_a_bare_credential_loads_neither_processes_nor_network_nor_codes(tmp_path: Path) -> None:
    with EvidenceReader() as reader:
        world = World(Keys(), reader, tmp_path)
    (tmp_path / "trust.json").write_text(json.dumps(world.trust))
    (tmp_path / "list.jwt").write_text(world.status_token())
    (tmp_path / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))
    (tmp_path / "good.sdjwt").write_text(world.token())
    options = ("--trust", "trust.json", "--status-map", "map.json", "--offline", "--now", NOW.isoformat())
    modules = loaded("verifier", "check", *options, "good.sdjwt", folder=tmp_path)
    unneeded = {
        "dataclasses",
        "inspect",
        "cryptography.hazmat.backends.openssl.backend",
        "subprocess",
        "asyncio",
        "ssl",
        "httpcore",
        "argon2",
        "importlib.metadata",
        "pypdf",
        "PIL",
        "zxingcpp",
        "pyhanko",
        "keys.fetch",
        "verifier.evidence.fork_server",
        "verifier.evidence.codes",
        "verifier.evidence.pdf_reading",
        "credential_schemas.qr",
        "cryptography.x509",
        "importlib.resources",
        "zipfile",
        "tempfile",
        "email",
        "socket",
    }
    assert not unneeded & modules
    assert len(modules) <= 202
