"""Private keys as JWK: there and back, and nothing that is not exactly one."""

import pytest

from keys.encoding import JsonValue
from keys.errors import JwkError
from keys.key_files import create_key
from keys.private_jwk import derived_key, private_jwk, read_private_jwk


def test_a_key_is_read_as_it_was_written() -> None:
    key = create_key()
    written = private_jwk(key)
    assert written.keys() == {"kty", "crv", "x", "y", "d"}
    assert read_private_jwk(written).public_key() == key.public_key()


@pytest.mark.parametrize(
    "change",
    [
        {"d": None},
        {"d": "AA"},
        {"d": "not base64url!"},
        {"d": private_jwk(create_key())["d"]},
        {"kty": "OKP"},
        {"x": "AA"},
        {"kid": "more"},
    ],
)
def test_something_else_is_refused(change: dict[str, JsonValue]) -> None:
    with pytest.raises(JwkError):
        read_private_jwk({**private_jwk(create_key()), **change})


def test_a_public_key_is_no_private_one() -> None:
    with pytest.raises(JwkError, match="five members"):
        read_private_jwk({name: value for name, value in private_jwk(create_key()).items() if name != "d"})


def test_a_secret_stands_for_one_key_and_another_for_another() -> None:
    first, again, other = (derived_key(bytes([each]) * 48) for each in (1, 1, 2))
    assert first.public_key() == again.public_key() != other.public_key()


@pytest.mark.parametrize(("secret", "scalar"), [(bytes(48), 1), (bytes(47) + b"\x07", 8)])
def test_every_secret_stands_for_a_key_of_the_curve(secret: bytes, scalar: int) -> None:
    # FIPS 186-5 appendix A.2.1: the secret modulo one less than the order, and one more.
    assert derived_key(secret).cryptography_key().private_numbers().private_value == scalar


def test_the_order_of_the_curve_is_never_reached() -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    assert derived_key((order - 1).to_bytes(48, "big")).cryptography_key().private_numbers().private_value == 1


def test_a_short_secret_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="at least 48 bytes"):
        derived_key(bytes(47))
