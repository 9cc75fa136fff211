"""Check `status`: the certificate's own entry in its issuer's status list."""

from credential_schemas.errors import StatusListError
from credential_schemas.report.model import Check
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.status_list import StatusToken, StatusValue
from keys.encoding import JsonValue
from verifier.statuses.lookup import StatusAnswer

_FAILED = {
    StatusValue.INVALID: (Reason.REVOKED, "E_STATUS_INVALID"),
    StatusValue.SUSPENDED: (Reason.SUSPENDED, "E_STATUS_SUSPENDED"),
    StatusValue.CORRECTED: (Reason.CORRECTED, "E_STATUS_CORRECTED"),
}
_CODE_OF_REASON = {
    Reason.STATUS_STALE: "E_STATUS_STALE",
    Reason.STATUS_INVALID: "E_STATUS_TOKEN",
    Reason.STATUS_ROLLED_BACK: "E_STATUS_ROLLBACK",
    Reason.STATUS_UNAVAILABLE: "E_STATUS_UNAVAILABLE",
}


def check_status(answer: StatusAnswer, *, index: int, tracks_replays: bool) -> Check:
    """Read the certificate's status from a list, or say why it could not be learnt; never "not revoked" by default.

    Args:
        answer: the list, or why there is none.
        index: the certificate's index in it.
        tracks_replays: whether an older list than one already seen would have been noticed.
    """
    if answer.token is None or answer.reason is not None:
        reason = answer.reason or Reason.STATUS_UNAVAILABLE
        detail: dict[str, JsonValue] = {"code": _CODE_OF_REASON[reason], "note": answer.detail}
        return Check(CheckName.STATUS, Outcome.UNKNOWN, reason, detail)
    value = status_value(answer.token, index)
    if value is None:
        return Check(CheckName.STATUS, Outcome.UNKNOWN, Reason.STATUS_INVALID, {"code": "E_STATUS_TOKEN"})
    if value == StatusValue.VALID:
        return Check(CheckName.STATUS, Outcome.PASSED, detail={"replay_check": "done" if tracks_replays else "unknown"})
    if value in _FAILED:
        reason, code = _FAILED[StatusValue(value)]
        return Check(CheckName.STATUS, Outcome.FAILED, reason, {"code": code})
    detail = {"code": "E_STATUS_VALUE", "value": value}
    return Check(CheckName.STATUS, Outcome.UNKNOWN, Reason.STATUS_VALUE_UNKNOWN, detail)


def status_value(token: StatusToken, index: int) -> int | None:
    """Return a value of a verified list, or None when the index lies outside of it."""
    try:
        return token.status_list.value(index)
    except StatusListError:
        return None
