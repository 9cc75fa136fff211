"""What an issuer says about itself: where to ask, for what, and how.

Rules enforced:
* metadata are the issuer's own: their `credential_issuer` and the token service's `issuer` are exactly who was asked;
* the configuration is one of SD-JWT VC, of a type that the trust list allows this issuer, bound to a key by `jwt`
  proofs with ES256;
* a service that the holder must sign in to takes pushed requests, PKCE with S256 and proofs with ES256, says who it is
  when it answers (RFC 9207), and its page is at one of the issuer's origins.

Source: OpenID4VCI 1.0 section 12; RFC 8414; RFC 9126 section 5; RFC 9449 section 5.1
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError, FetchError, JweError, UrlError
from keys.jwe import ALGORITHM, ENCRYPTIONS, usable_key
from keys.urls import parse_url
from keys.values import dataclass
from wallet_cli.doors import Door
from wallet_cli.errors import OfferRefused, ServiceUnreachable
from wallet_cli.offer import Offer, origins_of

JSON: Final = "application/json"
MAX_ANSWER_BYTES: Final = 2 * 1024 * 1024
_ISSUER_PATH: Final = "/.well-known/openid-credential-issuer"
_SERVER_PATH: Final = "/.well-known/oauth-authorization-server"
_ES256: Final = "ES256"
_NEEDED: Final = (
    ("code_challenge_methods_supported", "S256"),
    ("dpop_signing_alg_values_supported", _ES256),
    ("response_types_supported", "code"),
)

Document = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class SignInPlace:
    """Where a holder is asked: who answers, where requests are pushed, and the page."""

    issuer: str
    push_endpoint: str
    page: str


@dataclass(frozen=True, slots=True)
class SealedForm:
    """How requests are encrypted and answers wanted: the issuer's key and the encryption for both."""

    key: Mapping[str, JsonValue]
    encryption: str


@dataclass(frozen=True, slots=True)
class IssuerMetadata:
    """Where to ask, and for what; `sign_in` None when no holder needs to, `sealed` None for messages in plain.

    `server` is the name of the token service; `binds`: it binds tokens to a key of the wallet (DPoP with ES256).
    `vct_of` has the type of each configuration, or why this wallet does not take it; `vct` asks for one.
    """

    server: str
    binds: bool
    token_endpoint: str
    credential_endpoint: str
    deferred_endpoint: str | None
    nonce_endpoint: str | None
    notification_endpoint: str | None
    batch_size: int
    vct_of: Mapping[str, str | OfferRefused]
    sign_in: SignInPlace | None
    sealed: SealedForm | None

    def vct(self, configuration: str) -> str:
        """Return the type of a configuration that was asked about.

        Raises:
            OfferRefused: the issuer does not have it, or not as this wallet takes it.
        """
        found = self.vct_of[configuration]
        if isinstance(found, OfferRefused):
            raise found
        return found


def read_metadata(offer: Offer, door: Door) -> IssuerMetadata:
    """Read what the issuer of an offer says about itself, and about everything that it offers.

    Raises:
        OfferRefused: its metadata break a rule of this module.
        ServiceUnreachable: it did not answer, or not in time, in form or size.
    """
    return _read(offer, door, every=True)


def read_metadata_about_each(offer: Offer, door: Door) -> IssuerMetadata:
    """As `read_metadata`; but a configuration that breaks a rule is refused when its `vct` is asked for."""
    return _read(offer, door, every=False)


def _read(offer: Offer, door: Door, *, every: bool) -> IssuerMetadata:
    issuer = offer.issuer
    found = _document(door, _well_known(issuer.id, _ISSUER_PATH))
    if found.get("credential_issuer") != issuer.id:
        raise odd("expected the issuer's own name in its metadata")
    supported = found.get("credential_configurations_supported")
    types = {trusted.vct for trusted in issuer.types}
    vct_of = {name: _vct(supported, name, types) for name in offer.configurations}
    refusals = [each for each in vct_of.values() if isinstance(each, OfferRefused)]
    if refusals and every:
        raise refusals[0]
    batch = found.get("batch_credential_issuance")
    size = batch.get("batch_size") if isinstance(batch, dict) else 1
    server = _server(offer, found, door)
    proofs = server.get("dpop_signing_alg_values_supported")
    return IssuerMetadata(
        server=_address(server, "issuer"),
        binds=isinstance(proofs, list) and _ES256 in proofs,
        token_endpoint=_address(server, "token_endpoint"),
        credential_endpoint=_address(found, "credential_endpoint"),
        deferred_endpoint=_optional(found, "deferred_credential_endpoint"),
        nonce_endpoint=_optional(found, "nonce_endpoint"),
        notification_endpoint=_optional(found, "notification_endpoint"),
        batch_size=size if isinstance(size, int) and size > 1 else 1,
        vct_of=vct_of,
        sign_in=_sign_in(offer, server) if offer.sign_in else None,
        sealed=_sealed(found),
    )


def decoded(data: bytes) -> Document:
    """Return the JSON object that an issuer answered.

    Raises:
        OfferRefused: it is none.
    """
    try:
        return decode_json_object(data, max_bytes=MAX_ANSWER_BYTES)
    except DecodingError as error:
        raise odd("expected a JSON object as the answer") from error


def odd(detail: str) -> OfferRefused:
    """Return the refusal of an issuer that breaks a rule."""
    return OfferRefused(f"The issuer is not in order: {detail}.", kind="issuer")


def unreachable(error: FetchError) -> ServiceUnreachable:
    """Return what is said of an issuer that could not be asked."""
    return ServiceUnreachable(f"The issuer could not be asked: {error.message}.", kind=error.kind)


def _server(offer: Offer, found: Document, door: Door) -> Document:
    servers = found.get("authorization_servers", [offer.issuer.id])
    listed = [each for each in servers if isinstance(each, str)] if isinstance(servers, list) else []
    server = offer.authorization_server or (listed[0] if len(listed) == 1 else None)
    if server is None or server not in listed:
        raise odd("expected one token service, the one that the offer names")
    described = _document(door, _well_known(server, _SERVER_PATH))
    if described.get("issuer") != server:
        raise odd("expected the token service's own name in its metadata")
    return described


def _sign_in(offer: Offer, server: Document) -> SignInPlace:
    for name, value in _NEEDED:
        listed = server.get(name)
        if not isinstance(listed, list) or value not in listed:
            raise odd(f"expected {value} in {name}")
    if server.get("authorization_response_iss_parameter_supported") is not True:
        raise odd("expected a service that says who it is when it sends the browser back")
    page, issuer = _address(server, "authorization_endpoint"), offer.issuer
    try:
        address = parse_url(page, allow_loopback=issuer.development)
    except UrlError as error:
        raise odd("expected the page for signing in at an address with https") from error
    if address.origin not in origins_of(issuer) or "?" in page:
        raise odd("expected the page for signing in at one of the issuer's own origins")
    return SignInPlace(_address(server, "issuer"), _address(server, "pushed_authorization_request_endpoint"), page)


def _sealed(found: Document) -> SealedForm | None:
    """Return how to encrypt, where the issuer can read it and answer so; None where it cannot."""
    asked, answered = found.get("credential_request_encryption"), found.get("credential_response_encryption")
    if not isinstance(asked, dict) or not isinstance(answered, dict):
        return None
    keys, algorithms = asked.get("jwks"), answered.get("alg_values_supported")
    listed = keys.get("keys") if isinstance(keys, dict) else None
    both = [asked.get("enc_values_supported"), answered.get("enc_values_supported")]
    common = [name for name in ENCRYPTIONS if all(isinstance(each, list) and name in each for each in both)]
    try:
        key = usable_key(listed) if isinstance(listed, list) else None
    except JweError as error:
        raise odd("expected a few keys for requests, found too many") from error
    if key is None or "kid" not in key or not common or not isinstance(algorithms, list) or ALGORITHM not in algorithms:
        return None
    return SealedForm(key, common[0])


def _vct(supported: JsonValue, name: str, types: set[str]) -> str | OfferRefused:
    try:
        return _checked_vct(supported, name, types)
    except OfferRefused as refusal:
        return refusal


def _checked_vct(supported: JsonValue, name: str, types: set[str]) -> str:
    each = supported.get(name) if isinstance(supported, dict) else None
    if not isinstance(each, dict):
        raise odd("expected the offered credentials among those that the issuer has")
    vct, proofs = each.get("vct"), each.get("proof_types_supported")
    jwt = proofs.get("jwt") if isinstance(proofs, dict) else None
    algorithms = jwt.get("proof_signing_alg_values_supported") if isinstance(jwt, dict) else None
    if each.get("format") != "dc+sd-jwt" or not isinstance(vct, str) or vct not in types:
        raise odd("expected a credential of a type for which this issuer is trusted")
    if not isinstance(algorithms, list) or _ES256 not in algorithms:
        raise odd("expected a credential that is bound to a key by a proof with ES256")
    if isinstance(jwt, dict) and "key_attestations_required" in jwt:
        raise odd("expected no demand for attested keys, which this wallet does not have")
    return vct


def _well_known(url: str, path: str) -> str:
    """Put the well-known part between host and path (RFC 8414 section 3.1)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{path}{parts.path.rstrip('/')}"


def _address(members: Document, name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise odd(f"expected {name} in the metadata")
    return value


def _optional(members: Document, name: str) -> str | None:
    return _address(members, name) if name in members else None


def _document(door: Door, url: str) -> Document:
    try:
        data = door.get(url, accept=JSON, max_bytes=MAX_ANSWER_BYTES)
    except FetchError as error:
        raise unreachable(error) from error
    return decoded(data)
