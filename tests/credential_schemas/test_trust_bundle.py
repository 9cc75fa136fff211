"""Signed trust bundles: what is accepted, and every reason for refusing one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credential_schemas import trust_bundle
from credential_schemas.errors import TrustBundleError
from credential_schemas.trust_bundle import (
    TrustBundle,
    is_trust_bundle,
    peek_bundle_issuer,
    read_bundle_by_pins,
    read_trust_bundle,
    read_unpinned_bundle,
)
from credential_schemas.trust_bundle_issue import BundleContent, build_trust_bundle
from keys.encoding import JsonValue, b64url_decode, b64url_encode, encode_json
from keys.jwk import PublicKey
from keys.key_files import FileSigner, create_key

ISSUER = "https://bank.example"
VCT = f"{ISSUER}/vct/competency-certificate/1"
LIST = f"{ISSUER}/status/1"
NOW = 1_763_700_000
DAY_S = 86_400
FORMAT_PAGE = Path(__file__).resolve().parents[2] / "docs/formats/trust-bundle.md"

JsonObject = dict[str, JsonValue]


@dataclass
class Maker:
    """Makes bundles; a test changes one thing in `payload` or `header`, then signs."""

    signer: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    stranger: FileSigner = field(default_factory=lambda: FileSigner(create_key()))
    issuer: JsonObject = field(default_factory=dict)
    payload: JsonObject = field(default_factory=dict)
    header: JsonObject = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.issuer = {
            "id": ISSUER,
            "name": {"ko": "직무능력은행", "en": "Competency Bank"},
            "types": [{"vct": VCT}],
            "jwks": {"keys": []},
            "origins": [ISSUER],
            "bundle_jwks": {"keys": [{**self.signer.public_jwk()}]},
        }
        self.payload = {
            "bundle": 1,
            "iss": ISSUER,
            "iat": NOW - 60,
            "exp": NOW + 7 * DAY_S,
            "trust_list": {"trust": 1, "version": 4, "issuers": [self.issuer]},
            "status_lists": {LIST: "a.b.c"},
            "type_metadata": {VCT: json.dumps({"vct": VCT, "name": "인정서"}, ensure_ascii=False)},
        }
        self.header = {"typ": "competency-trust-bundle+jwt", "alg": "ES256", "kid": self.signer.key_id}

    def token(self, *, signer: FileSigner | None = None) -> str:
        text = f"{b64url_encode(encode_json(self.header))}.{b64url_encode(encode_json(self.payload))}"
        return f"{text}.{b64url_encode((signer or self.signer).sign(text.encode()))}"

    def read(self, token: str | None = None, *, now: int = NOW) -> TrustBundle:
        keys = {self.signer.key_id: self.signer.public_key}
        return read_trust_bundle(token or self.token(), keys=keys, now=now)

    def content(self) -> BundleContent:
        trust = self.payload["trust_list"]
        assert isinstance(trust, dict)
        return BundleContent(ISSUER, trust, {LIST: "a.b.c"}, {VCT: encode_json({"vct": VCT})}, NOW, NOW + DAY_S)


SAMPLE = Maker()


@pytest.fixture
def maker() -> Maker:
    return Maker()


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(TrustBundleError) as caught:
        read()
    return caught.value.kind


def test_bundle_gives_its_list_its_documents_and_its_times(maker: Maker) -> None:
    bundle = maker.read()
    assert (bundle.issuer.id, bundle.trust.version) == (ISSUER, 4)
    assert (bundle.made_at, bundle.valid_until) == (NOW - 60, NOW + 7 * DAY_S)
    assert bundle.status_tokens == {LIST: "a.b.c"}
    assert bundle.signed_by == maker.signer.public_key
    assert bundle.trust_document == maker.payload["trust_list"]


def test_type_metadata_keeps_its_exact_bytes(maker: Maker) -> None:
    text = '{ "vct" : "' + VCT + '",\n "name": "인정서" }'
    maker.payload["type_metadata"] = {VCT: text}
    assert maker.read().type_metadata == {VCT: text.encode()}


def test_bundle_may_hold_no_lists_and_no_types(maker: Maker) -> None:
    maker.payload |= {"status_lists": {}, "type_metadata": {}}
    assert not maker.read().status_tokens
    assert not maker.read().type_metadata


def test_bundle_without_pin_is_read_with_a_key_of_its_own_list(maker: Maker) -> None:
    bundle = read_unpinned_bundle(maker.token(), now=NOW)
    assert bundle.signed_by.thumbprint() == maker.signer.public_key.thumbprint()


def test_pinned_key_may_hand_over_to_a_new_one(maker: Maker) -> None:
    maker.issuer["bundle_jwks"] = {"keys": [{**maker.stranger.public_jwk()}]}
    assert list(maker.read().issuer.bundle_keys) == [maker.stranger.key_id]


def test_pins_of_the_claimed_issuer_are_asked_for_and_are_the_only_keys_believed(maker: Maker) -> None:
    asked: list[str] = []

    def read(pins: dict[str, PublicKey] | None) -> TrustBundle:
        def pinned(issuer: str) -> dict[str, PublicKey] | None:
            asked.append(issuer)
            return pins

        return read_bundle_by_pins(maker.token(), pinned=pinned, now=NOW)

    assert read({maker.signer.key_id: maker.signer.public_key}).issuer.id == ISSUER
    assert read(None).issuer.id == ISSUER
    assert refusal(lambda: read({maker.stranger.key_id: maker.stranger.public_key})) == "key"
    assert refusal(lambda: read({maker.signer.key_id: maker.stranger.public_key})) == "signature"
    assert refusal(lambda: read({})) == "key"
    maker.issuer["bundle_jwks"] = {"keys": [{**maker.stranger.public_jwk()}]}
    assert read({maker.signer.key_id: maker.signer.public_key}).issuer.id == ISSUER
    assert refusal(lambda: read(None)) == "key"
    assert set(asked) == {ISSUER}


@pytest.mark.parametrize(("data", "bundle"), [(b"eyJ0", True), (b" \n{}", False), (b"[]", False), (b"", True)])
def test_bundle_is_told_from_a_plain_list_by_its_first_character(data: bytes, *, bundle: bool) -> None:
    assert is_trust_bundle(data) is bundle


def test_claimed_issuer_can_be_peeked_at(maker: Maker) -> None:
    assert peek_bundle_issuer(maker.token()) == ISSUER
    maker.payload["iss"] = 5
    assert refusal(lambda: peek_bundle_issuer(maker.token())) == "claims"


@pytest.mark.parametrize("token", ["", "a.b", "not a token", "e30.e30.AA"])
def test_text_that_is_no_token_is_refused(maker: Maker, token: str) -> None:
    assert refusal(lambda: maker.read(token or " ")) in ("format", "key")


def test_payload_that_is_no_strict_json_is_refused(maker: Maker) -> None:
    head = b64url_encode(encode_json(maker.header))
    body = b64url_encode(b'{"bundle":1,"bundle":1}')
    text = f"{head}.{body}"
    token = f"{text}.{b64url_encode(maker.signer.sign(text.encode()))}"
    assert refusal(lambda: maker.read(token)) == "format"


def test_bundle_above_the_limit_is_refused_before_it_is_parsed(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_bundle, "MAX_TRUST_BUNDLE_BYTES", 500)
    assert refusal(maker.read) == "too_large"


@pytest.mark.parametrize("kid", [None, 7, "another", []])
def test_bundle_by_a_key_that_is_not_pinned_is_refused(maker: Maker, kid: JsonValue) -> None:
    maker.header["kid"] = kid
    assert refusal(maker.read) == "key"
    assert refusal(lambda: read_unpinned_bundle(maker.token(), now=NOW)) == "key"


def test_bundle_signed_by_a_stranger_under_the_pinned_name_is_refused(maker: Maker) -> None:
    token = maker.token(signer=maker.stranger)
    assert refusal(lambda: maker.read(token)) == "signature"
    assert refusal(lambda: read_unpinned_bundle(token, now=NOW)) == "signature"


def test_bundle_changed_after_signing_is_refused(maker: Maker) -> None:
    head, body, signature = maker.token().split(".")
    changed = b64url_decode(body).replace(b'"version":4', b'"version":5')
    assert refusal(lambda: maker.read(f"{head}.{b64url_encode(changed)}.{signature}")) == "signature"


def test_key_that_its_own_list_distrusts_is_refused(maker: Maker) -> None:
    maker.issuer["distrusted"] = [{"kid": maker.signer.key_id, "since": "2020-01-01T00:00:00Z"}]
    assert refusal(lambda: read_unpinned_bundle(maker.token(), now=NOW)) == "key"
    maker.issuer["distrusted"] = [{"kid": maker.signer.key_id, "since": "2099-01-01T00:00:00Z"}]
    assert read_unpinned_bundle(maker.token(), now=NOW).issuer.id == ISSUER


def test_key_is_distrusted_from_the_named_second_on(maker: Maker) -> None:
    maker.issuer["distrusted"] = [{"kid": maker.signer.key_id, "since": "2025-11-21T04:40:00Z"}]
    assert read_unpinned_bundle(maker.token(), now=NOW - 1).issuer.id == ISSUER
    assert refusal(lambda: read_unpinned_bundle(maker.token(), now=NOW)) == "key"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("typ", "statuslist+jwt", "typ"),
        ("typ", "JWT", "typ"),
        ("alg", "none", "algorithm"),
        ("alg", "HS256", "algorithm"),
        ("crit", ["exp"], "format"),
        ("jwk", {}, "key"),
        ("jku", "https://evil.example", "key"),
        ("x5c", [], "key"),
    ],
)
def test_header_that_we_do_not_allow_is_refused(maker: Maker, name: str, value: JsonValue, kind: str) -> None:
    maker.header[name] = value
    assert refusal(maker.read) == kind


@pytest.mark.parametrize("bundle", [None, 0, 2, True, "1", 1.0])
def test_another_format_is_refused(maker: Maker, bundle: JsonValue) -> None:
    maker.payload["bundle"] = bundle
    assert refusal(maker.read) == "claims"


@pytest.mark.parametrize("name", ["iat", "exp"])
@pytest.mark.parametrize("value", [None, True, "1", 1.5, 0, -1, 2**33])
def test_times_that_are_not_whole_seconds_are_refused(maker: Maker, name: str, value: JsonValue) -> None:
    maker.payload[name] = value
    assert refusal(maker.read) == "claims"


def test_first_second_of_all_is_a_time(maker: Maker) -> None:
    maker.payload |= {"iat": 1, "exp": 2}
    assert maker.read(now=1).made_at == 1
    maker.payload["iat"] = 0
    assert refusal(lambda: maker.read(now=1)) == "claims"


def test_bundle_for_longer_than_31_days_is_refused(maker: Maker) -> None:
    maker.payload["exp"] = NOW - 60 + 31 * DAY_S
    assert maker.read().valid_until == NOW - 60 + 31 * DAY_S
    maker.payload["exp"] = NOW - 60 + 31 * DAY_S + 1
    assert refusal(maker.read) == "claims"
    maker.payload["exp"] = NOW - 60
    assert refusal(maker.read) == "claims"


def test_bundle_is_expired_from_its_end_on_with_a_minute_of_leeway(maker: Maker) -> None:
    end = NOW + 7 * DAY_S
    assert maker.read(now=end + 59).issuer.id == ISSUER
    assert refusal(lambda: maker.read(now=end + 60)) == "expired"


def test_bundle_from_the_future_is_refused(maker: Maker) -> None:
    maker.payload["iat"] = NOW + 60
    assert maker.read().made_at == NOW + 60
    maker.payload["iat"] = NOW + 61
    assert refusal(maker.read) == "not_yet_valid"


@pytest.mark.parametrize("trust_list", [None, [], {}, {"trust": 2, "version": 1, "issuers": []}])
def test_broken_trust_list_inside_is_refused(maker: Maker, trust_list: JsonValue) -> None:
    maker.payload["trust_list"] = trust_list
    assert refusal(maker.read) in ("trust_list", "claims")


def test_list_of_another_issuer_is_refused(maker: Maker) -> None:
    maker.issuer["id"] = "https://other.example"
    assert refusal(maker.read) == "issuer"


def test_list_with_a_second_issuer_is_refused(maker: Maker) -> None:
    second = {**maker.issuer, "id": "https://other.example"}
    maker.payload["trust_list"] = {"trust": 1, "version": 4, "issuers": [maker.issuer, second]}
    assert refusal(maker.read) == "issuer"
    maker.payload["trust_list"] = {"trust": 1, "version": 4, "issuers": []}
    assert refusal(maker.read) == "issuer"


def test_the_most_and_the_largest_status_lists_are_read(maker: Maker) -> None:
    lists: JsonObject = {f"{ISSUER}/status/{number}": "a.b.c" for number in range(100)}
    maker.payload["status_lists"] = lists | {LIST: "a" * (2 * 1024 * 1024)}
    assert maker.read().status_tokens == maker.payload["status_lists"]
    assert len(maker.read().status_tokens) == 100


def test_issuer_in_development_may_have_its_lists_on_this_machine(maker: Maker) -> None:
    local = "http://localhost:8080"
    maker.issuer |= {"origins": [local], "dev": True}
    maker.payload["status_lists"] = {f"{local}/status/1": "a.b.c"}
    assert maker.read().status_tokens == {f"{local}/status/1": "a.b.c"}


@pytest.mark.parametrize(
    ("lists", "kind"),
    [
        (None, "claims"),
        ([], "claims"),
        ({LIST: 1}, "claims"),
        ({LIST: ""}, "claims"),
        ({"status": "a.b.c"}, "claims"),
        ({"http://bank.example/status/1": "a.b.c"}, "claims"),
        ({"https://other.example/status/1": "a.b.c"}, "issuer"),
        ({LIST: "a" * (2 * 1024 * 1024 + 1)}, "too_large"),
        ({f"{ISSUER}/status/{number}": "a.b.c" for number in range(101)}, "too_large"),
    ],
    ids=["none", "array", "number", "empty", "no-url", "http", "foreign", "large", "many"],
)
def test_status_lists_that_break_a_rule_are_refused(maker: Maker, lists: JsonValue, kind: str) -> None:
    maker.payload["status_lists"] = lists
    assert refusal(maker.read) == kind


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (None, "claims"),
        ({VCT: {"vct": VCT}}, "claims"),
        ({VCT: "{"}, "claims"),
        ({VCT: '{"vct":"https://bank.example/vct/another"}'}, "issuer"),
        ({f"{ISSUER}/vct/2": json.dumps({"vct": f"{ISSUER}/vct/2"})}, "issuer"),
        ({VCT: json.dumps({"vct": VCT, "name": "a" * 262_144})}, "too_large"),
    ],
    ids=["none", "object", "broken", "other-type", "untrusted-type", "large"],
)
def test_type_metadata_that_breaks_a_rule_is_refused(maker: Maker, types: JsonValue, kind: str) -> None:
    maker.payload["type_metadata"] = types
    assert refusal(maker.read) == kind


def test_built_bundle_is_read_back(maker: Maker) -> None:
    bundle = maker.read(build_trust_bundle(maker.content(), signer=maker.signer))
    assert (bundle.made_at, bundle.valid_until) == (NOW, NOW + DAY_S)
    assert bundle.type_metadata == {VCT: encode_json({"vct": VCT})}


def test_bundle_that_a_verifier_would_refuse_is_not_built(maker: Maker) -> None:
    late = replace(maker.content(), valid_until=NOW + 32 * DAY_S)
    assert refusal(lambda: build_trust_bundle(late, signer=maker.signer)) == "claims"


def test_bundle_by_a_key_its_own_list_does_not_name_is_not_built(maker: Maker) -> None:
    assert refusal(lambda: build_trust_bundle(maker.content(), signer=maker.stranger)) == "key"


def test_example_of_the_format_page_is_a_bundle(maker: Maker) -> None:
    example = FORMAT_PAGE.read_text("utf-8").split("```json\n")[1].split("```")[0]
    header_text, payload_text = example.split("\n.\n")
    maker.header = json.loads(header_text) | {"kid": maker.signer.key_id}
    maker.payload = json.loads(payload_text)
    bundle = maker.read(now=maker.payload["iat"] if isinstance(maker.payload["iat"], int) else 0)
    assert set(bundle.trust_document["issuers"][0]) >= {"id", "bundle_jwks", "origins"}  # type: ignore[index,arg-type] # an array of objects


@settings(derandomize=True, deadline=None, max_examples=200)
@given(place=st.integers(min_value=0), character=st.sampled_from("AQgwBZaz09-_.="))
def test_bundle_with_any_one_character_changed_is_refused(place: int, character: str) -> None:
    good = SAMPLE.token()
    place %= len(good)
    assume(good[place] != character)
    changed = good[:place] + character + good[place + 1 :]
    assert refusal(lambda: SAMPLE.read(changed))
    assert refusal(lambda: read_unpinned_bundle(changed, now=NOW))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=400) | st.binary(max_size=300).map(lambda data: f"e30.{b64url_encode(data)}.AA"))
def test_any_other_text_is_refused_and_nothing_else_happens(text: str) -> None:
    assert refusal(lambda: SAMPLE.read(text or " "))
    assert refusal(lambda: read_unpinned_bundle(text, now=NOW))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    name=st.sampled_from(["bundle", "iss", "iat", "exp", "trust_list", "status_lists", "type_metadata"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers(-10, 10) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
)
def test_member_of_any_other_value_is_refused_or_empty(name: str, value: JsonValue) -> None:
    maker = replace(SAMPLE)
    assume(value not in ({}, 1) or name in ("iss", "trust_list", "iat", "exp"))
    maker.payload[name] = value
    assert refusal(maker.read)
