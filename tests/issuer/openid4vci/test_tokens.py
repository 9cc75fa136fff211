"""Offers and the token end point: one exchange, five tries, ten minutes, and the standard's own errors."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema
import pytest

from issuer.accounts.selection import Choice
from issuer.errors import ConsentMissing, InvalidOption
from issuer.openid4vci import offers
from issuer.openid4vci.handles import link_of
from issuer.openid4vci.metadata import GRANT
from issuer.openid4vci.offers import OfferWish, make_offer
from issuer.openid4vci.refusals import Refused
from issuer.openid4vci.tokens import exchange_code
from tests.issuer.conftest import URL
from tests.issuer.openid4vci.conftest import TITLES, TRAINING, Office, code_of, offer_document, refusal
from tests.vectors.openid4vci.schemas import schema, vector


def reference(by_reference: str) -> str:
    """The path of an offer's address."""
    ((name, address),) = parse_qsl(urlsplit(by_reference).query)
    assert name == "credential_offer_uri"
    assert address.startswith(f"{URL}/openid4vci/offers/")
    return address.removeprefix(URL)


def test_an_offer_by_reference_and_by_value_are_the_same_and_fit_the_schema(office: Office) -> None:
    made = office.offer(with_code=True)
    answer = office.client.ask("GET", reference(made.by_reference))
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == offer_document(made)
    jsonschema.validate(answer.json(), schema("credential_offer-1_0"))
    grant = answer.json()["grants"][GRANT]
    assert (grant["tx_code"]["input_mode"], grant["tx_code"]["length"]) == ("numeric", 6)
    assert len(grant["tx_code"]["description"]) <= 300
    assert len(made.by_reference) < 200  # a small code


def test_an_offer_that_nobody_made_or_that_is_used_or_too_old_is_not_there(office: Office) -> None:
    made, used = office.offer(), office.offer()
    office.wallet().redeem(used)
    paths = [f"{reference(made.by_reference)}x", reference(used.by_reference)]
    assert [office.client.ask("GET", path).status_code for path in paths] == [404, 404]
    office.wait(minutes=10)
    assert office.client.ask("GET", reference(made.by_reference)).status_code == 404


def test_a_code_is_exchanged_once_for_a_token_of_five_minutes(office: Office) -> None:
    made, wallet = office.offer(with_code=True), office.wallet()
    answer = wallet.redeem(made)
    assert answer.keys() == {"access_token", "token_type", "expires_in"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 300)
    again = wallet.ask_token(grant_type=GRANT, pre_authorized_code=code_of(made), tx_code=str(made.tx_code))
    assert refusal(again) == (400, "invalid_grant")


def test_an_empty_transaction_code_counts_as_not_sent(office: Office) -> None:
    made = office.offer()
    answer = office.wallet().ask_token(grant_type=GRANT, pre_authorized_code=code_of(made), tx_code="")
    assert answer.status_code == 200, answer.text


def test_of_many_at_once_one_gets_a_token(office: Office) -> None:
    made = office.offer()
    form = f"grant_type={GRANT}&pre-authorized_code={code_of(made)}".encode()

    def ask(_: int) -> str:
        try:
            return str(exchange_code(office.bank, form, now=office.now)["token_type"])
        except Refused as refused:
            return str(refused.error)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(8))) == ["Bearer", *["invalid_grant"] * 7]


def test_five_wrong_transaction_codes_end_the_offer(office: Office) -> None:
    made, wallet = office.offer(with_code=True), office.wallet()
    wrong = f"{(int(made.tx_code or 0) + 1) % 10**6:06}"
    for _ in range(5):
        answer = wallet.ask_token(grant_type=GRANT, pre_authorized_code=code_of(made), tx_code=wrong)
        assert refusal(answer) == (400, "invalid_grant")
    right = wallet.ask_token(grant_type=GRANT, pre_authorized_code=code_of(made), tx_code=str(made.tx_code))
    assert refusal(right) == (400, "invalid_grant")


def test_four_wrong_transaction_codes_leave_the_fifth_try(office: Office) -> None:
    made, wallet = office.offer(with_code=True), office.wallet()
    for _ in range(4):
        wallet.ask_token(grant_type=GRANT, pre_authorized_code=code_of(made), tx_code="wrong")
    wallet.redeem(made)


def test_a_code_has_ten_minutes(office: Office) -> None:
    made, late = office.offer(), office.offer()
    office.wait(minutes=9, seconds=59)
    office.wallet().redeem(made)
    office.wait(seconds=1)
    answer = office.wallet().ask_token(grant_type=GRANT, pre_authorized_code=code_of(late))
    assert refusal(answer) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("with_code", "changed", "error"),
    [
        (True, {"tx_code": None}, "invalid_request"),
        (False, {"tx_code": "123456"}, "invalid_request"),
        (False, {"grant_type": None}, "invalid_request"),
        (False, {"grant_type": "password"}, "unsupported_grant_type"),
        (True, {"tx_code": ""}, "invalid_request"),
        (False, {"client_assertion": "a.b.c"}, "invalid_client"),
        (False, {"client_secret": "x"}, "invalid_client"),
        (False, {"pre_authorized_code": None}, "invalid_request"),
        (False, {"pre_authorized_code": "x" * 513}, "invalid_request"),
        (False, {"pre_authorized_code": "unknown"}, "invalid_grant"),
        (False, {"authorization_details": "[]"}, "invalid_request"),
        (False, {"authorization_details": "no JSON"}, "invalid_request"),
        (False, {"authorization_details": '[{"type": "other"}]'}, "invalid_request"),
        (False, {"authorization_details": '["openid_credential"]'}, "invalid_request"),
        (
            False,
            {"authorization_details": '[{"type":"openid_credential","credential_configuration_id":[]}]'},
            "invalid_request",
        ),
        (False, {"client_id": "\x00"}, "invalid_request"),
        (False, {"client_id": "x" * 513}, "invalid_request"),
        (
            False,
            {"authorization_details": '[{"type":"openid_credential","credential_configuration_id":"other"}]'},
            "invalid_request",
        ),
    ],
)
def test_a_request_that_is_not_as_the_standard_says_gets_its_error(
    office: Office, *, with_code: bool, changed: dict[str, str | None], error: str
) -> None:
    made = office.offer(with_code=with_code)
    tx = {} if made.tx_code is None else {"tx_code": made.tx_code}
    sent = {"grant_type": GRANT, "pre_authorized_code": code_of(made), **tx, **changed}
    answer = office.wallet().ask_token(**{name: value for name, value in sent.items() if value is not None})
    assert refusal(answer) == (400, error)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        ("grant_type=ü".encode(), "application/x-www-form-urlencoded"),
        (b"grant_type=%ff", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=b" % number for number in range(40)), "application/x-www-form-urlencoded"),
        (b'{"grant_type": "x"}', "application/json"),
    ],
)
def test_a_body_that_is_no_plain_form_is_refused(office: Office, body: bytes, kind: str) -> None:
    answer = office.wallet().post("/openid4vci/token", body, content_type=kind)
    assert refusal(answer) == (400, "invalid_request")


def test_authorization_details_are_answered_with_identifiers(office: Office) -> None:
    made, wallet = office.offer(flat=True), office.wallet()
    published = vector("authorization_details_sd_jwt_vc.json")
    details = [{**each, "credential_configuration_id": TITLES} for each in published]
    answer = wallet.redeem(made, authorization_details=json.dumps(details))
    assert answer["authorization_details"] == [
        {"type": "openid_credential", "credential_configuration_id": TITLES, "credential_identifiers": [TITLES]}
    ]
    nonce = wallet.nonce()
    by_id = wallet.ask_credential(TITLES, {"jwt": [wallet.proof(nonce)]})
    assert refusal(by_id) == (400, "invalid_credential_request")
    named = wallet.ask_credential(None, {"jwt": [wallet.proof(nonce)]}, credential_identifier=TITLES)
    assert named.status_code == 200, named.text


@pytest.mark.sqlite
def test_nothing_secret_of_an_offer_is_in_the_database(office: Office) -> None:
    made, wallet = office.offer(with_code=True), office.wallet()
    secret = unquote(made.by_reference).rpartition("/")[2]
    answer = wallet.redeem(made)
    nonce = wallet.nonce()
    wallet.ask_credential(made.configurations[0], {"jwt": [wallet.proof(nonce)]})
    stored = b"".join(path.read_bytes() for path in office.bank.folder.path.glob("bank.db*"))
    assert link_of(office.bank, code_of(made), "code").encode() in stored
    for text in (code_of(made), secret, answer["access_token"], nonce):
        assert text.encode() not in stored


def test_what_cannot_be_issued_to_a_wallet_is_not_offered(office: Office) -> None:
    two = Choice(everything=True)
    with pytest.raises(InvalidOption, match="another offer"):
        office.offer(two, flat=True)
    with pytest.raises(InvalidOption, match="standard edition"):
        office.offer(Choice(types=TRAINING.types, edition="blind"))


def test_without_consent_nothing_is_offered(office: Office) -> None:
    consent = {"consent": 1, "recipient": "A", "purpose": None, "entries": "all"}
    other = replace(office.request(), recipient="B", consent=json.dumps(consent).encode())
    with pytest.raises(ConsentMissing, match="another recipient"):
        make_offer(office.bank, OfferWish(other), now=office.now)


def test_more_entries_than_a_wallet_can_hold_are_not_offered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MAX_DISCLOSURES", 10)
    with pytest.raises(InvalidOption, match="choose fewer"):
        office.offer(Choice(everything=True))


def test_what_has_expired_is_forgotten_and_what_is_used_is_not(office: Office) -> None:
    used, unused = office.offer(), office.offer()
    wallet = office.wallet()
    office.wait(minutes=9)
    wallet.redeem(used)
    office.wait(minutes=2)
    now_s = int(office.now.timestamp())
    with office.bank.store.write() as transaction:
        transaction.wallets.forget_expired(now_s=now_s)
        assert transaction.wallets.offer(used.id) is not None  # its token lives
        assert transaction.wallets.offer(unused.id) is None
        transaction.wallets.forget_expired(now_s=now_s + 300)
        assert transaction.wallets.offer(used.id) is None
