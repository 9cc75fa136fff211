"""A restore after keys were changed: what was signed since is known on, and no distrusted key comes back."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from credential_schemas.status_list import verify_status_token
from issuer.bundling import TRUST_BUNDLE
from keys.trust_list import TrustedIssuer, TrustList
from tests.issuer.backup.test_backup import Life, life, lived
from tests.issuer.conftest import URL, Document, World

__all__ = ["life", "lived"]
pytestmark = pytest.mark.slow


def rotate(world: World, use: str) -> tuple[str, str]:
    """Put a new key in the place of one of the backup; answer the names of both."""
    old = signing(world, use)
    days = {"bundle": 32}.get(use, 2)
    world.json("keys", "rotate", use)
    world.wait(days=days)
    world.json("accounts", "list")  # every program puts a key to work that is due
    new = signing(world, use)
    assert new != old
    return old, new


def lines(world: World, use: str) -> dict[str, Document]:
    return {each["kid"]: each for each in world.json("keys", "list")["keys"] if each["use"] == use}


def signing(world: World, use: str) -> str:
    (found,) = (kid for kid, each in lines(world, use).items() if each["state"] == "signing")
    return found


def restored(life: Life) -> World:
    told = life.restore(*life.since())
    assert told["code"] == 0, told["err"]
    return World(life.file("new"), life.world.capture, life.world.now)


def listed(world: World, path: str = "trust.json") -> TrustedIssuer:
    return TrustList.parse((world.path / path).read_bytes()).issuers[URL]


def value_of(token: Path, issuer: TrustedIssuer, world: World, idx: int) -> int:
    now, uri = int(world.now.timestamp()), f"{URL}/status/1"
    found = verify_status_token(token.read_text("ascii"), uri=uri, keys=issuer.status_keys, now=now)
    return found.status_list.value(idx)


def test_lists_of_a_status_key_that_the_backup_does_not_know_are_taken_over(life: Life) -> None:
    old, new = rotate(life.world, "status")
    life.world.json("revoke", life.before[0]["number"])
    told = life.restore(*life.since())
    assert (told["code"], told["since"]["keys"]) == (0, 1), told["err"]
    assert f"keys changed after the backup ({new})" in told["err"]
    bank, idx = World(life.file("new"), life.world.capture, life.world.now), life.before[0]["status"]["idx"]
    issuer = listed(bank)
    assert set(issuer.status_keys) == {old, new}
    # What verifiers have cached of the lost time, and what the restored bank signs, both verify and say the same.
    assert value_of(life.world.path / "public/status/1", issuer, bank, idx) == 1
    assert value_of(bank.path / "public/status/1", issuer, bank, idx) == 1
    assert {kid: (each["state"], each["kept"]) for kid, each in lines(bank, "status").items()} == {
        old: ("signing", "plain file"),
        new: ("verifying", "lost"),
    }
    assert bank.run("doctor").code == 0
    opened = bank.open()
    with opened.store.read() as transaction:
        assert any(str(row[6]).endswith(f", keys {new}") for row in transaction.audit.rows())
    opened.close()


def test_a_status_key_that_was_retired_since_signs_again_until_it_is_rotated(life: Life) -> None:
    old, new = rotate(life.world, "status")
    life.world.wait(days=30)
    life.world.json("keys", "retire", old)
    assert set(listed(life.world).status_keys) == {new}
    bank = restored(life)
    assert set(listed(bank).status_keys) == {old, new}
    bank.json("keys", "rotate", "status")
    bank.wait(days=2)
    bank.json("accounts", "list")
    assert signing(bank, "status") not in (old, new)
    bank.wait(days=30)
    for kid in (old, new):
        bank.json("keys", "retire", kid)
    assert set(listed(bank).status_keys) == {signing(bank, "status")}


def test_certificates_of_a_credential_key_that_the_backup_does_not_know_go_on_verifying(life: Life) -> None:
    old, new = rotate(life.world, "credential")
    bank = restored(life)
    assert set(listed(bank, "public/trust.json").keys) == {old, new}
    assert {each["kid"] for each in json.loads((bank.path / "public/jwks.json").read_bytes())["keys"]} >= {old, new}
    bank.wait(days=60)  # exports have ended by then, certificates need not
    refused = bank.run("keys", "retire", new)
    assert (refused.code, "what it signed may be in force until" in refused.err) == (5, True)
    bank.wait(days=61)
    bank.json("keys", "retire", new)


@pytest.mark.parametrize("use", ["status", "credential"])
def test_a_key_that_was_distrusted_since_stays_distrusted_and_signs_nothing(life: Life, use: str) -> None:
    kid, world = signing(life.world, use), life.world
    world.json("keys", "distrust", kid, "--since", world.now.isoformat())
    bank = restored(life)
    assert listed(bank, "public/trust.json").distrusted == {kid: int(world.now.timestamp())}
    assert (bank.path / "public/status/1").exists() == (use == "credential")
    problems = {each["subject"]: each["problem"] for each in json.loads(bank.run("doctor", "--json").out)["findings"]}
    assert "distrusted" in problems[f"key {use}"]
    bank.json("keys", "rotate", use)
    bank.issue(bank.open_account("SYN-P-003"))
    assert value_of(bank.path / "public/status/1", listed(bank), bank, life.before[1]["status"]["idx"]) == 1
    assert kid in listed(bank).distrusted


def no_bundle(world: World) -> None:
    (world.path / "public" / TRUST_BUNDLE).unlink()


def damaged(world: World) -> None:
    (world.path / "public" / TRUST_BUNDLE).write_text("e30.e30.e30")


def older(world: World) -> None:
    shutil.copy(world.files / "older", world.path / "public" / TRUST_BUNDLE)


def unnamed(world: World) -> None:
    path = world.path / "public/trust.json"
    path.write_text(path.read_text().replace(f'"{URL}"', '"https://other.example"', 1))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (no_bundle, "trust-bundle.jwt: No such file or directory"),
        (damaged, "trust-bundle.jwt: it is not a bundle by a key that the backup knows"),
        (older, "trust-bundle.jwt: it does not vouch for a key that the trust list beside it names"),
        (unnamed, "trust.json: it does not name this bank"),
    ],
    ids=["none", "damaged", "older", "another bank"],
)
def test_a_key_that_nothing_vouches_for_is_refused(life: Life, change: Callable[[World], None], problem: str) -> None:
    life.world.json("trust-bundle", "--out", life.file("older"))
    rotate(life.world, "status")
    life.world.json("revoke", life.before[0]["number"])
    change(life.world)
    told = life.restore(*life.since())
    assert (told["code"], problem in told["err"]) == (4, True), told["err"]
    assert not life.file("new").exists()


def test_a_bundle_by_a_key_that_the_backup_does_not_know_vouches_for_nothing(life: Life) -> None:
    rotate(life.world, "bundle")
    rotate(life.world, "status")
    told = life.restore(*life.since())
    assert (told["code"], "not a bundle by a key that the backup knows" in told["err"]) == (4, True), told["err"]
