"""What is asked and by whom: the request object, the wish it is made from, who may make one, and the key that signs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from jsonschema import Draft7Validator

from credential_schemas.dcql.parse import parse_query
from keys.encoding import JsonValue, b64url_decode
from keys.jwk import PublicKey
from keys.jws import parse_compact, verify
from tests.verifier.presentations.counter import (
    ASKED,
    TITLE,
    URL,
    Counter,
    JsonObject,
    Wallet,
    decoded,
    request_signer,
)
from tests.verifier.world import Keys, World
from verifier.evidence.reader import EvidenceReader
from verifier.presentations import limits
from verifier.presentations.desk import PresentationDesk
from verifier.presentations.errors import PresentationUnknown, RequestRefused, TooManyPresentations
from verifier.presentations.presentation import State
from verifier.presentations.request_object import Service, check_prefix
from verifier.presentations.texts import reason_text, state_text
from verifier.presentations.wish import Circumstances, Wish, own_query, read_wish

SCHEMA = Draft7Validator(
    json.loads((Path(__file__).parents[2] / "vectors" / "oidf-conformance" / "dcql_request.json").read_text())
)
VECTOR = json.loads(
    (Path(__file__).parents[2] / "vectors" / "openid4vp-1.0" / "sd_jwt_vc_verifier_metadata.json").read_text()
)
POLICY = "ts-hiring-criteria"


def test_signed_request_has_what_the_conformance_plan_looks_at(counter: Counter) -> None:
    made = counter.asked()
    answer = counter.ask("GET", made["request_uri"])
    assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
    assert answer.headers["cache-control"] == "no-store"
    header, request = decoded(answer.text)
    signer, _ = request_signer()
    assert header == {"typ": "oauth-authz-req+jwt", "alg": "ES256", "x5c": [*signer.x5c]}
    key = PublicKey.from_jwk(dict(signer.signer.public_jwk()))
    verify(parse_compact(answer.text, max_bytes=65_536), key, typ="oauth-authz-req+jwt")
    assert set(request) == {
        "aud",
        "iat",
        "exp",
        "response_type",
        "response_mode",
        "client_id",
        "response_uri",
        "nonce",
        "state",
        "dcql_query",
        "client_metadata",
    }
    assert (request["aud"], request["response_type"]) == ("https://self-issued.me/v2", "vp_token")
    assert request["client_id"] == made["client_id"] == f"x509_hash:{signer.hash}"
    assert request["response_uri"].startswith(f"{URL}/openid4vp/response?id=")
    assert request["exp"] - request["iat"] == limits.LIFE_S
    assert len(b64url_decode(request["nonce"])) == len(b64url_decode(request["state"])) == 32
    SCHEMA.validate(request["dcql_query"])


def test_metadata_has_the_members_of_the_published_example(counter: Counter, wallet: Wallet) -> None:
    plain = wallet.fetch(counter.asked(response_mode="direct_post"))["client_metadata"]
    assert plain.keys() == VECTOR.keys()
    assert plain["vp_formats_supported"]["dc+sd-jwt"].keys() == VECTOR["vp_formats_supported"]["dc+sd-jwt"].keys()
    encrypted = wallet.fetch(counter.asked())["client_metadata"]
    (key,) = encrypted["jwks"]["keys"]
    assert {name: key[name] for name in ("kty", "crv", "use", "alg")} == {
        "kty": "EC",
        "crv": "P-256",
        "use": "enc",
        "alg": "ECDH-ES",
    }
    assert "d" not in key


def test_every_request_has_secrets_and_keys_of_its_own(counter: Counter, wallet: Wallet) -> None:
    requests = [wallet.fetch(counter.asked()) for _ in range(3)]
    for name in ("nonce", "state", "response_uri"):
        assert len({request[name] for request in requests}) == 3
    assert len({request["client_metadata"]["jwks"]["keys"][0]["x"] for request in requests}) == 3


def test_what_the_creator_knows_is_not_what_the_wallet_knows(counter: Counter) -> None:
    made = counter.asked()
    assert made["id"] not in made["qr_text"]


@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
def test_verifier_names_itself_by_its_certificate(counter: Counter, prefix: str) -> None:
    made = counter.asked(client_id_prefix=prefix)
    name = request_signer()[0].hash if prefix == "x509_hash" else "verify.example"
    assert made["client_id"] == f"{prefix}:{name}"


def test_published_policy_asks_for_what_its_rules_use(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked({"policy": POLICY})
    query = wallet.fetch(made)["dcql_query"]
    SCHEMA.validate(query)
    assert {each["id"] for each in query["credentials"]} >= {"national_technical_qualification", "language_test"}
    assert not any(claim["path"][0] == "holder" for each in query["credentials"] for claim in each["claims"])


def wish(world: World, body: JsonObject, *, development: bool = False) -> Wish:
    rules = world.rules()
    return read_wish(json.dumps(body).encode(), Circumstances(rules.trust, "한국교통안전공단", development))


CLAIM = {"path": ["qualifications", None, "title"]}


def with_query(**changes: object) -> JsonObject:
    return {"dcql": {"credentials": [{**TITLE, **changes}]}}


REFUSED: list[tuple[str, bytes | JsonObject, str]] = [
    ("no json", b"{", "body"),
    ("no object", b"[]", "body"),
    ("nothing asked", {}, "body"),
    ("both", {**ASKED, "policy": POLICY}, "body"),
    ("unknown member", {**ASKED, "scope": "x"}, "body"),
    ("notice without policy", {**ASKED, "notice": {}}, "body"),
    ("mode", {**ASKED, "response_mode": "fragment"}, "body"),
    ("mode no text", {**ASKED, "response_mode": 7}, "body"),
    ("prefix", {**ASKED, "client_id_prefix": "origin"}, "body"),
    ("method", {**ASKED, "request_uri_method": "put"}, "body"),
    ("query no object", {"dcql": []}, "query"),
    ("query without credentials", {"dcql": {}}, "query"),
    ("idle claim", with_query(claims=[{"id": "a", **CLAIM}, {"id": "b", **CLAIM}], claim_sets=[["a"]]), "query"),
    ("other format", with_query(format="mso_mdoc"), "query"),
    ("control claim", with_query(claims=[{"path": ["exp"]}]), "query"),
    ("inside a control claim", with_query(claims=[{"path": ["status", "status_list"]}]), "query"),
    ("type of nobody", with_query(meta={"vct_values": ["https://other.example/vct/1"]}), "type"),
    ("unknown policy", {"policy": "nobody"}, "policy"),
    ("policy by path", {"policy": "/etc/passwd"}, "policy"),
    ("policy no text", {"policy": 7}, "policy"),
    ("notice of another form", {"policy": POLICY, "notice": {"id": 7}}, "policy"),
    ("notice no object", {"policy": POLICY, "notice": []}, "policy"),
    ("notice with an odd choice", {"policy": POLICY, "notice": {"id": "a", "track": {}}}, "policy"),
    ("return by http", {**ASKED, "return_url": "http://apply.example/"}, "return_url"),
    ("return to this machine", {**ASKED, "return_url": "https://127.0.0.1/"}, "return_url"),
    ("return no text", {**ASKED, "return_url": 7}, "return_url"),
    ("consent no object", {**ASKED, "consent": "x"}, "body"),
    ("consent without title", {**ASKED, "consent": {"posting": "1"}}, "body"),
    ("consent no text", {**ASKED, "consent": {"posting": 1, "title": "x"}}, "body"),
    ("consent with an invisible character", {**ASKED, "consent": {"posting": "1", "title": "a\u202eb"}}, "body"),
]


@pytest.mark.parametrize(("body", "kind"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_wish_that_cannot_be_carried_out_is_refused(world: World, body: bytes | JsonObject, kind: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        read_wish(
            body if isinstance(body, bytes) else json.dumps(body).encode(), Circumstances(world.rules().trust, "KOTSA")
        )
    assert refused.value.kind == kind


def test_policy_that_nobody_is_trusted_for_is_refused(world: World) -> None:
    world.issuer["types"] = [{"vct": "https://bank.example/vct/x/1", "entry_types": ["military_service"]}]
    with pytest.raises(RequestRefused, match="none") as refused:
        wish(world, {"policy": POLICY})
    assert refused.value.kind == "type"


def test_wish_has_safe_defaults(world: World) -> None:
    read = wish(world, ASKED)
    assert (read.response_mode, read.prefix, read.method) == ("direct_post.jwt", "x509_hash", "get")
    assert (read.return_url, read.consent) == (None, None)


def test_return_address_may_be_this_machine_in_development(world: World) -> None:
    found = wish(world, {**ASKED, "return_url": "http://127.0.0.1:9/done"}, development=True)
    assert found.return_url == "http://127.0.0.1:9/done"


@pytest.fixture(scope="module")
def strict(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """A service that is not in development."""
    return Counter(World(keys, reader, tmp_path_factory.mktemp("strict")))


@pytest.mark.parametrize("token", [None, "unknown"])
def test_only_holders_of_a_token_speak_in_the_verifiers_name(strict: Counter, token: str | None) -> None:
    answer = strict.create(token=token)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_required")
    assert answer.headers["www-authenticate"] == "Bearer"
    made = strict.asked()
    headers = {"authorization": f"Bearer {token}"} if token else {}
    assert strict.ask("GET", f"/api/v1/presentations/{made['id']}", **headers).status_code == 401


def test_result_is_read_by_whoever_asked_only(strict: Counter) -> None:
    made = strict.asked()
    other = strict.ask("GET", f"/api/v1/presentations/{made['id']}", authorization="Bearer token-of-another")
    missing = strict.ask("GET", "/api/v1/presentations/nobody", authorization="Bearer token-of-another")
    for answer in (other, missing):
        assert (answer.status_code, answer.json()["code"]) == (404, "presentation_unknown")


def test_anybody_may_ask_in_development(counter: Counter) -> None:
    answer = counter.create(token=None)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/presentations/{answer.json()['id']}"


def test_unsigned_requests_are_for_development_only(strict: Counter) -> None:
    answer = strict.create(client_id_prefix="redirect_uri")
    assert (answer.status_code, answer.json()["kind"]) == (422, "prefix")


def test_refusal_of_a_wish_says_what_was_expected(strict: Counter) -> None:
    answer = strict.create({"dcql": {"credentials": []}})
    assert (answer.status_code, answer.json()["code"], answer.json()["kind"]) == (422, "presentation_refused", "query")


def test_openapi_describes_presentations_and_no_wallet_addresses(strict: Counter) -> None:
    paths = strict.ask("GET", "/api/v1/openapi.json").json()["paths"]
    assert {"post"} == paths["/api/v1/presentations"].keys()
    assert {"get", "delete"} == paths["/api/v1/presentations/{presentation_id}"].keys()
    assert not any("openid4vp" in path for path in paths)


def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> PresentationDesk:
    monkeypatch.setattr("verifier.presentations.desk.MAX_OPEN_OF_ONE", 2)
    monkeypatch.setattr("verifier.presentations.desk.MAX_OPEN", 3)

    def nothing(*_: object) -> NoReturn:
        raise AssertionError

    return PresentationDesk(Service(URL, request_signer()[0]), examine=nothing, now=lambda: world.now)


def test_open_requests_are_limited_for_each_and_for_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    limited, asked = desk(world, monkeypatch), wish(world, {**ASKED, "response_mode": "direct_post"})
    first = limited.create(asked, "token:a")
    limited.create(asked, "token:a")
    with pytest.raises(TooManyPresentations):
        limited.create(asked, "token:a")
    limited.create(asked, "token:b")
    with pytest.raises(TooManyPresentations):
        limited.create(asked, "token:c")
    limited.cancel(first.id, "token:a")
    assert limited.create(asked, "token:c").owner == "token:c"


def test_code_of_nobody_leads_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    limited = desk(world, monkeypatch)
    asked = limited.create(limited.with_return(wish(world, ASKED)), "person")
    assert asked.wish.return_url == f"{URL}/requests/return"
    with pytest.raises(PresentationUnknown):
        limited.came_back("A" * 43, "person")


@pytest.mark.parametrize(
    ("prefix", "service", "kind"),
    [
        ("x509_hash", Service(URL, None, True), "key"),
        ("x509_san_dns", Service(URL, None), "key"),
        ("redirect_uri", Service(URL, None), "prefix"),
        ("x509_san_dns", Service("https://other.example", request_signer()[0]), "prefix"),
        (
            "x509_san_dns",
            Service("http://127.0.0.1:8081", replace(request_signer()[0], hosts=("127.0.0.1",)), True),
            "prefix",
        ),
    ],
    ids=["hash without key", "name without key", "unsigned", "other host", "address"],
)
def test_service_does_not_name_itself_as_it_cannot(prefix: str, service: Service, kind: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_prefix(prefix, service)
    assert refused.value.kind == kind


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_name_in_both_languages(state: State) -> None:
    assert state_text(state).ko != state_text(state).en


@pytest.mark.parametrize("reason", ["query_unmet", "consent_missing", "undetermined", "wallet_declined"])
def test_every_reason_has_a_sentence_in_both_languages(reason: str) -> None:
    sentence = reason_text(reason)
    assert sentence.ko.endswith(".")
    assert sentence.en.endswith(".")


def test_claims_of_the_query_are_those_that_were_asked(world: World) -> None:
    query = own_query(ASKED["dcql"], world.rules().trust)
    assert query == parse_query(ASKED["dcql"])


def test_decoded_query_of_a_link_is_the_query(counter: Counter, wallet: Wallet) -> None:
    made = counter.asked(client_id_prefix="redirect_uri")
    found: JsonValue = wallet.fetch(made)["dcql_query"]
    assert found == ASKED["dcql"]
