"""Compact JWS: what is signed is read back, and every way of cheating is refused with its kind."""

import json
from collections.abc import Callable

import pytest

from keys import jws
from keys.algorithms import ES256_ONLY, allowed
from keys.encoding import JsonValue, b64url_encode
from keys.errors import AlgorithmNotAllowed, JwsFormatError, SignatureInvalid
from keys.jws import UnverifiedJws, parse_compact
from keys.jws_sign import sign_compact
from keys.jwt_writer import SignerAlgorithm
from keys.key_files import FileSigner

Change = Callable[[str], str]
HEADER: dict[str, JsonValue] = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "issuer-1"}


def token_of(signer: FileSigner, header: str, *, payload: bytes = b"{}") -> str:
    """Sign any header text, also one that our own signing function refuses to write."""
    signed = f"{b64url_encode(header.encode())}.{b64url_encode(payload)}"
    return f"{signed}.{b64url_encode(signer.sign(signed.encode()))}"


def parse(token: str) -> UnverifiedJws:
    return parse_compact(token, max_bytes=100_000)


def verified(signer: FileSigner, header: dict[str, JsonValue]) -> bytes:
    return jws.verify(parse(token_of(signer, json.dumps(header))), signer.public_key, typ="dc+sd-jwt")


def format_refusal(token: str) -> str:
    with pytest.raises(JwsFormatError) as refusal:
        parse(token)
    return refusal.value.kind


def test_a_signed_token_is_verified_and_gives_its_payload(signer: FileSigner) -> None:
    token = sign_compact({"typ": "dc+sd-jwt", "kid": signer.key_id}, b'{"a":1}', signer=signer)
    assert jws.verify(parse(token), signer.public_key, typ="dc+sd-jwt") == b'{"a":1}'


def test_a_written_header_holds_typ_alg_and_the_rest_in_order(signer: FileSigner) -> None:
    token = sign_compact({"kid": "k", "typ": "statuslist+jwt", "cty": "x"}, b"", signer=signer)
    assert list(parse(token).header.items()) == [
        ("typ", "statuslist+jwt"),
        ("alg", "ES256"),
        ("kid", "k"),
        ("cty", "x"),
    ]


@pytest.mark.parametrize("typ", ["dc+sd-jwt", "DC+SD-JWT", "application/dc+sd-jwt", "Application/dc+sd-jwt"])
def test_typ_is_compared_without_case_and_media_type_prefix(signer: FileSigner, typ: str) -> None:
    assert verified(signer, HEADER | {"typ": typ}) == b"{}"


@pytest.mark.parametrize(
    "typ",
    [None, "", "JWT", "kb+jwt", "vc+sd-jwt", "dc+sd-jwtx", "text/dc+sd-jwt", "application/application/dc+sd-jwt", 1],
)
def test_a_token_of_another_type_is_refused(signer: FileSigner, typ: JsonValue) -> None:
    with pytest.raises(JwsFormatError) as refusal:
        verified(signer, HEADER | {"typ": typ})
    assert refusal.value.kind == "typ"


@pytest.mark.parametrize("alg", ["none", "nOnE", "", "HS256", "ES384", "RS256", "es256", "EdDSA", None, 7, ["ES256"]])
def test_another_algorithm_is_refused(signer: FileSigner, alg: JsonValue) -> None:
    with pytest.raises(AlgorithmNotAllowed, match="expected the signature algorithm ES256"):
        verified(signer, HEADER | {"alg": alg})


def test_a_missing_algorithm_is_refused_also_by_the_signature_check_alone(signer: FileSigner) -> None:
    unsigned = parse(token_of(signer, '{"typ":"dc+sd-jwt"}'))
    with pytest.raises(AlgorithmNotAllowed, match="algorithm of the key, ES256"):
        jws.check_signature(unsigned, signer.public_key)


def test_a_permitted_algorithm_outside_the_closed_list_stays_refused() -> None:
    with pytest.raises(AlgorithmNotAllowed, match="no algorithm at all"):
        allowed("HS256", permitted=frozenset({"HS256"}))


def test_a_known_algorithm_that_the_caller_does_not_permit_is_refused() -> None:
    with pytest.raises(AlgorithmNotAllowed, match="no algorithm at all"):
        allowed("ES256", permitted=frozenset())


def test_the_allowed_algorithm_names_its_key_type_and_curve() -> None:
    algorithm = allowed("ES256", permitted=ES256_ONLY)
    assert (algorithm.key_type, algorithm.curve) == ("EC", "P-256")


@pytest.mark.parametrize("extension", [{"crit": ["b64"], "b64": False}, {"crit": []}, {"b64": True}, {"zip": "DEF"}])
def test_a_header_extension_is_refused(signer: FileSigner, extension: dict[str, JsonValue]) -> None:
    with pytest.raises(JwsFormatError) as refusal:
        verified(signer, HEADER | extension)
    assert refusal.value.kind == "crit"


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u"])
def test_a_header_that_brings_its_own_key_is_refused(signer: FileSigner, name: str) -> None:
    with pytest.raises(JwsFormatError, match=name) as refusal:
        verified(signer, HEADER | {name: dict(signer.public_jwk())})
    assert refusal.value.kind == "key_in_header"


def test_a_signature_by_another_key_is_refused(signer: FileSigner, other_signer: FileSigner) -> None:
    token = parse(token_of(other_signer, json.dumps(HEADER)))
    with pytest.raises(SignatureInvalid):
        jws.verify(token, signer.public_key, typ="dc+sd-jwt")


def test_a_changed_payload_is_refused(signer: FileSigner) -> None:
    header, _, signature = token_of(signer, json.dumps(HEADER)).split(".")
    token = parse(f"{header}.{b64url_encode(b'{ }')}.{signature}")
    with pytest.raises(SignatureInvalid):
        jws.verify(token, signer.public_key, typ="dc+sd-jwt")


@pytest.mark.parametrize(
    "change", [lambda s: "", lambda s: s[:-1], lambda s: s[:-4], lambda s: s + "AAAA", lambda s: s[:-1] + "_"]
)
def test_a_cut_or_lengthened_signature_is_refused_as_a_signature(signer: FileSigner, change: Change) -> None:
    header, payload, signature = token_of(signer, json.dumps(HEADER)).split(".")
    token = parse(f"{header}.{payload}.{change(signature)}")
    with pytest.raises(SignatureInvalid):
        jws.verify(token, signer.public_key, typ="dc+sd-jwt")


@pytest.mark.parametrize("signature", ["A", "AB", "AAAAA"])
def test_a_signature_that_no_bytes_have_is_read_as_an_empty_one(signature: str) -> None:
    assert parse(f"e30.e30.{signature}").signature == b""


@pytest.mark.parametrize("token", ["", "a", "a.b", "e30.e30.e30.e30", "..."])
def test_another_number_of_parts_is_refused(token: str) -> None:
    assert format_refusal(token) == "parts"


@pytest.mark.parametrize(
    "token", ["e30=.e30.", "e30.e31.", "e30.한.", "e30.e30.A A", "e30.e30.AA==", "e30.e30.한", " e30.e30."]
)
def test_a_part_that_is_not_base64url_is_refused(token: str) -> None:
    assert format_refusal(token) == "base64url"


@pytest.mark.parametrize(
    "header", ["nope", "[]", "null", '{"alg":NaN}', "\ufeff{}", "[" * 30 + "]" * 30, '{"a":1e999}']
)
def test_a_header_that_is_not_a_strict_json_object_is_refused(header: str) -> None:
    assert format_refusal(f"{b64url_encode(header.encode())}.e30.") == "header"


def test_a_header_with_a_repeated_member_is_refused() -> None:
    header = b64url_encode(b'{"alg":"ES256","alg":"none"}')
    assert format_refusal(f"{header}.e30.") == "duplicate_member"


def test_a_header_above_its_limit_is_refused_unread() -> None:
    assert format_refusal(f"{'A' * 6_000}.e30.") == "size"


def test_a_header_at_its_limit_is_read() -> None:
    header = json.dumps({"x": "y" * (4096 - 9)})
    assert parse(f"{b64url_encode(header.encode())}.e30.").header == json.loads(header)


def test_a_token_above_the_limit_of_the_caller_is_refused() -> None:
    with pytest.raises(JwsFormatError, match="at most 10 bytes, found 11") as refusal:
        parse_compact("e30.e30.AAA", max_bytes=10)
    assert refusal.value.kind == "size"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        pytest.param({}, "typ", id="no type"),
        pytest.param({"typ": ""}, "typ", id="empty type"),
        pytest.param({"typ": 1}, "typ", id="type as number"),
        pytest.param({"typ": "a", "crit": ["x"]}, "crit", id="extension"),
        pytest.param({"typ": "a", "b64": False}, "crit", id="unencoded payload"),
        pytest.param({"typ": "a", "kid": "k" * 5_000}, "size", id="too large to be read again"),
        pytest.param({"typ": "a", "kid": "\ud800"}, "header", id="lone surrogate"),
    ],
)
def test_a_header_that_we_would_refuse_is_not_written(
    signer: FileSigner, header: dict[str, JsonValue], kind: str
) -> None:
    with pytest.raises(JwsFormatError) as refusal:
        sign_compact(header, b"", signer=signer)
    assert refusal.value.kind == kind


def test_a_header_that_was_read_before_is_a_new_object(signer: FileSigner) -> None:
    token = sign_compact({"typ": "example+jwt", "alg": "ES256"}, b"{}", signer=signer)
    parse_compact(token, max_bytes=1000).header["alg"] = "none"
    assert parse_compact(token, max_bytes=1000).header == {"typ": "example+jwt", "alg": "ES256"}


def test_a_header_that_names_another_algorithm_than_the_signer_is_not_written(signer: FileSigner) -> None:
    with pytest.raises(AlgorithmNotAllowed):
        sign_compact({"typ": "a", "alg": "none"}, b"", signer=signer)


def test_the_adapter_to_pyjwt_can_only_sign(signer: FileSigner) -> None:
    adapter = SignerAlgorithm()
    with pytest.raises(TypeError, match="signatures are checked"):
        adapter.verify(b"", signer, b"")
    with pytest.raises(TypeError, match="keys are written"):
        adapter.to_jwk(signer)
    with pytest.raises(TypeError, match="keys are read"):
        adapter.from_jwk({})
