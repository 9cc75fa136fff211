"""Refusals of the OpenID4VCI end points as their standards have them: `error`, `error_description`, nothing else.

What concerns the access token stands in `WWW-Authenticate`, too (RFC 6750 section 3, RFC 9449 section 7.1), and the
nonce that the next proof must have in `DPoP-Nonce`. No answer may be kept by anybody.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import Response

from issuer.openid4vci.refusals import UNAUTHORIZED, Refused
from keys.algorithms import ES256
from keys.encoding import JsonValue, encode_json

NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
FOR_BROWSERS: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "DPoP-Nonce, WWW-Authenticate",
}
"""Lets pages of any origin read an answer; no cookie counts at these end points, so it opens nothing to them."""

JSON: Final = "application/json"


def oauth_answer(document: Mapping[str, JsonValue] | bytes, *, status: int = 200) -> Response:
    """Return an answer that nobody keeps."""
    content = document if isinstance(document, bytes) else encode_json(dict(document))
    return Response(content, status, media_type=JSON, headers={**NO_STORE, **FOR_BROWSERS})


def oauth_refusal(refused: Refused) -> Response:
    """Return a refusal."""
    answer = oauth_answer(
        {"error": refused.error or "invalid_token", "error_description": refused.description}, status=refused.status
    )
    if refused.status == UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = _challenge(refused)
    if refused.dpop_nonce is not None:
        answer.headers["DPoP-Nonce"] = refused.dpop_nonce
    return answer


def _challenge(refused: Refused) -> str:
    # RFC 6750 section 3.1: who sent no token at all is told no error code.
    if refused.error is None:
        return f'Bearer, DPoP algs="{ES256.name}"'
    said = f'{refused.scheme} error="{refused.error}", error_description="{refused.description}"'
    return f'{said}, algs="{ES256.name}"' if refused.scheme == "DPoP" else said
