"""The modules of the OpenID conformance suite's issuer plan (`oid4vci-1_0-issuer-test-plan`), by their names.

Not mirrored, because the feature is not offered and its absence is tested: client attestation, key attestation beyond
its refusal, authorization code. What the schema of a document demands is tested in `test_metadata`.
"""

from typing import Any

import jsonschema

from credential_schemas.sd_jwt.select import unverified_disclosures
from keys import jws
from keys.encoding import decode_json_object
from tests.issuer.openid4vci.conftest import Office, TestWallet, refusal
from tests.vectors.openid4vci.schemas import schema

CERTIFICATE = "competency-certificate"
UNKNOWN = {"random_member": {"a": [1, 2]}, "another": "x"}


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
    wanted = {"jwk": wallet.office.bank.signer("credential").public_jwk(), "enc": "UNSUPPORTED"}
    proofs = {"jwt": [wallet.proof(wallet.nonce())]}
    answer = wallet.ask_credential(CERTIFICATE, proofs, credential_response_encryption=wanted)
    assert refusal(answer) == (400, "invalid_encryption_parameters")


def test_fail_on_access_token_in_query(office: Office) -> None:
    wallet = ready(office)
    token, wallet.token = wallet.token, None
    answer = wallet.post(f"/openid4vci/credential?access_token={token}", {})
    assert answer.status_code in (400, 401)
