"""What an access token opens, and who may show it: a bearer, or whoever has the key that it is bound to.

Rules enforced (RFC 6750, RFC 9449 section 7.1):
* a token stands in the `Authorization` header, with the scheme that it was given with; one that is bound to a key is
  nobody's without a proof of that key for this request;
* all tokens that open nothing are refused alike.
"""

import re
from dataclasses import dataclass
from typing import Final

from issuer.bank import Bank
from issuer.openid4vci.dpop import NONCE_USE, check_dpop
from issuer.openid4vci.forms import PLAIN, Asking
from issuer.openid4vci.handles import link_of, new_nonce
from issuer.openid4vci.refusals import UNAUTHORIZED, Refused
from issuer.store.wallets import StoredAccess, StoredOffer

_TOKEN: Final = re.compile(r"(bearer|dpop) +([A-Za-z0-9._~+/=-]{1,256})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token opens: one offer; `identified` says that data sets are named by identifiers.

    `link` is the keyed hash under which the token is known, `bound` whether it is bound to a key.
    """

    token: str
    link: str
    offer: StoredOffer
    client_id: str | None
    identified: bool
    expires_at: int
    bound: bool = False


def find_access(bank: Bank, authorization: str | None, *, now_s: int, asking: Asking = PLAIN) -> Access:
    """Return what the token in an `Authorization` header opens.

    Raises:
        Refused: 401; there is none, or it opens nothing (any more), or not for who shows it.
    """
    if authorization is None:
        raise Refused(None, "expected an access token in the Authorization header", status=UNAUTHORIZED)
    found = _TOKEN.fullmatch(authorization)
    if found is None:
        raise _unknown(bank, "bearer", now_s=now_s)
    scheme, token = found[1].lower(), found[2]
    stored, offer = _stored(bank, token, now_s=now_s)
    if stored is None or offer is None or (stored.key_thumbprint is not None) != (scheme == "dpop"):
        raise _unknown(bank, scheme, now_s=now_s)
    if scheme == "dpop":
        proved = check_dpop(bank, asking, now_s=now_s, access_token=token)
        if proved != stored.key_thumbprint:
            raise _unknown(bank, scheme, now_s=now_s)
    bound = stored.key_thumbprint is not None
    return Access(token, stored.token_link, offer, stored.client_id, stored.identified, stored.expires_at, bound)


def _stored(bank: Bank, token: str, *, now_s: int) -> tuple[StoredAccess | None, StoredOffer | None]:
    with bank.store.read() as transaction:
        stored = transaction.wallets.access(link_of(bank, token, "token"))
        if stored is None or now_s >= stored.expires_at:
            return None, None
        return stored, transaction.wallets.offer(stored.offer_id)


def _unknown(bank: Bank, scheme: str, *, now_s: int) -> Refused:
    problem = "the access token is unknown or has expired"
    if scheme != "dpop":
        return Refused("invalid_token", problem, status=UNAUTHORIZED)
    nonce = new_nonce(bank, now_s=now_s, use=NONCE_USE)
    problem += ", or was not shown with a proof of its key"
    return Refused("invalid_token", problem, status=UNAUTHORIZED, scheme="DPoP", dpop_nonce=nonce)
