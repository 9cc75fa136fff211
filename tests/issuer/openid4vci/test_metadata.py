"""What wallets read first: plain and signed metadata, type metadata of every configuration, the token service's."""

import json
from typing import Any

import jsonschema
import pytest

from credential_schemas.entry_types import entry_types
from issuer.api.openid4vci import wants_signed
from issuer.cli.main import main
from issuer.openid4vci.configurations import CERTIFICATE_ID, configurations, flat_id
from issuer.openid4vci.metadata import GRANT
from issuer.publishing import certified_types
from keys import jws
from keys.certificate_chain import ChainDemands, certified_key
from keys.certificates import LeafKind
from tests.issuer.conftest import URL
from tests.issuer.openid4vci.conftest import Office
from tests.vectors.openid4vci.schemas import schema, vector

ISSUER = "/.well-known/openid-credential-issuer"
SERVER = "/.well-known/oauth-authorization-server"


@pytest.fixture
def document(office: Office) -> dict[str, Any]:
    return dict(office.client.ask("GET", ISSUER).json())


def test_metadata_fit_the_schema_of_the_conformance_suite(document: dict[str, Any]) -> None:
    jsonschema.validate(document, schema("credential_issuer_metadata-1_0"))
    assert document["credential_issuer"] == URL
    for name in ("credential_endpoint", "nonce_endpoint", "notification_endpoint"):
        assert document[name].startswith(f"{URL}/")
    assert document["batch_credential_issuance"]["batch_size"] >= 2


def test_there_is_the_certificate_and_one_flat_credential_for_each_kind_of_entry(document: dict[str, Any]) -> None:
    supported = document["credential_configurations_supported"]
    assert supported.keys() == {CERTIFICATE_ID, *map(flat_id, certified_types())}
    assert {entry_types()[name].credential_type for name in certified_types()} == certified_types()


def test_every_configuration_is_bound_to_a_key_named_in_two_languages_and_uses_one_algorithm(
    document: dict[str, Any],
) -> None:
    for name, each in document["credential_configurations_supported"].items():
        assert (each["format"], each["scope"]) == ("dc+sd-jwt", name)
        assert each["credential_signing_alg_values_supported"] == ["ES256"]
        assert each["cryptographic_binding_methods_supported"] == ["jwk"]
        assert each["proof_types_supported"] == {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}}
        described = each["credential_metadata"]
        assert [display["locale"] for display in described["display"]] == ["ko-KR", "en-US"]
        paths = [tuple(claim["path"]) for claim in described["claims"]]
        assert len(set(paths)) == len(paths)
        for claim in described["claims"]:
            assert [(display["locale"], bool(display["name"])) for display in claim["display"]] == [
                ("ko-KR", True),
                ("en-US", True),
            ]


def test_a_configuration_has_the_members_of_the_published_example(document: dict[str, Any]) -> None:
    ((_, published),) = vector("credential_metadata_sd_jwt_vc.json")["credential_configurations_supported"].items()
    assert published.keys() == document["credential_configurations_supported"][CERTIFICATE_ID].keys()


def test_type_metadata_are_served_as_they_were_hashed(office: Office) -> None:
    for configuration in list(configurations(URL).values())[:3]:
        served = office.client.ask("GET", configuration.vct.removeprefix(URL))
        assert served.headers["content-type"] == "application/json"
        assert served.content == configuration.metadata
        assert json.loads(served.content)["vct"] == configuration.vct


def test_a_type_that_the_bank_does_not_certify_is_not_there(office: Office) -> None:
    assert office.client.ask("GET", "/vct/entry/unknown/1").status_code == 404


def test_signed_metadata_are_for_this_issuer_and_lead_to_its_root(office: Office, document: dict[str, Any]) -> None:
    answer = office.client.ask("GET", ISSUER, accept="application/jwt")
    assert answer.headers["content-type"] == "application/jwt"
    assert answer.headers["vary"] == "Accept"
    parsed = jws.parse_compact(answer.text, max_bytes=256 * 1024)
    now = int(office.now.timestamp())
    root = office.bank.certificate("root")
    key = certified_key(parsed.header["x5c"], ChainDemands(LeafKind.CREDENTIAL, URL, (root,), now))
    claims = json.loads(jws.verify(parsed, key, typ="openidvci-issuer-metadata+jwt"))
    assert claims == {"sub": URL, "iat": now, **document}


@pytest.mark.parametrize(
    ("accept", "signed"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/jwt", True),
        ("application/json, application/jwt;q=0.5", False),
        ("application/jwt, application/json;q=0.9", True),
    ],
)
def test_metadata_are_signed_for_whoever_asks_for_that_first(accept: str, *, signed: bool) -> None:
    assert wants_signed(accept) is signed


def test_the_token_service_is_the_issuer_itself(office: Office) -> None:
    found = office.client.ask("GET", SERVER).json()
    assert (found["issuer"], found["token_endpoint"]) == (URL, f"{URL}/openid4vci/token")
    assert found["grant_types_supported"] == ["authorization_code", "refresh_token", GRANT]
    assert found["require_pushed_authorization_requests"] is True
    assert found["authorization_response_iss_parameter_supported"] is True
    assert (found["code_challenge_methods_supported"], found["dpop_signing_alg_values_supported"]) == (
        ["S256"],
        ["ES256"],
    )
    listed = found["status_list_aggregation_endpoint"].removeprefix(URL)
    assert office.client.ask("GET", listed).headers["content-type"] == "application/json"
    assert found["pre-authorized_grant_anonymous_access_supported"] is True


def test_a_service_that_only_shows_files_issues_nothing_to_wallets(office: Office) -> None:
    from issuer.app import ServiceWork, create_app
    from tests.issuer.api_client import Client

    bank, nothing = office.bank, ServiceWork(refresh=lambda: None, problems=list)
    client = Client(create_app(bank.folder, bank.profile, nothing))
    assert [client.ask("GET", ISSUER).status_code, client.ask("POST", "/openid4vci/nonce").status_code] == [404, 404]


def test_the_end_points_are_limited_in_rate(office: Office) -> None:
    answers = [office.client.ask("POST", "/openid4vci/token").status_code for _ in range(31)]
    assert answers == [400] * 30 + [429]
    assert office.client.ask("POST", "/openid4vci/nonce").json().keys() == {"c_nonce"}


def test_the_specifications_are_named_with_their_versions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["program"] == "cb-issuer"
    assert document["specifications"]["OpenID4VCI"].startswith("1.0 Final")
    assert document["specifications"]["Token Status List"].startswith("Internet-Draft")
