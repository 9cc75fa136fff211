"""Authorization code: pushed requests, the holder's decision, PKCE, codes that are good once and end what they gave."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jsonschema
import pytest

from credential_schemas.sd_jwt.select import unverified_disclosures
from issuer.accounts.account import show_account
from issuer.accounts.errors import SelectionEmpty
from issuer.accounts.selection import Choice, field_choices
from issuer.errors import InvalidOption
from issuer.openid4vci import offers
from issuer.openid4vci.approving import RequestDecidedError, approve, deny, question_of
from issuer.openid4vci.authorization import find_request
from tests.issuer.conftest import URL
from tests.issuer.openid4vci.code_wallet import (
    BACK,
    CERTIFICATE,
    CLIENT,
    VERIFIER,
    CodeWallet,
    state_offer,
)
from tests.issuer.openid4vci.conftest import TITLES, Office, given_up, refusal
from tests.vectors.openid4vci.schemas import schema, unbroken


@pytest.fixture
def wallet(office: Office) -> CodeWallet:
    return CodeWallet(office)


def titles(answer: httpx.Response) -> list[str]:
    credential = answer.json()["credentials"][0]["credential"]
    return [str(each.value) for each in unverified_disclosures(credential) if each.name == "title"]


def test_a_wallet_asks_and_receives_what_the_holder_chose(wallet: CodeWallet) -> None:
    pushed = wallet.push()
    assert pushed.status_code == 201
    assert pushed.headers["cache-control"] == "no-store"
    assert pushed.json()["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    back = wallet.allowed(pushed)
    assert back.keys() == {"code", "state", "iss"}
    assert (back["state"], back["iss"]) == ("s-1", URL)
    token = wallet.exchange(back["code"])
    assert token.headers["cache-control"] == "no-store"
    assert token.json().keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (token.json()["token_type"], token.json()["expires_in"]) == ("DPoP", 300)
    assert token.json()["scope"] == CERTIFICATE
    received = wallet.credential()
    assert received.status_code == 200, received.text
    assert len(titles(received)) == 1


def test_an_offer_with_issuer_state_leads_to_its_entries_only(office: Office, wallet: CodeWallet) -> None:
    offer = state_offer(office)
    jsonschema.validate(offer, schema("credential_offer-1_0"))
    state = offer["grants"]["authorization_code"]["issuer_state"]
    pushed = wallet.push(issuer_state=state, scope=None)
    question, opened = wallet.question(pushed)
    (candidates,) = question.wanted.values()
    assert {each.entry.type for each in candidates} == {"vocational_training"}
    assert len(candidates) < len(opened.entries)
    assert wallet.exchange(wallet.allowed(pushed)["code"]).status_code == 200
    assert refusal(wallet.push(issuer_state=state)) == (400, "invalid_request")


def test_authorization_details_are_answered_with_identifiers(wallet: CodeWallet) -> None:
    details = [{"type": "openid_credential", "credential_configuration_id": TITLES}]
    answer = wallet.exchange(wallet.code(scope=None, authorization_details=json.dumps(details)))
    assert answer.json()["authorization_details"] == [{**details[0], "credential_identifiers": [TITLES]}]
    assert refusal(wallet.credential(TITLES)) == (400, "invalid_credential_request")
    proofs = {"jwt": [wallet.proof(wallet.c_nonce())]}
    named = wallet.proved("/openid4vci/credential", {"credential_identifier": TITLES, "proofs": proofs})
    assert named.status_code == 200, named.text


def test_a_kind_that_is_given_up_costs_the_others_of_a_token_nothing(
    wallet: CodeWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    details = json.dumps([{"type": "openid_credential", "credential_configuration_id": TITLES}])
    wallet.exchange(wallet.code(scope=CERTIFICATE, authorization_details=details))
    given_up(TITLES, monkeypatch)

    def named(name: str) -> httpx.Response:
        proofs = {"jwt": [wallet.proof(wallet.c_nonce())]}
        return wallet.proved("/openid4vci/credential", {"credential_identifier": name, "proofs": proofs})

    assert refusal(named(TITLES)) == (400, "credential_request_denied")
    assert named(CERTIFICATE).status_code == 200


@pytest.mark.parametrize(
    "details", [None, json.dumps([{"type": "openid_credential", "credential_configuration_id": TITLES}])]
)
def test_a_kind_that_is_given_up_is_not_named_by_a_token(
    wallet: CodeWallet, monkeypatch: pytest.MonkeyPatch, details: str | None
) -> None:
    code = wallet.code(scope=f"{CERTIFICATE} {TITLES}", authorization_details=details)
    given_up(TITLES, monkeypatch)
    answers = [wallet.exchange(code).json()]
    answers.append(wallet.renew(wallet.refresh_token).json())
    for answer in answers:
        named = [each["credential_configuration_id"] for each in answer.get("authorization_details", [])]
        assert (named or answer.get("scope", CERTIFICATE).split()) == [CERTIFICATE]


def test_a_grant_of_which_every_kind_is_given_up_is_no_longer_valid(
    wallet: CodeWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, other = wallet.code(scope=TITLES), wallet.code(scope=TITLES)
    assert wallet.exchange(code).json()["scope"] == TITLES
    given_up(TITLES, monkeypatch)
    assert refusal(wallet.exchange(other)) == (400, "invalid_grant")
    assert refusal(wallet.renew(wallet.refresh_token)) == (400, "invalid_grant")


def test_a_kind_that_is_given_up_is_not_asked_of_the_holder(
    wallet: CodeWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed = wallet.push(scope=f"{CERTIFICATE} {TITLES}")
    given_up(TITLES, monkeypatch)
    question, _ = wallet.question(pushed)
    assert [*question.wanted] == [CERTIFICATE]


def test_scope_and_details_together_ask_for_both(wallet: CodeWallet) -> None:
    details = json.dumps([{"type": "openid_credential", "credential_configuration_id": TITLES}])
    answer = wallet.exchange(wallet.code(scope=f"openid {CERTIFICATE}", authorization_details=details)).json()
    assert [each["credential_configuration_id"] for each in answer["authorization_details"]] == [TITLES, CERTIFICATE]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "unknown"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:4711/other"}, "invalid_request"),
        ({"redirect_uri": "http://localhost:4711/callback"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1.evil.example/callback"}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/callback"}, "invalid_request"),
        ({"redirect_uri": f"{BACK}#x"}, "invalid_request"),
        ({"redirect_uri": f"{BACK}?x=1"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:70000/callback"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"state": "ü"}, "invalid_request"),
        ({"request": "a.b.c"}, "invalid_request"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"resource": "https://other.example"}, "invalid_target"),
        ({"issuer_state": "unknown"}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"authorization_details": "no JSON"}, "invalid_request"),
        ({"authorization_details": '[{"type":"openid_credential"}]'}, "invalid_request"),
        (
            {"authorization_details": '[{"type":"openid_credential","credential_configuration_id":"other"}]'},
            "invalid_request",
        ),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"client_assertion_type": "urn:x"}, "invalid_client"),
    ],
)
def test_a_pushed_request_that_is_not_in_order_gets_the_standards_error(
    wallet: CodeWallet, changed: dict[str, str | None], error: str
) -> None:
    assert refusal(wallet.push(**changed)) == (400, error)


@pytest.mark.parametrize(
    "header",
    [
        {"oauth_client_attestation": "a.b.c"},
        {"oauth_client_attestation": unbroken("wallet_attestation.jwt.txt")},
        {"oauth_client_attestation_pop": "x"},
        {"authorization": "Basic x"},
    ],
    ids=["no attestation at all", "the published one", "proof of possession", "secret"],
)
def test_a_client_attestation_is_refused_by_name(office: Office, header: dict[str, str]) -> None:
    for path in ("/openid4vci/par", "/openid4vci/token"):
        answer = office.client.ask("POST", path, b"a=b", content_type="application/x-www-form-urlencoded", **header)
        assert refusal(answer) == (400, "invalid_client")


def test_a_pushed_request_of_another_media_type_is_refused(office: Office) -> None:
    assert refusal(office.client.ask("POST", "/openid4vci/par", {})) == (400, "invalid_request")


def test_an_offer_cannot_be_widened(office: Office, wallet: CodeWallet) -> None:
    state = state_offer(office, flat=True)["grants"]["authorization_code"]["issuer_state"]
    assert refusal(wallet.push(issuer_state=state, scope=CERTIFICATE)) == (400, "invalid_scope")
    details = json.dumps([{"type": "openid_credential", "credential_configuration_id": CERTIFICATE}])
    answer = wallet.push(issuer_state=state, scope=None, authorization_details=details)
    assert refusal(answer) == (400, "invalid_request")


def test_a_browser_that_brings_another_client_or_no_request_finds_nothing(office: Office, wallet: CodeWallet) -> None:
    name = wallet.push().json()["request_uri"]
    assert find_request(office.bank, CLIENT, name, now=office.now) is not None
    assert find_request(office.bank, "other", name, now=office.now) is None
    assert find_request(office.bank, CLIENT, f"{name}x", now=office.now) is None
    office.wait(minutes=10)
    assert find_request(office.bank, CLIENT, name, now=office.now) is None


def test_the_holder_denies_and_nothing_can_be_allowed_afterwards(office: Office, wallet: CodeWallet) -> None:
    pushed = wallet.push(state=None)
    question, _ = wallet.question(pushed)
    assert deny(office.bank, question.request) == f"{BACK}?error=access_denied&iss=https%3A%2F%2Fbank.example"
    with pytest.raises(RequestDecidedError):
        deny(office.bank, question.request)
    chosen = {CERTIFICATE: [question.wanted[CERTIFICATE][0].entry.id]}
    with pytest.raises(RequestDecidedError):
        approve(office.bank, question, chosen, language="ko", now=office.now)


@pytest.mark.parametrize("chosen", [{}, {CERTIFICATE: []}, {CERTIFICATE: ["unknown"]}, {"other": ["x"]}])
def test_without_a_choice_nothing_is_allowed(office: Office, wallet: CodeWallet, chosen: dict[str, list[str]]) -> None:
    question, _ = wallet.question(wallet.push())
    with pytest.raises(SelectionEmpty):
        approve(office.bank, question, chosen, language="ko", now=office.now)


def test_of_a_flat_credential_one_entry_is_allowed(office: Office, wallet: CodeWallet) -> None:
    question, opened = wallet.question(wallet.push(scope="entry-national_technical_qualification"))
    ((name, candidates),) = question.wanted.items()
    two = [candidates[0].entry.id, opened.entries[0].id, *(each.entry.id for each in candidates)]
    if len(candidates) > 1:
        with pytest.raises(SelectionEmpty):
            approve(office.bank, question, {name: two}, language="ko", now=office.now)
    address = approve(office.bank, question, {name: two[:1]}, language="en", now=office.now)
    assert "code=" in address


def test_more_than_a_wallet_can_hold_is_not_allowed(
    office: Office, wallet: CodeWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "MAX_DISCLOSURES", 10)
    question, opened = wallet.question(wallet.push())
    with pytest.raises(InvalidOption, match="choose fewer"):
        approve(
            office.bank, question, {CERTIFICATE: {each.id for each in opened.entries}}, language="ko", now=office.now
        )


def test_an_offer_for_another_account_offers_nothing(office: Office, wallet: CodeWallet) -> None:
    state = state_offer(office)["grants"]["authorization_code"]["issuer_state"]
    question, opened = wallet.question(wallet.push(issuer_state=state, scope=None))
    stranger: Any = type("Opened", (), {"account": type("A", (), {"id": "someoneels"}), "entries": opened.entries})
    theirs = question_of(office.bank, question.request, stranger, now=office.now)
    assert theirs.belongs_to_another
    assert not any(theirs.wanted.values())


def test_fields_that_an_offer_hides_stay_hidden(office: Office, wallet: CodeWallet) -> None:
    with office.bank.store.read() as transaction:
        entries = show_account(office.bank, transaction, office.account).entries
    entry = next(each for each in entries if each.type == "vocational_training")
    other = next(each for each in entries if each.type != "vocational_training" and each.in_force)
    hidden = next(each.field.name for each in field_choices(entry, blind=False) if each.rule == "open" and each.shown)
    choice = Choice(entries=(entry.id, other.id), hide=(f"{entry.id[:8]}.{hidden}",))
    state = state_offer(office, choice)["grants"]["authorization_code"]["issuer_state"]
    pushed = wallet.push(issuer_state=state, scope=None)
    question, _ = wallet.question(pushed)
    candidate = next(each for each in question.wanted[CERTIFICATE] if each.entry.id == entry.id)
    assert hidden in candidate.withheld
    # The other entry alone: what is hidden of the first one concerns nobody.
    approve(office.bank, question, {CERTIFICATE: [other.id]}, language="ko", now=office.now)


def test_a_code_has_one_minute(office: Office, wallet: CodeWallet) -> None:
    code, late = wallet.code(), wallet.code()
    office.wait(seconds=59)
    assert wallet.exchange(code).status_code == 200
    office.wait(seconds=1)
    assert refusal(wallet.exchange(late)) == (400, "invalid_grant")


def test_a_second_use_of_a_code_ends_what_the_first_gave(office: Office, wallet: CodeWallet) -> None:
    code = wallet.code()
    first = wallet.exchange(code).json()
    thief = CodeWallet(office)
    assert refusal(thief.exchange(code)) == (400, "invalid_grant")
    wallet.token = first["access_token"]
    assert refusal(wallet.credential()) == (401, "invalid_token")
    assert refusal(wallet.renew(first["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:4712/callback"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"client_id": "another"}, "invalid_grant"),
        ({"client_id": None}, "invalid_request"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
    ],
)
def test_a_code_without_all_that_belongs_to_it_gives_nothing(
    wallet: CodeWallet, changed: dict[str, str | None], error: str
) -> None:
    code = wallet.code()
    assert refusal(wallet.exchange(**{"code": code, **changed})) == (400, error)  # type: ignore[arg-type] # None: not sent


def test_a_wrong_verifier_uses_the_code_up(wallet: CodeWallet) -> None:
    code = wallet.code()
    wallet.exchange(code, code_verifier="w" * 43)
    assert refusal(wallet.exchange(code)) == (400, "invalid_grant")


def test_a_pre_authorized_code_is_no_authorization_code_nor_the_other_way_round(
    office: Office, wallet: CodeWallet
) -> None:
    code = wallet.code()
    answer = office.wallet().ask_token(
        grant_type="urn:ietf:params:oauth:grant-type:pre-authorized_code", pre_authorized_code=code
    )
    assert refusal(answer) == (400, "invalid_grant")
    state = state_offer(office)["grants"]["authorization_code"]["issuer_state"]
    answer = office.wallet().ask_token(
        grant_type="urn:ietf:params:oauth:grant-type:pre-authorized_code", pre_authorized_code=state
    )
    assert refusal(answer) == (400, "invalid_grant")


def test_of_many_at_once_who_allow_one_request_one_does(office: Office, wallet: CodeWallet) -> None:
    question, _ = wallet.question(wallet.push())
    chosen = {CERTIFICATE: [question.wanted[CERTIFICATE][0].entry.id]}

    def allow(_: int) -> str:
        try:
            return approve(office.bank, question, chosen, language="ko", now=office.now)[:4]
        except RequestDecidedError:
            return "over"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(allow, range(4))) == ["http", "over", "over", "over"]


def test_nothing_secret_of_an_authorization_is_in_the_database(office: Office, wallet: CodeWallet) -> None:
    pushed = wallet.push()
    code = wallet.allowed(pushed)["code"]
    token = wallet.exchange(code).json()
    request_uri = pushed.json()["request_uri"].rpartition(":")[2]
    stored = b"".join(path.read_bytes() for path in office.bank.folder.path.glob("bank.db*"))
    for text in (request_uri, code, VERIFIER, token["access_token"], token["refresh_token"]):
        assert text.encode() not in stored


def test_what_was_allowed_is_recorded_with_its_consent(office: Office, wallet: CodeWallet) -> None:
    wallet.exchange(wallet.code())
    assert wallet.credential().status_code == 200
    with office.bank.store.read() as transaction:
        acts = [each.action for each in transaction.audit.about(office.account, None)]
        consent = transaction.accounts.consents(office.account, "disclosure")[0]
    assert "wallet_allowed" in acts
    assert (consent.channel, consent.valid_until) == ("wallet", "2027-05-21")


@pytest.mark.sqlite
def test_an_expired_authorization_is_forgotten_and_its_offer_with_it(office: Office, wallet: CodeWallet) -> None:
    wallet.exchange(wallet.code())
    wallet.push(issuer_state=state_offer(office)["grants"]["authorization_code"]["issuer_state"], scope=None)
    with office.bank.store.write() as transaction:
        transaction.wallets.forget_expired(now_s=int(office.now.timestamp()) + 181 * 24 * 3600)
    with sqlite3.connect(office.bank.folder.path / "bank.db") as database:
        tables = ("codes", "requests", "refresh_tokens", "tokens", "offers")
        counts = [database.execute(f"SELECT count(*) FROM wallet_{name}").fetchone()[0] for name in tables]
    assert counts == [0] * len(tables)
