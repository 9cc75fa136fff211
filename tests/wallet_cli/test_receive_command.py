"""`cb-wallet receive` as a holder uses it, then list and show of what came; the bank answers in memory."""

import json
from pathlib import Path

import pytest

from keys.errors import FetchError
from tests.wallet_cli.conftest import Wallet
from tests.wallet_cli.issuer_world import IssuingBank, MemoryDoor
from tests.wallet_cli.served_wallet import wallet

__all__ = ["wallet"]
POLICY = Path(__file__).resolve().parents[2] / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml"
Said = pytest.CaptureFixture[str]


def test_a_certificate_is_received_listed_and_shown(bank: IssuingBank, wallet: Wallet, capsys: Said) -> None:
    made = bank.offer(with_code=True)
    assert wallet("receive", made.by_reference, "--tx-code", made.tx_code, "--copies", "2", "--json") == 0
    received = json.loads(capsys.readouterr().out)
    assert (received["configuration"], received["copies"]) == ("competency-certificate", 2)
    assert wallet("list", "--lang", "ko") == 0
    assert "사본 2개 중 2개 남음" in capsys.readouterr().out
    assert wallet("show", received["id"], "--lang", "ko") == 0
    shown = capsys.readouterr().out
    assert received["entries"][0] in shown
    assert "본인임을" not in shown  # the notes of paper, which anybody may carry, are not those of a wallet
    assert wallet("show", received["id"], "--qr") in (0, 2)


def test_a_flat_credential_is_shown_with_its_labels(bank: IssuingBank, wallet: Wallet, capsys: Said) -> None:
    assert wallet("receive", bank.offer(flat=True).by_value, "--copies", "1", "--lang", "ko") == 0
    assert "번호로 받았습니다" in capsys.readouterr().out
    assert wallet("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["form"], listed["number"], listed["copies"]) == ("flat", None, 1)
    assert wallet("list") == 0
    assert listed["title"] in capsys.readouterr().out
    assert wallet("show", listed["id"], "--lang", "ko") == 0
    shown = capsys.readouterr().out
    assert f"명칭: {listed['title']}" in shown
    assert "성명: " in shown
    assert wallet("show", listed["id"], "--json") == 0
    assert {"where": "Title", "text": listed["title"]} in json.loads(capsys.readouterr().out)["lines"]


def test_an_offer_is_read_from_another_program(
    bank: IssuingBank, wallet: Wallet, monkeypatch: pytest.MonkeyPatch, capsys: Said, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.write_text(bank.offer().by_reference + "\n")
    with link.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert wallet("receive", "-", "--copies", "1") == 0
    assert "Received" in capsys.readouterr().out


def test_the_transaction_code_is_asked_for_at_a_terminal_only(
    bank: IssuingBank, wallet: Wallet, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    made = bank.offer(with_code=True)
    assert wallet("receive", made.by_value) == 1
    assert "--tx-code" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", Terminal(made.tx_code or ""))
    assert wallet("receive", made.by_value, "--copies", "1") == 0


class Terminal:
    """Somebody sits here and types one line."""

    def __init__(self, line: str) -> None:
        self._line = line

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return f"{self._line}\n"


def test_an_offer_that_cannot_be_fetched_is_told(
    bank: IssuingBank, wallet: Wallet, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    def silent(self: MemoryDoor, _url: str, **_: object) -> bytes:
        raise FetchError("did not answer in time", kind="timeout")

    link = bank.offer().by_reference
    monkeypatch.setattr(MemoryDoor, "get", silent)
    assert wallet("receive", link) == 5
    assert "could not be fetched" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "101", "x"])
def test_a_number_of_copies_that_is_none_is_a_mistake_at_the_keyboard(wallet: Wallet, number: str) -> None:
    assert wallet("receive", "openid-credential-offer://", "--copies", number) == 2


def test_received_entries_count_in_the_own_check(
    bank: IssuingBank, wallet: Wallet, capsys: Said, tmp_path: Path
) -> None:
    for flat in (False, True):
        assert wallet("receive", bank.offer(flat=flat).by_value, "--copies", "1") == 0
    notice = tmp_path / "notice.json"
    notice.write_text(
        json.dumps({"id": "N-1", "notice_date": "2026-11-02", "track": "new", "job_family": "administrative"})
    )
    capsys.readouterr()
    assert wallet("precheck", "--policy", POLICY, "--notice", notice, "--json") in (0, 3)
    assert json.loads(capsys.readouterr().out)["basis"] == "self-declared"
