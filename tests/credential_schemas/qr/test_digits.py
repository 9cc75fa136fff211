"""Digits: every byte string has one text, and no other text is accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential_schemas.errors import QrPayloadError
from credential_schemas.qr.digits import bytes_from_digits, digits_from_bytes


@given(st.binary(min_size=1, max_size=120))
def test_bytes_come_back_from_their_digits(data: bytes) -> None:
    assert bytes_from_digits(digits_from_bytes(data)) == data


def test_seventeen_bytes_are_forty_one_digits() -> None:
    assert digits_from_bytes(b"\xff" * 17) == str(2**136 - 1)


@pytest.mark.parametrize(
    "text",
    ["", "12a", "١٢٣", "1", "1234", "256", "999", "9" * 41, "-12", " 12"],
)
def test_digits_that_stand_for_no_bytes_are_refused(text: str) -> None:
    with pytest.raises(QrPayloadError) as caught:
        bytes_from_digits(text)
    assert caught.value.kind == "digits"
