"""Requests that others published: of a verifier named by a DID, and of one that says more of itself than is asked."""

import json
from pathlib import Path

import jsonschema
import pytest

from keys.encoding import b64url_encode, encode_json
from tests.vectors.openid4vci.schemas import schema
from tests.wallet_cli.test_presenting import HELD, fetched, refusal
from tests.wallet_cli.verifier_party import AT, Document, Party, signing
from wallet_cli.errors import RequestRefused
from wallet_cli.presenting.choosing import propose
from wallet_cli.presenting.preview import preview_json
from wallet_cli.presenting.request import Known, Link, signed_request

EXAMPLES = Path(__file__).parents[1] / "vectors" / "openid4vp-1.0"


def published(name: str) -> Document:
    """Return an example of the specification, with a published query where it has an ellipsis."""
    query = (EXAMPLES / "dcql" / "simple.json").read_text("utf-8")
    text = (EXAMPLES / f"request_{name}_client_id_did.json").read_text("utf-8")
    found: Document = json.loads(text.replace("{ ... }", query))
    return found


def test_a_verifier_named_by_a_did_is_refused_before_its_request_is_fetched() -> None:
    party = Party(link={"client_id": published("object")["client_id"]})
    assert refusal(party) == "prefix"
    assert party.asked == []


def test_the_published_request_of_a_did_is_refused_because_nothing_certifies_its_key() -> None:
    header, claims = published("header"), published("object")
    token = ".".join(b64url_encode(each) for each in (encode_json(header), encode_json(claims), b"\0" * 256))
    link = Link(claims["client_id"], "https://client.example.org/request", False, {})
    with pytest.raises(RequestRefused) as refused:
        signed_request(token, link, known=Known((signing().root,), AT), wallet_nonce=None)
    assert refused.value.kind == "signature"


@pytest.mark.parametrize("prefix", ["x509_hash", "decentralized_identifier"])
def test_the_claims_of_the_published_request_are_refused_even_under_a_signature_that_is_believed(prefix: str) -> None:
    claims = published("object")
    if prefix == "x509_hash":
        claims["client_id"] = f"x509_hash:{signing().hash}"
    party = Party(claims={**claims, "aud": None})
    assert refusal(party) == ("audience" if prefix == "x509_hash" else "identity")


SAID = [
    {"format": "jwt", "data": "a.b.c"},
    {"format": "x", "data": {"name": "고용노동부"}, "credential_ids": ["licence"]},
]


def test_what_a_verifier_says_of_itself_is_neither_believed_nor_shown() -> None:
    jsonschema.validate({"verifier_info": SAID}, schema("verifier_info"))
    party = Party(claims={"verifier_info": SAID})
    request, plain = fetched(party), fetched(Party(encryption=party.encryption))
    assert request == plain
    shown = preview_json(request, propose(request, HELD, now=AT))
    assert shown == preview_json(plain, propose(plain, HELD, now=AT))
    assert "고용노동부" not in json.dumps(shown, ensure_ascii=False)


@pytest.mark.parametrize("wrong", [[], [{"format": "jwt"}], [{"format": "", "data": "x"}], "x"])
def test_the_schema_refuses_what_says_nothing_and_the_wallet_does_not_look_at_it(wrong: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"verifier_info": wrong}, schema("verifier_info"))
    party = Party(claims={"verifier_info": wrong})
    assert fetched(party) == fetched(Party(encryption=party.encryption))
