"""Issue once, however often it is asked: the same retry key gives the same answer, byte for byte, for 24 hours.

The answer holds the confirmation code, which the bank does not keep. So it is kept sealed under the retry key, of which
the bank knows only a keyed hash, in the transaction that records the certificate: there is no moment in which one of
the two exists without the other, and no promise is made before the commit. Many calls at once with one key do the work
once in each program; between programs the first commit wins, and the others answer with what it kept.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from issuer.accounts.account import find_account
from issuer.bank import Bank
from issuer.issuing.claims import IssueRequest
from issuer.issuing.counts import counting_refusals
from issuer.issuing.errors import RetryKeyInvalid, RetryKeyReused
from issuer.issuing.making import Issued, make_certificate, record_certificate
from issuer.store.answers import KeptAnswer
from issuer.store.transaction import Transaction
from keys.keyed_link import keyed_link
from keys.sealed_answer import open_answer, seal_answer

KEPT_FOR: Final = timedelta(hours=24)
SHORTEST_KEY: Final = 16
LONGEST_KEY: Final = 128
_KEY: Final = re.compile(rf"[\x21-\x7e]{{{SHORTEST_KEY},{LONGEST_KEY}}}")

AnswerWriter = Callable[[Issued], bytes]
"""Writes what the caller is to get about a certificate."""


def issue_once(bank: Bank, request: IssueRequest, *, key: str, answer: AnswerWriter, now: datetime) -> bytes:
    """Issue a certificate, or answer again what was answered when the same key came before.

    Args:
        bank: the bank.
        request: what to issue; the same key with another request is refused.
        key: the caller's retry key, random, bound to the account; 16 to 128 visible ASCII characters.
        answer: makes the bytes to answer.
        now: aware.

    Returns:
        The answer; the certificate is recorded.

    Raises:
        RetryKeyInvalid, RetryKeyReused: nothing was issued.
        IssuerError, KeysError, CredentialError: as `issuer.issuing.making.issue_certificate`; nothing was issued.
    """
    with counting_refusals(bank, now=now):
        return _issue(bank, request, key=key, answer=answer, now=now)


def _issue(bank: Bank, request: IssueRequest, *, key: str, answer: AnswerWriter, now: datetime) -> bytes:
    _check_key(key)
    with bank.store.read() as transaction:
        account = find_account(transaction, request.account_id)
    retry = _Retry(bank, account.id, key, request)
    with one_at_a_time(retry.locator):
        known = retry.answered(now)
        if known is not None:
            return known
        made = make_certificate(bank, request, now=now)
        content = answer(made.issued)
        try:
            record_certificate(bank, made, beside=retry.keeping(content, number=made.issued.number, now=now))
        except _AnsweredMeanwhileError:
            # Committed by another program before our transaction could; it is there now.
            first = retry.answered(now)
            if first is None:
                raise
            return first
    return content


def answered_before(bank: Bank, account_id: str, *, key: str, now: datetime) -> bytes | None:
    """Return what was answered under a retry key in the last 24 hours, None for nothing; for whoever has the key.

    Raises:
        RetryKeyInvalid: no answer can be kept under this key.
    """
    _check_key(key)
    kept = _Kept(bank, account_id, key)
    found = kept.find(now)
    return None if found is None else kept.open(found)


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise RetryKeyInvalid(shortest=SHORTEST_KEY, longest=LONGEST_KEY)


class _AnsweredMeanwhileError(Exception):
    """Another transaction has kept an answer under the same key; ours leaves nothing."""


class _Kept:
    """What is kept under one retry key of one account."""

    def __init__(self, bank: Bank, account_id: str, key: str) -> None:
        self._bank = bank
        self._key = key
        self.locator = keyed_link(f"{account_id}\n{key}", key=bank.pepper, context="retry-key")

    def find(self, now: datetime) -> KeptAnswer | None:
        with self._bank.store.read() as transaction:
            return transaction.answers.find(self.locator, now_s=int(now.timestamp()))

    def open(self, kept: KeptAnswer) -> bytes:
        associated = self.locator.encode("ascii")
        return open_answer(kept.sealed, key=self._key, pepper=self._bank.pepper, associated_data=associated)


class _Retry(_Kept):
    """One retry key of one account, and the request it stands for."""

    def __init__(self, bank: Bank, account_id: str, key: str, request: IssueRequest) -> None:
        super().__init__(bank, account_id, key)
        self._request_link = keyed_link(_text_of(request, account_id), key=bank.pepper, context="retry-request")

    def answered(self, now: datetime) -> bytes | None:
        kept = self.find(now)
        if kept is not None and kept.request_link != self._request_link:
            raise RetryKeyReused
        return None if kept is None else self.open(kept)

    def keeping(self, content: bytes, *, number: str, now: datetime) -> Callable[[Transaction], None]:
        sealed = seal_answer(
            content, key=self._key, pepper=self._bank.pepper, associated_data=self.locator.encode("ascii")
        )
        expires_at = int((now + KEPT_FOR).timestamp())
        kept = KeptAnswer(self.locator, self._request_link, sealed, number, expires_at)

        def keep(transaction: Transaction) -> None:
            if not transaction.answers.keep(kept, now_s=int(now.timestamp())):
                raise _AnsweredMeanwhileError

        return keep


def _text_of(request: IssueRequest, account_id: str) -> str:
    consent = None if request.consent is None else request.consent.hex()
    members = asdict(request) | {"account_id": account_id, "consent": consent}
    return json.dumps(members, ensure_ascii=False)


class _Turn:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted_by = 0


_TURNS: Final[dict[str, _Turn]] = {}
_TURNS_LOCK: Final = threading.Lock()


@contextmanager
def one_at_a_time(locator: str) -> Iterator[None]:
    """Let the calls with one key work one after the other in this program."""
    with _TURNS_LOCK:
        turn = _TURNS.setdefault(locator, _Turn())
        turn.wanted_by += 1
    try:
        with turn.lock:
            yield
    finally:
        with _TURNS_LOCK:
            turn.wanted_by -= 1
            if not turn.wanted_by:
                del _TURNS[locator]
