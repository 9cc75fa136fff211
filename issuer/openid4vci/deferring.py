"""Credentials that come later: while a source of their entries is being asked, so that what is issued is its newest.

Nothing is issued from records that are being replaced. The wallet gets a name under which it asks again; the keys that
it proved are kept with it, and nothing else. A name lives an hour and is gone when its credential was issued or denied.

Source: OpenID4VCI 1.0 sections 8.3 and 9
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from issuer.accounts.account import show_account
from issuer.bank import Bank
from issuer.openid4vci.access import Access
from issuer.openid4vci.configurations import Document
from issuer.openid4vci.handles import link_of, new_secret
from issuer.openid4vci.offers import offered
from issuer.openid4vci.refusals import Refused
from issuer.store.authorizations import StoredDeferral
from keys.encoding import JsonValue
from keys.jwk import PublicKey

INTERVAL_S: Final = 15
DEFERRAL_S: Final = 3600
_MAX_NAME: Final = 100


def must_wait(bank: Bank, access: Access, configuration: str, *, now: datetime) -> bool:
    """Return whether a source of the entries of a configuration is being asked now."""
    with bank.store.read() as transaction:
        asked = transaction.pulls.asked_now(now_s=int(now.timestamp()))
        if not asked:
            return False
        opened = show_account(bank, transaction, access.offer.account_id)
    chosen = set(offered(access.offer)[configuration])
    entries = [each for each in opened.entries if not chosen.isdisjoint(each.ids)]
    return any(stored.source in asked for entry in entries for stored in entry.provenances)


def defer(bank: Bank, access: Access, configuration: str, keys: Sequence[PublicKey], *, now: datetime) -> Document:
    """Record that a credential comes later, and return what the wallet is told."""
    name = new_secret()
    deferral = StoredDeferral(
        transaction_link=deferral_link(bank, name),
        offer_id=access.offer.id,
        configuration=configuration,
        keys=json.dumps([key.jwk() for key in keys]),
        expires_at=int(now.timestamp()) + DEFERRAL_S,
    )
    with bank.store.write() as transaction:
        transaction.authorizations.add_deferral(deferral)
    return later(name)


def later(name: str) -> Document:
    """Return what a wallet is told that has to ask again."""
    return {"transaction_id": name, "interval": INTERVAL_S}


def deferral_link(bank: Bank, name: str) -> str:
    """Return the keyed hash under which a deferral is known."""
    return link_of(bank, name, "deferral")


def find_deferral(bank: Bank, access: Access, name: JsonValue, *, now: datetime) -> StoredDeferral:
    """Return what was deferred under a name.

    Raises:
        Refused: `invalid_transaction_id`.
    """
    found = None
    if isinstance(name, str) and len(name) <= _MAX_NAME:
        with bank.store.read() as transaction:
            link = deferral_link(bank, name)
            found = transaction.authorizations.deferral(link, now_s=int(now.timestamp()))
    if found is None or found.offer_id != access.offer.id:
        raise Refused("invalid_transaction_id", "expected a transaction_id of a response to this wallet, not used yet")
    return found


def keys_of(deferral: StoredDeferral) -> tuple[PublicKey, ...]:
    """Return the keys that the wallet proved."""
    return tuple(PublicKey.from_jwk(each) for each in json.loads(deferral.keys))
