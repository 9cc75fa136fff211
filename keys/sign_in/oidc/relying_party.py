"""The relying party: sends a browser to a provider, and believes what comes back only if every rule holds.

Rules enforced:
* metadata from the configured issuer only, which must call itself by exactly this name; all its endpoints at configured
  origins;
* authorization code with PKCE (S256), `state` and `nonce`, fresh for each sign-in and bound to the browser;
* against mix-up: one redirect URI a provider, and `iss` of the answer (RFC 9207) where it is given or promised;
* a parameter that comes twice is refused;
* an unknown key is looked for once more, at most once a minute; a provider that cannot be asked is left alone for ten
  seconds, and never asked for its metadata by two at once.

Authlib makes the address and the question to the token endpoint and checks the claims; it has no network of its own.

Source: OpenID Connect Core 1.0 section 3.1; OpenID Connect Discovery 1.0; RFC 7636; RFC 9207; RFC 9700
"""

import hmac
import threading
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from keys.encoding import JsonValue, b64url_encode
from keys.errors import DecodingError, FetchError, UrlError
from keys.fetch import Network
from keys.limits import (
    MAX_KEYS_IN_SET,
    MAX_OIDC_NAME_CHARACTERS,
    OIDC_METADATA_SECONDS,
    OIDC_REFETCH_SECONDS,
    OIDC_RETRY_SECONDS,
)
from keys.sign_in.errors import OidcError, OidcKind
from keys.sign_in.oidc.id_token import Expected, Key, NoKeyFits, read_id_token
from keys.sign_in.oidc.model import OidcIdentity, OpenIdProvider, PendingSignIn
from keys.sign_in.oidc.session import JSON, ProviderSession, basic_in_form_encoding
from keys.sign_in.passwords import RandomBytes
from keys.urls import parse_url
from keys.values import dataclass

_SCOPE: Final = "openid profile"
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_KEY_SET: Final = "application/jwk-set+json"
_BASIC: Final = "client_secret_basic"
_POST: Final = "client_secret_post"
_RANDOM: Final = 32
_BAD_REQUEST: Final = frozenset({400, 401})


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where the browser comes back to (the redirect URI that the provider knows), and where it goes then."""

    redirect_uri: str
    return_to: str = "/"


@dataclass(frozen=True, slots=True)
class _Metadata:
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    names_itself: bool
    only_post: bool
    fetched_at: int


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: tuple[Key, ...]
    fetched_at: int


class RelyingParty:
    """Ours at one provider; safe to share between threads. It keeps metadata and keys of the provider for an hour."""

    def __init__(self, provider: OpenIdProvider, *, network: Network | None = None) -> None:
        """Prepare; nothing is fetched yet.

        Raises:
            OidcError: `configuration`: issuer or origins are not in plain form.
        """
        self.provider = provider
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._failed_at: int | None = None
        self._metadata: _Metadata | None = None
        self._key_set: _KeySet | None = None
        try:
            self._session = ProviderSession(provider, network or Network())
        except UrlError as error:
            raise OidcError(error.message, kind="configuration") from error

    def begin(self, way_back: WayBack, *, now: int, random_bytes: RandomBytes) -> tuple[str, PendingSignIn]:
        """Return the address to send the browser to, and what to keep until it comes back.

        Raises:
            OidcError: `provider`: its metadata cannot be had or used.
        """
        metadata = self._current_metadata(now)
        state, nonce, verifier = (b64url_encode(random_bytes(_RANDOM)) for _ in range(3))
        pending = PendingSignIn(
            self.provider.id, state, nonce, verifier, way_back.redirect_uri, way_back.return_to, started_at=now
        )
        url, _ = self._client(metadata, way_back.redirect_uri).create_authorization_url(
            metadata.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce
        )
        return str(url), pending

    def finish(self, pending: PendingSignIn, answer: Sequence[tuple[str, str]], *, now: int) -> OidcIdentity:
        """Take what the browser brought back.

        Args:
            pending: what the same browser was sent away with.
            answer: the parameters of the address it came back to, each as often as it stood there.
            now: Unix seconds.

        Raises:
            OidcError: `kind` says where it failed; there is no identity then.
        """
        metadata = self._current_metadata(now)
        code = self._checked_code(pending, answer, metadata)
        token = self._exchange(metadata, pending, code)
        id_token, access_token = token.get("id_token"), token.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise OidcError("expected an ID token and an access token of the provider", kind="id_token")
        expected = Expected(self.provider.issuer, self.provider.client_id, pending.nonce, access_token, now)
        claims = self._read(id_token, metadata, expected)
        return OidcIdentity(self.provider.issuer, str(claims["sub"]), _shown_name(claims))

    def _checked_code(self, pending: PendingSignIn, answer: Sequence[tuple[str, str]], metadata: _Metadata) -> str:
        given = dict(answer)
        if pending.provider_id != self.provider.id or len(given) != len(answer):
            raise _not_this_one()
        issuer = given.get("iss")
        if issuer != self.provider.issuer and (issuer is not None or metadata.names_itself):
            raise _not_this_one()  # RFC 9207 section 2.4
        state = given.get("state", "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(state, pending.state.encode("ascii")):
            raise _not_this_one()
        if "error" in given:
            raise OidcError("expected the provider to agree, found that it or the person refused", kind="cancelled")
        if not given.get("code"):
            raise _not_this_one()
        return given["code"]

    def _exchange(self, metadata: _Metadata, pending: PendingSignIn, code: str) -> dict[str, Any]:
        try:
            token = self._client(metadata, pending.redirect_uri).fetch_token(
                metadata.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=pending.code_verifier,
            )
        except FetchError as error:
            kind: OidcKind = "code" if error.status in _BAD_REQUEST else "provider"
            raise OidcError(f"the provider gave no token: {error.message}", kind=kind) from error
        except (DecodingError, ValueError, OAuth2Error) as error:
            raise OidcError("expected a token of the provider, found something else", kind="provider") from error
        return dict(token)

    def _client(self, metadata: _Metadata, redirect_uri: str) -> OAuth2Client:
        secret = self.provider.client_secret
        method = "none" if secret is None else _POST if metadata.only_post else _BASIC
        client = OAuth2Client(
            self._session,
            client_id=self.provider.client_id,
            client_secret=secret,
            token_endpoint_auth_method=method,
            scope=_SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )
        client.register_client_auth_method((_BASIC, basic_in_form_encoding))
        return client

    def _read(self, id_token: str, metadata: _Metadata, expected: Expected) -> Key:
        try:
            return read_id_token(id_token, self._current_keys(metadata, expected.now), expected=expected)
        except NoKeyFits:
            newer = self._newer_keys(metadata, expected.now)
            if newer is None:
                raise
            return read_id_token(id_token, newer, expected=expected)

    def _current_metadata(self, now: int) -> _Metadata:
        with self._lock:
            known = self._metadata
        if known is not None and 0 <= now - known.fetched_at < OIDC_METADATA_SECONDS:
            return known
        # Strangers may come here; a provider that is slow must not take a thread for each of them.
        if not self._asking.acquire(blocking=False):
            if known is not None:
                return known
            raise OidcError("the provider is being asked at this moment; try again", kind="provider")
        try:
            return self._learnt_metadata(now)
        finally:
            self._asking.release()

    def _learnt_metadata(self, now: int) -> _Metadata:
        if self._failed_at is not None and 0 <= now - self._failed_at < OIDC_RETRY_SECONDS:
            raise OidcError("the provider could not be asked a moment ago; try again", kind="provider")
        self._failed_at = now
        metadata = self._fetched_metadata(now)
        self._failed_at = None
        with self._lock:
            self._metadata = metadata
        return metadata

    def _fetched_metadata(self, now: int) -> _Metadata:
        document = self._get(self.provider.issuer.removesuffix("/") + _WELL_KNOWN)
        if document.get("issuer") != self.provider.issuer:
            raise OidcError("expected the metadata of the configured issuer, found another's", kind="provider")
        methods = document.get("token_endpoint_auth_methods_supported")
        return _Metadata(
            self._endpoint(document, "authorization_endpoint"),
            self._endpoint(document, "token_endpoint"),
            self._endpoint(document, "jwks_uri"),
            names_itself=document.get("authorization_response_iss_parameter_supported") is True,
            only_post=isinstance(methods, list) and _POST in methods and _BASIC not in methods,
            fetched_at=now,
        )

    def _endpoint(self, document: dict[str, JsonValue], name: str) -> str:
        text = document.get(name)
        try:
            url = parse_url(text if isinstance(text, str) else "", allow_loopback=self.provider.development)
        except UrlError as error:
            raise OidcError(f"expected a plain URL as {name} of the provider", kind="provider") from error
        if url.origin not in self._session.origins:
            raise OidcError(f"expected {name} at a configured origin of the provider", kind="provider")
        return url.text

    def _current_keys(self, metadata: _Metadata, now: int) -> tuple[Key, ...]:
        with self._lock:
            known = self._key_set
        if known is not None and 0 <= now - known.fetched_at < OIDC_METADATA_SECONDS:
            return known.keys
        return self._fetched_keys(metadata, now)

    def _newer_keys(self, metadata: _Metadata, now: int) -> tuple[Key, ...] | None:
        with self._lock:
            known = self._key_set
        if known is not None and 0 <= now - known.fetched_at < OIDC_REFETCH_SECONDS:
            return None
        return self._fetched_keys(metadata, now)

    def _fetched_keys(self, metadata: _Metadata, now: int) -> tuple[Key, ...]:
        try:
            document = self._session.get(metadata.jwks_uri)
        except FetchError as error:
            if error.kind != "media_type":
                raise OidcError(f"the provider's keys cannot be had: {error.message}", kind="provider") from error
            document = self._get(metadata.jwks_uri, accept=_KEY_SET)
        except DecodingError as error:
            raise OidcError("expected the keys of the provider as JSON", kind="provider") from error
        members = document.get("keys")
        if not isinstance(members, list) or len(members) > MAX_KEYS_IN_SET:
            raise OidcError("expected a key set of the provider", kind="provider")
        found = _KeySet(tuple(member for member in members if isinstance(member, dict)), fetched_at=now)
        with self._lock:
            self._key_set = found
        return found.keys

    def _get(self, url: str, *, accept: str = JSON) -> dict[str, JsonValue]:
        try:
            return self._session.get(url, accept=accept)
        except FetchError as error:
            raise OidcError(f"the provider cannot be asked: {error.message}", kind="provider") from error
        except DecodingError as error:
            raise OidcError("expected the metadata of the provider as JSON", kind="provider") from error


def _not_this_one() -> OidcError:
    return OidcError("expected the provider's answer to this sign-in, found another", kind="answer")


def _shown_name(claims: Key) -> str | None:
    """Return a name to show, from a stranger: one line, cut to size; None where there is none."""
    for member in ("name", "preferred_username"):
        value = claims.get(member)
        if isinstance(value, str) and value.strip():
            plain = "".join(mark for mark in value if unicodedata.category(mark) not in ("Cc", "Cf", "Zl", "Zp"))
            return plain.strip()[:MAX_OIDC_NAME_CHARACTERS] or None
    return None
