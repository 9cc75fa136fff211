"""Ask an issuer of the trust list for credentials: metadata, token, nonce, credentials, notification.

Rules enforced:
* every address is one of the issuer's origins; redirects are not followed, answers are bounded (`keys.fetch`);
* metadata are the issuer's own: their `credential_issuer` and the token service's `issuer` are exactly who was asked;
* the configuration is one of SD-JWT VC, of a type that the trust list allows this issuer, bound to a key by `jwt`
  proofs with ES256;
* what an end point refuses is told with the standard's error, never with what was sent.

Left to the caller: the credentials themselves.

Source: OpenID4VCI 1.0 sections 6 to 8, 11 and 12; RFC 8414
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlencode, urlsplit

from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, FetchError
from keys.fetch import Answer
from wallet_cli.errors import OfferRefused, ServiceRefused, ServiceUnreachable
from wallet_cli.offer import GRANT, Offer

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
MAX_ANSWER_BYTES: Final = 2 * 1024 * 1024
_ISSUER_PATH: Final = "/.well-known/openid-credential-issuer"
_SERVER_PATH: Final = "/.well-known/oauth-authorization-server"
_ES256: Final = "ES256"
_ERROR: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")

Document = dict[str, JsonValue]


class Door(Protocol):
    """How the issuer's origins are reached; `keys.fetch.Fetcher` is one."""

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        """Fetch a document."""
        ...

    def ask(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> Answer:
        """Send a document and hear the answer, also a refusal."""
        ...


class OpenDoor(Protocol):
    """Opens the door, with a token or without."""

    def __call__(self, *, bearer: str | None = None) -> Door:
        """Return a door that says with every request who asks."""
        ...


@dataclass(frozen=True, slots=True)
class IssuerMetadata:
    """Where to ask, and for what."""

    token_endpoint: str
    credential_endpoint: str
    nonce_endpoint: str | None
    notification_endpoint: str | None
    batch_size: int
    vct_of: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """What the issuer sent; `notification_id` None: it does not want to hear what becomes of it."""

    credentials: tuple[str, ...]
    notification_id: str | None


def read_metadata(offer: Offer, door: Door) -> IssuerMetadata:
    """Read what the issuer of an offer says about itself.

    Raises:
        OfferRefused: its metadata break a rule of this module.
        ServiceUnreachable: it did not answer, or not in time, in form or size.
    """
    issuer = offer.issuer
    found = _document(door, _well_known(issuer.id, _ISSUER_PATH))
    if found.get("credential_issuer") != issuer.id:
        raise _odd("expected the issuer's own name in its metadata")
    supported = found.get("credential_configurations_supported")
    types = {trusted.vct for trusted in issuer.types}
    vct_of = {name: _vct(supported, name, types) for name in offer.configurations}
    batch = found.get("batch_credential_issuance")
    size = batch.get("batch_size") if isinstance(batch, dict) else 1
    return IssuerMetadata(
        token_endpoint=_token_endpoint(offer, found, door),
        credential_endpoint=_address(found, "credential_endpoint"),
        nonce_endpoint=_address(found, "nonce_endpoint") if "nonce_endpoint" in found else None,
        notification_endpoint=_address(found, "notification_endpoint") if "notification_endpoint" in found else None,
        batch_size=size if isinstance(size, int) and size > 1 else 1,
        vct_of=vct_of,
    )


def ask_token(metadata: IssuerMetadata, offer: Offer, door: Door, *, tx_code: str | None) -> str:
    """Exchange the offer's code for an access token.

    Raises:
        ServiceRefused: the code or the transaction code is not accepted.
        ServiceUnreachable: as `read_metadata`.
    """
    parameters = {"grant_type": GRANT, "pre-authorized_code": offer.code}
    if tx_code is not None:
        parameters["tx_code"] = tx_code
    answer = _heard(door, metadata.token_endpoint, urlencode(parameters).encode("ascii"), media_type=FORM)
    token, kind = answer.get("access_token"), answer.get("token_type")
    if not isinstance(token, str) or not _is_token(token) or not isinstance(kind, str) or kind.lower() != "bearer":
        raise _odd("expected a bearer token")
    return token


def ask_nonce(metadata: IssuerMetadata, door: Door) -> str | None:
    """Return a fresh nonce, None where the issuer uses none; errors as `read_metadata`."""
    if metadata.nonce_endpoint is None:
        return None
    nonce = _heard(door, metadata.nonce_endpoint, b"", media_type=JSON).get("c_nonce")
    if not isinstance(nonce, str) or not nonce:
        raise _odd("expected a nonce")
    return nonce


def ask_credentials(
    metadata: IssuerMetadata, configuration: str, door: Door, *, proofs: Sequence[str]
) -> IssuedCredentials:
    """Ask for as many copies as there are proofs.

    Raises:
        ServiceRefused, ServiceUnreachable, OfferRefused: as above; deferred and encrypted answers are not understood.
    """
    wanted: Document = {"credential_configuration_id": configuration, "proofs": {"jwt": [*proofs]}}
    answer = _heard(door, metadata.credential_endpoint, encode_json(wanted), media_type=JSON)
    listed = answer.get("credentials")
    found = [each.get("credential") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    texts = tuple(each for each in found if isinstance(each, str))
    if not 0 < len(texts) == len(found) <= len(proofs):
        raise _odd("expected a credential for each key, and no more")
    name = answer.get("notification_id")
    return IssuedCredentials(texts, name if isinstance(name, str) else None)


def notify(metadata: IssuerMetadata, name: str | None, door: Door, *, event: str) -> None:
    """Tell the issuer what became of its credentials, if it wants to know; that it cannot be told changes nothing."""
    if metadata.notification_endpoint is None or name is None:
        return
    content = encode_json({"notification_id": name, "event": event})
    try:
        door.ask(metadata.notification_endpoint, content, media_type=JSON, accept=JSON, max_bytes=MAX_ANSWER_BYTES)
    except FetchError:
        return


def _token_endpoint(offer: Offer, found: Document, door: Door) -> str:
    servers = found.get("authorization_servers", [offer.issuer.id])
    listed = [each for each in servers if isinstance(each, str)] if isinstance(servers, list) else []
    server = offer.authorization_server or (listed[0] if len(listed) == 1 else None)
    if server is None or server not in listed:
        raise _odd("expected one token service, the one that the offer names")
    described = _document(door, _well_known(server, _SERVER_PATH))
    if described.get("issuer") != server:
        raise _odd("expected the token service's own name in its metadata")
    return _address(described, "token_endpoint")


def _vct(supported: JsonValue, name: str, types: set[str]) -> str:
    each = supported.get(name) if isinstance(supported, dict) else None
    if not isinstance(each, dict):
        raise _odd("expected the offered credentials among those that the issuer has")
    vct, proofs = each.get("vct"), each.get("proof_types_supported")
    jwt = proofs.get("jwt") if isinstance(proofs, dict) else None
    algorithms = jwt.get("proof_signing_alg_values_supported") if isinstance(jwt, dict) else None
    if each.get("format") != "dc+sd-jwt" or not isinstance(vct, str) or vct not in types:
        raise _odd("expected a credential of a type for which this issuer is trusted")
    if not isinstance(algorithms, list) or _ES256 not in algorithms:
        raise _odd("expected a credential that is bound to a key by a proof with ES256")
    if isinstance(jwt, dict) and "key_attestations_required" in jwt:
        raise _odd("expected no demand for attested keys, which this wallet does not have")
    return vct


def _well_known(url: str, path: str) -> str:
    """Put the well-known part between host and path (RFC 8414 section 3.1)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{path}{parts.path.rstrip('/')}"


def _address(members: Document, name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise _odd(f"expected {name} in the metadata")
    return value


def _document(door: Door, url: str) -> Document:
    try:
        data = door.get(url, accept=JSON, max_bytes=MAX_ANSWER_BYTES)
    except FetchError as error:
        raise _unreachable(error) from error
    return _decoded(data)


def _heard(door: Door, url: str, content: bytes, *, media_type: str) -> Document:
    try:
        answer = door.ask(url, content, media_type=media_type, accept=JSON, max_bytes=MAX_ANSWER_BYTES)
    except FetchError as error:
        raise _unreachable(error) from error
    if answer.status == 200:
        return _decoded(answer.body)
    said = _decoded(answer.body).get("error") if answer.body else None
    name = said if isinstance(said, str) and _ERROR.fullmatch(said) else f"status {answer.status}"
    raise ServiceRefused(f"The issuer refused: {name}.", kind=name if name in _KNOWN else None)


_KNOWN: Final = frozenset({"invalid_grant", "credential_request_denied", "invalid_nonce"})


def _decoded(data: bytes) -> Document:
    try:
        return decode_json_object(data, max_bytes=MAX_ANSWER_BYTES)
    except DecodingError as error:
        raise _odd("expected a JSON object as the answer") from error


def _is_token(text: str) -> bool:
    return len(text) <= 4096 and re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", text) is not None


def _odd(detail: str) -> OfferRefused:
    return OfferRefused(f"The issuer is not in order: {detail}.", kind="issuer")


def _unreachable(error: FetchError) -> ServiceUnreachable:
    return ServiceUnreachable(f"The issuer could not be asked: {error.message}.", kind=error.kind)
