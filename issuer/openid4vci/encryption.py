"""Encrypted requests and responses of the credential end points, beside TLS: nobody between can read or exchange them.

Rules enforced (OpenID4VCI 1.0 sections 8.2, 9.1 and 10):
* an encrypted message is a compact JWE as `application/jwt`, with ECDH-ES and AES-GCM, without compression;
* a request is encrypted to the key in the metadata, which it names by its `kid`;
* a response is encrypted exactly when the request has `credential_response_encryption`, to that key; the request must
  then be encrypted itself, so that nobody puts another key in its place. Refusals never are.

The key for requests is derived from the bank's secret, so that every program of a bank has the same one and none is
kept. Opening one day's requests with it would show proofs and public keys of wallets, and no credential.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from issuer.bank import Bank
from issuer.openid4vci.configurations import Document
from issuer.openid4vci.handles import link_of
from issuer.openid4vci.refusals import CredentialError, Refused
from keys.encoding import JsonValue, b64url_decode, decode_json_object
from keys.errors import DecodingError, JweError
from keys.jwe import ENCRYPTIONS, EncryptionKey, encrypt_to, usable_key
from keys.limits import MAX_BODY_BYTES, MAX_JWE_HEADER_BYTES
from keys.private_jwk import derived_key, private_jwk

JSON: Final = "application/json"
ENCRYPTED: Final = "application/jwt"
_MEMBER: Final = "credential_response_encryption"
_KEYS_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class CredentialAnswer:
    """What is answered: body, status and media type."""

    body: bytes
    status: int = 200
    media_type: str = JSON


@dataclass(frozen=True, slots=True)
class Message:
    """What a request says, and how to answer it: `_key` is the wallet's, None for an answer in plain."""

    members: Document
    _key: Mapping[str, JsonValue] | None = None
    _encryption: str = ""

    def answer(self, content: bytes, *, status: int = 200) -> CredentialAnswer:
        """Return an answer as the request wants it."""
        if self._key is None:
            return CredentialAnswer(content, status)
        token = encrypt_to(self._key, content, encryption=self._encryption)
        return CredentialAnswer(token.encode("ascii"), status, ENCRYPTED)


def request_key(bank: Bank) -> EncryptionKey:
    """Return the key to which wallets encrypt."""
    return _key_of("".join(link_of(bank, part, "request-encryption") for part in ("first", "second")))


def read_message(bank: Bank, body: bytes, media_type: str, *, wrong: CredentialError) -> Message:
    """Read a request, encrypted or not.

    Args:
        bank: whose key opens it.
        body: as it came.
        media_type: of the body, without parameters.
        wrong: the error for a body that is no request.

    Raises:
        Refused: `wrong` or `invalid_encryption_parameters`.
    """
    if media_type not in (JSON, ENCRYPTED):
        raise Refused(wrong, f"expected {JSON} or, encrypted, {ENCRYPTED}")
    encrypted = media_type == ENCRYPTED
    try:
        members = decode_json_object(_opened(bank, body) if encrypted else body, max_bytes=MAX_BODY_BYTES)
    except DecodingError:
        raise Refused(wrong, "expected a JSON object") from None
    if _MEMBER not in members:
        return Message(members)
    if not encrypted:
        raise _unusable("expected an encrypted request, because the response is to be encrypted")
    return Message(members, *_wanted(members[_MEMBER]))


def _opened(bank: Bank, body: bytes) -> bytes:
    try:
        token = body.decode("ascii").strip()
        header = decode_json_object(b64url_decode(token.partition(".")[0]), max_bytes=MAX_JWE_HEADER_BYTES)
        if "kid" not in header:
            raise _unusable("expected the kid of the key in the metadata of this issuer")
        return request_key(bank).decrypt(token)
    except (UnicodeDecodeError, DecodingError, JweError):
        raise _unusable("expected a request that is encrypted to the key in the metadata of this issuer") from None


def _wanted(said: JsonValue) -> tuple[Mapping[str, JsonValue], str]:
    """Return to which key and how a response is to be encrypted."""
    if not isinstance(said, dict):
        raise _unusable("expected jwk and enc")
    jwk, encryption = said.get("jwk"), said.get("enc")
    if "zip" in said:
        raise _unusable("expected no zip; responses are not compressed")
    if not isinstance(encryption, str) or encryption not in ENCRYPTIONS:
        raise _unusable(f"expected enc to be one of {', '.join(ENCRYPTIONS)}")
    key = None if jwk is None else usable_key([jwk])
    if key is None:
        raise _unusable("expected jwk to be a public key on P-256 with alg ECDH-ES")
    return key, encryption


def _unusable(description: str) -> Refused:
    return Refused("invalid_encryption_parameters", description)


@lru_cache(_KEYS_AT_ONCE)
def _key_of(secret: str) -> EncryptionKey:
    return EncryptionKey.of(private_jwk(derived_key(bytes.fromhex(secret))))
