"""What a receipt holds, and every way in which one is refused."""

import json
from dataclasses import replace

import pytest

from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from keys.encoding import JsonValue, b64url_decode, b64url_encode, encode_json
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner
from tests.verifier.receipt.conftest import NAME, Office
from tests.verifier.world import claims, entry
from verifier.errors import ReceiptRefused
from verifier.receipt.limits import MAX_RECEIPT_BYTES
from verifier.receipt.texts import refusal, refusal_kinds
from verifier.receipt.token import TYP, sign_record

PERSONAL = ("홍길동", "HONG GILDONG", "1995-03-02", "2026-0001-0001", "정보처리기사", "2024-06-18", "job")


def refused(office: Office, receipt: bytes | str) -> str:
    with pytest.raises(ReceiptRefused) as caught:
        office.read(receipt)
    assert refusal(caught.value.kind).en
    return caught.value.kind


def payload(token: str) -> str:
    return b64url_decode(token.split(".")[1]).decode()


def signed(office: Office, record: dict[str, JsonValue], signer: FileSigner | None = None) -> str:
    return sign_record(record, signer=signer or office.signer)


def test_receipt_says_what_was_found_under_which_rules_and_lists(office: Office) -> None:
    token = office.token(office.world.token())
    proved = office.read(token)
    record = proved.signed.record
    lists = record["status_lists"]
    assert isinstance(lists, list)
    assert isinstance(lists[0], dict)
    assert (record["verdict"], record["iss"], record["contains_personal_data"]) == ("valid", NAME, False)
    assert (lists[0]["uri"], lists[0]["age_s"]) == ("https://bank.example/status/1", 3600)
    assert (proved.contents.trust_version, proved.contents.profile.name) == ("3", "default")
    assert not proved.page_checked


@pytest.mark.parametrize("value", PERSONAL)
def test_receipt_holds_nothing_personal_unless_asked(office: Office, value: str) -> None:
    given = claims(entry())
    office.world.statuses = {11: 1}
    assert value not in payload(office.token(office.world.token(given)))


def test_receipt_of_a_page_that_differs_does_not_repeat_what_was_printed(office: Office) -> None:
    printed = replace(claims(), number="2026-9999-9999")
    token = office.token(office.world.pdf(office.world.token(), printed))
    assert "document_mismatch" in payload(token)
    assert "2026-9999-9999" not in payload(token)


def test_receipt_with_content_holds_the_whole_report_and_says_so(office: Office) -> None:
    record = json.loads(payload(office.token(office.world.token(), with_content=True)))
    assert record["contains_personal_data"] is True
    assert record["report"]["disclosed"]["holder"]["name"] == "홍길동"
    assert record["report"]["id"] == record["report_id"]


def test_receipt_of_an_unproved_credential_names_nothing_of_it(office: Office) -> None:
    record = json.loads(payload(office.token(office.world.token(signer=office.world.keys.stranger))))
    assert (record["certificate"], record["disclosed"], record["status_lists"]) == (None, None, [])


def test_receipt_names_the_request_that_a_presentation_answered(office: Office) -> None:
    asked = KeyBindingPolicy("aud", "nonce-0123456789")
    proved = office.read(office.token(office.world.token(), office.rules(key_binding=asked)))
    assert proved.contents.asked.key_binding == asked


def test_changed_record_is_refused(office: Office) -> None:
    head, body, signature = office.token(office.world.token()).split(".")
    changed = b64url_decode(body).replace(b'"verdict":"valid"', b'"verdict":"invalid"')
    assert refused(office, f"{head}.{b64url_encode(changed)}.{signature}") == "signature"


def test_record_signed_again_by_another_key_under_the_same_name_is_refused(office: Office) -> None:
    body = b64url_decode(office.token(office.world.token()).split(".")[1])
    stranger = office.world.keys.stranger
    forged = sign_compact({"typ": TYP, "kid": office.signer.key_id}, body, signer=stranger)
    assert refused(office, forged) == "signature"


def test_receipt_of_another_verifier_is_refused_as_unknown(office: Office) -> None:
    body = json.loads(payload(office.token(office.world.token())))
    assert refused(office, signed(office, body, office.world.keys.stranger)) == "key_unknown"


def test_receipt_without_key_name_is_refused(office: Office) -> None:
    assert refused(office, sign_compact({"typ": TYP}, b"{}", signer=office.signer)) == "key_unknown"


@pytest.mark.parametrize("length", [10, 400, -90])
def test_truncated_receipt_is_refused(office: Office, length: int) -> None:
    assert refused(office, office.token(office.world.token())[:length]) == "no_receipt"


def test_receipt_with_a_cut_signature_is_refused(office: Office) -> None:
    assert refused(office, office.token(office.world.token())[:-3]) == "signature"


def test_certificate_is_no_receipt(office: Office) -> None:
    jws = office.world.token().split("~")[0]
    assert refused(office, jws) == "other_token"


@pytest.mark.parametrize("header", [{"jwk": {"kty": "EC"}}, {"crit": ["exp"], "exp": 1}])
def test_header_that_brings_a_key_or_an_extension_is_refused(office: Office, header: dict[str, JsonValue]) -> None:
    full = {"typ": TYP, "alg": "ES256", "kid": office.signer.key_id, **header}
    assert refused(office, f"{b64url_encode(encode_json(full))}.e30.AAAA") == "not_allowed"


def test_receipt_without_signature_algorithm_is_refused(office: Office) -> None:
    header = encode_json({"typ": TYP, "alg": "none", "kid": office.signer.key_id})
    assert refused(office, f"{b64url_encode(header)}.e30.") == "not_allowed"


def test_receipt_that_is_too_large_is_refused(office: Office) -> None:
    assert refused(office, "a" * (MAX_RECEIPT_BYTES + 1)) == "too_large"


def test_receipt_of_a_later_format_is_refused_and_not_guessed_at(office: Office) -> None:
    body = json.loads(payload(office.token(office.world.token())))
    assert refused(office, signed(office, {**body, "receipt": 2})) == "version_unknown"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": 1},
        {"iat": True},
        {"iat": 10**15},
        {"simulated": "no"},
        {"verified_at": "yesterday"},
        {"verified_at": "2026-11-21T12:00:00"},
        {"checks": {}},
        {"checks": [1]},
        {"evidence": []},
        {"profile": None},
        {"asked": {"recipient": 1}},
        {"trust": {"version": "3"}},
        {"status_lists": [{"uri": "x"}]},
    ],
)
def test_signed_record_that_breaks_the_format_is_refused(office: Office, change: dict[str, JsonValue]) -> None:
    body = json.loads(payload(office.token(office.world.token())))
    assert refused(office, signed(office, {**body, **change})) == "content"


def test_signed_text_that_is_no_record_is_refused(office: Office) -> None:
    header: dict[str, JsonValue] = {"typ": TYP, "kid": office.signer.key_id}
    assert refused(office, sign_compact(header, b"[]", signer=office.signer)) == "content"


@pytest.mark.parametrize("kind", sorted(refusal_kinds()))
def test_every_refusal_speaks_both_languages(kind: str) -> None:
    sentence = refusal(kind)
    assert any("가" <= character <= "힣" for character in sentence.ko)
    assert sentence.en.isascii()
