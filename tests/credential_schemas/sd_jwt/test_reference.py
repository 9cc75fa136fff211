"""Beside the reference implementation (PyPI `sd-jwt`): what it refuses is refused here, and where we refuse more we
say why, in `tests/vectors/sd-jwt/stricter-than-reference.json`.

Its input is every case of the vector file, and at least 2,000 credentials with one thing changed (`mutations`).
"""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from credential_schemas.sd_jwt.policy import KeyBindingPolicy, VerificationPolicy
from credential_schemas.sd_jwt.verify import Examination, examine_sd_jwt_vc
from keys.encoding import JsonValue
from tests.credential_schemas.sd_jwt.conftest import NOW, VCT, World, load_vectors
from tests.credential_schemas.sd_jwt.mutations import AUDIENCE, BOTH_ACCEPT, CHANGES, NONCE, Change, genuine
from tests.credential_schemas.sd_jwt.test_vectors import CONTEXT, OWN, examine, ids

STRICTER = load_vectors("stricter-than-reference.json")
VECTORS: Mapping[str, Any] = STRICTER["vectors"]
FAMILIES: Mapping[str, Any] = STRICTER["families"]
DRAWN = 40  # credentials a family
REFUSALS_OF_THE_REFERENCE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, JWException)


def reference(token: str, jwk: Mapping[str, JsonValue], *, asked: tuple[str, str] | None) -> dict[str, Any] | None:
    """Return the claims that the reference implementation verifies, or None when it refuses."""
    key, expected = JWK(**jwk), asked or (None, None)
    try:
        claims: dict[str, Any] = SDJWTVerifier(token, lambda _issuer, _header: key, *expected).get_verified_payload()
    except REFUSALS_OF_THE_REFERENCE:
        return None
    return claims


def ours(world: World, token: str, *, bound: bool) -> Examination:
    policy = VerificationPolicy(
        expected_types=frozenset({VCT}), key_binding=KeyBindingPolicy(AUDIENCE, NONCE) if bound else None
    )
    return examine_sd_jwt_vc(token, policy=policy, keys=world.find_key, now=NOW)


def both(world: World, change: Change, *, seed: str) -> tuple[Examination, dict[str, Any] | None]:
    """Return what both say of a credential with one thing changed."""
    draft = genuine(world, random.Random(seed))
    change(draft)
    token, bound = draft.compact(), draft.binding is not None
    claims = reference(token, {**world.issuer.public_jwk()}, asked=(AUDIENCE, NONCE) if bound else None)
    return ours(world, token, bound=bound), claims


@pytest.mark.parametrize("family", BOTH_ACCEPT)
def test_both_accept_and_read_the_same_claims(world: World, family: str) -> None:
    for number in range(DRAWN):
        examination, claims = both(world, BOTH_ACCEPT[family], seed=f"{family} {number}")
        assert examination.refusals == ()
        assert examination.verified is not None
        assert examination.verified.payload == claims


@pytest.mark.parametrize("family", CHANGES)
def test_what_is_changed_is_refused_here_whatever_the_reference_says(world: World, family: str) -> None:
    refused, accepted_there = set(), set()
    for number in range(DRAWN):
        examination, claims = both(world, CHANGES[family], seed=f"{family} {number}")
        first = examination.refusals[0]
        refused.add(f"{first.code} {first.step}")
        if claims is not None:
            accepted_there.add(first.code)
    row = FAMILIES[family]
    assert sorted(refused) == row.get("refused", sorted(refused))
    assert sorted(accepted_there) == row.get("accepted_by_reference", [])


def test_at_least_two_thousand_credentials_are_compared() -> None:
    assert (len(CHANGES) + len(BOTH_ACCEPT)) * DRAWN >= 2000


def vector_accepted_by_reference(case: Mapping[str, Any]) -> bool:
    (jwk,) = CONTEXT["trusted_issuers"]["https://issuer.example"]["keys"]
    asked = (CONTEXT["aud"], CONTEXT["nonce"]) if case["require_key_binding"] else None
    return reference(case["token"], jwk, asked=asked) is not None


@pytest.mark.parametrize("case", OWN["cases"], ids=ids(OWN["cases"]))
def test_vector_that_the_reference_refuses_is_refused_here(case: dict[str, Any]) -> None:
    refusals = examine(case).refusals
    accepted_there = vector_accepted_by_reference(case)
    assert accepted_there or refusals
    listed = VECTORS.get(case["id"], {"code": None})["code"]
    assert (refusals[0].code if refusals and accepted_there else None) == listed


def test_every_reason_is_a_sentence_about_a_case_that_exists() -> None:
    assert {*VECTORS} <= {case["id"] for case in OWN["cases"]}
    assert {*FAMILIES} == {*CHANGES}
    for row in (*VECTORS.values(), *(row for row in FAMILIES.values() if "accepted_by_reference" in row)):
        assert row["why"].endswith(".")
        assert len(row["why"].split()) >= 5
