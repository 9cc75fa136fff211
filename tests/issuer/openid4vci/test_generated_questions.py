"""Questions made by chance at addresses that the OpenAPI document leaves to their standards: no fault, whatever comes.

Wallets and verifiers ask these without a token of the API. Every answer is JSON, and none is a fault of the bank.
"""

import json
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from issuer.api.callers import Callers
from issuer.api.desk import ApiDesk
from issuer.api.openid4vci import WalletDesk
from issuer.app import Desk, ServiceWork, create_app
from issuer.issued.confirmations import ConfirmationDesk
from issuer.openid4vci.metadata import GRANT
from issuer.tokens import TokenDoor
from issuer.work_places import WorkPlaces
from tests.generated_requests import EXAMPLES
from tests.issuer.api_client import Client
from tests.issuer.openid4vci.conftest import Office, code_of
from tests.served_routes import routes_within

FORM, JSON, CREDENTIAL = "application/x-www-form-urlencoded", "application/json", "application/dc+sd-jwt"
MEMBERS = (
    "client_id", "code", "code_challenge", "code_challenge_method", "code_verifier", "credential_configuration_id",
    "credential_identifier", "credential_response_encryption", "event", "grant_type", "jwt", "notification_id",
    "pre-authorized_code", "proof", "proof_type", "proofs", "redirect_uri", "refresh_token", "request_uri",
    "response_type", "scope", "transaction_id", "tx_code",
)  # fmt: skip
KNOWN = (GRANT, "authorization_code", "refresh_token", "S256", "code", "a.b.c", "~", "eyJhbGciOiJub25lIn0.e30.")
TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(KNOWN))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3)),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=6)
PAIRS = st.lists(st.tuples(st.sampled_from(MEMBERS), TEXTS), max_size=6)
BODIES = st.one_of(
    st.binary(max_size=60),
    VALUES.map(lambda value: json.dumps(value).encode()),
    OBJECTS.map(lambda members: json.dumps(members).encode()),
    PAIRS.map(lambda pairs: urlencode(pairs, errors="replace").encode()),
)
VISIBLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
HEADERS = st.fixed_dictionaries(
    {"content-type": st.sampled_from((FORM, JSON, CREDENTIAL, "text/plain", "application/jwt"))},
    optional={"authorization": VISIBLE | VISIBLE.map(lambda text: f"DPoP {text}"), "dpop": VISIBLE, "accept": VISIBLE},
)


@pytest.fixture(scope="module")
def app(opened: Office) -> FastAPI:
    bank, places, visitors = opened.bank, WorkPlaces(), opened.visitors
    api = ApiDesk(Callers(bank, TokenDoor(bank, clock=lambda: opened.now), visitors), places, lambda: opened.now)
    wallets = WalletDesk(bank, places, visitors, lambda: opened.now)
    look_up = ConfirmationDesk(bank, clock=lambda: opened.now).look_up
    nothing = ServiceWork(refresh=lambda: None, problems=list)
    return create_app(bank.folder, bank.profile, nothing, desk=Desk(look_up, visitors, api, wallets=wallets))


def outside_the_document(app: FastAPI) -> list[str]:
    """The addresses to which something is sent and that the OpenAPI document does not name."""
    named = Client(app).ask("GET", "/api/v1/openapi.json").json()["paths"]
    return sorted({route.path for route in routes_within(app.routes) if "POST" in (route.methods or ())} - set(named))


def test_what_the_document_leaves_out_is_what_is_asked_here(app: FastAPI) -> None:
    assert outside_the_document(app) == [
        "/api/v1/confirmations",
        "/api/v1/exports",
        "/api/v1/prints",
        "/api/v1/prints/blind",
        "/openid4vci/credential",
        "/openid4vci/deferred-credential",
        "/openid4vci/nonce",
        "/openid4vci/notification",
        "/openid4vci/par",
        "/openid4vci/token",
    ]


def test_no_question_made_by_chance_finds_a_fault(app: FastAPI, opened: Office) -> None:
    answered = Counter[int]()
    client = Client(app)

    @settings(
        max_examples=max(10, EXAMPLES),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(body=BODIES, headers=HEADERS)
    def ask(path: str, body: bytes, headers: dict[str, str]) -> None:
        opened.begin()
        answer = client.ask("POST", path, body, **headers)
        answered[answer.status_code] += 1
        assert answer.status_code < 500, (path, body, headers)
        assert answer.headers["content-type"] in (JSON, "application/problem+json"), (path, body, headers)

    for path in outside_the_document(app):
        for query in ("", "?format=open-badges", "?access_token=x", "?language=%00"):
            ask(path + query)
    assert answered.keys() >= {200, 400, 401, 422}


def test_no_spoiled_request_for_a_credential_finds_a_fault(app: FastAPI, opened: Office) -> None:
    opened.begin()
    made = opened.offer()
    form = urlencode({"grant_type": GRANT, "pre-authorized_code": code_of(made)}).encode()
    token = Client(app).ask("POST", "/openid4vci/token", form, content_type=FORM).json()["access_token"]
    client, answered = Client(app, token), Counter[int]()

    @settings(max_examples=max(20, EXAMPLES), derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(members=OBJECTS, proofs=VALUES)
    def ask(members: dict[str, Any], proofs: object) -> None:
        opened.begin()
        wanted = {"credential_configuration_id": made.configurations[0], **members, "proofs": {"jwt": proofs}}
        answer = client.ask("POST", "/openid4vci/credential", wanted)
        answered[answer.status_code] += 1
        assert (answer.status_code, answer.headers["content-type"]) == (400, JSON), wanted

    ask()
    assert answered[400] >= 10
