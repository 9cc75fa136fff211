"""Typed confirmation codes: from the code on the paper to the credential it opens, telling nothing about other codes.

An unknown code costs what a known one costs: one key derivation, one write. The time of an answer therefore does not
tell whether there is a record, and the answer itself is the same for every code that opens nothing. A mistyped code is
told at once, from its check character alone; that says nothing about any record.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from issuer.bank import Bank
from issuer.errors import CodeWrong, ConfirmationUnknown, LookupBusy, StorageUnusable
from issuer.issued.sealed_records import open_record
from issuer.store.certificates import StoredCertificate
from issuer.store.lookups import Lookup
from issuer.times import korean_day_of, utc_text
from keys.confirmation_code import code_locator, decoy, normalise_code, open_under_code
from keys.errors import ConfirmationCodeError

AT_ONCE: Final = 2  # key derivations at the same time; each takes 64 MiB and a core
WAIT_S: Final = 5.0
_DECOY_BYTES: Final = 256 * 1024  # about the size of a stored PDF


class ConfirmationDesk:
    """Answers typed confirmation codes; safe to share between threads."""

    def __init__(self, bank: Bank, *, clock: Callable[[], datetime]) -> None:
        """Answer for one bank."""
        self._bank = bank
        self._clock = clock
        self._decoy = decoy(_DECOY_BYTES)
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def look_up(self, typed: str, requester: str | None = None) -> str:
        """Return the credential that a code opens, whatever its status is now, and record who asked.

        Args:
            typed: the code as somebody typed it.
            requester: the name of the asker's token, None when nobody knows who asks.

        Returns:
            The compact SD-JWT as it was issued.

        Raises:
            ConfirmationCodeError: mistyped; nothing was looked up.
            ConfirmationUnknown: no certificate has this code.
            LookupBusy: nothing was looked up.
            StorageFull, StorageUnusable: the look-up cannot be recorded, or the stored copy is damaged.
        """
        code = normalise_code(typed)
        if not self._free.acquire(timeout=WAIT_S):
            raise LookupBusy
        try:
            return self._look_up(code, requester)
        finally:
            self._free.release()

    def _look_up(self, code: str, requester: str | None) -> str:
        with self._bank.store.read() as transaction:
            certificate = transaction.certificates.certificate_at(code_locator(code, pepper=self._bank.pepper))
        if certificate is None:
            self._try_decoy(code)
            with self._bank.store.write() as transaction:
                transaction.lookups.record_unknown(korean_day_of(self._clock()).isoformat())
            raise ConfirmationUnknown
        credential = self._open(certificate, code)
        with self._bank.store.write() as transaction:
            transaction.lookups.record(Lookup(certificate.number, utc_text(self._clock()), requester))
        return credential

    def _open(self, certificate: StoredCertificate, code: str) -> str:
        try:
            return open_record(self._bank, certificate, code=code).credential
        except CodeWrong as error:  # the locator fits, so the code is right and the copy is not
            problem = "a stored certificate is damaged"
            raise StorageUnusable(problem, what="the database") from error

    def _try_decoy(self, code: str) -> None:
        with suppress(ConfirmationCodeError):
            open_under_code(self._decoy, code=code, pepper=self._bank.pepper, associated_data=b"")
