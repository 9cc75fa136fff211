"""A policy's signature is by a pinned key over exactly these bytes, or it is refused."""

import pytest

from credential_schemas.criteria.documents import MAX_BYTES
from credential_schemas.criteria.errors import PolicySignatureRefused
from credential_schemas.criteria.signature import TYP, check_policy_signature, sign_policy
from keys.encoding import b64url_encode
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from tests.credential_schemas.criteria.given import policy_bytes

AGENCY = FileSigner(create_key())
STRANGER = FileSigner(create_key())
PINNED = {AGENCY.key_id: AGENCY.public_key}


def refusal(data: bytes, signature: str) -> str:
    with pytest.raises(PolicySignatureRefused) as refused:
        check_policy_signature(data, signature, keys=PINNED)
    assert "signature" in str(refused.value)
    return refused.value.kind


def test_a_signed_policy_names_its_signer() -> None:
    signature = sign_policy(policy_bytes(), signer=AGENCY)
    assert check_policy_signature(policy_bytes(), signature, keys=PINNED) == AGENCY.public_key


def test_the_largest_policy_can_be_signed() -> None:
    data = b"x" * MAX_BYTES
    assert check_policy_signature(data, sign_policy(data, signer=AGENCY), keys=PINNED) == AGENCY.public_key


def test_the_signature_does_not_repeat_the_policy() -> None:
    header, payload, _ = sign_policy(policy_bytes(), signer=AGENCY).split(".")
    assert (payload, len(header) < 200) == ("", True)


def test_one_changed_byte_is_noticed() -> None:
    signature = sign_policy(policy_bytes(), signer=AGENCY)
    assert refusal(policy_bytes() + b"\n", signature) == "signature"


def test_a_signature_by_another_key_is_refused() -> None:
    assert refusal(b"x", sign_policy(b"x", signer=STRANGER)) == "key_unknown"


def test_a_name_of_a_pinned_key_does_not_make_a_stranger_believed() -> None:
    header, _, made = sign_compact({"typ": TYP, "kid": AGENCY.key_id}, b"x", signer=STRANGER).split(".")
    assert refusal(b"x", f"{header}..{made}") == "signature"


def test_a_token_of_another_type_by_the_same_key_is_no_signature() -> None:
    token = sign_compact({"typ": "verification-receipt+jwt", "kid": AGENCY.key_id}, b"x", signer=AGENCY)
    header, _, made = token.split(".")
    assert refusal(b"x", f"{header}..{made}") == "no_signature"


def test_a_token_that_brings_its_own_payload_is_no_signature() -> None:
    assert refusal(b"x", sign_compact({"typ": TYP, "kid": AGENCY.key_id}, b"x", signer=AGENCY)) == "no_signature"


@pytest.mark.parametrize("kid", ['["x"]', '{"x": "y"}', "5", "null", "true"])
def test_a_key_name_that_is_no_text_is_refused(kid: str) -> None:
    header = b64url_encode(f'{{"alg":"ES256","typ":"{TYP}","kid":{kid}}}'.encode())
    assert refusal(b"x", f"{header}..{'A' * 86}") == "key_unknown"


def test_a_header_without_a_key_name_is_refused() -> None:
    header, _, made = sign_compact({"typ": TYP}, b"x", signer=AGENCY).split(".")
    assert refusal(b"x", f"{header}..{made}") == "key_unknown"


def test_another_algorithm_is_refused() -> None:
    header = b64url_encode(b'{"alg":"none","typ":"%s","kid":"%s"}' % (TYP.encode(), AGENCY.key_id.encode()))
    assert refusal(b"x", f"{header}..AAAA") == "no_signature"


@pytest.mark.parametrize("text", ["", "..", "a..b", "x", "a.b.c.d", "." * 9000])
def test_what_is_no_signature_is_refused(text: str) -> None:
    assert refusal(b"x", text) == "no_signature"


def test_a_file_larger_than_a_policy_may_be_is_refused() -> None:
    assert refusal(b"x" * (MAX_BYTES + 1), sign_policy(b"x", signer=AGENCY)) == "no_signature"
