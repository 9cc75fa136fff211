"""`cb-issuer init`: complete or not at all."""

import json
import stat
from pathlib import Path

import pytest

from issuer.bank import open_bank
from issuer.cli.main import main
from issuer.errors import PassphraseMissing, PlainKeyRefused
from keys.errors import WrongPassphrase
from keys.key_files import create_key
from keys.trust_list import TrustList

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ISSUER_PASSPHRASE", "ISSUER_DATA", "LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)


def test_a_bank_for_development_is_made_without_any_option_but_dev(tmp_path: Path) -> None:
    assert main(["init", "--dev", "--data", str(tmp_path / "bank")]) == 0
    profile = json.loads((tmp_path / "bank/bank.json").read_text())
    assert profile["issuer"] == "http://127.0.0.1:8000"
    assert profile["specimen"] is True


def test_the_data_directory_and_its_secrets_are_for_the_owner_only(tmp_path: Path) -> None:
    main(["init", "--dev", "--data", str(tmp_path / "bank")])
    private = [tmp_path / "bank", *(tmp_path / "bank" / name for name in ("keys", "secrets", "bank.db", "bank.json"))]
    private += [*(tmp_path / "bank/keys").iterdir(), *(tmp_path / "bank/secrets").iterdir()]
    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private} == {
        path.name: 0 for path in private
    }


def test_the_trust_list_can_be_handed_to_a_verifier(tmp_path: Path) -> None:
    main(["init", "--dev", "--url", "https://bank.example/", "--data", str(tmp_path / "bank")])
    trust = TrustList.parse((tmp_path / "bank/trust.json").read_bytes())
    issuer = trust.issuer("https://bank.example")
    assert issuer is not None
    assert issuer.origins == ("https://bank.example",)
    assert issuer.verify_urls == ("https://bank.example/v",)
    assert issuer.types[0].vct == "https://bank.example/vct/competency-certificate/1"
    assert "ncs_competency_unit" in (issuer.types[0].entry_types or ())
    assert len(issuer.keys) == len(issuer.status_keys) == len(issuer.seal_roots) == 1


def test_init_refuses_a_bank_that_is_there_and_leaves_it_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init", "--dev", "--data", str(tmp_path / "bank")])
    before = {path: path.read_bytes() for path in (tmp_path / "bank").rglob("*") if path.is_file()}
    assert main(["init", "--dev", "--data", str(tmp_path / "bank")]) == 2
    assert "never overwrites" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "bank").rglob("*") if path.is_file()} == before


def test_init_takes_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "bank").mkdir()
    assert main(["init", "--dev", "--data", str(tmp_path / "bank")]) == 0


def test_a_failed_init_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_PASSPHRASE", "short")
    assert main(["init", "--url", "https://bank.example", "--data", str(tmp_path / "bank")]) == 5
    assert list(tmp_path.iterdir()) == []


def test_without_a_passphrase_only_a_bank_for_development_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--url", "https://bank.example", "--data", str(tmp_path / "bank")]) == 5
    assert "ISSUER_PASSPHRASE" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--url: expected the bank's https address"),
        (("--url", "http://bank.example"), "expected https, found http"),
        (("--url", "https://bank.example?x=1"), "without a query"),
        (("--url", "http://127.0.0.1:8000"), "which only development allows"),
        (("--dev", "--prefix", "cb"), "--prefix: expected 1 to 8 capital letters"),
        (("--dev", "--max-valid-days", "0"), "--max-valid-days: expected 1 to 366 days"),
        (("--url", "https://bank.example", "--operational"), "--operational: expected --name-ko and --name-en"),
        (("--dev", "--verify-url", "ftp://bank.example/v"), "--verify-url: expected an absolute https URL"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert main(["init", "--data", str(tmp_path / "bank"), *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_an_encrypted_bank_opens_with_its_passphrase_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_PASSPHRASE", PASSPHRASE)
    names = ("--name-ko", "직무능력은행장", "--name-en", "Head of the bank")
    path = tmp_path / "bank"
    assert main(["init", "--url", "https://bank.example", "--operational", *names, "--data", str(path)]) == 0
    assert json.loads((path / "bank.json").read_text())["specimen"] is False
    assert b"ENCRYPTED" in (path / "keys/seal.pem").read_bytes()
    for passphrase, refusal in ((None, PassphraseMissing), ("another passphrase", WrongPassphrase)):
        bank = open_bank(path, passphrase=passphrase)
        with pytest.raises(refusal):
            bank.signer("credential")
        bank.close()


def test_a_plain_key_is_refused_outside_development(tmp_path: Path) -> None:
    path = tmp_path / "bank"
    main(["init", "--dev", "--data", str(path)])
    profile = json.loads((path / "bank.json").read_text())
    (path / "bank.json").write_text(json.dumps({**profile, "development": False}))
    bank = open_bank(path, passphrase=None)
    with pytest.raises(PlainKeyRefused, match=r"credential\.pem is not encrypted"):
        bank.signer("credential")
    bank.close()


def test_every_bank_has_keys_of_its_own(tmp_path: Path) -> None:
    for name in ("first", "second"):
        main(["init", "--dev", "--data", str(tmp_path / name)])
    first, second = ((tmp_path / name / "secrets/link.key").read_bytes() for name in ("first", "second"))
    assert first != second
    assert create_key().public_key() != create_key().public_key()


@pytest.mark.parametrize("content", ["", "[]", '{"bank": 2}', '{"bank": 1, "issuer": "https://bank.example"}'])
def test_a_damaged_profile_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    main(["init", "--dev", "--data", str(tmp_path / "bank")])
    (tmp_path / "bank/bank.json").write_text(content)
    assert main(["accounts", "list", "--data", str(tmp_path / "bank")]) == 4
    assert "it is not a profile of a bank" in capsys.readouterr().err


def test_a_folder_without_a_bank_is_said_to_hold_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accounts", "list", "--data", str(tmp_path)]) == 2
    assert "There is no bank in" in capsys.readouterr().err
