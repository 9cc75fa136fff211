"""Refusals of the OpenID4VCI end points as their standards have them: `error`, `error_description`, nothing else.

What concerns the access token stands in `WWW-Authenticate`, too (RFC 6750 section 3). No answer may be kept by anybody.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import Response

from issuer.openid4vci.refusals import UNAUTHORIZED, Refused
from keys.encoding import JsonValue, encode_json

NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
JSON: Final = "application/json"


def oauth_answer(document: Mapping[str, JsonValue] | bytes, *, status: int = 200) -> Response:
    """Return an answer that nobody keeps."""
    content = document if isinstance(document, bytes) else encode_json(dict(document))
    return Response(content, status, media_type=JSON, headers=dict(NO_STORE))


def oauth_refusal(refused: Refused) -> Response:
    """Return a refusal."""
    answer = oauth_answer(
        {"error": refused.error or "invalid_token", "error_description": refused.description}, status=refused.status
    )
    if refused.status == UNAUTHORIZED:
        # RFC 6750 section 3.1: who sent no token at all is told no error code.
        said = f'error="{refused.error}", error_description="{refused.description}"'
        answer.headers["WWW-Authenticate"] = "Bearer" if refused.error is None else f"Bearer {said}"
    return answer
