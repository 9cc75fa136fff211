"""Names on the wire of OpenID4VP 1.0, spelled as the standard does, and the limits of its messages."""

import re
from typing import Final

REQUEST_TYP: Final = "oauth-authz-req+jwt"  # RFC 9101 section 10.8
REQUEST_MEDIA_TYPE: Final = f"application/{REQUEST_TYP}"
FORM_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
SELF_ISSUED_AUDIENCE: Final = "https://self-issued.me/v2"  # section 5.8: the wallet, when nothing is known of it
RESPONSE_TYPE: Final = "vp_token"
DIRECT_POST: Final = "direct_post"
DIRECT_POST_JWT: Final = "direct_post.jwt"
RESPONSE_MODES: Final = (DIRECT_POST, DIRECT_POST_JWT)
X509_HASH: Final = "x509_hash"
X509_SAN_DNS: Final = "x509_san_dns"
REDIRECT_URI: Final = "redirect_uri"
SIGNED_PREFIXES: Final = (X509_HASH, X509_SAN_DNS)
SCHEME_OF_WALLETS: Final = "openid4vp://"

NONCE: Final = re.compile(r"[A-Za-z0-9_-]{22,256}")
"""Section 5.2: URL-safe, and at least 128 bits; ours have 256."""
ERRORS: Final = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_scope",
        "access_denied",
        "unauthorized_client",
        "unsupported_response_type",
        "server_error",
        "temporarily_unavailable",
        "vp_formats_not_supported",
        "invalid_request_uri_method",
        "invalid_transaction_data",
        "wallet_unavailable",
    }
)
"""What a wallet may answer in the place of presentations (RFC 6749 section 4.1.2.1, OpenID4VP section 8.5)."""

MAX_REQUEST_CHARACTERS: Final = 128 * 1024  # of a signed request object
MAX_RESPONSE_CHARACTERS: Final = 256 * 1024  # of an answer, encrypted or not
MAX_STATE_CHARACTERS: Final = 512
MAX_WALLET_NONCE_CHARACTERS: Final = 256
