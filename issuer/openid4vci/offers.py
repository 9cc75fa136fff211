"""Offers to wallets: what the holder chose, under a code that can be exchanged once within ten minutes.

An offer is checked as if it were issued now: entries, fields, consent. What is issued later is what was offered, or
nothing. The transaction code goes to the holder another way than the offer; five wrong ones end the offer.

Source: OpenID4VCI 1.0 section 4.1
"""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from credential_schemas.entry_types import entry_types
from credential_schemas.limits import MAX_DISCLOSURES
from credential_schemas.wallet_claims import WalletBinding, wallet_certificate
from issuer.accounts.selection import Choice
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import InvalidOption
from issuer.issuing.claims import IssueRequest, Prepared, certified_claims
from issuer.issuing.making import prepare_certificate
from issuer.openid4vci.configurations import CERTIFICATE_ID, Document, configurations, flat_id
from issuer.openid4vci.handles import code_of, link_of, new_secret, state_of
from issuer.openid4vci.metadata import CODE_GRANT, GRANT, OFFERS
from issuer.store.status_lists import ReservedIndexes
from issuer.store.wallets import StoredOffer
from issuer.times import utc_text
from keys.encoding import JsonValue, encode_json

OFFER_LIFE: Final = timedelta(minutes=10)  # S10
TRIES: Final = 5  # S10
TX_CODE_DIGITS: Final = 6
SCHEME: Final = "openid-credential-offer://"
_TX_CODE: Final[Document] = {
    "input_mode": "numeric",
    "length": TX_CODE_DIGITS,
    "description": "화면에 표시된 6자리 숫자 / the 6 digits shown beside the code",
}
_TRIAL_KEY: Final = {"kty": "EC", "crv": "P-256", "x": "", "y": ""}


@dataclass(frozen=True, slots=True)
class OfferWish:
    """What to offer: a certificate of the chosen entries, or each of them as a flat credential.

    `sign_in`: the holder signs in and allows it on a page of the bank (authorization code), instead of a code that
    whoever has the offer can exchange.
    """

    request: IssueRequest
    flat: bool = False
    with_code: bool = True
    sign_in: bool = False


@dataclass(frozen=True, slots=True)
class MadeOffer:
    """An offer that was just made; addresses and code are known to nobody else, and shown once.

    `by_reference` fits a QR code; `by_value` holds the whole offer. `tx_code` None: it needs none.
    """

    id: str
    by_reference: str
    by_value: str
    tx_code: str | None
    configurations: tuple[str, ...]
    expires_at: datetime


def make_offer(bank: Bank, wish: OfferWish, *, now: datetime) -> MadeOffer:
    """Offer credentials to the wallet of an account's holder.

    Raises:
        IssuerError, CredentialError: as when a certificate is issued, or it cannot be issued to a wallet.
    """
    if wish.request.choice.edition != "standard":
        problem = "a wallet gets the standard edition; its holder withholds what an employer must not see"
        raise InvalidOption(problem, option="--blind")
    prepared = prepare_certificate(bank, wish.request, now=now)
    chosen = (
        _flat_entries(prepared) if wish.flat else {CERTIFICATE_ID: certificate_entries(bank, wish.request, prepared)}
    )
    secret, offer_id = new_secret(), secrets.token_hex(8)
    code = state_of(bank, secret) if wish.sign_in else code_of(bank, secret)
    with_code = wish.with_code and not wish.sign_in
    tx_code = f"{secrets.randbelow(10**TX_CODE_DIGITS):0{TX_CODE_DIGITS}}" if with_code else None
    offer = StoredOffer(
        id=offer_id,
        code_link=link_of(bank, code, "issuer-state" if wish.sign_in else "code"),
        tx_link=None if tx_code is None else tx_link(bank, offer_id, tx_code),
        tries_left=TRIES,
        account_id=prepared.opened.account.id,
        request=request_text(replace(wish.request, account_id=prepared.opened.account.id)),
        configurations=json.dumps(chosen),
        created_at=utc_text(now),
        expires_at=int((now + OFFER_LIFE).timestamp()),
    )
    with bank.store.write() as transaction:
        transaction.wallets.add_offer(offer)
        act = Act("wallet_offer_made", offer.account_id, offer.id, " ".join(chosen))
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    reference = f"{bank.profile.issuer}{OFFERS}/{secret}"
    value = encode_json(_document(bank, offer, code, sign_in=wish.sign_in)).decode("utf-8")
    return MadeOffer(
        id=offer_id,
        by_reference=f"{SCHEME}?credential_offer_uri={quote(reference, safe='')}",
        by_value=f"{SCHEME}?credential_offer={quote(value, safe='')}",
        tx_code=tx_code,
        configurations=tuple(chosen),
        expires_at=now + OFFER_LIFE,
    )


def offer_at(bank: Bank, address_secret: str, *, now: datetime) -> Document | None:
    """Return the offer with this secret in its address; None when there is none, or it has been used or has expired."""
    now_s = int(now.timestamp())
    code, state = code_of(bank, address_secret), state_of(bank, address_secret)
    with bank.store.read() as transaction:
        for value, use in ((code, "code"), (state, "issuer-state")):
            offer = transaction.wallets.offer_with_code(link_of(bank, value, use))
            if offer is not None and is_open(offer, now_s=now_s):
                return _document(bank, offer, value, sign_in=value == state)
    return None


def is_open(offer: StoredOffer, *, now_s: int) -> bool:
    """Return whether the code of an offer can still be exchanged."""
    return offer.redeemed_at is None and offer.tries_left > 0 and now_s < offer.expires_at


def tx_link(bank: Bank, offer_id: str, tx_code: str) -> str:
    """Return the keyed hash of an offer's transaction code."""
    return link_of(bank, f"{offer_id}\n{tx_code}", "transaction-code")


def offered(offer: StoredOffer) -> Mapping[str, tuple[str, ...]]:
    """Return which entries each offered configuration is of."""
    return {name: tuple(ids) for name, ids in json.loads(offer.configurations).items()}


def still_issued(bank: Bank, offer: StoredOffer) -> list[str]:
    """Return which offered configurations the bank has not given up since."""
    issued = configurations(bank.profile.issuer)
    return [name for name in offered(offer) if name in issued]


def request_of(offer: StoredOffer, configuration_id: str) -> IssueRequest:
    """Return what to issue for one configuration of an offer."""
    members: dict[str, Any] = json.loads(offer.request)  # what `request_text` wrote
    choice: dict[str, Any] = members.pop("choice")
    consent: str | None = members.pop("consent")
    every = offered(offer)
    chosen = Choice(
        entries=every[configuration_id], hide=tuple(choice["hide"]), show=tuple(choice["show"]), kind=choice["kind"]
    )
    request = IssueRequest(**members, choice=chosen, consent=None if consent is None else bytes.fromhex(consent))
    return only_about(request, {entry for ids in every.values() for entry in ids})


def only_about(request: IssueRequest, others: Collection[str]) -> IssueRequest:
    """Return a request that says nothing about the fields of other entries than its own; `others` may have its own."""
    own = request.choice.entries

    def about_others(name: str) -> bool:
        prefix = name.partition(".")[0].lower()
        return any(each.startswith(prefix) for each in others) and not any(each.startswith(prefix) for each in own)

    hide, show = (
        tuple(name for name in names if not about_others(name)) for names in (request.choice.hide, request.choice.show)
    )
    return replace(request, choice=replace(request.choice, hide=hide, show=show))


def request_text(request: IssueRequest) -> str:
    """Return a request as text, as an offer keeps it."""
    members = asdict(request) | {"consent": None if request.consent is None else request.consent.hex()}
    return json.dumps(members, ensure_ascii=False)


def _document(bank: Bank, offer: StoredOffer, code: str, *, sign_in: bool) -> Document:
    grant: Document = {"issuer_state": code} if sign_in else {"pre-authorized_code": code}
    if offer.tx_link is not None:
        grant["tx_code"] = dict(_TX_CODE)
    names: list[JsonValue] = [*offered(offer)]
    return {
        "credential_issuer": bank.profile.issuer,
        "credential_configuration_ids": names,
        "grants": {CODE_GRANT if sign_in else GRANT: grant},
    }


def _flat_entries(prepared: Prepared) -> dict[str, list[str]]:
    companions, found = prepared.selection.companions, dict[str, list[str]]()
    for each in prepared.selection.entries:
        if each.entry.id in companions:
            continue
        name = flat_id(entry_types()[each.entry.type].credential_type)
        if name in found:
            problem = "one offer holds one entry of a kind; make another offer for the next one"
            raise InvalidOption(problem, option="--flat")
        found[name] = [each.entry.id]
    return found


def certificate_entries(bank: Bank, request: IssueRequest, prepared: Prepared) -> list[str]:
    """Return the entries of a certificate, if a wallet can hold so much of it.

    Raises:
        InvalidOption: it cannot.
    """
    chosen = prepared.selection.entries
    trial = ReservedIndexes(1, tuple(range(len(chosen) + 1)))
    claims = certified_claims(bank, request, prepared, number=bank.profile.number_prefix, reserved=trial)
    certificate = configurations(bank.profile.issuer)[CERTIFICATE_ID]
    written = wallet_certificate(claims, WalletBinding(_TRIAL_KEY, certificate.vct, certificate.integrity))
    if len(written.disclose.paths) > MAX_DISCLOSURES:
        problem = "too many entries for one certificate in a wallet; choose fewer, or several offers"
        raise InvalidOption(problem, option="--entry")
    return [each.entry.id for each in chosen]
