"""`cb-wallet` in this process, with a wallet of its own and a network that leads to the bank in memory."""

from pathlib import Path

import pytest

from keys.sealed_file import SealPrice
from tests.issuer.conftest import START
from tests.wallet_cli.conftest import Wallet
from tests.wallet_cli.issuer_world import IssuingBank, MemoryDoor
from wallet_cli.cli import context, main


@pytest.fixture
def wallet(
    bank: IssuingBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Wallet:
    def door(_origins: object, *, bearer: str | None = None, **_: object) -> MemoryDoor:
        return bank.door(bearer=bearer)

    monkeypatch.setattr("keys.fetch.Fetcher", door)
    monkeypatch.setattr(context, "VAULT_PRICE", SealPrice(8, 1))
    monkeypatch.setattr(main, "now_in_utc", lambda: START)
    for name, value in (
        ("WALLET_HOME", str(tmp_path / "wallet")),
        ("WALLET_TRUST", str(bank.bank.folder.trust_list)),
        ("WALLET_PASSPHRASE", "a passphrase"),
        ("LC_ALL", "C.UTF-8"),
    ):
        monkeypatch.setenv(name, value)
    assert main.main(["init"]) == 0
    capsys.readouterr()
    return lambda *arguments: main.main([str(argument) for argument in arguments])
