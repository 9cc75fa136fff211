"""The modules of the OpenID conformance plan for wallets (oid4vp-1final-wallet), each as a test of the same name.

Variants as in the plan: how the verifier names itself, how the answer travels. What the plan wants refused is refused
before anything of the holder leaves: the verifier hears nothing at all.
"""

import json
from dataclasses import replace

import pytest

from credential_schemas.sd_jwt.select import unverified_disclosures
from keys.encoding import b64url_encode
from keys.jwk import PublicKey
from keys.jws import parse_compact, verify
from keys.key_files import FileSigner, create_key
from tests.wallet_cli.test_presenting import HELD, KEPT, Doors, claims_asked, fetched, refusal
from tests.wallet_cli.verifier_party import AT, NONCE, STATE, TITLES, URL, VCT, Document, Party, signing
from wallet_cli.errors import NothingToPresent
from wallet_cli.presenting.choosing import bound_presentations, propose
from wallet_cli.presenting.sending import send_presentations

HOST = {"client_id": "x509_san_dns:verify.example"}
PREFIXES = ("x509_hash", "x509_san_dns")
MODES = ("direct_post", "direct_post.jwt")


def named(prefix: str, mode: str) -> Party:
    if prefix == "x509_hash":
        return Party(claims={"response_mode": mode})
    return Party(claims={**HOST, "response_mode": mode}, link=dict(HOST))


def answered(party: Party) -> tuple[str | None, Document]:
    """Answer a request as the command does; where the holder goes on, and what the verifier was told."""
    request = fetched(party)
    proposal = propose(request, HELD, now=AT)
    address = send_presentations(request, bound_presentations(request, proposal, now=AT), open_door=Doors(party))
    return address, party.told()


def shown(told: Document, query: str = "licence") -> list[str]:
    """The names of the members that were disclosed to a query."""
    (presentation,) = told["vp_token"][query]
    sd_jwt = presentation[: presentation.rindex("~") + 1]
    return [str(each.path[-1]) for each in unverified_disclosures(sd_jwt) if isinstance(each.path[-1], str)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_happy_flow(prefix: str, mode: str) -> None:
    party = named(prefix, mode)
    party.answer = b'{"redirect_uri":"https://verify.example/cb#response_code=a"}'
    address, told = answered(party)
    assert address == "https://verify.example/cb#response_code=a"
    assert (told["state"], told["vp_token"].keys()) == (STATE, {"licence"})
    (presentation,) = told["vp_token"]["licence"]
    key = PublicKey.from_jwk(dict(KEPT.holder.public_jwk()))
    binding = parse_compact(presentation.rpartition("~")[2], max_bytes=65_536)
    claims = json.loads(verify(binding, key, typ="kb+jwt"))
    wanted = f"x509_hash:{signing().hash}" if prefix == "x509_hash" else HOST["client_id"]
    assert (claims["aud"], claims["nonce"]) == (wanted, NONCE)


@pytest.mark.parametrize("mode", MODES)
def test_alternate_happy_flow(mode: str) -> None:
    """No state, no address to go on to, the request by POST, members that nobody knows."""
    party = named("x509_hash", mode)
    party.claims |= {"state": None, "of_another_profile": {"x": 1}}
    party.link["request_uri_method"] = "post"
    address, told = answered(party)
    assert address is None
    assert "state" not in told


def test_fewer_claims_than_available() -> None:
    _, told = answered(Party(claims=claims_asked(["holder", "name"])))
    assert shown(told) == ["name"]


def test_no_claims_in_dcql_query() -> None:
    query = {name: TITLES["credentials"][0][name] for name in ("id", "format", "meta")}
    _, told = answered(Party(claims={"dcql_query": {"credentials": [query]}}))
    assert shown(told) == []


def test_optional_credential_set() -> None:
    """A set that is not required and cannot be answered is left out, and the rest is presented."""
    other = {"id": "other", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://x.example/vct"]}}
    sets = [{"options": [["licence"]]}, {"options": [["other"]], "required": False}]
    query = {"credentials": [TITLES["credentials"][0], other], "credential_sets": sets}
    _, told = answered(Party(claims={"dcql_query": query}))
    assert told["vp_token"].keys() == {"licence"}


def test_required_credential_not_available() -> None:
    other = {"id": "other", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://x.example/vct"]}}
    party = Party(claims={"dcql_query": {"credentials": [TITLES["credentials"][0], other]}})
    with pytest.raises(NothingToPresent, match="other"):
        answered(party)
    assert party.received == []


def test_invalid_client_id_prefix() -> None:
    for name in ("x509_san_uri:https://verify.example", "verify.example", "origin:https://verify.example", "nobody:x"):
        assert refusal(Party(claims={"client_id": name}, link={"client_id": name})) == "prefix"


def test_invalid_request_object_signature() -> None:
    assert refusal(Party(signing=replace(signing(), key=FileSigner(create_key())))) == "signature"


def test_mismatched_client_id() -> None:
    assert refusal(Party(link={"client_id": "x509_hash:another"})) == "identity"
    assert refusal(Party(claims={"client_id": "x509_hash:another"})) == "identity"


def test_missing_nonce() -> None:
    assert refusal(Party(claims={"nonce": None})) == "nonce"


def test_redirect_uri_with_direct_post() -> None:
    for mode in MODES:
        assert refusal(Party(claims={"redirect_uri": f"{URL}/cb", "response_mode": mode})) == "request"


def test_response_uri_not_client_id() -> None:
    claims = {**HOST, "response_uri": "https://evil.example/answer"}
    assert refusal(Party(claims=claims, link=dict(HOST))) == "identity"


def test_unknown_transaction_data_type() -> None:
    data = b64url_encode(b'{"type":"urn:example:unknown","credential_ids":["licence"]}')
    assert refusal(Party(claims={"transaction_data": [data]})) == "transaction_data"


def test_unusable_encryption_key_is_ignored() -> None:
    party = Party()
    metadata = dict(party.parameters()["client_metadata"])
    unusable = {"kty": "EC", "crv": "P-256", "use": "enc", "alg": "ECDH-ES", "kid": "x", "x": "AA", "y": "AA"}
    metadata["jwks"] = {"keys": [{"kty": "OKP", "crv": "X448"}, {**unusable, "kty": "XX"}, *metadata["jwks"]["keys"]]}
    party.claims = {"client_metadata": metadata}
    _, told = answered(party)
    assert told["vp_token"]["licence"]


def test_the_credential_type_of_the_query_is_the_one_presented() -> None:
    _, told = answered(Party())
    (presentation,) = told["vp_token"]["licence"]
    assert presentation.partition("~")[0] == KEPT.sd_jwt.partition("~")[0]
    assert TITLES["credentials"][0]["meta"]["vct_values"] == [VCT]
