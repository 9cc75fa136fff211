"""`cb-issuer keys rotate`: published before it signs, put to work in time, and what stands in the way."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from credential_schemas.trust_bundle import read_trust_bundle
from issuer.bank import open_bank
from issuer.bank.key_errors import KeyUnsound, KeyUseFixed
from issuer.bank.key_records import KeyRecord
from issuer.bank.key_ring import take_changes
from issuer.errors import PassphraseMissing
from issuer.key_life.rotating import RotationPlan, rotate_key
from issuer.key_life.switching import switch_due
from issuer.upkeep import Upkeep
from keys.certificates import certificate_key, certificate_validity
from keys.errors import WrongPassphrase
from keys.jws import parse_compact
from keys.key_files import (
    FileSigner,
    create_key,
    read_plain_development_signer,
    write_encrypted,
    write_plain_for_development,
)
from keys.pdf_seal import Sealer, apply_seal, check_seal
from tests.issuer.conftest import START, World
from tests.issuer.key_life.conftest import DAY, Keys, private_file
from tests.keys.pdf_seal.sealing import draw


def test_a_new_key_is_published_everywhere_and_does_not_sign_yet(keys: Keys) -> None:
    old, version = keys.kid("credential"), keys.version()
    made = keys.rotate("credential")
    assert (made["follows"], made["signs_from"]) == (old, "2026-11-23T03:00:00Z")
    assert keys.jwks() == set(keys.published().keys) == {old, made["kid"]}
    bundle = (keys.world.path / "public/trust-bundle.jwt").read_text("ascii")
    read = read_trust_bundle(bundle, keys=keys.published().bundle_keys, now=int(START.timestamp()))
    assert (set(read.issuer.keys), read.trust.version, keys.version()) == ({old, made["kid"]}, version + 1, version + 1)
    assert keys.kid("credential") == old
    assert keys.kid("credential", "published") == made["kid"]


@pytest.mark.parametrize("use", ["credential", "status"])
def test_a_key_signs_from_its_hour_on_and_not_before(keys: Keys, use: str) -> None:
    old, new = keys.kid(use), keys.rotate(use)["kid"]
    keys.world.wait(hours=24, seconds=-1)
    assert keys.kid(use) == old
    keys.world.wait(seconds=1)
    assert keys.kid(use) == new
    assert keys.kid(use, "verifying") == old


def test_a_new_status_key_signs_every_list_again(keys: Keys) -> None:
    new = keys.rotate("status")["kid"]
    keys.world.wait(days=1)
    keys.all()
    token = (keys.world.path / "public/status/1").read_text("ascii")
    assert parse_compact(token, max_bytes=3_000_000).header["kid"] == new
    assert keys.world.published_value(0) == 0


def test_a_new_bundle_key_has_a_month_so_that_pinned_verifiers_learn_it(keys: Keys) -> None:
    old, made = keys.kid("bundle"), keys.rotate("bundle")
    assert made["signs_from"] == "2026-12-23T03:00:00Z"
    bundle = (keys.world.path / "public/trust-bundle.jwt").read_text("ascii")
    assert parse_compact(bundle, max_bytes=10**7).header["kid"] == old
    assert set(keys.published().bundle_keys) == {old, made["kid"]}


def test_a_new_seal_key_is_put_to_work_at_once_because_its_certificate_travels_along(keys: Keys) -> None:
    old, made = keys.kid("seal"), keys.rotate("seal")
    assert keys.kid("seal") == made["kid"] != old
    bank = keys.world.open()
    signer, certificate = bank.certified_signer("seal")
    assert certificate_key(certificate.read_text()).kid == signer.key_id == made["kid"]
    sealed = apply_seal(draw(), sealer=Sealer(signer, certificate.read_text()), signed_at=START)
    bank.close()
    assert check_seal(sealed, roots=keys.published().seal_roots, now=START).outcome == "intact"


def test_the_certificate_of_a_new_key_is_like_that_of_the_old_one(keys: Keys) -> None:
    kid = keys.rotate("credential")["kid"]
    pem = (keys.world.path / "certificates" / f"credential-{kid}.pem").read_text()
    assert certificate_key(pem).kid == kid
    validity = certificate_validity(pem)
    assert (validity.not_before, validity.not_after) == (START, START + timedelta(days=730))


def test_a_certificate_never_outlives_the_root(keys: Keys) -> None:
    keys.world.wait(days=9 * 365)
    pem = (keys.world.path / "certificates" / f"seal-{keys.rotate('seal')['kid']}.pem").read_text()
    root = (keys.world.path / "certificates/root.pem").read_text()
    assert certificate_validity(pem).not_after == certificate_validity(root).not_after


def test_a_second_rotation_waits_for_the_first(keys: Keys) -> None:
    kid = keys.rotate("credential")["kid"]
    keys.world.wait(hours=1)
    said = keys.refused("rotate", "credential")
    assert f"The new key {kid} (credential) is published already and signs from 2026-11-23T03:00:00Z" in said
    assert "nothing was changed" in keys.refused("rotate", "credential", "--key", "pkcs11:token=a;object=b")


def test_a_published_key_may_be_brought_forward_but_not_below_a_day(keys: Keys) -> None:
    first = keys.rotate("bundle")
    earlier = keys.rotate("bundle", "--hours", "48")
    assert (earlier["kid"], earlier["signs_from"]) == (first["kid"], "2026-11-24T03:00:00Z")
    assert "at least 24 hours" in keys.refused("rotate", "bundle", "--hours", "23", code=2)


@pytest.mark.parametrize(("hours", "said"), [("0", "at least 24 hours"), ("-1", "expected 0 to"), ("8785", "to 8784")])
def test_a_notice_that_is_too_short_or_no_number_of_hours_is_refused(keys: Keys, hours: str, said: str) -> None:
    before = (keys.world.path / "bank.json").read_bytes()
    assert said in keys.refused("rotate", "credential", f"--hours={hours}", code=2)
    assert (keys.world.path / "bank.json").read_bytes() == before


@pytest.mark.parametrize("use", ["root", "log", "badges"])
def test_keys_that_are_not_rotated_say_why(keys: Keys, use: str) -> None:
    bank = keys.world.open()
    with pytest.raises(KeyUseFixed, match=f"The key for {use} is not changed"):
        rotate_key(bank, RotationPlan(use), now=START)  # type: ignore[arg-type] # a use of the bank
    bank.close()
    assert "use cannot be" in keys.refused("rotate", use, code=2)


def test_a_lost_key_may_be_replaced_at_once(keys: Keys) -> None:
    old = keys.kid("credential")
    (keys.world.path / "keys/credential.pem").unlink()
    made = keys.rotate("credential", "--hours", "0")
    assert keys.kid("credential") == made["kid"]
    assert keys.jwks() == {old, made["kid"]}


def test_a_lost_status_key_does_not_keep_another_from_being_rotated(keys: Keys) -> None:
    keys.rotate("status")
    (keys.world.path / "keys/status.pem").unlink()
    made = keys.rotate("credential")
    assert made["bundled"] is False
    assert made["kid"] in keys.jwks()


def test_a_key_that_was_exchanged_by_hand_is_not_followed(keys: Keys) -> None:
    (keys.world.path / "keys/credential.pem").unlink()
    write_plain_for_development(keys.world.path / "keys/credential.pem", create_key())
    assert "another key lies in its place" in keys.refused("rotate", "credential")


def test_a_key_that_exists_is_taken_and_one_of_the_bank_is_refused(keys: Keys) -> None:
    file, key = keys.world.path / "keys/own.pem", create_key()
    write_plain_for_development(file, key)
    made = keys.rotate("credential", "--key", "dev-file:keys/own.pem")
    assert made["kid"] == FileSigner(key).key_id
    keys.world.wait(days=1)
    assert keys.kid("credential") == made["kid"]
    said = keys.refused("rotate", "credential", "--key", "dev-file:keys/credential.pem")
    assert "it is or was a key of this bank" in said
    assert "expected a key URI" in keys.refused("rotate", "credential", "--key", "cloud:x")


def test_a_published_key_whose_file_is_gone_is_not_put_to_work(keys: Keys) -> None:
    old, new = keys.kid("credential"), keys.rotate("credential")["kid"]
    private_file(keys.world, new, "credential").unlink()
    keys.world.wait(days=2)
    assert keys.kid("credential") == old
    findings = {each["subject"]: each for each in keys.world.json("doctor")["findings"]}
    assert findings[f"key credential {new}"]["severity"] == "warning"
    assert "and does not" in findings[f"key credential {new}"]["problem"]
    bank = keys.world.open()
    with pytest.raises(KeyUnsound, match="it does not open"):
        switch_due(bank, now=keys.world.now)
    bank.close()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"distrusted_since": "2026-11-22T03:00:00Z"}, "it is distrusted"),
        ({"uri": "dev-file:keys/status.pem"}, "another key lies in its place"),
        ({"certificate": "credential.pem"}, "its certificate is gone or that of another key"),
        ({"certificate": "nowhere.pem"}, "its certificate is gone or that of another key"),
        ({"certificate": "../bank.json"}, "its certificate is gone or that of another key"),
    ],
)
def test_a_published_key_that_is_not_what_it_should_be_is_not_put_to_work(
    keys: Keys, change: dict[str, str], problem: str
) -> None:
    keys.rotate("credential")
    old, new = keys.records()
    keys.change_profile(key_records=[old, new | change])
    bank = keys.world.open()
    with pytest.raises(KeyUnsound, match=problem):
        switch_due(bank, now=START + DAY)
    bank.close()


def test_a_key_that_the_trust_list_does_not_name_is_not_put_to_work(keys: Keys) -> None:
    trust = (keys.world.path / "trust.json").read_bytes()
    keys.rotate("credential")
    bank = keys.world.open()
    for content in (trust, b"{}"):
        (keys.world.path / "trust.json").write_bytes(content)
        with pytest.raises(KeyUnsound, match="the published trust list does not name it"):
            switch_due(bank, now=START + DAY)
    bank.close()


def test_a_running_service_takes_a_new_key_without_a_restart(keys: Keys) -> None:
    service = keys.world.open()
    clock = [START]
    upkeep = Upkeep(service, clock=lambda: clock[0])
    upkeep.run()
    old = service.signer("credential").key_id
    new = keys.rotate("credential")["kid"]
    clock[0] = START + DAY
    upkeep.run()
    assert service.acting_as("somebody").signer("credential").key_id == new != old
    service.close()


def test_a_running_service_follows_what_another_program_put_to_work(keys: Keys) -> None:
    service = keys.world.open()
    upkeep = Upkeep(service, clock=lambda: START + 2 * DAY)
    upkeep.run()
    new = keys.rotate("status")["kid"]
    keys.world.wait(days=2)
    keys.all()
    upkeep.run()
    assert service.signer("status").key_id == new
    assert take_changes(service) is False
    service.close()


def test_a_damaged_profile_does_not_stop_a_running_service(keys: Keys) -> None:
    service = keys.world.open()
    (keys.world.path / "bank.json").write_text("{")
    Upkeep(service, clock=lambda: START).run()
    assert service.signer("credential").key_id
    service.close()


PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def sealed_key(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle key of the bank in an encrypted file."""
    file = tmp_path_factory.mktemp("sealed") / "sealed.pem"
    write_encrypted(file, read_plain_development_signer(founded / "keys/bundle.pem").key, passphrase=PASSPHRASE)
    return file


def use_encrypted(keys: Keys, sealed_key: Path) -> None:
    shutil.copy(sealed_key, keys.world.path / "keys/sealed.pem")
    profile = json.loads((keys.world.path / "bank.json").read_bytes())
    keys.change_profile(keys=profile["keys"] | {"bundle": "file:keys/sealed.pem"})


@pytest.mark.slow
def test_a_new_key_file_is_encrypted_as_the_one_before(keys: Keys, sealed_key: Path) -> None:
    use_encrypted(keys, sealed_key)
    bank = open_bank(keys.world.path, passphrase=PASSPHRASE)
    made = rotate_key(bank, RotationPlan("bundle"), now=START).record
    assert b"ENCRYPTED PRIVATE KEY" in private_file(keys.world, made.kid, "bundle").read_bytes()
    switch_due(bank, now=START + 31 * DAY)
    assert bank.signer("bundle").key_id == made.kid
    bank.close()


@pytest.mark.slow
@pytest.mark.parametrize(("passphrase", "error"), [(None, PassphraseMissing), ("wrong one", WrongPassphrase)])
def test_without_the_right_passphrase_nothing_is_changed(
    keys: Keys, sealed_key: Path, passphrase: str | None, error: type[Exception]
) -> None:
    use_encrypted(keys, sealed_key)
    before = sorted(path.name for path in (keys.world.path / "keys").iterdir())
    for use in ("bundle", "credential"):
        bank = open_bank(keys.world.path, passphrase=passphrase)
        with pytest.raises(error):
            rotate_key(bank, RotationPlan(use), now=START)
        bank.close()
    assert sorted(path.name for path in (keys.world.path / "keys").iterdir()) == before
    assert "key_records" not in json.loads((keys.world.path / "bank.json").read_bytes())


def test_a_root_that_is_not_in_a_file_certifies_nothing_here(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = keys.world.open()
    monkeypatch.setitem(bank._signers, ("root", bank.profile.keys["root"]), object())
    with pytest.raises(KeyUseFixed, match="the key of the root in a file"):
        rotate_key(bank, RotationPlan("seal"), now=START)
    bank.close()


def test_every_step_is_in_the_audit_trail(keys: Keys) -> None:
    old = keys.kid("seal")
    keys.rotate("seal")
    assert keys.acts() == [("key_made", f"seal to follow {old}"), ("key_put_to_work", f"seal in place of {old}")]


def test_the_list_needs_no_key_and_names_files_that_nothing_uses(keys: Keys, world: World) -> None:
    for path in (world.path / "keys").iterdir():
        path.unlink()
    (world.path / "keys/stray.pem").touch()
    document = world.json("keys", "list")
    assert [each["use"] for each in document["keys"]] == ["root", "credential", "status", "seal", "bundle", "log"]
    assert document["unnamed_files"] == ["stray.pem"]
    said = world.run("keys", "list", "--lang", "ko").out
    assert "keys/stray.pem" in said
    assert "서명 중" in said


def test_the_next_rotation_comes_a_month_before_certificates_would_outlive_their_key(keys: Keys) -> None:
    assert keys.of("credential")["valid_until"] == "2028-11-21T03:00:00Z"
    assert keys.of("credential")["next_rotation"] == "2028-07-24T03:00:00Z"
    keys.rotate("bundle")
    keys.world.wait(days=31)
    assert keys.of("bundle")["next_rotation"] == "2028-12-22T03:00:00Z"


def test_a_record_that_is_none_makes_the_profile_unreadable(keys: Keys) -> None:
    keys.rotate("seal")
    good = keys.records()[0]
    bad: list[object] = [
        "text",
        ["text"],
        [good | {"more": 1}],
        [good | {"made_at": "2026-11-22T03:00:00"}],
        [good | {"made_at": "yesterday"}],
        [good | {"jwk": good["jwk"] | {"x": "AAAA"}}],
        [good | {"jwk": good["jwk"] | {"kid": "another"}}],
    ]
    for records in bad:
        keys.change_profile(key_records=records)
        assert "it is not a profile of a bank" in keys.refused("list", code=4)
    assert KeyRecord(**good).kid == good["jwk"]["kid"]


def test_the_key_file_is_for_its_owner_only(keys: Keys) -> None:
    path: Path = private_file(keys.world, keys.rotate("seal")["kid"], "seal")
    assert path.stat().st_mode & 0o777 == 0o600
