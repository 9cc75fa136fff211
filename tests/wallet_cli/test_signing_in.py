"""The wallet receives after its holder signed in: the whole way with a real bank, and every mix-up that it refuses."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from issuer.openid4vci.approving import Question
from issuer.sources.registry import SOURCES
from keys.fetch import Answer
from tests.issuer.conftest import START, URL
from tests.wallet_cli.issuer_world import METADATA, HolderBrowser, IssuingBank, PassingBrowser, changed
from wallet_cli.asking import Outside, Received
from wallet_cli.authorizing import Browser
from wallet_cli.errors import OfferRefused, ServiceRefused, ServiceUnreachable, WalletError
from wallet_cli.issuance import Order, receive
from wallet_cli.loopback import LoopbackBrowser
from wallet_cli.offer import read_offer
from wallet_cli.vault import Vault

SERVER = "/.well-known/oauth-authorization-server"
PAR, TOKEN, CREDENTIAL, DEFERRED = (
    f"/openid4vci/{name}" for name in ("par", "token", "credential", "deferred-credential")
)


def receive_with(bank: IssuingBank, vault: Vault, browser: Browser | None, **more: Any) -> list[Received]:  # noqa: ANN401 - members of what is outside
    made = bank.offer(sign_in=True)
    offer = read_offer(made.by_value, trust=bank.trust, fetch=lambda _, __: b"")
    return receive(Order(offer, None, 2), vault, Outside(bank.door, bank.trust, START, browser, **more))


def test_the_holder_signs_in_and_the_copies_are_kept(bank: IssuingBank, vault: Vault) -> None:
    bank.encrypts = True
    browser = HolderBrowser(bank)
    (received,) = receive_with(bank, vault, browser)
    assert (received.configuration, received.copies) == ("competency-certificate", 2)
    assert len(vault.copies()) == 2
    (page,) = browser.visited
    assert page.startswith(f"{URL}/openid4vci/authorize?client_id=cb-wallet&request_uri=urn%3A")
    assert bank.asked.count(PAR) == 2  # the first time it is told a nonce
    assert (bank.asked.count(TOKEN), bank.asked[-1]) == (1, "/openid4vci/notification")


def test_what_the_holder_does_not_allow_is_not_asked_for(bank: IssuingBank, vault: Vault) -> None:
    with pytest.raises(ServiceRefused) as refused:
        receive_with(bank, vault, HolderBrowser(bank, decide=lambda _: None))
    assert refused.value.kind == "access_denied"
    assert TOKEN not in bank.asked


def test_of_several_credentials_those_are_received_that_were_allowed(bank: IssuingBank, vault: Vault) -> None:
    link = {
        "credential_issuer": URL,
        "credential_configuration_ids": ["competency-certificate", "entry-vocational_training"],
        "grants": {"authorization_code": {}},
    }
    text = f"openid-credential-offer://?{urlencode({'credential_offer': json.dumps(link)})}"
    offer = read_offer(text, trust=bank.trust, fetch=lambda _, __: b"")

    def flat_only(question: Question) -> Mapping[str, list[str]]:
        return {"entry-vocational_training": [question.wanted["entry-vocational_training"][0].entry.id]}

    browser = HolderBrowser(bank, decide=flat_only)
    received = receive(Order(offer, None, 1), vault, Outside(bank.door, bank.trust, START, browser))
    assert [each.configuration for each in received] == ["entry-vocational_training"]


def test_without_a_browser_nobody_is_asked(bank: IssuingBank, vault: Vault) -> None:
    with pytest.raises(OfferRefused, match="browser"):
        receive_with(bank, vault, None)
    assert PAR not in bank.asked


def with_parameter(name: str, value: str | None) -> Callable[[str], str]:
    def change(query: str) -> str:
        brought = {**dict(parse_qsl(query)), name: value}
        return urlencode({key: text for key, text in brought.items() if text is not None})

    return change


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (with_parameter("iss", None), "iss"),
        (with_parameter("iss", "https://other.example"), "iss"),
        (with_parameter("state", None), "state"),
        (with_parameter("state", "another"), "state"),
        (with_parameter("state", "ü"), "state"),
        (with_parameter("code", None), "answer"),
        (lambda query: f"{query}&code=another", "answer"),
        (lambda _: "", "answer"),
        (lambda _: "&".join("a=b" for _ in range(40)), "answer"),
    ],
)
def test_an_answer_that_is_mixed_up_uses_no_code(
    bank: IssuingBank, vault: Vault, change: Callable[[str], str], kind: str
) -> None:
    with pytest.raises(OfferRefused) as refused:
        receive_with(bank, vault, PassingBrowser(bank, change))
    assert refused.value.kind == kind
    assert TOKEN not in bank.asked


def test_an_error_of_the_page_is_told_only_when_it_is_one_of_the_standards_form(
    bank: IssuingBank, vault: Vault
) -> None:
    for said, told in (("server_error", "server_error"), ("<b>call 010-1234</b>", "no reason")):
        with pytest.raises(ServiceRefused, match=told):
            receive_with(bank, vault, PassingBrowser(bank, with_parameter("error", said)))


@pytest.mark.parametrize(
    ("path", "change", "error"),
    [
        (SERVER, lambda found: found | {"code_challenge_methods_supported": ["plain"]}, OfferRefused),
        (SERVER, lambda found: found | {"response_types_supported": ["token"]}, OfferRefused),
        (SERVER, lambda found: found | {"authorization_response_iss_parameter_supported": False}, OfferRefused),
        (SERVER, lambda found: found | {"authorization_endpoint": "https://other.example/a"}, OfferRefused),
        (SERVER, lambda found: found | {"authorization_endpoint": "http://bank.example/a"}, OfferRefused),
        (SERVER, lambda found: found | {"authorization_endpoint": f"{URL}/a?redirect_uri=x"}, OfferRefused),
        (SERVER, lambda found: found | {"pushed_authorization_request_endpoint": None}, OfferRefused),
        (
            SERVER,
            lambda found: found | {"pushed_authorization_request_endpoint": "https://other.example/par"},
            ServiceUnreachable,
        ),
        (SERVER, lambda found: found | {"token_endpoint": "http://bank.example/token"}, ServiceUnreachable),
        (PAR, lambda found: found | {"request_uri": ""}, OfferRefused),
        (TOKEN, lambda found: found | {"token_type": "Bearer"}, OfferRefused),
        (TOKEN, lambda found: found | {"refresh_token": 1}, OfferRefused),
        (TOKEN, lambda found: found | {"authorization_details": None}, OfferRefused),
        (TOKEN, lambda found: found | {"authorization_details": [1]}, OfferRefused),
        (
            TOKEN,
            lambda found: (
                found
                | {"authorization_details": [{"credential_configuration_id": "other", "credential_identifiers": ["x"]}]}
            ),
            OfferRefused,
        ),
        (CREDENTIAL, lambda _: {"transaction_id": "x", "interval": "soon"}, OfferRefused),
        (CREDENTIAL, lambda _: {"transaction_id": "", "interval": 1}, OfferRefused),
    ],
)
def test_a_service_that_is_not_in_order_gets_nothing_kept(
    bank: IssuingBank, vault: Vault, path: str, change: Callable[[Any], Any], error: type[WalletError]
) -> None:
    bank.change = changed(path, change)
    with pytest.raises(error):
        receive_with(bank, vault, HolderBrowser(bank))
    assert vault.copies() == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found | {"credential_request_encryption": None},
        lambda found: found | {"credential_response_encryption": {"alg_values_supported": ["RSA-OAEP"]}},
        lambda found: found | {"credential_request_encryption": {"jwks": {"keys": []}, "enc_values_supported": []}},
        lambda found: found | {"credential_request_encryption": {"jwks": {"keys": [{"kty": "RSA"}]}}},
    ],
)
def test_an_issuer_that_cannot_encrypt_is_asked_in_plain(
    bank: IssuingBank, vault: Vault, change: Callable[[Any], Any]
) -> None:
    bank.encrypts, bank.change = True, changed(METADATA, change)
    assert len(receive_with(bank, vault, HolderBrowser(bank))) == 1


def test_more_keys_for_requests_than_anybody_needs_are_refused(bank: IssuingBank, vault: Vault) -> None:
    bank.encrypts = True
    bank.change = changed(
        METADATA, lambda found: found | {"credential_request_encryption": {"jwks": {"keys": [1] * 99}}}
    )
    with pytest.raises(OfferRefused, match="too many"):
        receive_with(bank, vault, HolderBrowser(bank))


@pytest.mark.parametrize("body", ["ü".encode(), b"a.b.c.d.e", b""])
def test_an_answer_that_is_not_encrypted_to_this_request_is_refused(
    bank: IssuingBank, vault: Vault, body: bytes
) -> None:
    bank.encrypts = True
    bank.change = lambda path, answer: Answer(200, body, answer.headers) if path == CREDENTIAL else answer
    with pytest.raises(OfferRefused, match="encrypted"):
        receive_with(bank, vault, HolderBrowser(bank))


def test_a_service_that_always_wants_another_nonce_is_asked_twice(bank: IssuingBank, vault: Vault) -> None:
    body = b'{"error": "use_dpop_nonce"}'
    nonces = iter("abcdef")

    def insist(path: str, answer: Answer) -> Answer:
        return Answer(400, body, {"dpop-nonce": next(nonces)}) if path == PAR else answer

    bank.change = insist
    with pytest.raises(ServiceRefused, match="use_dpop_nonce"):
        receive_with(bank, vault, HolderBrowser(bank))
    assert bank.asked.count(PAR) == 2


@pytest.mark.parametrize("body", [b'{"error": "other"}', b"no JSON"])
def test_another_refusal_with_a_nonce_is_final(bank: IssuingBank, vault: Vault, body: bytes) -> None:
    bank.change = lambda path, answer: Answer(400, body, {"dpop-nonce": "n"}) if path == PAR else answer
    with pytest.raises(WalletError):
        receive_with(bank, vault, HolderBrowser(bank))
    assert bank.asked.count(PAR) == 1


def test_what_comes_later_is_waited_for(bank: IssuingBank, vault: Vault) -> None:
    now_s, waited = int(START.timestamp()), list[int]()

    def end(seconds: int) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            with bank.bank.store.write() as transaction:
                for source in SOURCES:
                    transaction.pulls.release(source, "test")

    with bank.bank.store.write() as transaction:
        for source in SOURCES:
            transaction.pulls.hold(source, "test", now_s=now_s, until_s=now_s + 999)
    (received,) = receive_with(bank, vault, HolderBrowser(bank), wait=end)
    assert (received.copies, waited, bank.asked.count(DEFERRED)) == (2, [15, 15], 2)


def test_what_never_comes_is_given_up(bank: IssuingBank, vault: Vault) -> None:
    waited = list[int]()
    later = {"transaction_id": "x", "interval": 100}
    bank.change = lambda path, answer: (
        Answer(202, json.dumps(later).encode(), {}) if path in (CREDENTIAL, DEFERRED) else answer
    )
    with pytest.raises(ServiceUnreachable) as refused:
        receive_with(bank, vault, HolderBrowser(bank), wait=waited.append)
    assert (refused.value.kind, waited) == ("deferred", [60] * 4)
    with pytest.raises(ServiceUnreachable, match="still collecting"):
        receive_with(bank, vault, HolderBrowser(bank))


def test_an_issuer_without_an_end_point_for_later_is_refused(bank: IssuingBank, vault: Vault) -> None:
    later = b'{"transaction_id": "x", "interval": 1}'

    def change(path: str, answer: Answer) -> Answer:
        if path == METADATA:
            known = json.loads(answer.body)
            known.pop("deferred_credential_endpoint")
            return Answer(200, json.dumps(known).encode(), {})
        return Answer(202, later, {}) if path == CREDENTIAL else answer

    bank.change = change
    with pytest.raises(OfferRefused, match="come later"):
        receive_with(bank, vault, HolderBrowser(bank), wait=lambda _: None)


def ask_address(address: str) -> tuple[int, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def test_the_browser_comes_back_to_this_machine_once() -> None:
    answers = list[tuple[int, bytes]]()

    def show(page: str) -> None:
        def come_back() -> None:
            answers.append(ask_address(browser.redirect_uri.replace("/callback", "/favicon.ico")))
            answers.append(ask_address(f"{browser.redirect_uri}?code=x&state=y&{page}"))

        threads.append(threading.Thread(target=come_back))
        threads[0].start()

    threads = list[threading.Thread]()
    with LoopbackBrowser(show) as browser:
        assert browser.redirect_uri.startswith("http://127.0.0.1:")
        assert browser.visit("page=1") == "code=x&state=y&page=1"
        threads[0].join()
    assert [status for status, _ in answers] == [404, 200]
    assert "지갑으로 돌아가세요" in answers[1][1].decode()


def test_nobody_comes_back() -> None:
    with (
        LoopbackBrowser(lambda _: None, patience_s=0.01) as browser,
        pytest.raises(ServiceUnreachable, match="in time"),
    ):
        browser.visit("page")
