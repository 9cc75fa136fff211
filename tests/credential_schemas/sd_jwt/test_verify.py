"""Steps 3 to 8 and 20 to 22, and what an examination tells beyond the first failure."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from credential_schemas.errors import IssuerNotTrusted, SdJwtRefused
from credential_schemas.sd_jwt.verify import Examination, KeyBindingPolicy, examine_sd_jwt_vc, verify_sd_jwt_vc
from keys.encoding import JsonValue, b64url_encode
from keys.jwk import PublicKey
from tests.credential_schemas.sd_jwt.conftest import DAY, NOW, POLICY, VCT, World, digest, disclosure, new_signer

LEEWAY = 60


def examine(world: World, token: str) -> Examination:
    return examine_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW)


def refusals(world: World, token: str) -> list[tuple[str, int]]:
    return [(refusal.code, refusal.step) for refusal in examine(world, token).refusals]


def no_issuer(_header: object, _payload: object) -> PublicKey:
    raise IssuerNotTrusted("nobody is")


def with_header(world: World, **members: JsonValue) -> str:
    """A well-signed credential with any header members at all."""
    header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "k", **members}
    return world.raw_token(json.dumps(header).encode(), json.dumps(world.claims()).encode())


def test_verified_credential_tells_what_was_disclosed(world: World) -> None:
    name = disclosure("salt", "name", "Hong")
    token = world.token(world.claims(_sd=[digest(name), "decoy"], list=[{"...": "withheld"}]), [name])
    verified = verify_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW)
    assert verified.payload == world.claims(name="Hong", list=[])
    assert verified.issuer_payload["_sd"] == [digest(name), "decoy"]
    assert verified.header["kid"] == world.issuer.key_id
    assert [item.text for item in verified.disclosures] == [name]
    assert (verified.undisclosed_members, verified.undisclosed_elements, verified.undisclosed) == (1, 1, 2)
    assert not verified.key_bound


def test_key_finder_gets_header_and_payload(world: World) -> None:
    token = world.token(world.claims())
    asked: list[tuple[JsonValue, JsonValue]] = []

    def find(header: Mapping[str, JsonValue], payload: Mapping[str, JsonValue]) -> PublicKey:
        asked.append((header["kid"], payload["iss"]))
        return world.issuer_key

    verify_sd_jwt_vc(token, policy=POLICY, keys=find, now=NOW)
    assert asked == [(world.issuer.key_id, world.claims()["iss"])]


@pytest.mark.parametrize("typ", ["DC+SD-JWT", "application/dc+sd-jwt"])
def test_typ_is_compared_as_a_media_type(world: World, typ: str) -> None:
    assert refusals(world, with_header(world, typ=typ)) == []


@pytest.mark.parametrize("typ", ["vc+sd-jwt", "kb+jwt", "JWT", "", None, 1, "text/dc+sd-jwt", ["dc+sd-jwt"]])
def test_other_typ_is_refused(world: World, typ: JsonValue) -> None:
    assert refusals(world, with_header(world, typ=typ)) == [("E_TYP", 3)]


@pytest.mark.parametrize("alg", ["none", "None", "", "HS256", "ES384", "ES256 ", "es256", None, 1, ["ES256"]])
def test_other_algorithm_is_refused(world: World, alg: JsonValue) -> None:
    assert refusals(world, with_header(world, alg=alg)) == [("E_ALG", 4)]


def test_algorithm_the_policy_does_not_permit_is_refused(world: World) -> None:
    policy = replace(POLICY, algorithms=frozenset({"ES384"}))
    with pytest.raises(SdJwtRefused, match="E_ALG"):
        verify_sd_jwt_vc(world.token(world.claims()), policy=policy, keys=world.find_key, now=NOW)


@pytest.mark.parametrize(
    "member", [{"crit": []}, {"crit": ["exp"]}, {"crit": "b64"}, {"b64": False}, {"b64": True}, {"zip": "DEF"}]
)
def test_header_extension_is_refused(world: World, member: dict[str, JsonValue]) -> None:
    assert refusals(world, with_header(world, **member)) == [("E_CRIT", 5)]


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u"])
def test_header_that_brings_its_own_key_is_refused(world: World, name: str) -> None:
    assert refusals(world, with_header(world, **{name: "https://attacker.example"})) == [("E_KEY", 6)]


def test_certificate_chain_without_a_root_to_judge_it_is_refused(world: World) -> None:
    assert refusals(world, with_header(world, x5c=["MIIB"])) == [("E_KEY", 6)]


def test_certificate_chain_is_judged_by_the_finder_of_the_policy(world: World) -> None:
    policy = replace(POLICY, certificate_key=world.find_key)
    examination = examine_sd_jwt_vc(with_header(world, x5c=["MIIB"]), policy=policy, keys=no_issuer, now=NOW)
    assert examination.refusals == ()


def test_key_of_another_issuer_is_refused(world: World) -> None:
    stranger = World(issuer=new_signer(), holder=world.holder)
    assert refusals(world, stranger.token(world.claims())) == [("E_SIGNATURE", 8)]


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\xff" * 64, b"\x30\x44" + b"\1" * 68, b"\1" * 63, b"\1" * 65])
def test_impossible_signature_is_refused(world: World, signature: bytes) -> None:
    signed = world.token(world.claims()).rpartition(".")[0]
    assert refusals(world, f"{signed}.{b64url_encode(signature)}~") == [("E_SIGNATURE", 8)]


def test_replaced_payload_is_refused_by_its_signature(world: World) -> None:
    header, payload, signature = world.token(world.claims()).split(".")
    forged = b64url_encode(json.dumps(world.claims(purpose="any")).encode())
    assert payload != forged
    assert refusals(world, f"{header}.{forged}.{signature}") == [("E_SIGNATURE", 8)]


@pytest.mark.parametrize("vct", [5, None, "", [VCT], "https://bank.example/vct/other/1", VCT + "/", VCT.upper()])
def test_other_type_is_refused(world: World, vct: JsonValue) -> None:
    assert refusals(world, world.token(world.claims(vct=vct))) == [("E_VCT", 20)]


def test_missing_type_is_refused(world: World) -> None:
    claims = world.claims()
    del claims["vct"]
    assert refusals(world, world.token(claims)) == [("E_VCT", 20)]


def test_type_is_accepted_by_its_other_name(world: World) -> None:
    assert refusals(world, world.token(world.claims(vct="https://bank.example/vct/special/1", aka_vcts=[VCT]))) == []


@pytest.mark.parametrize("names", [VCT, [1], [""], [VCT], None, {"a": 1}])
def test_other_names_of_the_type_in_another_form_are_refused(world: World, names: JsonValue) -> None:
    assert refusals(world, world.token(world.claims(aka_vcts=names))) == [("E_VCT", 20)]


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1795200000", True, None, 0, -1, 2**33, [NOW], {}])
def test_time_that_is_no_number_of_seconds_is_refused(world: World, name: str, value: JsonValue) -> None:
    assert refusals(world, world.token(world.claims(**{name: value}))) == [("E_CLAIM_TYPE", 21)]


def test_fraction_of_a_second_is_accepted(world: World) -> None:
    assert refusals(world, world.token(world.claims(iat=NOW - 0.5, exp=NOW + 1.5))) == []


def test_iat_in_the_future_is_refused(world: World) -> None:
    assert refusals(world, world.token(world.claims(iat=NOW + LEEWAY + 1))) == [("E_CLAIM_TYPE", 21)]


def test_nbf_in_the_future_is_refused(world: World) -> None:
    assert refusals(world, world.token(world.claims(nbf=NOW + LEEWAY + 1))) == [("E_NOT_YET_VALID", 22)]


def test_credential_expires_at_exp_plus_leeway(world: World) -> None:
    assert refusals(world, world.token(world.claims(exp=NOW - LEEWAY))) == [("E_EXPIRED", 22)]


def test_times_at_the_edge_of_the_leeway_are_accepted(world: World) -> None:
    claims = world.claims(iat=NOW + LEEWAY, nbf=NOW + LEEWAY, exp=NOW - LEEWAY + 1)
    assert refusals(world, world.token(claims)) == []


def test_credential_without_exp_is_refused(world: World) -> None:
    claims = world.claims()
    del claims["exp"]
    assert refusals(world, world.token(claims)) == [("E_REQUIRED", 22)]


def test_claim_the_policy_demands_is_missed(world: World) -> None:
    policy = replace(POLICY, required_claims=frozenset({"exp", "status"}))
    with pytest.raises(SdJwtRefused, match="status") as refusal:
        verify_sd_jwt_vc(world.token(world.claims()), policy=policy, keys=world.find_key, now=NOW)
    assert refusal.value.code == "E_REQUIRED"


def test_independent_findings_are_all_reported(world: World) -> None:
    hidden = disclosure("salt", "status", {"status_list": {}})
    claims = world.claims(vct="other", exp=NOW - DAY, nbf=NOW + DAY, iat="today", _sd=[digest(hidden)])
    policy = replace(POLICY, key_binding=KeyBindingPolicy("me", "nonce"))
    examination = examine_sd_jwt_vc(world.token(claims, [hidden]), policy=policy, keys=world.find_key, now=NOW)
    assert [refusal.code for refusal in examination.refusals] == [
        "E_NOT_SELECTIVELY_DISCLOSABLE",
        "E_VCT",
        "E_CLAIM_TYPE",
        "E_NOT_YET_VALID",
        "E_EXPIRED",
        "E_KB_MISSING",
    ]


def test_expired_credential_is_still_told_as_verified(world: World) -> None:
    examination = examine(world, world.token(world.claims(exp=NOW - DAY, name="x")))
    assert examination.verified is not None
    assert examination.verified.payload["name"] == "x"
    assert [examination.outcome(steps) for steps in (range(4), [8], range(9, 19), range(19, 22), [22])] == [
        *["passed"] * 4,
        "failed",
    ]
    assert examination.steps_passed == 22


def test_nothing_is_told_after_a_wrong_signature(world: World) -> None:
    stranger = World(issuer=new_signer(), holder=world.holder)
    examination = examine(world, stranger.token(world.claims(exp=1)))
    assert examination.verified is None
    assert [refusal.code for refusal in examination.refusals] == ["E_SIGNATURE"]
    assert [examination.outcome(steps) for steps in (range(8), [4, 8], range(9, 19), [22])] == [
        "passed",
        "failed",
        "not_run",
        "not_run",
    ]


def test_nothing_is_told_after_a_wrong_digest(world: World) -> None:
    examination = examine(world, world.token(world.claims(_sd=["d", "d"], exp=1)))
    assert examination.verified is None
    assert [(refusal.code, refusal.step) for refusal in examination.refusals] == [("E_DIGEST_DUPLICATE", 13)]
    assert examination.outcome(range(9)) == "passed"
    assert examination.outcome(range(14, 19)) == "not_run"


def test_good_credential_passes_every_step(world: World) -> None:
    examination = examine(world, world.token(world.claims()))
    assert (examination.steps_passed, examination.steps_run) == (29, 29)
    assert examination.outcome(range(29)) == "passed"


def test_unknown_issuer_ends_the_examination(world: World) -> None:
    examination = examine_sd_jwt_vc(world.token(world.claims()), policy=POLICY, keys=no_issuer, now=NOW)
    assert isinstance(examination.refusals[0], IssuerNotTrusted)
    assert examination.verified is None


def test_absent_issuer_is_not_called_hidden(world: World) -> None:
    claims = world.claims()
    del claims["iss"]
    examination = examine_sd_jwt_vc(world.token(claims), policy=POLICY, keys=no_issuer, now=NOW)
    assert isinstance(examination.refusals[0], IssuerNotTrusted)


def test_issuer_in_a_disclosure_is_named_as_the_reason(world: World) -> None:
    issuer = disclosure("salt", "iss", "https://bank.example")
    claims = world.claims(_sd=[digest(issuer)])
    del claims["iss"]
    examination = examine_sd_jwt_vc(world.token(claims, [issuer]), policy=POLICY, keys=no_issuer, now=NOW)
    assert [refusal.code for refusal in examination.refusals] == ["E_NOT_SELECTIVELY_DISCLOSABLE"]
    assert examination.verified is None


@pytest.mark.parametrize("token", ["", "~", "~~~", ".~", "..~", "a" * 300_000, "\u0000~", "..~..", "e30.e30.~"])
def test_examination_of_anything_at_all_reports_and_never_raises(world: World, token: str) -> None:
    examination = examine(world, token)
    assert examination.refusals
    assert examination.verified is None
