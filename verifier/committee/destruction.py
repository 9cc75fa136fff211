"""Destruction: everything about applicants leaves the database and its file, and one line of counts stays.

Rules enforced:
* on the day after the last day of a notice's retention, by the service itself; before that only by an administrator who
  types the notice's own id and gives a reason;
* rows are deleted in one transaction with the certificate (the database overwrites what it deletes), then the file is
  written anew and the log beside it cut to nothing; a certificate says whether that second step is done, and it is
  tried again until it is;
* the certificate and the list of changes have counts, days and the name of the notice, nothing of an applicant.

Left to whoever runs the service: copies of the database file (docs/committee.md).
"""

import threading
from collections.abc import Callable

from keys.faults import faults_told
from verifier.committee.access import Files, change, is_over, notice_in
from verifier.committee.days import last_day
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import TIDY_EVERY_S
from verifier.committee.officers import ADMINISTRATOR, PROGRAM, Officer, stated
from verifier.store.committee_notices import DestructionRow, NoticeRow

_ITSELF = Officer(PROGRAM, PROGRAM, frozenset({ADMINISTRATOR}))


class Destroyer:
    """Destroys what is due, every ten minutes while it is open; `forget` is told of each notice, to clear memory."""

    def __init__(self, files: Files, *, forget: Callable[[int], None]) -> None:
        self._files = files
        self._forget = forget
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="destruction", daemon=True)

    def open(self) -> None:
        """Destroy what is due now, and go on doing so."""
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def destroy_due(self) -> int:
        """Destroy every notice whose last day is over, and finish what could not be finished; return how many."""
        today = self._files.today()
        with self._files.store.read() as transaction:
            due = [row for row, _ in transaction.notices.notices() if is_over(row, today)]
            unfinished = any(not row.is_overwritten for row in transaction.notices.destructions().values())
        for row in due:
            self._destroy(_ITSELF, row, reason="the last day of retention is over")
        if due or unfinished:
            self._overwrite()
        return len(due)

    def destroy_now(self, officer: Officer, notice_id: int, *, typed: str, reason: str) -> None:
        """Destroy a notice before its day.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`; `typed`, what was typed is not the notice's own id;
                `draft_only`, it is destroyed already.
            StoreUnusable: the rows are gone, but the file could not be written anew yet.
        """
        officer.demand(ADMINISTRATOR)
        why = stated(reason)
        with self._files.store.read() as transaction:
            row = notice_in(transaction, notice_id, "draft", "open", today=self._files.today())
        if typed.strip() != row.name:
            raise CommitteeRefused("typed")
        self._destroy(officer, row, reason=why)
        self._overwrite()

    def _destroy(self, officer: Officer, row: NoticeRow, *, reason: str) -> None:
        at = self._files.seconds()
        with self._files.store.write() as transaction:
            present = transaction.notices.notice(row.id)
            if present is None or present.state == "destroyed":
                return  # somebody was faster
            counts = transaction.notices.destroy(row.id)
            due = last_day(present.decision_on, present.retention_days).isoformat()
            transaction.notices.add_destruction(
                DestructionRow(row.id, due, at, officer.name, counts, is_overwritten=False)
            )
            told = ", ".join(f"{name} {count}" for name, count in counts.items())
            transaction.changes.append(change(officer, "destroyed", f"{row.name}: {told}", at=at, reason=reason))
        self._forget(row.id)

    def _overwrite(self) -> None:
        self._files.store.forget_deleted()
        with self._files.store.write() as transaction:
            transaction.notices.mark_overwritten()

    def _run(self) -> None:
        while True:
            with faults_told("destroying what is due", Exception):  # the next round tries again
                self.destroy_due()
            if self._closing.wait(TIDY_EVERY_S):
                return
