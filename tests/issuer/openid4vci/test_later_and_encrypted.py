"""Credentials that come later or travel encrypted; and which answers pages of other origins may read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from issuer.openid4vci.deferring import DEFERRAL_S
from issuer.openid4vci.encryption import request_key
from issuer.sources.registry import SOURCES
from keys.encoding import encode_json
from keys.jwe import EncryptionKey, encrypt_to
from tests.issuer.openid4vci.code_wallet import CERTIFICATE, CREDENTIAL, CodeWallet
from tests.issuer.openid4vci.conftest import Office, TestWallet, given_up, refusal

DEFERRED = "/openid4vci/deferred-credential"


@pytest.fixture
def wallet(office: Office) -> CodeWallet:
    """A wallet with an access token."""
    wallet = CodeWallet(office)
    wallet.exchange(wallet.code())
    return wallet


@contextmanager
def being_asked(office: Office, *sources: str) -> Iterator[None]:
    """Somebody asks sources; all of them, when none is named."""
    now_s = int(office.now.timestamp())
    asked = sources or tuple(SOURCES)
    with office.bank.store.write() as transaction:
        for source in asked:
            assert transaction.pulls.hold(source, "test", now_s=now_s, until_s=now_s + 7200)
    yield
    with office.bank.store.write() as transaction:
        for source in asked:
            transaction.pulls.release(source, "test")


def deferred(wallet: TestWallet) -> tuple[str, httpx.Response]:
    """A credential that was deferred: its name, and the answer."""
    answer = wallet.ask_credential(CERTIFICATE, {"jwt": [wallet.proof(wallet.nonce())]})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["transaction_id"]), answer


@pytest.fixture
def bearer(office: Office) -> TestWallet:
    wallet = office.wallet()
    wallet.redeem(office.offer())
    return wallet


def test_a_credential_comes_later_while_its_source_is_being_asked(office: Office, bearer: TestWallet) -> None:
    with being_asked(office):
        name, answer = deferred(bearer)
        assert answer.json() == {"transaction_id": name, "interval": 15}
        assert answer.headers["cache-control"] == "no-store"
        still = bearer.post(DEFERRED, {"transaction_id": name})
        assert (still.status_code, still.json()) == (202, answer.json())
    issued = bearer.post(DEFERRED, {"transaction_id": name, "unknown": 1})
    assert issued.status_code == 200
    assert issued.json().keys() == {"credentials", "notification_id"}
    assert refusal(bearer.post(DEFERRED, {"transaction_id": name})) == (400, "invalid_transaction_id")


def test_a_source_of_other_entries_delays_nothing(office: Office, bearer: TestWallet) -> None:
    with being_asked(office, "qnet_qualifications"):
        answer = bearer.ask_credential(CERTIFICATE, {"jwt": [bearer.proof(bearer.nonce())]})
        assert answer.status_code == 200


def test_what_was_answered_is_answered_again_though_its_source_is_being_asked(
    office: Office, bearer: TestWallet
) -> None:
    first = bearer.ask_credential(CERTIFICATE, {"jwt": [bearer.proof(bearer.nonce())]})
    with being_asked(office):
        proof = bearer.proof(bearer.nonce(), signer=bearer.keys[0])
        assert bearer.ask_credential(CERTIFICATE, {"jwt": [proof]}).content == first.content


def test_a_deferred_credential_whose_answer_was_lost_is_given_again_for_its_keys(
    office: Office, bearer: TestWallet
) -> None:
    with being_asked(office):
        name, _ = deferred(bearer)
    lost = bearer.post(DEFERRED, {"transaction_id": name})
    proof = bearer.proof(bearer.nonce(), signer=bearer.keys[0])
    assert bearer.ask_credential(CERTIFICATE, {"jwt": [proof]}).content == lost.content


def test_a_deferred_credential_that_is_given_up_meanwhile_is_denied_and_forgotten(
    office: Office, bearer: TestWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with being_asked(office):
        name, _ = deferred(bearer)
    given_up(CERTIFICATE, monkeypatch)
    assert refusal(bearer.post(DEFERRED, {"transaction_id": name})) == (400, "credential_request_denied")
    assert refusal(bearer.post(DEFERRED, {"transaction_id": name})) == (400, "invalid_transaction_id")


@pytest.mark.parametrize("name", ["unknown", "x" * 200, "", 7, None])
def test_an_unknown_transaction_is_refused(bearer: TestWallet, name: object) -> None:
    assert refusal(bearer.post(DEFERRED, {"transaction_id": name})) == (400, "invalid_transaction_id")


def test_a_transaction_is_one_wallets_and_ends(office: Office, wallet: CodeWallet, bearer: TestWallet) -> None:
    other = office.wallet()
    other.redeem(office.offer())
    with being_asked(office):
        name, _ = deferred(bearer)
        assert refusal(other.post(DEFERRED, {"transaction_id": name})) == (400, "invalid_transaction_id")
        answer = wallet.credential()
        assert answer.status_code == 202
        office.wait(seconds=DEFERRAL_S)  # nothing is issued then, so that the clock may go back
        wallet.renew(wallet.refresh_token)
        late = wallet.proved(DEFERRED, {"transaction_id": answer.json()["transaction_id"]})
        assert refusal(late) == (400, "invalid_transaction_id")


def test_what_cannot_be_issued_any_more_ends_its_transaction(office: Office, bearer: TestWallet) -> None:
    with being_asked(office):
        name, _ = deferred(bearer)
    again = bearer.ask_credential(CERTIFICATE, {"jwt": [bearer.proof(bearer.nonce())]})
    assert again.status_code == 200  # other keys were faster
    assert refusal(bearer.post(DEFERRED, {"transaction_id": name})) == (400, "credential_request_denied")
    assert refusal(bearer.post(DEFERRED, {"transaction_id": name})) == (400, "invalid_transaction_id")


def sealed(office: Office, wanted: dict[str, Any], **header: str) -> bytes:
    return encrypt_to(
        request_key(office.bank).public_jwk() | header, encode_json(wanted), encryption="A256GCM"
    ).encode()


def asked(wallet: TestWallet, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - members of a request
    return {"credential_configuration_id": CERTIFICATE, "proofs": {"jwt": [wallet.proof(wallet.nonce())]}, **more}


def test_the_key_for_requests_is_in_the_metadata_and_the_same_in_every_program(office: Office) -> None:
    document = office.client.ask("GET", "/.well-known/openid-credential-issuer").json()
    (jwk,) = document["credential_request_encryption"]["jwks"]["keys"]
    assert jwk.keys() == {"kty", "crv", "x", "y", "use", "alg", "kid"}
    assert jwk == request_key(office.bank.acting_as("another")).public_jwk()
    assert document["credential_request_encryption"]["encryption_required"] is False


def test_an_encrypted_request_gets_an_encrypted_response(office: Office, bearer: TestWallet) -> None:
    own = EncryptionKey.create()
    wanted = asked(bearer, credential_response_encryption={"jwk": own.public_jwk(), "enc": "A128GCM"})
    answer = bearer.post(CREDENTIAL, sealed(office, wanted), content_type="application/jwt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwt")
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(own.decrypt(answer.text)).keys() == {"credentials", "notification_id"}


def test_an_encrypted_request_without_a_key_is_answered_in_plain(office: Office, bearer: TestWallet) -> None:
    answer = bearer.post(CREDENTIAL, sealed(office, asked(bearer)), content_type="application/jwt")
    assert answer.json().keys() == {"credentials", "notification_id"}


def test_a_deferred_response_is_encrypted_too(office: Office, bearer: TestWallet) -> None:
    own = EncryptionKey.create()
    reply = {"credential_response_encryption": {"jwk": own.public_jwk(), "enc": "A256GCM"}}
    with being_asked(office):
        answer = bearer.post(CREDENTIAL, sealed(office, asked(bearer, **reply)), content_type="application/jwt")
        assert (answer.status_code, answer.headers["content-type"]) == (202, "application/jwt")
        name = json.loads(own.decrypt(answer.text))["transaction_id"]
    body = sealed(office, {"transaction_id": name, **reply})
    issued = bearer.post(DEFERRED, body, content_type="application/jwt")
    assert "credentials" in json.loads(own.decrypt(issued.text))


def test_a_key_for_the_response_in_a_plain_request_is_refused(bearer: TestWallet) -> None:
    wanted = asked(
        bearer, credential_response_encryption={"jwk": EncryptionKey.create().public_jwk(), "enc": "A128GCM"}
    )
    assert refusal(bearer.post(CREDENTIAL, wanted)) == (400, "invalid_encryption_parameters")


@pytest.mark.parametrize(
    "said",
    [
        None,
        "text",
        {},
        {"enc": "A128GCM"},
        {"jwk": {"kty": "EC"}, "enc": "A128GCM"},
        {"jwk": "own", "enc": "A128CBC-HS256"},
        {"jwk": "own", "enc": 7},
        {"jwk": "own", "enc": "A128GCM", "zip": "DEF"},
    ],
)
def test_a_response_that_cannot_be_encrypted_as_asked_is_refused(
    office: Office, bearer: TestWallet, said: object
) -> None:
    if isinstance(said, dict) and said.get("jwk") == "own":
        said = {**said, "jwk": EncryptionKey.create().public_jwk()}
    body = sealed(office, asked(bearer, credential_response_encryption=said))
    answer = bearer.post(CREDENTIAL, body, content_type="application/jwt")
    assert refusal(answer) == (400, "invalid_encryption_parameters")


@pytest.mark.parametrize("kid", ["another", None])
def test_a_request_for_another_key_is_refused(office: Office, bearer: TestWallet, kid: str | None) -> None:
    jwk = {name: value for name, value in request_key(office.bank).public_jwk().items() if name != "kid"}
    named = jwk if kid is None else {**jwk, "kid": kid}
    body = encrypt_to(named, encode_json(asked(bearer)), encryption="A128GCM").encode()
    answer = bearer.post(CREDENTIAL, body, content_type="application/jwt")
    assert refusal(answer) == (400, "invalid_encryption_parameters")


@pytest.mark.parametrize("body", [b"", b"no token", "ü".encode(), b"e30.e30.e30.e30.e30"])
def test_what_is_no_encrypted_request_is_refused(bearer: TestWallet, body: bytes) -> None:
    answer = bearer.post(CREDENTIAL, body, content_type="application/jwt")
    assert refusal(answer) == (400, "invalid_encryption_parameters")


def test_an_encrypted_text_that_is_no_request_is_refused(office: Office, bearer: TestWallet) -> None:
    body = encrypt_to(request_key(office.bank).public_jwk(), b"[]", encryption="A128GCM").encode()
    answer = bearer.post(CREDENTIAL, body, content_type="application/jwt")
    assert refusal(answer) == (400, "invalid_credential_request")
    assert refusal(bearer.post(DEFERRED, b"x=1", content_type="text/plain")) == (400, "invalid_credential_request")


def test_pages_of_other_origins_may_ask_the_end_points_of_wallets(office: Office) -> None:
    paths = ("par", "token", "nonce", "credential", "deferred-credential", "notification")
    for path in (f"/openid4vci/{name}" for name in paths):
        allowed = office.client.ask("OPTIONS", path, origin="https://wallet.example")
        assert allowed.status_code == 204
        assert allowed.headers["access-control-allow-origin"] == "*"
        assert "DPoP" in allowed.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in allowed.headers
        answer = office.client.ask("POST", path, b"", origin="https://wallet.example")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "DPoP-Nonce" in answer.headers["access-control-expose-headers"]
    for path in ("/.well-known/openid-credential-issuer", "/.well-known/oauth-authorization-server"):
        assert office.client.ask("GET", path).headers["access-control-allow-origin"] == "*"


def test_no_other_address_speaks_to_pages_of_other_origins(office: Office) -> None:
    assert office.client.ask("OPTIONS", "/openid4vci/authorize").status_code == 404
    assert "access-control-allow-origin" not in office.client.ask("GET", "/healthz").headers
