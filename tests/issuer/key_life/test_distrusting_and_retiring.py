"""`cb-issuer keys distrust` and `retire`: who is refused, what rests on a key, and what is left of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from issuer.bank.key_errors import KeyAmbiguous, KeyDistrusted, KeyUseFixed
from issuer.key_life.distrusting import affected_certificates
from issuer.key_life.finding import find_key
from issuer.store.tables import CERTIFICATES
from keys.certificates import certificate_key
from keys.jws import parse_compact
from keys.key_files import create_key, write_plain_for_development
from tests.issuer.conftest import START, Document, World
from tests.issuer.key_life.conftest import DAY, Keys, private_file
from tests.issuer.test_bundling import made_by_an_earlier_version

NOW = START.isoformat()


# --- which key -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nobody-has-this", "short", ""])
def test_a_name_that_no_key_has_is_refused(keys: Keys, name: str) -> None:
    assert f"This bank has no key {name};" in keys.refused("retire", name, code=2)


def test_a_part_of_a_name_is_enough_when_it_is_long_enough(keys: Keys) -> None:
    bank, kid = keys.world.open(), keys.kid("status")
    assert find_key(bank, kid).kid == find_key(bank, kid[4:]).kid == find_key(bank, kid[:6]).kid == kid
    bank.close()
    assert "has no key" in keys.refused("distrust", "--since", NOW, keys.part("status")[:5], code=2)


def test_a_part_that_two_names_have_is_refused(keys: Keys) -> None:
    keys.rotate("seal")
    first, second = keys.records()
    keys.change_profile(key_records=[first, second, second | {"use": "credential"}])
    bank = keys.world.open()
    name = second["jwk"]["kid"]
    with pytest.raises(KeyAmbiguous, match=f"2 keys have {name} in their names"):
        find_key(bank, name)
    bank.close()


@pytest.mark.parametrize("use", ["root", "log"])
def test_root_and_log_key_are_not_changed_here(keys: Keys, use: str) -> None:
    kid = keys.kid(use)
    bank = keys.world.open()
    with pytest.raises(KeyUseFixed, match=f"The key for {use} is not changed by this command"):
        find_key(bank, kid)
    bank.close()


def test_a_seal_key_is_not_distrusted_because_nobody_would_act_on_it(keys: Keys) -> None:
    said = keys.refused("distrust", keys.part("seal"), "--since", NOW, code=2)
    assert "verifiers judge a seal by its certificate" in said
    assert keys.published().distrusted == {}


# --- distrust ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "2026-11-22T03:02:00Z"), "expected a time that is not in the future"),
        (("--since", "2026-11-22T03:00:00"), "with its zone"),
        (("--since", "yesterday"), "with its zone"),
        (("--since", NOW, "--out", "list.xlsx"), "expected a file that ends in .csv or .json"),
        (("--since", NOW, "--out", "/nowhere/list.csv"), "its folder does not exist"),
        ((), "something needed is missing: --since"),
    ],
)
def test_a_distrust_that_is_not_understood_changes_nothing(keys: Keys, options: tuple[str, ...], said: str) -> None:
    before = (keys.world.path / "bank.json").read_bytes()
    part = keys.part("credential")
    assert said in keys.refused("distrust", part, *options, code=2)
    assert (keys.world.path / "bank.json").read_bytes() == before
    assert keys.published().distrusted == {}


def test_a_distrust_is_published_once_and_made_earlier_but_never_later(keys: Keys) -> None:
    part, kid, version = keys.part("credential"), keys.kid("credential"), keys.version()
    for _ in range(2):
        keys.distrust(part, START - DAY)
        assert keys.published().distrusted == {kid: int((START - DAY).timestamp())}
        assert keys.version() == version + 1
    said = keys.refused("distrust", part, "--since", NOW)
    assert "is distrusted since 2026-11-21T03:00:00Z already; a distrust is made earlier, never later" in said
    keys.distrust(part, START - 2 * DAY)
    assert keys.published().distrusted == {kid: int((START - 2 * DAY).timestamp())}
    assert [act for act, _ in keys.acts()] == ["key_distrusted"] * 2


def test_a_distrusted_status_key_publishes_nothing_until_it_is_replaced(keys: Keys, issued: Document) -> None:
    distrusted = keys.distrust(keys.part("status"), START)
    assert distrusted["bundled"] is False
    ran = keys.world.run("revoke", issued["number"])
    assert (ran.code, "is distrusted and signs nothing more" in ran.err) == (5, True)
    new = keys.rotate("status")
    assert new["bundled"] is True
    token = parse_compact((keys.world.path / "public/status/1").read_text("ascii"), max_bytes=3_000_000)
    assert token.header["kid"] == new["kid"]
    assert keys.world.run("revoke", issued["number"]).code == 0


def test_a_distrusted_bundle_key_signs_no_bundle_and_its_successor_does_at_once(keys: Keys) -> None:
    assert keys.distrust(keys.part("bundle"), START)["bundled"] is False
    out = keys.world.files / "b.bundle"
    assert keys.world.run("trust-bundle", "--out", out).code == 5
    made = keys.rotate("bundle")
    assert (made["bundled"], made["signs_from"]) == (True, "2026-11-22T03:00:00Z")
    keys.world.json("trust-bundle", "--out", out)
    assert parse_compact(out.read_text("ascii"), max_bytes=10**7).header["kid"] == made["kid"]


def test_a_waiting_key_is_brought_forward_when_the_one_before_it_is_distrusted(keys: Keys) -> None:
    waiting = keys.rotate("credential")["kid"]
    keys.distrust(keys.part("credential"), START)
    assert keys.rotate("credential")["kid"] == waiting == keys.kid("credential")


def test_a_running_service_stops_signing_with_a_distrusted_key_at_once(keys: Keys) -> None:
    service = keys.world.open()
    assert service.signer("credential").key_id
    keys.distrust(keys.part("credential"), START)
    with pytest.raises(KeyDistrusted):
        service.signer("credential")
    service.close()


@pytest.mark.usefixtures("issued")
def test_wallets_and_what_was_never_logged_have_no_proof_and_revoked_ones_are_left_out(keys: Keys) -> None:
    bank = keys.world.open()
    record = replace(find_key(bank, keys.kid("credential")), distrusted_since="2026-11-22T03:00:00Z")

    def outcomes() -> list[str]:
        return [each.outcome for each in affected_certificates(bank, record, now=START + DAY)]

    def change(**values: str) -> None:
        with bank.store.write() as transaction:
            connection = transaction.certificates._connection
            connection.execute(update(CERTIFICATES).values(**values))

    assert outcomes() == ["refused"]
    change(carrier="wallet")
    assert outcomes() == ["open"]
    change(carrier="paper")
    with bank.store.write() as transaction:
        transaction.log._connection.exec_driver_sql("UPDATE log_entries SET number = 'another'")
    assert outcomes() == ["open"]
    change(status="revoked")
    assert outcomes() == []
    change(status="valid", valid_until="2026-11-22")
    assert outcomes() == []
    bank.close()


@pytest.mark.usefixtures("issued")
def test_without_a_file_the_certificates_are_counted(keys: Keys) -> None:
    part = keys.part("credential")
    ran = keys.world.run("keys", "distrust", part, "--since", NOW, "--dry-run", "--lang", "ko")
    assert (ran.code, ran.err) == (0, "")
    assert "모의 실행" in ran.out
    assert "거절됨 1" in ran.out
    ran = keys.world.run("keys", "distrust", part, "--since", NOW)
    assert "0 stay valid, 1 are refused, 0 become open" in ran.out
    assert "`cb-issuer keys rotate credential --hours 0`" in ran.err


# --- retire --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use", ["credential", "status", "seal", "bundle"])
def test_a_key_that_signs_is_not_retired(keys: Keys, use: str) -> None:
    assert f"it signs; `cb-issuer keys rotate {use}`" in keys.refused("retire", keys.part(use))


@pytest.mark.parametrize(
    ("use", "days"), [("credential", 30), ("status", 7), ("seal", 1), ("bundle", 31)], ids=lambda value: str(value)
)
def test_a_key_rests_as_long_as_what_it_signed_can_be_in_force(keys: Keys, use: str, days: int) -> None:
    part, kid = keys.part(use), keys.kid(use)
    if use != "seal":
        keys.distrust(part, START)
    keys.rotate(use)
    end = START + days * DAY
    keys.world.now = end - timedelta(seconds=1)
    assert f"may be in force until {end.isoformat()[:19]}Z" in keys.refused("retire", part)
    keys.world.now = end
    assert keys.world.json("keys", "retire", part)["private_half"] == "destroyed"
    published = keys.published()
    assert kid not in {*published.keys, *published.status_keys, *published.bundle_keys}
    assert (kid in published.distrusted) is (use != "seal")
    assert keys.of(use, "retired")["retired_at"] == end.isoformat()[:19] + "Z"


def test_a_revoked_certificate_keeps_its_key_for_without_it_nobody_learns_that_it_is_revoked(
    keys: Keys, issued: Document
) -> None:
    part = keys.part("credential")
    keys.world.json("revoke", issued["number"])
    keys.distrust(part, START)
    keys.rotate("credential")
    keys.world.wait(days=60)
    assert "may be in force until 2027-02-20T15:00:00Z" in keys.refused("retire", part)


def test_a_key_that_never_signed_is_withdrawn_at_once(keys: Keys) -> None:
    kid = keys.rotate("credential")["kid"]
    file = private_file(keys.world, kid, "credential")
    assert file.exists()
    assert keys.world.run("keys", "retire", kid.lstrip("-")).code == 0
    assert not file.exists()
    assert kid not in keys.jwks()
    keys.world.wait(days=3)
    assert keys.kid("credential") != kid
    assert keys.rotate("credential")["kid"] != kid


def test_retiring_twice_is_the_same_as_once(keys: Keys) -> None:
    part = keys.rotate("credential")["kid"].lstrip("-")
    first, version = keys.world.json("keys", "retire", part), keys.version()
    keys.world.wait(hours=1)
    assert keys.world.json("keys", "retire", part) == first
    assert keys.version() == version
    assert [act for act, _ in keys.acts()] == ["key_made", "key_retired"]


def test_a_key_file_elsewhere_and_a_key_in_a_token_are_left_to_their_owner(keys: Keys) -> None:
    file = keys.world.files / "own.pem"
    write_plain_for_development(file, create_key())
    kid = keys.rotate("credential", "--key", f"dev-file:{file}")["kid"]
    ran = keys.world.run("keys", "retire", kid.lstrip("-"))
    assert f"Its private key file is still at dev-file:{file}; destroy it there." in ran.out
    assert file.exists()
    old, _, new = *keys.records(), {**keys.records()[1], "uri": "pkcs11:token=bank;object=x", "retired_at": None}
    del new["retired_at"]
    keys.change_profile(key_records=[old, new])
    assert keys.of("credential", "published")["kept"] == "token"
    assert keys.world.json("keys", "retire", kid.lstrip("-"))["private_half"] == "in_token"


def test_a_bank_without_a_bundle_key_changes_its_keys_and_says_that_there_is_no_bundle(world: World) -> None:
    made_by_an_earlier_version(world)
    keys = Keys(world)
    ran = world.run("keys", "rotate", "credential")
    assert (ran.code, "the trust bundle is not" in ran.err) == (0, True)
    assert "trust-bundle --create-key" in keys.refused("rotate", "bundle")
    assert "bundle" not in {each["use"] for each in keys.all()}


def test_the_certificate_of_a_withdrawn_key_stays_and_the_first_one_is_untouched(keys: Keys) -> None:
    before = (keys.world.path / "certificates/credential.pem").read_bytes()
    kid = keys.rotate("credential")["kid"]
    keys.world.json("keys", "retire", kid.lstrip("-"))
    assert (keys.world.path / "certificates/credential.pem").read_bytes() == before
    pem = (keys.world.path / f"certificates/credential-{kid}.pem").read_text()
    assert certificate_key(pem).kid == kid
    assert json.loads((keys.world.path / "bank.json").read_bytes())["keys"]["credential"].endswith("credential.pem")
