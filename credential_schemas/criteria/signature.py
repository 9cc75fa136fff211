"""Sign a policy file, and tell who signed one: a detached signature over exactly the bytes of the file.

Rules enforced:
* compact JWS with detached content (RFC 7515 appendix F): the middle part is empty, the signed payload is the file;
* ES256, `typ` `hiring-criteria+jws`, and the other header rules of `keys.jws`;
* the key is one that the reader pinned, found by `kid`; the signature never brings its key.

A signature says who published these bytes. It does not say that the criteria are lawful or fair.

Source: docs/formats/criteria.md
"""

from collections.abc import Mapping
from typing import Final

from credential_schemas.criteria.documents import MAX_BYTES
from credential_schemas.criteria.errors import PolicySignatureRefused
from keys.encoding import b64url_encode
from keys.errors import AlgorithmNotAllowed, JwsFormatError, SignatureInvalid
from keys.jwk import PublicKey
from keys.jws import parse_compact, verify
from keys.jws_sign import sign_compact
from keys.signer import Signer

TYP: Final = "hiring-criteria+jws"
MAX_SIGNATURE_CHARACTERS: Final = 8 * 1024
_MAX_TOKEN: Final = MAX_SIGNATURE_CHARACTERS + (MAX_BYTES * 4 + 2) // 3


def sign_policy(data: bytes, *, signer: Signer) -> str:
    """Return the detached signature of a policy file: `header..signature`."""
    header, _, signature = sign_compact({"typ": TYP, "kid": signer.key_id}, data, signer=signer).split(".")
    return f"{header}..{signature}"


def check_policy_signature(data: bytes, signature: str, *, keys: Mapping[str, PublicKey]) -> PublicKey:
    """Return the pinned key that signed a policy file.

    Args:
        data: the bytes of the file.
        signature: what should be its detached signature, hostile.
        keys: the pinned keys by `kid`.

    Raises:
        PolicySignatureRefused: kinds `no_signature`, `key_unknown`, `signature`.
    """
    parts = signature.split(".")
    if len(signature) > MAX_SIGNATURE_CHARACTERS or len(data) > MAX_BYTES or len(parts) != 3 or parts[1]:
        raise PolicySignatureRefused("no_signature")
    try:
        jws = parse_compact(f"{parts[0]}.{b64url_encode(data)}.{parts[2]}", max_bytes=_MAX_TOKEN)
        kid = jws.header.get("kid")
        key = keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise PolicySignatureRefused("key_unknown")
        verify(jws, key, typ=TYP)
    except SignatureInvalid as error:
        raise PolicySignatureRefused("signature") from error
    except (JwsFormatError, AlgorithmNotAllowed) as error:
        raise PolicySignatureRefused("no_signature") from error
    return key
