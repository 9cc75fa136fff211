"""Several codes: any order, repeated readings, missing ones named, mixtures refused."""

import itertools

import pytest

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes
from credential_schemas.qr.framing import join_codes, split_into_codes
from credential_schemas.qr.payload import qr_text

PAYLOAD = digits_from_bytes(bytes(range(100)))
OTHER = digits_from_bytes(bytes(range(1, 101)))
HALVES = split_into_codes(PAYLOAD, codes=2)


def refusal_of(texts: list[str]) -> QrPayloadError:
    with pytest.raises(QrPayloadError) as caught:
        join_codes(texts)
    return caught.value


@pytest.mark.parametrize("codes", [1, 2, 3, 4])
def test_codes_join_in_every_order(codes: int) -> None:
    texts = split_into_codes(PAYLOAD, codes=codes)
    joined = {join_codes(order) for order in itertools.permutations(texts)}
    assert (len(texts), joined) == (codes, {PAYLOAD})


def test_codes_join_with_their_addresses_and_read_twice() -> None:
    texts = [qr_text("https://verify.example/v", part) for part in split_into_codes(PAYLOAD, codes=2)]
    assert join_codes([*texts, texts[0]]) == PAYLOAD


def test_missing_codes_are_named() -> None:
    texts = split_into_codes(PAYLOAD, codes=4)
    refusal = refusal_of([texts[2], texts[0]])
    assert (refusal.kind, refusal.missing) == ("codes_missing", (2, 4))


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([*HALVES[:1], *split_into_codes(OTHER, codes=2)[1:]], id="two payloads"),
        pytest.param([*HALVES[:1], *split_into_codes(PAYLOAD, codes=3)[1:]], id="two splits"),
        pytest.param([*HALVES, *split_into_codes(OTHER, codes=2)], id="twice the same number"),
        pytest.param([PAYLOAD, *HALVES], id="a whole payload beside parts"),
        pytest.param([PAYLOAD, OTHER], id="two whole payloads"),
    ],
)
def test_codes_of_two_certificates_are_refused(texts: list[str]) -> None:
    assert refusal_of(texts).kind == "codes_mixed"


def test_a_share_that_was_changed_is_noticed() -> None:
    first, second = (bytes_from_digits(text) for text in split_into_codes(PAYLOAD, codes=2))
    changed = second[:-1] + b"\x00"
    assert refusal_of([digits_from_bytes(first), digits_from_bytes(changed)]).kind == "codes_damaged"


@pytest.mark.parametrize("head", [b"\x80", b"\x92", b"\xc0", b"\xff", b"\x90"])
def test_a_number_that_no_code_has_is_refused(head: bytes) -> None:
    body = b"" if head == b"\x90" else b"share"
    assert refusal_of([digits_from_bytes(head + b"1234" + body)]).kind == "codes"


def test_no_codes_are_refused() -> None:
    assert refusal_of([]).kind == "codes"


def test_a_crowd_of_codes_is_refused() -> None:
    assert refusal_of([digits_from_bytes(bytes((number,))) for number in range(65)]).kind == "codes"


@pytest.mark.parametrize("codes", [0, 5])
def test_only_one_to_four_codes_are_made(codes: int) -> None:
    with pytest.raises(QrPayloadError) as caught:
        split_into_codes(PAYLOAD, codes=codes)
    assert caught.value.kind == "codes"


@pytest.mark.parametrize(("size", "codes"), [(1, 2), (4, 3), (6, 4), (9, 4)])
def test_no_code_is_made_that_would_carry_nothing(size: int, codes: int) -> None:
    with pytest.raises(QrPayloadError) as caught:
        split_into_codes(digits_from_bytes(bytes(size)), codes=codes)
    assert caught.value.kind == "codes"


def test_the_first_code_is_missed_too() -> None:
    assert refusal_of([split_into_codes(PAYLOAD, codes=4)[1]]).missing == (1, 3, 4)


def test_as_many_texts_as_are_read_are_looked_at() -> None:
    assert refusal_of([digits_from_bytes(bytes((1, number))) for number in range(64)]).kind == "codes_mixed"
    assert refusal_of([digits_from_bytes(bytes((1, number))) for number in range(65)]).kind == "codes"
