"""What the status checks make of one value, one list, and none: outcome, reason, and what they tell programs."""

import pytest

from credential_schemas.report.model import Check
from credential_schemas.report.outcomes import CheckName, EntryStatus, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.status_list import StatusList, StatusToken
from keys.encoding import JsonValue
from verifier.checks.entry_status import check_entry_status
from verifier.checks.status import check_status
from verifier.statuses.lookup import StatusAnswer

NAME = CheckName.STATUS
VALUES = StatusToken("https://bank.example/status/1", StatusList(4, bytes([0x10, 0x32, 0x04])), 0, None, None)


def judged(index: int, *, tracks_replays: bool = True) -> Check:
    return check_status(StatusAnswer(VALUES, None), index=index, tracks_replays=tracks_replays)


@pytest.mark.parametrize(("tracks_replays", "word"), [(True, "done"), (False, "unknown")])
def test_valid_entry_passes_and_says_whether_an_older_list_would_have_been_noticed(
    word: str, *, tracks_replays: bool
) -> None:
    assert judged(0, tracks_replays=tracks_replays) == Check(NAME, Outcome.PASSED, detail={"replay_check": word})


@pytest.mark.parametrize(
    ("index", "reason", "code"),
    [
        (1, Reason.REVOKED, "E_STATUS_INVALID"),
        (2, Reason.SUSPENDED, "E_STATUS_SUSPENDED"),
        (3, Reason.CORRECTED, "E_STATUS_CORRECTED"),
    ],
)
def test_entry_that_is_not_in_force_fails_with_its_reason_and_code(index: int, reason: Reason, code: str) -> None:
    assert judged(index) == Check(NAME, Outcome.FAILED, reason, {"code": code})


def test_value_that_nobody_defined_leaves_the_matter_open_and_is_told() -> None:
    detail: dict[str, JsonValue] = {"code": "E_STATUS_VALUE", "value": 4}
    assert judged(4) == Check(NAME, Outcome.UNKNOWN, Reason.STATUS_VALUE_UNKNOWN, detail)


def test_entry_outside_of_the_list_is_the_fault_of_the_list() -> None:
    assert judged(6) == Check(NAME, Outcome.UNKNOWN, Reason.STATUS_INVALID, {"code": "E_STATUS_TOKEN"})


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.STATUS_STALE, "E_STATUS_STALE"),
        (Reason.STATUS_INVALID, "E_STATUS_TOKEN"),
        (Reason.STATUS_ROLLED_BACK, "E_STATUS_ROLLBACK"),
        (Reason.STATUS_UNAVAILABLE, "E_STATUS_UNAVAILABLE"),
    ],
)
@pytest.mark.parametrize("token", [VALUES, None], ids=["a list that does not count", "no list"])
def test_answer_with_a_reason_leaves_the_matter_open_and_never_reads_the_list(
    token: StatusToken | None, reason: Reason, code: str
) -> None:
    found = check_status(StatusAnswer(token, reason, "why"), index=0, tracks_replays=True)
    assert found == Check(NAME, Outcome.UNKNOWN, reason, {"code": code, "note": "why"})


def test_answer_without_list_and_reason_is_none_at_all() -> None:
    found = check_status(StatusAnswer(None, None), index=0, tracks_replays=True)
    assert found == Check(
        NAME, Outcome.UNKNOWN, Reason.STATUS_UNAVAILABLE, {"code": "E_STATUS_UNAVAILABLE", "note": ""}
    )


VALID, REVOKED, EXPIRED, UNKNOWN = EntryStatus.VALID, EntryStatus.REVOKED, EntryStatus.EXPIRED, EntryStatus.UNKNOWN


@pytest.mark.parametrize(
    ("statuses", "outcome", "reason", "count"),
    [
        ([REVOKED, EXPIRED], Outcome.FAILED, Reason.NO_ENTRY_IN_FORCE, 2),
        ([VALID, REVOKED, VALID], Outcome.PASSED, Reason.SUPERSEDED, 1),
        ([VALID, REVOKED, UNKNOWN], Outcome.UNKNOWN, Reason.ENTRY_STATUS_UNDEFINED, 1),
        ([UNKNOWN, UNKNOWN], Outcome.UNKNOWN, Reason.ENTRY_STATUS_UNDEFINED, 2),
    ],
)
def test_entries_are_judged_together_and_counted(
    statuses: list[EntryStatus], outcome: Outcome, *, reason: Reason, count: int
) -> None:
    judged_together = check_entry_status(statuses, list_read=True)
    assert judged_together == Check(CheckName.ENTRY_STATUS, outcome, reason, {"count": count})


def test_entries_without_a_list_are_not_the_issuers_fault() -> None:
    found = check_entry_status([VALID, UNKNOWN], list_read=False)
    assert found == Check(CheckName.ENTRY_STATUS, Outcome.UNKNOWN, Reason.ENTRY_STATUS_UNAVAILABLE, {"count": 1})
