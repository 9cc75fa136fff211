"""The credential end points: proofs in, copies out, at once or later; and what a wallet says of them afterwards.

Rules enforced (OpenID4VCI 1.0 sections 8, 9 and 11):
* a request names an offered configuration, or its identifier if the token came with identifiers, never both;
* nonces are used up before anything is issued, whatever comes of the request;
* a token gives each configuration once (`answering`); a credential whose source is being asked comes later
  (`deferring`); requests and responses may be encrypted (`encryption`).

Members that nobody knows are ignored, as the standard demands.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.issuing.once import one_at_a_time
from issuer.openid4vci.access import Access
from issuer.openid4vci.answering import CopiesAnswer, place_of
from issuer.openid4vci.configurations import Configuration, configurations
from issuer.openid4vci.deferring import defer, find_deferral, keys_of, later, must_wait
from issuer.openid4vci.encryption import JSON, CredentialAnswer, read_message
from issuer.openid4vci.handles import link_of, nonce_end
from issuer.openid4vci.offers import offered
from issuer.openid4vci.proofs import ProofDemands, ProvedKeys, check_proofs
from issuer.openid4vci.refusals import Refused
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError
from keys.limits import MAX_BODY_BYTES

EVENTS: Final = ("credential_accepted", "credential_failure", "credential_deleted")
LATER: Final = 202


def answer_credential_request(
    bank: Bank, access: Access, body: bytes, *, now: datetime, media_type: str = JSON
) -> CredentialAnswer:
    """Issue what a wallet asks for, or say that it comes later.

    Args:
        bank: the bank.
        access: what the wallet's token opens.
        body: of the request, JSON or a JWE.
        now: aware.
        media_type: of the body, without parameters.

    Raises:
        Refused: nothing was issued.
        IssuerError, KeysError: the bank cannot issue now; nothing was issued.
    """
    message = read_message(bank, body, media_type, wrong="invalid_credential_request")
    request = message.members
    configuration = _configuration(bank, access, request)
    if "proof" in request and "proofs" not in request:
        raise Refused("invalid_proof", "expected proofs, as OpenID4VCI 1.0 has it, found proof of an older draft")
    demands = ProofDemands(bank.profile.issuer, access.client_id, int(now.timestamp()))
    proved = check_proofs(request.get("proofs"), demands)
    _use_nonces(bank, proved, now_s=demands.now_s)
    with one_at_a_time(place_of(access, configuration.id, bank)):
        answer = CopiesAnswer(bank, access, configuration, keys=proved.keys, now=now)
        known = answer.known()
        if known is None and must_wait(bank, access, configuration.id, now=now):
            told = defer(bank, access, configuration.id, proved.keys, now=now)
            return message.answer(encode_json(told), status=LATER)
        return message.answer(known or answer.make())


def answer_deferred_request(
    bank: Bank, access: Access, body: bytes, *, now: datetime, media_type: str = JSON
) -> CredentialAnswer:
    """Issue what was deferred, or say that it comes later still; arguments and errors as above."""
    message = read_message(bank, body, media_type, wrong="invalid_credential_request")
    name = message.members.get("transaction_id")
    deferral = find_deferral(bank, access, name, now=now)

    def end(transaction: Transaction) -> None:
        transaction.authorizations.end_deferral(deferral.transaction_link)

    with one_at_a_time(place_of(access, deferral.configuration, bank)):
        try:
            configuration = _still_issued(bank, deferral.configuration)
            answer = CopiesAnswer(bank, access, configuration, keys=keys_of(deferral), now=now)
            known = answer.known()
            if known is None and must_wait(bank, access, configuration.id, now=now):
                return message.answer(encode_json(later(str(name))), status=LATER)
            return message.answer(known or answer.make(end))
        except Refused:
            with bank.store.write() as transaction:
                end(transaction)
            raise


def take_notice(bank: Bank, access: Access, body: bytes, *, now: datetime) -> None:
    """Record what a wallet says became of a credential; saying the same twice is no error.

    Raises:
        Refused: the notification is none of this token's, or says something unknown.
    """
    try:
        said = decode_json_object(body, max_bytes=MAX_BODY_BYTES)
    except DecodingError:
        raise Refused("invalid_notification_request", "expected a JSON object") from None
    name, event = said.get("notification_id"), said.get("event")
    if not isinstance(event, str) or event not in EVENTS:
        raise Refused("invalid_notification_request", f"expected event to be one of {', '.join(EVENTS)}")
    if not isinstance(name, str):
        raise Refused("invalid_notification_request", "expected notification_id")
    link = link_of(bank, name, "notification")
    with bank.store.write() as transaction:
        notice = transaction.wallets.notice(link)
        known = notice is not None and notice.offer_id == access.offer.id
        if notice is not None and known and notice.event != event:
            transaction.wallets.record_event(link, event)
            act = Act("wallet_notified", access.offer.account_id, notice.number, event)
            record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    if not known:
        raise Refused("invalid_notification_id", "expected a notification_id of a response to this token")


def _configuration(bank: Bank, access: Access, request: Mapping[str, JsonValue]) -> Configuration:
    by_id, by_identifier = request.get("credential_configuration_id"), request.get("credential_identifier")
    if (by_id is None) == (by_identifier is None):
        problem = "expected either credential_configuration_id or credential_identifier"
        raise Refused("invalid_credential_request", problem)
    known = configurations(bank.profile.issuer)
    if by_id is not None:
        if not isinstance(by_id, str) or by_id not in known or by_id not in offered(access.offer):
            raise Refused("unknown_credential_configuration", "expected a configuration of the offer")
        if access.identified:
            problem = "expected credential_identifier, because the token came with identifiers"
            raise Refused("invalid_credential_request", problem)
        return known[by_id]
    if not access.identified or not isinstance(by_identifier, str) or by_identifier not in offered(access.offer):
        raise Refused("unknown_credential_identifier", "expected an identifier that came with the token")
    return _still_issued(bank, by_identifier)


def _still_issued(bank: Bank, name: str) -> Configuration:
    """Return a configuration that was offered once; this issuer may have given it up since."""
    found = configurations(bank.profile.issuer).get(name)
    if found is None:
        raise Refused("credential_request_denied", "this issuer does not issue this kind of credential any more")
    return found


def _use_nonces(bank: Bank, proved: ProvedKeys, *, now_s: int) -> None:
    """Use up every nonce, also when one of them is refused."""
    ends = {nonce: nonce_end(bank, nonce) for nonce in sorted(proved.nonces)}  # one order, so that nobody deadlocks
    fresh = True
    with bank.store.write() as transaction:
        for nonce, end in ends.items():
            alive = end is not None and now_s < end
            fresh &= alive and transaction.wallets.use_nonce(link_of(bank, nonce, "used-nonce"), expires_at=end or 0)
    if not fresh:
        raise Refused("invalid_nonce", "the nonce is unknown, used or expired; get another one")
