"""What the API says of itself: its OpenAPI document, the form of its answers, and what a preview tells."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from credential_schemas.qr.symbols import SYMBOL_BYTES
from credential_schemas.report.schema import report_schema
from issuer.api.problems import refusal_of
from issuer.bank import Bank
from issuer.errors import IssuerError
from tests.issuer.api_client import KEY, Client, problem_of, service, token_of
from tests.issuer.conftest import Document, World

PREVIEW = "/api/v1/certificates/preview"


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


@pytest.fixture
def client(world: World, bank: Bank, account: str) -> Client:
    return Client(service(world, bank), token_of(world, bank, account))


@pytest.fixture
def entries(client: Client) -> list[Document]:
    listed: list[Document] = client.ask("GET", "/api/v1/account/entries").json()["entries"]
    return listed


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    """The OpenAPI document, as anybody may fetch it."""
    found: dict[str, Any] = Client(client.app).ask("GET", "/api/v1/openapi.json").json()
    return found


def answer_schema(document: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path][method]["responses"][str(status)]["content"]["application/json"]
    return dict(found["schema"])


def test_the_document_names_every_address_and_how_callers_are_told_apart(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {
        "/api/v1/account",
        "/api/v1/account/entries",
        "/api/v1/certificates",
        "/api/v1/certificates/preview",
        "/api/v1/certificates/{number}",
        "/api/v1/certificates/{number}/pdf",
        "/api/v1/certificates/{number}/revoke",
        "/api/v1/reprints",
    }
    assert document["components"]["securitySchemes"].keys() == {"token", "session"}
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["security"]
            assert operation["responses"]["401"]["content"].keys() == {"application/problem+json"}


def test_every_answer_has_its_documented_form(
    client: Client, entries: list[Document], document: dict[str, Any]
) -> None:
    issued = client.issue({"entries": [entries[0]["id"]]})
    one = "/api/v1/certificates/{number}"
    asked = [
        ("post", "/api/v1/certificates", issued),
        ("get", "/api/v1/account", client.ask("GET", "/api/v1/account")),
        ("get", "/api/v1/account/entries", client.ask("GET", "/api/v1/account/entries")),
        ("get", "/api/v1/certificates", client.ask("GET", "/api/v1/certificates")),
        ("get", one, client.ask("GET", issued.json()["links"]["self"])),
        ("post", PREVIEW, client.ask("POST", PREVIEW, {"entries": [entries[0]["id"]]})),
        ("post", f"{one}/revoke", client.ask("POST", issued.json()["links"]["revoke"])),
    ]
    for method, path, answer in asked:
        schema = answer_schema(document, method, path, answer.status_code)
        jsonschema.validate(answer.json(), schema)
        assert answer.headers["cache-control"] == "no-store"


def test_a_preview_is_what_the_issued_certificate_says(
    bank: Bank, client: Client, account: str, entries: list[Document]
) -> None:
    body = {"entries": [entries[0]["id"]], "recipient": "(가상)기관"}
    preview = client.ask("POST", PREVIEW, body).json()
    with bank.store.read() as transaction:
        assert transaction.certificates.lines(account) == []
    issued = client.issue(body).json()
    assert issued["number"].endswith("00000001")
    jsonschema.validate(preview["report"], report_schema())
    assert (preview["report"]["verdict"], preview["report"]["simulated"]) == ("valid", True)
    assert [entry["title"]["ko"] for entry in preview["report"]["disclosed"]["entries"]] == [
        entry["title"] for entry in issued["entries"]
    ]
    printed = {line["where"]: line["text"] for line in preview["page"]["lines"]}
    assert printed["certificate.recipient"] == "(가상)기관"
    assert printed["number"] != issued["number"]
    assert printed["code"] == "?????-?????-?????-?????"
    assert preview["qr"] == {"bytes": preview["qr"]["bytes"], "capacity": SYMBOL_BYTES, "codes": issued["qr"]["codes"]}
    assert 0 < preview["qr"]["bytes"] <= SYMBOL_BYTES
    assert preview["hidden"]["entries_not_chosen"] == len(entries) - 1


def test_a_blind_preview_shows_no_name_and_says_what_it_hides(client: Client, entries: list[Document]) -> None:
    units = [entry for entry in entries if entry["proven_by"] is not None]
    preview = client.ask("POST", PREVIEW, {"entries": [units[0]["id"]], "blind": True}).json()
    assert preview["report"]["disclosed"]["holder"] == {}
    assert preview["hidden"]["holder"] == ["name", "birth_date"]
    assert preview["companions"] == [units[0]["proven_by"]]
    person = client.ask("GET", "/api/v1/account").json()["person"]
    assert person["name"] not in str(preview)


def test_a_preview_refuses_what_issuing_refuses(client: Client) -> None:
    assert problem_of(client.ask("POST", PREVIEW, {"entries": []})) == (422, "selection_empty")
    assert problem_of(client.ask("POST", PREVIEW, b"{", content_type="application/json")) == (422, "body_invalid")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/certificates", "GET, POST"),
        ("POST", "/api/v1/account", "GET"),
        ("GET", "/api/v1/reprints", "POST"),
    ],
)
def test_another_method_is_refused_in_the_same_form(client: Client, method: str, path: str, allowed: str) -> None:
    answer = client.ask(method, path)
    assert problem_of(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_no_address_of_another_form_makes_the_service_fail(client: Client) -> None:
    for number in ("%00", "..%2f..%2fbank.db", "CB-2026-1", "%ff", "' OR 1=1", "x" * 4000):
        assert client.ask("GET", f"/api/v1/certificates/{number}").status_code == 404
        assert client.ask("POST", f"/api/v1/certificates/{number}/revoke").status_code == 404


def test_a_key_that_is_hostile_text_is_refused(client: Client, entries: list[Document]) -> None:
    for key in ("x" * 129, "\u00e9" * 20):
        answer = client.issue({"entries": [entries[0]["id"]]}, key)
        assert problem_of(answer) == (400, "retry_key_invalid")
    assert client.issue({"entries": [entries[0]["id"]]}, KEY).status_code == 201


def test_an_error_that_no_request_can_lead_to_stays_a_fault() -> None:
    with pytest.raises(IssuerError):
        refusal_of(IssuerError("a fault"))
