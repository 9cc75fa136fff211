"""What a wallet gets: the parameters of a request, signed, and the link that leads to them.

Rules enforced (the wallet's side checks the same):
* `response_type` `vp_token`, `response_uri` of this service, a fresh `nonce` and `state`, `dcql_query` and nothing else
  that asks; no `redirect_uri` parameter;
* all metadata in `client_metadata`: formats and algorithms, and for encrypted answers the one key of this request;
* signed requests have `typ` `oauth-authz-req+jwt`, the chain in `x5c`, `aud` `https://self-issued.me/v2`, `iat`, `exp`;
* the prefix of `client_id` fits: the certificate's hash, a host name of the certificate that is also the host of
  `response_uri`, or, unsigned and in development only, `response_uri` itself.

Source: OpenID4VP 1.0 sections 5 and 8.2; RFC 9101
"""

from typing import Final
from urllib.parse import quote, urlencode

from credential_schemas.openid4vp.names import (
    REDIRECT_URI,
    REQUEST_TYP,
    RESPONSE_TYPE,
    SCHEME_OF_WALLETS,
    SELF_ISSUED_AUDIENCE,
    X509_HASH,
    X509_SAN_DNS,
)
from keys.encoding import JsonValue, encode_json
from keys.jwe import ENCRYPTIONS
from keys.jws_sign import sign_compact
from keys.urls import parse_url
from keys.values import dataclass
from verifier.presentations.errors import RequestRefused
from verifier.presentations.presentation import Asked
from verifier.presentations.request_key import RequestSigner

REQUEST_PATH: Final = "/openid4vp/request"
RESPONSE_PATH: Final = "/openid4vp/response"
_ALGORITHMS: Final = ("ES256",)


@dataclass(frozen=True, slots=True)
class Service:
    """Where this service is reached, such as `https://verify.example`, what signs, and whether it is development."""

    url: str
    signer: RequestSigner | None
    development: bool = False

    @property
    def host(self) -> str:
        """The host of the service's address."""
        return parse_url(self.url, allow_loopback=True).host


def check_prefix(prefix: str, service: Service) -> None:
    """Refuse a prefix by which this service cannot name itself.

    Raises:
        RequestRefused: `prefix` or `key`.
    """
    if prefix == REDIRECT_URI:
        if not service.development:
            raise RequestRefused("client_id_prefix: redirect_uri is for development only", kind="prefix")
        return
    if service.signer is None:
        raise RequestRefused("expected a key for requests: set VERIFIER_PASSPHRASE and VERIFIER_URL", kind="key")
    if prefix == X509_SAN_DNS and (service.host not in service.signer.hosts or not _is_name(service.host)):
        raise RequestRefused(
            "client_id_prefix: expected a certificate with the host name of this service", kind="prefix"
        )


def client_id(asked: Asked, service: Service) -> str:
    """Return the full client identifier with its prefix: the audience of the holder's signature."""
    prefix = asked.wish.prefix
    if prefix == REDIRECT_URI:
        return f"{prefix}:{response_uri(asked, service)}"
    if prefix == X509_SAN_DNS:
        return f"{prefix}:{service.host}"
    return f"{X509_HASH}:{_signer(service).hash}"


def response_uri(asked: Asked, service: Service) -> str:
    """Return where the wallet sends its answer."""
    return f"{service.url}{RESPONSE_PATH}?id={asked.handle}"


def request_uri(asked: Asked, service: Service) -> str | None:
    """Return where the wallet fetches the signed request; None for an unsigned one, which is in the link."""
    return None if asked.wish.prefix == REDIRECT_URI else f"{service.url}{REQUEST_PATH}?id={asked.handle}"


def wallet_link(asked: Asked, service: Service) -> str:
    """Return the link for the QR code, and for a wallet on the same device."""
    where = request_uri(asked, service)
    if where is None:
        texts = {
            name: value if isinstance(value, str) else encode_json(value).decode("utf-8")
            for name, value in _parameters(asked, service).items()
        }
        return f"{SCHEME_OF_WALLETS}?{urlencode(texts, quote_via=quote)}"
    link = {"client_id": client_id(asked, service), "request_uri": where}
    if asked.wish.method == "post":
        link["request_uri_method"] = "post"
    return f"{SCHEME_OF_WALLETS}?{urlencode(link, quote_via=quote)}"


def request_object(asked: Asked, service: Service, *, now: int, wallet_nonce: str | None = None) -> str:
    """Return the signed request.

    Args:
        asked: what is asked.
        service: who asks.
        now: seconds since 1970.
        wallet_nonce: what the wallet sent along to see that the request is fresh.
    """
    signer = _signer(service)
    claims: dict[str, JsonValue] = {
        "aud": SELF_ISSUED_AUDIENCE,
        "iat": now,
        "exp": asked.expires_at,
        **_parameters(asked, service),
    }
    if wallet_nonce is not None:
        claims["wallet_nonce"] = wallet_nonce
    header: dict[str, JsonValue] = {"typ": REQUEST_TYP, "x5c": [*signer.x5c]}
    return sign_compact(header, encode_json(claims), signer=signer.signer)


def _parameters(asked: Asked, service: Service) -> dict[str, JsonValue]:
    parameters: dict[str, JsonValue] = {
        "response_type": RESPONSE_TYPE,
        "response_mode": asked.wish.response_mode,
        "client_id": client_id(asked, service),
        "response_uri": response_uri(asked, service),
        "nonce": asked.nonce,
        "state": asked.state,
        "dcql_query": dict(asked.wish.document),
        "client_metadata": _metadata(asked),
    }
    if asked.consent is not None:
        parameters["transaction_data"] = [asked.consent.text]
    return parameters


def _metadata(asked: Asked) -> dict[str, JsonValue]:
    algorithms: list[JsonValue] = [*_ALGORITHMS]
    formats: dict[str, JsonValue] = {
        "dc+sd-jwt": {"sd-jwt_alg_values": algorithms, "kb-jwt_alg_values": algorithms},
    }
    metadata: dict[str, JsonValue] = {"vp_formats_supported": formats}
    if asked.encryption is not None:
        metadata["jwks"] = {"keys": [asked.encryption.public_jwk()]}
        metadata["encrypted_response_enc_values_supported"] = [*ENCRYPTIONS]
    return metadata


def _signer(service: Service) -> RequestSigner:
    if service.signer is None:
        raise RequestRefused("expected a key for requests: set VERIFIER_PASSPHRASE and VERIFIER_URL", kind="key")
    return service.signer


def _is_name(host: str) -> bool:
    return not host.replace(".", "").isdigit() and ":" not in host
