"""The second issuer of the examples: its own key, trusted for its own types of entries, beside the bank."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.verifier.world import ISSUER, STATUS_URI, VCT, World, claims

SCRIPT = Path(__file__).parents[3] / "examples/second_issuer.py"

pytestmark = pytest.mark.slow


def left_by_the_demo(world: World) -> Path:
    """Write what the demo leaves and the example reads: trust list, a certificate, the status list; all of today."""
    now = datetime.now(UTC)
    world.status_issued_at = int(now.timestamp()) - 60
    given = claims()
    given = replace(given, issued_on=now.date() - timedelta(days=1), valid_until=now.date() + timedelta(days=30))
    world.issuer["types"] = [{"vct": VCT, "entry_types": ["national_technical_qualification", "vocational_training"]}]
    (world.folder / "bank").mkdir()
    (world.folder / "bank/trust.json").write_text(json.dumps(world.trust))
    (world.folder / "certificate-en.sdjwt").write_text(world.token(given))
    (world.folder / "list.jwt").write_text(world.status_token())
    (world.folder / "status-map.json").write_text(json.dumps({STATUS_URI: str(world.folder / "list.jwt")}))
    return world.folder


def run(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)


def test_each_issuer_scores_for_what_it_is_trusted_for_and_nothing_else(world: World) -> None:
    told = run(left_by_the_demo(world))
    assert told.returncode == 0, told.stdout
    assert "language_test                       https://language-tests.example\n" in told.stdout
    assert "not-its-business.sdjwt    INDETERMINATE" in told.stdout
    assert ISSUER in (world.folder / "two-issuers.jsonl").read_text()
    trust = json.loads((world.folder / "two-issuers.json").read_text("utf-8"))
    first, second = trust["issuers"]
    assert second["types"][0]["entry_types"] == ["contest_award", "language_test"]
    assert first["jwks"] != second["jwks"]


def test_the_example_notices_when_something_does_not_end_as_it_must(world: World) -> None:
    folder = left_by_the_demo(world)
    world.statuses = {7: 1}
    (folder / "list.jwt").write_text(world.status_token())
    told = run(folder)
    assert told.returncode == 1
    assert "!! verdicts" in told.stdout
