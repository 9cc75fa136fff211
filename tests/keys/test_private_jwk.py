"""Private keys as JWK: there and back, and nothing that is not exactly one."""

import pytest

from keys.encoding import JsonValue
from keys.errors import JwkError
from keys.key_files import create_key
from keys.private_jwk import private_jwk, read_private_jwk


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
