"""Read a whole paper copy in one pass: its parts, its digests, its claims. Nothing is proved by that.

Rules enforced: steps 0 to 2 and 9 to 19 of the verification algorithm, and those of `certificate_claims`, for copies
that are written as ours. Left to the caller: whom to believe (`iss`, `vct`, `kid`), the signature, the time.

Source: docs/decisions/0074-plain-copies.md
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry, Holder, StatusReference
from credential_schemas.certificate_kinds import certificate_kinds
from credential_schemas.entry_types import categories
from credential_schemas.korean_time import DAY_S, KOREAN_OFFSET_S, korean_day
from credential_schemas.limits import MAX_DISCLOSURE_BYTES, MAX_DISCLOSURES, MAX_NUMERIC_DATE
from credential_schemas.plain_copies.entries import SALT, read_entry
from credential_schemas.plain_copies.values import DAY, INDEX, TEXT
from keys.encoding import JsonValue, b64url_decode, b64url_encode_all, decode_json_object, decode_texts
from keys.errors import DecodingError
from keys.values import dataclass

MAX_CHARACTERS: Final = MAX_DISCLOSURE_BYTES  # about thirty entries; longer copies are read in full
_MAX_HEADER_BYTES: Final = 512
_SIGNATURE_CHARACTERS: Final = 86

_SECONDS: Final = r"[1-9][0-9]{0,9}+"
_DIGEST: Final = r"[A-Za-z0-9_-]{43}"
_BETWEEN_MEMBERS, _BEFORE_ELEMENTS, _BETWEEN_ELEMENTS, _AFTER_LIST = '","', '":[{"...":"', '"},{"...":"', '"}]'

_Lists: TypeAlias = list[tuple[str, list[str]]]  # category and digests of each array
_Received: TypeAlias = dict[str, str]  # digest to disclosed text; what is put in its place is taken out


class _NotPlain(Exception):
    """It is not plainly right; whether it is right is for the general readers."""


@dataclass(frozen=True, slots=True)
class PlainCopy:
    """A paper copy that was read in one pass; its signature is not verified.

    `signing_input` is what `signature` (64 bytes) must cover; `issued_at` and `expires_at` are `iat` and `exp`. The
    undisclosed counts are of digests without disclosure.
    """

    token: str
    header: Mapping[str, JsonValue]
    signing_input: bytes
    signature: bytes
    issued_at: int
    expires_at: int
    claims: CertificateClaims
    undisclosed_members: int
    undisclosed_elements: int

    @property
    def key_bound(self) -> bool:
        """False: no copy of this kind is bound to a holder's key."""
        return False


def read_plain_copy(unverified_token: str) -> PlainCopy | None:
    """Read a paper copy that is plainly right but for its signature; None for everything else.

    Args:
        unverified_token: any text.
    """
    try:
        return _read(unverified_token)
    except _NotPlain:
        return None


def _read(token: str) -> PlainCopy:
    issuer_jwt, *disclosures = token.split("~")
    parts = issuer_jwt.split(".")
    if len(parts) != 3 or not disclosures or disclosures.pop() or len(token) > MAX_CHARACTERS:
        raise _NotPlain
    texts = decode_texts([parts[1], *disclosures])
    written = None if texts is None else _payload_expression()(texts[0])
    if texts is None or written is None or len(disclosures) > MAX_DISCLOSURES:
        raise _NotPlain
    *head, member_digests, arrays = written.groups()
    digests = b64url_encode_all([hashlib.sha256(text.encode("ascii")).digest() for text in disclosures])
    received = dict(zip(digests, texts[1:], strict=True))
    members, lists = member_digests.split(_BETWEEN_MEMBERS), _lists(arrays)
    elements = [digest for _, listed in lists for digest in listed]
    if len(received) != len(digests) or len({*members, *elements}) != len(members) + len(elements):
        raise _NotPlain
    claims = _claims(head, received, members=members, lists=lists)
    if received:
        raise _NotPlain
    shown = len(claims.entries)
    return PlainCopy(
        token,
        _header(parts[0]),
        issuer_jwt[: -1 - len(parts[2])].encode("ascii"),
        _signature(parts[2]),
        int(head[2]),
        int(head[3]),
        claims,
        len(members) - (len(digests) - shown),
        len(elements) - shown,
    )


@lru_cache(maxsize=64)
def _header(text: str) -> Mapping[str, JsonValue]:
    """Read a header, of which each issuer has only a few."""
    try:
        header = decode_json_object(b64url_decode(text), max_bytes=_MAX_HEADER_BYTES)
    except DecodingError:
        raise _NotPlain from None
    if header.keys() == {"typ", "alg", "kid"} and (header["typ"], header["alg"]) == ("dc+sd-jwt", "ES256"):
        return header
    raise _NotPlain


def _signature(text: str) -> bytes:
    if len(text) == _SIGNATURE_CHARACTERS:
        try:
            return b64url_decode(text)
        except DecodingError:
            pass
    raise _NotPlain


@cache
def _payload_expression() -> Callable[[str], re.Match[str] | None]:
    """Return what matches the payload of a copy, compiled when the first copy comes."""
    digests = rf"{_DIGEST}(?:{_BETWEEN_MEMBERS}{_DIGEST})*+"
    elements = rf"{_DIGEST}(?:{re.escape(_BETWEEN_ELEMENTS)}{_DIGEST})*+"
    return re.compile(
        rf'\{{"iss":"({TEXT})","vct":"({TEXT})","iat":({_SECONDS}),"exp":({_SECONDS}),'
        rf'"status":\{{"status_list":\{{"idx":({INDEX}),"uri":"({TEXT})"\}}\}},'
        rf'"certificate":\{{"number":"({TEXT})","kind":"({TEXT})","edition":"(standard|blind)","purpose":"({TEXT})"'
        rf'(?:,"recipient":"({TEXT})")?+(?:,"applicant_no":"({TEXT})")?+\}},"holder":\{{"_sd":\["({digests})"\]\}}'
        rf'((?:,"[a-z]{{1,20}}+{re.escape(_BEFORE_ELEMENTS)}{elements}{re.escape(_AFTER_LIST)})*+),"_sd_alg":"sha-256"\}}'
    ).fullmatch


@cache
def _member_expression() -> Callable[[str], re.Match[str] | None]:
    """Return what matches a disclosed member of the holder; one group for each."""
    return re.compile(rf'\["{SALT}","(?:name","({TEXT})|name_en","({TEXT})|birth_date","({DAY}))"\]').fullmatch


def _lists(arrays: str) -> _Lists:
    """Take the arrays of the payload apart, whose form is proved; in the order of categories, each once."""
    lists: _Lists = []
    for array in arrays.split(_AFTER_LIST)[:-1]:
        name, _, elements = array.partition(_BEFORE_ELEMENTS)
        lists.append((name[2:], elements.split(_BETWEEN_ELEMENTS)))
    names = [name for name, _ in lists]
    if names != [category for category in categories() if category in names]:
        raise _NotPlain
    return lists


def _claims(
    head: Sequence[str | Any], received: _Received, *, members: Sequence[str], lists: _Lists
) -> CertificateClaims:
    iss, vct, iat, exp, idx, uri, number, kind_id, edition, purpose, recipient, applicant_no = head
    issued_at, expires_at = int(iat), int(exp)
    kind = certificate_kinds().get(kind_id)
    if kind is None or not issued_at < expires_at < MAX_NUMERIC_DATE or not all(kind.allows(name) for name, _ in lists):
        raise _NotPlain
    if (issued_at + KOREAN_OFFSET_S) % DAY_S or (expires_at + KOREAN_OFFSET_S) % DAY_S:
        raise _NotPlain
    status = StatusReference(uri, int(idx))
    blind = edition == "blind"
    entries = _entries(lists, received, blind=blind)
    if len({status.idx, *[entry.idx for entry in entries]}) != len(entries) + 1:
        raise _NotPlain
    return CertificateClaims(
        iss,
        vct,
        korean_day(issued_at),
        korean_day(expires_at - DAY_S),
        number,
        kind_id,
        "blind" if blind else "standard",
        purpose,
        recipient,
        applicant_no,
        _holder(members, received),
        entries,
        status,
    )


def _holder(digests: Sequence[str], received: _Received) -> Holder:
    found: dict[int | None, str] = {}
    for digest in digests:
        text = received.pop(digest, None)
        if text is not None:
            member = _member_expression()(text)
            if member is None or member.lastindex in found:
                raise _NotPlain
            found[member.lastindex] = member[member.lastindex or 0]
    day = found.get(3)
    return Holder(found.get(1), found.get(2), None if day is None else date.fromisoformat(day))


def _entries(lists: _Lists, received: _Received, *, blind: bool) -> tuple[CertificateEntry, ...]:
    entries: list[CertificateEntry] = []
    for category, digests in lists:
        for digest in digests:
            text = received.pop(digest, None)
            if text is not None:
                entry = read_entry(text, blind=blind)
                if entry is None or entry.category != category:
                    raise _NotPlain
                entries.append(entry)
    return tuple(entries)
