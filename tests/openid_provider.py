"""An OpenID provider on loopback: discovery, authorization code with PKCE, signed ID tokens, keys that can be changed.

It is strict where a provider must be (codes once, PKCE, redirect URI, client secret), and it lies where a test tells it
to: `alter_claims`, `alter_header`, `alter_metadata`, `sign`.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

Document = dict[str, Any]
CLIENT_ID = "verifier-at-acme"
CLIENT_SECRET = "TEST-ONLY s3cret:with/odd+characters%"


@cache
def new_key(kid: str, *, kind: str = "EC") -> ECKey | RSAKey:
    """Return the key of this name and kind; it is made once for each process of tests, because RSA keys take time."""
    if kind == "EC":
        return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@dataclass
class OpenIdServer:
    """The provider's state; `now` is what its clock shows."""

    port: int = 0
    now: int = 1_800_000_000
    subject: str = "person-1"
    claims: Document = field(default_factory=lambda: {"name": "김하늘"})
    key: ECKey | RSAKey = field(default_factory=lambda: new_key("k1"))
    algorithm: str = "ES256"
    auth_methods: list[str] | None = None
    published: list[Document] | None = None
    refuses: str | None = None
    codes: dict[str, Document] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    clients: list[tuple[str, str | None]] = field(default_factory=list)
    tokens: Document = field(default_factory=dict)
    key_set_type: str = "application/json"
    broken: dict[str, bytes] = field(default_factory=dict)
    alter_metadata: Callable[[Document], None] = lambda _: None
    alter_claims: Callable[[Document], None] = lambda _: None
    alter_header: Callable[[Document], None] = lambda _: None
    alter_answer: Callable[[Document], None] = lambda _: None
    sign: Callable[[Document, Document], str] | None = None

    def restore(self) -> None:
        """Forget everything, as a new provider at the same address."""
        fresh = OpenIdServer(self.port)
        for member in fields(self):
            setattr(self, member.name, getattr(fresh, member.name))

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def metadata(self) -> Document:
        document: Document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": True,
        }
        if self.auth_methods is not None:
            document["token_endpoint_auth_methods_supported"] = self.auth_methods
        self.alter_metadata(document)
        return document

    def key_set(self) -> Document:
        return {"keys": [self.key.as_dict(private=False)] if self.published is None else self.published}

    def authorize(self, query: dict[str, str]) -> str:
        """Sign the person in without asking, and return where the browser is sent."""
        back: Document = {"state": query["state"], "iss": self.issuer}
        if self.refuses:
            back["error"] = self.refuses
        else:
            assert query["response_type"] == "code"
            assert query["code_challenge_method"] == "S256"
            code = f"code-{len(self.codes) + 1}"
            self.codes[code] = query
            back["code"] = code
        self.alter_answer(back)
        return f"{query['redirect_uri']}?{urlencode({name: text for name, text in back.items() if text is not None})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Document]:
        asked = self.codes.pop(form.get("code", ""), None)
        client = self._client(form, authorization)
        self.clients.append(client)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or client not in ((CLIENT_ID, CLIENT_SECRET), (CLIENT_ID, None))
            or form.get("redirect_uri") != asked["redirect_uri"]
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "access-1", "token_type": "Bearer", "id_token": self.id_token(asked)} | self.tokens

    def id_token(self, asked: dict[str, str]) -> str:
        half = hashlib.sha256(b"access-1").digest()[:16]
        claims: Document = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": asked["client_id"],
            "exp": self.now + 300,
            "iat": self.now,
            "nonce": asked["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            **self.claims,
        }
        header: Document = {"alg": self.algorithm, "kid": self.key.kid}
        self.alter_claims(claims)
        self.alter_header(header)
        if self.sign is not None:
            return self.sign(header, claims)
        registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
        return jws.serialize_compact(header, json.dumps(claims), self.key, registry=registry)

    def _client(self, form: dict[str, str], authorization: str) -> tuple[str, str | None]:
        """Name and secret of a client; a secret that comes in a way that is not offered is none (OIDC Discovery 3)."""
        offered = self.auth_methods or ["client_secret_basic"]
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            return unquote_plus(name), unquote_plus(secret) if "client_secret_basic" in offered else ""
        posted = form.get("client_secret")
        return form["client_id"], posted if posted is None or "client_secret_post" in offered else ""


@contextmanager
def openid_server() -> Iterator[OpenIdServer]:
    """Run a provider; `restore` makes it honest again."""
    state = OpenIdServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            state.asked.append(url.path)
            if url.path in state.broken:
                self._answer(200, state.broken[url.path], "application/json")
            elif url.path in ("/.well-known/openid-configuration", "/tenant/.well-known/openid-configuration"):
                self._answer(200, json.dumps(state.metadata()).encode(), "application/json")
            elif url.path == "/keys":
                self._answer(200, json.dumps(state.key_set()).encode(), state.key_set_type)
            elif url.path == "/authorize":
                self.send_response(302)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                self.send_header("Location", state.authorize(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._answer(404, b"{}", "application/json")

        def do_POST(self) -> None:
            state.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path in state.broken:
                self._answer(200, state.broken[self.path], "application/json")
                return
            status, document = state.token(form, self.headers.get("Authorization", ""))
            self._answer(status, json.dumps(document).encode(), "application/json")

        def _answer(self, status: int, body: bytes, media_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
