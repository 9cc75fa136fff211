"""`cb-verifier check` as a program of its own, over a folder of evidence: one answer for each, and what it took."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.verifier.report_schema import REPORT_SCHEMA
from tests.verifier.world import NOW, STATUS_URI, World

MAIN = "from verifier.cli.main import main; raise SystemExit(main())"


@dataclass(frozen=True)
class Checked:
    """How the command ended: exit code, standard error, the answer for each name, and its largest memory in bytes."""

    code: int
    complaints: bytes
    answers: dict[str, Any]
    memory: int


def check_with_the_command(world: World, evidence: Mapping[str, bytes | str]) -> Checked:
    """Write each piece of evidence to a file of its name, and have them all checked by one command without network."""
    files = world.folder / "evidence"
    files.mkdir()
    for name, content in evidence.items():
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        (files / name).write_bytes(raw)
    (world.folder / "trust.json").write_text(json.dumps(world.trust))
    (world.folder / "list.jwt").write_text(world.status_token())
    (world.folder / "map.json").write_text(json.dumps({STATUS_URI: "list.jwt"}))
    options = [
        "--trust",
        "../trust.json",
        "--status-map",
        "../map.json",
        "--offline",
        "--now",
        NOW.isoformat(),
        "--json",
    ]
    command = [sys.executable, "-c", MAIN, "check", *options, *evidence]
    with (world.folder / "out").open("w+b") as out, (world.folder / "err").open("w+b") as err:
        process = subprocess.Popen(command, cwd=files, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        lines = [json.loads(line) for line in out]
        complaints = err.read()
    answers = dict(zip(evidence, lines, strict=True))
    return Checked(process.returncode, complaints, answers, used.ru_maxrss * 1024)


def reasons(answer: dict[str, Any]) -> list[str | None]:
    """Return what the command says against a piece of evidence."""
    if "checks" not in answer:
        return [answer["error"]["kind"]]
    REPORT_SCHEMA.validate(answer)
    return [check["reason"] for check in answer["checks"]]
