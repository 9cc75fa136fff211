"""The token end point: a pre-authorized code for an access token, once.

Rules enforced (OpenID4VCI 1.0 section 6, SECURITY S10):
* every parameter stands once; the grant is the pre-authorized code; the code is known, unused and not expired;
* a transaction code comes exactly when the offer has one, and is right; the fifth wrong one ends the offer;
* the token lives five minutes and is known to the bank by a keyed hash only;
* `authorization_details` name offered configurations and are answered with identifiers, which are used from then on.

All refusals of a code are alike, whatever is wrong with it.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from issuer.bank import Bank
from issuer.openid4vci.configurations import Document
from issuer.openid4vci.handles import link_of, new_secret
from issuer.openid4vci.metadata import GRANT
from issuer.openid4vci.offers import is_open, offered, tx_link
from issuer.openid4vci.refusals import UNAUTHORIZED, Refused
from issuer.store.transaction import Transaction
from issuer.store.wallets import StoredAccess, StoredOffer
from issuer.times import utc_text
from keys.encoding import JsonValue, decode_json
from keys.errors import DecodingError

TOKEN_S: Final = 300
_MAX_FIELDS: Final = 32
_MAX_DETAILS_BYTES: Final = 16 * 1024
_MAX_CODE: Final = 512
_CLIENT_ID: Final = re.compile(r"[ -~]{0,512}")
_BEARER: Final = re.compile(r"[Bb]earer +([A-Za-z0-9._~+/=-]{1,256})")
_DETAIL_TYPE: Final = "openid_credential"


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token opens: one offer; `identified` says that data sets are named by identifiers."""

    token: str
    offer: StoredOffer
    client_id: str | None
    identified: bool
    expires_at: int


def exchange_code(bank: Bank, form: bytes, *, now: datetime) -> Document:
    """Answer a token request.

    Args:
        bank: the bank.
        form: the body, `application/x-www-form-urlencoded`.
        now: aware.

    Raises:
        Refused: no token was given.
    """
    parameters = _parameters(form)
    grant = parameters.get("grant_type")
    if grant is None:
        raise Refused("invalid_request", "expected grant_type")
    if grant != GRANT:
        raise Refused("unsupported_grant_type", "expected the grant of the pre-authorized code")
    code = parameters.get("pre-authorized_code")
    if not code or len(code) > _MAX_CODE:
        raise Refused("invalid_request", "expected pre-authorized_code")
    token = new_secret()
    with bank.store.write() as transaction:
        # A wrong transaction code is counted by this transaction, so nothing is raised inside it.
        outcome = _redeemed(bank, transaction, parameters, token=token, now=now)
    if isinstance(outcome, Refused):
        raise outcome
    answer: Document = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_S}
    return answer | ({} if outcome is None else {"authorization_details": outcome})


def find_access(bank: Bank, authorization: str | None, *, now_s: int) -> Access:
    """Return what the token in an `Authorization` header opens.

    Raises:
        Refused: there is none, or it opens nothing (any more).
    """
    if authorization is None:
        raise Refused(None, "expected an access token in the Authorization header", status=UNAUTHORIZED)
    found = _BEARER.fullmatch(authorization)
    if found is not None:
        with bank.store.read() as transaction:
            access = transaction.wallets.access(link_of(bank, found[1], "token"))
            offer = None if access is None else transaction.wallets.offer(access.offer_id)
        if access is not None and offer is not None and now_s < access.expires_at:
            return Access(found[1], offer, access.client_id, access.identified, access.expires_at)
    raise Refused("invalid_token", "the access token is unknown or has expired", status=UNAUTHORIZED)


def _parameters(form: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(form.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise Refused("invalid_request", "expected a form in plain ASCII with percent-encoded UTF-8") from None
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Refused("invalid_request", "expected each parameter once")  # RFC 6749 section 3.2
    parameters = dict(pairs)
    if not _CLIENT_ID.fullmatch(parameters.get("client_id", "")):
        raise Refused("invalid_request", "expected client_id in visible ASCII characters")  # RFC 6749 appendix A.1
    return parameters


def _redeemed(
    bank: Bank, transaction: Transaction, parameters: dict[str, str], *, token: str, now: datetime
) -> list[JsonValue] | Refused | None:
    """Exchange the code within a transaction; answer the authorization details, if some were asked for."""
    now_s, wrong = int(now.timestamp()), Refused("invalid_grant", "the code or the transaction code is not valid")
    code_link = link_of(bank, parameters["pre-authorized_code"], "code")
    offer = transaction.wallets.offer_with_code(code_link, to_change=True)
    if offer is None or not is_open(offer, now_s=now_s):
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
        sent = tx_link(bank, offer.id, tx_code)
        if not hmac.compare_digest(sent, offer.tx_link):
            transaction.wallets.count_wrong_code(offer.id)
            return wrong
    access = StoredAccess(
        token_link=link_of(bank, token, "token"),
        offer_id=offer.id,
        client_id=parameters.get("client_id") or None,
        identified=details is not None,
        expires_at=now_s + TOKEN_S,
    )
    transaction.wallets.redeem(offer.id, access, at=utc_text(now))
    return details


def _details(text: str | None, offer: StoredOffer) -> list[JsonValue] | None:
    """Read `authorization_details` (RFC 9396); return them with the identifiers of what they name."""
    if text is None:
        return None
    refusal = Refused("invalid_request", "expected authorization_details that name offered configurations, each once")
    try:
        asked = decode_json(text.encode("utf-8", "surrogatepass"), max_bytes=_MAX_DETAILS_BYTES)
    except DecodingError:
        raise refusal from None
    known, answered = set(offered(offer)), list[JsonValue]()
    for each in asked if isinstance(asked, list) else ():
        name = each.get("credential_configuration_id") if isinstance(each, dict) else None
        if not isinstance(each, dict) or each.get("type") != _DETAIL_TYPE:
            raise refusal
        if not isinstance(name, str) or name not in known:
            raise refusal
        known.remove(name)
        detail: Document = {"type": _DETAIL_TYPE, "credential_configuration_id": name, "credential_identifiers": [name]}
        answered.append(detail)
    if not answered:
        raise refusal
    return answered
