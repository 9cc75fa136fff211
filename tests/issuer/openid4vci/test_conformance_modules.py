"""The modules of the OpenID conformance suite's issuer plan (`oid4vci-1_0-issuer-test-plan`), by their names.

Each happy flow runs with both grants: the pre-authorized code with a bearer token, and the authorization code with a
pushed request, PKCE and DPoP (`_with_authorization_code`). Attestations of clients and keys are not offered, so their
modules show that each is refused by name, whatever is wrong with it. What the schema of a document demands is tested in
`test_metadata`.
"""

from typing import Any

import jsonschema
import pytest

from credential_schemas.sd_jwt.select import unverified_disclosures
from issuer.openid4vci.encryption import request_key
from keys import jws
from keys.encoding import decode_json_object, encode_json
from keys.jwe import EncryptionKey, encrypt_to
from tests.issuer.openid4vci.code_wallet import CodeWallet
from tests.issuer.openid4vci.conftest import FORM, Office, TestWallet, refusal
from tests.vectors.openid4vci.schemas import schema

CERTIFICATE = "competency-certificate"
UNKNOWN: dict[str, Any] = {"random_member": {"a": [1, 2]}, "another": "x"}


def ready(office: Office) -> TestWallet:
    wallet = office.wallet()
    wallet.redeem(office.offer(), unknown_parameter="ignored")
    return wallet


def payload(credential: str) -> dict[str, Any]:
    parsed = jws.parse_compact(credential.partition("~")[0], max_bytes=256 * 1024)
    assert parsed.header["typ"] == "dc+sd-jwt"
    return dict(decode_json_object(parsed.payload, max_bytes=256 * 1024))


def test_metadata_test(office: Office) -> None:
    answer = office.client.ask("GET", "/.well-known/openid-credential-issuer")
    assert answer.headers["content-type"] == "application/json"
    jsonschema.validate(answer.json(), schema("credential_issuer_metadata-1_0"))


def test_metadata_test_signed(office: Office) -> None:
    answer = office.client.ask("GET", "/.well-known/openid-credential-issuer", accept="application/jwt")
    header = jws.parse_compact(answer.text, max_bytes=256 * 1024).header
    assert (header["typ"], header["alg"]) == ("openidvci-issuer-metadata+jwt", "ES256")


def test_happy_flow(office: Office) -> None:
    wallet = ready(office)
    answer = wallet.ask_credential(CERTIFICATE, {"jwt": [wallet.proof(wallet.nonce())]}, **UNKNOWN)
    document = answer.json()
    claims = payload(document["credentials"][0]["credential"])
    now = int(office.now.timestamp())
    assert claims["iat"] <= now < claims["exp"]
    said = {"notification_id": document["notification_id"], "event": "credential_accepted", **UNKNOWN}
    assert wallet.post("/openid4vci/notification", said).status_code == 204


def test_happy_flow_additional_requests(office: Office) -> None:
    wallet = ready(office)
    first = wallet.ask_credential(CERTIFICATE, {"jwt": [wallet.proof(wallet.nonce())]})
    again = wallet.ask_credential(CERTIFICATE, {"jwt": [wallet.proof(wallet.nonce(), signer=wallet.keys[0])]})
    assert first.content == again.content


def test_happy_flow_multiple_clients(office: Office) -> None:
    times = []
    for _ in range(2):
        wallet = ready(office)
        answer = wallet.ask_credential(CERTIFICATE, {"jwt": [wallet.proof(wallet.nonce())]}).json()
        claims = payload(answer["credentials"][0]["credential"])
        times.append((claims["iat"], claims["exp"]))
        office.wait(seconds=7)
    assert times[0] == times[1]


def test_happy_flow_skip_notification(office: Office) -> None:
    wallet = ready(office)
    answer = wallet.ask_credential(CERTIFICATE, {"jwt": [wallet.proof(wallet.nonce())]})
    assert answer.json().keys() == {"credentials", "notification_id"}


def test_batch_issuance(office: Office) -> None:
    wallet = ready(office)
    nonce = wallet.nonce()
    answer = wallet.ask_credential(CERTIFICATE, {"jwt": [wallet.proof(nonce) for _ in range(3)]}).json()
    texts = [each["credential"] for each in answer["credentials"]]
    found = [payload(each) for each in texts]
    assert len({str(each["cnf"]) for each in found}) == len(texts) == 3
    assert len({each["status"]["status_list"]["idx"] for each in found}) == 3
    assert len({each["status"]["status_list"]["uri"] for each in found}) == 1
    assert not set.intersection(*({each.text for each in unverified_disclosures(text)} for text in texts))


def test_fail_invalid_nonce(office: Office) -> None:
    wallet = ready(office)
    assert refusal(wallet.ask_credential(CERTIFICATE, {"jwt": [wallet.proof("invalid")]})) == (400, "invalid_nonce")


def test_fail_missing_proof(office: Office) -> None:
    assert refusal(ready(office).ask_credential(CERTIFICATE, None)) == (400, "invalid_proof")


def test_fail_invalid_jwt_proof_signature(office: Office) -> None:
    wallet = ready(office)
    head, _, _ = wallet.proof(wallet.nonce()).rpartition(".")
    broken = f"{head}.{wallet.proof('other').rpartition('.')[2]}"
    assert refusal(wallet.ask_credential(CERTIFICATE, {"jwt": [broken]})) == (400, "invalid_proof")


def test_fail_invalid_key_attestation_signature(office: Office) -> None:
    wallet = ready(office)
    proof = wallet.proof(wallet.nonce(), header={"key_attestation": "a.b.c"})
    assert refusal(wallet.ask_credential(CERTIFICATE, {"jwt": [proof]})) == (400, "invalid_proof")


def test_fail_unknown_credential_configuration(office: Office) -> None:
    wallet = ready(office)
    answer = wallet.ask_credential("unknown", {"jwt": [wallet.proof(wallet.nonce())]})
    assert refusal(answer) == (400, "unknown_credential_configuration")


def test_fail_unknown_credential_identifier(office: Office) -> None:
    wallet = ready(office)
    answer = wallet.ask_credential(None, {"jwt": [wallet.proof(wallet.nonce())]}, credential_identifier="unknown")
    assert refusal(answer) == (400, "unknown_credential_identifier")


def test_fail_unsupported_encryption_algorithm(office: Office) -> None:
    wallet = ready(office)
    proofs = {"jwt": [wallet.proof(wallet.nonce())]}
    jwk = EncryptionKey.create().public_jwk() | {"alg": "ECDH-ES+A256KW"}
    for wanted in ({"jwk": jwk, "enc": "A128GCM"}, {"jwk": jwk | {"alg": "ECDH-ES"}, "enc": "A128CBC-HS256"}):
        request: dict[str, Any] = {
            "credential_configuration_id": CERTIFICATE,
            "proofs": proofs,
            "credential_response_encryption": wanted,
        }
        body = encrypt_to(request_key(office.bank).public_jwk(), encode_json(request), encryption="A128GCM").encode()
        answer = wallet.post("/openid4vci/credential", body, content_type="application/jwt")
        assert refusal(answer) == (400, "invalid_encryption_parameters")


def test_fail_on_access_token_in_query(office: Office) -> None:
    wallet = ready(office)
    token, wallet.token = wallet.token, None
    answer = wallet.post(f"/openid4vci/credential?access_token={token}", {})
    assert answer.status_code in (400, 401)


def authorized(office: Office) -> CodeWallet:
    wallet = CodeWallet(office)
    answer = wallet.exchange(wallet.code(unknown_parameter="ignored"), another_one="ignored")
    assert answer.json()["token_type"] == "DPoP"
    return wallet


def test_happy_flow_with_authorization_code(office: Office) -> None:
    wallet = authorized(office)
    document = wallet.credential(**UNKNOWN).json()
    assert payload(document["credentials"][0]["credential"])["cnf"]["jwk"]["crv"] == "P-256"
    said = {"notification_id": document["notification_id"], "event": "credential_accepted", **UNKNOWN}
    assert wallet.proved("/openid4vci/notification", said).status_code == 204


def test_happy_flow_additional_requests_with_authorization_code(office: Office) -> None:
    wallet = authorized(office)
    first = wallet.credential()
    proofs = {"jwt": [wallet.proof(wallet.c_nonce(), signer=wallet.keys[0])]}
    asked = {"credential_configuration_id": CERTIFICATE, "proofs": proofs}
    assert wallet.proved("/openid4vci/credential", asked).content == first.content


def test_happy_flow_multiple_clients_with_authorization_code(office: Office) -> None:
    found = [payload(authorized(office).credential().json()["credentials"][0]["credential"]) for _ in range(2)]
    assert found[0]["iat"] == found[1]["iat"]
    assert found[0]["exp"] == found[1]["exp"]
    assert found[0]["status"] != found[1]["status"]


def test_batch_issuance_with_authorization_code(office: Office) -> None:
    answer = authorized(office).credential(copies=3).json()
    assert len({str(payload(each["credential"])["cnf"]) for each in answer["credentials"]}) == 3


def test_fail_on_access_token_in_query_with_authorization_code(office: Office) -> None:
    wallet = authorized(office)
    answer = office.client.ask("POST", f"/openid4vci/credential?access_token={wallet.token}", {})
    assert refusal(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    "wrong",
    ["signature", "pop_signature", "pop_key", "pop_aud", "expired", "no_sub"],
    ids="client_attestation_{}".format,
)
@pytest.mark.parametrize("path", ["/openid4vci/par", "/openid4vci/token"])
def test_fail_client_attestation(office: Office, wrong: str, path: str) -> None:
    """Its six modules: none is looked at, so none can be taken for a good one."""
    attested = {"oauth_client_attestation": f"{wrong}.b.c", "oauth_client_attestation_pop": "a.b.c"}
    answer = office.client.ask("POST", path, b"client_id=cb-wallet", content_type=FORM, **attested)
    assert refusal(answer) == (400, "invalid_client")
