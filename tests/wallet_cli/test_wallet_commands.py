"""Commands of the encrypted wallet: made, filled, listed, shown, copied away and brought back."""

import json
from pathlib import Path

import pytest

from keys.key_files import create_key
from keys.private_jwk import private_jwk
from keys.sealed_file import SealPrice
from tests.wallet_cli.conftest import ISSUER, VCT, Wallet, World
from wallet_cli.cli import context, main
from wallet_cli.store import WalletStore
from wallet_cli.vault import NewItem, Vault

CHEAP = SealPrice(8, 1)
PASSPHRASE = "a passphrase"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "VAULT_PRICE", CHEAP)
    monkeypatch.setenv("WALLET_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


def home(world: World) -> Path:
    return world.folder / "wallet"


def test_what_was_kept_in_the_open_moves_into_the_first_wallet(
    world: World, wallet: Wallet, said: pytest.CaptureFixture[str]
) -> None:
    assert wallet("import", world.write("a.sdjwt", world.sign(world.claims()))) == 0
    assert wallet("init", "--lang", "ko") == 0
    assert "옮긴 인정서 1건" in said.readouterr().out
    assert {path.name for path in home(world).iterdir()} == {"wallet.wallet", "wallet.lock"}
    assert wallet("list", "--json") == 0
    assert json.loads(said.readouterr().out)["number"] == "CB-2026-00000001"


def test_what_a_stopped_move_left_in_the_open_is_named_and_moved_by_the_next_one(
    world: World, wallet: Wallet, said: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(WalletStore, "forget", stop)
        assert wallet("init") == 130
    said.readouterr()
    wallet("doctor", "--lang", "en")
    assert "certificates still lie unencrypted beside it: 1" in said.readouterr().out
    assert wallet("init", "--lang", "en") == 0
    assert "(1 certificates moved into it)" in said.readouterr().out
    assert list(home(world).glob("*.sdjwt")) == []
    wallet("doctor", "--lang", "en")
    assert "encrypted, and it opens" in said.readouterr().out
    assert wallet("list") == 0
    assert len(said.readouterr().out.splitlines()) == 1
    assert wallet("init") == 2


def test_identities_know_nothing_of_each_other(world: World, wallet: Wallet, said: pytest.CaptureFixture[str]) -> None:
    for name in ("work", "home"):
        assert wallet("init", "--identity", name, "--json") == 0
    assert json.loads(said.readouterr().out.splitlines()[0])["moved"] == 0
    wallet("import", "--identity", "work", world.write("a.sdjwt", world.sign(world.claims())))
    said.readouterr()
    assert wallet("list", "--identity", "home") == 0
    assert said.readouterr().out == ""
    assert wallet("list", "--identity", "work") == 0
    assert "CB-2026-00000001" in said.readouterr().out


def test_a_wallet_is_copied_away_and_brought_back(
    world: World, wallet: Wallet, said: pytest.CaptureFixture[str]
) -> None:
    wallet("init")
    wallet("import", world.write("a.sdjwt", world.sign(world.claims())))
    copy = world.folder / "copy.wallet"
    assert wallet("backup", "--out", copy) == 0
    assert "Copied 1 items" in said.readouterr().out
    assert copy.stat().st_mode & 0o777 == 0o600
    assert wallet("backup", "--out", copy) == 2
    assert wallet("restore", copy) == 2
    (home(world) / "wallet.wallet").unlink()
    assert wallet("restore", copy, "--json") == 0
    assert json.loads(said.readouterr().out)["items"] == 1
    assert wallet("show", json.loads(_list(wallet, said))["id"]) == 0


def _list(wallet: Wallet, said: pytest.CaptureFixture[str]) -> str:
    said.readouterr()
    assert wallet("list", "--json") == 0
    return said.readouterr().out


def test_a_backup_that_does_not_open_is_not_restored(
    world: World, wallet: Wallet, monkeypatch: pytest.MonkeyPatch, said: pytest.CaptureFixture[str]
) -> None:
    assert wallet("restore", world.write("a", "no wallet")) == 4
    assert wallet("restore", world.folder / "nothing") == 4
    wallet("init")
    copy = world.folder / "copy.wallet"
    wallet("backup", "--out", copy)
    (home(world) / "wallet.wallet").unlink()
    monkeypatch.setenv("WALLET_PASSPHRASE", "another one")
    assert wallet("restore", copy) == 5
    assert "does not open" in said.readouterr().err
    assert not (home(world) / "wallet.wallet").exists()


def test_without_a_passphrase_or_with_another_nothing_opens(
    world: World, wallet: Wallet, monkeypatch: pytest.MonkeyPatch, said: pytest.CaptureFixture[str]
) -> None:
    wallet("init")
    monkeypatch.setenv("WALLET_PASSPHRASE", "another one")
    assert wallet("list") == 5
    monkeypatch.delenv("WALLET_PASSPHRASE")
    assert wallet("list") == 5
    assert "WALLET_PASSPHRASE" in said.readouterr().err


def test_a_passphrase_is_typed_at_a_terminal_and_a_new_one_twice(
    world: World, wallet: Wallet, monkeypatch: pytest.MonkeyPatch, said: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("WALLET_PASSPHRASE")
    monkeypatch.setattr("sys.stdin", Terminal())
    typed = iter([PASSPHRASE, "something else", PASSPHRASE, PASSPHRASE, PASSPHRASE])
    monkeypatch.setattr("getpass.getpass", lambda *_: next(typed))
    assert wallet("init") == 5
    assert "differ" in said.readouterr().err
    assert wallet("init") == 0
    assert wallet("list") == 0


class Terminal:
    """Somebody sits here."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("name", ["../me", "a b", "x" * 33])
def test_a_name_that_could_be_a_path_is_none(wallet: Wallet, name: str) -> None:
    assert wallet("init", "--identity", name) == 2
    assert wallet("list", "--identity", name) == 2


def test_a_wallet_that_was_never_made_is_named(wallet: Wallet, said: pytest.CaptureFixture[str]) -> None:
    assert wallet("list", "--identity", "nobody") == 2
    assert wallet("receive", "openid-credential-offer://") == 2
    assert "cb-wallet init" in said.readouterr().err


def test_a_passphrase_that_is_too_short_makes_no_wallet(
    world: World, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WALLET_PASSPHRASE", "short")
    assert wallet("init") == 5
    assert not (home(world) / "wallet.wallet").exists()


def test_a_pdf_that_was_kept_is_written_out_and_never_over_another_file(
    world: World, wallet: Wallet, said: pytest.CaptureFixture[str]
) -> None:
    wallet("init")
    vault = Vault(home(world) / "wallet.wallet", PASSPHRASE, price=CHEAP)
    vault.keep("abcdef", sd_jwt=world.sign(world.claims()), pdf=b"%PDF-1.7")
    target = world.folder / "out.pdf"
    assert wallet("show", "abcdef", "--pdf", target) == 0
    assert target.read_bytes() == b"%PDF-1.7"
    assert wallet("show", "abcdef", "--pdf", target) == 2
    assert "not overwritten" in said.readouterr().err
    assert wallet("show", "abcdef", "--pdf", world.folder / "none/out.pdf") == 5
    vault.keep("abcdef", sd_jwt=world.sign(world.claims()), pdf=None)
    assert wallet("show", "abcdef", "--pdf", world.folder / "b.pdf") == 2


def test_an_issued_credential_is_listed_with_its_copies(
    world: World, wallet: Wallet, said: pytest.CaptureFixture[str]
) -> None:
    wallet("init")
    vault = Vault(home(world) / "wallet.wallet", PASSPHRASE, price=CHEAP)
    pairs = [(world.sign(world.claims()), private_jwk(create_key())) for _ in range(2)]
    vault.keep_issued(NewItem(ISSUER, "certificate", VCT, "2026-11-22T03:00:00+00:00", pairs))
    vault.note_presented(vault.copies()[0].id, "verifier")
    assert wallet("list") == 0
    assert "1 of 2 copies unused" in said.readouterr().out
    assert wallet("list", "--lang", "ko") == 0
    assert "사본 2개 중 1개 남음" in said.readouterr().out


def test_a_restored_place_that_cannot_be_written_is_told(
    world: World, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet("init")
    copy = world.folder / "copy.wallet"
    wallet("backup", "--out", copy)

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    assert wallet("backup", "--out", world.folder / "second.wallet") == 5
    assert wallet("restore", copy, "--identity", "other") == 5


def test_the_specifications_are_named_with_their_versions(said: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--version", "--json"]) == 0
    document = json.loads(said.readouterr().out)
    assert document["program"] == "cb-wallet"
    assert document["specifications"]["OpenID4VCI"].startswith("1.0 Final")
    assert document["specifications"]["SD-JWT VC"].startswith("Internet-Draft")
