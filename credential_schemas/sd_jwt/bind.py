"""The holder's side of key binding: turn a presentation into an SD-JWT+KB for one verifier and one transaction.

Source: RFC 9901 section 4.3
"""

from credential_schemas.sd_jwt.disclosures import DEFAULT_DIGEST_ONLY, digest_function
from credential_schemas.sd_jwt.key_binding import KEY_BINDING_TYP
from credential_schemas.sd_jwt.select import parse_without_key_binding
from keys.encoding import encode_json
from keys.jws_sign import sign_compact
from keys.signer import Signer


def bind_to_verifier(sd_jwt: str, *, audience: str, nonce: str, issued_at: int, holder: Signer) -> str:
    """Append a key-binding JWT to a presentation.

    Args:
        sd_jwt: compact SD-JWT with the closing `~`, only the chosen disclosures in it.
        audience: the verifier's full client identifier, with prefix.
        nonce: as the verifier sent it.
        issued_at: seconds since 1970.
        holder: signs with the key of `cnf`.

    Raises:
        SdJwtRefused: `sd_jwt` is not an SD-JWT, or names a digest algorithm other than `sha-256`.
        SdJwtBuildError: it is bound already.
    """
    parsed = parse_without_key_binding(sd_jwt)
    digest = digest_function(parsed.payload, permitted=DEFAULT_DIGEST_ONLY)
    payload = encode_json({"iat": issued_at, "aud": audience, "nonce": nonce, "sd_hash": digest(sd_jwt)})
    return sd_jwt + sign_compact({"typ": KEY_BINDING_TYP, "alg": holder.algorithm}, payload, signer=holder)
