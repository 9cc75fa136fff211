"""A small real world for SD-JWT tests: issuer and holder with fresh keys, a fixed clock, the published vectors."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.sd_jwt.verify import VerificationPolicy
from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.jwk import PublicKey
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from keys.signer import Signer

VECTORS = Path(__file__).parents[2] / "vectors" / "sd-jwt"
NOW = 1_795_200_000
DAY = 86_400
ISSUER = "https://bank.example"
VCT = "https://bank.example/vct/competency-certificate/1"
POLICY = VerificationPolicy(expected_types=frozenset({VCT}))


def load_vectors(name: str) -> dict[str, Any]:
    """The decoded content of one vector file."""
    content: dict[str, Any] = json.loads((VECTORS / name).read_bytes())
    return content


def disclosure(*elements: JsonValue) -> str:
    """The base64url text of a disclosure with these elements."""
    return b64url_encode(encode_json(list(elements)))


def digest(text: str) -> str:
    """The SHA-256 digest of a disclosure."""
    return b64url_encode(hashlib.sha256(text.encode("ascii")).digest())


@dataclass(frozen=True)
class World:
    """One issuer, one holder."""

    issuer: Signer
    holder: Signer

    @property
    def issuer_key(self) -> PublicKey:
        return PublicKey.from_jwk(dict(self.issuer.public_jwk()))

    def find_key(self, header: Mapping[str, JsonValue], payload: Mapping[str, JsonValue]) -> PublicKey:
        """A key finder that always answers with the issuer's key."""
        return self.issuer_key

    def claims(self, **more: JsonValue) -> dict[str, JsonValue]:
        """The control claims of a certificate in force, and more."""
        return {"iss": ISSUER, "vct": VCT, "iat": NOW - DAY, "exp": NOW + DAY, **more}

    def bound_claims(self, **more: JsonValue) -> dict[str, JsonValue]:
        """Claims with the holder's key in `cnf`."""
        jwk: dict[str, JsonValue] = dict(self.holder.public_jwk())
        return self.claims(cnf={"jwk": jwk}, **more)

    def token(
        self,
        claims: Mapping[str, JsonValue],
        disclosures: Sequence[str] = (),
        *,
        header: Mapping[str, JsonValue] | None = None,
    ) -> str:
        """A signed SD-JWT with exactly this payload and these disclosures."""
        full_header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": self.issuer.key_id, **(header or {})}
        return "~".join([sign_compact(full_header, encode_json(dict(claims)), signer=self.issuer), *disclosures, ""])

    def raw_token(self, header: bytes, payload: bytes) -> str:
        """An SD-JWT with a good signature over any bytes at all as header and payload."""
        signing_input = f"{b64url_encode(header)}.{b64url_encode(payload)}"
        return f"{signing_input}.{b64url_encode(self.issuer.sign(signing_input.encode()))}~"


@pytest.fixture(scope="session")
def world() -> World:
    """Fresh keys for issuer and holder."""
    return World(issuer=new_signer(), holder=new_signer())


def new_signer() -> Signer:
    """A signer with a fresh key in memory."""
    return FileSigner(create_key())


def random_bytes(size: int) -> bytes:
    """A cryptographic source, as the issuer injects it."""
    return secrets.token_bytes(size)
