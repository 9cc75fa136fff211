"""S16: an offline check asks the kernel for no Internet socket, the parent as little as its children (strace)."""

import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from tests.verifier.world import NOW, STATUS_URI, World

CHECK = "from verifier.cli.main import main; raise SystemExit(main())"
TRACED = "trace=%network,%process,prctl"
CONFINED = re.compile(r"^(\d+) +prctl\(PR_SET_PDEATHSIG, SIGKILL", re.MULTILINE)
GRANDCHILD = """
import os, socket
if os.fork() == 0:
    if os.fork() == 0:
        socket.socket().connect_ex(("127.0.0.1", 9))
        os._exit(0)
    os.wait()
    os._exit(0)
os.wait()
"""
INTERNET = ("AF_INET", "PF_INET", "AF_NETLINK", "AF_PACKET")


def traced(folder: Path, *command: str) -> tuple[int, str]:
    """Run a command with all its children under strace; return its exit code and the calls."""
    log = folder / "calls"
    strace = ["strace", "-f", "-qq", "-e", TRACED, "-o", str(log)]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run([*strace, *command], cwd=folder, env=environment, capture_output=True, check=False)
    return done.returncode, log.read_text(errors="replace") if log.exists() else ""


def reaches_nobody(calls: str) -> bool:
    return re.search(r"\bconnect\(", calls) is None and not any(family in calls for family in INTERNET)


@pytest.fixture
def folder(world: World) -> Path:
    if shutil.which("strace") is None:
        pytest.skip("strace is missing (Debian: strace)")
    if traced(world.folder, "true")[0] != 0:
        pytest.skip("strace may not trace here")
    (world.folder / "trust.json").write_text(json.dumps(world.trust))
    (world.folder / "list.jwt").write_text(world.status_token())
    (world.folder / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))
    return world.folder


def offline_calls(folder: Path, content: bytes) -> str:
    (folder / "evidence").write_bytes(content)
    options = ["--trust", "trust.json", "--status-map", "map.json", "--offline", "--now", NOW.isoformat()]
    code, calls = traced(folder, sys.executable, "-c", CHECK, "check", *options, "evidence")
    assert code == 0
    return calls


@pytest.mark.slow
def test_offline_check_of_a_credential_makes_no_network_call_at_all(folder: Path, world: World) -> None:
    calls = offline_calls(folder, world.token().encode())
    assert "execve(" in calls
    assert re.search(r"\b(socket|socketpair|connect|bind|sendto|sendmsg)\(", calls) is None


@pytest.mark.slow
def test_offline_check_of_a_pdf_opens_no_internet_socket_in_any_process(folder: Path, world: World) -> None:
    calls = offline_calls(folder, world.sealed())
    assert len(set(CONFINED.findall(calls))) == 2  # one child for the pages, one for the seal, both were traced
    assert reaches_nobody(calls)


@pytest.mark.slow
def test_offline_check_of_a_picture_opens_no_internet_socket_in_any_process(folder: Path, world: World) -> None:
    file = io.BytesIO()
    pypdfium2.PdfDocument(world.sealed())[0].render(scale=200 / 72).to_pil().save(file, "PNG")
    calls = offline_calls(folder, file.getvalue())
    assert len(set(CONFINED.findall(calls))) == 1
    assert reaches_nobody(calls)


@pytest.mark.slow
def test_trace_would_show_a_connection_made_by_a_child_of_a_child(folder: Path) -> None:
    _, calls = traced(folder, sys.executable, "-c", GRANDCHILD)
    assert not reaches_nobody(calls)
    assert any(family in calls for family in INTERNET)
