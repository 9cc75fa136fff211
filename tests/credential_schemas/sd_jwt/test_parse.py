"""Steps 0 to 2: size, form, strict JSON."""

import pytest

from credential_schemas.errors import SdJwtRefused
from credential_schemas.limits import MAX_DISCLOSURE_BYTES, MAX_DISCLOSURES, MAX_SD_JWT_BYTES
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from keys.encoding import b64url_encode, decode_json_object
from tests.credential_schemas.sd_jwt.conftest import World, disclosure

HEADER = b'{"alg":"ES256","typ":"dc+sd-jwt"}'


def refusal_of(token: str) -> tuple[str, int]:
    with pytest.raises(SdJwtRefused) as refusal:
        parse_sd_jwt(token)
    return refusal.value.code, refusal.value.step


def unsigned(header: bytes, payload: bytes) -> str:
    return f"{b64url_encode(header)}.{b64url_encode(payload)}.AAAA~"


def test_parts_of_a_presentation_are_told_apart(world: World) -> None:
    text = disclosure("salt", "name", 1)
    parsed = parse_sd_jwt(world.token({"a": 1}, [text]) + "a.b.c")
    assert parsed.payload == decode_json_object(parsed.jws.payload, max_bytes=100) == {"a": 1}
    assert parsed.token.startswith(f"{parsed.jws.signing_input.decode()}.{b64url_encode(parsed.jws.signature)}~")
    assert parsed.disclosures == (text,)
    assert parsed.key_binding == "a.b.c"
    assert parsed.presented + "a.b.c" == parsed.token


def test_credential_without_disclosures_and_binding_is_parsed(world: World) -> None:
    parsed = parse_sd_jwt(world.token({"a": 1}))
    assert (parsed.disclosures, parsed.key_binding) == ((), None)


def test_token_over_256_kib_is_refused_before_it_is_split() -> None:
    assert refusal_of("~" + "a" * MAX_SD_JWT_BYTES) == ("E_LIMIT", 0)
    assert refusal_of("~" + "a" * (MAX_SD_JWT_BYTES - 1)) == ("E_FORMAT", 1)


def test_257_disclosures_are_refused() -> None:
    assert refusal_of("a.b.c~" + "WyJhIl0~" * (MAX_DISCLOSURES + 1)) == ("E_LIMIT", 0)


def test_256_disclosures_are_parsed(world: World) -> None:
    assert len(parse_sd_jwt(world.token({}, ["WyJhIl0"] * MAX_DISCLOSURES)).disclosures) == MAX_DISCLOSURES


def test_disclosure_over_16_kib_is_refused() -> None:
    assert refusal_of("a.b.c~" + "A" * (MAX_DISCLOSURE_BYTES + 1) + "~") == ("E_LIMIT", 0)


def test_disclosure_of_16_kib_is_parsed(world: World) -> None:
    assert parse_sd_jwt(world.token({}, ["A" * MAX_DISCLOSURE_BYTES])).disclosures == ("A" * MAX_DISCLOSURE_BYTES,)


def test_header_over_4_kib_is_refused() -> None:
    assert refusal_of(unsigned(b'{"a":"' + b"x" * 4096 + b'"}', b"{}")) == ("E_LIMIT", 0)


def test_payload_nested_deeper_than_20_levels_is_refused() -> None:
    assert refusal_of(unsigned(HEADER, b'{"a":' + b"[" * 20 + b"]" * 20 + b"}")) == ("E_LIMIT", 0)


def test_object_with_more_than_1000_members_is_refused() -> None:
    members = ",".join(f'"m{number}":1' for number in range(1001)).encode()
    assert refusal_of(unsigned(HEADER, b"{" + members + b"}")) == ("E_LIMIT", 0)


@pytest.mark.parametrize(
    "token", ["", "a.b.c", "a.b.c~\u00e9~", "{}", '{"payload":"a"}', "a.b~", "a.b.c.d~", "a.b.c~x", "a.b.c~x.y"]
)
def test_text_of_another_form_is_refused(token: str) -> None:
    assert refusal_of(token) == ("E_FORMAT", 1)


@pytest.mark.parametrize("part", ["e30=", "e 30", "e3\n0", "e31", "e+0"])
def test_jwt_part_outside_of_canonical_base64url_is_refused(part: str) -> None:
    assert refusal_of(f"{part}.e30.AAAA~") == ("E_FORMAT", 1)
    assert refusal_of(f"e30.{part}.AAAA~") == ("E_FORMAT", 1)


@pytest.mark.parametrize("tail", ["~", "WyJhIl0~~", "~WyJhIl0~"])
def test_empty_disclosure_is_refused(tail: str) -> None:
    assert refusal_of(f"a.b.c~{tail}") == ("E_DISCLOSURE_FORMAT", 1)


@pytest.mark.parametrize("header", [b"", b"nope", b"[]", b"1", b'{"alg":NaN}', b"\xff", b'\xef\xbb\xbf{"a":1}'])
def test_header_that_is_no_json_object_is_refused(header: bytes) -> None:
    assert refusal_of(unsigned(header, b"{}")) == ("E_HEADER", 2)


@pytest.mark.parametrize(
    "payload",
    [b"", b"nope", b"[1]", b'"a"', b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":"\xff"}', b'{"a":"\\ud800"}', b"{} {}"],
)
def test_payload_that_is_no_strict_json_object_is_refused(payload: bytes) -> None:
    assert refusal_of(unsigned(HEADER, payload)) == ("E_PAYLOAD", 2)


@pytest.mark.parametrize("document", [b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'{"a":1,"\\u0061":2}'])
def test_member_given_twice_is_refused_in_header_and_payload(document: bytes) -> None:
    assert refusal_of(unsigned(document, b"{}")) == ("E_DUP_KEY", 2)
    assert refusal_of(unsigned(HEADER, document)) == ("E_DUP_KEY", 2)


@pytest.mark.parametrize("number", [b"9007199254740992", b"1e400", b"1" * 5000])
def test_number_that_programs_read_differently_is_refused(number: bytes) -> None:
    assert refusal_of(unsigned(HEADER, b'{"exp":' + number + b"}")) == ("E_CLAIM_TYPE", 2)
