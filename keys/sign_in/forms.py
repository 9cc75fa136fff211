"""Where a changing request comes from: a token of the session, and what the browser says about the page that sent it.

Both are asked of every request that changes something. The browser's word: `Sec-Fetch-Site` must be `same-origin` where
it is sent, and so must `Origin`; one of them must be there. (A page without referrers sends `Origin: null`; it is taken
only beside the other header, which no page can forge.)

Source: Fetch Metadata Request Headers (W3C); RFC 6454; OWASP Cross-Site Request Forgery Prevention
"""

import hmac
import re
from collections.abc import Collection, Mapping
from typing import Final

from keys.keyed_link import keyed_link
from keys.limits import MAX_RETURN_PATH_CHARACTERS

FORM_FIELD: Final = "form_token"
_CONTEXT: Final = "sign-in/form"
_OPAQUE: Final = "null"
_PATH: Final = re.compile(r"/(?![/\\])[A-Za-z0-9._~/%+-]*(\?[A-Za-z0-9._~/%+&=:,-]*)?")


def form_token(session_id: str, *, key: bytes) -> str:
    """Return the token that the forms of one session carry in the field `form_token`: 64 hex digits.

    Args:
        session_id: of the session; for a form before the sign-in there is none, and no token either.
        key: of the service, at least 32 bytes, kept apart from the store.
    """
    return keyed_link(session_id, key=key, context=_CONTEXT)


def fits_session(token: str | None, session_id: str, *, key: bytes) -> bool:
    """Return whether a token that came with a form is that of the session."""
    expected = form_token(session_id, key=key)
    return token is not None and hmac.compare_digest(token.encode("utf-8", "surrogatepass"), expected.encode("ascii"))


def comes_from_us(headers: Mapping[str, str], *, own_origins: Collection[str]) -> bool:
    """Return whether a request was sent by a page of our own.

    Args:
        headers: of the request; names in lower case.
        own_origins: of the service, such as `https://verify.example`.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None:
        return origin in own_origins
    return site == "same-origin" and (origin in (None, _OPAQUE) or origin in own_origins)


def own_path(text: str | None, *, otherwise: str = "/") -> str:
    """Return the place to go on after signing in, if it is a plain path of our own, else `otherwise`.

    A path cannot lead to another host: no scheme, no second slash or backslash at its beginning, no control character.
    """
    if text is None or len(text) > MAX_RETURN_PATH_CHARACTERS or not _PATH.fullmatch(text):
        return otherwise
    return text
