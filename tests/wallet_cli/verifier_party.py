"""A verifier of the tests: signs requests, takes answers, and can lie in every way; the network is a dictionary."""

import base64
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.disclosures import Path
from keys.certificate_chain import certificate_hash
from keys.certificates import LeafKind, SubjectNames, Validity, create_leaf, create_root
from keys.encoding import encode_json
from keys.errors import FetchError
from keys.jwe import EncryptionKey
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from keys.pem_form import certificate_der

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
URL = "https://verify.example"
VCT = "https://bank.example/vct/competency-certificate/1"
NONCE, STATE = "n-0S6_WzA2Mj-4kkAxZ81aQ", "state-of-this-request"
Document = dict[str, Any]

TITLES: Document = {
    "credentials": [
        {
            "id": "licence",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [VCT]},
            "claims": [
                {"path": ["qualifications", None, "type"], "values": ["ntq"]},
                {"path": ["qualifications", None, "title"]},
            ],
        }
    ]
}


@dataclass(frozen=True)
class Signing:
    """What signs requests: the key, its certificate in `x5c`, its hash, and the root (PEM)."""

    key: FileSigner
    x5c: str
    hash: str
    root: str


@cache
def signing(url: str = URL) -> Signing:
    names = SubjectNames("한국교통안전공단", "KOTSA", "Requests")
    start = NOW - timedelta(days=10)
    root = create_root(replace(names, common_name="Requests root"), key=create_key(), not_before=start, years=2)
    key, validity = FileSigner(create_key()), Validity(start, start + timedelta(days=300))
    subject = replace(names, issuer_url=url)
    leaf = create_leaf(LeafKind.REQUEST, root, subject=subject, public_key=key.public_key, validity=validity)
    der = certificate_der(leaf)
    return Signing(key, base64.b64encode(der).decode("ascii"), certificate_hash(der), root.certificate_pem)


@dataclass
class Party:
    """A verifier; a test changes its claims, header, key or answers before the wallet comes."""

    claims: Document = field(default_factory=dict)
    header: Document = field(default_factory=dict)
    link: dict[str, str] = field(default_factory=dict)
    signing: Signing = field(default_factory=signing)
    encryption: EncryptionKey = field(default_factory=EncryptionKey.create)
    answer: bytes | FetchError = b"{}"
    asked: list[str] = field(default_factory=list)
    received: list[dict[str, str]] = field(default_factory=list)

    def parameters(self) -> Document:
        """The request's claims, with the changes of the test; None leaves one out."""
        key = self.encryption.public_jwk()
        claims: Document = {
            "aud": "https://self-issued.me/v2",
            "iat": AT,
            "exp": AT + 300,
            "response_type": "vp_token",
            "response_mode": "direct_post.jwt",
            "client_id": f"x509_hash:{self.signing.hash}",
            "response_uri": f"{URL}/answer?id=1",
            "nonce": NONCE,
            "state": STATE,
            "dcql_query": TITLES,
            "client_metadata": {
                "vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}},
                "jwks": {"keys": [key]},
                "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
            },
            **self.claims,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def text(self) -> str:
        """The link in the QR code."""
        client_id = f"x509_hash:{self.signing.hash}"
        link = {"client_id": client_id, "request_uri": f"{URL}/request/1", **self.link}
        return f"openid4vp://?{urlencode({name: value for name, value in link.items() if value})}"

    def request(self, wallet_nonce: str | None = None) -> str:
        claims = self.parameters()
        if wallet_nonce is not None:
            claims.setdefault("wallet_nonce", wallet_nonce)
        header = {"typ": "oauth-authz-req+jwt", "x5c": [self.signing.x5c], **self.header}
        kept = {name: value for name, value in header.items() if value is not None}
        return sign_compact(kept, encode_json(claims), signer=self.signing.key)

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        self.asked.append(url)
        assert (accept, max_bytes) == ("application/oauth-authz-req+jwt", 128 * 1024)
        return self.request().encode()

    def post(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> bytes:
        self.asked.append(url)
        assert media_type == "application/x-www-form-urlencoded"
        form = dict(parse_qsl(content.decode("ascii")))
        if accept != "application/json":
            return self.request(form.get("wallet_nonce")).encode()
        self.received.append(form)
        if isinstance(self.answer, FetchError):
            raise self.answer
        return self.answer[:max_bytes]

    def told(self) -> Document:
        """What the wallet sent, decrypted."""
        (form,) = self.received
        if "response" in form:
            found: Document = json.loads(self.encryption.decrypt(form["response"]))
            return found
        return {name: json.loads(value) if name == "vp_token" else value for name, value in form.items()}


@dataclass(frozen=True)
class Kept:
    """A credential of the tests with its holder's key."""

    sd_jwt: str
    holder: FileSigner


def credential(*, vct: str = VCT, expires: int = AT + 86_400, more: Mapping[str, Any] | None = None) -> Kept:
    """A certificate with two kinds of entries, decoys, and every field withheld."""
    holder = FileSigner(create_key())
    jwk = holder.public_jwk()
    claims: Document = {
        "iss": "https://bank.example",
        "vct": vct,
        "iat": AT - 86_400,
        "exp": expires,
        "cnf": {"jwk": {name: jwk[name] for name in ("kty", "crv", "x", "y")}},
        "certificate": {"number": "2026-1"},
        "holder": {"name": "홍길동"},
        "qualifications": [
            {"type": "ntq", "title": "용접기사", "grade": "기사"},
            {"type": "course", "title": "배관", "grade": "2"},
            {"type": "ntq", "title": "전기기사", "grade": "기사"},
        ],
        **(more or {}),
    }
    paths: list[Path] = [("certificate", "number"), ("holder", "name")]
    for place in range(3):
        paths += [("qualifications", place), ("qualifications", place, "title"), ("qualifications", place, "grade")]
    disclose = Disclosable(frozenset(paths), {("qualifications",): 5, ("certificate",): 7})
    signer = FileSigner(create_key())
    return Kept(build_sd_jwt(claims, disclose=disclose, signer=signer, random_bytes=random.Random(7).randbytes), holder)
