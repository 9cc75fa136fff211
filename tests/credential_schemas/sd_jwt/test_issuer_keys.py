"""The trust list names the key: exact issuer, its own types, its own keys."""

import pytest

from credential_schemas.errors import IssuerNotTrusted, KeyUnknown, SdJwtRefused
from credential_schemas.sd_jwt.issuer_keys import trust_list_key_finder
from keys.encoding import JsonValue
from keys.jwk import PublicKey
from keys.trust_list import TrustedIssuer, TrustedType, TrustList
from tests.credential_schemas.sd_jwt.conftest import ISSUER, VCT, World


def find(world: World, kid: JsonValue, **claims: JsonValue) -> PublicKey:
    key = world.issuer_key
    issuer = TrustedIssuer(id=ISSUER, name={}, types=(TrustedType(VCT),), keys={str(key.kid): key})
    other = TrustedIssuer(id="https://other.example", name={}, types=(TrustedType("other"),), keys={"k": key})
    trust = TrustList(version=1, issuers={issuer.id: issuer, other.id: other})
    return trust_list_key_finder(trust)({"kid": kid}, {"iss": ISSUER, "vct": VCT, **claims})


def refusal_of(world: World, kid: JsonValue, **claims: JsonValue) -> tuple[type[SdJwtRefused], str, int]:
    with pytest.raises(SdJwtRefused) as refusal:
        find(world, kid, **claims)
    return type(refusal.value), refusal.value.code, refusal.value.step


def test_key_of_a_listed_issuer_is_found(world: World) -> None:
    assert find(world, world.issuer.key_id) == world.issuer_key


@pytest.mark.parametrize(
    "iss", [None, 1, "", ISSUER + "/", ISSUER.upper(), "https://bank.example.attacker.example", [ISSUER]]
)
def test_issuer_that_is_not_listed_exactly_is_not_trusted(world: World, iss: JsonValue) -> None:
    assert refusal_of(world, world.issuer.key_id, iss=iss) == (IssuerNotTrusted, "E_KEY", 6)


def test_issuer_is_not_trusted_for_the_type_of_another_issuer(world: World) -> None:
    assert refusal_of(world, world.issuer.key_id, vct="other") == (IssuerNotTrusted, "E_VCT", 6)


@pytest.mark.parametrize("kid", [None, 1, "", "k", ["k"], {"k": 1}, "../key"])
def test_key_the_list_does_not_name_for_this_issuer_is_unknown(world: World, kid: JsonValue) -> None:
    assert refusal_of(world, kid) == (KeyUnknown, "E_KEY", 6)


def test_type_that_is_no_text_is_left_to_the_type_check(world: World) -> None:
    assert find(world, world.issuer.key_id, vct=5) == world.issuer_key
