"""What the tests reach: every line and branch of the packages, noted once and then left alone (`make test`).

With `MEASURE_COVERAGE` in the environment, modules of the project are instrumented by slipcover as they are imported.
A line takes its note away when it is reached, so a measured run costs hardly more than another. Each process of tests
writes `build/coverage/PROCESS.json`; `tests/coverage_gate.py` joins the files and judges them.
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("keys", "credential_schemas", "issuer", "verifier", "wallet_cli")
RESULTS = ROOT / "build/coverage"
EXCLUDED = ["if TYPE_CHECKING:", "raise AssertionError", r"\.\.\.$", "@overload"]


class Measuring:
    """Instruments what is imported from now on, until `write`."""

    def __init__(self) -> None:
        import slipcover

        early = sorted(name for name in sys.modules if name.partition(".")[0] in PACKAGES)
        if early:
            raise RuntimeError(f"imported before the measuring began: {early}")
        folders = [str(ROOT / package) for package in PACKAGES]
        self._notes = slipcover.Slipcover(immediate=True, branch=True, exclude_also=EXCLUDED)
        measured = slipcover.FileMatcher(sources=folders)
        slipcover.ImportManager(self._notes, measured).__enter__()
        slipcover.wrap_spec_from_file_location(self._notes, measured)  # the way of Alembic to its revisions

    def write(self, process: str) -> None:
        """Write what was reached to `build/coverage/PROCESS.json`."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{process}.json").write_text(json.dumps(self._notes.get_coverage()), "utf-8")


def begin() -> Measuring | None:
    """Begin when it is asked for. The process that only hands out tests reaches nothing and writes an empty file."""
    return Measuring() if os.environ.get("MEASURE_COVERAGE") else None


def process() -> str:
    """Return the name of this process of tests, as pytest-xdist gives it."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")
