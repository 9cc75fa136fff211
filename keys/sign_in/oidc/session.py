"""What Authlib believes to be an HTTP library: our own door to the network, and nothing else."""

import base64
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote_plus, urlencode

from authlib.oauth2.auth import ClientAuth

from keys.encoding import JsonValue, decode_json_object
from keys.fetch import Fetcher, Network
from keys.limits import MAX_OIDC_ANSWER_BYTES
from keys.sign_in.oidc.model import OpenIdProvider
from keys.urls import parse_url
from keys.values import dataclass

JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A good answer of the token endpoint, as Authlib reads it."""

    body: bytes
    status_code: int = 200

    def json(self) -> dict[str, JsonValue]:
        """Return the document, read strictly.

        Raises:
            DecodingError: it is none.
        """
        return decode_json_object(self.body, max_bytes=MAX_OIDC_ANSWER_BYTES)


class ProviderSession:
    """Reaches the configured origins of one provider."""

    def __init__(self, provider: OpenIdProvider, network: Network) -> None:
        """Prepare; nothing is opened.

        Raises:
            UrlError: the issuer or an origin is not in plain form.
        """
        loopback = provider.development
        self.origins = frozenset(
            {parse_url(provider.issuer, allow_loopback=loopback).origin, *provider.origins},
        )
        self._network = network
        self._loopback = loopback
        self._fetcher()  # says at once when an origin is not one

    def get(self, url: str, *, accept: str = JSON) -> dict[str, JsonValue]:
        """Fetch a document.

        Raises:
            FetchError: as `keys.fetch`.
            DecodingError: it is no JSON object.
        """
        body = self._fetcher().get(url, accept=accept, max_bytes=MAX_OIDC_ANSWER_BYTES)
        return decode_json_object(body, max_bytes=MAX_OIDC_ANSWER_BYTES)

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth) -> TokenAnswer:
        """Send a form; what Authlib calls.

        Raises:
            FetchError: as `keys.fetch`; another status than 200 is one.
        """
        url, prepared, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        fetcher = self._fetcher(authorization=prepared.get("Authorization"))
        content = str(body).encode("ascii")
        answer = fetcher.post(url, content, media_type=_FORM, accept=JSON, max_bytes=MAX_OIDC_ANSWER_BYTES)
        return TokenAnswer(answer)

    def _fetcher(self, authorization: str | None = None) -> Fetcher:
        return Fetcher(self.origins, allow_loopback=self._loopback, network=self._network, authorization=authorization)


def basic_in_form_encoding(
    client: ClientAuth, _method: str, uri: str, headers: dict[str, str], body: str
) -> tuple[str, dict[str, str], str]:
    """Name the client by HTTP Basic, both parts in form encoding as RFC 6749 section 2.3.1 says."""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}".encode("ascii")
    return uri, {**headers, "Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}, body
