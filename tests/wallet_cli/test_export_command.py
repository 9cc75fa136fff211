"""`cb-wallet export`: the issuer signs what is presented in another format; the wallet looks at it first."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from issuer.accounts.selection import Choice
from keys.encoding import b64url_decode, b64url_encode
from keys.fetch import Answer
from tests.issuer.conftest import URL
from tests.issuer.presented.conftest import Holder, cheap_codes, holder, opened
from tests.wallet_cli.conftest import Wallet
from tests.wallet_cli.issuer_desk import DeskDoor
from tests.wallet_cli.test_print_command import Said, door, item, keep, vault, wallet
from wallet_cli.cli.messages import korean_sentences
from wallet_cli.errors import NothingToPresent
from wallet_cli.presenting.exported import holder_name
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.to_issuer import copy_to_show
from wallet_cli.vault import Vault

__all__ = ["cheap_codes", "door", "holder", "item", "opened", "vault", "wallet"]


def payload(path: Path) -> dict[str, object]:
    return dict(json.loads(b64url_decode(path.read_text("ascii").split(".")[1])))


def test_badges_are_written_one_file_each_and_the_holder_is_told_what_is_lost(
    wallet: Wallet, vault: Vault, holder: Holder, tmp_path: Path, capsys: Said
) -> None:
    item, out = keep(vault, holder, holder.credential(Choice(everything=True))), tmp_path / "badges"
    assert wallet("export", item, "--format", "open-badges", "--out", out, "--yes", "--lang", "en") == 0
    said = capsys.readouterr().out
    files = sorted(out.iterdir())
    assert len(files) > 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert "What is exported cannot be revoked" in said
    assert "Left out: " in said
    assert "(a record, not an achievement)" in said
    assert "Badges have no name" in said
    assert "holder.name" not in said  # neither name nor birth date is presented unless it is named
    for path in files:
        assert payload(path)["sub"] == holder_name(holder.key)
    assert wallet("export", item, "--format", "open-badges", "--out", out, "--yes") == 2


def test_a_w3c_credential_has_what_was_named_only(
    wallet: Wallet, vault: Vault, item: str, tmp_path: Path, capsys: Said
) -> None:
    out, field = tmp_path / "vc", "trainings[0].title"
    assert wallet("export", item, "--format", "vcdm", "--field", field, "--out", out, "--yes", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["out"] == [str(out / "vcdm-1.jwt")]
    assert (document["skipped"], document["left_out"]) == ([], [[]])
    subject = payload(out / "vcdm-1.jwt")["credentialSubject"]
    assert isinstance(subject, dict)
    assert subject.keys() == {"id", "trainings"}
    assert subject["trainings"][0].keys() == {"entry_type", "title", "as_of"}
    assert [copy.presented_to for copy in vault.copies()] == [(f"{URL}/api/v1/exports",)]


def test_nothing_is_asked_of_the_issuer_without_a_yes(
    wallet: Wallet, vault: Vault, door: DeskDoor, item: str, tmp_path: Path, capsys: Said
) -> None:
    assert wallet("export", item, "--format", "vcdm", "--out", tmp_path / "x", "--json") == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == ["export"]
    assert wallet("export", item, "--format", "vcdm", "--out", tmp_path / "x") == 2
    assert door.asked == []
    assert [copy.presented_to for copy in vault.copies()] == [()]


def changed(change: Callable[[dict[str, object]], object]) -> Callable[[Answer], Answer]:
    def work(answer: Answer) -> Answer:
        document = json.loads(answer.body)
        if "c_nonce" in document:
            return answer
        change(document)
        return Answer(200, json.dumps(document).encode())

    return work


def token(**claims: object) -> str:
    body = b64url_encode(json.dumps({"iss": URL, **claims}).encode())
    return f"e30.{body}.AA"


BAD: dict[str, Callable[[Answer], Answer]] = {
    "another issuer or another holder": changed(
        lambda found: found.update(credentials=[{"credential": token(credentialSubject={"id": "did:jwk:x"})}])
    ),
    "another issuer or another holder.": changed(lambda found: found.update(credentials=[{"credential": token()}])),
    "expected signed credentials": changed(lambda found: found.update(credentials=[{"credential": "a.b"}])),
    "expected signed credentials.": changed(lambda found: found.update(credentials=["a.b.c"])),
    "at least one credential": changed(lambda found: found.update(credentials=[])),
    "credentials as a list": changed(lambda found: found.update(credentials={})),
    "reasons that are known": changed(lambda found: found.update(skipped=[{"reason": "else"}])),
    "expected JSON": lambda answer: answer if b"c_nonce" in answer.body else Answer(200, b"[]"),
}


@pytest.mark.parametrize("said", BAD)
def test_an_export_that_is_not_in_order_is_not_kept(
    wallet: Wallet, door: DeskDoor, item: str, tmp_path: Path, capsys: Said, said: str
) -> None:
    door.change = BAD[said]
    assert wallet("export", item, "--format", "vcdm", "--out", tmp_path / "x", "--yes") == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_folder_that_cannot_be_made_is_told(wallet: Wallet, item: str, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "x"
    assert wallet("export", item, "--format", "vcdm", "--out", out, "--yes") == 5


def test_a_paper_copy_is_not_shown_to_the_issuer(holder: Holder) -> None:
    from keys.trust_list import TrustList

    trust = TrustList.parse(holder.bank.folder.trust_list.read_bytes())
    with pytest.raises(NothingToPresent, match="paper copy"):
        copy_to_show([Held("a", "a", holder.credential())], "a", "/x", trust=trust, now=int(holder.now.timestamp()))


def test_every_reason_has_its_sentence() -> None:
    from wallet_cli.presenting.exported import _REASONS
    from wallet_cli.presenting.preview import word

    for reason in _REASONS:
        assert word(f"skipped.{reason}", "ko", entry="전표") != word(f"skipped.{reason}", "en", entry="전표")
    assert "presentation_refused" not in korean_sentences()  # of the issuer; the wallet says its words
