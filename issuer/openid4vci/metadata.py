"""What wallets read before they ask: the metadata of the credential issuer, plain and signed, and of its token service.

The issuer is its own authorization server. With a pre-authorized code clients need no registration, since only a
holder has one; to ask a holder, they do.

Source: OpenID4VCI 1.0 sections 12.2 and 12.3; RFC 8414; RFC 9126 section 5; RFC 9207 section 3; RFC 9449 section 5.1;
Token Status List section 9.3
"""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Final

from issuer.bank import Bank
from issuer.bank.folder import read_certificate
from issuer.openid4vci.configurations import Document, configurations
from issuer.openid4vci.encryption import request_key
from issuer.publishing import STATUS_AGGREGATION
from keys.algorithms import ES256
from keys.encoding import JsonValue, encode_json
from keys.jwe import ALGORITHM, ENCRYPTIONS
from keys.jws_sign import sign_compact
from keys.pem_form import certificate_der

BATCH_SIZE: Final = 20
"""How many copies of a credential a wallet may get at once, each for another verifier."""

GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
CODE_GRANT: Final = "authorization_code"
REFRESH_GRANT: Final = "refresh_token"
ROOM: Final = "/openid4vci"
TOKEN, NONCE, CREDENTIAL, NOTIFICATION, OFFERS = (
    f"{ROOM}/{name}" for name in ("token", "nonce", "credential", "notification", "offers")
)
PUSH, AUTHORIZE, DEFERRED = (f"{ROOM}/{name}" for name in ("par", "authorize", "deferred-credential"))
_ISSUERS_AT_ONCE: Final = 8
_SIGNED_TYP: Final = "openidvci-issuer-metadata+jwt"


def issuer_metadata(bank: Bank) -> Document:
    """Return the metadata of the credential issuer."""
    issuer, name = bank.profile.issuer, bank.profile.name
    return {
        "credential_issuer": issuer,
        "credential_endpoint": issuer + CREDENTIAL,
        "deferred_credential_endpoint": issuer + DEFERRED,
        "nonce_endpoint": issuer + NONCE,
        "notification_endpoint": issuer + NOTIFICATION,
        "batch_credential_issuance": {"batch_size": BATCH_SIZE},
        "credential_request_encryption": {
            "jwks": {"keys": [request_key(bank).public_jwk()]},
            "enc_values_supported": [*ENCRYPTIONS],
            "encryption_required": False,
        },
        "credential_response_encryption": {
            "alg_values_supported": [ALGORITHM],
            "enc_values_supported": [*ENCRYPTIONS],
            "encryption_required": False,
        },
        "display": [{"name": name["ko"], "locale": "ko-KR"}, {"name": name["en"], "locale": "en-US"}],
        "credential_configurations_supported": _supported(issuer),
    }


@lru_cache(_ISSUERS_AT_ONCE)
def _supported(issuer: str) -> Document:
    """Return the configurations as metadata have them; the same object each time, for reading only."""
    return {each.id: each.document() for each in configurations(issuer).values()}


def signed_issuer_metadata(bank: Bank, *, now_s: int) -> str:
    """Return the same as a JWT that the key of the credentials signs."""
    signer, certificate = bank.certified_signer("credential")
    header: Document = {"typ": _SIGNED_TYP, "kid": signer.key_id, "x5c": certificate_chain(certificate)}
    claims: Document = {"sub": bank.profile.issuer, "iat": now_s, **issuer_metadata(bank)}
    return sign_compact(header, encode_json(claims), signer=signer)


def authorization_server_metadata(bank: Bank) -> Document:
    """Return the metadata of the token service."""
    issuer = bank.profile.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE,
        "pushed_authorization_request_endpoint": issuer + PUSH,
        "require_pushed_authorization_requests": True,
        "token_endpoint": issuer + TOKEN,
        "scopes_supported": [*configurations(issuer)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [CODE_GRANT, REFRESH_GRANT, GRANT],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "dpop_signing_alg_values_supported": [ES256.name],
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": ["openid_credential"],
        "pre-authorized_grant_anonymous_access_supported": True,
        "status_list_aggregation_endpoint": f"{issuer}/{STATUS_AGGREGATION}",
    }


def certificate_chain(certificate: Path) -> list[JsonValue]:
    """Return `x5c` of a key by the file of its certificate, without the root (SD-JWT VC section 2.5)."""
    return [base64.b64encode(certificate_der(read_certificate(certificate))).decode("ascii")]
