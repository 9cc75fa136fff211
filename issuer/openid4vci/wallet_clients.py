"""Which wallets may ask a holder for authorization, and to where the holder's browser is sent back.

Rules enforced (RFC 6749 section 3.1.2, RFC 8252 sections 7.2 and 7.3):
* a wallet is known by its `client_id`, from the operator's list; `cb-wallet` is always known;
* the address is one of the wallet's, character by character: https, or http on this machine, where the port is free;
* no address has a fragment, a user name, or a scheme of an app of its own, which any app could claim, too.

    {"wallets": [{"client_id": "example", "name": {"ko": "…", "en": "…"}, "redirect_uris": ["https://…"]}]}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from credential_schemas.entry_types import Names
from issuer.errors import InvalidOption
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError

OPTION: Final = "ISSUER_WALLETS"
MAX_LIST_BYTES: Final = 256 * 1024
_MEMBERS: Final = frozenset({"client_id", "name", "redirect_uris"})
_ID: Final = re.compile(r"[!-~]{1,512}")
_LOOPBACK: Final = ("127.0.0.1", "[::1]")
_LOOPBACK_ADDRESS: Final = re.compile(
    r"http://(?P<host>127\.0\.0\.1|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>/[!-~]*)?"
)
_ADDRESS: Final = re.compile(r"[!-~]{1,1024}")
_HIGHEST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class WalletClient:
    """One wallet: how it names itself in requests, how people call it, and where browsers may be sent."""

    id: str
    names: Names
    redirect_uris: tuple[str, ...]

    def accepts(self, redirect_uri: str) -> bool:
        """Return whether a browser may be sent to this address."""
        if redirect_uri in self.redirect_uris:
            return True
        portless = _without_port(redirect_uri)
        return portless is not None and portless in {_without_port(each) for each in self.redirect_uris}


WalletClients = Mapping[str, WalletClient]
_OUR_WALLET: Final = WalletClient(
    "cb-wallet",
    Names("이 컴퓨터의 cb-wallet", "cb-wallet on this computer"),
    tuple(f"http://{host}/callback" for host in _LOOPBACK),
)
BUILT_IN: Final[WalletClients] = MappingProxyType({_OUR_WALLET.id: _OUR_WALLET})
"""What every bank knows: our own wallet, which is reached on the holder's machine only."""


def read_wallet_clients(data: bytes) -> WalletClients:
    """Read the operator's list.

    Raises:
        InvalidOption: it is none; the sentence names the wallet by its place.
    """
    try:
        listed = decode_json_object(data, max_bytes=MAX_LIST_BYTES).get("wallets")
    except DecodingError as error:
        raise _wrong(f"expected the wallets as a JSON object ({error.kind})") from error
    if not isinstance(listed, list):
        raise _wrong('expected a list of wallets as "wallets"')
    found = [_client(each, place) for place, each in enumerate(listed, 1)]
    by_id = {each.id: each for each in found}
    if len(by_id) != len(found) or not BUILT_IN.keys().isdisjoint(by_id):
        raise _wrong("expected each wallet to have a client_id of its own")
    return MappingProxyType({**BUILT_IN, **by_id})


def _client(node: JsonValue, place: int) -> WalletClient:
    if not isinstance(node, dict) or set(node) != _MEMBERS:
        raise _wrong(f"wallet {place}: expected the members {', '.join(sorted(_MEMBERS))}")
    client_id, name, addresses = node["client_id"], node["name"], node["redirect_uris"]
    if not isinstance(client_id, str) or not _ID.fullmatch(client_id):
        raise _wrong(f"wallet {place}: expected client_id in visible ASCII characters")
    names = (
        {key: text for key, text in name.items() if isinstance(text, str) and text} if isinstance(name, dict) else {}
    )
    if set(names) != {"ko", "en"} or names != name:
        raise _wrong(f"wallet {place}: expected a name in ko and en")
    texts = [each for each in addresses if isinstance(each, str)] if isinstance(addresses, list) else []
    if not texts or texts != addresses or not all(map(_is_usable, texts)):
        raise _wrong(f"wallet {place}: expected redirect_uris with https, or http at 127.0.0.1 or [::1]")
    return WalletClient(client_id, Names(names["ko"], names["en"]), tuple(texts))


def _is_usable(address: str) -> bool:
    if not _ADDRESS.fullmatch(address) or "#" in address or "\\" in address:
        return False
    if _without_port(address) is not None:
        return True
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and port != 0


def _without_port(address: str) -> str | None:
    """Return an address of this machine without its port, None for any other."""
    found = _LOOPBACK_ADDRESS.fullmatch(address)
    if found is None or "#" in address or int(found["port"] or 1) > _HIGHEST_PORT:
        return None
    return f"http://{found['host']}{found['path']}"


def _wrong(problem: str) -> InvalidOption:
    return InvalidOption(problem, option=OPTION)
