"""Have the holder allow it on a page of the issuer: push the request, show the page, judge what the browser brings.

Rules enforced:
* the request is pushed with PKCE (S256), bound to the wallet's key, with a `state` of its own (RFC 9126, RFC 7636,
  RFC 9449 section 10);
* the browser is sent to the issuer's page with two names only; it comes back to an address of this machine;
* what it brings has each parameter once, our `state`, and an `iss` that is exactly the service that was asked
  (RFC 9207); everything else is refused before any code is used, so that no other service's answer is mixed up with it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode

from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.values import dataclass
from wallet_cli.errors import OfferRefused
from wallet_cli.issuer_client import Token, ask_bound_token, push, refused
from wallet_cli.issuer_metadata import IssuerMetadata, odd
from wallet_cli.offer import Offer
from wallet_cli.proving import ProvingDoor

CLIENT_ID: Final = "cb-wallet"
_MAX_FIELDS: Final = 16
_MAX_CODE: Final = 2048


class Browser(Protocol):
    """The holder's browser: where it comes back to, and what it brings from there."""

    @property
    def redirect_uri(self) -> str:
        """Return the address on this machine."""
        ...

    def visit(self, page: str) -> str:
        """Send it to a page, and return the query with which it comes back."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked and only this wallet knows."""

    verifier: str
    state: str
    redirect_uri: str


def allowed_token(metadata: IssuerMetadata, offer: Offer, door: ProvingDoor, *, browser: Browser) -> Token:
    """Let the holder decide, and return the token for what was allowed.

    Raises:
        OfferRefused: the service is not in order, or its answer is not the one that was waited for.
        ServiceRefused: it or the holder refused.
        ServiceUnreachable: nobody came back, or the service did not answer.
    """
    place = metadata.sign_in
    if place is None:
        raise odd("expected a page for signing in")
    asked = _Asked(secrets.token_urlsafe(48), secrets.token_urlsafe(24), browser.redirect_uri)
    name = push(place.push_endpoint, _request(offer, asked), door)
    query = urlencode({"client_id": CLIENT_ID, "request_uri": name})
    code = _code(browser.visit(f"{place.page}?{query}"), asked, issuer=place.issuer)
    parameters = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "redirect_uri": asked.redirect_uri,
        "code_verifier": asked.verifier,
        "code": code,
    }
    token = ask_bound_token(metadata, parameters, door)
    if token.identifiers is None or not token.identifiers.keys() <= set(offer.configurations):
        raise odd("expected a token for credentials of the offer, by their identifiers")
    return token


def _request(offer: Offer, asked: _Asked) -> Mapping[str, str]:
    details: list[JsonValue] = [
        {"type": "openid_credential", "credential_configuration_id": name} for name in offer.configurations
    ]
    challenge = b64url_encode(hashlib.sha256(asked.verifier.encode("ascii")).digest())
    state = {} if offer.code is None else {"issuer_state": offer.code}
    return {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": asked.redirect_uri,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "state": asked.state,
        "authorization_details": encode_json(details).decode("utf-8"),
        **state,
    }


def _code(query: str, asked: _Asked, *, issuer: str) -> str:
    """Return the code that the browser brought, if it is the answer to what was asked."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        pairs = []
    brought = dict(pairs)
    if not pairs or len(brought) != len(pairs):
        raise _mixed("expected each parameter once", kind="answer")
    if not hmac.compare_digest(brought.get("state", "").encode(), asked.state.encode()):
        raise _mixed("it is not the answer to this wallet's request", kind="state")
    if brought.get("iss") != issuer:
        raise _mixed("it is the answer of another service than the one that was asked", kind="iss")
    if "error" in brought:
        raise refused(brought["error"], otherwise="no reason that the standard knows")
    code = brought.get("code", "")
    if not 0 < len(code) <= _MAX_CODE:
        raise _mixed("expected a code or a refusal", kind="answer")
    return code


def _mixed(detail: str, *, kind: str) -> OfferRefused:
    return OfferRefused(f"What the browser brought back was not used: {detail}.", kind=kind)
