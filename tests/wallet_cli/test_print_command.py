"""`cb-wallet print`: a sealed PDF from the issuer for what is presented, checked before it is kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from credential_schemas.pdf_container import read_container
from credential_schemas.sd_jwt.select import unverified_disclosures
from issuer.accounts.selection import Choice
from keys.encoding import b64url_encode
from keys.fetch import Answer
from keys.key_files import FileSigner
from keys.sealed_file import SealPrice
from keys.trust_list import TrustList
from tests.issuer.conftest import START, URL
from tests.issuer.presented.conftest import Holder, cheap_codes, holder, opened
from tests.wallet_cli.conftest import Wallet
from tests.wallet_cli.issuer_desk import DeskDoor
from tests.wallet_cli.test_present_command import Terminal
from wallet_cli.cli import context, main
from wallet_cli.errors import CertificateRefused
from wallet_cli.presenting.choosing import claims_of, leaving_of
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.printed import check_printed
from wallet_cli.vault import NewItem, Vault

__all__ = ["cheap_codes", "holder", "opened"]
Said = pytest.CaptureFixture[str]
PASSPHRASE, PRICE = "a passphrase", SealPrice(8, 1)


@pytest.fixture
def door(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> DeskDoor:
    found = DeskDoor(holder)
    monkeypatch.setattr("keys.fetch.Fetcher", lambda origins, allow_loopback: found)
    return found


def private_jwk(signer: FileSigner) -> dict[str, str]:
    number = signer.key.cryptography_key().private_numbers().private_value
    jwk = signer.public_jwk()
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")} | {"d": b64url_encode(number.to_bytes(32, "big"))}


@pytest.fixture
def vault(holder: Holder, door: DeskDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setattr(context, "VAULT_PRICE", PRICE)
    monkeypatch.setattr(main, "now_in_utc", lambda: START)
    for name, value in (
        ("WALLET_HOME", str(tmp_path / "wallet")),
        ("WALLET_TRUST", str(holder.bank.folder.trust_list)),
        ("WALLET_PASSPHRASE", PASSPHRASE),
        ("LC_ALL", "C.UTF-8"),
    ):
        monkeypatch.setenv(name, value)
    (tmp_path / "wallet").mkdir()
    return Vault.create(tmp_path / "wallet" / "wallet.wallet", PASSPHRASE, price=PRICE)


def keep(vault: Vault, holder: Holder, credential: str) -> str:
    pair = (credential, private_jwk(holder.key))
    vct = holder.bank.profile.vct
    return vault.keep_issued(NewItem(URL, "competency-certificate", vct, START.isoformat(), [pair]))


@pytest.fixture
def item(vault: Vault, holder: Holder) -> str:
    return keep(vault, holder, holder.credential())


@pytest.fixture
def wallet(vault: Vault) -> Wallet:
    return lambda *arguments: main.main([str(argument) for argument in arguments])


def test_a_credential_is_printed_and_written_once(wallet: Wallet, item: str, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "certificate.pdf"
    assert wallet("print", item, "--out", out, "--yes", "--page", "en") == 0
    said = capsys.readouterr().out
    assert "Nothing else leaves." in said
    claims = claims_of(read_container(out.read_bytes()).credential)
    assert str(claims["certificate"]["number"]) in said  # type: ignore[index,call-overload] # a certificate
    assert out.stat().st_mode & 0o777 == 0o600
    before = out.read_bytes()
    assert wallet("print", item, "--out", out, "--yes") == 2
    assert out.read_bytes() == before


def test_only_the_named_entry_is_presented_and_printed(
    wallet: Wallet, vault: Vault, holder: Holder, tmp_path: Path, capsys: Said
) -> None:
    item, out = keep(vault, holder, holder.credential(Choice(everything=True))), tmp_path / "certificate.pdf"
    assert wallet("print", item, "--entry", "trainings[0]", "--out", out, "--yes", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    shown = {each["path"].partition("[")[0].partition(".")[0] for each in document["leaving"]["shown"]}
    assert shown == {"trainings", "holder", "certificate"}
    claims = claims_of(read_container(out.read_bytes()).credential)
    assert [len(value) for value in claims.values() if isinstance(value, list)] == [1]
    assert document["audience"] == f"{URL}/api/v1/prints"


def test_what_the_issuer_refuses_is_told_in_its_words(wallet: Wallet, item: str, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "certificate.pdf"
    assert wallet("print", item, "--field", "trainings[0].title", "--out", out, "--yes") == 5
    assert "is printed with" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(("typed", "code", "asked"), [("y\n", 0, 2), ("\n", 0, 0), (None, 2, 0)])
def test_nothing_is_presented_without_a_yes(
    wallet: Wallet,
    door: DeskDoor,
    item: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str | None,
    code: int,
    asked: int,
) -> None:
    if typed is not None:
        monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert wallet("print", item, "--out", tmp_path / "c.pdf") == code
    assert len(door.asked) == asked


def test_a_program_sees_what_would_be_presented(wallet: Wallet, door: DeskDoor, item: str, capsys: Said) -> None:
    assert wallet("print", item, "--out", "nowhere.pdf", "--json") == 0
    assert json.loads(capsys.readouterr().out)["out"] is None
    assert door.asked == []


CHANGES: dict[str, tuple[Callable[[Answer], Answer], int]] = {
    "expected a nonce": (lambda answer: Answer(answer.status, b"{}"), 5),
    "expected a nonce.": (lambda answer: Answer(answer.status, b"no json"), 5),
    "status 404": (lambda answer: Answer(404, b"<p>"), 5),
    "refused: busy": (lambda answer: Answer(503, b'{"detail": "busy"}'), 5),
    "expected a sealed certificate": (lambda answer: replace_pdf(answer), 1),
}


def replace_pdf(answer: Answer) -> Answer:
    return Answer(200, b"%PDF-1.7\nnothing") if answer.body.startswith(b"%PDF-") else answer


@pytest.mark.parametrize("said", CHANGES)
def test_an_answer_that_is_not_in_order_is_not_kept(
    wallet: Wallet, door: DeskDoor, item: str, tmp_path: Path, capsys: Said, said: str
) -> None:
    door.change, code = CHANGES[said]
    assert wallet("print", item, "--out", tmp_path / "c.pdf", "--yes") == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "c.pdf").exists()


def test_an_issuer_that_does_not_answer_is_told(wallet: Wallet, door: DeskDoor, item: str, tmp_path: Path) -> None:
    door.lost = True
    assert wallet("print", item, "--out", tmp_path / "c.pdf", "--yes") == 5


def test_an_unknown_issuer_is_not_asked(
    wallet: Wallet, door: DeskDoor, item: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.json").write_text('{"trust": 1, "version": 1, "issuers": []}')
    assert wallet("print", item, "--out", tmp_path / "c.pdf", "--yes", "--trust", tmp_path / "other.json") == 3
    assert door.asked == []


def test_paper_that_says_something_else_is_not_kept(holder: Holder) -> None:
    credential = holder.credential()
    body = holder.present(credential).encode("ascii")
    kind = {"content_type": "application/dc+sd-jwt"}
    pdf = holder.client.ask("POST", "/api/v1/prints", body, **kind).content
    trust = TrustList.parse(holder.bank.folder.trust_list.read_bytes())
    now = int(START.timestamp())
    leaving = leaving_of("", Held("a", "a", credential, holder.key), credential)
    assert check_printed(pdf, leaving, trust=trust, now=now).purpose == "취업 제출"
    less = next(each for each in unverified_disclosures(credential) if each.path[-1] == "provider_name")
    shown = replace(leaving, sd_jwt=credential.replace(f"{less.text}~", ""))
    with pytest.raises(CertificateRefused, match="does not say what was presented"):
        check_printed(pdf, shown, trust=trust, now=now)
