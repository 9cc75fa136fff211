"""`cb-wallet present` as its holder uses it: preview, question, the encrypted wallet, programs, and what goes wrong."""

import io
import json
from pathlib import Path

import pytest

from keys.encoding import b64url_encode
from keys.key_files import write_plain_for_development
from keys.sealed_file import SealPrice
from tests.wallet_cli.conftest import Wallet, World
from tests.wallet_cli.verifier_party import NOW, VCT, Kept, Party, credential, signing
from wallet_cli.vault import NewItem, Vault

PASSPHRASE = "correct horse battery"
PRICE = SealPrice(8, 1)


@pytest.fixture
def party(monkeypatch: pytest.MonkeyPatch) -> Party:
    """The one verifier of the network."""
    found = Party()
    monkeypatch.setattr("keys.fetch.Fetcher", lambda origins, allow_loopback: found)
    return found


@pytest.fixture
def kept() -> Kept:
    return credential()


@pytest.fixture
def files(world: World, kept: Kept) -> list[str]:
    """Options that name a credential, its key and the root of the verifier."""
    write_plain_for_development(world.folder / "holder.pem", kept.holder.key)
    text, roots = world.write("credential.sdjwt", kept.sd_jwt), world.write("roots.pem", signing().root)
    key = f"dev-file:{world.folder / 'holder.pem'}"
    return ["--credential", str(text), "--key", key, "--verifiers", str(roots)]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_leaves_without_a_yes(
    wallet: Wallet, party: Party, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert wallet("present", "--request", party.text(), *files) == 2
    said = capsys.readouterr()
    assert "qualifications[0].title: 용접기사" in said.out
    assert "--yes" in said.err
    assert party.received == []


def test_yes_sends_what_was_shown(
    wallet: Wallet, party: Party, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    party.answer = b'{"redirect_uri":"https://verify.example/done"}'
    assert wallet("present", "--request", party.text(), "--yes", *files) == 0
    assert capsys.readouterr().out.endswith("Go on at: https://verify.example/done\n")
    assert list(party.told()["vp_token"]) == ["licence"]


@pytest.mark.parametrize(("typed", "told"), [("y\n", "vp_token"), ("n\n", "error"), ("", "error")])
def test_holder_is_asked_at_the_terminal(
    wallet: Wallet, party: Party, files: list[str], monkeypatch: pytest.MonkeyPatch, typed: str, told: str
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert wallet("present", "--request", party.text(), *files) == 0
    assert told in party.told()
    assert party.told().get("error") in (None, "access_denied")


def test_link_may_come_from_stdin(
    wallet: Wallet, party: Party, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(party.text() + "\n"))
    assert wallet("present", "--request", "-", "--yes", *files) == 0
    assert len(party.received) == 1


@pytest.mark.parametrize(("yes", "sent"), [(["--yes"], True), ([], False)])
def test_programs_get_one_document(
    wallet: Wallet, party: Party, files: list[str], capsys: pytest.CaptureFixture[str], yes: list[str], sent: bool
) -> None:
    assert wallet("present", "--request", party.text(), "--json", *yes, *files) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["sent"], len(party.received)) == (sent, int(sent))
    assert document["verifier"]["client_id"] == f"x509_hash:{signing().hash}"


def test_unknown_verifier_is_refused_in_the_holders_language(
    wallet: Wallet, party: Party, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert wallet("present", "--request", party.text(), "--yes", "--lang", "ko", *files[:4]) == 1
    assert "요청한 곳을 알 수 없습니다" in capsys.readouterr().err
    assert party.received == []


def test_credential_of_another_holder_is_not_presented(wallet: Wallet, party: Party, files: list[str]) -> None:
    Path(files[1]).write_text(credential().sd_jwt)
    assert wallet("present", "--request", party.text(), "--yes", *files) == 4
    assert party.received == []


@pytest.mark.parametrize("option", ["--credential", "--verifiers"])
def test_file_that_is_not_there_is_named(wallet: Wallet, party: Party, files: list[str], option: str) -> None:
    files[files.index(option) + 1] = "nowhere"
    assert wallet("present", "--request", party.text(), "--yes", *files) == 4


def test_key_without_its_credential_is_a_usage_error(
    wallet: Wallet, party: Party, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert wallet("present", "--request", party.text(), *files[2:]) == 2
    assert "--key only with --credential" in capsys.readouterr().err
    assert party.received == []


def test_file_that_is_too_large_is_refused(wallet: Wallet, party: Party, files: list[str]) -> None:
    Path(files[1]).write_text("x" * 300_000)
    assert wallet("present", "--request", party.text(), "--yes", *files) == 4


def test_key_that_does_not_open_is_refused(wallet: Wallet, party: Party, files: list[str]) -> None:
    assert wallet("present", "--request", party.text(), "--yes", *files[:2], "--key", "x:y", *files[4:]) == 4


def test_bearer_file_does_not_answer_for_a_holder(wallet: Wallet, party: Party, files: list[str]) -> None:
    assert wallet("present", "--request", party.text(), "--yes", *files[:2], *files[4:]) == 1
    assert party.received == []


def test_copies_of_the_wallet_are_used_once_for_each_verifier(
    wallet: Wallet, world: World, party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallet_cli.cli.context.VAULT_PRICE", PRICE)
    monkeypatch.setenv("WALLET_PASSPHRASE", PASSPHRASE)
    (world.folder / "wallet").mkdir()
    (world.folder / "wallet" / "verifiers.pem").write_text(signing().root)
    vault = Vault.create(world.folder / "wallet" / "wallet.wallet", PASSPHRASE, price=PRICE)
    made = [credential(), credential()]
    copies = [(each.sd_jwt, private_jwk(each)) for each in made]
    vault.keep_issued(NewItem("https://bank.example", "competency-certificate", VCT, NOW.isoformat(), copies))
    assert wallet("present", "--request", party.text(), "--yes") == 0
    shown = [copy.presented_to for copy in vault.copies()]
    assert sorted(shown) == [(), (f"x509_hash:{signing().hash}",)]
    first, party.received = party.told(), []
    assert wallet("present", "--request", party.text(), "--yes") == 0
    assert first["vp_token"]["licence"][0].partition("~")[0] == party.told()["vp_token"]["licence"][0].partition("~")[0]


def private_jwk(kept: Kept) -> dict[str, str]:
    number = kept.holder.key.cryptography_key().private_numbers().private_value
    jwk = kept.holder.public_jwk()
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")} | {"d": b64url_encode(number.to_bytes(32, "big"))}
