"""Read a Token Status List: its bits, and the signed token that carries them.

Rules enforced:
* S1, S2: `bits` is 1, 2, 4 or 8; entries are packed from the least significant bit; one zlib stream, base64url
  unpadded.
* S3: values 0 to 3 have names; a value without a name is returned as its number, never as valid.
* S6: signature, `typ`, `sub` equal to the credential's URI, `iat`, `exp`; an index outside of the list is an error.
* S9 of the standards' checklist: the key is one the caller names by `kid`, or the caller judges the header's `x5c`.
* S7, S9: how long a list may be used, in `StatusToken`; a token older than one already seen is refused.
* S4, S8: 2 MiB of token, 4 MiB inflated, nothing behind the stream; inflating stops at the limit.

Left to the caller: fetching, caching, which keys may sign, and what a status means for a certificate. Writing lists is
in `status_list_issue`.

Source: draft-ietf-oauth-status-list-20 sections 4, 5, 7 and 8.3
"""

import zlib
from collections.abc import Callable, Mapping
from enum import IntEnum

from credential_schemas.errors import StatusListError
from credential_schemas.limits import (
    CLOCK_SKEW_S,
    MAX_STATUS_CACHE_S,
    MAX_STATUS_GRACE_S,
    MAX_STATUS_LIST_BYTES,
    MAX_STATUS_TOKEN_BYTES,
    MIN_STATUS_CACHE_S,
)
from credential_schemas.numeric_date import is_numeric_date
from keys.encoding import JsonValue, b64url_decode, decode_json_object
from keys.errors import (
    AlgorithmNotAllowed,
    CertificateChainRefused,
    DecodingError,
    JwsFormatError,
    SignatureInvalid,
)
from keys.jwk import PublicKey
from keys.jws import UnverifiedJws, parse_compact, verify
from keys.trust_list import TrustedIssuer
from keys.values import dataclass

STATUS_LIST_TYP = "statuslist+jwt"
PERMITTED_BITS = frozenset({1, 2, 4, 8})
_MASKS = {bits: (1 << bits) - 1 for bits in PERMITTED_BITS}
_FORMAT_KINDS = {"size": "too_large", "typ": "typ", "key_in_header": "key"}

StatusKeyFinder = Callable[[Mapping[str, JsonValue]], PublicKey]
"""Finds the key of a status list token by its unverified header, or raises `StatusListError` of kind `key`."""


class StatusValue(IntEnum):
    """What this project means by a status value; 3 is application specific in the standard and `corrected` here."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2
    CORRECTED = 3


@dataclass(frozen=True, slots=True)
class StatusList:
    """The inflated list: `bits` per entry, packed into `data` from the least significant bit of the first byte."""

    bits: int
    data: bytes

    def __post_init__(self) -> None:
        if type(self.bits) is not int or self.bits not in PERMITTED_BITS:
            raise StatusListError("bits", "expected 1, 2, 4 or 8 bits for an entry, found something else")
        if len(self.data) > MAX_STATUS_LIST_BYTES:
            raise StatusListError("too_large", f"expected a list of at most {MAX_STATUS_LIST_BYTES} bytes, found more")

    @property
    def size(self) -> int:
        """The number of entries."""
        return len(self.data) * 8 // self.bits

    def value(self, index: int) -> int:
        """Read one entry.

        Raises:
            StatusListError: `out_of_range`, also for a negative index.
        """
        if type(index) is int and index >= 0:
            position = index * (bits := self.bits)
            try:
                return self.data[position >> 3] >> (position & 7) & _MASKS[bits]
            except IndexError:  # as many entries as fit: `bits` divides 8
                pass
        raise StatusListError("out_of_range", f"expected an index below {self.size}, found another")


@dataclass(frozen=True, slots=True)
class StatusToken:
    """What a status list token says.

    `uri` is its `sub`, the URI credentials name; `issued_at` and `expires_at` are seconds since 1970; `ttl_s` is how
    long it may be cached, in seconds.
    """

    uri: str
    status_list: StatusList
    issued_at: int | float
    expires_at: int | float | None
    ttl_s: int | float | None

    def age_s(self, now: int) -> int:
        """The age of what the list says, in whole seconds; never negative."""
        return max(0, int(now - self.issued_at))

    def fresh_until(self, obtained_at: float) -> int | float:
        """The end of normal use: within `ttl` and 12 hours of when the token was obtained, and before `exp`.

        For a token from a bundle, the time it was obtained is when the bundle was made, or `issued_at`.
        """
        ttl_s = MAX_STATUS_CACHE_S if self.ttl_s is None else self.ttl_s
        end = obtained_at + min(max(ttl_s, MIN_STATUS_CACHE_S), MAX_STATUS_CACHE_S)
        return end if self.expires_at is None else min(end, self.expires_at)

    def usable_at(self, now: int, *, obtained_at: float, grace_s: int = 0) -> bool:
        """Return whether the list may still be relied on.

        Args:
            now: seconds since 1970.
            obtained_at: when the token was fetched or bundled.
            grace_s: what the verifier's profile adds for work without a network, at most 72 hours; never beyond `exp`.
        """
        if self.expires_at is not None and now >= self.expires_at + CLOCK_SKEW_S:
            return False
        return now < self.fresh_until(obtained_at) + min(max(grace_s, 0), MAX_STATUS_GRACE_S)


def decode_status_list(bits: int, lst: str) -> StatusList:
    """Inflate the `lst` of a status list token.

    Args:
        bits: 1, 2, 4 or 8.
        lst: base64url text of one zlib stream.

    Raises:
        StatusListError: `bits`, `format`, `compression`, `too_large`.

    Source: draft-ietf-oauth-status-list-20 section 4.1
    """
    if type(bits) is not int or bits not in PERMITTED_BITS:
        raise StatusListError("bits", "expected 1, 2, 4 or 8 bits for an entry, found something else")
    if len(lst) > MAX_STATUS_TOKEN_BYTES:
        raise StatusListError("too_large", f"expected at most {MAX_STATUS_TOKEN_BYTES} characters of list, found more")
    try:
        compressed = b64url_decode(lst)
    except DecodingError as error:
        raise StatusListError("format", "expected lst in base64url without padding, found something else") from error
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(compressed, MAX_STATUS_LIST_BYTES + 1)
    except zlib.error as error:
        raise StatusListError("compression", "expected a zlib stream, found something else") from error
    if len(data) > MAX_STATUS_LIST_BYTES:
        raise StatusListError("too_large", f"expected a list of at most {MAX_STATUS_LIST_BYTES} bytes, found more")
    if not stream.eof:
        raise StatusListError("compression", "expected a whole zlib stream, found only a part")
    if stream.unused_data:
        raise StatusListError("compression", "expected nothing behind the zlib stream, found more data")
    return StatusList(bits, data)


def verify_status_token(
    token: str,
    *,
    uri: str,
    keys: Mapping[str, PublicKey] | StatusKeyFinder,
    now: int,
    newest_seen: float | None = None,
) -> StatusToken:
    """Verify a status list token and read its list.

    Args:
        token: compact JWS, at most 2 MiB.
        uri: the URI in the credential's `status_list`.
        keys: the status keys of the credential's issuer, by `kid`, or what finds them (`status_key_finder`).
        now: seconds since 1970.
        newest_seen: the newest `iat` already seen for this URI; an older token is refused as a replay.

    Raises:
        StatusListError: its `kind` says what failed. Whatever it is, the status is unknown, never valid.

    Source: draft-ietf-oauth-status-list-20 sections 5.1 and 8.3
    """
    claims = _verified_claims(token, keys)
    if claims.get("sub") != uri:
        raise StatusListError("subject", "expected sub to be the URI of the list, found another or none")
    issued, expires, ttl = claims.get("iat"), claims.get("exp"), claims.get("ttl")
    if not is_numeric_date(issued) or not (expires is None or is_numeric_date(expires)):
        raise StatusListError("claims", "expected iat, and exp if present, to be seconds in a sane range")
    if not (ttl is None or is_numeric_date(ttl)):
        raise StatusListError("claims", "expected ttl to be a positive number of seconds, found something else")
    if issued > now + CLOCK_SKEW_S:
        raise StatusListError("not_yet_valid", "expected iat in the past, found it in the future")
    if expires is not None and expires <= now - CLOCK_SKEW_S:
        raise StatusListError("expired", "expected exp in the future, found it passed")
    if newest_seen is not None and issued < newest_seen:
        raise StatusListError("older_than_seen", "expected the newest list, found one older than was seen before")
    return StatusToken(uri, _list_of(claims), issued, expires, ttl)


def status_key_finder(issuer: TrustedIssuer, *, now: int) -> StatusKeyFinder:
    """A finder for the status keys of one issuer that are believed at `now`, by `kid` or by `x5c`.

    A distrusted key is not believed from `since` on, whatever the date of the list: who holds it can date a list at
    will. A chain in `x5c` must lead to one of the issuer's `x509_roots`, valid at `now`, to a certificate for status
    lists.
    """
    believed = {
        kid: key
        for kid, key in issuer.status_keys.items()
        if (since := issuer.distrusted_since(kid)) is None or now < since
    }

    def find(header: Mapping[str, JsonValue]) -> PublicKey:
        if "x5c" not in header:
            return _named_key(header, believed)
        from keys.certificate_chain import ChainDemands, certified_key  # X.509 is loaded when a token brings a chain
        from keys.certificates import LeafKind

        demands = ChainDemands(LeafKind.STATUS, issuer.id, issuer.x509_roots, now)
        try:
            key = certified_key(header["x5c"], demands)
        except CertificateChainRefused as error:
            raise StatusListError("key", f"x5c: {error.message}") from error
        if any(issuer.distrusted[name] <= now for name in issuer.names_distrusted(key)):
            raise StatusListError("key", "expected a key that is believed, found a distrusted one")
        return key

    return find


def _verified_claims(token: str, keys: Mapping[str, PublicKey] | StatusKeyFinder) -> dict[str, JsonValue]:
    try:
        jws = parse_compact(token, max_bytes=MAX_STATUS_TOKEN_BYTES)
        payload = verify(jws, _key_of(jws, keys), typ=STATUS_LIST_TYP)
    except JwsFormatError as error:
        raise StatusListError(_FORMAT_KINDS.get(error.kind, "format"), error.message) from error
    except AlgorithmNotAllowed as error:
        raise StatusListError("algorithm", error.message) from error
    except SignatureInvalid as error:
        raise StatusListError("signature", error.message) from error
    try:
        return decode_json_object(payload, max_bytes=MAX_STATUS_TOKEN_BYTES)
    except DecodingError as error:
        raise StatusListError("format", f"payload: {error.message}") from error


def _key_of(jws: UnverifiedJws, keys: Mapping[str, PublicKey] | StatusKeyFinder) -> PublicKey:
    if not isinstance(keys, Mapping):
        return keys(jws.header)
    if "x5c" in jws.header:
        raise StatusListError("key", "expected a header without x5c, found one")
    return _named_key(jws.header, keys)


def _named_key(header: Mapping[str, JsonValue], keys: Mapping[str, PublicKey]) -> PublicKey:
    kid = header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise StatusListError("key", "expected kid to be a status key of the issuer, found another or none")
    return key


def _list_of(claims: Mapping[str, JsonValue]) -> StatusList:
    members = claims.get("status_list")
    if not isinstance(members, dict):
        raise StatusListError("claims", "expected status_list to be an object, found none or something else")
    bits, lst = members.get("bits"), members.get("lst")
    if type(bits) is not int or not isinstance(lst, str):
        raise StatusListError("claims", "expected status_list with bits and lst, found something else")
    return decode_status_list(bits, lst)
