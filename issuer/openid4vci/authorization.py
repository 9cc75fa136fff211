"""Pushed authorization requests: what a wallet wants to be allowed, said to the bank before any browser is involved.

Rules enforced (RFC 9126; RFC 6749 section 4.1.1; RFC 7636; OpenID4VCI 1.0 section 5):
* requests are pushed, never put into an address; `request` and `request_uri` are refused;
* the client is known, and its address is one of its own; `response_type` is `code`, `response_mode` at most `query`;
* `code_challenge_method` is S256, the challenge has its form;
* `scope` and `authorization_details` name configurations of this issuer; with an `issuer_state`, those of that open
  offer, and without any name all of them;
* `dpop_jkt` or a DPoP proof bind the code to a key (RFC 9449 section 10); `resource` is this issuer (RFC 8707).

A request lives ten minutes, time to sign in, and is decided once. Unknown parameters and scopes are ignored.
"""

import json
import re
from datetime import datetime
from typing import Final

from issuer.bank import Bank
from issuer.openid4vci.configurations import Document, configurations
from issuer.openid4vci.dpop import check_dpop
from issuer.openid4vci.forms import Asking, read_parameters
from issuer.openid4vci.handles import link_of, new_secret
from issuer.openid4vci.offers import is_open, offered
from issuer.openid4vci.refusals import Refused
from issuer.openid4vci.wallet_clients import WalletClients
from issuer.store.authorizations import StoredRequest
from issuer.store.wallets import StoredOffer
from keys.encoding import JsonValue, decode_json
from keys.errors import DecodingError

REQUEST_S: Final = 600
DETAIL_TYPE: Final = "openid_credential"
_URN: Final = "urn:ietf:params:oauth:request_uri:"
_MAX_SECRET: Final = 100
_MAX_DETAILS_BYTES: Final = 16 * 1024
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_STATE: Final = re.compile(r"[ -~]{1,1024}")


def push_request(bank: Bank, clients: WalletClients, form: bytes, *, asking: Asking, now: datetime) -> Document:
    """Take a pushed request and answer under which name the browser brings it.

    Args:
        bank: the bank.
        clients: who may ask.
        form: the body, `application/x-www-form-urlencoded`.
        asking: what came with it.
        now: aware.

    Raises:
        Refused: it is not in order.
    """
    parameters, now_s = read_parameters(form, asking), int(now.timestamp())
    client = clients.get(parameters.get("client_id", ""))
    if client is None:
        raise Refused("invalid_client", "expected the client_id of a wallet that this issuer knows")
    redirect_uri = parameters.get("redirect_uri", "")
    if not client.accepts(redirect_uri):
        raise Refused("invalid_request", "expected a redirect_uri that is registered for this wallet")
    _check_form(bank, parameters)
    offer = _offer(bank, parameters.get("issuer_state"), now_s=now_s)
    wanted, identified = _wanted(bank, parameters, offer)
    secret = new_secret()
    request = StoredRequest(
        request_link=link_of(bank, secret, "request"),
        client_id=client.id,
        redirect_uri=redirect_uri,
        state=parameters.get("state"),
        code_challenge=parameters["code_challenge"],
        wanted=json.dumps(wanted),
        identified=identified,
        offer_id=None if offer is None else offer.id,
        key_thumbprint=_key_thumbprint(bank, parameters, asking, now_s=now_s),
        expires_at=now_s + REQUEST_S,
    )
    with bank.store.write() as transaction:
        transaction.authorizations.add_request(request)
    return {"request_uri": _URN + secret, "expires_in": REQUEST_S}


def pushed_link(bank: Bank, request_uri: str) -> str:
    """Return the keyed hash under which a pushed request is known; any text has one."""
    return link_of(bank, request_uri.removeprefix(_URN)[:_MAX_SECRET], "request")


def find_request(bank: Bank, client_id: str, request_uri: str, *, now: datetime) -> StoredRequest | None:
    """Return the request that a browser brings; None when it is another client's, decided, too old, or none."""
    with bank.store.read() as transaction:
        link = pushed_link(bank, request_uri)
        found = transaction.authorizations.request(link, now_s=int(now.timestamp()))
    return found if found is not None and found.client_id == client_id else None


def wanted_of(request: StoredRequest) -> tuple[str, ...]:
    """Return the configurations that a request asks for."""
    return tuple(json.loads(request.wanted))


def read_details(text: str) -> list[str]:
    """Return the configurations that `authorization_details` name (RFC 9396; OpenID4VCI 1.0 section 5.1.1).

    Raises:
        Refused: `invalid_request`: it names none, or one twice, or is no such text.
    """
    refusal = Refused("invalid_request", "expected authorization_details that name configurations, each once")
    try:
        asked = decode_json(text.encode("utf-8", "surrogatepass"), max_bytes=_MAX_DETAILS_BYTES)
    except DecodingError:
        raise refusal from None
    names = []
    for each in asked if isinstance(asked, list) else ():
        name = each.get("credential_configuration_id") if isinstance(each, dict) else None
        if not isinstance(each, dict) or each.get("type") != DETAIL_TYPE or not isinstance(name, str):
            raise refusal
        names.append(name)
    if not names or len(set(names)) != len(names):
        raise refusal
    return names


def answered_details(names: list[str]) -> list[JsonValue]:
    """Return `authorization_details` of a token response: each configuration has one data set, named as it is."""
    return [
        {"type": DETAIL_TYPE, "credential_configuration_id": name, "credential_identifiers": [name]} for name in names
    ]


def _check_form(bank: Bank, parameters: dict[str, str]) -> None:
    for name in ("request", "request_uri"):
        if name in parameters:
            raise Refused("invalid_request", f"expected the parameters themselves, found {name}")
    if parameters.get("response_type") != "code":
        raise Refused("unsupported_response_type", "expected response_type code")
    if parameters.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "expected response_mode query")
    if parameters.get("code_challenge_method") != "S256":
        raise Refused("invalid_request", "expected code_challenge_method S256")
    if not _CHALLENGE.fullmatch(parameters.get("code_challenge", "")):
        raise Refused("invalid_request", "expected code_challenge as base64url of a SHA-256 hash")
    if "state" in parameters and not _STATE.fullmatch(parameters["state"]):
        raise Refused("invalid_request", "expected state in visible ASCII characters")
    if parameters.get("resource", bank.profile.issuer) != bank.profile.issuer:
        raise Refused("invalid_target", "expected resource to be the credential issuer")


def _offer(bank: Bank, issuer_state: str | None, *, now_s: int) -> StoredOffer | None:
    if issuer_state is None:
        return None
    with bank.store.read() as transaction:
        offer = transaction.wallets.offer_with_code(link_of(bank, issuer_state, "issuer-state"))
    if offer is None or not is_open(offer, now_s=now_s):
        raise Refused("invalid_request", "the offer of this issuer_state is unknown, used or has expired")
    return offer


def _wanted(bank: Bank, parameters: dict[str, str], offer: StoredOffer | None) -> tuple[list[str], bool]:
    """Return the configurations that are wanted, and whether they were named in `authorization_details`."""
    known = configurations(bank.profile.issuer).keys() if offer is None else offered(offer).keys()
    scopes = [each for each in dict.fromkeys(parameters.get("scope", "").split(" ")) if each in known]
    if "authorization_details" in parameters:
        named = read_details(parameters["authorization_details"])
        if not known >= set(named):
            problem = "expected authorization_details that name configurations of this issuer and, if any, of the offer"
            raise Refused("invalid_request", problem)
        return list(dict.fromkeys([*named, *scopes])), True
    if scopes:
        return scopes, False
    if offer is not None and "scope" not in parameters:
        return [*known], False
    raise Refused("invalid_scope", "expected scope or authorization_details that name credentials of this issuer")


def _key_thumbprint(bank: Bank, parameters: dict[str, str], asking: Asking, *, now_s: int) -> str | None:
    proved, said = check_dpop(bank, asking, now_s=now_s), parameters.get("dpop_jkt")
    if said is not None and not _CHALLENGE.fullmatch(said):
        raise Refused("invalid_request", "expected dpop_jkt as a SHA-256 thumbprint")
    if proved is not None and said is not None and proved != said:
        raise Refused("invalid_dpop_proof", "expected dpop_jkt to be the thumbprint of the key of the proof")
    return proved or said
