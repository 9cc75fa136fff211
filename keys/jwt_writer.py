"""PyJWT as the writer of our tokens: it encodes, a `Signer` signs. Loaded when the first token is written."""

from functools import cache
from typing import NoReturn

from jwt.algorithms import Algorithm as JwtAlgorithm
from jwt.api_jws import PyJWS

from keys.algorithms import ES256_ONLY
from keys.signer import Signer


class SignerAlgorithm(JwtAlgorithm):
    """Lets PyJWT write the token while the `Signer` makes the signature; it can do nothing but sign."""

    def prepare_key(self, key: Signer) -> Signer:
        """Take the signer as it is."""
        return key

    def sign(self, msg: bytes, key: Signer) -> bytes:
        """Return the signer's signature."""
        return key.sign(msg)

    def verify(self, *_: object, **__: object) -> NoReturn:
        """Refuse with TypeError: it only signs."""
        raise TypeError("signatures are checked by keys.jws")

    @staticmethod
    def to_jwk(*_: object, **__: object) -> NoReturn:
        """Refuse with TypeError: it only signs."""
        raise TypeError("keys are written by keys.jwk")

    @staticmethod
    def from_jwk(*_: object, **__: object) -> NoReturn:
        """Refuse with TypeError: it only signs."""
        raise TypeError("keys are read by keys.jwk")


@cache
def writer() -> PyJWS:
    """Return a writer that knows no algorithm but ours."""
    made = PyJWS(algorithms=[])
    for name in ES256_ONLY:
        made.register_algorithm(name, SignerAlgorithm())
    return made
