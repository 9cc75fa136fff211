"""Reading status lists: the published vectors, the limits, and every reason to refuse a token."""

import json
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.errors import StatusListError
from credential_schemas.limits import MAX_STATUS_LIST_BYTES, MAX_STATUS_TOKEN_BYTES
from credential_schemas.status_list import (
    StatusList,
    StatusToken,
    StatusValue,
    decode_status_list,
    verify_status_token,
)
from credential_schemas.status_list_issue import encode_status_list
from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.jwk import PublicKey
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from keys.signer import Signer

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "status-list" / "token-status-list.json").read_bytes()
)
NOW = 1_795_200_000
URI = "https://bank.example/status/1"
LST = "eNrbuRgAAhcBXQ"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return FileSigner(create_key())


@pytest.fixture(scope="module")
def keys(signer: Signer) -> dict[str, PublicKey]:
    return {signer.key_id: PublicKey.from_jwk(dict(signer.public_jwk()))}


def token(signer: Signer, *, kid: str | None = None, **changes: JsonValue) -> str:
    """A status list token of now, with changes."""
    claims: dict[str, JsonValue] = {"sub": URI, "iat": NOW, "status_list": {"bits": 1, "lst": LST}, **changes}
    head = {"typ": "statuslist+jwt", "alg": "ES256", "kid": kid or signer.key_id}
    return sign_compact(head, encode_json(claims), signer=signer)


def kind_of(text: str, keys: dict[str, PublicKey], *, uri: str = URI, newest_seen: int | None = None) -> str:
    with pytest.raises(StatusListError) as error:
        verify_status_token(text, uri=uri, keys=keys, now=NOW, newest_seen=newest_seen)
    return error.value.kind


def decoding_kind(bits: object, lst: str) -> str:
    with pytest.raises(StatusListError) as error:
        decode_status_list(bits, lst)  # type: ignore[arg-type]  # hostile values are the point
    return error.value.kind


def packed(nonzero: dict[int, int], *, bits: int, size: int) -> bytes:
    """The bytes of a list by the rule of the draft: the list as one number, entry 0 in its lowest bits."""
    whole = sum(value << index * bits for index, value in nonzero.items())
    return whole.to_bytes(size * bits // 8, "little")


@pytest.mark.parametrize("case", VECTORS["cases"], ids=[case["name"] for case in VECTORS["cases"]])
def test_published_list_is_decoded_entry_by_entry(case: dict[str, Any]) -> None:
    status_list = decode_status_list(case["bits"], case["lst"])
    nonzero = {int(index): value for index, value in case["nonzero"].items()}
    assert status_list.size == case["size"]
    assert status_list.data == packed(nonzero, bits=case["bits"], size=case["size"])
    assert {index: status_list.value(index) for index in nonzero} == nonzero
    assert all(status_list.value(index) == 0 for index in case.get("zero_examples", []))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=[case["name"] for case in VECTORS["cases"]])
def test_index_beyond_a_published_list_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(StatusListError) as error:
        decode_status_list(case["bits"], case["lst"]).value(case.get("out_of_range_index", case["size"]))
    assert error.value.kind == "out_of_range"


@pytest.mark.parametrize("case", VECTORS["cases"], ids=[case["name"] for case in VECTORS["cases"]])
def test_published_list_is_encoded_to_the_same_bytes_inside(case: dict[str, Any]) -> None:
    status_list = decode_status_list(case["bits"], case["lst"])
    assert decode_status_list(case["bits"], encode_status_list(status_list)) == status_list


def test_published_raw_token_is_well_formed_but_its_key_is_unknown(keys: dict[str, PublicKey]) -> None:
    raw = VECTORS["example_status_list_token_raw"]
    assert kind_of(raw, keys, uri="https://example.com/statuslists/1") == "key"


def test_published_raw_token_is_refused_under_another_key(keys: dict[str, PublicKey]) -> None:
    (key,) = keys.values()
    assert kind_of(VECTORS["example_status_list_token_raw"], {"12": key}) == "signature"


@pytest.mark.parametrize("index", [-1, 16, 2**40, True, 1.0, "1", None])
def test_index_that_is_none_of_the_list_is_refused(index: object) -> None:
    with pytest.raises(StatusListError) as error:
        decode_status_list(1, LST).value(index)  # type: ignore[arg-type]  # hostile values are the point
    assert error.value.kind == "out_of_range"


def test_values_have_the_names_of_this_project() -> None:
    assert [value.name for value in StatusValue] == ["VALID", "INVALID", "SUSPENDED", "CORRECTED"]
    assert [decode_status_list(2, "eNo76fITAAPfAgc").value(index) for index in (2, 0, 1, 3)] == list(StatusValue)


@pytest.mark.parametrize("bits", [0, 3, 5, 16, -1, True, "1", None, 1.0])
def test_other_widths_are_refused(bits: object) -> None:
    assert decoding_kind(bits, LST) == "bits"
    with pytest.raises(StatusListError, match="bits"):
        StatusList(bits, b"")  # type: ignore[arg-type]  # hostile values are the point


@pytest.mark.parametrize("lst", [LST + "=", LST + "\n", LST[:-1] + "R", "+" + LST[1:]])
def test_list_outside_of_canonical_base64url_is_refused(lst: str) -> None:
    assert decoding_kind(1, lst) == "format"


@pytest.mark.parametrize(
    "compressed",
    [b"", b"\xb9\xa3", zlib.compress(b"\xb9\xa3")[:-1], zlib.compress(b"x")[2:-4], zlib.compress(b"\xb9") + b"\0"],
    ids=["nothing", "no zlib", "cut short", "raw deflate", "data behind it"],
)
def test_anything_but_one_whole_zlib_stream_is_refused(compressed: bytes) -> None:
    assert decoding_kind(1, b64url_encode(compressed)) == "compression"


def test_second_stream_behind_the_first_is_refused() -> None:
    assert decoding_kind(1, b64url_encode(zlib.compress(b"a") + zlib.compress(b"b"))) == "compression"


def test_list_of_4_mib_is_accepted_and_one_byte_more_is_refused() -> None:
    largest = b64url_encode(zlib.compress(bytes(MAX_STATUS_LIST_BYTES)))
    assert decode_status_list(1, largest).size == 32 * 1024 * 1024
    assert decoding_kind(1, b64url_encode(zlib.compress(bytes(MAX_STATUS_LIST_BYTES + 1)))) == "too_large"
    with pytest.raises(StatusListError, match="too_large"):
        StatusList(1, bytes(MAX_STATUS_LIST_BYTES + 1))


def test_compressed_bomb_is_not_inflated_beyond_the_limit() -> None:
    packer = zlib.compressobj(9)
    chunk = bytes(1 << 20)
    bomb = b"".join([*(packer.compress(chunk) for _ in range(64)), packer.flush()])
    tracemalloc.start()
    kind = decoding_kind(8, b64url_encode(bomb))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kind == "too_large"
    assert peak < 4 * MAX_STATUS_LIST_BYTES  # and not 64 MiB


def test_text_over_2_mib_is_refused_before_decoding() -> None:
    assert decoding_kind(1, "A" * (MAX_STATUS_TOKEN_BYTES + 1)) == "too_large"
    assert decoding_kind(1, "A" * MAX_STATUS_TOKEN_BYTES) == "compression"


@pytest.mark.parametrize(
    ("bits", "data", "kind"),
    [(3, b"", "bits"), (True, b"", "bits"), (1, bytes(MAX_STATUS_LIST_BYTES + 1), "too_large")],
)
def test_list_that_cannot_be_one_is_not_made(bits: int, data: bytes, kind: str) -> None:
    with pytest.raises(StatusListError) as refusal:
        StatusList(bits, data)
    assert refusal.value.kind == kind


def test_good_token_gives_its_list_and_times(signer: Signer, keys: dict[str, PublicKey]) -> None:
    text = token(signer, exp=NOW + 100, ttl=43200, unknown="ignored")
    found = verify_status_token(text, uri=URI, keys=keys, now=NOW)
    assert found == StatusToken(URI, StatusList(1, b"\xb9\xa3"), NOW, NOW + 100, 43200)


def test_token_without_exp_and_ttl_is_accepted(signer: Signer, keys: dict[str, PublicKey]) -> None:
    found = verify_status_token(token(signer), uri=URI, keys=keys, now=NOW)
    assert (found.expires_at, found.ttl_s) == (None, None)


def test_token_over_2_mib_is_refused(keys: dict[str, PublicKey]) -> None:
    assert kind_of("A" * (MAX_STATUS_TOKEN_BYTES + 1), keys) == "too_large"


@pytest.mark.parametrize("text", ["", "a.b", "....", "e30=.e30.AA", "bm9wZQ.e30.AA"])
def test_text_that_is_no_jwt_is_refused(keys: dict[str, PublicKey], text: str) -> None:
    assert kind_of(text, keys) == "format"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ({"typ": "JWT"}, "typ"),
        ({"typ": "dc+sd-jwt"}, "typ"),
        ({"kid": "other"}, "key"),
        ({"kid": None}, "key"),
        ({"kid": ["x"]}, "key"),
        ({"x5c": ["MIIB"]}, "key"),
        ({"jwk": {}}, "key"),
        ({"jku": "https://attacker.example"}, "key"),
    ],
)
def test_token_with_another_header_is_refused(
    signer: Signer, keys: dict[str, PublicKey], header: dict[str, JsonValue], kind: str
) -> None:
    assert kind_of(handmade(signer, header), keys) == kind


@pytest.mark.parametrize(("member", "kind"), [({"alg": "none"}, "algorithm"), ({"crit": ["x"]}, "format")])
def test_token_with_a_forbidden_header_is_refused(
    signer: Signer, keys: dict[str, PublicKey], member: dict[str, JsonValue], kind: str
) -> None:
    assert kind_of(handmade(signer, member), keys) == kind


def handmade(signer: Signer, member: dict[str, JsonValue], payload: bytes = b"{}") -> str:
    """A token signed over a header that our own writer would refuse."""
    header = encode_json({"typ": "statuslist+jwt", "alg": "ES256", "kid": signer.key_id, **member})
    signing_input = f"{b64url_encode(header)}.{b64url_encode(payload)}"
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode()))}"


def test_token_signed_by_another_key_is_refused(signer: Signer, keys: dict[str, PublicKey]) -> None:
    stranger = FileSigner(create_key())
    assert kind_of(token(stranger, kid=signer.key_id), keys) == "signature"


@pytest.mark.parametrize("payload", [b"[]", b"nope", b'{"sub":"a","sub":"b"}', b'{"iat":NaN}'])
def test_payload_that_is_no_strict_json_object_is_refused(
    signer: Signer, keys: dict[str, PublicKey], payload: bytes
) -> None:
    assert kind_of(handmade(signer, {}, payload), keys) == "format"


@pytest.mark.parametrize("sub", [None, URI + "/", URI.upper(), [URI], "https://bank.example/status/10"])
def test_token_for_another_list_is_refused(signer: Signer, keys: dict[str, PublicKey], sub: JsonValue) -> None:
    assert kind_of(token(signer, sub=sub), keys) == "subject"


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": None},
        {"iat": str(NOW)},
        {"iat": True},
        {"exp": "never"},
        {"exp": 2**33},
        {"ttl": 0},
        {"ttl": "1"},
        {"status_list": None},
        {"status_list": [1, LST]},
        {"status_list": {"lst": LST}},
        {"status_list": {"bits": "1", "lst": LST}},
        {"status_list": {"bits": True, "lst": LST}},
        {"status_list": {"bits": 1, "lst": None}},
    ],
)
def test_claim_of_another_type_is_refused(
    signer: Signer, keys: dict[str, PublicKey], changes: dict[str, JsonValue]
) -> None:
    assert kind_of(token(signer, kid=None, **changes), keys) == "claims"


def test_token_of_the_future_is_refused(signer: Signer, keys: dict[str, PublicKey]) -> None:
    assert kind_of(token(signer, iat=NOW + 61), keys) == "not_yet_valid"


def test_expired_token_is_refused(signer: Signer, keys: dict[str, PublicKey]) -> None:
    assert kind_of(token(signer, exp=NOW - 60), keys) == "expired"


def test_times_at_the_edge_of_the_leeway_are_accepted(signer: Signer, keys: dict[str, PublicKey]) -> None:
    text = token(signer, iat=NOW + 60, exp=NOW - 59)
    assert verify_status_token(text, uri=URI, keys=keys, now=NOW).issued_at == NOW + 60


def test_token_older_than_one_already_seen_is_refused(signer: Signer, keys: dict[str, PublicKey]) -> None:
    assert kind_of(token(signer), keys, newest_seen=NOW + 1) == "older_than_seen"
    assert verify_status_token(token(signer), uri=URI, keys=keys, now=NOW, newest_seen=NOW).issued_at == NOW


def test_wrong_width_in_a_token_is_refused(signer: Signer, keys: dict[str, PublicKey]) -> None:
    assert kind_of(token(signer, status_list={"bits": 3, "lst": LST}), keys) == "bits"


def status_token(*, ttl_s: int | None = None, expires_at: int | None = None) -> StatusToken:
    return StatusToken(URI, StatusList(1, b""), issued_at=NOW, expires_at=expires_at, ttl_s=ttl_s)


def test_age_is_never_negative() -> None:
    assert (status_token().age_s(NOW + 90), status_token().age_s(NOW - 30)) == (90, 0)


@pytest.mark.parametrize(
    ("ttl_s", "expires_at", "fresh_s"),
    [(600, None, 600), (None, None, 43200), (10**6, None, 43200), (1, None, 60), (600, NOW + 100, 100)],
)
def test_token_is_fresh_for_ttl_within_sane_bounds_and_until_exp(
    ttl_s: int | None, expires_at: int | None, fresh_s: int
) -> None:
    found = status_token(ttl_s=ttl_s, expires_at=expires_at)
    assert found.fresh_until(NOW) == NOW + fresh_s


def test_token_is_usable_until_it_is_stale() -> None:
    found = status_token(ttl_s=600)
    assert found.usable_at(NOW + 599, obtained_at=NOW)
    assert not found.usable_at(NOW + 600, obtained_at=NOW)


def test_grace_of_the_profile_lengthens_use_up_to_72_hours() -> None:
    found = status_token(ttl_s=600)
    assert found.usable_at(NOW + 600 + 3599, obtained_at=NOW, grace_s=3600)
    assert not found.usable_at(NOW + 600 + 3600, obtained_at=NOW, grace_s=3600)
    assert not found.usable_at(NOW + 600 + 72 * 3600, obtained_at=NOW, grace_s=10**9)
    assert not found.usable_at(NOW + 600, obtained_at=NOW, grace_s=-1)


def test_grace_never_reaches_beyond_exp() -> None:
    found = status_token(ttl_s=600, expires_at=NOW + 1000)
    assert found.usable_at(NOW + 1000 + 59, obtained_at=NOW, grace_s=3600)
    assert not found.usable_at(NOW + 1000 + 60, obtained_at=NOW, grace_s=3600)
