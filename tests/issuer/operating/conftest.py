"""A bank with three certificates of one holder, two on one day and one on the next; copied for each test."""

import json
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from issuer.bank import Bank, open_bank
from issuer.cli.main import main
from tests.issuer.cheap_codes import at_the_least_price
from tests.issuer.conftest import START

NUMBERS = ("CB-2026-00000001", "CB-2026-00000002", "CB-2026-00000003")


@pytest.fixture(scope="package")
def three_certificates(issued_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three")
    shutil.copytree(issued_bank, folder, dirs_exist_ok=True)
    account = json.loads((folder / "account.json").read_text())["id"]
    with at_the_least_price(), (folder / "said").open("w") as said, redirect_stdout(said):
        for number, at in (("2", START + timedelta(hours=1)), ("3", START + timedelta(hours=24))):
            out = ["--out", str(folder / f"{number}.pdf"), "--data", str(folder / "bank")]
            chosen = ["--type", "national_technical_qualification"]
            assert main(["issue", "--account", account, *chosen, *out], clock=partial(_same, at)) == 0
    return folder


def _same(moment: datetime) -> datetime:
    return moment


@pytest.fixture
def bank(three_certificates: Path, tmp_path: Path) -> Iterator[Bank]:
    path = tmp_path / "bank"
    shutil.copytree(three_certificates / "bank", path)
    opened = open_bank(path, passphrase=None).acting_as("staff:minji@127.0.0.1")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def holder_account(issued_bank: Path) -> str:
    return str(json.loads((issued_bank / "account.json").read_text())["id"])
