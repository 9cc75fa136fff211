"""Every published vector of the SD-JWT layer, with the expected code; see tests/vectors/sd-jwt/README.md."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from credential_schemas.errors import SdJwtRefused
from credential_schemas.sd_jwt.issuer_keys import trust_list_key_finder
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.verify import (
    Examination,
    KeyBindingPolicy,
    VerificationPolicy,
    examine_sd_jwt_vc,
    verify_sd_jwt_vc,
)
from keys.encoding import JsonValue
from keys.jwk import PublicKey
from keys.trust_list import TrustedIssuer, TrustedType, TrustList
from tests.credential_schemas.sd_jwt.conftest import load_vectors

OWN = load_vectors("sd-jwt-vc-cases.json")
PUBLISHED = load_vectors("rfc9901-published.json")
REFERENCE = load_vectors("ietf-and-reference-cases.json")
CONTEXT = OWN["context_default"]
NOW = CONTEXT["now"]
POLICY = VerificationPolicy(
    expected_types=frozenset(CONTEXT["expected_vct"]),
    algorithms=frozenset(CONTEXT["allowed_algs"]),
    leeway_s=CONTEXT["leeway_seconds"],
    key_binding=KeyBindingPolicy(CONTEXT["aud"], CONTEXT["nonce"], CONTEXT["kb_max_age_seconds"]),
)

ACCEPTED = [case for case in OWN["cases"] if case["expect"] == "accept"]
REFUSED = [case for case in OWN["cases"] if "code" in case]
BY_POLICY = {case["id"]: case for case in OWN["cases"] if case not in ACCEPTED and case not in REFUSED}
COMPACT = [case for case in REFERENCE["cases"] if case["serialization"] == "compact"]
JSON_FORM = [case for case in REFERENCE["cases"] if case["serialization"] == "json"]


def ids(cases: list[dict[str, Any]]) -> list[str]:
    return [str(case.get("id") or f"{case['source']}:{case['name']}") for case in cases]


def trusted_issuer(case: Mapping[str, Any]) -> TrustList:
    """The trust list of a case: the one issuer, its key under every `kid` the case trusts."""
    (issuer_id,) = CONTEXT["trusted_issuers"]
    (jwk,) = CONTEXT["trusted_issuers"][issuer_id]["keys"]
    kids = case.get("context", {}).get("trusted_kids", [jwk["kid"]])
    keys = {kid: PublicKey.from_jwk({**jwk, "kid": kid}) for kid in kids}
    types = tuple(TrustedType(vct) for vct in CONTEXT["expected_vct"])
    return TrustList(version=1, issuers={issuer_id: TrustedIssuer(id=issuer_id, name={}, types=types, keys=keys)})


def examine(case: Mapping[str, Any], policy: VerificationPolicy = POLICY) -> Examination:
    """Examine one of our own cases with its context."""
    binding = policy.key_binding
    assert binding is not None
    policy = replace(policy, key_binding=replace(binding, required=case["require_key_binding"]))
    return examine_sd_jwt_vc(case["token"], policy=policy, keys=trust_list_key_finder(trusted_issuer(case)), now=NOW)


def test_all_57_cases_are_run() -> None:
    assert len(OWN["cases"]) == len(ACCEPTED) + len(REFUSED) + len(BY_POLICY) == 57


@pytest.mark.parametrize("case", ACCEPTED, ids=ids(ACCEPTED))
def test_own_case_is_accepted(case: dict[str, Any]) -> None:
    examination = examine(case)
    assert examination.refusals == ()
    assert examination.verified is not None
    assert examination.verified.payload["iss"] == "https://issuer.example"


@pytest.mark.parametrize("case", REFUSED, ids=ids(REFUSED))
def test_own_case_is_refused_with_its_code(case: dict[str, Any]) -> None:
    assert examine(case).refusals[0].code == case["code"]


def test_sha_512_is_refused_by_the_default_policy() -> None:
    refusals = examine(BY_POLICY["ok-sha-512"]).refusals
    assert [(refusal.code, refusal.step) for refusal in refusals] == [("E_SD_ALG", 9)]


def test_sha_512_is_accepted_by_a_policy_that_names_it() -> None:
    policy = replace(POLICY, digest_algorithms=frozenset({"sha-256", "sha-512"}))
    verified = examine(BY_POLICY["ok-sha-512"], policy).verified
    assert verified is not None
    assert verified.payload["q"] == "v"


def test_legacy_typ_is_accepted_only_when_the_policy_names_it() -> None:
    (case,) = [case for case in OWN["cases"] if case["id"] == "hdr-typ-legacy-vc-sd-jwt"]
    assert examine(case, replace(POLICY, typ="vc+sd-jwt")).refusals == ()


def test_iat_in_the_future_is_accepted_within_the_leeway_of_the_policy() -> None:
    (case,) = [case for case in OWN["cases"] if case["id"] == "iat-future"]
    iat = parse_sd_jwt(case["token"]).payload["iat"]
    assert isinstance(iat, int)
    assert examine(case, replace(POLICY, leeway_s=iat - NOW)).refusals == ()


def test_a_refused_own_case_never_returns_claims_from_verify() -> None:
    for case in REFUSED:
        binding = KeyBindingPolicy(CONTEXT["aud"], CONTEXT["nonce"], required=case["require_key_binding"])
        with pytest.raises(SdJwtRefused, match=case["code"]):
            verify_sd_jwt_vc(
                case["token"],
                policy=replace(POLICY, key_binding=binding),
                keys=trust_list_key_finder(trusted_issuer(case)),
                now=NOW,
            )


def examine_reference(
    token: str, case: Mapping[str, Any], *, issuer_jwk: dict[str, JsonValue], typ: str = "example+sd-jwt"
) -> Examination:
    """Examine an example of another project; its key is given, and its clock is that of its key binding."""
    kb = case.get("kb")
    policy = VerificationPolicy(
        expected_types=frozenset({case.get("issuer_signed_payload", {}).get("vct", "none expected")}),
        typ=typ,
        required_claims=frozenset(),
        key_binding=KeyBindingPolicy(kb["aud"], kb["nonce"]) if kb and not token.endswith("~") else None,
    )
    key = PublicKey.from_jwk(issuer_jwk)
    return examine_sd_jwt_vc(token, policy=policy, keys=lambda _h, _p: key, now=kb["iat"] if kb else 1_748_537_244)


@pytest.mark.parametrize("case", PUBLISHED["cases"], ids=ids([{"id": case["where"]} for case in PUBLISHED["cases"]]))
def test_example_printed_in_rfc_9901_verifies(case: dict[str, Any]) -> None:
    examination = examine_reference(case["issuance"], {}, issuer_jwk=case["issuer_jwk"])
    assert examination.verified is not None
    assert {**examination.verified.payload, **case["expected_full_payload_claims"]} == examination.verified.payload
    assert [refusal.code for refusal in examination.refusals] == ["E_VCT"]


def test_presentation_printed_in_rfc_9901_is_bound_to_its_holder() -> None:
    case = PUBLISHED["cases"][0]
    examination = examine_reference(case["presentation"], case, issuer_jwk=case["issuer_jwk"])
    assert examination.verified is not None
    assert examination.verified.key_bound
    assert [refusal.code for refusal in examination.refusals] == ["E_VCT"]


@pytest.mark.parametrize("case", COMPACT, ids=ids(COMPACT))
def test_reference_presentation_gives_the_expected_claims(case: dict[str, Any]) -> None:
    typ = str(parse_sd_jwt(case["presentation"]).jws.header["typ"])
    examination = examine_reference(case["presentation"], case, issuer_jwk=REFERENCE["issuer_jwk"], typ=typ)
    assert examination.verified is not None
    assert examination.verified.payload == case["expected_processed_payload"]
    assert examination.verified.key_bound is ("kb" in case)
    # These are SD-JWTs of RFC 9901, most of them without a type: step 20 is the only one that may fail.
    assert [refusal.code for refusal in examination.refusals] == (["E_VCT"] if typ != "dc+sd-jwt" else [])


@pytest.mark.parametrize("case", JSON_FORM, ids=ids(JSON_FORM))
def test_json_serialisation_is_refused(case: dict[str, Any]) -> None:
    text = case["presentation"] if isinstance(case["presentation"], str) else str(case["presentation"])
    with pytest.raises(SdJwtRefused) as refusal:
        parse_sd_jwt(text)
    assert refusal.value.code == "E_FORMAT"


def test_the_reference_cases_are_all_run() -> None:
    assert (len(COMPACT), len(JSON_FORM)) == (31, 4)
