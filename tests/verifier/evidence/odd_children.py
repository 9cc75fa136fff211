"""Servers whose children do odd things (`odd_tasks`), and what the kernel says of processes."""

import sys
import time
from pathlib import Path
from typing import Final

from verifier.evidence.fork_server import ForkServer, Servers
from verifier.evidence.reader import EvidenceReader

ODD: Final = (sys.executable, "-I", str(Path(__file__).with_name("odd_tasks.py")))
PATIENT_S: Final = 60.0  # a busy machine must not fail a test


def odd_servers() -> Servers:
    return Servers(ForkServer(ODD), ForkServer(ODD))


def said(servers: Servers, request: str, *, wall_s: float = PATIENT_S) -> str:
    with EvidenceReader(wall_s=wall_s, servers=servers) as reader:
        return reader.read_picture(request.encode()).credential


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it ended while we looked
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def is_childless(pid: int) -> bool:
    return children_of(pid) == []


def becomes(what: object, condition: object) -> bool:
    """Wait for something that the kernel does in its own time; give up long after any machine would have done it."""
    assert callable(condition)
    for _ in range(6000):
        if condition(what):
            return True
        time.sleep(0.01)
    return False
