"""A receipt as a token: sign a record, and read one back only when a pinned key of its verifier signed it.

Rules enforced:
* compact JWS, ES256, `typ` `verification-receipt+jwt`; the header rules of `keys.jws`; at most 2 MiB;
* the key is one the caller pins for this verifier, found by `kid`; no key comes from the receipt itself;
* no time limit: a receipt says what was true when it was made, and does not expire;
* an unknown format version is refused, not guessed at.

Source: docs/formats/receipt.md
"""

from collections.abc import Mapping

from keys.algorithms import ES256_ONLY
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import AlgorithmNotAllowed, DecodingError, JwsFormatError, SignatureInvalid
from keys.jwk import PublicKey
from keys.jws import (
    UnverifiedJws,
    check_algorithm,
    check_critical,
    check_no_key,
    check_signature,
    check_typ,
    parse_compact,
)
from keys.jws_sign import sign_compact
from keys.signer import Signer
from keys.values import dataclass
from verifier.errors import ReceiptRefused
from verifier.receipt.limits import MAX_RECEIPT_BYTES
from verifier.receipt.record import RECEIPT_VERSION

TYP = "verification-receipt+jwt"
MEDIA_TYPE = f"application/{TYP}"
PAGE_MEMBER = "page_sha256"
_KIND_OF_FORMAT = {"typ": "other_token", "key_in_header": "not_allowed", "crit": "not_allowed", "size": "too_large"}


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """A record whose signature was checked, and the pinned key that made it."""

    record: Mapping[str, JsonValue]
    key: PublicKey

    @property
    def page_sha256(self) -> str | None:
        """The digest of the page that belongs to the receipt, if it has one."""
        value = self.record.get(PAGE_MEMBER)
        return value if isinstance(value, str) else None


def sign_record(record: Mapping[str, JsonValue], *, signer: Signer, page_sha256: str | None = None) -> str:
    """Return the receipt as a compact JWS; with `page_sha256` it also vouches for the page it is attached to."""
    page: dict[str, JsonValue] = {PAGE_MEMBER: page_sha256} if page_sha256 is not None else {}
    return sign_compact({"typ": TYP, "kid": signer.key_id}, encode_json({**record, **page}), signer=signer)


def read_record(token: str, *, keys: Mapping[str, PublicKey]) -> SignedRecord:
    """Return the record of a receipt.

    Args:
        token: what should be a receipt, hostile.
        keys: the pinned keys of the verifier by `kid`.

    Raises:
        ReceiptRefused: `no_receipt`, `too_large`, `other_token`, `not_allowed`, `key_unknown`, `signature`,
            `version_unknown`, `content`.
    """
    try:
        jws = parse_compact(token, max_bytes=MAX_RECEIPT_BYTES)
        check_typ(jws.header, typ=TYP)
        check_algorithm(jws.header, permitted=ES256_ONLY)
        check_critical(jws.header)
        check_no_key(jws.header)
        key = _pinned(jws, keys)
        check_signature(jws, key)
    except JwsFormatError as error:
        raise ReceiptRefused(_KIND_OF_FORMAT.get(error.kind, "no_receipt")) from error
    except AlgorithmNotAllowed as error:
        raise ReceiptRefused("not_allowed") from error
    except SignatureInvalid as error:
        raise ReceiptRefused("signature") from error
    return SignedRecord(_content(jws.payload), key)


def _pinned(jws: UnverifiedJws, keys: Mapping[str, PublicKey]) -> PublicKey:
    kid = jws.header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise ReceiptRefused("key_unknown")
    return key


def _content(payload: bytes) -> Mapping[str, JsonValue]:
    try:
        record = decode_json_object(payload, max_bytes=MAX_RECEIPT_BYTES)
    except DecodingError as error:
        raise ReceiptRefused("content") from error
    if record.get("receipt") != RECEIPT_VERSION:
        raise ReceiptRefused("version_unknown")
    return record
