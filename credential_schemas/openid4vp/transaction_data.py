"""Transaction data: what a holder consents to beside showing claims. One kind is known: consent to one job posting.

Rules enforced:
* the text is base64url of a JSON object, at most 4 KiB, with `type` and non-empty `credential_ids`;
* only our own type is understood, with every member it needs and SHA-256; anything else is refused, because nobody can
  consent to what is not understood.

What the holder's key signs is the hash of the text as it was sent (`transaction_data_hash`), not of its content.

Source: OpenID4VP 1.0 sections 5.1 and 8.4, appendix B.3.3
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from credential_schemas.errors import TransactionDataError
from keys.encoding import JsonValue, b64url_decode, b64url_encode, decode_json_object, encode_json
from keys.errors import DecodingError
from keys.values import dataclass

POSTING_CONSENT: Final = "urn:competency-bank:transaction:posting-consent:1"
HASH_ALGORITHM: Final = "sha-256"
MAX_TRANSACTION_DATA: Final = 8  # of one request
MAX_TEXT_CHARACTERS: Final = 200
_MAX_BYTES: Final = 4 * 1024
_ALGORITHMS: Final = "transaction_data_hashes_alg"
_WORDS: Final = ("posting", "title", "recipient")


@dataclass(frozen=True, slots=True)
class PostingConsent:
    """Consent that what is shown is used for one job posting.

    Attributes:
        posting: the posting's own number.
        title: what it is called.
        recipient: who receives what is shown.
    """

    posting: str
    title: str
    recipient: str

    def __post_init__(self) -> None:
        for name in _WORDS:
            value = getattr(self, name)
            if not 0 < len(value) <= MAX_TEXT_CHARACTERS or not value.isprintable():
                raise TransactionDataError(f"expected {name} as 1 to {MAX_TEXT_CHARACTERS} printable characters")


@dataclass(frozen=True, slots=True)
class TransactionData:
    """One piece of transaction data as it was sent, and what it means; one of `credential_ids` must authorise it."""

    text: str
    credential_ids: tuple[str, ...]
    consent: PostingConsent

    @property
    def hash(self) -> str:
        """What the holder's key signs."""
        return transaction_data_hash(self.text)


def write_posting_consent(consent: PostingConsent, *, credential_ids: Sequence[str]) -> TransactionData:
    """Return the transaction data that asks for a consent with one of the named credentials."""
    document: dict[str, JsonValue] = {
        "type": POSTING_CONSENT,
        "credential_ids": [*credential_ids],
        _ALGORITHMS: [HASH_ALGORITHM],
        "posting": consent.posting,
        "title": consent.title,
        "recipient": consent.recipient,
    }
    return TransactionData(b64url_encode(encode_json(document)), tuple(credential_ids), consent)


def read_transaction_data(value: JsonValue) -> tuple[TransactionData, ...]:
    """Read the parameter `transaction_data` of a request; None, where it is absent, gives nothing.

    Raises:
        TransactionDataError: it is not what this module describes.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or not 0 < len(value) <= MAX_TRANSACTION_DATA:
        raise TransactionDataError(f"expected an array of 1 to {MAX_TRANSACTION_DATA} texts")
    return tuple(_one(item) for item in value)


def transaction_data_hash(text: str) -> str:
    """Return the hash of a piece of transaction data as it was sent: SHA-256 as base64url."""
    return b64url_encode(hashlib.sha256(text.encode("ascii")).digest())


def _one(text: JsonValue) -> TransactionData:
    if not isinstance(text, str):
        raise TransactionDataError("expected transaction data as text")
    try:
        members = decode_json_object(b64url_decode(text), max_bytes=_MAX_BYTES)
    except DecodingError as error:
        raise TransactionDataError(f"expected transaction data as base64url of JSON: {error.message}") from error
    if members.get("type") != POSTING_CONSENT:
        raise TransactionDataError(f"expected transaction data of type {POSTING_CONSENT}, found another")
    algorithms = members.get(_ALGORITHMS, [HASH_ALGORITHM])
    if not isinstance(algorithms, list) or HASH_ALGORITHM not in algorithms:
        raise TransactionDataError(f"expected {_ALGORITHMS} with {HASH_ALGORITHM}, found others only")
    words = [members.get(name) for name in _WORDS]
    posting, title, recipient = (word if isinstance(word, str) else "" for word in words)
    ids = members.get("credential_ids")
    names = [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
    if not isinstance(ids, list) or not ids or len(names) != len(ids):
        raise TransactionDataError("expected credential_ids as an array of texts that is not empty")
    return TransactionData(text, tuple(names), PostingConsent(posting, title, recipient))
