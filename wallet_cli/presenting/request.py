"""A verifier's request, judged as a careful wallet does before anything of the holder is looked at.

Rules enforced:
* the link and the signed request name the same verifier; only values of the signed request count;
* a signed request is ES256, of type `oauth-authz-req+jwt`, meant for wallets (`aud`), of now, and its certificate leads
  to a root that the holder named; `x509_hash` is the hash of exactly this certificate, `x509_san_dns` one of its host
  names and the host of the response address;
* an unsigned request is believed only in development, and then its name is its response address;
* every other prefix is refused, `origin:` above all;
* where the request is fetched by POST, it carries the nonce that this wallet sent;
* the answer goes by `direct_post` or `direct_post.jwt` to one https address, and no `redirect_uri` stands beside it;
* the query is read within limits; transaction data is understood, or the request is refused.

Source: OpenID4VP 1.0 sections 5, 8.2 and 8.3; RFC 9101
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from credential_schemas.dcql.limits import MAX_QUERY_BYTES
from credential_schemas.dcql.model import DcqlQuery
from credential_schemas.dcql.parse import parse_query
from credential_schemas.errors import DcqlError, TransactionDataError
from credential_schemas.numeric_date import is_numeric_date
from credential_schemas.openid4vp.names import (
    DIRECT_POST_JWT,
    MAX_REQUEST_CHARACTERS,
    MAX_STATE_CHARACTERS,
    NONCE,
    REDIRECT_URI,
    REQUEST_TYP,
    RESPONSE_MODES,
    RESPONSE_TYPE,
    SELF_ISSUED_AUDIENCE,
    SIGNED_PREFIXES,
    X509_HASH,
)
from credential_schemas.openid4vp.transaction_data import TransactionData, read_transaction_data
from keys.certificate_chain import CertifiedRequester, certified_requester
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError, JweError, KeysError, UrlError
from keys.jwe import ENCRYPTIONS, usable_key
from keys.jws import parse_compact, verify
from keys.urls import parse_url
from keys.values import dataclass
from wallet_cli.errors import RequestRefused

_SKEW_S: Final = 60
_MAX_LIFE_S: Final = 24 * 3600
_MAX_LINK: Final = 64 * 1024
_JSON_PARAMETERS: Final = ("dcql_query", "client_metadata", "transaction_data")
_NESTED: Final = ("request", "request_uri")


@dataclass(frozen=True, slots=True)
class Link:
    """What a QR code or link says: who asks (not yet proved), and where or what the request is."""

    client_id: str
    request_uri: str | None
    by_post: bool
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """Whom this wallet believes: roots (PEM) of verifiers, the time (seconds since 1970), and whether development."""

    roots: Sequence[str]
    now: int
    development: bool = False


@dataclass(frozen=True, slots=True)
class Encryption:
    """To which key (JWK) an answer is encrypted, and how."""

    jwk: Mapping[str, JsonValue]
    method: str


@dataclass(frozen=True, slots=True)
class PresentationRequest:
    """A request that may be answered.

    Attributes:
        client_id: with prefix; the audience of the holder's signature.
        requester: who signed, None for an unsigned one in development.
        response_uri: where the answer goes.
        nonce, state: as sent.
        query: what is asked.
        encryption: None where answers are not encrypted.
        transactions: what the holder consents to beside.
    """

    client_id: str
    requester: CertifiedRequester | None
    response_uri: str
    nonce: str
    state: str | None
    query: DcqlQuery
    encryption: Encryption | None
    transactions: tuple[TransactionData, ...]


def read_link(text: str) -> Link:
    """Read the link of a request.

    Raises:
        RequestRefused: `link`, or `prefix` for a way of naming verifiers that is not believed.
    """
    text = text.strip()
    if len(text) > _MAX_LINK:
        raise _refused("link", "Expected the link of a request, but it is too long.")
    try:
        pairs = parse_qsl(urlsplit(text).query, keep_blank_values=True, strict_parsing=True, max_num_fields=32)
    except ValueError as error:
        raise _refused("link", "Expected the link of a request, but found something else.") from error
    found = dict(pairs)
    client_id, request_uri = found.get("client_id", ""), found.get("request_uri")
    if len(found) != len(pairs) or not client_id or "request" in found:
        raise _refused("link", "Expected a link with client_id and request_uri, each once.")
    prefix = client_id.partition(":")[0]
    if prefix not in (*SIGNED_PREFIXES, REDIRECT_URI):
        raise _refused("prefix", "Expected a verifier named by its certificate, but found another kind of name.")
    if (request_uri is None) is not (prefix == REDIRECT_URI):
        raise _refused("link", "Expected a signed request at request_uri, and only there.")
    method = found.get("request_uri_method", "get")
    if method not in ("get", "post"):
        raise _refused("link", "Expected request_uri_method get or post, but found another.")
    return Link(client_id, request_uri, method == "post", found)


def signed_request(token: str, link: Link, *, known: Known, wallet_nonce: str | None) -> PresentationRequest:
    """Judge a signed request that was fetched.

    Args:
        token: compact JWS, hostile.
        link: that led to it.
        known: whom to believe.
        wallet_nonce: what was sent along when it was fetched, None where nothing was.

    Raises:
        RequestRefused: `kind` says why.
    """
    try:
        jws = parse_compact(token, max_bytes=MAX_REQUEST_CHARACTERS)
        requester = certified_requester(jws.header.get("x5c"), roots=known.roots, at=known.now)
        claims = decode_json_object(verify(jws, requester.key, typ=REQUEST_TYP), max_bytes=MAX_REQUEST_CHARACTERS)
    except KeysError as error:
        msg = f"Expected a request signed by a verifier that is known here: {error.message}."
        raise _refused("signature", msg) from error
    _check_claims(claims, link, known=known, wallet_nonce=wallet_nonce)
    name = link.client_id.partition(":")[2]
    response_host = _response_host(claims, development=known.development)
    proved = requester.certificate_hash == name
    if link.client_id.partition(":")[0] != X509_HASH:
        proved = name.lower() in requester.hosts and name.lower() == response_host
    if not proved:
        raise _refused("identity", "Expected the verifier to be who its certificate says, but it calls itself another.")
    return _request(claims, link.client_id, requester, development=known.development)


def unsigned_request(link: Link, *, known: Known) -> PresentationRequest:
    """Judge a request that stands in the link itself.

    Raises:
        RequestRefused: `kind` says why; outside development always.
    """
    if not known.development:
        raise _refused("unsigned", "Expected a signed request; nothing says who made this one.")
    claims: dict[str, JsonValue] = dict(link.parameters)
    try:
        for name in _JSON_PARAMETERS:
            if name in link.parameters:
                wrapped = f'{{"value":{link.parameters[name]}}}'.encode()
                claims[name] = decode_json_object(wrapped, max_bytes=_MAX_LINK)["value"]
    except (DecodingError, KeyError) as error:
        raise _refused("request", "Expected parameters in JSON, but found something else.") from error
    if claims.get("response_uri") != link.client_id.partition(":")[2]:
        raise _refused("identity", "Expected the verifier to be named by its response address, but found another.")
    return _request(claims, link.client_id, None, development=True)


def _check_claims(claims: Mapping[str, JsonValue], link: Link, *, known: Known, wallet_nonce: str | None) -> None:
    if claims.get("client_id") != link.client_id:
        raise _refused("identity", "Expected the verifier of the link in the request, but found another.")
    if any(name in claims for name in _NESTED):
        raise _refused("request", "Expected one request, but found a request inside it.")
    if claims.get("aud") != SELF_ISSUED_AUDIENCE:
        raise _refused("audience", "Expected a request that is meant for wallets, but found another audience.")
    if wallet_nonce is not None and claims.get("wallet_nonce") != wallet_nonce:
        raise _refused("replayed", "Expected the request that was made just now, but found an older one.")
    issued, expires = claims.get("iat"), claims.get("exp")
    fresh = is_numeric_date(issued) and known.now - _MAX_LIFE_S <= issued <= known.now + _SKEW_S
    lasting = "exp" not in claims or (is_numeric_date(expires) and known.now - _SKEW_S < expires)
    if not fresh or not lasting:
        raise _refused("expired", "Expected a request of now, but it is expired or from another time.")


def _request(
    claims: Mapping[str, JsonValue], client_id: str, requester: CertifiedRequester | None, *, development: bool
) -> PresentationRequest:
    if claims.get("response_type") != RESPONSE_TYPE or claims.get("response_mode") not in RESPONSE_MODES:
        raise _refused("request", "Expected a request for presentations by direct_post, but found another.")
    if "redirect_uri" in claims or "scope" in claims:
        raise _refused("request", "Expected a request without redirect_uri and scope, but found one.")
    _response_host(claims, development=development)
    nonce, state = claims.get("nonce"), claims.get("state")
    if not isinstance(nonce, str) or not NONCE.fullmatch(nonce):
        raise _refused("nonce", "Expected a nonce of at least 128 bits, but found a short one or none.")
    if state is not None and (not isinstance(state, str) or len(state) > MAX_STATE_CHARACTERS):
        raise _refused("request", "Expected state as text, but found something else.")
    query = _query(claims)
    transactions = _transactions(claims.get("transaction_data"), query)
    metadata = claims.get("client_metadata", {})
    if not isinstance(metadata, dict) or not _reads_our_formats(metadata):
        raise _refused("formats", "Expected a verifier that reads SD-JWT VC with ES256, but it says it does not.")
    encryption = _encryption(metadata) if claims["response_mode"] == DIRECT_POST_JWT else None
    return PresentationRequest(
        client_id=client_id,
        requester=requester,
        response_uri=str(claims["response_uri"]),
        nonce=nonce,
        state=state,
        query=query,
        encryption=encryption,
        transactions=transactions,
    )


def _response_host(claims: Mapping[str, JsonValue], *, development: bool) -> str:
    address = claims.get("response_uri")
    try:
        return parse_url(address if isinstance(address, str) else "", allow_loopback=development).host
    except UrlError as error:
        msg = f"Expected an https address for the answer: {error.message}."
        raise _refused("response_uri", msg) from error


def _query(claims: Mapping[str, JsonValue]) -> DcqlQuery:
    try:
        return parse_query(claims.get("dcql_query"))
    except DcqlError as error:
        msg = f"Expected a query of at most {MAX_QUERY_BYTES >> 10} KiB in order: {error}."
        raise _refused("query", msg) from error


def _transactions(value: JsonValue, query: DcqlQuery) -> tuple[TransactionData, ...]:
    try:
        found = read_transaction_data(value)
    except TransactionDataError as error:
        raise _refused("transaction_data", f"Expected a consent that is understood here: {error}.") from error
    ids = {each.id for each in query.credentials}
    if not all(ids.issuperset(each.credential_ids) for each in found):
        raise _refused("transaction_data", "Expected a consent with credentials of this request, but found others.")
    return found


def _reads_our_formats(metadata: Mapping[str, JsonValue]) -> bool:
    formats = metadata.get("vp_formats_supported", {"dc+sd-jwt": {}})
    ours = formats.get("dc+sd-jwt") if isinstance(formats, dict) else None
    if not isinstance(ours, dict):
        return False
    listed = [ours.get(name, ["ES256"]) for name in ("sd-jwt_alg_values", "kb-jwt_alg_values")]
    return all(isinstance(each, list) and "ES256" in each for each in listed)


def _encryption(metadata: Mapping[str, JsonValue]) -> Encryption:
    offered = metadata.get("jwks")
    keys = offered.get("keys") if isinstance(offered, dict) else None
    methods = metadata.get("encrypted_response_enc_values_supported", [ENCRYPTIONS[0]])
    method = next((each for each in ENCRYPTIONS if isinstance(methods, list) and each in methods), None)
    try:
        jwk = usable_key(keys) if isinstance(keys, list) else None
    except JweError as error:
        raise _refused("encryption", f"Expected a key to encrypt to: {error.message}.") from error
    if jwk is None or method is None:
        raise _refused(
            "encryption", "Expected a key and a method to encrypt the answer, but found none that is usable."
        )
    return Encryption(jwk, method)


def _refused(kind: str, message: str) -> RequestRefused:
    return RequestRefused(message, kind=kind)
