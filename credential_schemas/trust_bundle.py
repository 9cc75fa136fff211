"""Read a signed trust bundle: one issuer's trust list, status lists and type metadata, for work without a network.

Rules enforced:
* one compact JWS of at most 16 MiB, `typ` `competency-trust-bundle+jwt`, ES256, no key in the header, also no `x5c`;
* strict JSON; `bundle` is 1; `iat` and `exp` are whole seconds, `iat` not in the future, `exp` at most 31 days later
  and not passed;
* the trust list inside names exactly one issuer, and it is `iss`: a bundle never speaks for another issuer;
* every status list lies under an origin of that issuer and keeps the limit of S4, every type metadata document is
  strict JSON about a type the issuer is trusted for; each of them at most 100;
* the signing key is one the caller pinned (`read_trust_bundle`), or one that the bundle's own list names
  (`read_unpinned_bundle`), which proves that the bundle is in one piece and nothing about who made it.

Left to the caller: which keys are pinned, whether a newer bundle was seen before, and the signatures of the status
lists, which are checked when a list is used. Writing bundles is in `trust_bundle_issue`.

Source: docs/formats/trust-bundle.md
"""

from collections.abc import Callable, Mapping
from typing import Final

from credential_schemas.errors import TrustBundleError
from credential_schemas.limits import (
    CLOCK_SKEW_S,
    MAX_BUNDLE_LIFE_S,
    MAX_BUNDLED_DOCUMENTS,
    MAX_NUMERIC_DATE,
    MAX_STATUS_TOKEN_BYTES,
    MAX_TRUST_BUNDLE_BYTES,
    MAX_TYPE_METADATA_BYTES,
)
from keys.encoding import JsonValue, decode_json_object
from keys.errors import (
    AlgorithmNotAllowed,
    DecodingError,
    JwsFormatError,
    SignatureInvalid,
    TrustListError,
    UrlError,
)
from keys.jwk import PublicKey
from keys.jws import UnverifiedJws, parse_compact, verify
from keys.trust_list import TrustedIssuer, TrustList
from keys.urls import parse_url
from keys.values import dataclass

TRUST_BUNDLE_TYP: Final = "competency-trust-bundle+jwt"
FORMAT: Final = 1
_FORMAT_KINDS: Final = {"size": "too_large", "typ": "typ", "key_in_header": "key"}

PinnedKeys = Callable[[str], Mapping[str, PublicKey] | None]
"""Asked with an untrusted issuer id, answers the bundle keys pinned for it, or None when it is not known at all."""


@dataclass(frozen=True, slots=True)
class TrustBundle:
    """What a bundle says; its signature was checked.

    Attributes:
        issuer: the one issuer of the trust list inside.
        trust: that list, parsed, and `trust_document`, as the issuer wrote it.
        made_at: when the issuer put its current lists together, seconds since 1970.
        valid_until: the bundle is not to be used from then on, seconds since 1970.
        status_tokens: compact JWS by the URI of the list; their own signatures are not checked yet.
        type_metadata: the exact bytes that the issuer serves, by `vct`.
        signed_by: the key that made the signature.
    """

    issuer: TrustedIssuer
    trust: TrustList
    trust_document: Mapping[str, JsonValue]
    made_at: int
    valid_until: int
    status_tokens: Mapping[str, str]
    type_metadata: Mapping[str, bytes]
    signed_by: PublicKey


def is_trust_bundle(data: bytes) -> bool:
    """Tell a bundle from a plain trust list by its first character: a JSON object begins with a brace."""
    return not data.lstrip(b" \t\r\n").startswith((b"{", b"["))


def peek_bundle_issuer(token: str) -> str:
    """Return the issuer a bundle claims to be from; nothing is proved.

    Raises:
        TrustBundleError: the bundle cannot be read.
    """
    return _text(_unverified_members(_parse(token)).get("iss"), "iss")


def read_trust_bundle(token: str, *, keys: Mapping[str, PublicKey], now: int) -> TrustBundle:
    """Check a bundle with pinned keys and read it.

    Args:
        token: compact JWS, at most 16 MiB.
        keys: the bundle keys of the issuer that the caller believes already, by `kid`.
        now: seconds since 1970.

    Raises:
        TrustBundleError: its `kind` says what failed.
    """
    jws = _parse(token)
    key = _key_of(jws, keys)
    _check_signature(jws, key)
    return _bundle(_unverified_members(jws), signed_by=key, now=now)


def read_unpinned_bundle(token: str, *, now: int) -> TrustBundle:
    """Read a bundle from an issuer about whom nothing is known yet.

    Its signature is checked with a bundle key that its own trust list names and does not distrust. Whoever believes
    the result has to know that key by another way: the fingerprint of `signed_by`, or the file itself.

    Raises:
        TrustBundleError: its `kind` says what failed.
    """
    return read_bundle_by_pins(token, pinned=lambda _: None, now=now)


def read_bundle_by_pins(token: str, *, pinned: PinnedKeys, now: int) -> TrustBundle:
    """Read a bundle as `read_trust_bundle` if its issuer is known, else as `read_unpinned_bundle`; errors as there.

    Args:
        token: compact JWS, at most 16 MiB.
        pinned: asked for the keys of the issuer that the bundle claims to be from.
        now: seconds since 1970.
    """
    jws = _parse(token)
    members = _unverified_members(jws)
    claimed = _text(members.get("iss"), "iss")
    keys = pinned(claimed)
    if keys is None:
        keys = believed_bundle_keys(_issuer_of(_trust_list(members), claimed), now=now)
    key = _key_of(jws, keys)
    _check_signature(jws, key)
    return _bundle(members, signed_by=key, now=now)


def believed_bundle_keys(issuer: TrustedIssuer, *, now: int) -> Mapping[str, PublicKey]:
    """Return the bundle keys of an issuer without those distrusted at `now`."""
    keys = issuer.bundle_keys.items()
    return {kid: key for kid, key in keys if (since := issuer.distrusted_since(kid)) is None or now < since}


def _parse(token: str) -> UnverifiedJws:
    try:
        jws = parse_compact(token, max_bytes=MAX_TRUST_BUNDLE_BYTES)
    except JwsFormatError as error:
        raise TrustBundleError(_FORMAT_KINDS.get(error.kind, "format"), error.message) from error
    if "x5c" in jws.header:
        raise TrustBundleError("key", "expected a header without x5c, found one")
    return jws


def _key_of(jws: UnverifiedJws, keys: Mapping[str, PublicKey]) -> PublicKey:
    kid = jws.header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise TrustBundleError("key", "expected a bundle signed by a known key of its issuer, found another key")
    return key


def _check_signature(jws: UnverifiedJws, key: PublicKey) -> None:
    try:
        verify(jws, key, typ=TRUST_BUNDLE_TYP)
    except JwsFormatError as error:
        raise TrustBundleError(_FORMAT_KINDS.get(error.kind, "format"), error.message) from error
    except AlgorithmNotAllowed as error:
        raise TrustBundleError("algorithm", error.message) from error
    except SignatureInvalid as error:
        raise TrustBundleError("signature", error.message) from error


def _unverified_members(jws: UnverifiedJws) -> dict[str, JsonValue]:
    try:
        return decode_json_object(jws.payload, max_bytes=MAX_TRUST_BUNDLE_BYTES)
    except DecodingError as error:
        raise TrustBundleError("format", f"payload: {error.message}") from error


def _bundle(members: Mapping[str, JsonValue], *, signed_by: PublicKey, now: int) -> TrustBundle:
    made_at, valid_until = _times(members, now=now)
    trust = _trust_list(members)
    issuer = _issuer_of(trust, _text(members.get("iss"), "iss"))
    return TrustBundle(
        issuer=issuer,
        trust=trust,
        trust_document=_object(members.get("trust_list"), "trust_list"),
        made_at=made_at,
        valid_until=valid_until,
        status_tokens=_status_tokens(members.get("status_lists"), issuer),
        type_metadata=_type_metadata(members.get("type_metadata"), issuer),
        signed_by=signed_by,
    )


def _times(members: Mapping[str, JsonValue], *, now: int) -> tuple[int, int]:
    version = members.get("bundle")
    if type(version) is not int or version != FORMAT:
        raise TrustBundleError("claims", f"bundle: expected format {FORMAT}, found another")
    made_at, valid_until = _seconds(members.get("iat"), "iat"), _seconds(members.get("exp"), "exp")
    if not made_at < valid_until <= made_at + MAX_BUNDLE_LIFE_S:
        raise TrustBundleError("claims", f"expected exp at most {MAX_BUNDLE_LIFE_S} s after iat")
    if made_at > now + CLOCK_SKEW_S:
        raise TrustBundleError("not_yet_valid", "expected iat in the past, found it in the future")
    if valid_until <= now - CLOCK_SKEW_S:
        raise TrustBundleError("expired", "expected exp in the future, found it passed")
    return made_at, valid_until


def _trust_list(members: Mapping[str, JsonValue]) -> TrustList:
    try:
        return TrustList.from_document(_object(members.get("trust_list"), "trust_list"))
    except TrustListError as error:
        raise TrustBundleError("trust_list", f"trust_list: {error.message}") from error


def _issuer_of(trust: TrustList, issuer_id: str) -> TrustedIssuer:
    issuer = trust.issuer(issuer_id)
    if issuer is None or len(trust.issuers) != 1:
        raise TrustBundleError("issuer", "expected a trust list with iss as its only issuer, found another list")
    return issuer


def _status_tokens(value: JsonValue, issuer: TrustedIssuer) -> Mapping[str, str]:
    tokens: dict[str, str] = {}
    for uri, token in _documents(value, "status_lists").items():
        text = _text(token, "status_lists")
        if len(text) > MAX_STATUS_TOKEN_BYTES:
            raise TrustBundleError("too_large", f"expected a status list of at most {MAX_STATUS_TOKEN_BYTES} bytes")
        try:
            origin = parse_url(uri, allow_loopback=issuer.development).origin
        except UrlError as error:
            raise TrustBundleError("claims", f"status_lists: {error.message}") from error
        if origin not in issuer.origins:
            raise TrustBundleError("issuer", "expected status lists of the issuer's own origins, found another")
        tokens[uri] = text
    return tokens


def _type_metadata(value: JsonValue, issuer: TrustedIssuer) -> Mapping[str, bytes]:
    documents: dict[str, bytes] = {}
    for vct, text in _documents(value, "type_metadata").items():
        data = _text(text, "type_metadata").encode("utf-8")
        try:
            described = decode_json_object(data, max_bytes=MAX_TYPE_METADATA_BYTES).get("vct")
        except DecodingError as error:
            kind = "too_large" if error.kind == "size" else "claims"
            raise TrustBundleError(kind, f"type_metadata: {error.message}") from error
        if described != vct or issuer.trusted_type(vct) is None:
            raise TrustBundleError("issuer", "expected type metadata of the issuer's own types, found another")
        documents[vct] = data
    return documents


def _documents(value: JsonValue, name: str) -> dict[str, JsonValue]:
    members = _object(value, name)
    if len(members) > MAX_BUNDLED_DOCUMENTS:
        raise TrustBundleError("too_large", f"{name}: expected at most {MAX_BUNDLED_DOCUMENTS} members")
    return members


def _object(value: JsonValue, name: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise TrustBundleError("claims", f"{name}: expected an object")
    return value


def _text(value: JsonValue, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise TrustBundleError("claims", f"{name}: expected text that is not empty")
    return value


def _seconds(value: JsonValue, name: str) -> int:
    if type(value) is not int or not 0 < value < MAX_NUMERIC_DATE:
        raise TrustBundleError("claims", f"{name}: expected whole seconds since 1970")
    return value
