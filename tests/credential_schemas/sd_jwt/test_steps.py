"""Each refusal names its code and its step, also where the first of several tests already refuses."""

import json
from dataclasses import replace

import pytest

from credential_schemas.sd_jwt.bind import bind_to_verifier
from credential_schemas.sd_jwt.disclosures import process_disclosures
from credential_schemas.sd_jwt.policy import KeyBindingPolicy, VerificationPolicy
from credential_schemas.sd_jwt.verify import examine_sd_jwt_vc
from keys.encoding import JsonValue, b64url_decode
from tests.credential_schemas.sd_jwt.conftest import NOW, POLICY, World, digest, disclosure
from tests.credential_schemas.sd_jwt.test_key_binding import AUDIENCE, BOUND, NONCE, bound, raw_bound
from tests.credential_schemas.sd_jwt.test_verify import no_issuer

OPTIONAL = replace(POLICY, key_binding=KeyBindingPolicy(AUDIENCE, NONCE, required=False))


def steps(world: World, token: str, *, policy: VerificationPolicy = BOUND) -> list[tuple[str, int]]:
    examination = examine_sd_jwt_vc(token, policy=policy, keys=world.find_key, now=NOW)
    return [(refusal.code, refusal.step) for refusal in examination.refusals]


def test_missing_binding_is_step_23(world: World) -> None:
    assert steps(world, world.token(world.bound_claims())) == [("E_KB_MISSING", 23)]


@pytest.mark.parametrize(
    "cnf", ["x", {"jwk": 1}, {"jwk": {"kty": "EC", "d": "x"}}, {"jwk": {"kty": "RSA"}}, {"kid": "x"}, {}]
)
def test_confirmation_that_is_no_public_key_of_ours_is_step_24(world: World, cnf: JsonValue) -> None:
    token = world.token(world.claims(cnf=cnf))
    assert steps(world, bound(world, token), policy=OPTIONAL) == [("E_CNF", 24)]


def test_binding_by_another_key_is_step_25(world: World) -> None:
    token = world.token(world.claims(cnf={"jwk": dict(world.issuer.public_jwk())}))
    assert steps(world, bound(world, token)) == [("E_KB_SIGNATURE", 25)]


def test_binding_that_is_no_token_is_step_25(world: World) -> None:
    assert steps(world, world.token(world.bound_claims()) + "e30.e30.") == [("E_KB_TYP", 25)]
    assert steps(world, world.token(world.bound_claims()) + "!.e30.") == [("E_FORMAT", 25)]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"iat":1,"iat":1}', "E_DUP_KEY"),
        (b"[]", "E_KB_CLAIMS"),
        (b"", "E_KB_CLAIMS"),
        (b'{"iat":NaN}', "E_KB_CLAIMS"),
    ],
)
def test_binding_without_strict_claims_is_step_26(world: World, payload: bytes, code: str) -> None:
    token = world.token(world.bound_claims())
    assert steps(world, raw_bound(world, token, payload)) == [(code, 26)]


def test_binding_that_nobody_asked_for_is_step_27(world: World) -> None:
    token = world.token(world.bound_claims())
    assert steps(world, bound(world, token), policy=POLICY) == [("E_KB_AUD", 27)]


def test_everything_wrong_with_a_binding_is_told_in_the_order_of_the_steps(world: World) -> None:
    token = bound(
        world, world.token(world.bound_claims()), iat=1, exp=1, nbf=NOW + 999, aud="x", nonce="x", sd_hash="x"
    )
    codes = ["E_KB_IAT", "E_KB_CLAIMS", "E_KB_CLAIMS", "E_KB_AUD", "E_KB_NONCE", "E_KB_SD_HASH"]
    assert steps(world, token) == list(zip(codes, [26, 26, 26, 27, 27, 28], strict=True))


def test_issuer_in_a_disclosure_is_named_at_step_6(world: World) -> None:
    claims = world.claims()
    hidden = disclosure("salt", "iss", claims.pop("iss"))
    token = world.token({**claims, "_sd": [digest(hidden)]}, [hidden])
    (refusal,) = examine_sd_jwt_vc(token, policy=POLICY, keys=no_issuer, now=NOW).refusals
    assert (refusal.code, refusal.step) == ("E_NOT_SELECTIVELY_DISCLOSABLE", 6)


def test_disclosure_beyond_a_limit_is_step_0(world: World) -> None:
    deep = disclosure("salt", "name", json.loads("[" * 19 + "]" * 19))
    deeper = disclosure("salt", "name", json.loads("[" * 20 + "]" * 20))
    token = world.token(world.claims(_sd=[digest(deep)]), [deep])
    assert steps(world, token, policy=POLICY) == []
    assert steps(world, world.token(world.claims(_sd=[digest(deeper)]), [deeper]), policy=POLICY) == [("E_LIMIT", 0)]


def test_disclosure_tells_what_it_discloses(world: World) -> None:
    inner = disclosure("salt", "grade", "A")
    outer = disclosure("salt", {"_sd": [digest(inner)], "title": "t"})
    token = world.token(world.claims(list=[{"...": digest(outer)}]), [outer, inner])
    verified = examine_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW).verified
    assert verified is not None
    assert [each.value for each in verified.disclosures] == [{"_sd": [digest(inner)], "title": "t"}, "A"]


def test_step_behind_the_last_is_never_called_passed(world: World) -> None:
    examination = examine_sd_jwt_vc(world.token(world.claims()), policy=POLICY, keys=world.find_key, now=NOW)
    assert (examination.outcome({28}), examination.outcome({29})) == ("passed", "not_run")


def test_binding_of_ours_has_type_and_algorithm_and_nothing_else_in_its_header(world: World) -> None:
    token = world.token(world.bound_claims())
    made = bind_to_verifier(token, audience=AUDIENCE, nonce=NONCE, issued_at=NOW, holder=world.holder)
    header = json.loads(b64url_decode(made.removeprefix(token).partition(".")[0]))
    assert header == {"typ": "kb+jwt", "alg": "ES256"}


def test_of_several_faults_with_digests_one_is_told(world: World) -> None:
    below = world.token(world.claims(_sd=["x", "x"], a=[{"...": 1}]))
    assert steps(world, below, policy=POLICY) == [("E_SD_FORMAT", 10)]
    control = world.token(world.claims(status={"_sd": ["x", "y"]}))
    assert steps(world, control, policy=POLICY) == [("E_NOT_SELECTIVELY_DISCLOSABLE", 19)]


def test_verified_credential_is_the_text_that_was_sent(world: World) -> None:
    token = world.token(world.claims())
    verified = examine_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW).verified
    assert verified is not None
    assert verified.token == token


def test_nothing_is_counted_where_the_digest_algorithm_is_unknown() -> None:
    processed = process_disclosures({"_sd_alg": "md5", "_sd": ["x"]}, (), digest_algorithms={"sha-256"})
    assert (processed.claims, processed.disclosures) == ({}, ())
    assert (processed.undisclosed_members, processed.undisclosed_elements) == (0, 0)
    assert [fault.step for fault in processed.faults] == [9]
