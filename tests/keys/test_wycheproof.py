"""The published Wycheproof vectors; only ES256 is allowed, so everything else must be refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from keys import jws
from keys.algorithms import ES256_ONLY
from keys.encoding import JsonValue, encode_json
from keys.errors import KeysError, TrustListError
from keys.jwk import PublicKey
from keys.trust_list import TrustList

VECTORS = Path(__file__).parents[1] / "vectors" / "wycheproof"
Vector = dict[str, Any]


def groups(name: str) -> list[Vector]:
    found: list[Vector] = json.loads((VECTORS / name).read_text(encoding="utf-8"))["testGroups"]
    return found


def public_part(group: Vector) -> Vector:
    found: Vector = group["public"] if "public" in group else group["private"]
    return found


def name_of(group: Vector) -> str:
    return f"{group.get('comment', group['type'])}-{group['tests'][0]['tcId']}"


def coordinate(number: str) -> bytes:
    return int(number, 16).to_bytes(32, "big")


def accepts(key: Vector, token: str) -> bool:
    """Check a token without an expected type, which these vectors do not have."""
    try:
        public_key = PublicKey.from_jwk(key)
        parsed = jws.parse_compact(token, max_bytes=65_536)
        jws.check_algorithm(parsed.header, permitted=ES256_ONLY)
        jws.check_critical(parsed.header)
        jws.check_no_key(parsed.header)
        jws.check_signature(parsed, public_key)
    except KeysError:
        return False
    return True


RAW_ECDSA = groups("ecdsa_secp256r1_sha256_p1363_test.json")
TOKENS = groups("json_web_signature_test.json")
KEY_SETS = groups("json_web_key_test.json")


@pytest.mark.parametrize("group", RAW_ECDSA, ids=name_of)
def test_raw_ecdsa_signatures_are_judged_as_published(group: Vector) -> None:
    x, y = coordinate(group["publicKey"]["wx"]), coordinate(group["publicKey"]["wy"])
    key = PublicKey(kid=None, algorithm="ES256", x=x, y=y)
    judged = {
        case["tcId"]: key.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])) for case in group["tests"]
    }
    assert judged == {case["tcId"]: case["result"] == "valid" for case in group["tests"]}


@pytest.mark.parametrize("group", TOKENS, ids=name_of)
def test_tokens_are_accepted_only_with_a_valid_es256_signature(group: Vector) -> None:
    key = public_part(group)
    judged = {case["tcId"]: accepts(key, case["jws"]) for case in group["tests"]}
    es256 = key.get("alg") == "ES256"
    assert judged == {case["tcId"]: es256 and case["result"] == "valid" for case in group["tests"]}


def test_the_vector_files_are_complete() -> None:
    assert [sum(len(group["tests"]) for group in found) for found in (RAW_ECDSA, TOKENS, KEY_SETS)] == [262, 401, 26]
    assert [
        case["tcId"] for group in TOKENS for case in group["tests"] if accepts(public_part(group), case["jws"])
    ] == [
        18,
        378,
    ]


@pytest.mark.parametrize("group", KEY_SETS, ids=name_of)
def test_key_set_with_any_other_or_broken_key_is_refused_whole(group: Vector) -> None:
    name: JsonValue = {"ko": "가", "en": "a"}
    issuer: dict[str, JsonValue] = {"id": "https://a.example", "name": name, "types": [], "jwks": public_part(group)}
    document = encode_json({"trust": 1, "version": 1, "issuers": [issuer]})
    with pytest.raises(TrustListError, match=r"issuers\[0\]\.jwks\.keys\[0\]"):
        TrustList.parse(document)
