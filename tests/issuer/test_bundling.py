"""`cb-issuer trust-bundle`: the signed bundle, and the key of a bank that has none yet."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from credential_schemas.status_list import verify_status_token
from credential_schemas.trust_bundle import TrustBundle, read_trust_bundle
from issuer.app import ServiceWork, create_app
from issuer.bank import Bank
from issuer.bank.folder import BankFolder
from issuer.bundling import publish_lists_and_bundle
from issuer.publishing import publish_due
from keys.trust_list import TrustedIssuer, TrustList
from tests.issuer.conftest import URL, World

PASSPHRASE = "correct horse battery"


def published_issuer(world: World) -> TrustedIssuer:
    (issuer,) = TrustList.parse((world.path / "trust.json").read_bytes()).issuers.values()
    return issuer


def written(world: World, *options: object) -> TrustBundle:
    """Write a bundle and read it as a verifier that has the bank's trust list."""
    file = world.files / "bank.bundle"
    world.json("trust-bundle", "--out", file, *options)
    keys = published_issuer(world).bundle_keys
    return read_trust_bundle(file.read_text("ascii"), keys=keys, now=int(world.now.timestamp()))


def made_by_an_earlier_version(world: World) -> None:
    """Take everything about bundles out of a bank."""
    for name, change in (("bank.json", _without_key), ("trust.json", _without_pins)):
        file = world.path / name
        document = json.loads(file.read_text())
        change(document)
        file.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
    (world.path / "keys/bundle.pem").unlink()


def _without_key(profile: dict[str, Any]) -> None:
    del profile["keys"]["bundle"]


def _without_pins(trust: dict[str, Any]) -> None:
    del trust["issuers"][0]["bundle_jwks"]


def test_bundle_holds_the_published_list_types_and_status_lists(world: World) -> None:
    bundle = written(world)
    assert bundle.trust_document == json.loads((world.path / "trust.json").read_text())
    assert bundle.type_metadata == {
        f"{URL}/vct/competency-certificate/1": (world.path / "public/vct/competency-certificate/1").read_bytes()
    }
    assert bundle.status_tokens == {f"{URL}/status/1": (world.path / "public/status/1").read_text("ascii")}
    assert (bundle.made_at, bundle.valid_until) == (int(world.now.timestamp()), int(world.now.timestamp()) + 7 * 86400)


def test_bundle_has_the_status_that_was_changed_just_before(world: World) -> None:
    issued = world.issue(world.open_account())
    world.wait(minutes=1)
    world.run("revoke", issued["number"])
    bundle = written(world)
    (token,) = bundle.status_tokens.values()
    now = int(world.now.timestamp())
    verified = verify_status_token(token, uri=f"{URL}/status/1", keys=published_issuer(world).status_keys, now=now)
    assert sum(1 for byte in verified.status_list.data if byte) == 1


def test_lists_that_are_due_are_published_into_the_bundle(world: World) -> None:
    before = (world.path / "public/status/1").read_text("ascii")
    world.wait(days=2)
    assert set(written(world).status_tokens.values()).isdisjoint({before})


def test_validity_is_the_operators_choice(world: World) -> None:
    bundle = written(world, "--valid-days", 31)
    assert bundle.valid_until - bundle.made_at == 31 * 86400


@pytest.mark.parametrize("days", ["0", "32", "-1"])
def test_validity_outside_of_31_days_is_refused(world: World, days: str) -> None:
    ran = world.run("trust-bundle", "--out", world.files / "b", "--valid-days", days)
    assert (ran.code, (world.files / "b").exists()) == (2, False)
    assert "1 to 31 days" in ran.err


def test_folder_that_does_not_exist_is_refused_before_any_work(world: World) -> None:
    ran = world.run("trust-bundle", "--out", world.files / "nowhere/b")
    assert ran.code == 2


def test_fingerprint_for_people_is_the_thumbprint_of_the_key(world: World) -> None:
    document = world.json("trust-bundle", "--out", world.files / "b")
    (key,) = published_issuer(world).bundle_keys.values()
    assert document["fingerprint"] == key.fingerprint()
    assert document["fingerprint"] in world.run("trust-bundle", "--out", world.files / "b").out


def test_damaged_trust_list_makes_no_bundle(world: World) -> None:
    (world.path / "trust.json").write_text("{")
    ran = world.run("trust-bundle", "--out", world.files / "b")
    assert (ran.code, (world.files / "b").exists()) == (4, False)


def test_missing_type_metadata_makes_no_bundle(world: World) -> None:
    (world.path / "public/vct/competency-certificate/1").unlink()
    assert world.run("trust-bundle", "--out", world.files / "b").code == 4


def test_bank_of_an_earlier_version_says_how_to_make_the_key(world: World) -> None:
    made_by_an_earlier_version(world)
    for language, words in (("en", "trust-bundle --create-key"), ("ko", "신뢰 묶음")):
        ran = world.run("trust-bundle", "--out", world.files / "b", "--lang", language)
        assert ran.code == 5
        assert words in ran.err


def test_bank_of_an_earlier_version_works_on_and_doctor_only_warns(world: World) -> None:
    made_by_an_earlier_version(world)
    ran = world.run("doctor")
    assert ran.code == 0
    assert "warning  key bundle" in ran.out
    bank = world.open()
    publish_lists_and_bundle(bank, now=world.now)
    bank.close()
    assert not (world.path / "public/trust-bundle.jwt").exists()


def test_created_key_is_named_by_a_trust_list_with_a_higher_version(world: World) -> None:
    made_by_an_earlier_version(world)
    bundle = written(world, "--create-key")
    assert bundle.trust.version == 2
    assert list(bundle.issuer.bundle_keys) == [bundle.signed_by.kid]
    assert (world.path / "public/trust.json").read_bytes() == (world.path / "trust.json").read_bytes()


def test_key_is_created_after_an_attempt_that_ended_early(world: World) -> None:
    made_by_an_earlier_version(world)
    (world.path / "keys/bundle.pem").write_text("half a key")
    assert written(world, "--create-key").trust.version == 2


def test_key_that_was_never_published_is_published_by_the_next_attempt(world: World) -> None:
    document = json.loads((world.path / "trust.json").read_text())
    _without_pins(document)
    (world.path / "trust.json").write_text(json.dumps(document))
    assert world.run("trust-bundle", "--out", world.files / "b").code == 5
    assert written(world, "--create-key").trust.version == 2


def test_second_key_is_refused(world: World) -> None:
    ran = world.run("trust-bundle", "--out", world.files / "b", "--create-key")
    assert ran.code == 2
    assert "already" in ran.err


def test_list_that_did_not_change_keeps_its_version(world: World) -> None:
    from issuer.publishing import publish_all

    before = (world.path / "trust.json").read_bytes()
    bank = world.open()
    publish_all(bank, now=world.now)
    bank.close()
    assert (world.path / "trust.json").read_bytes() == before


@pytest.mark.slow
def test_created_key_is_encrypted_like_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from issuer.cli.main import main

    monkeypatch.setenv("ISSUER_PASSPHRASE", PASSPHRASE)
    data = ["--data", str(tmp_path / "bank")]
    assert main(["init", "--url", URL, *data]) == 0
    profile = tmp_path / "bank/bank.json"
    document = json.loads(profile.read_text())
    _without_key(document)
    profile.write_text(json.dumps(document))
    assert main(["trust-bundle", "--create-key", "--out", str(tmp_path / "b"), *data]) == 0
    assert "ENCRYPTED" in (tmp_path / "bank/keys/bundle.pem").read_text()
    monkeypatch.delenv("ISSUER_PASSPHRASE")
    assert main(["trust-bundle", "--out", str(tmp_path / "b"), *data]) == 5


def test_service_publishes_a_bundle_and_serves_it(world: World) -> None:
    bank = world.open()
    publish_lists_and_bundle(bank, now=world.now)
    answer = _get(bank, "/trust-bundle.jwt")
    bank.close()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwt")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    keys = published_issuer(world).bundle_keys
    assert read_trust_bundle(answer.text, keys=keys, now=int(world.now.timestamp())).issuer.id == URL


@pytest.mark.parametrize(
    ("hours", "content", "code", "words"),
    [
        (0, None, 0, "ok       trust bundle"),
        (12, None, 0, "it is 12 hours old"),
        (8 * 24, None, 5, "not in order: expired"),
        (0, "한글", 5, "cannot be read"),
        (0, "a.b.c", 5, "not in order: format"),
    ],
)
def test_doctor_looks_at_the_published_bundle(
    world: World, hours: int, content: str | None, code: int, words: str
) -> None:
    bank = world.open()
    publish_lists_and_bundle(bank, now=world.now)
    if content is not None:
        (world.path / "public/trust-bundle.jwt").write_text(content, "utf-8")
    world.wait(hours=hours)
    publish_due(bank, now=world.now)
    bank.close()
    ran = world.run("doctor")
    assert (ran.code, words in ran.out) == (code, True)


def _get(bank: Bank, path: str) -> httpx.Response:
    app = create_app(BankFolder(bank.folder.path), bank.profile, ServiceWork(lambda: None, list))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
            return await client.get(path)

    return asyncio.run(ask())
