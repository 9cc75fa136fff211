"""A door that proves with every request that this wallet has the key of its token (DPoP, RFC 9449).

Each proof is for one request: method, address, time, a chance of its own, the hash of the token, and the nonce that the
service said last. A service that wants another nonce is asked once more, never twice.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from keys.encoding import JsonValue, b64url_encode, decode_json_object, encode_json
from keys.errors import DecodingError
from keys.fetch import Answer
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner
from wallet_cli.doors import Door

_TYP: Final = "dpop+jwt"
_NONCE: Final = "dpop-nonce"
_MAX_NONCE: Final = 512
_REFUSALS: Final = (400, 401)
_MAX_REFUSAL_BYTES: Final = 64 * 1024


class ProvingDoor:
    """Asks through another door, with a proof; `token` None: for what needs no access token."""

    def __init__(
        self, door: Door, key: FileSigner, *, now: datetime, token: str | None = None, nonce: str | None = None
    ) -> None:
        """Prove with a key; `nonce` is what the service said last."""
        self._door = door
        self._key = key
        self._now = now
        self._token = token
        self._nonce = nonce

    def with_token(self, token: str) -> "ProvingDoor":
        """Return the same door for what needs this access token."""
        return ProvingDoor(self._door, self._key, now=self._now, token=token, nonce=self._nonce)

    @property
    def thumbprint(self) -> str:
        """The name of the key."""
        return self._key.public_key.thumbprint()

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        """Fetch a document; nothing is proved, because documents are public."""
        return self._door.get(url, accept=accept, max_bytes=max_bytes)

    def saying(self, headers: Mapping[str, str]) -> "ProvingDoor":
        """Return the same door with more headers."""
        door = self._door.saying(headers)
        return ProvingDoor(door, self._key, now=self._now, token=self._token, nonce=self._nonce)

    def ask(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> Answer:
        """Send a document with a proof; errors as the door's."""

        def once() -> Answer:
            own = {"DPoP": self._proof(url)}
            if self._token is not None:
                own["Authorization"] = f"DPoP {self._token}"
            door = self._door.saying(own)
            return door.ask(url, content, media_type=media_type, accept=accept, max_bytes=max_bytes)

        answer = once()
        if not self._learned(answer) or answer.status not in _REFUSALS or not _wants_nonce(answer):
            return answer
        answer = once()
        self._learned(answer)
        return answer

    def _learned(self, answer: Answer) -> bool:
        """Take the nonce of an answer for the next proof; say whether it is a new one."""
        told = answer.headers.get(_NONCE, "")
        if not told or len(told) > _MAX_NONCE or told == self._nonce:
            return False
        self._nonce = told
        return True

    def _proof(self, url: str) -> str:
        public = self._key.public_jwk()
        jwk: dict[str, JsonValue] = {name: public[name] for name in ("kty", "crv", "x", "y")}
        claims: dict[str, JsonValue] = {
            "htm": "POST",
            "htu": urlunsplit(urlsplit(url)._replace(query="", fragment="")),
            "iat": int(self._now.timestamp()),
            "jti": secrets.token_urlsafe(16),
        }
        if self._nonce is not None:
            claims["nonce"] = self._nonce
        if self._token is not None:
            claims["ath"] = b64url_encode(hashlib.sha256(self._token.encode("ascii")).digest())
        return sign_compact({"typ": _TYP, "jwk": jwk}, encode_json(claims), signer=self._key)


def _wants_nonce(answer: Answer) -> bool:
    try:
        return decode_json_object(answer.body, max_bytes=_MAX_REFUSAL_BYTES).get("error") == "use_dpop_nonce"
    except DecodingError:
        return False
