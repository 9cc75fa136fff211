"""A wallet has what is about to expire issued again, with a refresh token; each test begins where the last ended."""

from datetime import datetime, timedelta

import pytest

from issuer.issued.status_changes import StatusOrder, change_certificates
from issuer.openid4vci.deferring import INTERVAL_S
from tests.issuer.conftest import START
from tests.issuer.openid4vci.code_wallet import CERTIFICATE, CodeWallet
from tests.issuer.openid4vci.conftest import TITLES, Office, given_up, refusal
from tests.issuer.openid4vci.test_later_and_encrypted import DEFERRED, being_asked

_reached = [START]


@pytest.fixture
def office(opened: Office) -> Office:
    """The bank, whose clock does not go back in this module because certificates were issued."""
    opened.begin()
    opened.now = _reached[0]
    return opened


@pytest.fixture
def wallet(office: Office) -> CodeWallet:
    """A wallet with an access token."""
    wallet = CodeWallet(office)
    wallet.exchange(wallet.code())
    return wallet


def wait(office: Office, **duration: float) -> datetime:
    office.now += timedelta(**duration)
    _reached[0] = office.now
    return office.now


def test_a_later_token_of_the_same_wallet_gets_what_was_deferred(office: Office, wallet: CodeWallet) -> None:
    with being_asked(office):
        answer = wallet.credential()
        assert answer.json()["interval"] == INTERVAL_S
        wait(office, minutes=7)
    wallet.renew(wallet.refresh_token)
    assert wallet.proved(DEFERRED, {"transaction_id": answer.json()["transaction_id"]}).status_code == 200


def test_a_copy_that_is_about_to_expire_is_issued_again_and_no_other(office: Office, wallet: CodeWallet) -> None:
    first = wallet.credential().json()
    wallet.renew(wallet.refresh_token)
    assert refusal(wallet.credential()) == (400, "credential_request_denied")
    wait(office, days=75)
    wallet.renew(wallet.refresh_token)
    assert refusal(wallet.credential()) == (400, "credential_request_denied")
    wait(office, days=1)
    wallet.renew(wallet.refresh_token)
    second = wallet.credential()
    assert second.status_code == 200, second.text
    assert second.json()["credentials"] != first["credentials"]
    assert refusal(wallet.credential()) == (400, "credential_request_denied")  # once, by this token
    wallet.renew(wallet.refresh_token)
    assert refusal(wallet.credential()) == (400, "credential_request_denied")  # and by no later one


def test_a_certificate_that_the_holder_revoked_is_not_renewed(office: Office, wallet: CodeWallet) -> None:
    assert wallet.credential().status_code == 200
    with office.bank.store.read() as transaction:
        number = max(each.number for each in transaction.certificates.of_account(office.account) if not each.copy_of)
    change_certificates(office.bank, [number], StatusOrder("revoke", "holder_request"), now=office.now)
    wait(office, days=80)
    wallet.renew(wallet.refresh_token)
    assert refusal(wallet.credential()) == (400, "credential_request_denied")


def test_a_renewed_flat_credential_is_its_own(office: Office) -> None:
    wallet = CodeWallet(office)
    wallet.exchange(wallet.code(scope=f"{CERTIFICATE} {TITLES}"))
    assert [wallet.credential(name).status_code for name in (CERTIFICATE, TITLES)] == [200, 200]
    wait(office, days=85)
    wallet.renew(wallet.refresh_token)
    assert [wallet.credential(name).status_code for name in (TITLES, CERTIFICATE)] == [200, 200]


def test_a_certificate_whose_consent_was_withdrawn_is_not_renewed(office: Office, wallet: CodeWallet) -> None:
    assert wallet.credential().status_code == 200
    with office.bank.store.write() as transaction:
        for consent in transaction.accounts.consents(office.account, "disclosure"):
            if consent.channel == "wallet":
                transaction.accounts.withdraw_consent(consent, at="2026-11-22T03:00:00Z")
    wait(office, days=80)
    wallet.renew(wallet.refresh_token)
    assert refusal(wallet.credential()) == (400, "credential_request_denied")


def test_a_kind_that_is_given_up_does_not_keep_the_others_of_a_grant_from_renewal(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet = CodeWallet(office)
    wallet.exchange(wallet.code(scope=f"{CERTIFICATE} {TITLES}"))
    assert [wallet.credential(name).status_code for name in (CERTIFICATE, TITLES)] == [200, 200]
    given_up(TITLES, monkeypatch)
    wait(office, days=85)
    assert wallet.renew(wallet.refresh_token).status_code == 200
    assert refusal(wallet.credential(TITLES)) == (400, "unknown_credential_configuration")
    assert wallet.credential(CERTIFICATE).status_code == 200
