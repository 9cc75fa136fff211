"""The one answer that a token gets for a configuration: made once, kept sealed under the token, and said again.

Rules enforced:
* the same keys again get the same answer as long as the token lives, so that a lost answer costs nothing; other keys
  are refused;
* a later token of the same offer, which a refresh token gave, may have the configuration issued again when the
  certificate that was issued last is in force and ends within two weeks, or has ended. One that was revoked or
  suspended is not renewed, nor one whose consent was withdrawn: so a holder stops that.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from credential_schemas.errors import CredentialError
from issuer.accounts.errors import EntryNotFound, FieldFixed, FieldUnknown, KindMismatch, NothingToDisclose
from issuer.bank import Bank
from issuer.errors import (
    AccountNotFound,
    AccountNotLinked,
    ConsentMissing,
    EntryChanged,
    EntryNotInForce,
    InvalidOption,
)
from issuer.issuing.counts import counting_refusals
from issuer.openid4vci.access import Access
from issuer.openid4vci.configurations import Configuration, Document
from issuer.openid4vci.copies import MadeCopies, make_copies, record_copies
from issuer.openid4vci.handles import link_of, new_secret
from issuer.openid4vci.offers import request_of
from issuer.openid4vci.refusals import Refused
from issuer.store.answers import KeptAnswer
from issuer.store.transaction import Transaction
from issuer.store.wallets import StoredNotice
from issuer.times import korean_day_of
from keys.encoding import JsonValue, encode_json
from keys.errors import SealedAnswerError
from keys.jwk import PublicKey
from keys.sealed_answer import open_answer, seal_answer

RENEWABLE_DAYS: Final = 14
"""So many days before its last one a certificate may be issued again."""

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


def place_of(access: Access, configuration: str, bank: Bank) -> str:
    """Return under what the answers about a configuration of an offer are made one at a time."""
    return link_of(bank, f"{access.offer.id}\n{configuration}", "answer")


class CopiesAnswer:
    """The answer about a configuration for some keys."""

    def __init__(
        self, bank: Bank, access: Access, configuration: Configuration, *, keys: tuple[PublicKey, ...], now: datetime
    ) -> None:
        """Prepare it; call this and the methods for one place at a time.

        Raises:
            Refused: an earlier token got this configuration, and it is not to be renewed.
        """
        self._bank = bank
        self._access = access
        self._configuration = configuration
        self._keys = keys
        self._now = now
        turn = self._turn()
        suffix = f"\n{turn}" if turn else ""
        self._locator = link_of(bank, f"{access.offer.id}\n{configuration.id}{suffix}", "answer")
        thumbprints = "\n".join(key.thumbprint() for key in keys)
        self._request_link = link_of(bank, thumbprints, "answered-keys")

    def known(self) -> bytes | None:
        """Return the answer that was given for these keys; None when none was given for any.

        Raises:
            Refused: it was given for other keys, or to another token.
        """
        with self._bank.store.read() as transaction:
            kept = transaction.answers.find(self._locator, now_s=int(self._now.timestamp()))
        if kept is None:
            return None
        refusal = Refused("credential_request_denied", "this credential was issued already, for other keys")
        if kept.request_link != self._request_link:
            raise refusal
        try:
            return open_answer(
                kept.sealed, key=self._access.token, pepper=self._bank.pepper, associated_data=self._place
            )
        except SealedAnswerError:
            raise refusal from None

    def make(self, beside: Callable[[Transaction], None] | None = None) -> bytes:
        """Issue the copies and return the answer about them; `beside` joins their transaction.

        Raises:
            Refused: the offer cannot be issued any more.
            IssuerError, KeysError: the bank cannot issue now.
        """
        notice = new_secret()
        try:
            request = request_of(self._access.offer, self._configuration.id)
            with counting_refusals(self._bank, now=self._now):
                made = make_copies(self._bank, request, self._configuration, keys=self._keys, now=self._now)
                credentials: list[JsonValue] = [{"credential": copy.credential} for copy in made.copies]
                answer: Document = {"credentials": credentials, "notification_id": notice}
                content = encode_json(answer)
                record_copies(self._bank, made, beside=self._beside(made, content, notice, also=beside))
        except _AnsweredMeanwhileError:
            found = self.known()
            if found is None:
                raise
            return found
        except _GONE as error:
            raise Refused("credential_request_denied", f"the offer cannot be issued any more ({error.code})") from error
        return content

    def _turn(self) -> int:
        """Return how many tokens got this configuration before this one."""
        with self._bank.store.read() as transaction:
            issues = transaction.wallets.issues(self._access.offer.id, self._configuration.id)
        for turn, each in enumerate(issues):
            if each.token_link == self._access.link:
                return turn
        if issues:
            last, latest = issues[-1], korean_day_of(self._now) + timedelta(days=RENEWABLE_DAYS)
            ended = last.status != "valid" or last.withdrawn_at is not None
            if ended or date.fromisoformat(last.valid_until) > latest:
                problem = f"this credential was issued already; it can be renewed {RENEWABLE_DAYS} days before it ends"
                raise Refused("credential_request_denied", problem)
        return len(issues)

    def _beside(
        self, made: MadeCopies, content: bytes, notice: str, *, also: Callable[[Transaction], None] | None
    ) -> Callable[[Transaction], None]:
        sealed = seal_answer(content, key=self._access.token, pepper=self._bank.pepper, associated_data=self._place)
        kept = KeptAnswer(self._locator, self._request_link, sealed, made.number, self._access.expires_at)
        noticed = StoredNotice(
            notice_link=link_of(self._bank, notice, "notification"),
            offer_id=self._access.offer.id,
            number=made.number,
            configuration=self._configuration.id,
            token_link=self._access.link,
        )

        def keep(transaction: Transaction) -> None:
            if not transaction.answers.keep(kept, now_s=int(self._now.timestamp())):
                raise _AnsweredMeanwhileError
            transaction.wallets.add_notice(noticed)
            if also is not None:
                also(transaction)

        return keep

    @property
    def _place(self) -> bytes:
        return self._locator.encode("ascii")
