"""What a service does beside answering: each minute what is due, each hour a new trust bundle."""

from collections.abc import Callable
from datetime import datetime, timedelta

from issuer.audit.heads import keep_head
from issuer.bank import Bank
from issuer.bundling import BUNDLE_REFRESH_S, publish_lists_and_bundle
from issuer.log.files import publish_log
from keys.limits import SESSION_ABSOLUTE_SECONDS

UPKEEP_S = 60.0


class Upkeep:
    """Keeps what a bank publishes fresh; for one thread."""

    def __init__(self, bank: Bank, *, clock: Callable[[], datetime]) -> None:
        """Keep one bank."""
        self._bank = bank
        self._clock = clock
        self._bundled_at: datetime | None = None

    def run(self) -> None:
        """Do what is due now.

        Raises:
            IssuerError, KeysError, CredentialError: something could not be published; it stays due.
        """
        now = self._clock()
        publish_log(self._bank)
        keep_head(self._bank, now=now)
        with self._bank.store.write() as transaction:
            transaction.answers.forget_expired(now_s=int(now.timestamp()))
            transaction.sign_ins.forget_sessions(started_before=int(now.timestamp()) - SESSION_ABSOLUTE_SECONDS)
            transaction.links.forget_ended(now_s=int(now.timestamp()))
            transaction.wallets.forget_expired(now_s=int(now.timestamp()))
        if self._bundled_at is None or now - self._bundled_at >= timedelta(seconds=BUNDLE_REFRESH_S):
            publish_lists_and_bundle(self._bank, now=now)
            self._bundled_at = now
