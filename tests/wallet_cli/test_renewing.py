"""The wallet has what ends soon issued again: with a real bank, and everything by which it could be cheated of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credential_schemas.certificate_claims import Holder
from credential_schemas.presented_claims import PresentedClaims
from keys.errors import FetchError
from keys.fetch import Answer
from keys.trust_list import TrustList
from tests.issuer.conftest import START
from tests.wallet_cli.conftest import Wallet
from tests.wallet_cli.issuer_world import METADATA, HolderBrowser, IssuingBank, changed
from tests.wallet_cli.served_wallet import wallet
from wallet_cli.asking import Outside
from wallet_cli.errors import (
    CertificateRefused,
    IssuerUnknown,
    ItemNotFound,
    OfferRefused,
    ServiceRefused,
    ServiceUnreachable,
)
from wallet_cli.held import check_held, check_issued
from wallet_cli.issuance import Order, receive
from wallet_cli.offer import read_offer
from wallet_cli.renewing import RENEWAL_DAYS, Renewed, renew
from wallet_cli.vault import Vault

SERVER = "/.well-known/oauth-authorization-server"
TOKEN, CREDENTIAL, NOTIFICATION = (f"/openid4vci/{name}" for name in ("token", "credential", "notification"))
SOON, LATER = 10, 90
ENDED = Answer(400, b'{"error": "invalid_grant"}', {})
__all__ = ["wallet"]


def received(bank: IssuingBank, vault: Vault, *, days: int = SOON, sign_in: bool = False) -> str:
    """Receive a certificate of so many days, in two copies; return its id, as if nothing had been asked yet."""
    made = bank.offer(days=days, sign_in=sign_in)
    offer = read_offer(made.by_value, trust=bank.trust, fetch=lambda _, __: b"")
    (found,) = receive(Order(offer, None, 2), vault, outside(bank, browser=HolderBrowser(bank)))
    bank.begin()
    return found.item


def outside(bank: IssuingBank, **more: Any) -> Outside:  # noqa: ANN401 - members of what is outside
    return Outside(bank.door, bank.trust, START, **more)


def renewed(bank: IssuingBank, vault: Vault, *named: str, trust: TrustList | None = None) -> list[Renewed]:
    return renew(vault, trust or bank.trust, lambda _: outside(bank), named=named)


def kept(vault: Vault) -> tuple[set[str], set[str]]:
    """The items of a wallet, and the texts of their copies."""
    copies = vault.copies()
    return {each.item for each in copies}, {each.sd_jwt for each in copies}


def refresh_token(vault: Vault) -> str:
    (each,) = vault.renewable()
    return each.renewal.token


@pytest.mark.parametrize("sign_in", [False, True])
def test_what_ends_soon_is_issued_again_in_its_place(bank: IssuingBank, vault: Vault, *, sign_in: bool) -> None:
    first = received(bank, vault, sign_in=sign_in)
    before, token = kept(vault), refresh_token(vault)
    (done,) = renewed(bank, vault)
    assert (done.item, done.changed, done.error) == (first, False, None)
    assert done.received is not None
    items, texts = kept(vault)
    assert items == {done.received.item} != before[0]
    assert (len(texts), texts & before[1]) == (2, set())
    assert (bank.asked.count(TOKEN), bank.asked[-1]) == (2, NOTIFICATION)  # the first time it is told a nonce
    assert refresh_token(vault) != token
    (again,) = renewed(bank, vault)  # with the token that came instead
    assert (again.item, again.error) == (done.received.item, None)


def test_what_does_not_end_soon_asks_nobody(bank: IssuingBank, vault: Vault) -> None:
    received(bank, vault, days=LATER)
    assert renewed(bank, vault) == []
    assert bank.asked == []


@pytest.mark.parametrize(("hour", "is_due"), [(14, False), (15, True)])
def test_days_until_the_end_are_those_of_korea(bank: IssuingBank, vault: Vault, hour: int, *, is_due: bool) -> None:
    item = received(bank, vault, days=LATER)
    last = check_held(vault.item(item).sd_jwt, trust=bank.trust, now=int(START.timestamp())).valid_until
    day = last - timedelta(days=RENEWAL_DAYS + 1)
    evening = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)  # 15 o'clock in UTC is midnight in Korea
    found = renew(vault, bank.trust, lambda _: Outside(bank.door, bank.trust, evening), named=())
    assert [each.item for each in found] == ([item] if is_due else [])


def test_what_is_named_too_early_is_refused_by_the_bank_and_can_be_renewed_later(
    bank: IssuingBank, vault: Vault
) -> None:
    item = received(bank, vault, days=LATER)
    before, token = kept(vault), refresh_token(vault)
    for _ in range(2):
        (denied,) = renewed(bank, vault, item[:6])
        assert (denied.item, denied.received) == (item, None)
        assert isinstance(denied.error, ServiceRefused)
        assert denied.error.kind == "credential_request_denied"
    assert kept(vault) == before
    assert refresh_token(vault) != token


def other_holder(claims: PresentedClaims) -> PresentedClaims:
    return replace(claims, holder=Holder("다른이", None, claims.holder.birth_date))


def other_kind(claims: PresentedClaims) -> PresentedClaims:
    return replace(claims, kind="education")


@pytest.mark.parametrize("change", [other_holder, other_kind])
def test_a_credential_of_somebody_else_is_not_kept_and_the_one_before_stays(
    bank: IssuingBank, vault: Vault, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], PresentedClaims]
) -> None:
    received(bank, vault)
    before = kept(vault)
    monkeypatch.setattr("wallet_cli.asking.check_issued", lambda text, **more: change(check_issued(text, **more)))
    (refused,) = renewed(bank, vault)
    assert isinstance(refused.error, CertificateRefused)
    assert (refused.received, refused.error.kind) == (None, "holder")
    assert kept(vault) == before
    with bank.bank.store.read() as transaction:
        acts = [each for each in transaction.audit.about(bank.account, None) if each.action == "wallet_notified"]
    assert acts[-1].detail == "credential_failure"


def test_entries_that_say_something_else_are_told(
    bank: IssuingBank, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def corrected(claims: PresentedClaims) -> PresentedClaims:
        return replace(claims, entries=(replace(claims.entries[0], title="정정된 과정"), *claims.entries[1:]))

    received(bank, vault)
    monkeypatch.setattr("wallet_cli.asking.check_issued", lambda text, **more: corrected(check_issued(text, **more)))
    (done,) = renewed(bank, vault)
    assert (done.changed, done.error) == (True, None)


def test_a_token_that_is_worth_nothing_is_forgotten(bank: IssuingBank, vault: Vault) -> None:
    received(bank, vault)
    before = kept(vault)
    bank.change = lambda path, answer: ENDED if path == TOKEN else answer
    (ended,) = renewed(bank, vault)
    assert isinstance(ended.error, ServiceRefused)
    assert ended.error.kind == "renewal_ended"
    assert (kept(vault), vault.renewable()) == (before, ())


def test_a_lost_token_costs_nothing_because_the_one_before_is_still_good(bank: IssuingBank, vault: Vault) -> None:
    def lose(path: str, answer: Answer) -> Answer:
        if path == TOKEN and answer.status == 200:
            raise FetchError("did not answer in time", kind="timeout")
        return answer

    received(bank, vault)
    token, bank.change = refresh_token(vault), lose
    (lost,) = renewed(bank, vault)
    assert isinstance(lost.error, ServiceUnreachable)
    assert refresh_token(vault) == token
    bank.change = None
    assert [each.error for each in renewed(bank, vault)] == [None]


@pytest.mark.parametrize(
    ("path", "change", "never"),
    [
        (METADATA, lambda found: found | {"authorization_servers": ["https://other.example"]}, TOKEN),
        (SERVER, lambda found: found | {"issuer": "https://other.example"}, TOKEN),
        (TOKEN, lambda found: found | {"token_type": "Bearer"}, CREDENTIAL),
        (TOKEN, lambda found: found | {"refresh_token": ["x"]}, CREDENTIAL),
        (TOKEN, lambda found: found | {"authorization_details": []}, CREDENTIAL),
    ],
)
def test_a_service_that_is_not_in_order_changes_nothing(
    bank: IssuingBank, vault: Vault, path: str, change: Callable[[Any], Any], never: str
) -> None:
    received(bank, vault)
    before = kept(vault)
    bank.change = changed(path, change)
    (refused,) = renewed(bank, vault)
    assert isinstance(refused.error, OfferRefused)
    assert never not in bank.asked
    assert kept(vault) == before
    bank.change = None
    assert [each.error for each in renewed(bank, vault)] == [None]


def test_another_type_under_the_name_of_the_configuration_is_refused(bank: IssuingBank, vault: Vault) -> None:
    def flat(found: Any) -> Any:  # noqa: ANN401 - decoded JSON
        supported = found["credential_configurations_supported"]
        supported["competency-certificate"]["vct"] = supported["entry-vocational_training"]["vct"]
        return found

    received(bank, vault)
    bank.change = changed(METADATA, flat)
    (refused,) = renewed(bank, vault)
    assert isinstance(refused.error, OfferRefused)
    assert CREDENTIAL not in bank.asked


def test_a_service_that_gives_no_new_token_is_asked_with_the_same_one_again(bank: IssuingBank, vault: Vault) -> None:
    received(bank, vault)
    token = refresh_token(vault)
    bank.change = changed(
        TOKEN, lambda found: {name: value for name, value in found.items() if name != "refresh_token"}
    )
    assert [each.error for each in renewed(bank, vault)] == [None]
    assert refresh_token(vault) == token


def test_an_issuer_that_is_not_on_the_list_any_more_is_not_asked(bank: IssuingBank, vault: Vault) -> None:
    received(bank, vault)
    nobody = replace(bank.trust, issuers={})
    (unknown,) = renewed(bank, vault, trust=nobody)
    assert isinstance(unknown.error, IssuerUnknown)
    assert bank.asked == []


def received_together(bank: IssuingBank, vault: Vault) -> list[str]:
    """Receive a certificate and an entry that the holder allows together; return their ids."""
    link = {
        "credential_issuer": bank.bank.profile.issuer,
        "credential_configuration_ids": ["competency-certificate", "entry-vocational_training"],
        "grants": {"authorization_code": {}},
    }
    issuer = bank.trust.issuers[bank.bank.profile.issuer]
    address = f"{issuer.id}/openid4vci/offers/x"
    offer = read_offer(
        f"openid-credential-offer://?credential_offer_uri={address}",
        trust=bank.trust,
        fetch=lambda _, __: json.dumps(link).encode(),
    )
    both = receive(Order(offer, None, 1), vault, outside(bank, browser=HolderBrowser(bank)))
    bank.begin()
    return [each.item for each in both]


def test_credentials_that_were_allowed_together_are_renewed_with_one_exchange(bank: IssuingBank, vault: Vault) -> None:
    denied = renewed(bank, vault, *received_together(bank, vault))
    assert [getattr(each.error, "kind", None) for each in denied] == ["credential_request_denied"] * 2
    assert (bank.asked.count(TOKEN), len({each.renewal.token for each in vault.renewable()})) == (2, 1)


def test_a_kind_that_an_issuer_gave_up_keeps_no_other_from_being_renewed(bank: IssuingBank, vault: Vault) -> None:
    def without(*names: str) -> Callable[[str, Answer], Answer]:
        def change(found: Any) -> Any:  # noqa: ANN401 - decoded JSON
            for name in names:
                del found["credential_configurations_supported"][name]
            return found

        return changed(METADATA, change)

    both = received_together(bank, vault)
    bank.change = without("entry-vocational_training")
    told = {each.configuration: each.error for each in renewed(bank, vault, *both)}
    assert isinstance(told["entry-vocational_training"], OfferRefused)
    assert getattr(told["competency-certificate"], "kind", None) == "credential_request_denied"  # it was asked for
    assert bank.asked.count(CREDENTIAL) == 1
    bank.begin()
    bank.change = without("entry-vocational_training", "competency-certificate")
    assert [type(each.error) for each in renewed(bank, vault, *both)] == [OfferRefused] * 2
    assert TOKEN not in bank.asked


def test_a_service_that_binds_no_token_to_a_key_gives_nothing_to_renew_with(bank: IssuingBank, vault: Vault) -> None:
    bank.change = changed(SERVER, lambda found: found | {"dpop_signing_alg_values_supported": ["RS256"]})
    offer = read_offer(bank.offer(days=SOON).by_value, trust=bank.trust, fetch=lambda _, __: b"")
    (found,) = receive(Order(offer, None, 1), vault, outside(bank))
    assert (vault.renewable(), vault.item(found.item).renewable) == ((), False)
    with pytest.raises(ItemNotFound) as missing:
        renewed(bank, vault, found.item)
    assert missing.value.kind == "renewal"


def test_the_tokens_are_in_no_text_that_could_be_shown(bank: IssuingBank, vault: Vault) -> None:
    received(bank, vault)
    (each,) = vault.renewable()
    assert each.renewal.token not in repr(each)
    assert str(each.renewal.key["d"]) not in repr(each)


def test_the_command_renews_and_says_so(
    bank: IssuingBank, wallet: Wallet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wallet("renew", "--lang", "ko") == 0
    assert "갱신할 수 있는 것이 없습니다" in capsys.readouterr().out
    assert wallet("receive", bank.offer(days=SOON).by_value, "--copies", "1", "--json") == 0
    first = json.loads(capsys.readouterr().out)["id"]
    assert wallet("list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["renewable"] is True
    assert wallet("renew", "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["id"], done["copies"], done["changed"], done["problem"]) == (first, 1, False, None)
    assert wallet("renew", "nothing") == 2
    assert "can be renewed" in capsys.readouterr().err
    monkeypatch.setattr("wallet_cli.renewing.words_of", lambda claims: [claims.status.idx])
    assert wallet("renew", done["renewed_as"]) == 0
    assert "something else than before" in capsys.readouterr().out
    bank.change = lambda path, answer: ENDED if path == TOKEN else answer
    assert wallet("renew", "--lang", "ko") == 5
    assert "더는 갱신하지 않습니다" in capsys.readouterr().out
