"""ID tokens: what is believed, and every known way to forge one."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from keys.limits import MAX_KID_CHARACTERS
from keys.sign_in.errors import OidcError
from tests.keys.sign_in.oidc_world import NOW, relying_party, sign_in
from tests.openid_provider import CLIENT_ID, OpenIdServer, new_key

Document = dict[str, Any]


def refusal(provider: OpenIdServer) -> str:
    with pytest.raises(OidcError) as caught:
        sign_in(relying_party(provider))
    assert caught.value.kind == "id_token"
    return caught.value.message


def encoded(document: object) -> str:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT_ID]},
        {"azp": CLIENT_ID},
        {"exp": NOW - 59},
        {"iat": NOW + 59},
        {"iat": NOW - 600},
        {"iat": NOW + 0.5},
        {"at_hash": None},
        {"amr": ["pwd", "otp"]},
        {"auth_time": NOW - 3600},
        {"sub": "s" * 255},
    ],
)
def test_a_statement_within_the_rules_is_believed(provider: OpenIdServer, claims: Document) -> None:
    provider.alter_claims = lambda given: given.update({name: claim for name, claim in claims.items() if claim})
    assert sign_in(relying_party(provider)).issuer == provider.issuer


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "http://127.0.0.1:1"}, "invalid_claim"),
        ({"iss": 7}, "types"),
        ({"aud": "somebody-else"}, "for us and nobody else"),
        ({"aud": [CLIENT_ID, "somebody-else"]}, "for us and nobody else"),
        ({"aud": []}, "for us and nobody else"),
        ({"aud": CLIENT_ID[:-1]}, "for us and nobody else"),
        ({"aud": {"a": CLIENT_ID}}, "for us and nobody else"),
        ({"azp": "somebody-else"}, "invalid_claim"),
        ({"azp": 7}, "types"),
        ({"nonce": "of-another-sign-in"}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": ["n"]}, "types"),
        ({"exp": NOW - 60}, "expired_token"),
        ({"exp": str(NOW + 300)}, "types"),
        ({"exp": True}, "types"),
        ({"exp": 2**33}, "types"),
        ({"exp": -1}, "types"),
        ({"iat": NOW - 601}, "old"),
        ({"iat": NOW + 61}, "invalid"),
        ({"iat": None}, "types"),
        ({"nbf": NOW + 61}, "invalid"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "invalid_claim"),
        ({"at_hash": 7}, "types"),
        ({"sub": ""}, "types"),
        ({"sub": 7}, "types"),
        ({"sub": "s" * 256}, "types"),
        ({"amr": "pwd"}, "invalid_claim"),
    ],
)
def test_a_statement_that_breaks_a_rule_is_refused(provider: OpenIdServer, claims: Document, said: str) -> None:
    provider.alter_claims = lambda given: given.update(claims)
    assert said in refusal(provider)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat", "nonce"])
def test_a_statement_without_a_needed_claim_is_refused(provider: OpenIdServer, name: str) -> None:
    provider.alter_claims = lambda claims: claims.pop(name)
    assert refusal(provider)


@pytest.mark.parametrize(
    "header",
    [
        {"jwk": {"kty": "EC"}},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"crit": ["b64"], "b64": True},
        {"typ": "at+jwt"},
        {"typ": "logout+jwt"},
        {"kid": 7},
        {"kid": "k" * 300},
    ],
)
def test_a_header_that_says_more_than_a_plain_one_is_refused(provider: OpenIdServer, header: Document) -> None:
    provider.sign = lambda given, claims: f"{encoded(given | header)}.{encoded(claims)}.{encoded(b'x' * 64)}"
    assert "ID token" in refusal(provider)


def test_a_key_with_the_longest_name_is_found_by_it(provider: OpenIdServer) -> None:
    provider.key = new_key("k" * MAX_KID_CHARACTERS)
    assert sign_in(relying_party(provider)).subject == "person-1"


def test_unknown_members_of_a_header_are_left_alone(provider: OpenIdServer) -> None:
    provider.alter_header = lambda header: header.update({"typ": "jwt", "x5t": "AAAA", "ver": "2.0"})
    assert sign_in(relying_party(provider)).subject == "person-1"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES384", "RS512", "EdDSA", "", None, ["ES256"]])
def test_an_algorithm_that_is_not_on_our_list_is_refused(provider: OpenIdServer, algorithm: object) -> None:
    provider.sign = lambda header, claims: f"{encoded(header | {'alg': algorithm})}.{encoded(claims)}."
    assert "expected an ID token signed with one of ES256, RS256, PS256" in refusal(provider)


def test_a_mac_under_the_public_key_is_refused(provider: OpenIdServer) -> None:
    provider.key = new_key("r1", kind="RSA")
    secret = provider.key.as_pem(private=False)

    def forged(header: Document, claims: Document) -> str:
        signed = f"{encoded(header | {'alg': 'HS256'})}.{encoded(claims)}"
        return f"{signed}.{encoded(hmac.digest(secret, signed.encode(), 'sha256'))}"

    provider.sign = forged
    assert "expected an ID token signed with one of" in refusal(provider)


def test_the_signature_of_another_key_under_the_same_name_is_refused(provider: OpenIdServer) -> None:
    provider.published = [ECKey.generate_key("P-256", {"kid": "k1"}).as_dict(private=False)]
    assert "expected a signature of the provider" in refusal(provider)


@pytest.mark.parametrize("signature", [b"", b"\x00" * 64, b"x" * 64, b"x" * 63])
def test_an_empty_or_invented_signature_is_refused(provider: OpenIdServer, signature: bytes) -> None:
    provider.sign = lambda header, claims: f"{encoded(header)}.{encoded(claims)}.{encoded(signature)}"
    assert "expected a signature of the provider" in refusal(provider)


REPEATED = b'{"sub":"a","sub":"b"}'
FORGERIES: dict[str, Callable[[str, str], str]] = {
    "two parts": lambda header, claims: f"{header}.{claims}",
    "five parts": lambda header, claims: f"{header}.{claims}.a.b.c",
    "padding": lambda header, claims: f"{header}==.{claims}.AAAA",
    "a repeated member": lambda header, _: f"{header}.{encoded(REPEATED)}.AAAA",
    "no object": lambda header, _: f"{header}.{encoded([])}.AAAA",
    "a large one": lambda header, claims: f"{header}.{claims}.{'A' * 20_000}",
    "odd letters": lambda header, claims: f"{header}.{claims}.AAA!",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_token_of_another_form_is_refused(provider: OpenIdServer, forgery: Callable[[str, str], str]) -> None:
    provider.sign = lambda header, claims: forgery(encoded(header), encoded(claims))
    assert refusal(provider).startswith("expected an ID token")


def test_a_set_with_one_key_needs_no_name_of_it(provider: OpenIdServer) -> None:
    provider.alter_header = lambda header: header.pop("kid")
    provider.published = [provider.key.as_dict(private=False), {"kty": "oct", "k": "AAAA"}, new_rsa()]
    assert sign_in(relying_party(provider)).subject == "person-1"


def new_rsa() -> Document:
    return new_key("r9", kind="RSA").as_dict(private=False)


@pytest.mark.parametrize(
    "change",
    [{"use": "enc"}, {"alg": "ES384"}, {"kty": "RSA"}, {"crv": "P-384"}, {"kid": "another"}],
)
def test_a_key_for_something_else_is_not_used(provider: OpenIdServer, change: Document) -> None:
    provider.published = [provider.key.as_dict(private=False) | change]
    assert "expected exactly one key" in refusal(provider)


def test_of_two_keys_with_one_name_neither_is_used(provider: OpenIdServer) -> None:
    provider.published = [provider.key.as_dict(private=False), new_key("k1").as_dict(private=False)]
    assert "expected exactly one key" in refusal(provider)


@pytest.mark.parametrize("change", [{"x": "AAAA"}, {"x": 7}, {"y": None}, {"x": "!"}])
def test_a_key_that_is_no_point_is_refused(provider: OpenIdServer, change: Document) -> None:
    provider.published = [provider.key.as_dict(private=False) | change]
    assert "expected a usable key" in refusal(provider)


def test_a_key_without_a_needed_member_is_refused(provider: OpenIdServer) -> None:
    provider.published = [{name: text for name, text in provider.key.as_dict(private=False).items() if name != "x"}]
    assert "expected a usable key" in refusal(provider)


@pytest.mark.parametrize(
    ("bits", "said"), [(2048, "a signature"), (8192, "a signature"), (8200, "an RSA key of 2048 to 8192 bits")]
)
def test_an_rsa_key_of_a_size_within_the_limits_is_used(provider: OpenIdServer, bits: int, said: str) -> None:
    modulus = encoded((2 ** (bits - 1) + 1).to_bytes(bits // 8, "big"))  # nobody has the private half of it
    provider.published = [{"kty": "RSA", "kid": "k1", "n": modulus, "e": "AQAB"}]
    provider.sign = lambda header, claims: f"{encoded(header | {'alg': 'RS256'})}.{encoded(claims)}.AAAA"
    assert f"expected {said}" in refusal(provider)


@pytest.mark.filterwarnings("ignore:.*:joserfc.errors.SecurityWarning")
def test_a_short_rsa_key_is_refused(provider: OpenIdServer) -> None:
    provider.key, provider.algorithm = RSAKey.generate_key(1024, {"kid": "short"}), "RS256"
    assert "expected an RSA key of 2048 to 8192 bits" in refusal(provider)
