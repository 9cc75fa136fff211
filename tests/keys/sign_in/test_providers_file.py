"""The file that lists the OpenID providers of a service: what is taken, and what is refused and why."""

import json
from typing import Any

import pytest

from keys.sign_in.errors import OidcError
from keys.sign_in.oidc.providers_file import read_providers

GOOD: dict[str, Any] = {
    "id": "gov-id",
    "name": {"ko": "정부 로그인", "en": "Government sign-in"},
    "issuer": "https://login.example",
    "client_id": "bank",
}


def read(*providers: object, secret: str = "s3cret") -> list[object]:
    document = json.dumps({"providers": providers}).encode()
    return list(read_providers(document, secret_of=lambda name: f"{secret} of {name}", development=False))


def test_a_provider_is_read_with_its_secret_from_a_file_of_its_own() -> None:
    (provider,) = read_providers(
        json.dumps(
            {"providers": [{**GOOD, "client_secret_file": "gov.secret", "origins": ["https://token.example"]}]}
        ).encode(),
        secret_of={"gov.secret": "hidden"}.__getitem__,
        development=True,
    )
    assert (provider.id, provider.issuer, provider.client_id) == ("gov-id", "https://login.example", "bank")
    assert provider.name == GOOD["name"]
    assert provider.client_secret == "hidden"
    assert provider.origins == ("https://token.example",)
    assert provider.development
    assert "hidden" not in repr(provider)


def test_a_provider_without_a_secret_is_one_with_pkce_alone() -> None:
    (provider,) = read_providers(json.dumps({"providers": [GOOD]}).encode(), secret_of=str, development=False)
    assert provider.client_secret is None
    assert not provider.development


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "Gov"}, "an id of small letters"),
        ({"id": "settings"}, "not in use"),
        ({"id": "../up"}, "an id of small letters"),
        ({"id": 7}, "as texts"),
        ({"issuer": ""}, "as texts"),
        ({"name": "Gov"}, "a name in ko and en"),
        ({"name": {"ko": "가"}}, "a name in ko and en"),
        ({"name": {"ko": "가", "en": 7}}, "a name in ko and en"),
        ({"origins": "https://token.example"}, "a list of texts"),
        ({"origins": [7]}, "a list of texts"),
        ({"client_secret_file": 7}, "the name of a file"),
        ({"client_secret": "in the open"}, "expected the members"),
    ],
)
def test_a_provider_of_another_form_is_refused_with_what_was_expected(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(OidcError, match=expected) as refused:
        read(GOOD | change)
    assert refused.value.kind == "configuration"
    assert refused.value.message.startswith("provider 1")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"[]", "JSON object"),
        (b"{", "JSON object"),
        (b"{}", "a list of providers"),
        (b'{"providers": []}', "a list of providers"),
        (b'{"providers": ["x"]}', "expected the members"),
    ],
)
def test_a_file_of_another_form_is_refused(document: bytes, expected: str) -> None:
    with pytest.raises(OidcError, match=expected):
        read_providers(document, secret_of=str, development=False)


def test_two_providers_of_one_id_are_refused() -> None:
    with pytest.raises(OidcError, match="an id of its own"):
        read(GOOD, GOOD | {"issuer": "https://other.example"})


def test_a_provider_without_a_member_is_refused() -> None:
    with pytest.raises(OidcError, match="expected the members"):
        read({name: value for name, value in GOOD.items() if name != "client_id"})
