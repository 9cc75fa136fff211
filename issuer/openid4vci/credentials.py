"""The credential end point: proofs in, copies out; and what a wallet says of them afterwards.

Rules enforced (OpenID4VCI 1.0 sections 8 and 11):
* a request names an offered configuration, or its identifier if the token came with identifiers, never both;
* nonces are used up before anything is issued, whatever comes of the request;
* a token gives each configuration once. The same keys again, with fresh nonces, get the same answer as long as the
  token lives, so that a lost answer costs nothing; other keys are refused. The answer is kept sealed under the token;
* responses are not encrypted: `credential_response_encryption` is refused.

Members that nobody knows are ignored, as the standard demands.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from credential_schemas.errors import CredentialError
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import (
    AccountNotFound,
    AccountNotLinked,
    ConsentMissing,
    EntryChanged,
    EntryNotFound,
    EntryNotInForce,
    FieldFixed,
    FieldUnknown,
    InvalidOption,
    KindMismatch,
    NothingToDisclose,
)
from issuer.issuing_once import one_at_a_time
from issuer.openid4vci.configurations import Configuration, Document, configurations
from issuer.openid4vci.copies import MadeCopies, make_copies, record_copies
from issuer.openid4vci.handles import link_of, new_secret, nonce_end
from issuer.openid4vci.offers import offered, request_of
from issuer.openid4vci.proofs import ProofDemands, ProvedKeys, check_proofs
from issuer.openid4vci.refusals import Refused
from issuer.openid4vci.tokens import Access
from issuer.store.answers import KeptAnswer
from issuer.store.transaction import Transaction
from issuer.store.wallets import StoredNotice
from issuer.times import utc_text
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError
from keys.limits import MAX_BODY_BYTES
from keys.sealed_answer import open_answer, seal_answer

EVENTS: Final = ("credential_accepted", "credential_failure", "credential_deleted")
_GONE: Final = (
    AccountNotFound,
    AccountNotLinked,
    ConsentMissing,
    CredentialError,
    EntryChanged,
    EntryNotFound,
    EntryNotInForce,
    FieldFixed,
    FieldUnknown,
    InvalidOption,
    KindMismatch,
    NothingToDisclose,
)
"""Why what was offered cannot be issued any more; all other errors are the bank's own."""


class _AnsweredMeanwhileError(Exception):
    """Another request has kept an answer for this configuration; ours leaves nothing."""


def answer_credential_request(bank: Bank, access: Access, body: bytes, *, now: datetime) -> bytes:
    """Issue what a wallet asks for, and return the response.

    Args:
        bank: the bank.
        access: what the wallet's token opens.
        body: of the request, JSON.
        now: aware.

    Raises:
        Refused: nothing was issued.
        IssuerError, KeysError: the bank cannot issue now; nothing was issued.
    """
    try:
        request = decode_json_object(body, max_bytes=MAX_BODY_BYTES)
    except DecodingError:
        raise Refused("invalid_credential_request", "expected a JSON object") from None
    configuration = _configuration(bank, access, request)
    if "credential_response_encryption" in request:
        raise Refused("invalid_encryption_parameters", "encrypted responses are not supported by this issuer")
    if "proof" in request and "proofs" not in request:
        raise Refused("invalid_proof", "expected proofs, as OpenID4VCI 1.0 has it, found proof of an older draft")
    demands = ProofDemands(bank.profile.issuer, access.client_id, int(now.timestamp()))
    proved = check_proofs(request.get("proofs"), demands)
    _use_nonces(bank, proved, now_s=demands.now_s)
    answer = _Answer(bank, access, configuration, proved)
    with one_at_a_time(answer.locator):
        return answer.known(demands.now_s) or answer.make(now)


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
    return known[by_identifier]


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


class _Answer:
    """The one answer that a token gets for a configuration."""

    def __init__(self, bank: Bank, access: Access, configuration: Configuration, proved: ProvedKeys) -> None:
        self._bank = bank
        self._access = access
        self._configuration = configuration
        self._keys = proved.keys
        self.locator = link_of(bank, f"{access.offer.id}\n{configuration.id}", "answer")
        thumbprints = "\n".join(key.thumbprint() for key in proved.keys)
        self._request_link = link_of(bank, thumbprints, "answered-keys")

    def known(self, now_s: int) -> bytes | None:
        """Return the answer that was given for these keys; None when none was given for any."""
        with self._bank.store.read() as transaction:
            kept = transaction.answers.find(self.locator, now_s=now_s)
        if kept is None:
            return None
        if kept.request_link != self._request_link:
            raise Refused("credential_request_denied", "this credential was issued already, for other keys")
        return open_answer(kept.sealed, key=self._access.token, pepper=self._bank.pepper, associated_data=self._place)

    def make(self, now: datetime) -> bytes:
        """Issue the copies and return the answer about them."""
        notice = new_secret()
        try:
            request = request_of(self._access.offer, self._configuration.id)
            made = make_copies(self._bank, request, self._configuration, keys=self._keys, now=now)
            credentials: list[JsonValue] = [{"credential": copy.credential} for copy in made.copies]
            answer: Document = {"credentials": credentials, "notification_id": notice}
            content = encode_json(answer)
            record_copies(self._bank, made, beside=self._beside(made, content, notice=notice, now=now))
        except _AnsweredMeanwhileError:
            found = self.known(int(now.timestamp()))
            if found is None:
                raise
            return found
        except _GONE as error:
            raise Refused("credential_request_denied", f"the offer cannot be issued any more ({error.code})") from error
        return content

    def _beside(self, made: MadeCopies, content: bytes, *, notice: str, now: datetime) -> Callable[[Transaction], None]:
        sealed = seal_answer(content, key=self._access.token, pepper=self._bank.pepper, associated_data=self._place)
        kept = KeptAnswer(self.locator, self._request_link, sealed, made.number, self._access.expires_at)
        noticed = StoredNotice(link_of(self._bank, notice, "notification"), self._access.offer.id, made.number)

        def keep(transaction: Transaction) -> None:
            if not transaction.answers.keep(kept, now_s=int(now.timestamp())):
                raise _AnsweredMeanwhileError
            transaction.wallets.add_notice(noticed)

        return keep

    @property
    def _place(self) -> bytes:
        return self.locator.encode("ascii")
