"""Sign compact JWS through PyJWT; the key itself stays behind the `Signer` protocol."""

from collections.abc import Mapping
from functools import lru_cache

from keys import jws
from keys.algorithms import ES256_ONLY, allowed
from keys.encoding import JsonValue
from keys.errors import JwsFormatError
from keys.signer import Signer


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
    from keys.jwt_writer import writer  # PyJWT is only loaded where a token is written

    token = writer().encode(
        payload,
        signer,  # type: ignore[arg-type] # PyJWT types name its own keys only; SignerAlgorithm takes a Signer
        algorithm=signer.algorithm,
        headers=dict(header),
        sort_headers=False,
    )
    _check_readable(token.partition(".")[0])
    return token


@lru_cache(maxsize=64)  # a signer writes the same few headers all the time
def _check_readable(header_text: str) -> None:
    """Refuse a header that we would refuse to read; the other two parts are base64url of bytes, whatever these are."""
    jws.decode_header(header_text)
