"""Credential offers: hostile text from a link or a QR code, read strictly, before anything is asked for anywhere.

Rules enforced (OpenID4VCI 1.0 section 4.1):
* the link has the scheme `openid-credential-offer` and exactly one of `credential_offer` and `credential_offer_uri`;
* an address is fetched from an issuer of the trust list only, at one of its origins; and the offer found there is that
  issuer's own;
* the issuer is on the trust list; configurations are named once each; the grant is the pre-authorized code, or else the
  authorization code, for which the holder signs in.

Members that nobody knows are ignored.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError, UrlError
from keys.trust_list import TrustedIssuer, TrustList
from keys.urls import parse_url
from keys.values import dataclass
from wallet_cli.errors import IssuerUnknown, OfferRefused

CODE_GRANT: Final = "authorization_code"
GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
REFRESH_GRANT: Final = "refresh_token"
SCHEME: Final = "openid-credential-offer"
MAX_OFFER_BYTES: Final = 64 * 1024
_MAX_CONFIGURATIONS: Final = 32
_MAX_TEXT: Final = 512

FetchOffer = Callable[[TrustedIssuer, str], bytes]
"""Asks a trusted issuer for the document at an address of its own."""


@dataclass(frozen=True, slots=True)
class TxCode:
    """What an offer says about its transaction code, for the one who types it; None: it does not say."""

    numeric: bool
    length: int | None

    def fits(self, typed: str) -> bool:
        """Return whether a typed code can be the one that was meant."""
        digits = typed.isascii() and typed.isdecimal()
        return (digits or not self.numeric) and (self.length is None or len(typed) == self.length) and bool(typed)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of a trusted issuer; `tx_code` None: it needs none.

    With `sign_in` the holder is asked on a page of the issuer, and `code` is the issuer's own name for the offer, if it
    has one; else `code` is exchanged as it is.
    """

    issuer: TrustedIssuer
    configurations: tuple[str, ...]
    code: str | None
    tx_code: TxCode | None
    authorization_server: str | None
    sign_in: bool = False


def read_offer(link: str, *, trust: TrustList, fetch: FetchOffer) -> Offer:
    """Read an offer.

    Args:
        link: as it was scanned or typed.
        trust: whose offers are looked at.
        fetch: used for an offer by reference, when its address is one of a trusted issuer.

    Raises:
        OfferRefused: it breaks a rule of this module; `kind` says which.
        IssuerUnknown: it is an offer of somebody else; nobody was asked for anything.
        WalletError: what `fetch` raises.
    """
    name, value = _parameter(link)
    if name == "credential_offer":
        return _offer(value.encode("utf-8", "surrogatepass"), trust)
    issuer = _issuer_of(value, trust)
    offer = _offer(fetch(issuer, value), trust)
    if offer.issuer.id != issuer.id:
        raise OfferRefused("The offer at this address is another issuer's; it was not used.", kind="issuer")
    return offer


def origins_of(issuer: TrustedIssuer) -> tuple[str, ...]:
    """Return the origins at which an issuer may be asked: those of the trust list, else that of its own URL."""
    return issuer.origins or (parse_url(issuer.id, allow_loopback=issuer.development).origin,)


def _parameter(link: str) -> tuple[str, str]:
    if len(link) > MAX_OFFER_BYTES:
        raise OfferRefused(f"Expected an offer of at most {MAX_OFFER_BYTES >> 10} KiB.", kind="size")
    try:
        parts = urlsplit(link.strip())
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=8, errors="strict")
    except ValueError:
        parts, pairs = urlsplit(""), []
    known = [pair for pair in pairs if pair[0] in ("credential_offer", "credential_offer_uri")]
    if parts.scheme != SCHEME or len(known) != 1:
        raise OfferRefused(f"Expected a link that begins with {SCHEME}:// and holds one offer.", kind="link")
    return known[0]


def _issuer_of(address: str, trust: TrustList) -> TrustedIssuer:
    for issuer in trust.issuers.values():
        try:
            url = parse_url(address, allow_loopback=issuer.development)
        except UrlError:
            continue
        if url.origin in origins_of(issuer):
            return issuer
    raise IssuerUnknown("The offer's address belongs to no issuer of the trust list; nobody was asked for anything.")


def _offer(data: bytes, trust: TrustList) -> Offer:
    try:
        document = decode_json_object(data, max_bytes=MAX_OFFER_BYTES)
    except DecodingError as error:
        raise OfferRefused("Expected an offer as a JSON object.", kind="form") from error
    name = document.get("credential_issuer")
    issuer = trust.issuers.get(name) if isinstance(name, str) else None
    if issuer is None:
        raise IssuerUnknown("The offer's issuer is not on the trust list; nothing was sent to it.")
    listed = document.get("credential_configuration_ids")
    configurations = tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
    whole = isinstance(listed, list) and len(set(configurations)) == len(listed) <= _MAX_CONFIGURATIONS
    if not configurations or not whole:
        raise OfferRefused("Expected an offer that names its credentials, each once.", kind="form")
    grants = document.get("grants")
    grant, asking = (grants.get(name) if isinstance(grants, dict) else None for name in (GRANT, CODE_GRANT))
    if grant is None and isinstance(asking, dict):
        state = _optional_text(asking, "issuer_state")
        server = _optional_text(asking, "authorization_server")
        return Offer(issuer, configurations, state, None, server, sign_in=True)
    if not isinstance(grant, dict):
        raise OfferRefused("Expected an offer with a pre-authorized code or an authorization code.", kind="grant")
    code, server = _text(grant, "pre-authorized_code"), _optional_text(grant, "authorization_server")
    return Offer(issuer, configurations, code, _tx_code(grant), server)


def _tx_code(grant: dict[str, JsonValue]) -> TxCode | None:
    if "tx_code" not in grant:
        return None
    said = grant["tx_code"]
    if not isinstance(said, dict):
        raise OfferRefused("Expected the offer to say of its transaction code what it is.", kind="form")
    length = said.get("length")
    known = length if isinstance(length, int) and not isinstance(length, bool) and 0 < length <= _MAX_TEXT else None
    return TxCode(said.get("input_mode", "numeric") == "numeric", known)


def _text(members: dict[str, JsonValue], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT:
        raise OfferRefused(f"Expected {name} in the offer.", kind="form")
    return value


def _optional_text(members: dict[str, JsonValue], name: str) -> str | None:
    return _text(members, name) if name in members else None
