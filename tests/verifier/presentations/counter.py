"""A service that asks wallets, in memory, and a wallet of the tests that can also misbehave in every way."""

import asyncio
import hashlib
import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from fastapi import FastAPI

from credential_schemas.openid4vp.names import FORM_MEDIA_TYPE
from credential_schemas.sd_jwt.disclosures import Path
from credential_schemas.sd_jwt.select import at_or_below, keep_disclosures
from keys.certificates import LeafKind, SubjectNames, Validity, certificate_hosts, create_leaf, create_root
from keys.encoding import b64url_decode, b64url_encode, encode_json
from keys.gate.callers import KnownTokens
from keys.gate.gate import Visitors
from keys.jwe import encrypt_to, usable_key
from keys.key_files import FileSigner, create_key
from tests.verifier.checks.test_forms import wallet_token
from tests.verifier.world import NOW, World
from verifier.api.asking import Asks
from verifier.api.signed_in import Entrance
from verifier.app import Offers, create_app
from verifier.presentations.request_key import RequestSigner
from verifier.presentations.request_object import Service

URL = "https://verify.example"
TOKEN, OTHER_TOKEN = "token-of-the-employer", "token-of-another"
TOKENS = KnownTokens(
    {hashlib.sha256(each.encode()).hexdigest(): name for each, name in ((TOKEN, "ats"), (OTHER_TOKEN, "b"))}
)
JsonObject = dict[str, Any]

TITLE: JsonObject = {
    "id": "licence",
    "format": "dc+sd-jwt",
    "meta": {"vct_values": ["https://bank.example/vct/competency-certificate/1"]},
    "claims": [
        {"path": ["qualifications", None, "type"], "values": ["national_technical_qualification"]},
        {"path": ["qualifications", None, "title"]},
    ],
}
ASKED: JsonObject = {"dcql": {"credentials": [TITLE]}}


@cache
def request_signer(url: str = URL) -> tuple[RequestSigner, str]:
    """Return what signs requests, and its root (PEM)."""
    names = SubjectNames("한국교통안전공단", "KOTSA", "Requests")
    start = NOW - timedelta(days=10)
    root = create_root(replace(names, common_name="Requests root"), key=create_key(), not_before=start, years=2)
    signer = FileSigner(create_key())
    validity = Validity(start, start + timedelta(days=300))
    subject = replace(names, issuer_url=url)
    leaf = create_leaf(LeafKind.REQUEST, root, subject=subject, public_key=signer.public_key, validity=validity)
    return RequestSigner(signer, (leaf,), certificate_hosts(leaf)), root.certificate_pem


@dataclass
class Counter:
    """A service and a client of it; `now` may be moved."""

    world: World
    development: bool = False
    signed: bool = True
    now: datetime = NOW
    entrance: Entrance | None = None
    app: FastAPI = field(init=False)
    networks: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        service = Service(URL, request_signer()[0] if self.signed else None, self.development)
        offers = Offers(asks=Asks(service, "한국교통안전공단"), entrance=self.entrance)
        visitors = Visitors(tokens=TOKENS, trusted_proxies=1)  # so that no test counts against another
        rules = self.world.rules()
        self.app = create_app(rules, now=lambda: self.now, offers=offers, visitors=visitors)

    def ask(self, method: str, url: str, body: bytes | None = None, /, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                number = next(self.networks)
                named.setdefault("x-forwarded-for", f"10.0.{number // 250}.{number % 250}")
                return await client.request(method, url, content=body, headers=named)

        return asyncio.run(ask())

    def create(self, body: JsonObject | None = None, /, *, token: str | None = TOKEN, **more: object) -> httpx.Response:
        sent = json.dumps({**(ASKED if body is None else body), **more}).encode()
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.ask("POST", "/api/v1/presentations", sent, content_type="application/json", **headers)

    def asked(self, body: JsonObject | None = None, /, *, token: str | None = TOKEN, **more: object) -> JsonObject:
        answer = self.create(body, token=token, **more)
        assert answer.status_code == 201, answer.text
        made: JsonObject = answer.json()
        return made

    def view(self, made: JsonObject, *, token: str = TOKEN, code: str | None = None) -> JsonObject:
        headers = {"authorization": f"Bearer {token}"} | ({"x_response_code": code} if code else {})
        answer = self.ask("GET", f"/api/v1/presentations/{made['id']}", **headers)
        assert answer.status_code == 200, answer.text
        shown: JsonObject = answer.json()
        return shown

    def state(self, made: JsonObject) -> str:
        return str(self.view(made)["state"])


def decoded(token: str) -> tuple[JsonObject, JsonObject]:
    """Return header and payload of a compact JWS, unverified."""
    head, payload, _ = token.split(".")
    return json.loads(b64url_decode(head)), json.loads(b64url_decode(payload))


@dataclass
class Wallet:
    """Answers requests as the standard says; a test changes one thing about it."""

    counter: Counter
    credential: str = ""
    holder: FileSigner | None = None
    show: tuple[Path, ...] = (("qualifications", 0, "title"),)
    claims: JsonObject = field(default_factory=dict)
    encryption: str = "A128GCM"

    def __post_init__(self) -> None:
        self.credential = self.credential or wallet_token(self.counter.world)
        self.holder = self.holder or self.counter.world.keys.holder

    def fetch(self, made: JsonObject) -> JsonObject:
        """Return the parameters of a request, however they are sent."""
        if made["request_uri"] is None:
            found: JsonObject = dict(parse_qsl(urlsplit(made["qr_text"]).query))
            return found | {name: json.loads(found[name]) for name in ("dcql_query", "client_metadata")}
        answer = self.counter.ask("GET", made["request_uri"])
        assert answer.status_code == 200, answer.text
        return decoded(answer.text)[1]

    def presentation(self, request: JsonObject) -> str:
        """Return a credential bound to a request."""
        shown = keep_disclosures(self.credential, at_or_below(self.show))
        digest = b64url_encode(hashlib.sha256(shown.encode()).digest())
        claims = {
            "iat": int(self.counter.now.timestamp()),
            "aud": request["client_id"],
            "nonce": request["nonce"],
            "sd_hash": digest,
            **self.claims,
        }
        assert self.holder is not None
        return bound(shown, claims, self.holder)

    def answer(self, request: JsonObject, members: JsonObject, *, encrypt: bool | None = None) -> httpx.Response:
        """Send an answer in the mode that the request names."""
        members = {"state": request["state"], **members}
        kept = {name: value for name, value in members.items() if value is not None}
        if encrypt is None:
            encrypt = request["response_mode"].endswith(".jwt")
        if encrypt:
            key = usable_key(request["client_metadata"]["jwks"]["keys"])
            assert key is not None
            form = {"response": encrypt_to(key, encode_json(kept), encryption=self.encryption)}
        else:
            form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in kept.items()}
        return self.post(request, form)

    def post(self, request: JsonObject, form: dict[str, str]) -> httpx.Response:
        return self.counter.ask("POST", request["response_uri"], urlencode(form).encode(), content_type=FORM_MEDIA_TYPE)

    def present(self, made: JsonObject, **more: object) -> httpx.Response:
        """Fetch a request and answer it."""
        request = self.fetch(made)
        return self.answer(request, {"vp_token": {"licence": [self.presentation(request)]}, **more})


def bound(shown: str, claims: JsonObject, holder: FileSigner, header: JsonObject | None = None) -> str:
    head = header or {"typ": "kb+jwt", "alg": "ES256"}
    signing_input = f"{b64url_encode(encode_json(head))}.{b64url_encode(encode_json(claims))}"
    return f"{shown}{signing_input}.{b64url_encode(holder.sign(signing_input.encode()))}"


def broken_signature(token: str) -> str:
    """Return a compact JWS whose signature is that of other bytes."""
    head, _, signature = token.rpartition(".")
    raw = bytearray(b64url_decode(signature))
    raw[0] ^= 1
    return f"{head}.{b64url_encode(bytes(raw))}"


def at_once(count: int, act: "Any") -> list[Any]:  # noqa: ANN401 - whatever the test wants to have done
    """Do something in several threads that begin together, and return what each got."""
    barrier, found = threading.Barrier(count), [None] * count

    def one(place: int) -> None:
        barrier.wait(30)
        found[place] = act()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found
