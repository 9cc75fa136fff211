"""`cb-wallet doctor`: what is in order, what is not, and with which exit code."""

import json
from typing import Any

import pytest

from tests.wallet_cli.conftest import Wallet, World


@pytest.fixture
def found(wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 - a command that answers JSON
    def look(*options: str, exits: int = 0) -> dict[str, tuple[str, str]]:
        assert wallet("doctor", "--json", *options) == exits
        listed = json.loads(capsys.readouterr().out.splitlines()[-1])["findings"]
        return {each["subject"]: (each["severity"], each["said"]) for each in listed}

    return look


def test_a_new_wallet_is_in_order_and_says_what_it_does_not_have(found: Any) -> None:  # noqa: ANN401
    seen = found()
    assert {name: severity for name, (severity, _) in seen.items()} == {
        "folder": "ok",
        "wallet": "warning",
        "trust_list": "ok",
        "certificates": "ok",
        "verifiers": "warning",
    }
    assert "unencrypted" in seen["wallet"][1]
    assert "kept: 0" in seen["certificates"][1]


def test_kept_certificates_are_checked_and_a_broken_one_is_told(world: World, wallet: Wallet, found: Any) -> None:  # noqa: ANN401
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())))
    assert found()["certificates"] == ("ok", "kept: 1, all in order")
    (kept,) = (world.folder / "wallet").glob("*.sdjwt")
    kept.write_text(kept.read_text("ascii").replace("~W", "~X", 1), "ascii")
    severity, said = found()["certificates"]
    assert severity == "warning"
    assert "with a problem: 1" in said


def test_a_folder_that_others_can_read_is_told(world: World, wallet: Wallet, found: Any) -> None:  # noqa: ANN401
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())))
    (world.folder / "wallet").chmod(0o755)
    severity, said = found()["folder"]
    assert severity == "warning"
    assert "chmod 700" in said


def test_a_file_in_the_place_of_the_folder_is_an_error(world: World, found: Any) -> None:  # noqa: ANN401
    (world.folder / "wallet").write_text("not a folder")
    assert found(exits=5)["folder"][0] == "error"


def test_a_missing_trust_list_is_an_error_of_its_own_and_of_what_needs_it(world: World, found: Any) -> None:  # noqa: ANN401
    seen = found("--trust", str(world.folder / "none.json"), exits=2)
    assert seen["trust_list"][0] == seen["certificates"][0] == "error"
    assert "none.json" in seen["trust_list"][1]


def test_an_encrypted_wallet_is_opened_only_with_the_passphrase_of_the_settings(
    wallet: Wallet,
    found: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WALLET_PASSPHRASE", "long enough to be one")
    assert wallet("init") == 0
    assert found()["wallet"] == ("ok", "encrypted, and it opens")
    monkeypatch.setenv("WALLET_PASSPHRASE", "another long passphrase")
    assert found(exits=5)["wallet"][0] == "error"
    monkeypatch.delenv("WALLET_PASSPHRASE")
    seen = found()
    assert seen["wallet"][0] == "warning"
    assert seen["certificates"] == ("warning", "not looked at")


def test_a_wallet_that_is_not_there_is_an_error(found: Any) -> None:  # noqa: ANN401
    assert found("--identity", "work", exits=2)["wallet"][0] == "error"


def test_roots_of_verifiers_are_named(world: World, found: Any) -> None:  # noqa: ANN401
    (world.folder / "wallet").mkdir(mode=0o700)
    (world.folder / "wallet" / "verifiers.pem").write_text("")
    assert found()["verifiers"] == ("ok", str(world.folder / "wallet" / "verifiers.pem"))


def test_the_lines_are_in_the_holders_language(wallet: Wallet, capsys: pytest.CaptureFixture[str]) -> None:
    assert wallet("doctor", "--lang", "ko") == 0
    assert "신뢰 목록: 1판, 발급기관 1곳" in capsys.readouterr().out
    assert wallet("doctor", "--lang", "en") == 0
    assert "trust list: version 1, issuers: 1" in capsys.readouterr().out
