"""The way to the verifier and back: fetch the request, send the answer, nothing else (no redirects, no other origin).

Source: OpenID4VP 1.0 sections 5.10, 8.2 and 8.3
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import urlencode

from credential_schemas.openid4vp.names import FORM_MEDIA_TYPE, MAX_REQUEST_CHARACTERS, REQUEST_MEDIA_TYPE
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, FetchError, UrlError
from keys.jwe import encrypt_to
from keys.urls import parse_url
from wallet_cli.errors import AnswerRefused, RequestRefused, VerifierUnreachable
from wallet_cli.presenting.request import (
    Known,
    Link,
    PresentationRequest,
    read_link,
    signed_request,
    unsigned_request,
)

_MAX_ANSWER_BYTES: Final = 16 * 1024
_JSON: Final = "application/json"
_REFUSING: Final = range(400, 500)


class Door(Protocol):
    """The network, to one origin; `keys.fetch.Fetcher` is one."""

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        """Fetch one document."""
        ...

    def post(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> bytes:
        """Send one document and return the one that answers it."""
        ...


Opener = Callable[[str], Door]
"""Opens the network to one origin, such as `https://verify.example`."""


def fetch_request(text: str, *, known: Known, open_door: Opener, new_nonce: Callable[[], str]) -> PresentationRequest:
    """Return the request that a link leads to, judged.

    Args:
        text: of the QR code or link.
        known: whom to believe.
        open_door: the network.
        new_nonce: makes the nonce by which a fetched request is known to be new.

    Raises:
        RequestRefused: it must not be answered.
        VerifierUnreachable: it cannot be fetched.
    """
    link = read_link(text)
    if link.request_uri is None:
        return unsigned_request(link, known=known)
    nonce = new_nonce() if link.by_post else None
    try:
        origin = parse_url(link.request_uri, allow_loopback=known.development).origin
    except UrlError as error:
        msg = f"Expected an https address of the request: {error.message}."
        raise RequestRefused(msg, kind="link") from error
    token = _fetched(link, origin, open_door=open_door, nonce=nonce)
    return signed_request(token, link, known=known, wallet_nonce=nonce)


def send_presentations(
    request: PresentationRequest, presentations: Mapping[str, Sequence[str]], *, open_door: Opener
) -> str | None:
    """Send what the holder agreed to.

    Returns:
        The address at which the holder goes on, None where there is none.

    Raises:
        AnswerRefused: the verifier did not take it.
        VerifierUnreachable: whether it arrived is not known.
    """
    vp_token: dict[str, JsonValue] = {name: [*texts] for name, texts in presentations.items()}
    return _send(request, {"vp_token": vp_token}, open_door=open_door)


def send_error(request: PresentationRequest, error: str, *, open_door: Opener) -> str | None:
    """Tell the verifier why nothing is presented; returns and raises as `send_presentations`."""
    return _send(request, {"error": error}, open_door=open_door)


def _fetched(link: Link, origin: str, *, open_door: Opener, nonce: str | None) -> str:
    url = link.request_uri or ""
    try:
        if nonce is None:
            body = open_door(origin).get(url, accept=REQUEST_MEDIA_TYPE, max_bytes=MAX_REQUEST_CHARACTERS)
        else:
            form = urlencode({"wallet_nonce": nonce}).encode()
            body = open_door(origin).post(
                url, form, media_type=FORM_MEDIA_TYPE, accept=REQUEST_MEDIA_TYPE, max_bytes=MAX_REQUEST_CHARACTERS
            )
    except FetchError as error:
        raise _unreachable("request", error) from error
    return body.decode("ascii", "replace")


def _send(request: PresentationRequest, members: dict[str, JsonValue], *, open_door: Opener) -> str | None:
    if request.state is not None:
        members["state"] = request.state
    if request.encryption is None:
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in members.items()}
    else:
        form = {
            "response": encrypt_to(request.encryption.jwk, encode_json(members), encryption=request.encryption.method)
        }
    origin = parse_url(request.response_uri, allow_loopback=True).origin
    try:
        body = open_door(origin).post(
            request.response_uri,
            urlencode(form).encode(),
            media_type=FORM_MEDIA_TYPE,
            accept=_JSON,
            max_bytes=_MAX_ANSWER_BYTES,
        )
    except FetchError as error:
        if error.status is not None and error.status in _REFUSING:
            msg = f"The verifier did not take the answer (status {error.status}). Ask it for a new request."
            raise AnswerRefused(msg) from error
        raise _unreachable("answer", error) from error
    return _next_address(body)


def _next_address(body: bytes) -> str | None:
    """Return where to go on, if it is an address that may be shown to a person."""
    try:
        address = decode_json_object(body, max_bytes=_MAX_ANSWER_BYTES).get("redirect_uri")
        if not isinstance(address, str):
            return None
        base = address.partition("#")[0]
        parse_url(base, allow_loopback=True)
    except (DecodingError, UrlError):
        return None
    return address if address.isascii() and address.isprintable() else base


def _unreachable(kind: str, error: FetchError) -> VerifierUnreachable:
    what = {
        "request": "The request could not be fetched, so nothing was sent",
        "answer": "The answer may not have arrived; ask the verifier before trying again",
    }[kind]
    return VerifierUnreachable(f"{what}: {error.message}.", kind=kind)
