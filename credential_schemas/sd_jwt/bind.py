"""The holder's side of key binding: turn a presentation into an SD-JWT+KB for one verifier and one transaction.

Source: RFC 9901 section 4.3; OpenID4VP 1.0 appendix B.3.3 for transaction data
"""

from credential_schemas.sd_jwt.disclosures import DEFAULT_DIGEST_ONLY, digest_function
from credential_schemas.sd_jwt.key_binding import KEY_BINDING_TYP
from credential_schemas.sd_jwt.select import parse_without_key_binding
from keys.encoding import JsonValue, encode_json
from keys.jws_sign import sign_compact
from keys.signer import Signer
from keys.values import dataclass


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """What a presentation answers: the verifier's full client identifier with its prefix, the nonce as it was sent, and
    the hashes of the transaction data that the holder authorises with this presentation.
    """

    audience: str
    nonce: str
    transaction_hashes: tuple[str, ...] = ()


def bind_to_verifier(sd_jwt: str, *, audience: str, nonce: str, issued_at: int, holder: Signer) -> str:
    """Append a key-binding JWT to a presentation that authorises nothing beside itself; as `bind_to_request`."""
    return bind_to_request(sd_jwt, BindingRequest(audience, nonce), issued_at=issued_at, holder=holder)


def bind_to_request(sd_jwt: str, request: BindingRequest, *, issued_at: int, holder: Signer) -> str:
    """Append a key-binding JWT to a presentation.

    Args:
        sd_jwt: compact SD-JWT with the closing `~`, only the chosen disclosures in it.
        request: what it answers.
        issued_at: seconds since 1970.
        holder: signs with the key of `cnf`.

    Raises:
        SdJwtRefused: `sd_jwt` is not an SD-JWT, or names a digest algorithm other than `sha-256`.
        SdJwtBuildError: it is bound already.
    """
    parsed = parse_without_key_binding(sd_jwt)
    digest = digest_function(parsed.payload, permitted=DEFAULT_DIGEST_ONLY)
    claims: dict[str, JsonValue] = {"iat": issued_at, "aud": request.audience, "nonce": request.nonce}
    claims["sd_hash"] = digest(sd_jwt)
    if request.transaction_hashes:
        claims["transaction_data_hashes"] = [*request.transaction_hashes]
        claims["transaction_data_hashes_alg"] = "sha-256"
    header: dict[str, JsonValue] = {"typ": KEY_BINDING_TYP, "alg": holder.algorithm}
    return sd_jwt + sign_compact(header, encode_json(claims), signer=holder)
