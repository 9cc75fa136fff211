"""Transaction data: consent to one posting is understood, everything else is refused."""

import pytest

from credential_schemas.errors import TransactionDataError
from credential_schemas.openid4vp.transaction_data import (
    POSTING_CONSENT,
    PostingConsent,
    read_transaction_data,
    transaction_data_hash,
    write_posting_consent,
)
from keys.encoding import JsonValue, b64url_encode, encode_json

CONSENT = PostingConsent("2026-TS-031", "안전관리 5급 공개채용", "한국교통안전공단")


def encoded(**changes: JsonValue) -> str:
    members: dict[str, JsonValue] = {
        "type": POSTING_CONSENT,
        "credential_ids": ["a"],
        "posting": "P",
        "title": "T",
        "recipient": "R",
        **changes,
    }
    return b64url_encode(encode_json({name: value for name, value in members.items() if value is not None}))


def test_consent_is_read_as_it_was_written() -> None:
    written = write_posting_consent(CONSENT, credential_ids=["a", "b"])
    (read,) = read_transaction_data([written.text])
    assert read == written
    assert (read.consent, read.credential_ids) == (CONSENT, ("a", "b"))


def test_hash_is_of_the_text_as_sent() -> None:
    # Computed with another program: openssl dgst -sha256 -binary | basenc --base64url
    assert transaction_data_hash("eyJ0eXBlIjoieCJ9") == "UY_OhwLo1YVyVnoFB6Oy-qMf7TmJ1uyX3E2LhG2tWW4"
    written = write_posting_consent(CONSENT, credential_ids=["a"])
    assert written.hash == transaction_data_hash(written.text)


def test_every_limit_may_be_reached() -> None:
    read = read_transaction_data([encoded(title="x" * 200, recipient="y", posting="z")] * 8)
    assert (len(read), read[7].consent) == (8, PostingConsent("z", "x" * 200, "y"))


def test_absent_parameter_asks_for_no_consent() -> None:
    assert read_transaction_data(None) == ()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("x", "array"),
        ([], "array"),
        ([encoded()] * 9, "1 to 8"),
        ([7], "as text"),
        (["%"], "base64url"),
        ([b64url_encode(b"[]")], "base64url of JSON"),
        ([b64url_encode(b'{"type":"' + b"x" * 5000 + b'"}')], "base64url of JSON"),
        ([encoded(type="qes_authorization")], "type"),
        ([encoded(type=None)], "type"),
        ([encoded(transaction_data_hashes_alg=["sha-512"])], "sha-256"),
        ([encoded(transaction_data_hashes_alg="sha-256")], "sha-256"),
        ([encoded(posting=None)], "posting"),
        ([encoded(title=7)], "title"),
        ([encoded(recipient="a\u202eb")], "recipient"),
        ([encoded(title="x" * 201)], "title"),
        ([encoded(credential_ids=None)], "credential_ids"),
        ([encoded(credential_ids=[])], "credential_ids"),
        ([encoded(credential_ids=[1])], "credential_ids"),
    ],
)
def test_what_nobody_can_consent_to_is_refused(value: JsonValue, why: str) -> None:
    with pytest.raises(TransactionDataError, match=why):
        read_transaction_data(value)
