"""Kept answers open with the caller's key and with nothing else."""

import pytest

from keys.errors import SealedAnswerError
from keys.sealed_answer import open_answer, seal_answer

PEPPER = bytes(range(32))
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
ANSWER = b'{"number": "CB-2026-00000001"}'


def sealed(answer: bytes = ANSWER) -> bytes:
    return seal_answer(answer, key=KEY, pepper=PEPPER, associated_data=b"locator")


@pytest.mark.parametrize("answer", [b"", ANSWER, bytes(100_000)])
def test_the_key_brings_the_answer_back_byte_for_byte(answer: bytes) -> None:
    assert open_answer(sealed(answer), key=KEY, pepper=PEPPER, associated_data=b"locator") == answer


def test_nothing_of_the_answer_can_be_seen_and_no_two_are_alike() -> None:
    assert b"CB-2026" not in sealed()
    assert sealed() != sealed()


def test_an_answer_that_was_kept_long_ago_opens() -> None:
    kept = bytes.fromhex(
        "011c8e83605f55681b981cf0212cf6572a66507993c2e2d9a4fd9e69cf2dbf87"
        "fc66b8df6a4916717ff9d10c5d86bca3ce0e2bcf532d1a38dc0da8"
    )
    assert open_answer(kept, key=KEY, pepper=PEPPER, associated_data=b"locator") == ANSWER


@pytest.mark.parametrize(
    ("key", "pepper", "data"),
    [
        (KEY[:-1] + "5", PEPPER, b"locator"),
        (KEY, PEPPER[::-1], b"locator"),
        (KEY, PEPPER, b"another"),
    ],
)
def test_another_key_pepper_or_place_opens_nothing(key: str, pepper: bytes, data: bytes) -> None:
    with pytest.raises(SealedAnswerError, match="does not open this answer"):
        open_answer(sealed(), key=key, pepper=pepper, associated_data=data)


@pytest.mark.parametrize("place", range(0, 59, 7))
def test_a_changed_byte_opens_nothing(place: int) -> None:
    changed = bytearray(sealed())
    changed[place] ^= 1
    with pytest.raises(SealedAnswerError):
        open_answer(bytes(changed), key=KEY, pepper=PEPPER, associated_data=b"locator")


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01short", b"\x02" + bytes(60)])
def test_data_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(SealedAnswerError, match="another format"):
        open_answer(data, key=KEY, pepper=PEPPER, associated_data=b"locator")


def test_a_short_pepper_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes, found 31"):
        seal_answer(ANSWER, key=KEY, pepper=PEPPER[1:], associated_data=b"")
