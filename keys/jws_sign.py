"""Sign compact JWS through PyJWT; the key itself stays behind the `Signer` protocol."""

from collections.abc import Mapping
from typing import Final, NoReturn

from jwt.algorithms import Algorithm as JwtAlgorithm
from jwt.api_jws import PyJWS

from keys import jws
from keys.algorithms import ES256_ONLY, allowed
from keys.encoding import JsonValue
from keys.errors import JwsFormatError
from keys.signer import Signer


class _SignerAlgorithm(JwtAlgorithm):
    """Lets PyJWT write the token while the `Signer` makes the signature; it can do nothing but sign."""

    def prepare_key(self, key: Signer) -> Signer:
        return key

    def sign(self, msg: bytes, key: Signer) -> bytes:
        return key.sign(msg)

    def verify(self, msg: bytes, key: object, sig: bytes) -> NoReturn:
        raise NotImplementedError("signatures are checked by keys.jws")

    @staticmethod
    def to_jwk(key_obj: object, as_dict: bool = False) -> NoReturn:  # noqa: FBT001, FBT002 - PyJWT's own signature
        raise NotImplementedError("keys are written by keys.jwk")

    @staticmethod
    def from_jwk(jwk: object) -> NoReturn:
        raise NotImplementedError("keys are read by keys.jwk")


def _writer() -> PyJWS:
    writer = PyJWS(algorithms=[])
    for name in ES256_ONLY:
        writer.register_algorithm(name, _SignerAlgorithm())
    return writer


_WRITER: Final = _writer()


def sign_compact(header: Mapping[str, JsonValue], payload: bytes, *, signer: Signer) -> str:
    """Write and sign a compact JWS.

    Args:
        header: the protected header; `typ` is obligatory (RFC 8725 section 3.11), `alg` is taken from the signer and
            may be left out, `kid` is written only if given.
        payload: the bytes to sign.
        signer: makes the signature.

    Returns:
        `header.payload.signature`; the header members stand as `typ`, `alg`, then the rest in the given order.

    Raises:
        JwsFormatError: kinds `typ`, `crit`, `size`, `header`: a header that we would refuse to read.
        AlgorithmNotAllowed: the signer's algorithm is not in the closed list, or the header names another.
    """
    allowed(signer.algorithm, permitted=ES256_ONLY)
    allowed(header.get("alg", signer.algorithm), permitted=frozenset({signer.algorithm}))
    typ = header.get("typ")
    if not isinstance(typ, str) or not typ:
        raise JwsFormatError("expected a token header with typ", kind="typ")
    jws.check_critical(header)
    token = _WRITER.encode(
        payload,
        signer,  # type: ignore[arg-type] # PyJWT types name its own keys only; _SignerAlgorithm takes a Signer
        algorithm=signer.algorithm,
        headers=dict(header),
        sort_headers=False,
    )
    jws.parse_compact(token, max_bytes=len(token))  # what we would refuse to read is never handed out
    return token
