"""What a service does beside answering: each minute what is due, each hour a new trust bundle."""

from collections.abc import Callable
from datetime import datetime, timedelta

from issuer.audit.heads import keep_head
from issuer.bank import Bank
from issuer.bank.key_errors import KeyUnsound
from issuer.bank.key_ring import take_changes
from issuer.bundling import BUNDLE_REFRESH_S, publish_lists_and_bundle
from issuer.errors import FileUnreadable
from issuer.issuing.counts import forget_old_counts
from issuer.key_life.switching import switch_due
from issuer.log.files import publish_log
from issuer.log.witnesses import keep_witnessed
from issuer.recognition.keeping import forget_due_cases
from issuer.taken_back import keep_taken_back
from keys.faults import faults_told
from keys.limits import SESSION_ABSOLUTE_SECONDS
from keys.watching import stage

UPKEEP_S = 60.0


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
            IssuerError, KeysError, CredentialError: something could not be published; it stays due.
        """
        with stage("upkeep"):
            self._run()

    def _run(self) -> None:
        now = self._clock()
        if self._keys_changed(now):
            # A list that this program published in the meantime, with a key that has given its place up, is made again.
            with self._bank.store.write() as transaction:
                transaction.status_lists.let_all_be_due()
            self._bundled_at = None
        publish_log(self._bank)
        keep_head(self._bank, now=now)
        keep_taken_back(self._bank)
        forget_due_cases(self._bank, now=now)
        with self._bank.store.write() as transaction:
            transaction.answers.forget_expired(now_s=int(now.timestamp()))
            transaction.choices.forget_expired(now_s=int(now.timestamp()))
            for book in (transaction.sign_ins, transaction.staff):
                book.forget_sessions(started_before=int(now.timestamp()) - SESSION_ABSOLUTE_SECONDS)
            transaction.links.forget_ended(now_s=int(now.timestamp()))
            transaction.wallets.forget_expired(now_s=int(now.timestamp()))
            forget_old_counts(transaction, now=now)
        if self._bundled_at is None or now - self._bundled_at >= timedelta(seconds=BUNDLE_REFRESH_S):
            publish_lists_and_bundle(self._bank, now=now)
            self._bundled_at = now
        keep_witnessed(self._bank)  # last, because others may be slow to answer

    def _keys_changed(self, now: datetime) -> bool:
        """Take the keys that other programs changed, and put to work what is due; a key that cannot be is left."""
        with faults_told("taking changed keys", FileUnreadable, KeyUnsound):  # `doctor` says more; the rest goes on
            take_changes(self._bank)
            switch_due(self._bank, now=now)
        before, self._profile = self._profile, self._bank.profile
        return self._profile != before
