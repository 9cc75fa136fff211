"""Proofs of the key of a token: every rule of RFC 9449 has its refusal; tokens stay with their key."""

import hashlib
from typing import Any

import httpx
import pytest

from issuer.openid4vci.dpop import check_dpop
from issuer.openid4vci.forms import Asking
from issuer.openid4vci.metadata import GRANT
from issuer.openid4vci.refusals import Refused
from keys.encoding import b64url_encode, encode_json
from keys.key_files import FileSigner, create_key
from tests.issuer.conftest import URL
from tests.issuer.openid4vci.code_wallet import CERTIFICATE, CREDENTIAL, PAR, TOKEN, CodeWallet
from tests.issuer.openid4vci.conftest import FORM, Office, code_of, refusal


@pytest.fixture
def wallet(office: Office) -> CodeWallet:
    """A wallet with an access token and a nonce for its next proof."""
    wallet = CodeWallet(office)
    wallet.exchange(wallet.code())
    return wallet


@pytest.fixture(scope="module")
def ready(opened: Office) -> CodeWallet:
    opened.begin()
    wallet = CodeWallet(opened)
    wallet.exchange(wallet.code())
    return wallet


@pytest.fixture
def prover(office: Office, ready: CodeWallet) -> CodeWallet:
    """The same for tests that use neither token nor nonce up."""
    assert ready.office is office
    return ready


def ask(wallet: CodeWallet, *proofs: str, authorization: str | None = None) -> httpx.Response:
    """Ask for a credential with exactly these proofs; none of the body is reached."""
    headers = {"authorization": authorization or f"DPoP {wallet.token}"}
    joined = {"dpop": proofs[0]} if proofs else {}
    return wallet.office.client.ask("POST", CREDENTIAL, {}, **joined, **headers)


def test_a_proof_without_a_nonce_is_told_one(office: Office) -> None:
    wallet = CodeWallet(office)
    answer = office.client.ask(
        "POST", TOKEN, b"grant_type=refresh_token&refresh_token=x", content_type=FORM, dpop=wallet.dpop(TOKEN)
    )
    assert refusal(answer) == (400, "use_dpop_nonce")
    assert answer.headers["dpop-nonce"]
    assert "www-authenticate" not in answer.headers


def test_a_resource_says_in_its_challenge_that_it_wants_a_nonce(prover: CodeWallet) -> None:
    answer = ask(prover, prover.dpop(CREDENTIAL, claims={"nonce": None}))
    assert refusal(answer) == (401, "use_dpop_nonce")
    assert answer.headers["www-authenticate"].startswith('DPoP error="use_dpop_nonce"')
    assert answer.headers["www-authenticate"].endswith('algs="ES256"')
    assert answer.headers["dpop-nonce"]


@pytest.mark.parametrize(
    ("claims", "header", "error"),
    [
        ({"htm": "GET"}, {}, "invalid_dpop_proof"),
        ({"htm": None}, {}, "invalid_dpop_proof"),
        ({"htu": f"{URL}/openid4vci/token"}, {}, "invalid_dpop_proof"),
        ({"htu": f"http://bank.example{CREDENTIAL}"}, {}, "invalid_dpop_proof"),
        ({"htu": None}, {}, "invalid_dpop_proof"),
        ({"htu": 7}, {}, "invalid_dpop_proof"),
        ({"iat": None}, {}, "invalid_dpop_proof"),
        ({"iat": True}, {}, "invalid_dpop_proof"),
        ({"iat": "now"}, {}, "invalid_dpop_proof"),
        ({"iat": 1}, {}, "invalid_dpop_proof"),
        ({"iat": 4_000_000_000}, {}, "invalid_dpop_proof"),
        ({"jti": None}, {}, "invalid_dpop_proof"),
        ({"jti": ""}, {}, "invalid_dpop_proof"),
        ({"jti": "x" * 257}, {}, "invalid_dpop_proof"),
        ({"ath": None}, {}, "invalid_dpop_proof"),
        ({"ath": "x"}, {}, "invalid_dpop_proof"),
        ({"ath": b64url_encode(hashlib.sha256(b"another").digest())}, {}, "invalid_dpop_proof"),
        ({"nonce": "unknown"}, {}, "use_dpop_nonce"),
        ({"nonce": 7}, {}, "use_dpop_nonce"),
        ({}, {"typ": "JWT"}, "invalid_dpop_proof"),
        ({}, {"jwk": None}, "invalid_dpop_proof"),
        ({}, {"jwk": {"kty": "oct", "k": "AA"}}, "invalid_dpop_proof"),
        ({}, {"alg": "HS256"}, "invalid_dpop_proof"),
        ({}, {"alg": "none"}, "invalid_dpop_proof"),
        ({}, {"crit": ["x"], "x": 1}, "invalid_dpop_proof"),
    ],
)
def test_a_proof_that_breaks_a_rule_is_refused(
    prover: CodeWallet, claims: dict[str, Any], header: dict[str, Any], error: str
) -> None:
    unsignable = not header.keys().isdisjoint({"alg", "crit"})
    proof = prover.dpop(CREDENTIAL, claims=claims, header={} if unsignable else header)
    if unsignable:
        _, payload, signature = proof.split(".")
        head = encode_json({"typ": "dpop+jwt", "alg": "ES256", **header})
        proof = f"{b64url_encode(head)}.{payload}.{signature}"
    assert refusal(ask(prover, proof)) == (401, error)


def test_a_proof_that_another_key_signed_is_refused(prover: CodeWallet) -> None:
    head, payload, _ = prover.dpop(CREDENTIAL).split(".")
    assert refusal(ask(prover, f"{head}.{payload}.{'A' * 86}")) == (401, "invalid_dpop_proof")
    assert refusal(ask(prover, "no proof")) == (401, "invalid_dpop_proof")


def test_a_private_key_in_a_proof_is_refused(prover: CodeWallet) -> None:
    jwk = {**{name: prover.key.public_jwk()[name] for name in ("kty", "crv", "x", "y")}, "d": "AA"}
    assert refusal(ask(prover, prover.dpop(CREDENTIAL, header={"jwk": jwk}))) == (401, "invalid_dpop_proof")


def test_a_proof_is_good_for_one_request(wallet: CodeWallet) -> None:
    proof = wallet.dpop(CREDENTIAL)
    assert refusal(ask(wallet, proof)) == (400, "invalid_credential_request")  # the token was taken
    assert refusal(ask(wallet, proof)) == (401, "invalid_dpop_proof")


def test_a_nonce_for_proofs_of_tokens_is_none_for_credentials_and_ends(office: Office, wallet: CodeWallet) -> None:
    assert refusal(ask(wallet, wallet.dpop(CREDENTIAL, claims={"nonce": wallet.c_nonce()}))) == (401, "use_dpop_nonce")
    office.wait(seconds=299)
    assert refusal(ask(wallet, wallet.dpop(CREDENTIAL))) == (400, "invalid_credential_request")
    office.wait(seconds=1)
    assert refusal(ask(wallet, wallet.dpop(CREDENTIAL))) == (401, "invalid_token")


def test_two_proofs_in_one_request_are_refused(office: Office, wallet: CodeWallet) -> None:
    asking = Asking("POST", URL + PAR, (wallet.dpop(PAR), wallet.dpop(PAR)))
    with pytest.raises(Refused, match="one DPoP header"):
        check_dpop(office.bank, asking, now_s=int(office.now.timestamp()))


def test_a_bound_token_is_nobodys_without_its_key(office: Office, wallet: CodeWallet) -> None:
    stolen = str(wallet.token)
    assert refusal(ask(wallet, authorization=f"Bearer {stolen}")) == (401, "invalid_token")
    assert refusal(ask(wallet)) == (401, "invalid_token")
    thief = CodeWallet(office, token=stolen, dpop_nonce=wallet.dpop_nonce)
    answer = ask(thief, thief.dpop(CREDENTIAL))
    assert refusal(answer) == (401, "invalid_token")
    assert answer.headers["www-authenticate"].startswith("DPoP ")


def test_a_bearer_token_is_not_shown_as_a_bound_one(office: Office, wallet: CodeWallet) -> None:
    holder = office.wallet()
    bearer = holder.redeem(office.offer())["access_token"]
    assert refusal(ask(wallet, wallet.dpop(CREDENTIAL), authorization=f"DPoP {bearer}")) == (401, "invalid_token")


def test_a_pre_authorized_code_with_a_proof_gives_a_bound_token(office: Office) -> None:
    wallet = CodeWallet(office)
    answer = wallet._kept(wallet.form(TOKEN, {"grant_type": GRANT, "pre-authorized_code": code_of(office.offer())}))
    assert answer.json()["token_type"] == "DPoP"
    assert wallet.credential().status_code == 200
    renewed = wallet.renew(wallet.refresh_token, client_id=None)
    assert renewed.status_code == 200, renewed.text


def test_a_code_and_a_refresh_token_need_a_proof(wallet: CodeWallet) -> None:
    refresh = wallet.refresh_token
    assert refusal(wallet.exchange(wallet.code(), proved=False)) == (400, "invalid_dpop_proof")
    answer = wallet.form(TOKEN, {"grant_type": "refresh_token", "refresh_token": refresh}, proved=False)
    assert refusal(answer) == (400, "invalid_dpop_proof")
    assert answer.headers["dpop-nonce"]


def test_a_code_that_was_pushed_with_a_key_is_good_for_that_key(office: Office) -> None:
    wallet, other = CodeWallet(office), CodeWallet(office)
    code = wallet.allowed(wallet.push_proved())["code"]
    assert refusal(other.exchange(code)) == (400, "invalid_grant")
    named = wallet.code(dpop_jkt=wallet.key.public_key.thumbprint())
    assert wallet.exchange(named).status_code == 200
    assert refusal(wallet.push_proved(dpop_jkt="x" * 43)) == (400, "invalid_dpop_proof")


def test_a_refresh_token_is_exchanged_once_and_stays_with_its_key(office: Office, wallet: CodeWallet) -> None:
    first = wallet.refresh_token
    thief = CodeWallet(office)
    assert refusal(thief.renew(first)) == (400, "invalid_grant")
    assert refusal(wallet.renew(first, client_id="another")) == (400, "invalid_grant")
    answer = wallet.renew(first)
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert answer.json()["refresh_token"] != first


def test_a_lost_answer_to_a_refresh_costs_nothing_and_a_replay_ends_all(wallet: CodeWallet) -> None:
    first = wallet.refresh_token
    lost = wallet.renew(first).json()["refresh_token"]
    second = wallet.renew(first).json()["refresh_token"]
    assert refusal(wallet.renew(lost)) == (400, "invalid_grant")  # nobody had used it; it is gone
    third = wallet.renew(second).json()["refresh_token"]
    assert refusal(wallet.renew(first)) == (400, "invalid_grant")  # its successor was used: somebody has both
    assert refusal(wallet.renew(third)) == (400, "invalid_grant")
    assert refusal(wallet.credential()) == (401, "invalid_token")


def test_a_refresh_token_ends_on_its_day_however_often_it_was_exchanged(office: Office, wallet: CodeWallet) -> None:
    office.wait(days=179)
    token = wallet.renew(wallet.refresh_token).json()["refresh_token"]
    office.wait(days=1)
    assert refusal(wallet.renew(token)) == (400, "invalid_grant")
    assert refusal(wallet.renew("unknown")) == (400, "invalid_grant")


def test_closing_an_account_ends_what_its_wallets_have(office: Office, wallet: CodeWallet) -> None:
    with office.bank.store.write() as transaction:
        transaction.wallets.end_all(office.account)
    assert refusal(wallet.credential()) == (401, "invalid_token")
    assert refusal(wallet.renew(wallet.refresh_token)) == (400, "invalid_grant")


def test_another_key_of_the_same_wallet_proves_nothing(wallet: CodeWallet) -> None:
    wallet.key = FileSigner(create_key())
    assert refusal(wallet.credential(CERTIFICATE)) == (401, "invalid_token")
