"""Every key may have a secret of its own: an encrypted file its passphrase, a token its PIN."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.bank import open_bank
from issuer.bank.key_secrets import KeySecrets
from issuer.cli.main import main
from issuer.errors import PassphraseMissing, PinMissing
from issuer.publishing import publish_all
from issuer.settings import IssuerSettings
from keys.certificates import CertificateAuthority, LeafKind, SubjectNames, Validity, create_leaf, valid_until
from keys.errors import WrongPassphrase
from keys.key_files import create_key, read_plain_development_signer, write_encrypted
from keys.pdf_seal import check_seal
from keys.trust_list import TrustList
from tests.issuer.conftest import START, World
from tests.keys.softhsm import PIN, SECOND_PIN, Token, needs_token, softhsm

FIRST, SECOND = "passphrase of the files", "passphrase of one file"
TOKEN_URI = "pkcs11:token=bank;object=seal"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    with softhsm(tmp_path_factory.mktemp("softhsm")) as made:
        yield made


@pytest.mark.parametrize(
    ("use", "uri", "secret"),
    [
        ("seal", "file:/keys/seal.pem", "own"),
        ("seal", TOKEN_URI, "own"),
        ("status", "file:/keys/status.pem", FIRST),
    ],
    ids=["file of its own", "token", "file as the others"],
)
def test_a_key_gets_its_own_secret_and_a_file_else_the_common_one(use: str, uri: str, secret: str) -> None:
    secrets = KeySecrets(FIRST, {"seal": "own"})
    assert secrets.of(use, uri) == secret


def test_the_common_passphrase_is_never_tried_on_a_token() -> None:
    with pytest.raises(PinMissing) as error:
        KeySecrets(FIRST).of("seal", TOKEN_URI.replace("pkcs11", "PKCS11"))
    assert str(error.value) == (
        "The key seal lies in a token; set ISSUER_SECRET_SEAL to its PIN (ISSUER_PASSPHRASE is never tried on a token)."
    )


def test_without_any_secret_an_encrypted_file_stays_closed() -> None:
    with pytest.raises(PassphraseMissing):
        KeySecrets(None, {"seal": "own"}).of("status", "file:/keys/status.pem")


def test_no_representation_shows_a_secret() -> None:
    assert repr(KeySecrets(FIRST, {"seal": "own"})) == "KeySecrets()"


def test_the_secrets_come_from_one_variable_for_each_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for use in ("ROOT", "CREDENTIAL", "STATUS", "SEAL", "BUNDLE"):
        monkeypatch.setenv(f"ISSUER_SECRET_{use}", f"of {use}")
    settings = IssuerSettings.from_environment(os.environ)
    expected = {use: f"of {use.upper()}" for use in ("root", "credential", "status", "seal", "bundle")}
    assert settings.key_secrets() == expected
    assert "of SEAL" not in repr(settings)


def test_without_variables_no_key_has_a_secret_of_its_own(world: World) -> None:
    assert IssuerSettings.from_environment(os.environ).key_secrets() == {}


@pytest.mark.slow
def test_a_bank_whose_files_have_different_passphrases_opens_each_with_its_own(tmp_path: Path) -> None:
    path = tmp_path / "bank"
    assert main(["init", "--dev", "--data", str(path)], clock=lambda: START) == 0
    for use, passphrase in (("seal", FIRST), ("status", SECOND)):
        (path / f"keys/{use}.pem").unlink()
        write_encrypted(path / f"keys/{use}.pem", create_key(), passphrase=passphrase)
    name_keys(path, seal="file:keys/seal.pem", status="file:keys/status.pem")
    bank = open_bank(path, passphrase=FIRST, secrets={"status": SECOND})
    assert {bank.signer("seal").algorithm, bank.signer("status").algorithm} == {"ES256"}
    bank.close()
    bank = open_bank(path, passphrase=FIRST, secrets={"seal": SECOND})
    with pytest.raises(WrongPassphrase):
        bank.signer("seal")
    bank.close()


@pytest.mark.slow
def test_a_new_bank_encrypts_each_key_with_the_secret_that_will_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bank"
    monkeypatch.setenv("ISSUER_SECRET_SEAL", SECOND)
    monkeypatch.delenv("ISSUER_PASSPHRASE", raising=False)
    assert main(["init", "--url", "https://bank.example", "--data", str(path)], clock=lambda: START) == 5
    assert main(["init", "--dev", "--data", str(path)], clock=lambda: START) == 0
    keys = json.loads((path / "bank.json").read_bytes())["keys"]
    assert (keys["seal"], keys["status"]) == ("file:keys/seal.pem", "dev-file:keys/status.pem")
    bank = open_bank(path, passphrase=None, secrets={"seal": SECOND})
    assert bank.signer("seal").key_id
    bank.close()
    bank = open_bank(path, passphrase=FIRST)
    with pytest.raises(WrongPassphrase):
        bank.signer("seal")
    bank.close()


def name_keys(path: Path, **uris: str) -> None:
    profile = json.loads((path / "bank.json").read_bytes())
    profile["keys"] |= uris
    (path / "bank.json").write_text(json.dumps(profile))


def move_into_tokens(world: World, token: Token) -> None:
    """Let seal and credential key be those of two tokens, and certify the new seal key."""
    root = read_plain_development_signer(str(world.path / "keys/root.pem"))
    authority = CertificateAuthority((world.path / "certificates/root.pem").read_text(), root.key)
    signer = token.open("object=seal")
    certificate = create_leaf(
        LeafKind.SEAL,
        authority,
        subject=SubjectNames("직무능력은행", "Competency Bank", "Seal in a token"),
        public_key=signer.public_key,
        validity=Validity(START, valid_until((world.path / "certificates/seal.pem").read_text())),
    )
    signer.close()
    (world.path / "certificates/seal.pem").write_text(certificate)
    name_keys(
        world.path,
        seal=token.uri("object=seal"),
        credential=token.uri("object=credential", token="second"),
    )


@needs_token
def test_two_tokens_with_two_pins_and_plain_files_issue_one_certificate(
    world: World, account: str, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_into_tokens(world, token)
    secrets = {"seal": PIN, "credential": SECOND_PIN}
    for use, pin in secrets.items():
        monkeypatch.setenv(f"ISSUER_SECRET_{use.upper()}", pin)
    bank = open_bank(world.path, passphrase="not the PIN of anything", secrets=secrets)
    publish_all(bank, now=START)
    bank.close()
    world.issue(account)
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    found = check_seal((world.files / "certificate.pdf").read_bytes(), roots=issuer.seal_roots, now=START)
    assert found.outcome == "intact"
    assert "Seal in a token" in str(found.signer_subject)
    assert {each["problem"] for each in world.json("doctor")["findings"] if "key" in each["subject"]} == {None}


@needs_token
def test_a_log_whose_key_is_in_a_token_is_opened_and_verified(
    world: World, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.files / "quiet"
    assert main(["init", "--dev", "--no-log", "--data", str(path)], clock=lambda: START) == 0
    monkeypatch.delenv("ISSUER_SECRET_LOG", raising=False)
    own = World(path, world.capture)
    assert "set ISSUER_SECRET_LOG to its PIN" in own.run("log", "open", "--key", token.uri("object=log")).err
    monkeypatch.setenv("ISSUER_SECRET_LOG", PIN)
    own.json("log", "open", "--key", token.uri("object=log"))
    assert own.json("log", "verify")["sound"] is True
    (line,) = [each for each in own.json("keys", "list")["keys"] if each["use"] == "log"]
    assert (line["algorithm"], line["kept"]) == ("Ed25519", "token")


@needs_token
@pytest.mark.parametrize(
    ("pin", "said"),
    [
        (None, "set ISSUER_SECRET_SEAL to its PIN (ISSUER_PASSPHRASE is never tried on a token)."),
        (SECOND_PIN, "the PIN does not open the token bank"),
    ],
    ids=["none", "that of the other token"],
)
def test_without_the_right_pin_nothing_is_issued(
    world: World, account: str, token: Token, monkeypatch: pytest.MonkeyPatch, pin: str | None, said: str
) -> None:
    move_into_tokens(world, token)
    monkeypatch.setenv("ISSUER_SECRET_CREDENTIAL", SECOND_PIN)
    monkeypatch.setenv("ISSUER_PASSPHRASE", PIN)
    if pin is not None:
        monkeypatch.setenv("ISSUER_SECRET_SEAL", pin)
    ran = world.run("issue", "--account", account, "--all", "--out", world.files / "certificate.pdf")
    assert ran.code == 5
    assert said in ran.err
    assert not (world.files / "certificate.pdf").exists()
