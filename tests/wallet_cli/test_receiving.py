"""The wallet receives: the whole way with a real bank, and everything a careful wallet refuses."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from keys.fetch import Answer
from keys.trust_list import TrustedIssuer, TrustList
from tests.issuer.conftest import START, URL
from tests.vectors.openid4vci.schemas import vector
from tests.wallet_cli.issuer_world import IssuingBank, changed
from wallet_cli import asking, issuance
from wallet_cli.asking import Outside, Received
from wallet_cli.errors import (
    CertificateRefused,
    IssuerUnknown,
    OfferRefused,
    ServiceRefused,
    ServiceUnreachable,
    StorageRefused,
    WalletError,
)
from wallet_cli.issuance import Order, receive
from wallet_cli.offer import GRANT, Offer, read_offer
from wallet_cli.vault import Vault

CREDENTIAL, NONCE, TOKEN = (f"/openid4vci/{name}" for name in ("credential", "nonce", "token"))
METADATA, SERVER = "/.well-known/openid-credential-issuer", "/.well-known/oauth-authorization-server"


def no_fetch(_issuer: TrustedIssuer, _address: str) -> bytes:
    raise AssertionError


def read(bank: IssuingBank, link: str) -> Offer:
    return read_offer(
        link,
        trust=bank.trust,
        fetch=lambda _, address: bank.door().get(address, accept="application/json", max_bytes=9999),
    )


def outside(bank: IssuingBank, **more: Any) -> Outside:  # noqa: ANN401 - members of what is outside
    return Outside(bank.door, bank.trust, START, **more)


def receive_all(
    bank: IssuingBank, vault: Vault, *, flat: bool = False, copies: int = 2, tx_code: str | None = None
) -> list[Received]:
    made = bank.offer(flat=flat)
    order = Order(read(bank, made.by_reference), tx_code, copies)
    return receive(order, vault, outside(bank))


def test_each_credential_is_told_when_it_is_kept_whatever_becomes_of_the_next(
    bank: IssuingBank, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = read(bank, bank.offer().by_value)
    order = Order(replace(offer, configurations=offer.configurations * 2), None, 1)
    take, told = asking.take_copies, list[Received]()

    def only_first(*arguments: Any, **more: Any) -> Received:  # noqa: ANN401 - those of what it stands for
        if told:
            raise ServiceUnreachable("The issuer could not be asked.", kind="connect")
        return take(*arguments, **more)

    monkeypatch.setattr(issuance, "take_copies", only_first)
    with pytest.raises(ServiceUnreachable):
        receive(order, vault, outside(bank), kept=told.append)
    assert [each.item for each in told] == [each.id for each in vault.items()]
    assert len(told) == 1


def test_a_certificate_is_received_in_copies_and_kept_with_its_keys(bank: IssuingBank, vault: Vault) -> None:
    made = bank.offer(with_code=True)
    order = Order(read(bank, made.by_reference), made.tx_code, 3)
    (received,) = receive(order, vault, outside(bank))
    assert (received.configuration, received.copies) == ("competency-certificate", 3)
    copies = vault.copies()
    assert len(copies) == len({copy.sd_jwt for copy in copies}) == len({copy.signer().key_id for copy in copies}) == 3
    assert {copy.item for copy in copies} == {received.item}
    assert bank.asked[-1] == "/openid4vci/notification"


def test_a_flat_credential_is_received_by_value(bank: IssuingBank, vault: Vault) -> None:
    order = Order(read(bank, bank.offer(flat=True).by_value), None)
    (received,) = receive(order, vault, outside(bank))
    assert received.claims.entries[0].type == "vocational_training"
    assert received.copies == 10


def test_a_lost_answer_costs_nothing_because_the_same_keys_get_it_again(bank: IssuingBank, vault: Vault) -> None:
    bank.lost.add(CREDENTIAL)
    (received,) = receive_all(bank, vault)
    assert (received.copies, bank.asked.count(CREDENTIAL), bank.asked.count(NONCE)) == (2, 2, 2)


def test_an_answer_that_is_lost_twice_is_told(bank: IssuingBank, vault: Vault) -> None:
    def lose(path: str, answer: Answer) -> Answer:
        bank.lost.add(CREDENTIAL)
        return answer

    bank.change = lose
    with pytest.raises(ServiceUnreachable, match="in time"):
        receive_all(bank, vault)
    assert vault.copies() == ()


def test_an_offer_that_was_used_is_refused_by_the_issuer(bank: IssuingBank, vault: Vault) -> None:
    order = Order(read(bank, bank.offer().by_value), None, 1)
    receive(order, vault, outside(bank))
    with pytest.raises(ServiceRefused, match="invalid_grant"):
        receive(order, vault, outside(bank))


@pytest.mark.parametrize(
    ("with_code", "typed", "kind"),
    [(True, None, "tx_code_missing"), (True, "12345", "tx_code"), (True, "abcdef", "tx_code"), (False, "1", "tx_code")],
)
def test_a_transaction_code_that_cannot_be_the_one_is_not_sent(
    bank: IssuingBank, vault: Vault, *, with_code: bool, typed: str | None, kind: str
) -> None:
    order = Order(read(bank, bank.offer(with_code=with_code).by_value), typed)
    with pytest.raises(OfferRefused) as refused:
        receive(order, vault, outside(bank))
    assert (refused.value.kind, bank.asked) == (kind, [])


def value(document: object) -> str:
    return f"openid-credential-offer://?credential_offer={quote(json.dumps(document))}"


GOOD: dict[str, Any] = {
    "credential_issuer": URL,
    "credential_configuration_ids": ["competency-certificate"],
    "grants": {GRANT: {"pre-authorized_code": "code"}},
}


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("", "link"),
        ("https://bank.example/?credential_offer={}", "link"),
        ("openid-credential-offer://", "link"),
        ("openid-credential-offer://?credential_offer={}&credential_offer_uri=https://bank.example/a", "link"),
        ("openid-credential-offer://[?credential_offer={}", "link"),
        ("x" * (65 * 1024), "size"),
        ("openid-credential-offer://?credential_offer=[]", "form"),
        (value({**GOOD, "credential_configuration_ids": []}), "form"),
        (value({**GOOD, "credential_configuration_ids": ["a", "a"]}), "form"),
        (value({**GOOD, "credential_configuration_ids": ["a", 1]}), "form"),
        (value({**GOOD, "credential_configuration_ids": "a"}), "form"),
        (value({**GOOD, "grants": {}}), "grant"),
        (value({**GOOD, "grants": {"authorization_code": 1}}), "grant"),
        (value({**GOOD, "grants": {"authorization_code": {"issuer_state": ""}}}), "form"),
        (value({**GOOD, "grants": {GRANT: {}}}), "form"),
        (value({**GOOD, "grants": {GRANT: {"pre-authorized_code": "a", "tx_code": 1}}}), "form"),
    ],
)
def test_a_link_that_is_no_offer_is_refused_before_anybody_is_asked(bank: IssuingBank, link: str, kind: str) -> None:
    with pytest.raises(OfferRefused) as refused:
        read_offer(link, trust=bank.trust, fetch=no_fetch)
    assert refused.value.kind == kind


@pytest.mark.parametrize(
    "link",
    [
        value({**GOOD, "credential_issuer": "https://other.example"}),
        value({**GOOD, "credential_issuer": f"{URL}/"}),
        value({**GOOD, "credential_issuer": None}),
        value(vector("credential_offer_multiple_credentials.json")),
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fother.example%2Fa",
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fbank.example%2Fa",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fbank.example%40other.example%2Fa",
        "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
    ],
)
def test_an_offer_of_somebody_who_is_not_on_the_list_is_not_even_fetched(bank: IssuingBank, link: str) -> None:
    with pytest.raises(IssuerUnknown):
        read_offer(link, trust=bank.trust, fetch=no_fetch)


def test_an_address_of_one_issuer_with_the_offer_of_another_is_refused(bank: IssuingBank) -> None:
    (mine,) = bank.trust.issuers.values()
    other = replace(mine, id="https://other.example", origins=("https://other.example",))
    both = TrustList(2, {mine.id: mine, other.id: other})
    link = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fother.example%2Fa"
    with pytest.raises(OfferRefused, match="another issuer's"):
        read_offer(link, trust=both, fetch=lambda _, __: json.dumps(GOOD).encode())


def test_the_published_offers_have_the_form_that_is_read(bank: IssuingBank) -> None:
    for name in (
        "credential_offer_by_reference",
        "credential_offer_pre-authz_code",
        "credential_offer_multiple_credentials",
    ):
        document = {**vector(f"{name}.json"), "credential_issuer": URL}
        offer = read_offer(value(document), trust=bank.trust, fetch=no_fetch)
        assert offer.tx_code is not None
        assert offer.tx_code.fits("1234")
        assert offer.tx_code.fits("123") == (offer.tx_code.length is None)
        assert list(offer.configurations) == document["credential_configuration_ids"]


def without_proofs(document: Any) -> Any:  # noqa: ANN401 - decoded JSON
    document["credential_configurations_supported"]["competency-certificate"]["proof_types_supported"] = {}
    return document


def with_member(name: str, content: object) -> Callable[[Any], Any]:
    def change(document: Any) -> Any:  # noqa: ANN401 - decoded JSON
        document["credential_configurations_supported"]["competency-certificate"][name] = content
        return document

    return change


@pytest.mark.parametrize(
    ("path", "change", "error"),
    [
        (METADATA, lambda found: found | {"credential_issuer": "https://other.example"}, OfferRefused),
        (METADATA, lambda found: found | {"credential_configurations_supported": {}}, OfferRefused),
        (METADATA, lambda found: found | {"credential_endpoint": 1}, OfferRefused),
        (METADATA, lambda found: found | {"credential_endpoint": "https://other.example/"}, ServiceUnreachable),
        (METADATA, lambda found: found | {"nonce_endpoint": "http://bank.example/"}, ServiceUnreachable),
        (METADATA, lambda found: found | {"authorization_servers": ["https://other.example"]}, ServiceUnreachable),
        (METADATA, lambda found: found | {"authorization_servers": []}, OfferRefused),
        (METADATA, with_member("format", "mso_mdoc"), OfferRefused),
        (METADATA, with_member("vct", "https://bank.example/vct/other"), OfferRefused),
        (METADATA, without_proofs, OfferRefused),
        (
            METADATA,
            with_member(
                "proof_types_supported",
                {"jwt": {"proof_signing_alg_values_supported": ["ES256"], "key_attestations_required": {}}},
            ),
            OfferRefused,
        ),
        (METADATA, lambda found: found | {"huge": "x" * (2 * 1024 * 1024)}, ServiceUnreachable),
        (METADATA, lambda found: [found], OfferRefused),
        (SERVER, lambda found: found | {"issuer": "https://other.example"}, OfferRefused),
        (TOKEN, lambda found: found | {"token_type": "Bearer"}, OfferRefused),
        (TOKEN, lambda found: found | {"access_token": "a b"}, OfferRefused),
        (NONCE, lambda _: {"c_nonce": ""}, OfferRefused),
        (NONCE, lambda _: {"c_nonce": "never given out"}, ServiceRefused),
        (CREDENTIAL, lambda _: {"credentials": []}, OfferRefused),
        (CREDENTIAL, lambda _: {"transaction_id": "later"}, OfferRefused),
        (CREDENTIAL, lambda found: {"credentials": found["credentials"] * 2}, OfferRefused),
        (CREDENTIAL, lambda found: {"credentials": found["credentials"][::-1]}, CertificateRefused),
        (
            CREDENTIAL,
            lambda found: {"credentials": [{"credential": "a~b~"}, *found["credentials"][1:]]},
            CertificateRefused,
        ),
    ],
)
def test_an_issuer_that_is_not_in_order_leaves_the_wallet_empty(
    bank: IssuingBank, vault: Vault, path: str, change: Callable[[Any], Any], error: type[WalletError]
) -> None:
    bank.change = changed(path, change)
    with pytest.raises(error):
        receive_all(bank, vault)
    assert vault.copies() == ()


def test_an_issuer_that_is_in_order_but_unknown_members_is_understood(bank: IssuingBank, vault: Vault) -> None:
    bank.change = changed(METADATA, lambda found: found | {"unknown": {"member": 1}, "notification_endpoint": None})
    bank.change = changed(CREDENTIAL, lambda found: found | {"unknown": 1, "notification_id": 7})
    (received,) = receive_all(bank, vault)
    assert received.copies == 2


def test_a_wallet_that_cannot_keep_says_so_to_the_issuer(
    bank: IssuingBank, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Vault, _new: object) -> str:
        raise StorageRefused("no room")

    monkeypatch.setattr(Vault, "keep_issued", refuse)
    with pytest.raises(StorageRefused):
        receive_all(bank, vault)
    with bank.bank.store.read() as transaction:
        acts = [each for each in transaction.audit.about(bank.account, None) if each.action == "wallet_notified"]
    assert acts[-1].detail == "credential_failure"


def test_that_the_issuer_cannot_be_told_changes_nothing(bank: IssuingBank, vault: Vault) -> None:
    bank.lost.add("/openid4vci/notification")
    assert len(receive_all(bank, vault)) == 1
    assert len(vault.copies()) == 2
