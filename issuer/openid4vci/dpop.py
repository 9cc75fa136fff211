"""DPoP: each request proves that whoever sends it has the key that its token is bound to.

Rules enforced (RFC 9449 sections 4.3, 7.1, 8 and 9):
* exactly one `DPoP` header, a JWS of at most 8 KiB; `typ` is `dpop+jwt`, `alg` is ES256, no `crit`, `b64`, `zip`;
* the key stands in `jwk` and is public, the signature is that key's;
* `htm` is the method, `htu` the address of the end point without query and fragment, `iat` now (five minutes back, one
  ahead), `ath` the hash of the access token where there is one;
* `nonce` is one that this bank gave out for this and that lives; a proof without it is told one;
* a `jti` of a key is good for once.

Left to the caller: whether the key is the one that a code or a token is bound to.
"""

import hashlib
import hmac
from typing import Final

from issuer.bank import Bank
from issuer.openid4vci.configurations import Document
from issuer.openid4vci.forms import Asking
from issuer.openid4vci.handles import link_of, new_nonce, nonce_end
from issuer.openid4vci.refusals import BAD_REQUEST, UNAUTHORIZED, Refused
from keys import jws
from keys.algorithms import ES256_ONLY
from keys.encoding import b64url_encode, decode_json_object
from keys.errors import AlgorithmNotAllowed, DecodingError, JwkError, JwsFormatError, SignatureInvalid
from keys.jwk import PublicKey

DPOP_TYP: Final = "dpop+jwt"
NONCE_USE: Final = "dpop-nonce"
_MAX_PROOF_BYTES: Final = 8 * 1024
_MAX_JTI: Final = 256
_AGE_S: Final = 300
_AHEAD_S: Final = 60


def check_dpop(bank: Bank, asking: Asking, *, now_s: int, access_token: str | None = None) -> str | None:
    """Check the proof of a request.

    Args:
        bank: the bank; it records that the proof was used.
        asking: the request.
        now_s: Unix seconds.
        access_token: the one that is shown; None at end points that need none.

    Returns:
        The thumbprint of the key; None for a request without a proof.

    Raises:
        Refused: `invalid_dpop_proof` or `use_dpop_nonce`; 401 with an access token, else 400.
    """
    if not asking.proofs:
        return None
    status = BAD_REQUEST if access_token is None else UNAUTHORIZED
    try:
        if len(asking.proofs) > 1:
            raise _invalid("expected one DPoP header")
        key, claims = _opened(asking.proofs[0])
        _check_claims(claims, asking, now_s=now_s, access_token=access_token)
        _check_nonce(bank, claims, now_s=now_s)
        _use_up(bank, key, claims, now_s=now_s)
    except Refused as refused:
        nonce = new_nonce(bank, now_s=now_s, use=NONCE_USE)
        raise Refused(
            refused.error, refused.description, status=status, scheme="DPoP", dpop_nonce=nonce
        ) from refused.__cause__
    return key.thumbprint()


def need_dpop(bank: Bank, asking: Asking, *, now_s: int) -> str:
    """Check the proof of a request that must have one, as `check_dpop` does.

    Raises:
        Refused: `invalid_dpop_proof`, with a new nonce; also when none was sent.
    """
    thumbprint = check_dpop(bank, asking, now_s=now_s)
    if thumbprint is None:
        nonce = new_nonce(bank, now_s=now_s, use=NONCE_USE)
        raise Refused("invalid_dpop_proof", "expected a DPoP header", scheme="DPoP", dpop_nonce=nonce)
    return thumbprint


def _opened(proof: str) -> tuple[PublicKey, Document]:
    try:
        parsed = jws.parse_compact(proof, max_bytes=_MAX_PROOF_BYTES)
        jws.check_typ(parsed.header, typ=DPOP_TYP)
        jws.check_algorithm(parsed.header, permitted=ES256_ONLY)
        jws.check_critical(parsed.header)
        jwk = parsed.header.get("jwk")
        if not isinstance(jwk, dict):
            raise _invalid("expected the key in jwk")
        key = PublicKey.from_jwk(jwk)
        jws.check_signature(parsed, key)
        return key, decode_json_object(parsed.payload, max_bytes=_MAX_PROOF_BYTES)
    except (JwsFormatError, AlgorithmNotAllowed, JwkError, SignatureInvalid, DecodingError) as error:
        raise _invalid(f"DPoP: {error.message}") from error


def _check_claims(claims: Document, asking: Asking, *, now_s: int, access_token: str | None) -> None:
    if claims.get("htm") != asking.method:
        raise _invalid("expected htm to be the method of the request")
    address = claims.get("htu")
    if not isinstance(address, str) or address.partition("#")[0].partition("?")[0] != asking.url:
        raise _invalid("expected htu to be the address of this end point, as the metadata have it")
    issued_at = claims.get("iat")
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
        raise _invalid("expected iat as a number of seconds")
    if not now_s - _AGE_S <= issued_at <= now_s + _AHEAD_S:
        raise _invalid("expected iat to be now")
    identifier = claims.get("jti")
    if not isinstance(identifier, str) or not 0 < len(identifier) <= _MAX_JTI:
        raise _invalid(f"expected jti as a text of at most {_MAX_JTI} characters")
    if access_token is not None:
        said, expected = claims.get("ath"), b64url_encode(hashlib.sha256(access_token.encode("ascii")).digest())
        if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8", "replace"), expected.encode()):
            raise _invalid("expected ath to be the hash of the access token")


def _check_nonce(bank: Bank, claims: Document, *, now_s: int) -> None:
    nonce = claims.get("nonce")
    end = nonce_end(bank, nonce, use=NONCE_USE) if isinstance(nonce, str) else None
    if end is None or now_s >= end:
        raise Refused("use_dpop_nonce", "expected the nonce of the header DPoP-Nonce in the proof")


def _use_up(bank: Bank, key: PublicKey, claims: Document, *, now_s: int) -> None:
    used = link_of(bank, f"{key.thumbprint()}\n{claims['jti']}", "dpop-jti")
    with bank.store.write() as transaction:
        fresh = transaction.wallets.use_nonce(used, expires_at=now_s + _AGE_S + _AHEAD_S + 1)
    if not fresh:
        raise _invalid("expected a proof that was not used before")


def _invalid(description: str) -> Refused:
    return Refused("invalid_dpop_proof", description)
