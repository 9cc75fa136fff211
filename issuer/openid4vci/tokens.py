"""The token end point: a code or a refresh token for an access token, once.

Rules enforced (OpenID4VCI 1.0 section 6; RFC 6749 sections 4.1.3, 5 and 6; RFC 7636 section 4.6; RFC 9449 section 5):
* the pre-authorized code is known, unused and not expired; a transaction code comes exactly when the offer has one, and
  is right; the fifth wrong one ends the offer;
* an authorization code is exchanged within a minute by the client and for the address that it was made for, with the
  verifier of its challenge, and with a DPoP proof, of the key that it is bound to if it is; the first try uses it up,
  and a second one ends every token that the first gave;
* a token that is shown with a DPoP proof is bound to its key, else it is a bearer token; it lives five minutes and is
  known to the bank by a keyed hash only;
* only tokens bound to a key come with a refresh token, which is bound to the same key and exchanged for a new one each
  time. The one before stays good until its successor was used once, so that a lost answer costs nothing; after that,
  whoever shows it ends them all;
* `authorization_details` are answered with identifiers, which are used from then on; a kind of credential that the
  bank has given up since is not among them, and a grant of which nothing is left is no longer valid.

All refusals of a code are alike, whatever is wrong with it.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from issuer.bank import Bank
from issuer.openid4vci.approving import RENEWAL_DAYS
from issuer.openid4vci.authorization import answered_details, read_details
from issuer.openid4vci.configurations import Document
from issuer.openid4vci.dpop import check_dpop, need_dpop
from issuer.openid4vci.forms import PLAIN, Asking, read_parameters
from issuer.openid4vci.handles import link_of, new_secret
from issuer.openid4vci.metadata import CODE_GRANT, GRANT, REFRESH_GRANT
from issuer.openid4vci.offers import is_open, offered, still_issued, tx_link
from issuer.openid4vci.refusals import Refused
from issuer.store.authorizations import StoredRefresh
from issuer.store.transaction import Transaction
from issuer.store.wallets import StoredAccess, StoredOffer
from issuer.times import utc_text
from keys.encoding import b64url_encode

TOKEN_S: Final = 300
_MAX_CODE: Final = 512
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_WRONG: Final = "the code or the transaction code is not valid"


@dataclass(frozen=True, slots=True)
class _Granted:
    """What a code or a refresh token was worth: `names` of an offer; `parent` is the refresh token used."""

    offer: StoredOffer
    client_id: str | None
    names: list[str]
    identified: bool
    parent: str | None = None
    refresh_until: int | None = None


class _Exchange:
    """One request at the token end point."""

    def __init__(self, bank: Bank, form: bytes, asking: Asking, now: datetime) -> None:
        self._bank = bank
        self._now = now
        self._now_s = int(now.timestamp())
        self._asking = asking
        self.parameters = read_parameters(form, asking)
        self._thumbprint: str | None = None

    def answer(self) -> Document:
        """Exchange what was shown."""
        grant = self.parameters.get("grant_type")
        if grant is None:
            raise Refused("invalid_request", "expected grant_type")
        redeem = {GRANT: self._pre_authorized, CODE_GRANT: self._code, REFRESH_GRANT: self._refreshed}.get(grant)
        if redeem is None:
            raise Refused("unsupported_grant_type", "expected a grant that the metadata of this issuer name")
        secret = self._checked(grant)
        prove = check_dpop if grant == GRANT else need_dpop
        self._thumbprint = prove(self._bank, self._asking, now_s=self._now_s)
        token, refresh = new_secret(), new_secret()
        with self._bank.store.write() as transaction:
            # What a wrong try uses up is recorded by this transaction, so nothing is raised inside it.
            outcome = redeem(transaction, secret)
            if isinstance(outcome, _Granted) and not outcome.names:
                outcome = Refused("invalid_grant", "the bank issues no credential of this grant any more")
            if isinstance(outcome, _Granted):
                self._give(transaction, outcome, token=token, refresh=refresh)
        if isinstance(outcome, Refused):
            raise outcome
        answer: Document = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_S}
        if self._thumbprint is not None:
            answer |= {"token_type": "DPoP", "refresh_token": refresh}
        if outcome.identified:
            answer["authorization_details"] = answered_details(outcome.names)
        elif grant == CODE_GRANT:
            answer["scope"] = " ".join(outcome.names)  # the holder may have allowed less than was asked for
        return answer

    def _checked(self, grant: str) -> str:
        """Return the code or refresh token, and check what must come with it."""
        name = {GRANT: "pre-authorized_code", CODE_GRANT: "code", REFRESH_GRANT: "refresh_token"}[grant]
        secret = self.parameters.get(name)
        if not secret or len(secret) > _MAX_CODE:
            raise Refused("invalid_request", f"expected {name}")
        if grant == CODE_GRANT:
            if not _VERIFIER.fullmatch(self.parameters.get("code_verifier", "")):
                raise Refused("invalid_request", "expected code_verifier with 43 to 128 unreserved characters")
            for needed in ("client_id", "redirect_uri"):
                if needed not in self.parameters:
                    raise Refused("invalid_request", f"expected {needed}")
        return secret

    def _pre_authorized(self, transaction: Transaction, code: str) -> "_Granted | Refused":
        wrong, parameters = Refused("invalid_grant", _WRONG), self.parameters
        offer = transaction.wallets.offer_with_code(link_of(self._bank, code, "code"), to_change=True)
        if offer is None or not is_open(offer, now_s=self._now_s):
            return wrong
        tx_code = parameters.get("tx_code")
        if (tx_code is None) != (offer.tx_link is None):
            found = "none" if tx_code is None else "one"
            return Refused("invalid_request", f"expected tx_code exactly when the offer has tx_code, found {found}")
        try:
            details = _details(parameters.get("authorization_details"), offer)
        except Refused as refusal:
            return refusal
        if tx_code is not None and offer.tx_link is not None:
            sent = tx_link(self._bank, offer.id, tx_code)
            if not hmac.compare_digest(sent, offer.tx_link):
                transaction.wallets.count_wrong_code(offer.id)
                return wrong
        transaction.wallets.redeem(offer.id, at=utc_text(self._now))
        issued = still_issued(self._bank, offer)
        names = issued if details is None else [name for name in details if name in issued]
        return _Granted(offer, parameters.get("client_id"), names, details is not None)

    def _code(self, transaction: Transaction, code: str) -> "_Granted | Refused":
        wrong, parameters = Refused("invalid_grant", _WRONG), self.parameters
        stored = transaction.authorizations.code(link_of(self._bank, code, "authorization-code"))
        offer = None if stored is None else transaction.wallets.offer(stored.offer_id)
        if stored is None or offer is None:
            return wrong
        if stored.used_at is not None:
            _end(transaction, offer.id)
            return wrong
        transaction.authorizations.use_code(stored.code_link, now_s=self._now_s)
        challenge = b64url_encode(hashlib.sha256(parameters["code_verifier"].encode("ascii")).digest())
        fits = (
            self._now_s < stored.expires_at,
            parameters["client_id"] == stored.client_id,
            parameters["redirect_uri"] == stored.redirect_uri,
            hmac.compare_digest(challenge, stored.code_challenge),
            stored.key_thumbprint in (None, self._thumbprint),
        )
        if not all(fits):
            return wrong
        return _Granted(offer, stored.client_id, still_issued(self._bank, offer), stored.identified)

    def _refreshed(self, transaction: Transaction, token: str) -> "_Granted | Refused":
        wrong, parameters = Refused("invalid_grant", "the refresh token is not valid"), self.parameters
        link = link_of(self._bank, token, "refresh-token")
        stored = transaction.authorizations.refresh(link)
        offer = None if stored is None else transaction.wallets.offer(stored.offer_id)
        if stored is None or offer is None or self._now_s >= stored.expires_at:
            return wrong
        if (
            stored.key_thumbprint != self._thumbprint
            or parameters.get("client_id", stored.client_id) != stored.client_id
        ):
            return wrong
        if transaction.authorizations.successor_is_used(link):
            _end(transaction, offer.id)
            return wrong
        transaction.authorizations.use_refresh(link, now_s=self._now_s)
        names = still_issued(self._bank, offer)
        return _Granted(offer, stored.client_id, names, stored.identified, link, stored.expires_at)

    def _give(self, transaction: Transaction, granted: _Granted, *, token: str, refresh: str) -> None:
        access = StoredAccess(
            token_link=link_of(self._bank, token, "token"),
            offer_id=granted.offer.id,
            client_id=granted.client_id,
            identified=granted.identified,
            expires_at=self._now_s + TOKEN_S,
            key_thumbprint=self._thumbprint,
        )
        transaction.wallets.add_access(access)
        if self._thumbprint is None:
            return
        latest = int((self._now + timedelta(days=RENEWAL_DAYS)).timestamp())
        following = StoredRefresh(
            token_link=link_of(self._bank, refresh, "refresh-token"),
            offer_id=granted.offer.id,
            client_id=granted.client_id,
            identified=granted.identified,
            key_thumbprint=self._thumbprint,
            parent_link=granted.parent,
            expires_at=granted.refresh_until or latest,
        )
        transaction.authorizations.add_refresh(following)


def exchange_code(bank: Bank, form: bytes, *, now: datetime, asking: Asking = PLAIN) -> Document:
    """Answer a token request.

    Args:
        bank: the bank.
        form: the body, `application/x-www-form-urlencoded`.
        now: aware.
        asking: what came with it.

    Raises:
        Refused: no token was given.
    """
    return _Exchange(bank, form, asking, now).answer()


def _end(transaction: Transaction, offer_id: str) -> None:
    """End every token that was given for what a holder allowed once."""
    transaction.wallets.end_access(offer_id)
    transaction.authorizations.end_refresh(offer_id)


def _details(text: str | None, offer: StoredOffer) -> list[str] | None:
    """Return which offered configurations `authorization_details` name; None where there are none."""
    if text is None:
        return None
    names = read_details(text)
    if not offered(offer).keys() >= set(names):
        raise Refused("invalid_request", "expected authorization_details that name offered configurations")
    return names
