"""Check `entry_status`: which disclosed entries are in force, by their own index in the list and their own last day."""

from collections.abc import Sequence
from datetime import date

from credential_schemas.presented_claims import ShownEntry
from credential_schemas.report.model import Check, passed
from credential_schemas.report.outcomes import CheckName, EntryStatus, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.status_list import StatusToken, StatusValue
from verifier.checks.status import status_value

_STATUS_OF_VALUE = {
    StatusValue.VALID: EntryStatus.VALID,
    StatusValue.INVALID: EntryStatus.REVOKED,
    StatusValue.SUSPENDED: EntryStatus.SUSPENDED,
    StatusValue.CORRECTED: EntryStatus.CORRECTED,
}
_UNKNOWN = EntryStatus.UNKNOWN
_MAY_HAVE_ENDED = frozenset({EntryStatus.VALID, _UNKNOWN})


def entry_statuses(entries: Sequence[ShownEntry], *, token: StatusToken | None, today: date) -> tuple[EntryStatus, ...]:
    """Return the status of each entry on a Korean day; without a usable list only an entry's own end is known."""
    return tuple([_status_of(entry, token, today) for entry in entries])


def check_entry_status(statuses: Sequence[EntryStatus], *, list_read: bool) -> Check:
    """Judge the entries together: what was cancelled, corrected or has ended speaks for itself, the rest stays good.

    Args:
        statuses: one for each disclosed entry.
        list_read: whether a usable list was there; an entry it says nothing clear about is then the issuer's fault.
    """
    name = CheckName.ENTRY_STATUS
    if not statuses:
        return Check(name, Outcome.UNKNOWN, Reason.NO_ENTRY_DISCLOSED)
    unknown = statuses.count(_UNKNOWN)
    ended = sum([status not in _MAY_HAVE_ENDED for status in statuses])
    if ended == len(statuses):
        return Check(name, Outcome.FAILED, Reason.NO_ENTRY_IN_FORCE, {"count": ended})
    if unknown:
        reason = Reason.ENTRY_STATUS_UNDEFINED if list_read else Reason.ENTRY_STATUS_UNAVAILABLE
        return Check(name, Outcome.UNKNOWN, reason, {"count": unknown})
    if ended:
        return Check(name, Outcome.PASSED, Reason.SUPERSEDED, {"count": ended})
    return passed(name)


def _status_of(entry: ShownEntry, token: StatusToken | None, today: date) -> EntryStatus:
    value = status_value(token, entry.idx) if token is not None else None
    status = _UNKNOWN if value is None else _STATUS_OF_VALUE.get(value, _UNKNOWN)  # type: ignore[call-overload]  # int equals its IntEnum
    if status in _MAY_HAVE_ENDED and _has_ended(entry.fields.get("valid_until"), today):
        return EntryStatus.EXPIRED
    return status


def _has_ended(last_day: object, today: date) -> bool:
    """Days are Korean days, inclusive; the claims were checked, so a text here is a day."""
    return isinstance(last_day, str) and date.fromisoformat(last_day) < today
