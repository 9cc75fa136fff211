"""Properties of the SD-JWT layer: what is built verifies to its claims, any choice of the holder verifies, what is
spoiled is refused."""

import random
from collections.abc import Iterable

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credential_schemas.errors import SdJwtRefused
from credential_schemas.sd_jwt.bind import bind_to_verifier
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.disclosures import (
    CONTROL_CLAIMS,
    DEFAULT_DIGEST_ONLY,
    RESERVED_NAMES,
    Path,
    process_disclosures,
)
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.policy import KeyBindingPolicy, VerificationPolicy
from credential_schemas.sd_jwt.select import add_disclosures, keep_disclosures, unverified_disclosures
from credential_schemas.sd_jwt.verify import examine_sd_jwt_vc, verify_sd_jwt_vc
from keys.encoding import JsonValue, b64url_encode, decode_json_object, encode_json
from tests.credential_schemas.sd_jwt.conftest import NOW, POLICY, VCT, World, digest
from tests.strategies import JSON, OBJECTS, spoiled

Claims = dict[str, JsonValue]


def paths_of(value: JsonValue, path: Path = ()) -> Iterable[Path]:
    """Yield the path of everything inside a value."""
    children: Iterable[tuple[str | int, JsonValue]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for name, child in children:
        yield (*path, name)
        yield from paths_of(child, (*path, name))


@st.composite
def drafts(draw: st.DrawFn) -> tuple[Claims, Disclosable]:
    """Draw claims of any form, and which of them become disclosures; at most a few lie inside each other."""
    claims = draw(OBJECTS)
    paths = sorted(paths_of(claims), key=str)
    chosen = draw(st.lists(st.sampled_from(paths), max_size=6, unique=True)) if paths else []
    decoys: dict[Path, int] = {(): draw(st.integers(0, 3))} if draw(st.booleans()) else {}
    return claims, Disclosable(chosen, decoys)


def built(world: World, claims: Claims, disclose: Disclosable) -> str:
    return build_sd_jwt(
        world.bound_claims(**claims), disclose=disclose, signer=world.issuer, random_bytes=random.Random(1).randbytes
    )


@settings(max_examples=50)
@given(drafts())
def test_built_credential_verifies_to_its_claims(world: World, draft: tuple[Claims, Disclosable]) -> None:
    claims, disclose = draft
    verified = verify_sd_jwt_vc(built(world, claims, disclose), policy=POLICY, keys=world.find_key, now=NOW)
    assert verified.payload == world.bound_claims(**claims)
    assert sorted(map(str, (each.path for each in verified.disclosures))) == sorted(map(str, disclose.paths))
    assert verified.undisclosed_members == sum(disclose.decoys.values())


@settings(max_examples=50)
@given(drafts(), st.randoms(use_true_random=False))
def test_any_choice_of_the_holder_verifies_and_reveals_nothing_else(
    world: World, draft: tuple[Claims, Disclosable], chance: random.Random
) -> None:
    token = built(world, *draft)
    chosen = keep_disclosures(token, lambda _disclosure: chance.random() < 0.5)
    verified = verify_sd_jwt_vc(chosen, policy=POLICY, keys=world.find_key, now=NOW)
    kept = {each.text for each in verified.disclosures}
    assert kept == {*parse_sd_jwt(chosen).disclosures}
    assert {each.parent for each in verified.disclosures} <= kept | {None}
    rest = [each.text for each in unverified_disclosures(token) if each.text not in kept]
    again = verify_sd_jwt_vc(add_disclosures(chosen, rest), policy=POLICY, keys=world.find_key, now=NOW)
    assert again.payload == world.bound_claims(**draft[0])


@settings(max_examples=50)
@given(drafts(), st.data())
def test_spoiled_credential_is_refused(world: World, draft: tuple[Claims, Disclosable], data: st.DataObject) -> None:
    token = built(world, *draft)
    spoilt = data.draw(spoiled(token))
    examination = examine_sd_jwt_vc(spoilt, policy=POLICY, keys=world.find_key, now=NOW)
    if not examination.refusals:  # then whole disclosures were left out, which is the holder's right
        left = set(spoilt.split("~")) - {""}
        assert left < set(token.split("~"))
        assert examination.verified is not None
        assert "_sd" not in examination.verified.payload


@settings(max_examples=50)
@given(drafts(), st.data())
def test_spoiled_presentation_is_not_bound(
    world: World, draft: tuple[Claims, Disclosable], data: st.DataObject
) -> None:
    policy = VerificationPolicy(frozenset({VCT}), key_binding=KeyBindingPolicy("verifier", "nonce"))
    token = built(world, *draft)
    bound = bind_to_verifier(token, audience="verifier", nonce="nonce", issued_at=NOW, holder=world.holder)
    assert verify_sd_jwt_vc(bound, policy=policy, keys=world.find_key, now=NOW).key_bound
    assert examine_sd_jwt_vc(data.draw(spoiled(bound)), policy=policy, keys=world.find_key, now=NOW).refusals


@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z0-9_.~-]{0,60}", fullmatch=True))
def test_any_text_is_taken_apart_and_put_together_again_or_refused(text: str) -> None:
    try:
        parsed = parse_sd_jwt(text)
    except SdJwtRefused:
        return
    assert "~".join([text.partition("~")[0], *parsed.disclosures, parsed.key_binding or ""]) == text


_DIGESTED = st.recursive(
    st.sampled_from(["@0", "@1", "@2", None, 1, "x"]),
    lambda inner: (
        st.lists(inner | inner.map(lambda value: {"...": value}), max_size=3)
        | st.dictionaries(st.sampled_from(["_sd", "a", "b", "...", "_sd_alg", "status"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["_sd", "a", "b", "status"]), _DIGESTED, max_size=3),
    st.lists(_DIGESTED, max_size=3),
)
def test_digests_of_any_shape_end_in_faults_or_in_claims_without_digests(
    payload: Claims, values: list[JsonValue]
) -> None:
    texts: list[str] = []
    for number, value in enumerate(values):
        name: list[JsonValue] = [f"n{number}"] if number % 2 else []
        texts.append(b64url_encode(_named(encode_json(["salt", *name, value]), texts)))
    claims = process_disclosures(
        _decoded(_named(encode_json(payload), texts)), texts, digest_algorithms=DEFAULT_DIGEST_ONLY
    )
    if claims.faults:
        return
    used = str(claims.claims)
    assert "'_sd'" not in used
    assert "'...'" not in used
    assert len(claims.disclosures) == len(texts)
    assert not {each.path[0] for each in claims.disclosures} & CONTROL_CLAIMS


def _named(data: bytes, texts: list[str]) -> bytes:
    for number, text in enumerate(texts):
        data = data.replace(b'"@%d"' % number, b'"' + digest(text).encode() + b'"')
    return data


def _decoded(data: bytes) -> Claims:
    return decode_json_object(data, max_bytes=100_000)


@given(JSON)
def test_payload_without_digests_is_left_as_it_is(value: JsonValue) -> None:
    assume(not any(name in str(value) for name in RESERVED_NAMES))
    claims: Claims = {"a": value, "b": [value]}
    assert process_disclosures(claims, (), digest_algorithms=DEFAULT_DIGEST_ONLY).claims == claims
