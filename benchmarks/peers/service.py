"""A verifier that serves on loopback as its operator would start it, what to ask it, and what it used."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError

from credential_schemas.korean_time import korean_day
from credential_schemas.qr.payload import encode_qr_payload, qr_text
from tests.verifier.world import STATUS_URI, VERIFY_URL, Keys, World, claims, entry
from verifier.evidence.reader import EvidenceReader

PROGRAM = "from verifier.cli.main import main; raise SystemExit(main())"
ENTRIES = 5
TOKENS = 401  # each caller may ask 60 times a minute in the long run
_START_S = 60
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Material:
    """What is sent: certificates of many people as bare credentials and texts of codes, and one sealed PDF."""

    credentials: list[str]
    codes: list[str]
    pdf: bytes
    tokens: list[str]


def material_in(folder: Path, *, people: int = 50) -> Material:
    """Write what a service needs into a folder, and return what it can be asked."""
    now = datetime.now(UTC)
    with EvidenceReader() as reader:
        world = World(Keys(), reader, folder)
        world.now, world.status_issued_at = now, int(now.timestamp()) - 60
        today = korean_day(int(now.timestamp()))
        entries = [entry(f"정보처리기사 {number}", idx=20 + number) for number in range(ENTRIES)]
        given = replace(claims(*entries), issued_on=today, valid_until=today + timedelta(days=60))
        named = [replace(given, holder=replace(given.holder, name=f"홍길동{number}")) for number in range(people)]
        credentials = [world.token(each) for each in named]
        pdf = world.sealed(credentials[0], named[0])
    codes = [qr_text(VERIFY_URL, encode_qr_payload(token)) for token in credentials]
    tokens = [f"load-{number:04}-of-the-benchmark" for number in range(TOKENS)]
    lines = [f"{hashlib.sha256(token.encode()).hexdigest()} load{number}" for number, token in enumerate(tokens)]
    (folder / "tokens").write_text("\n".join(lines) + "\n")
    (folder / "trust.json").write_text(json.dumps(world.trust))
    (folder / "list.jwt").write_text(world.status_token())
    (folder / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))
    return Material(credentials, codes, pdf, tokens)


@dataclass(frozen=True)
class Serving:
    """A server that answers, and its process."""

    port: int
    pid: int

    def used_s(self) -> float:
        """Return the processor seconds of the process and of its children, those that ended included."""
        return sum(sum(int(value) for value in fields[11:15]) for fields in map(_stat, self._family())) / _TICKS

    def ran_s(self) -> float:
        """Return the processor seconds of the threads that live now, to the nanosecond; `used_s` counts hundredths."""
        tasks = [task for pid in self._family() for task in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((task / "schedstat").read_text("ascii").split()[0]) for task in tasks) / 1e9

    def resident_bytes(self) -> dict[str, int]:
        """Return the resident memory of the process and of all its children."""
        sizes = [int(_stat(pid)[21]) * _PAGE for pid in self._family()]
        return {"service": sizes[0], "children": sum(sizes[1:])}

    def _family(self) -> list[int]:
        found = [self.pid]
        for pid in found:
            with suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
                found += [int(child) for child in children.split()]
        return found


def _stat(pid: int) -> list[str]:
    """Return the fields of a process after its name; zeros for one that has just ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ["0"] * 50
    return text.rpartition(")")[2].split()


@contextmanager
def started(command: list[str], folder: Path, *, port: int, path: str = "/healthz") -> Iterator[Serving]:
    """Start a server and wait until it answers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VERIFIER_")}
    environment = kept | {"VERIFIER_STATE": str(folder / "state"), "VERIFIER_TOKENS": str(folder / "tokens")}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _START_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1):
                    break
            except (URLError, TimeoutError, ConnectionError):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise TimeoutError("the service did not start") from None
                time.sleep(0.1)
        yield Serving(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def verifier_command(port: int) -> list[str]:
    """Return the command of the service."""
    options = ["--trust", "trust.json", "--status-map", "map.json", "--offline", "--port", str(port)]
    return [sys.executable, "-c", PROGRAM, "serve", *options]


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
