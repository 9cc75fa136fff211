"""What we know of a provider, of a sign-in that is under way, and of the person who comes back."""

from collections.abc import Mapping
from typing import Final

from keys.encoding import JsonValue, b64url_decode, b64url_encode, decode_json_object, encode_json
from keys.errors import DecodingError, SealedAnswerError
from keys.limits import MAX_OIDC_ANSWER_BYTES, OIDC_PENDING_SECONDS
from keys.sealed_answer import open_answer, seal_answer
from keys.sign_in.errors import OidcError
from keys.values import dataclass, field

_PURPOSE: Final = "sign-in/oidc"
_DATA: Final = b"pending/1"


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """One provider, as it is configured.

    Args:
        id: a short name in addresses, lower-case letters, digits and hyphens.
        name: by language, `ko` and `en`.
        issuer: its URL, exactly as its metadata and its tokens say it.
        client_id: what it calls us.
        client_secret: what proves that we are it; None for a client without one (PKCE alone).
        origins: where its endpoints are, beside the issuer's own origin.
        development: whether it may be on this machine, with http.
    """

    id: str
    name: Mapping[str, str]
    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    origins: tuple[str, ...] = ()
    development: bool = False


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in on its way to a provider and back; the browser carries it, sealed.

    Attributes:
        provider_id: which one the browser was sent to.
        state, nonce, code_verifier: 256 random bits each.
        redirect_uri: where it comes back to.
        return_to: a path of our own, for afterwards.
        started_at: Unix seconds.
    """

    provider_id: str
    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    redirect_uri: str
    return_to: str
    started_at: int


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """Who came back: `issuer` and `subject` together name a person for ever; `name` is only for showing."""

    issuer: str
    subject: str
    name: str | None


def seal_pending(pending: PendingSignIn, *, key: bytes) -> str:
    """Return the value of the cookie `signing-in`; nobody but the service reads or changes it.

    Args:
        pending: as `RelyingParty.begin` gave it.
        key: of the service, at least 32 bytes.
    """
    document: dict[str, JsonValue] = {
        "provider_id": pending.provider_id,
        "state": pending.state,
        "nonce": pending.nonce,
        "code_verifier": pending.code_verifier,
        "redirect_uri": pending.redirect_uri,
        "return_to": pending.return_to,
        "started_at": pending.started_at,
    }
    return b64url_encode(seal_answer(encode_json(document), key=_PURPOSE, pepper=key, associated_data=_DATA))


def open_pending(value: str | None, *, key: bytes, now: int) -> PendingSignIn:
    """Return the sign-in that a browser carries; the cookie must then be taken away, whatever comes of it.

    Raises:
        OidcError: `expired`: there is none, it is not ours, or older than ten minutes.
    """
    gone = OidcError("expected a sign-in that began here a few minutes ago, found none", kind="expired")
    try:
        sealed = b64url_decode(value or "")
        document = decode_json_object(
            open_answer(sealed, key=_PURPOSE, pepper=key, associated_data=_DATA), max_bytes=MAX_OIDC_ANSWER_BYTES
        )
    except (DecodingError, SealedAnswerError):
        raise gone from None
    texts = {name: str(document[name]) for name in PendingSignIn.__slots__ if name != "started_at"}
    pending = PendingSignIn(**texts, started_at=int(str(document["started_at"])))
    if not 0 <= now - pending.started_at < OIDC_PENDING_SECONDS:
        raise gone
    return pending
