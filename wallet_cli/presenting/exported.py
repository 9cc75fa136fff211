"""Look at an export before it is kept: it names this issuer and the holder's key, and has the form that was agreed.

Badges are signed with RS256, which nothing of ours verifies; they came over the connection to the issuer itself. So the
wallet checks what they say, and leaves the signature to the programs that read badges.
"""

from typing import Final

from keys.encoding import JsonValue, b64url_decode, b64url_encode, decode_json_object, encode_json
from keys.errors import DecodingError
from keys.signer import Signer
from keys.values import dataclass
from wallet_cli.errors import CertificateRefused
from wallet_cli.presenting.choosing import Leaving

_MAX_TOKEN: Final = 256 * 1024
_MAX_BYTES: Final = 4 * 1024 * 1024
_REASONS: Final = frozenset({"not_an_achievement", "not_shown", "not_reached", "ended"})


@dataclass(frozen=True, slots=True)
class ExportedCredential:
    """One signed credential, and the names of shown fields that its format has no place for."""

    token: str
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that cannot be exported: its title (or its type), and why (a slug of docs/formats/exports.md)."""

    entry: str
    reason: str


@dataclass(frozen=True, slots=True)
class Export:
    """What the issuer made of a presentation."""

    credentials: tuple[ExportedCredential, ...]
    skipped: tuple[Skipped, ...]
    lost: tuple[str, ...]

    def document(self) -> dict[str, JsonValue]:
        """Return it for programs, without the credentials themselves."""
        return {
            "left_out": [[*each.left_out] for each in self.credentials],
            "skipped": [{"entry": each.entry, "reason": each.reason} for each in self.skipped],
            "lost": [*self.lost],
        }


def read_export(answer: bytes, leaving: Leaving, *, issuer: str) -> Export:
    """Read what the issuer answered.

    Raises:
        CertificateRefused: it has another form, or names another issuer or holder.
    """
    try:
        document = decode_json_object(answer, max_bytes=_MAX_BYTES)
        credentials = tuple(_credential(each, leaving, issuer=issuer) for each in _objects(document, "credentials"))
    except DecodingError as error:
        raise _odd("expected JSON") from error
    if not credentials:
        raise _odd("expected at least one credential")
    skipped = tuple(
        Skipped(_text(each, "entry") or _text(each, "type"), _text(each, "reason"))
        for each in _objects(document, "skipped")
    )
    if any(each.reason not in _REASONS for each in skipped):
        raise _odd("expected reasons that are known here")
    return Export(credentials, skipped, _texts(document, "lost"))


def holder_name(holder: Signer) -> str:
    """Return the holder's key as a DID (did:jwk method)."""
    public = holder.public_jwk()
    jwk: dict[str, JsonValue] = {name: public[name] for name in ("crv", "kty", "x", "y")}
    return f"did:jwk:{b64url_encode(encode_json(jwk))}"


def _credential(each: dict[str, JsonValue], leaving: Leaving, *, issuer: str) -> ExportedCredential:
    token = _text(each, "credential")
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _MAX_TOKEN or not token.isascii():
        raise _odd("expected signed credentials")
    claims = decode_json_object(b64url_decode(parts[1]), max_bytes=_MAX_TOKEN)
    subject = claims.get("credentialSubject")
    named = subject.get("id") if isinstance(subject, dict) else None
    holder = leaving.held.holder
    if claims.get("iss") != issuer or holder is None or named != holder_name(holder):
        raise CertificateRefused("The export was not kept: it names another issuer or another holder.")
    return ExportedCredential(token, _texts(each, "left_out"))


def _objects(members: dict[str, JsonValue], name: str) -> list[dict[str, JsonValue]]:
    value = members.get(name)
    if not isinstance(value, list):
        raise _odd(f"expected {name} as a list")
    return [each if isinstance(each, dict) else {} for each in value]


def _text(members: dict[str, JsonValue], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""


def _texts(members: dict[str, JsonValue], name: str) -> tuple[str, ...]:
    value = members.get(name)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _odd(detail: str) -> CertificateRefused:
    return CertificateRefused(f"The issuer's answer is not in order: {detail}.")
