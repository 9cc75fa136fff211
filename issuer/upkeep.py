"""What a service does beside answering: each minute what is due, each hour a new trust bundle.

What cannot be done keeps nothing else from being done: statuses are published also while the log cannot grow.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from credential_schemas.errors import CredentialError
from issuer.audit.heads import keep_head
from issuer.bank import Bank
from issuer.bank.key_errors import KeyUnsound
from issuer.bank.key_ring import take_changes
from issuer.bundling import BUNDLE_REFRESH_S, publish_lists_and_bundle
from issuer.errors import FileUnreadable, IssuerError
from issuer.issuing.counts import forget_old_counts
from issuer.key_life.switching import switch_due
from issuer.log.files import publish_log
from issuer.log.witnesses import keep_witnessed
from issuer.recognition.keeping import forget_due_cases
from issuer.seal_revocation import SealRevocation
from issuer.taken_back import keep_taken_back
from keys.errors import KeysError
from keys.faults import faults_told, log_event, place_of
from keys.limits import SESSION_ABSOLUTE_SECONDS
from keys.watching import stage

UPKEEP_S: Final = 60.0
_LOG: Final = logging.getLogger(__name__)


class Upkeep:
    """Keeps what a bank publishes fresh; for one thread."""

    def __init__(self, bank: Bank, *, clock: Callable[[], datetime]) -> None:
        """Keep one bank."""
        self._bank = bank
        self._clock = clock
        self._bundled_at: datetime | None = None
        self._profile = bank.profile

    def run(self) -> None:
        """Do what is due now.

        Raises:
            IssuerError, KeysError, CredentialError: what could not be done first; the rest was tried all the same, and
                each further failure is a line of the log. What could not be done stays due.
        """
        now, failed = self._clock(), list[Exception]()
        with stage("upkeep"):
            for work, step in self._steps(now):
                try:
                    step()
                except (IssuerError, KeysError, CredentialError) as error:
                    if failed:
                        _LOG.error("%s failed: %s", work, place_of(error), extra=log_event("work_failed", work=work))
                    failed.append(error)
        if failed:
            raise failed[0]

    def _steps(self, now: datetime) -> tuple[tuple[str, Callable[[], object]], ...]:
        """What there is to do, in this order, and what the log calls it."""
        bank = self._bank
        return (
            ("following changed keys", lambda: self._follow_keys(now)),
            ("publishing the log", lambda: publish_log(bank)),
            ("signing a head of the audit trail", lambda: keep_head(bank, now=now)),
            ("keeping what was taken back", lambda: keep_taken_back(bank)),
            ("forgetting applications", lambda: forget_due_cases(bank, now=now)),
            ("forgetting what has ended", lambda: self._forget(now)),
            ("publishing lists and bundle", lambda: self._publish(now)),
            ("renewing revocation data", lambda: self._renew_revocation(now)),
            ("asking witnesses", lambda: keep_witnessed(bank)),  # last, because others may be slow to answer
        )

    def _follow_keys(self, now: datetime) -> None:
        """Take the keys that other programs changed, and put to work what is due; a key that cannot be is left."""
        with faults_told("taking changed keys", FileUnreadable, KeyUnsound):  # `doctor` says more; the rest goes on
            take_changes(self._bank)
            switch_due(self._bank, now=now)
        before, self._profile = self._profile, self._bank.profile
        if self._profile != before:
            # A list that this program published in the meantime, with a key that has given its place up, is made again.
            with self._bank.store.write() as transaction:
                transaction.status_lists.let_all_be_due()
            self._bundled_at = None

    def _renew_revocation(self, now: datetime) -> None:
        """Ask again whether the seal's certificates are revoked, before somebody who issues has to wait for it."""
        if self._bank.profile.sealing.revocation_origins:
            SealRevocation(self._bank, at=now).renew()

    def _forget(self, now: datetime) -> None:
        now_s = int(now.timestamp())
        with self._bank.store.write() as transaction:
            transaction.answers.forget_expired(now_s=now_s)
            transaction.choices.forget_expired(now_s=now_s)
            for book in (transaction.sign_ins, transaction.staff):
                book.forget_sessions(started_before=now_s - SESSION_ABSOLUTE_SECONDS)
            transaction.links.forget_ended(now_s=now_s)
            transaction.wallets.forget_expired(now_s=now_s)
            forget_old_counts(transaction, now=now)

    def _publish(self, now: datetime) -> None:
        if self._bundled_at is None or now - self._bundled_at >= timedelta(seconds=BUNDLE_REFRESH_S):
            publish_lists_and_bundle(self._bank, now=now)
            self._bundled_at = now
