"""Public keys in strict form, and signatures checked with them."""

from functools import partial

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keys import jwk
from keys.encoding import JsonValue, b64url_decode, b64url_encode
from keys.errors import JwkError
from keys.jwk import PublicKey, der_to_raw, public_key_of, raw_to_der
from keys.key_files import FileSigner, create_key
from keys.limits import MAX_KID_CHARACTERS
from keys.values import replace

# The key of RFC 7515 appendix A.3, also printed in other RFCs.
RFC_JWK: dict[str, JsonValue] = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def test_a_public_key_is_written_as_it_was_read() -> None:
    jwk = RFC_JWK | {"kid": "한 key", "alg": "ES256", "use": "sig"}
    assert PublicKey.from_jwk(jwk).jwk() == jwk


def test_a_key_without_kid_is_written_without_kid() -> None:
    assert "kid" not in PublicKey.from_jwk(RFC_JWK).jwk()


def test_the_longest_kid_is_read() -> None:
    assert PublicKey.from_jwk(RFC_JWK | {"kid": "k" * MAX_KID_CHARACTERS}).kid == "k" * MAX_KID_CHARACTERS


def test_a_key_of_the_library_is_wrapped_and_named_by_its_thumbprint() -> None:
    key = PublicKey.from_jwk(RFC_JWK)
    wrapped = public_key_of(key.cryptography_key())
    assert (wrapped.x, wrapped.y, wrapped.kid) == (key.x, key.y, key.thumbprint()[:16])


def test_unknown_members_of_a_jwk_are_ignored() -> None:
    assert PublicKey.from_jwk(RFC_JWK | {"x5c": [], "ext": True}) == PublicKey.from_jwk(RFC_JWK)


def test_key_ops_with_verify_are_accepted() -> None:
    assert PublicKey.from_jwk(RFC_JWK | {"key_ops": ["verify", "sign"]}).algorithm == "ES256"


def test_the_thumbprint_covers_the_required_members_only() -> None:
    # Computed independently: SHA-256 over the members crv, kty, x, y in this order (RFC 7638 section 3.3).
    expected = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
    assert PublicKey.from_jwk(RFC_JWK | {"kid": "a", "use": "sig"}).thumbprint() == expected


def test_the_fingerprint_is_the_thumbprint_in_hexadecimal_digits() -> None:
    key = PublicKey.from_jwk(RFC_JWK)
    assert key.fingerprint() == "a0a232c2f194a53553cb1310ddbc0821e414b9d7ebfc290b323084d7d1020fe5"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"d": "AA"}, "public key, found a private member", id="private EC key"),
        pytest.param({"k": "AA"}, "public key, found a private member", id="symmetric key"),
        pytest.param({"kty": "RSA"}, "kty EC", id="another key type"),
        pytest.param({"kty": None}, "kty EC", id="no key type"),
        pytest.param({"crv": "P-384"}, "crv P-256", id="another curve"),
        pytest.param({"crv": "p-256"}, "crv P-256", id="curve in another case"),
        pytest.param({"alg": "ES384"}, "for ES256", id="another algorithm"),
        pytest.param({"alg": "HS256"}, "for ES256", id="HMAC"),
        pytest.param({"alg": None}, "for ES256", id="null algorithm"),
        pytest.param({"use": "enc"}, "use sig", id="key for encryption"),
        pytest.param({"use": None}, "use sig", id="null use"),
        pytest.param({"key_ops": ["encrypt"]}, "verify once", id="operations without verify"),
        pytest.param({"key_ops": ["verify", "verify"]}, "verify once", id="operation twice"),
        pytest.param({"key_ops": "verify"}, "verify once", id="operations as text"),
        pytest.param({"kid": ""}, "kid", id="empty kid"),
        pytest.param({"kid": 7}, "kid", id="kid as number"),
        pytest.param({"kid": None}, "kid", id="null kid"),
        pytest.param({"kid": "k" * 257}, "kid", id="long kid"),
        pytest.param({"x": 1}, "as text", id="coordinate as number"),
        pytest.param({"y": None}, "as text", id="no coordinate"),
        pytest.param({"x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEV"}, "canonical base64url", id="stray bits"),
        pytest.param({"x": b64url_encode(b"\x00" + b"x" * 32)}, "32 bytes", id="leading zero"),
        pytest.param({"y": b64url_encode(b"y" * 31)}, "32 bytes", id="short"),
        pytest.param({"y": b64url_encode(b"y" * 32)}, "point of the curve", id="not on the curve"),
        pytest.param({"x": b64url_encode(bytes(32)), "y": b64url_encode(bytes(32))}, "point of the curve", id="zero"),
    ],
)
def test_a_jwk_that_is_not_a_public_signature_key_is_refused(change: dict[str, JsonValue], message: str) -> None:
    with pytest.raises(JwkError, match=message):
        PublicKey.from_jwk(RFC_JWK | change)


def test_a_public_key_for_another_algorithm_cannot_be_made() -> None:
    key = PublicKey.from_jwk(RFC_JWK)
    with pytest.raises(JwkError, match="for ES256"):
        PublicKey(kid=None, algorithm="ES512", x=key.x, y=key.y)


def test_a_signature_is_accepted_for_its_message_and_key_only(signer: FileSigner, other_signer: FileSigner) -> None:
    signature = signer.sign(b"message")
    checks = [
        signer.public_key.verify(signature, b"message"),
        signer.public_key.verify(signature, b"messagE"),
        other_signer.public_key.verify(signature, b"message"),
    ]
    assert checks == [True, False, False]


def test_signatures_are_checked_as_the_library_s_own_ecdsa_with_sha_256_would() -> None:
    ours, library = jwk._ECDSA_SHA256, ec.ECDSA(hashes.SHA256())
    assert type(ours.algorithm) is type(library.algorithm) is hashes.SHA256
    assert ours.deterministic_signing is library.deterministic_signing is False


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(b"", id="empty"),
        pytest.param(bytes(64), id="zeros (CVE-2022-21449)"),
        pytest.param(b"\xff" * 64, id="above the order"),
        pytest.param(bytes(63), id="short"),
        pytest.param(bytes(65), id="long"),
    ],
)
def test_a_signature_of_another_form_is_refused(signer: FileSigner, signature: bytes) -> None:
    assert signer.public_key.verify(signature, b"message") is False


def test_a_der_signature_is_refused_where_raw_is_expected(signer: FileSigner) -> None:
    assert signer.public_key.verify(raw_to_der(signer.sign(b"message")), b"message") is False


def test_a_signature_without_its_leading_zero_is_refused(signer: FileSigner) -> None:
    signature = next(made for made in iter(partial(signer.sign, b"message"), b"") if made[32] == 0)
    assert signer.public_key.verify(signature, b"message") is True
    assert signer.public_key.verify(signature[:32] + signature[33:], b"message") is False


def test_raw_and_der_forms_of_a_signature_are_converted_without_loss(signer: FileSigner) -> None:
    signature = signer.sign(b"message")
    assert der_to_raw(raw_to_der(signature)) == signature


def test_a_signer_shows_only_the_public_half(signer: FileSigner) -> None:
    assert "d" not in signer.public_jwk()
    assert signer.key_id == signer.public_jwk()["kid"]


def test_the_kid_of_our_keys_is_twelve_bytes_of_the_thumbprint(signer: FileSigner) -> None:
    assert signer.key_id == signer.public_key.thumbprint()[:16]
    assert len(b64url_decode(signer.key_id)) == 12


def test_a_key_is_the_same_whatever_it_is_called_and_another_point_is_another_key() -> None:
    key = create_key().public_key()
    assert key.is_same_as(replace(key, kid="another name"))
    assert not key.is_same_as(create_key().public_key())
    other_side = (2**256 - 2**224 + 2**192 + 2**96 - 1 - int.from_bytes(key.y, "big")).to_bytes(32, "big")
    assert not key.is_same_as(replace(key, y=other_side))
