"""Ask an issuer of the trust list for credentials: token, nonce, credentials now or later, notification.

Rules enforced:
* every address is one of the issuer's origins; redirects are not followed, answers are bounded (`keys.fetch`);
* a token is of the kind that was asked for: bound to the wallet's key wherever the service can do that, else a bearer
  token; nothing weaker is taken than what was asked for;
* where the issuer can, requests and answers are encrypted, each answer to a key of its own;
* what an end point refuses is told with the standard's error, never with what was sent.

Left to the caller: the credentials themselves.

Source: OpenID4VCI 1.0 sections 6 to 11
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from keys.encoding import JsonValue, encode_json
from keys.errors import FetchError, JweError
from keys.fetch import Answer
from keys.jwe import EncryptionKey, encrypt_to
from keys.values import dataclass
from wallet_cli.doors import Door
from wallet_cli.errors import ServiceRefused
from wallet_cli.issuer_metadata import (
    JSON,
    MAX_ANSWER_BYTES,
    Document,
    IssuerMetadata,
    SealedForm,
    decoded,
    odd,
    unreachable,
)
from wallet_cli.offer import GRANT, Offer

FORM: Final = "application/x-www-form-urlencoded"
_ENCRYPTED: Final = "application/jwt"
_SUCCESS: Final = range(200, 300)
_ERROR: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_KNOWN: Final = frozenset({"invalid_grant", "credential_request_denied", "invalid_nonce", "access_denied"})
_LONGEST_WAIT_S: Final = 60


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """What the issuer sent; `notification_id` None: it does not want to hear what becomes of it."""

    credentials: tuple[str, ...]
    notification_id: str | None


@dataclass(frozen=True, slots=True)
class Deferred:
    """What comes later: under which name to ask again, and in how many seconds."""

    transaction_id: str
    interval_s: int


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; `identifiers` name data sets by their configurations, None when configurations do."""

    text: str
    identifiers: Mapping[str, str] | None = None
    refresh: str | None = None


def ask_token(metadata: IssuerMetadata, offer: Offer, door: Door, *, tx_code: str | None, bound: bool) -> Token:
    """Exchange the offer's code for a token: one that is `bound` to the key of the door, or a bearer token.

    Raises:
        ServiceRefused: the code or the transaction code is not accepted.
        OfferRefused, ServiceUnreachable: as `read_metadata`.
    """
    parameters = {"grant_type": GRANT, "pre-authorized_code": offer.code or ""}
    if tx_code is not None:
        parameters["tx_code"] = tx_code
    if bound:
        return ask_bound_token(metadata, parameters, door)
    return Token(_token(_said(door, metadata.token_endpoint, parameters), kind="bearer"))


def ask_bound_token(metadata: IssuerMetadata, parameters: Mapping[str, str], door: Door) -> Token:
    """Exchange an authorization code or a refresh token for a token bound to the key of a door; errors as above.

    Args:
        metadata: of the issuer.
        parameters: of the grant.
        door: proves the key.
    """
    answer = _said(door, metadata.token_endpoint, parameters)
    refresh, details = answer.get("refresh_token"), answer.get("authorization_details")
    text = _token(answer, kind="dpop")
    if refresh is not None and (not isinstance(refresh, str) or not _is_token(refresh)):
        raise odd("expected a refresh token as text")
    return Token(text, None if details is None else _identifiers(details), refresh)


def push(address: str, parameters: Mapping[str, str], door: Door) -> str:
    """Push an authorization request; return the name under which the browser brings it. Errors as above."""
    name = _said(door, address, parameters).get("request_uri")
    if not isinstance(name, str) or not 0 < len(name) <= 512:
        raise odd("expected the name of the pushed request")
    return name


def ask_nonce(metadata: IssuerMetadata, door: Door) -> str | None:
    """Return a fresh nonce, None where the issuer uses none; errors as `read_metadata`."""
    if metadata.nonce_endpoint is None:
        return None
    answer = _heard(door, metadata.nonce_endpoint, b"", media_type=JSON)
    nonce = decoded(answer.body).get("c_nonce")
    if not isinstance(nonce, str) or not nonce:
        raise odd("expected a nonce")
    return nonce


def ask_credentials(
    metadata: IssuerMetadata, wanted: Mapping[str, JsonValue], door: Door, *, proofs: Sequence[str]
) -> IssuedCredentials | Deferred:
    """Ask for as many copies as there are proofs; `wanted` names the credential.

    Raises:
        ServiceRefused, ServiceUnreachable, OfferRefused: as above.
    """
    asked: Document = {**wanted, "proofs": {"jwt": [*proofs]}}
    return _issued(metadata.sealed, metadata.credential_endpoint, asked, door, most=len(proofs))


def ask_deferred(
    metadata: IssuerMetadata, deferred: Deferred, door: Door, *, most: int
) -> IssuedCredentials | Deferred:
    """Ask again for what comes later, at most so many copies; errors as above."""
    if metadata.deferred_endpoint is None:
        raise odd("expected an end point for credentials that come later")
    asked: Document = {"transaction_id": deferred.transaction_id}
    return _issued(metadata.sealed, metadata.deferred_endpoint, asked, door, most=most)


def notify(metadata: IssuerMetadata, name: str | None, door: Door, *, event: str) -> None:
    """Tell the issuer what became of its credentials, if it wants to know; that it cannot be told changes nothing."""
    if metadata.notification_endpoint is None or name is None:
        return
    content = encode_json({"notification_id": name, "event": event})
    try:
        door.ask(metadata.notification_endpoint, content, media_type=JSON, accept=JSON, max_bytes=MAX_ANSWER_BYTES)
    except FetchError:
        return


def _issued(
    sealed: SealedForm | None, address: str, asked: Document, door: Door, *, most: int
) -> IssuedCredentials | Deferred:
    if sealed is None:
        answer = decoded(_heard(door, address, encode_json(asked), media_type=JSON).body)
    else:
        answer = _heard_sealed(sealed, address, asked, door)
    if "transaction_id" in answer:
        name, interval = answer["transaction_id"], answer.get("interval")
        if not isinstance(name, str) or not name or isinstance(interval, bool) or not isinstance(interval, int):
            raise odd("expected a transaction_id and after how many seconds to ask again")
        return Deferred(name, min(max(interval, 1), _LONGEST_WAIT_S))
    listed = answer.get("credentials")
    found = [each.get("credential") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    texts = tuple(each for each in found if isinstance(each, str))
    if not 0 < len(texts) == len(found) <= most:
        raise odd("expected a credential for each key, and no more")
    notice = answer.get("notification_id")
    return IssuedCredentials(texts, notice if isinstance(notice, str) else None)


def _heard_sealed(sealed: SealedForm, address: str, asked: Document, door: Door) -> Document:
    """Ask with encryption; the answer is encrypted to a key that serves this one request."""
    own = EncryptionKey.create()
    reply: Document = {"jwk": own.public_jwk(), "enc": sealed.encryption}
    content = encode_json({**asked, "credential_response_encryption": reply})
    token = encrypt_to(sealed.key, content, encryption=sealed.encryption).encode("ascii")
    answer = _heard(door, address, token, media_type=_ENCRYPTED, accept=_ENCRYPTED)
    try:
        return decoded(own.decrypt(answer.body.decode("ascii")))
    except (UnicodeDecodeError, JweError) as error:
        raise odd("expected an answer that is encrypted to the key of this request") from error


def _said(door: Door, url: str, parameters: Mapping[str, str]) -> Document:
    return decoded(_heard(door, url, urlencode(parameters).encode("ascii"), media_type=FORM).body)


def _heard(door: Door, url: str, content: bytes, *, media_type: str, accept: str = JSON) -> Answer:
    try:
        answer = door.ask(url, content, media_type=media_type, accept=accept, max_bytes=MAX_ANSWER_BYTES)
    except FetchError as error:
        raise unreachable(error) from error
    if answer.status in _SUCCESS:
        return answer
    said = decoded(answer.body).get("error") if answer.body else None
    raise refused(said, otherwise=f"status {answer.status}")


def refused(said: JsonValue, *, otherwise: str) -> ServiceRefused:
    """Return what is told of a refusal: the standard's error, where what was said can be one."""
    name = said if isinstance(said, str) and _ERROR.fullmatch(said) else otherwise
    return ServiceRefused(f"The issuer refused: {name}.", kind=name if name in _KNOWN else None)


def _token(answer: Document, *, kind: str) -> str:
    token, given = answer.get("access_token"), answer.get("token_type")
    if not isinstance(token, str) or not _is_token(token) or not isinstance(given, str) or given.lower() != kind:
        expected = "a bearer token" if kind == "bearer" else "a token that is bound to the wallet's key"
        raise odd(f"expected {expected}")
    return token


def _identifiers(details: JsonValue) -> dict[str, str]:
    """Return of each allowed configuration the name of its first data set."""
    found: dict[str, str] = {}
    for each in details if isinstance(details, list) else ():
        name = each.get("credential_configuration_id") if isinstance(each, dict) else None
        listed = each.get("credential_identifiers") if isinstance(each, dict) else None
        if not isinstance(name, str) or not isinstance(listed, list) or not listed or not isinstance(listed[0], str):
            raise odd("expected authorization_details with identifiers")
        found[name] = listed[0]
    return found


def _is_token(text: str) -> bool:
    return len(text) <= 4096 and re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", text) is not None
