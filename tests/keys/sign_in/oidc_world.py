"""A relying party at the provider of the tests, and a browser that goes there and comes back."""

import http.client
import random
from urllib.parse import parse_qsl, urlsplit

from keys.fetch import Network
from keys.sign_in.oidc.model import OidcIdentity, OpenIdProvider, PendingSignIn
from keys.sign_in.oidc.relying_party import RelyingParty, WayBack
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdServer

NOW = 1_800_000_000
NETWORK = Network()
BACK = WayBack("http://127.0.0.1:9/sign-in/acme/callback", "/settings")
Answer = list[tuple[str, str]]


def random_bytes(count: int) -> bytes:
    return random.randbytes(count)


def configured(server: OpenIdServer, *, secret: str | None = CLIENT_SECRET, name: str = "acme") -> OpenIdProvider:
    return OpenIdProvider(
        name, {"ko": "에이크미", "en": "Acme"}, server.issuer, CLIENT_ID, client_secret=secret, development=True
    )


def relying_party(server: OpenIdServer, *, secret: str | None = CLIENT_SECRET, name: str = "acme") -> RelyingParty:
    return RelyingParty(configured(server, secret=secret, name=name), network=NETWORK)


def redirect_of(url: str) -> str:
    """Ask as a browser would, and return where the answer sends it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    return str(location)


def there_and_back(party: RelyingParty, *, now: int = NOW) -> tuple[PendingSignIn, Answer]:
    """Begin a sign-in, let the browser go to the provider, and return what it brings back."""
    url, pending = party.begin(BACK, now=now, random_bytes=random_bytes)
    location = redirect_of(url)
    assert location.startswith(BACK.redirect_uri + "?")
    return pending, parse_qsl(urlsplit(location).query)


def sign_in(party: RelyingParty, *, now: int = NOW) -> OidcIdentity:
    pending, answer = there_and_back(party, now=now)
    return party.finish(pending, answer, now=now)
