"""A wallet receives over real sockets: `cb-issuer offer`, the service, `cb-wallet receive`, then list and show."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from issuer.api.openid4vci import WalletDesk
from issuer.app import Desk, ServiceWork, create_app
from issuer.bank import open_bank
from issuer.cli.main import main as issuer_main
from issuer.work_places import WorkPlaces
from keys.fetch import Network
from keys.gate.gate import Visitors
from keys.gate.server import server_of
from keys.sealed_file import SealPrice
from tests.keys.gate.serving import GENEROUS_S
from wallet_cli.cli import context
from wallet_cli.cli.main import main as wallet_main

pytestmark = pytest.mark.slow  # a bank is made and served
DELIVERIES = Path(__file__).resolve().parents[2] / "examples/deliveries"
PATH = "/bank"  # an issuer with a path: its well-known addresses have it behind them


@dataclass(frozen=True, slots=True)
class Town:
    """A bank that answers on loopback, and an account of it."""

    folder: Path
    account: str

    def offer(self, capture: pytest.CaptureFixture[str], *options: str) -> dict[str, str]:
        capture.readouterr()
        arguments = ["offer", "--account", self.account, *options, "--json", "--data", str(self.folder / "bank")]
        assert issuer_main(arguments) == 0
        return dict(json.loads(capture.readouterr().out))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    listening = socket.create_server(("127.0.0.1", 0))
    data = ("--data", str(folder / "bank"))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}{PATH}"
    assert issuer_main(["init", "--dev", "--url", url, *data]) == 0
    for source in ("persons", "hrdnet_training", "qnet_qualifications"):
        (file,) = DELIVERIES.glob(f"{source}.*")
        assert issuer_main(["import", source, str(file), *data]) == 0
    assert issuer_main(["accounts", "open", "--person", "SYN-P-001", "--consent-all", *data]) == 0
    bank = open_bank(folder / "bank", passphrase=None)
    with bank.store.read() as transaction:
        (account,) = transaction.accounts.accounts()
    visitors = Visitors()
    wallets = WalletDesk(bank, WorkPlaces(), visitors, lambda: datetime.now(UTC))
    work = ServiceWork(refresh=lambda: None, problems=list)
    app = create_app(bank.folder, bank.profile, work, desk=Desk(visitors=visitors, wallets=wallets))
    server = server_of(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield Town(folder, account.id)
    server.should_exit = True
    thread.join(GENEROUS_S)
    bank.close()
    assert not thread.is_alive()


Wallet = Callable[..., int]


@pytest.fixture
def wallet(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wallet:
    monkeypatch.setattr(context, "VAULT_PRICE", SealPrice(8, 1))
    patient = partial(Network, connect_s=GENEROUS_S, total_s=GENEROUS_S)  # bank and wallet share a busy process
    monkeypatch.setattr("keys.fetch.Network", patient)
    for name, value in (
        ("WALLET_HOME", str(tmp_path / "wallet")),
        ("WALLET_TRUST", str(town.folder / "bank/trust.json")),
        ("WALLET_PASSPHRASE", "a passphrase"),
        ("LC_ALL", "C.UTF-8"),
    ):
        monkeypatch.setenv(name, value)
    assert wallet_main(["init"]) == 0
    return lambda *arguments: wallet_main([str(argument) for argument in arguments])


def test_a_certificate_travels_from_the_bank_into_the_wallet_and_is_shown(
    town: Town, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    offer = town.offer(capsys, "--all", "--tx-code")
    assert wallet("receive", offer["offer"], "--json") == 1  # it needs its code
    assert wallet("receive", offer["offer"], "--tx-code", offer["tx_code"], "--copies", "2", "--json") == 0
    received = json.loads(capsys.readouterr().out)
    assert (received["configuration"], received["copies"]) == ("competency-certificate", 2)
    assert wallet("list") == 0
    assert "2 of 2 copies unused" in capsys.readouterr().out
    assert wallet("show", received["id"], "--lang", "ko") == 0
    assert received["entries"][0] in capsys.readouterr().out
    assert wallet("receive", offer["offer"], "--tx-code", offer["tx_code"]) == 5  # it is used up


def test_what_ends_soon_is_renewed_and_a_task_that_does_it_each_week_finds_nothing_else(
    town: Town, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    for days in ("10", "90"):
        offer = town.offer(capsys, "--all", "--valid-days", days)
        assert wallet("receive", offer["offer"], "--copies", "1", "--json") == 0
    later = json.loads(capsys.readouterr().out)["id"]
    assert wallet("renew", "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["copies"], done["changed"], done["problem"]) == (1, False, None)
    assert wallet("list", "--json") == 0
    listed = {json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()}
    assert listed == {later, done["renewed_as"]}
    assert wallet("renew", later) == 5
    assert "credential_request_denied" in capsys.readouterr().out


def test_an_entry_travels_by_value_and_is_shown_with_its_labels(
    town: Town, wallet: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    offer = town.offer(capsys, "--type", "vocational_training", "--flat")
    assert wallet("receive", offer["offer_by_value"], "--copies", "1", "--lang", "ko") == 0
    assert "번호로 받았습니다" in capsys.readouterr().out
    assert wallet("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["form"], listed["number"], listed["copies"]) == ("flat", None, 1)
    assert wallet("show", listed["id"], "--lang", "ko") == 0
    assert f"명칭: {listed['title']}" in capsys.readouterr().out
