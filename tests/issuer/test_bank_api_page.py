"""The examples of docs/bank-api.md, run as a reader would run them, against a bank on loopback."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from issuer.api.problems import told_codes
from tests.issuer.api_client import service, token_of
from tests.issuer.conftest import World
from tests.keys.gate.serving import serving

PAGE = Path(__file__).resolve().parents[2] / "docs/bank-api.md"


def example(language: str) -> str:
    """The one block of the page in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(found)


@pytest.fixture
def bank(world: World) -> Iterator[dict[str, str]]:
    """What a reader has set: where the bank is, a token, an entry."""
    world.now = datetime.now(UTC)
    account = world.open_account()
    entry = world.json("accounts", "show", account)["entries"][0]["id"]
    opened = world.open()
    token = token_of(world, opened, account)
    with serving(service(world, opened)) as port:
        yield {"BANK": f"http://127.0.0.1:{port}", "TOKEN": token, "ENTRY": entry, "PATH": os.environ["PATH"]}
    opened.close()


@pytest.mark.slow
def test_the_example_in_python_issues_a_certificate(bank: dict[str, str]) -> None:
    command = [sys.executable, "-c", example("python")]
    ran = subprocess.run(command, env=bank, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"valid 1 code\(s\)\nCB-20\d\d-00000001 \d{5,} bytes\n", ran.stdout)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_example_with_curl_issues_a_certificate(bank: dict[str, str]) -> None:
    commands = [["/bin/sh", "-euc", line] for line in re.split(r"\n(?=curl)", example("sh").strip())]
    answers = [subprocess.run(each, env=bank, capture_output=True, text=True, check=False) for each in commands]
    assert [ran.returncode for ran in answers] == [0, 0], [ran.stderr for ran in answers]
    account, issued = (json.loads(ran.stdout) for ran in answers)
    assert account["linked"] is True
    assert [entry["id"] for entry in issued["entries"]] == [bank["ENTRY"]]


def test_the_page_names_no_code_that_the_service_does_not_have() -> None:
    table = PAGE.read_text("utf-8").partition("## Refusals")[2]
    named = set(re.findall(r"`([a-z_]+)`", table)) - {"type", "title", "status", "detail", "code"}
    own = {"retry_key_missing", "sign_in_required", "token_invalid", "scope_missing", "form_token_missing", "not_found"}
    own |= {"request_id", "trace_id"}  # members, as those before
    own |= {"too_large", "media_type", "body_invalid", "parameter", "too_many_requests"}
    assert named <= told_codes() | own
