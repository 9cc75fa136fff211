"""What every part of the committee works with: the store, the clock, and how a notice is found."""

from collections.abc import Callable
from datetime import date, datetime

from keys.values import dataclass
from verifier.committee.days import korean_day, last_day
from verifier.committee.errors import CommitteeRefused
from verifier.committee.officers import Officer
from verifier.store.changes import Change
from verifier.store.committee_files import ApplicantRow
from verifier.store.committee_notices import NoticeRow, State
from verifier.store.engine import Store
from verifier.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Files:
    """The store and the clock."""

    store: Store
    now: Callable[[], datetime]

    def seconds(self) -> int:
        """Return the time in Unix seconds."""
        return int(self.now().timestamp())

    def today(self) -> date:
        """Return the Korean day."""
        return korean_day(self.now())


def notice_in(transaction: Transaction, notice_id: int, *states: State, today: date) -> NoticeRow:
    """Return a notice; one whose last day is over is as good as destroyed, also before the work is done.

    Args:
        transaction: where it is looked for.
        notice_id: its number.
        states: what it must be, any if none is named.
        today: the Korean day.

    Raises:
        CommitteeRefused: `unknown`; `draft_only`, `open_only`, it is in another state.
    """
    found = transaction.notices.notice(notice_id)
    if found is None:
        raise CommitteeRefused("unknown")
    if states and found.state not in states:
        raise CommitteeRefused("draft_only" if states == ("draft",) else "open_only")
    if "open" in states and is_over(found, today):
        raise CommitteeRefused("open_only")
    return found


def is_over(notice: NoticeRow, today: date) -> bool:
    """Return whether the last day of a notice's retention is over."""
    return notice.state != "destroyed" and last_day(notice.decision_on, notice.retention_days) < today


def applicant_in(transaction: Transaction, notice: NoticeRow, place: int) -> ApplicantRow:
    """Return an applicant of a notice.

    Raises:
        CommitteeRefused: `unknown`.
    """
    found = transaction.applicants.find(notice.id, place)
    if found is None:
        raise CommitteeRefused("unknown")
    return found


def change(officer: Officer, action: str, subject: str, *, at: int, reason: str) -> Change:
    """Return a line for the verifier's list of changes, which never forgets: nothing of an applicant may be in it."""
    return Change(at, officer.id, officer.name, action, subject, {}, reason)
