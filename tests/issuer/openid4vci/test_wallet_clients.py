"""Wallets that may ask holders: the operator's list, and addresses that are theirs character by character."""

import json
from typing import Any

import pytest

from issuer.errors import InvalidOption
from issuer.openid4vci.wallet_clients import BUILT_IN, read_wallet_clients

GOOD: dict[str, Any] = {
    "client_id": "example",
    "name": {"ko": "예시", "en": "Example"},
    "redirect_uris": ["https://wallet.example/back?from=bank", "http://[::1]/callback"],
}


def listed(*wallets: object) -> bytes:
    return json.dumps({"wallets": [*wallets]}).encode()


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        ("https://wallet.example/back?from=bank", True),
        ("https://wallet.example/back", False),
        ("https://wallet.example:443/back?from=bank", False),
        ("https://wallet.example/back?from=bank&x=1", False),
        ("https://WALLET.example/back?from=bank", False),
        ("http://wallet.example/back?from=bank", False),
        ("http://[::1]/callback", True),
        ("http://[::1]:8080/callback", True),
        ("http://[::1]:0/callback", False),
        ("http://[::1]:99999/callback", False),
        ("http://[::1]:8080/callback#x", False),
        ("http://127.0.0.1:8080/callback", False),
        ("", False),
    ],
)
def test_an_address_is_one_of_the_wallets_own(address: str, *, accepted: bool) -> None:
    assert read_wallet_clients(listed(GOOD))["example"].accepts(address) is accepted


def test_our_own_wallet_is_always_known() -> None:
    assert read_wallet_clients(listed()) == BUILT_IN
    assert BUILT_IN["cb-wallet"].accepts("http://127.0.0.1:1/callback")


@pytest.mark.parametrize(
    ("wallet", "problem"),
    [
        ("text", "members"),
        ({**GOOD, "secret": "x"}, "members"),
        ({"client_id": "a"}, "members"),
        ({**GOOD, "client_id": "a b"}, "client_id"),
        ({**GOOD, "client_id": 7}, "client_id"),
        ({**GOOD, "client_id": "cb-wallet"}, "of its own"),
        ({**GOOD, "name": {"ko": "예시"}}, "name"),
        ({**GOOD, "name": "Example"}, "name"),
        ({**GOOD, "name": {"ko": "", "en": "Example"}}, "name"),
        ({**GOOD, "redirect_uris": []}, "redirect_uris"),
        ({**GOOD, "redirect_uris": "https://a.example"}, "redirect_uris"),
        ({**GOOD, "redirect_uris": [7]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["http://wallet.example/back"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["http://localhost/back"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["http://127.0.0.1.evil.example/"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["com.example.wallet:/back"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["https://wallet.example/#back"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["https://user@wallet.example/"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["https:///back"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["https://wallet.example:x/"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["https://wallet.example\\@evil.example/"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["https://wallet.example/ü"]}, "redirect_uris"),
        ({**GOOD, "redirect_uris": ["javascript:alert(1)"]}, "redirect_uris"),
    ],
)
def test_a_list_with_something_else_is_refused_by_its_place(wallet: object, problem: str) -> None:
    with pytest.raises(InvalidOption, match=problem):
        read_wallet_clients(listed(wallet))


@pytest.mark.parametrize("data", [b"", b"[]", b'{"wallets": {}}', b"{}"])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidOption, match="expected"):
        read_wallet_clients(data)


def test_a_name_is_used_once() -> None:
    with pytest.raises(InvalidOption, match="of its own"):
        read_wallet_clients(listed(GOOD, GOOD))
