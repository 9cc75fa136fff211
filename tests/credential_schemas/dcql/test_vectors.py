"""The queries of the specification, read and answered; and our own queries under the conformance suite's schema."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from credential_schemas.criteria.asking import asked_types, dcql_query
from credential_schemas.criteria.loading import load_policy
from credential_schemas.dcql.choosing import choose
from credential_schemas.dcql.model import Candidate
from credential_schemas.dcql.parse import idle_claims, parse_query
from keys.encoding import JsonValue

VECTORS = Path(__file__).parents[2] / "vectors"
FILES = sorted((VECTORS / "openid4vp-1.0" / "dcql").glob("*.json"))
SCHEMA = Draft7Validator(json.loads((VECTORS / "oidf-conformance" / "dcql_request.json").read_text()))
POLICY = Path("verifier/policies/published/ts-hiring-criteria-1.0.0.yaml")
PID = "https://credentials.example.com/identity_credential"


def held(vct: str, **claims: JsonValue) -> Candidate:
    return Candidate("dc+sd-jwt", frozenset({vct}), claims)


PERSON: dict[str, JsonValue] = {
    "given_name": "John",
    "family_name": "Doe",
    "address": {"street_address": "42 Market Street"},
}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_published_query_is_read(path: Path) -> None:
    document = json.loads(path.read_text())
    SCHEMA.validate(document)
    read = parse_query(document)
    assert [each.id for each in read.credentials] == [each["id"] for each in document["credentials"]]
    assert idle_claims(read) == ()


@pytest.mark.parametrize(
    ("name", "candidates", "answers"),
    [
        ("simple", [held(PID, **PERSON)], ["my_credential"]),
        ("simple", [held(PID, given_name="John", family_name="Doe")], []),
        ("value_matching_simple", [held(PID, **PERSON, postal_code="90211")], ["my_credential"]),
        ("value_matching_simple", [held(PID, **PERSON, postal_code="90212")], []),
        ("credentials_alternatives", [held("https://othercredentials.example/pid", **PERSON)], ["other_pid"]),
        (
            "credentials_alternatives",
            [
                held("https://credentials.example.com/reduced_identity_credential", **PERSON),
                held("https://cred.example/residence_credential", postal_code="1", locality="L", region="R"),
                held("https://company.example/company_rewards", rewards_number=7),
            ],
            ["pid_reduced_cred_1", "pid_reduced_cred_2", "nice_to_have"],
        ),
        ("credentials_alternatives", [held("https://company.example/company_rewards", rewards_number=7)], []),
        ("simple_mdoc", [held(PID, **PERSON)], []),
    ],
)
def test_published_query_is_answered_as_the_standard_says(
    name: str, candidates: list[Candidate], answers: list[str]
) -> None:
    query = parse_query(json.loads((VECTORS / "openid4vp-1.0" / "dcql" / f"{name}.json").read_text()))
    choice = choose(query, candidates)
    assert [each.query.id for each in choice.chosen] == answers
    assert bool(choice.unmet) is not bool(answers)


def test_published_alternatives_of_claims_are_taken_in_their_order() -> None:
    query = parse_query(json.loads((VECTORS / "openid4vp-1.0" / "dcql" / "claims_alternatives.json").read_text()))
    both: dict[str, JsonValue] = {
        "family_name": "D",
        "postal_code": "1",
        "locality": "L",
        "region": "R",
        "date_of_birth": "1940-01-01",
    }
    first = choose(query, [held(PID, **both)]).chosen[0].match
    assert (first.alternative, [each.id for each in first.claims]) == (0, ["a", "c", "d", "e"])
    del both["region"]
    second = choose(query, [held(PID, **both)]).chosen[0].match
    assert (second.alternative, [each.id for each in second.claims]) == (1, ["a", "b", "e"])


def test_queries_of_the_published_criteria_are_in_order_and_ask_nothing_in_vain() -> None:
    asked = asked_types(load_policy(POLICY.read_bytes(), name=POLICY.name), None)
    document = dcql_query(asked, vcts={each.entry_type.id: (PID,) for each in asked})
    SCHEMA.validate(document)
    assert idle_claims(parse_query(document)) == ()
