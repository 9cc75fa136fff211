"""Proofs of possession of type `jwt`: each shows one key that the wallet holds, for us and for now.

Rules enforced (OpenID4VCI 1.0 appendices F.1 and F.4):
* 1 to 20 proofs, each for another key; `typ` is `openid4vci-proof+jwt`, `alg` is ES256, no `crit`, `b64`, `zip`;
* the key stands in `jwk` and is public; `kid`, `x5c`, `trust_chain` and `key_attestation` are refused by name;
* the signature is that key's; `aud` is our issuer URL and nothing else; `iat` is within five minutes back, one ahead;
* `nonce` is one of ours, alive and unused; `iss` is the client that asked for the token, if it said who it is;
* `exp` and `nbf` are respected where they stand.

Left to the caller: using up the nonces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from issuer.openid4vci.configurations import Document
from issuer.openid4vci.metadata import BATCH_SIZE
from issuer.openid4vci.refusals import Refused
from keys import jws
from keys.algorithms import ES256_ONLY
from keys.encoding import JsonValue, decode_json_object
from keys.errors import AlgorithmNotAllowed, DecodingError, JwkError, JwsFormatError, SignatureInvalid
from keys.jwk import PublicKey

PROOF_TYP: Final = "openid4vci-proof+jwt"
MAX_PROOF_BYTES: Final = 16 * 1024
_AGE_S: Final = 300
_AHEAD_S: Final = 60
_UNSUPPORTED: Final = ("kid", "x5c", "trust_chain", "key_attestation", "jku", "x5u")
_MAX_NUMERIC_DATE: Final = 2**33


@dataclass(frozen=True, slots=True)
class ProofDemands:
    """What proofs must say: for which issuer, by which client (None: it did not say), at which time."""

    issuer: str
    client_id: str | None
    now_s: int


@dataclass(frozen=True, slots=True)
class ProvedKeys:
    """Keys that a wallet showed to hold, in its order, and the nonces it used, each once."""

    keys: tuple[PublicKey, ...]
    nonces: tuple[str, ...]


def check_proofs(proofs: JsonValue, demands: ProofDemands) -> ProvedKeys:
    """Check the member `proofs` of a credential request.

    Raises:
        Refused: `invalid_proof`; the sentence says which rule.
    """
    if proofs is None:
        raise _invalid("expected proofs; this credential is bound to a key")
    if not isinstance(proofs, dict) or len(proofs) != 1 or "jwt" not in proofs:
        raise _invalid("expected proofs of type jwt and of no other type")
    listed = proofs["jwt"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= BATCH_SIZE:
        raise _invalid(f"expected 1 to {BATCH_SIZE} proofs")
    checked = [_check(each, demands) for each in listed]
    if len({key.thumbprint() for key, _ in checked}) != len(checked):
        raise _invalid("expected another key in each proof")
    return ProvedKeys(tuple(key for key, _ in checked), tuple(dict.fromkeys(nonce for _, nonce in checked)))


def _check(proof: JsonValue, demands: ProofDemands) -> tuple[PublicKey, str]:
    if not isinstance(proof, str):
        raise _invalid("expected each proof as text")
    try:
        parsed = jws.parse_compact(proof, max_bytes=MAX_PROOF_BYTES)
        jws.check_typ(parsed.header, typ=PROOF_TYP)
        jws.check_algorithm(parsed.header, permitted=ES256_ONLY)
        jws.check_critical(parsed.header)
        key = _key(parsed.header)
        jws.check_signature(parsed, key)
        claims = decode_json_object(parsed.payload, max_bytes=MAX_PROOF_BYTES)
    except (JwsFormatError, AlgorithmNotAllowed, JwkError, SignatureInvalid, DecodingError) as error:
        raise _invalid(f"proof: {error.message}") from None
    _check_claims(claims, demands)
    return key, _nonce(claims)


def _key(header: Mapping[str, JsonValue]) -> PublicKey:
    for name in _UNSUPPORTED:
        if name in header:
            raise _invalid(f"expected the key in jwk; {name} is not supported by this issuer")
    jwk = header.get("jwk")
    if not isinstance(jwk, dict):
        raise _invalid("expected the key in jwk")
    return PublicKey.from_jwk(jwk)


def _check_claims(claims: Document, demands: ProofDemands) -> None:
    if claims.get("aud") != demands.issuer:
        raise _invalid("expected the credential issuer as aud")
    issued_at = _seconds(claims, "iat")
    if issued_at is None or not demands.now_s - _AGE_S <= issued_at <= demands.now_s + _AHEAD_S:
        raise _invalid("expected iat to be now")
    ends, begins = _seconds(claims, "exp"), _seconds(claims, "nbf")
    if (ends is not None and ends <= demands.now_s - _AHEAD_S) or (
        begins is not None and begins > demands.now_s + _AHEAD_S
    ):
        raise _invalid("expected a proof that is valid now")
    if "iss" in claims and claims["iss"] != demands.client_id:
        raise _invalid("expected no iss, or the client_id of the token request")


def _seconds(claims: Document, name: str) -> int | None:
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _MAX_NUMERIC_DATE:
        raise _invalid(f"expected {name} as a number of seconds")
    return int(value)


def _nonce(claims: Document) -> str:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonce:
        raise _invalid("expected a nonce of the nonce end point")
    return nonce


def _invalid(description: str) -> Refused:
    return Refused("invalid_proof", description)
