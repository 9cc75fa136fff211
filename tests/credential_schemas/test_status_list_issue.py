"""Writing status lists: in place, packed, signed, and read back by the verifier."""

import pytest

from credential_schemas.errors import StatusListError
from credential_schemas.status_list import StatusList, StatusToken, StatusValue, decode_status_list, verify_status_token
from credential_schemas.status_list_issue import LIST_SIZE, StatusBitmap, build_status_token, encode_status_list
from keys.jwk import PublicKey
from keys.jws import parse_compact
from keys.key_files import FileSigner, create_key

NOW = 1_795_200_000
URI = "https://bank.example/status/1"


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_every_value_can_be_set_and_set_back_without_touching_its_neighbours(bits: int) -> None:
    bitmap = StatusBitmap(bits=bits, size=16)
    highest = 2**bits - 1
    for index in range(16):
        bitmap.set(index, highest)
    bitmap.set(5, 0)
    bitmap.set(6, 1)
    frozen = bitmap.freeze()
    assert [frozen.value(index) for index in range(16)] == [highest] * 5 + [0, 1] + [highest] * 9


def test_list_begins_with_every_entry_valid() -> None:
    frozen = StatusBitmap().freeze()
    assert (frozen.bits, frozen.size) == (2, LIST_SIZE)
    assert not any(frozen.data)


def test_first_entry_is_packed_into_the_least_significant_bits() -> None:
    bitmap = StatusBitmap(bits=2, size=4)
    bitmap.set(0, StatusValue.CORRECTED)
    bitmap.set(3, StatusValue.SUSPENDED)
    assert bitmap.freeze().data == bytes([0b10_00_00_11])


def test_frozen_list_does_not_change_with_its_bitmap() -> None:
    bitmap = StatusBitmap(bits=8, size=1)
    frozen = bitmap.freeze()
    bitmap.set(0, 255)
    assert frozen.value(0) == 0


def test_list_can_be_taken_up_again() -> None:
    bitmap = StatusBitmap.of(StatusList(2, b"\xc9\x44\xf9"))
    bitmap.set(2, 1)
    assert [bitmap.freeze().value(index) for index in range(5)] == [1, 2, 1, 3, 0]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_list_taken_up_again_keeps_the_width_of_its_entries(bits: int) -> None:
    taken_up = StatusBitmap.of(StatusList(bits, b"\xc9\x44\xf9"))
    assert taken_up.freeze() == StatusList(bits, b"\xc9\x44\xf9")


@pytest.mark.parametrize("index", [-1, 16, 2**20])
def test_index_outside_of_the_list_is_refused(index: int) -> None:
    with pytest.raises(StatusListError) as error:
        StatusBitmap(bits=1, size=16).set(index, 1)
    assert error.value.kind == "out_of_range"


@pytest.mark.parametrize(("bits", "value"), [(1, 2), (2, 4), (4, 16), (8, 256), (2, -1)])
def test_value_that_does_not_fit_the_entry_is_refused(bits: int, value: int) -> None:
    with pytest.raises(StatusListError) as error:
        StatusBitmap(bits=bits, size=16).set(0, value)
    assert error.value.kind == "value"


@pytest.mark.parametrize(
    ("bits", "size", "kind"), [(3, 16, "bits"), (2, 0, "format"), (1, 15, "format"), (1, -8, "format")]
)
def test_list_of_another_shape_is_refused(bits: int, size: int, kind: str) -> None:
    with pytest.raises(StatusListError) as error:
        StatusBitmap(bits=bits, size=size)
    assert error.value.kind == kind


def test_encoded_list_is_decoded_to_the_same_list() -> None:
    bitmap = StatusBitmap()
    bitmap.set(77, 2)
    assert decode_status_list(2, encode_status_list(bitmap.freeze())) == bitmap.freeze()


@pytest.mark.parametrize(("expires_at", "ttl_s"), [(NOW + 604_800, 43_200), (None, None)])
def test_signed_token_is_read_back_as_it_was_written(expires_at: int | None, ttl_s: int | None) -> None:
    signer = FileSigner(create_key())
    written = StatusToken(URI, StatusList(2, b"\xc9\x44\xf9"), NOW, expires_at, ttl_s)
    text = build_status_token(written, signer=signer)
    keys = {signer.key_id: PublicKey.from_jwk(dict(signer.public_jwk()))}
    assert verify_status_token(text, uri=URI, keys=keys, now=NOW) == written
    assert parse_compact(text, max_bytes=10_000).header == {
        "alg": "ES256",
        "kid": signer.key_id,
        "typ": "statuslist+jwt",
    }


def test_list_that_does_not_compress_below_the_limit_is_refused() -> None:
    noise = FileSigner(create_key())
    block = b"".join(noise.sign(number.to_bytes(2, "big")) for number in range(512))
    data = b"".join(bytes(byte ^ number for byte in block) for number in range(60))
    with pytest.raises(StatusListError) as error:
        build_status_token(StatusToken(URI, StatusList(8, data), NOW, None, None), signer=noise)
    assert error.value.kind == "too_large"
