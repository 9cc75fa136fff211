"""Signing in with an OpenID provider that runs on loopback: the way there and back, and every lie on it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from keys.limits import MAX_KEYS_IN_SET
from keys.sign_in.errors import OidcError
from keys.sign_in.oidc.model import OidcIdentity, OpenIdProvider, open_pending, seal_pending
from keys.sign_in.oidc.relying_party import RelyingParty
from tests.keys.sign_in.oidc_world import (
    BACK,
    NETWORK,
    NOW,
    configured,
    random_bytes,
    relying_party,
    sign_in,
    there_and_back,
)
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdServer, new_key, openid_server

KEY = bytes(range(32))
DOCUMENTS = ("/.well-known/openid-configuration", "/keys", "/token")


def refusal(party: RelyingParty, *, now: int = NOW) -> OidcError:
    with pytest.raises(OidcError) as caught:
        sign_in(party, now=now)
    return caught.value


def test_a_person_comes_back_with_issuer_subject_and_name(provider: OpenIdServer) -> None:
    assert sign_in(relying_party(provider)) == OidcIdentity(provider.issuer, "person-1", "김하늘")


def test_the_browser_is_sent_with_pkce_state_and_nonce_that_never_repeat(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    sent = [parse_qs(urlsplit(party.begin(BACK, now=NOW, random_bytes=random_bytes)[0]).query) for _ in range(2)]
    assert sent[0]["response_type"] == ["code"]
    assert sent[0]["scope"] == ["openid profile"]
    assert sent[0]["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(sent[0][name][0]) == 43
        assert sent[0][name] != sent[1][name]


@pytest.mark.parametrize("methods", [None, ["client_secret_basic", "client_secret_post"], ["client_secret_post"]])
def test_the_client_proves_itself_in_the_way_the_provider_takes(
    provider: OpenIdServer, methods: list[str] | None
) -> None:
    provider.auth_methods = methods
    assert sign_in(relying_party(provider)).subject == "person-1"
    assert provider.clients == [(CLIENT_ID, CLIENT_SECRET)]


def test_a_client_without_a_secret_signs_people_in_by_pkce(provider: OpenIdServer) -> None:
    assert sign_in(relying_party(provider, secret=None)).subject == "person-1"
    assert provider.clients == [(CLIENT_ID, None)]


def test_a_provider_is_reached_through_the_network_that_was_given(provider: OpenIdServer) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [host]

    RelyingParty(configured(provider), network=replace(NETWORK, resolve=resolve)).begin(
        BACK, now=NOW, random_bytes=random_bytes
    )
    assert asked == ["127.0.0.1"]


def test_an_issuer_that_ends_in_a_slash_is_asked_at_the_usual_place(provider: OpenIdServer) -> None:
    named = replace(configured(provider), issuer=f"{provider.issuer}/tenant/")
    provider.alter_metadata = lambda metadata: metadata.update(issuer=named.issuer)
    provider.alter_claims = lambda claims: claims.update(iss=named.issuer)
    provider.alter_answer = lambda answer: answer.update(iss=named.issuer)
    assert sign_in(RelyingParty(named, network=NETWORK)).issuer == named.issuer
    assert provider.asked[0] == f"/tenant{DOCUMENTS[0]}"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_rsa_keys_are_believed_too(provider: OpenIdServer, algorithm: str) -> None:
    provider.key, provider.algorithm = new_key("r1", kind="RSA"), algorithm
    assert sign_in(relying_party(provider)).subject == "person-1"


def test_metadata_and_keys_are_asked_for_once_an_hour(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    sign_in(party)
    sign_in(party)
    assert [provider.asked.count(path) for path in DOCUMENTS] == [1, 1, 2]
    provider.now = NOW + 3600
    sign_in(party, now=NOW + 3600)
    assert [provider.asked.count(path) for path in DOCUMENTS] == [2, 2, 3]


def test_a_new_key_of_the_provider_is_learnt_at_once(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    sign_in(party)
    provider.key = new_key("k2")
    provider.now = NOW + 61
    assert sign_in(party, now=NOW + 61).subject == "person-1"


def test_unknown_keys_make_us_ask_at_most_once_a_minute(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    sign_in(party)
    provider.alter_header = lambda header: header.update(kid="never-published")
    for later in (0, 1, 30, 59):
        assert refusal(party, now=NOW + later).kind == "id_token"
    assert provider.asked.count("/keys") == 1
    for later in (60, 61, 119):
        assert "expected exactly one key" in refusal(party, now=NOW + later).message
        assert provider.asked.count("/keys") == 2


def test_a_provider_has_as_many_keys_as_a_key_set_may_have_and_no_more(provider: OpenIdServer) -> None:
    key = provider.key.as_dict(private=False)
    others = [{**key, "kid": f"other-{number}"} for number in range(MAX_KEYS_IN_SET)]
    provider.published = [*others[1:], key]
    assert sign_in(relying_party(provider)).subject == "person-1"
    provider.published = [*others, key]
    assert refusal(relying_party(provider)).kind == "provider"


def test_a_key_set_of_its_own_media_type_is_read(provider: OpenIdServer) -> None:
    provider.key_set_type = "application/jwk-set+json"
    assert sign_in(relying_party(provider)).subject == "person-1"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "  Kim\u202e Haneul\n "}, "Kim Haneul"),
        ({"name": 7, "preferred_username": "haneul"}, "haneul"),
        ({"name": "Kim\x1b\u2028\u2029Haneul"}, "KimHaneul"),
        ({"name": "\u200b\u200e"}, None),
        ({"name": "   "}, None),
        ({}, None),
        ({"name": "<img src=x>" + "a" * 500}, "<img src=x>" + "a" * 189),
    ],
)
def test_the_shown_name_is_one_harmless_line(provider: OpenIdServer, claims: dict[str, Any], name: str | None) -> None:
    provider.claims = claims
    assert sign_in(relying_party(provider)).name == name


LIES_IN_THE_ANSWER: dict[str, Callable[[dict[str, Any]], None]] = {
    "another state": lambda answer: answer.update(state="x" * 43),
    "no state": lambda answer: answer.pop("state"),
    "a state that is no ASCII": lambda answer: answer.update(state="é"),
    "the name of another provider": lambda answer: answer.update(iss="http://127.0.0.1:1"),
    "no name though it promised one": lambda answer: answer.pop("iss"),
    "no code": lambda answer: answer.pop("code"),
    "an empty code": lambda answer: answer.update(code=""),
    "the name of another provider beside an error": lambda answer: answer.update(iss="http://x.example", error="no"),
}


@pytest.mark.parametrize("lie", LIES_IN_THE_ANSWER.values(), ids=LIES_IN_THE_ANSWER)
def test_an_answer_that_is_not_of_this_sign_in_is_refused_before_any_code_is_used(
    provider: OpenIdServer, lie: Callable[[dict[str, Any]], None]
) -> None:
    provider.alter_answer = lie
    assert refusal(relying_party(provider)).kind == "answer"
    assert "/token" not in provider.asked


def test_a_state_that_is_half_a_character_is_refused(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    pending, answer = there_and_back(party)
    with pytest.raises(OidcError) as caught:
        party.finish(
            pending, [*((name, text) for name, text in answer if name != "state"), ("state", "\ud83d")], now=NOW
        )
    assert caught.value.kind == "answer"


def test_a_parameter_that_comes_twice_is_refused(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    pending, answer = there_and_back(party)
    with pytest.raises(OidcError) as caught:
        party.finish(pending, [*answer, ("code", "another")], now=NOW)
    assert caught.value.kind == "answer"


def test_a_provider_that_never_says_its_name_is_believed_without(provider: OpenIdServer) -> None:
    provider.alter_metadata = lambda metadata: metadata.pop("authorization_response_iss_parameter_supported")
    provider.alter_answer = lambda answer: answer.pop("iss")
    assert sign_in(relying_party(provider)).subject == "person-1"


@pytest.mark.parametrize("error", ["access_denied", "server_error", "<script>"])
def test_a_provider_or_person_who_says_no_is_told_apart(provider: OpenIdServer, error: str) -> None:
    provider.refuses = error
    caught = refusal(relying_party(provider))
    assert caught.kind == "cancelled"
    assert error not in caught.message


def test_an_answer_carried_from_one_provider_to_another_is_refused(provider: OpenIdServer) -> None:
    with openid_server() as mallory:
        honest, hostile = relying_party(provider), relying_party(mallory, name="mallory")
        pending, answer = there_and_back(hostile)
        with pytest.raises(OidcError) as caught:
            honest.finish(pending, answer, now=NOW)
        assert caught.value.kind == "answer"
        honest_pending, honest_answer = there_and_back(honest)
        with pytest.raises(OidcError) as caught:
            hostile.finish(replace(honest_pending, provider_id="mallory"), honest_answer, now=NOW)
        assert caught.value.kind == "answer"
        assert "/token" not in mallory.asked


def test_a_code_is_good_for_one_sign_in(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    pending, answer = there_and_back(party)
    party.finish(pending, answer, now=NOW)
    with pytest.raises(OidcError) as caught:
        party.finish(pending, answer, now=NOW)
    assert caught.value.kind == "code"


def test_a_code_of_another_browser_is_refused_by_pkce(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    _, stolen = there_and_back(party)
    pending, own = there_and_back(party)
    answer = [(name, dict(stolen)["code"] if name == "code" else text) for name, text in own]
    with pytest.raises(OidcError) as caught:
        party.finish(pending, answer, now=NOW)
    assert caught.value.kind == "code"


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"token_endpoint": "https://evil.example/token"},
        {"jwks_uri": "https://evil.example/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://evil.example/authorize"},
    ],
)
def test_metadata_that_leads_elsewhere_is_refused(provider: OpenIdServer, lie: dict[str, Any]) -> None:
    provider.alter_metadata = lambda metadata: metadata.update(lie)
    assert refusal(relying_party(provider)).kind == "provider"


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("body", [b"", b"[]", b'{"a":1,"a":2}', b"<html>", b"{}", b'{"keys":7}', b" " * 70_000])
def test_a_document_of_the_provider_that_is_none_is_named_as_its_fault(
    provider: OpenIdServer, path: str, body: bytes
) -> None:
    provider.broken[path] = body
    caught = refusal(relying_party(provider))
    assert caught.kind == (
        "id_token" if path == "/token" and body[:2] in (b"{}", b'{"') and body[2:3] != b"a" else "provider"
    )


def test_keys_that_cannot_be_had_are_the_providers_fault(provider: OpenIdServer) -> None:
    provider.alter_metadata = lambda metadata: metadata.update(jwks_uri=f"{provider.issuer}/nowhere")
    assert refusal(relying_party(provider)).kind == "provider"


def test_a_provider_that_is_down_is_named_as_unreachable(provider: OpenIdServer) -> None:
    with openid_server() as gone:
        party = relying_party(gone)
    with pytest.raises(OidcError) as caught:
        party.begin(BACK, now=NOW, random_bytes=random_bytes)
    assert caught.value.kind == "provider"


def test_a_provider_that_cannot_be_asked_is_left_alone_for_ten_seconds(provider: OpenIdServer) -> None:
    provider.broken[DOCUMENTS[0]] = b"<html>"
    party = relying_party(provider)
    for later in (0, 0, 1, 9):
        assert refusal(party, now=NOW + later).kind == "provider"
    assert provider.asked.count(DOCUMENTS[0]) == 1
    provider.broken.clear()
    provider.now = NOW + 10
    assert sign_in(party, now=NOW + 10).subject == "person-1"


def test_who_comes_while_the_provider_is_being_asked_is_told_to_try_again(provider: OpenIdServer) -> None:
    party = relying_party(provider)
    with party._asking:
        told = refusal(party)
    assert ("being asked at this moment" in told.message, told.kind) == (True, "provider")
    sign_in(party)
    provider.now = NOW + 3600
    with party._asking:
        assert sign_in(party, now=NOW + 3600).subject == "person-1"
    assert provider.asked.count(DOCUMENTS[0]) == 1


@pytest.mark.parametrize(
    "change",
    [{"issuer": "not a url"}, {"origins": ("https://a.example/path",)}, {"development": False}],
)
def test_a_configuration_that_cannot_work_is_said_before_anybody_signs_in(
    provider: OpenIdServer, change: dict[str, Any]
) -> None:
    wrong: OpenIdProvider = replace(configured(provider), **change)
    with pytest.raises(OidcError) as caught:
        RelyingParty(wrong)
    assert caught.value.kind == "configuration"


@pytest.mark.parametrize(
    "tokens",
    [{"id_token": None}, {"id_token": 7}, {"access_token": None}, {"id_token": ""}, {"id_token": "a.b"}],
)
def test_an_answer_without_usable_tokens_is_refused(provider: OpenIdServer, tokens: dict[str, Any]) -> None:
    provider.tokens = tokens
    assert refusal(relying_party(provider)).kind == "id_token"


def test_an_error_in_the_answer_for_tokens_is_the_providers(provider: OpenIdServer) -> None:
    provider.tokens = {"error": "temporarily_unavailable"}
    assert refusal(relying_party(provider)).kind == "provider"


def test_a_sign_in_under_way_comes_back_from_its_cookie(provider: OpenIdServer) -> None:
    _, pending = relying_party(provider).begin(BACK, now=NOW, random_bytes=random_bytes)
    value = seal_pending(pending, key=KEY)
    assert pending.state not in value
    assert open_pending(value, key=KEY, now=NOW) == pending
    assert open_pending(value, key=KEY, now=NOW + 599) == pending


@pytest.mark.parametrize("later", [-1, 600, 10**6])
def test_a_sign_in_that_took_too_long_is_over(provider: OpenIdServer, later: int) -> None:
    _, pending = relying_party(provider).begin(BACK, now=NOW, random_bytes=random_bytes)
    with pytest.raises(OidcError) as caught:
        open_pending(seal_pending(pending, key=KEY), key=KEY, now=NOW + later)
    assert caught.value.kind == "expired"


@pytest.mark.parametrize("change", [None, "", "AAAA", "not base64!", "other key", "one bit"])
def test_a_cookie_that_is_not_ours_is_no_sign_in(provider: OpenIdServer, change: str | None) -> None:
    _, pending = relying_party(provider).begin(BACK, now=NOW, random_bytes=random_bytes)
    sealed = {
        "other key": seal_pending(pending, key=KEY[::-1]),
        "one bit": "B" + seal_pending(pending, key=KEY)[1:],
    }
    with pytest.raises(OidcError) as caught:
        open_pending(sealed.get(change or "", change), key=KEY, now=NOW)
    assert caught.value.kind == "expired"


def test_no_secret_is_shown_where_values_are_printed(provider: OpenIdServer) -> None:
    _, pending = relying_party(provider).begin(BACK, now=NOW, random_bytes=random_bytes)
    shown = repr(pending) + repr(configured(provider))
    assert pending.nonce not in shown
    assert pending.code_verifier not in shown
    assert "s3cret" not in shown
