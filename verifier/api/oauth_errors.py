"""Errors of the OpenID end points, as their standard says: `error` and `error_description`, nothing else."""

from fastapi import Response

from keys.encoding import encode_json
from verifier.presentations.errors import WalletRefused

NO_STORE = {"Cache-Control": "no-store"}


def oauth_error(error: WalletRefused) -> Response:
    """Return what a wallet is told; nothing of what it sent is in it (RFC 6749 section 5.2)."""
    body = encode_json({"error": error.kind, "error_description": _ascii(str(error))})
    return Response(body, 400, media_type="application/json", headers=NO_STORE)


def _ascii(text: str) -> str:
    """RFC 6749 section 5.2: visible ASCII without quotation marks and backslashes."""
    return "".join(each if " " <= each <= "~" and each not in '"\\' else " " for each in text)
