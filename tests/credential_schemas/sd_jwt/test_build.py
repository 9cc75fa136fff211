"""Building credentials: what is written, what is refused, and that both verifiers read it."""

import json
import random
from collections.abc import Iterator

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from credential_schemas.errors import SdJwtBuildError
from credential_schemas.sd_jwt import build as subject
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.disclosures import CONTROL_CLAIMS, Path
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.verify import verify_sd_jwt_vc
from keys.encoding import JsonValue, b64url_decode, b64url_encode, encode_json
from keys.errors import DecodingError
from tests.credential_schemas.sd_jwt.conftest import NOW, POLICY, World, digest, random_bytes

HOLDER: dict[str, JsonValue] = {"name": "홍길동", "birth_date": "1990-01-01"}
ENTRIES: list[JsonValue] = [{"title": "정보처리기사", "score": None}, {"title": "용접기능사", "units": ["a", "b"]}]
PATHS: list[Path] = [
    ("holder", "name"),
    ("holder", "birth_date"),
    ("list", 0),
    ("list", 1),
    ("list", 1, "title"),
    ("list", 1, "units", 0),
]


def build(world: World, disclose: Disclosable, **more: JsonValue) -> str:
    return build_sd_jwt(world.claims(**more), disclose=disclose, signer=world.issuer, random_bytes=random_bytes)


def build_all(world: World, **decoys: int) -> str:
    return build(
        world, Disclosable(PATHS, {(name,): count for name, count in decoys.items()}), holder=HOLDER, list=ENTRIES
    )


def decoded(token: str) -> list[list[JsonValue]]:
    return [json.loads(b64url_decode(text)) for text in parse_sd_jwt(token).disclosures]


def test_built_credential_verifies_to_its_claims(world: World) -> None:
    verified = verify_sd_jwt_vc(build_all(world), policy=POLICY, keys=world.find_key, now=NOW)
    assert verified.payload == world.claims(holder=HOLDER, list=ENTRIES)
    assert verified.undisclosed == 0
    assert sorted(str(item.path) for item in verified.disclosures) == sorted(map(str, PATHS))


def test_reference_implementation_reads_the_same_claims(world: World) -> None:
    key = JWK(**world.issuer.public_jwk())
    assert SDJWTVerifier(build_all(world), lambda _issuer, _header: key).get_verified_payload() == world.claims(
        holder=HOLDER, list=ENTRIES
    )


def test_header_names_algorithm_type_and_key(world: World) -> None:
    assert parse_sd_jwt(build_all(world)).jws.header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": world.issuer.key_id}


def test_further_header_members_are_written(world: World) -> None:
    token = build_sd_jwt(
        world.claims(), disclose=Disclosable(), signer=world.issuer, random_bytes=random_bytes, header={"x5c": ["MIIB"]}
    )
    assert parse_sd_jwt(token).jws.header["x5c"] == ["MIIB"]


def test_credential_without_disclosable_claims_has_no_digests(world: World) -> None:
    assert parse_sd_jwt(build(world, Disclosable(), name="x")).payload == world.claims(name="x")


def test_what_is_disclosable_is_not_in_the_payload(world: World) -> None:
    payload = json.dumps(parse_sd_jwt(build_all(world)).payload, ensure_ascii=False)
    assert "홍길동" not in payload
    assert "title" not in payload


def test_salts_have_128_bits_and_differ(world: World) -> None:
    salts = [elements[0] for _ in range(20) for elements in decoded(build_all(world))]
    assert len(set(map(str, salts))) == 20 * len(PATHS)
    assert {len(b64url_decode(str(salt))) for salt in salts} == {16}


def test_salts_share_no_random_byte(world: World) -> None:
    drawn = bytes(range(16 * len(PATHS)))
    token = build_sd_jwt(
        world.claims(holder=HOLDER, list=ENTRIES),
        disclose=Disclosable(PATHS),
        signer=world.issuer,
        random_bytes=lambda size: drawn[:size],
    )
    assert b"".join(sorted(b64url_decode(str(elements[0])) for elements in decoded(token))) == drawn


def test_decoys_that_none_are_leave_no_trace(world: World) -> None:
    assert parse_sd_jwt(build(world, Disclosable([], {("list",): 0}), list=[1])).payload == world.claims(list=[1])


def test_decoys_before_a_place_that_wants_none_name_their_algorithm(world: World) -> None:
    token = build(world, Disclosable([], {("first",): 1, ("second",): 0}), first=[], second=[])
    assert parse_sd_jwt(token).payload["_sd_alg"] == "sha-256"


def test_sd_is_sorted_and_marked_with_its_algorithm(world: World) -> None:
    payload = parse_sd_jwt(build_all(world, holder=5)).payload
    holder = payload["holder"]
    assert isinstance(holder, dict)
    digests = holder["_sd"]
    assert isinstance(digests, list)
    assert digests == sorted(map(str, digests))
    assert len(digests) == 2 + 5
    assert payload["_sd_alg"] == "sha-256"


def test_disclosures_are_compact_and_stand_with_parents_first(world: World) -> None:
    token = build_all(world)
    assert [elements[1] if len(elements) == 3 else None for elements in decoded(token)] == [
        "name", "birth_date", None, None, "title", None,
    ]  # fmt: skip
    assert b64url_decode(parse_sd_jwt(token).disclosures[0]).endswith('","name","홍길동"]'.encode())


def test_decoys_in_an_array_stand_among_the_elements_and_keep_their_order(world: World) -> None:
    token = build_all(world, list=6)
    elements = parse_sd_jwt(token).payload["list"]
    assert isinstance(elements, list)
    assert len(elements) == 8
    verified = verify_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW)
    assert verified.payload["list"] == ENTRIES
    assert verified.undisclosed_elements == 6


def test_decoy_places_follow_the_random_source(world: World) -> None:
    def place(number: int) -> int:
        token = build_sd_jwt(
            world.claims(list=["a", "b"]),
            disclose=Disclosable([("list", 0), ("list", 1)], {("list",): 1}),
            signer=world.issuer,
            random_bytes=lambda size: number.to_bytes(size, "big"),
        )
        texts = [{"...": digest(text)} for text in parse_sd_jwt(token).disclosures]
        elements = parse_sd_jwt(token).payload["list"]
        assert isinstance(elements, list)
        return next(index for index, element in enumerate(elements) if element not in texts)

    assert [place(number) for number in (0, 1, 2, 3)] == [0, 1, 2, 0]


def test_decoys_at_the_top_level_are_digests_without_disclosure(world: World) -> None:
    token = build(world, Disclosable([("name",)], {(): 7}), name="x")
    assert verify_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW).undisclosed_members == 7


@pytest.mark.parametrize("claim", sorted(CONTROL_CLAIMS))
def test_control_claim_cannot_be_made_disclosable(world: World, claim: str) -> None:
    with pytest.raises(SdJwtBuildError, match="plain sight"):
        build(world, Disclosable([(claim,)]), **{claim: "x"})


def test_member_of_a_control_claim_cannot_be_made_disclosable(world: World) -> None:
    with pytest.raises(SdJwtBuildError, match="plain sight"):
        build(world, Disclosable([("status", "idx")]), status={"idx": 1})
    with pytest.raises(SdJwtBuildError, match="plain sight"):
        build(world, Disclosable([], {("status",): 2}), status={"idx": 1})


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_reserved_name_is_refused_at_every_level(world: World, name: str) -> None:
    with pytest.raises(SdJwtBuildError, match="reserved"):
        build(world, Disclosable(), **{name: "x"})
    with pytest.raises(SdJwtBuildError, match="reserved"):
        build(world, Disclosable([("a", 0)]), a=[{"b": {name: "x"}}])


@pytest.mark.parametrize("path", [(), ("absent",), ("list", 2), ("list", "0"), ("name", 0), ("list", 0, "absent")])
def test_path_that_leads_nowhere_is_refused(world: World, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SdJwtBuildError, match="lead to a claim"):
        build(world, Disclosable([path]), list=ENTRIES, name="x")


def test_decoys_for_a_path_that_leads_nowhere_are_refused(world: World) -> None:
    with pytest.raises(SdJwtBuildError, match="lead to a claim"):
        build(world, Disclosable([], {("absent",): 3}))


@pytest.mark.parametrize("name", ["alg", "typ", "kid"])
def test_own_header_member_is_refused(world: World, name: str) -> None:
    with pytest.raises(SdJwtBuildError, match="header"):
        build_sd_jwt(
            world.claims(), disclose=Disclosable(), signer=world.issuer, random_bytes=random_bytes, header={name: "x"}
        )


@pytest.mark.parametrize("holder", [HOLDER, {"name": '\x1f"\\\u2028', "birth_date": 2**70}], ids=["plain", "odd"])
def test_both_writers_of_json_build_the_same_credential(
    world: World, holder: JsonValue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built() -> list[str]:
        source = random.Random(7).randbytes
        disclose = Disclosable(PATHS, {("list",): 2})
        token = build_sd_jwt(
            world.claims(holder=holder, list=ENTRIES), disclose=disclose, signer=world.issuer, random_bytes=source
        )
        return [token.partition(".")[2].partition(".")[0], *parse_sd_jwt(token).disclosures]

    fast = built()
    monkeypatch.setattr(subject, "encode_plain_json", encode_json)
    assert built() == fast


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"a": 1e16}, id="a claim"),
        pytest.param({"a": {"b": [1, {"c": 1e16}]}}, id="inside of a claim"),
        pytest.param({"holder": {"name": 1e16, "birth_date": 1}}, id="what may be withheld"),
        pytest.param({"holder": {"name": [{"x": 1e16}], "birth_date": 1}}, id="inside of what may be withheld"),
        pytest.param({"list": [{}, {"title": "a", "units": ["a", 1e16]}]}, id="beside what may be withheld"),
    ],
)
def test_a_number_with_a_fraction_is_written_by_the_strict_writer(world: World, more: dict[str, JsonValue]) -> None:
    claims: dict[str, JsonValue] = {"holder": {**HOLDER}, "list": ENTRIES}
    token = build(world, Disclosable(PATHS), **(claims | more))
    texts = [parse_sd_jwt(token).jws.payload, *map(b64url_decode, parse_sd_jwt(token).disclosures)]
    assert [b"1e+16" in text for text in texts].count(True) == 1
    assert not any(b"1e16" in text for text in texts)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["plain", "hidden"])
def test_a_number_that_is_none_is_refused_wherever_it_stands(world: World, name: str, number: float) -> None:
    claims: dict[str, JsonValue] = {"plain": 1, "hidden": 1}
    with pytest.raises(DecodingError) as refusal:
        build(world, Disclosable([("hidden",)]), **(claims | {name: [{"deep": number}]}))
    assert refusal.value.kind == "number"


def test_digests_of_nested_disclosures_are_sorted_at_every_level(world: World) -> None:
    inner: dict[str, JsonValue] = {f"m{number}": number for number in range(6)}
    paths: list[Path] = [("a",), *(("a", name) for name in inner), ("b",)]
    token = build(world, Disclosable(paths, {("a",): 3, (): 2}), a=inner, b=1)
    hidden = next(elements[2] for elements in decoded(token) if elements[1] == "a")
    assert isinstance(hidden, dict)
    for digests, count in ((hidden["_sd"], 9), (parse_sd_jwt(token).payload["_sd"], 4)):
        assert isinstance(digests, list)
        assert digests == sorted(map(str, digests))
        assert len(set(map(str, digests))) == count


def test_decoys_alone_are_sorted_too(world: World) -> None:
    token = build(world, Disclosable([], {(): 9}), a=1)
    digests = parse_sd_jwt(token).payload["_sd"]
    assert isinstance(digests, list)
    assert digests == sorted(map(str, digests))


def test_short_randomness_is_refused(world: World) -> None:
    with pytest.raises(SdJwtBuildError, match="16 random bytes"):
        build_sd_jwt(
            world.claims(a=1), disclose=Disclosable([("a",)]), signer=world.issuer, random_bytes=lambda _size: b""
        )


def test_more_than_256_disclosures_are_refused(world: World) -> None:
    with pytest.raises(SdJwtBuildError, match="256 disclosures"):
        build(world, Disclosable([("a", index) for index in range(257)]), a=[0] * 257)


def test_256_disclosures_are_built(world: World) -> None:
    token = build(world, Disclosable([("a", index) for index in range(256)]), a=[0] * 256)
    assert len(parse_sd_jwt(token).disclosures) == 256


def test_credential_over_256_kib_is_refused(world: World) -> None:
    with pytest.raises(SdJwtBuildError, match="and 262144 characters, found 0 and "):
        build(world, Disclosable(), a="x" * 200_000)


def test_disclosure_of_16_kib_is_built(world: World) -> None:
    token = build(world, Disclosable([("a",)]), a="x" * (12_288 - len(b64url_encode(bytes(16))) - len('["","a",""]')))
    assert [len(text) for text in parse_sd_jwt(token).disclosures] == [16_384]


def test_disclosure_over_16_kib_is_refused(world: World) -> None:
    with pytest.raises(SdJwtBuildError, match="16384 characters"):
        build(world, Disclosable([("a",)]), a="x" * 16_384)


@pytest.mark.parametrize(
    "disclose",
    [Disclosable([("list", 0)]), Disclosable([], {("list",): 2}), Disclosable([], {("list", 1, "units"): 1})],
    ids=["an element", "decoys", "decoys further inside"],
)
def test_credential_with_digests_in_arrays_only_names_their_algorithm(world: World, disclose: Disclosable) -> None:
    token = build(world, disclose, list=ENTRIES)
    assert parse_sd_jwt(token).payload["_sd_alg"] == "sha-256"
    verified = verify_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW)
    assert verified.payload["list"] == ENTRIES
    assert verified.undisclosed == sum(disclose.decoys.values())


def test_member_is_disclosable_in_an_element_that_is_not(world: World) -> None:
    token = build(world, Disclosable([("list", 1, "units", 0)]), list=ENTRIES)
    assert [elements[1:] for elements in decoded(token)] == [["a"]]
    assert parse_sd_jwt(token).payload["list"] != ENTRIES
    assert verify_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW).payload["list"] == ENTRIES


def test_nine_elements_inside_each_other_are_refused_and_eight_are_built(world: World) -> None:
    with pytest.raises(SdJwtBuildError, match="8 deep"):
        build(world, Disclosable([("a", *(0,) * depth) for depth in range(1, 10)]), a=nested_arrays(9))
    token = build(world, Disclosable([("a", *(0,) * depth) for depth in range(1, 9)]), a=nested_arrays(8))
    verified = verify_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW)
    assert verified.payload["a"] == nested_arrays(8)


def test_nine_disclosures_inside_each_other_are_refused(world: World) -> None:
    with pytest.raises(SdJwtBuildError, match="8 deep"):
        build(world, Disclosable(list(ever_deeper(9))), a=nested(9))


def test_eight_disclosures_inside_each_other_are_built(world: World) -> None:
    token = build(world, Disclosable(list(ever_deeper(8))), a=nested(8))
    assert verify_sd_jwt_vc(token, policy=POLICY, keys=world.find_key, now=NOW).payload["a"] == nested(8)


def nested_arrays(levels: int) -> JsonValue:
    return [nested_arrays(levels - 1)] if levels else 1


def ever_deeper(levels: int) -> Iterator[tuple[str, ...]]:
    return (("a",) * depth for depth in range(1, levels + 1))


def nested(levels: int) -> JsonValue:
    return {"a": nested(levels - 1)} if levels > 1 else 1
