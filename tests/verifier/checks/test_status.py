"""Checks `status` and `entry_status`: sources, freshness, roll-back, and that "not learnt" is never "not revoked"."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import CheckName, EntryStatus, Outcome, StatusPart, Verdict
from credential_schemas.report.reasons import Reason
from keys.errors import FetchError
from tests.verifier.checks.test_credential import found
from tests.verifier.world import NOW, STATUS_URI, World, claims, content, entry, training
from verifier.policies.profile import Profile
from verifier.statuses.network import fetch_from_listed_origins
from verifier.statuses.state import SeenList, StateFolder

STATUS, ENTRIES = CheckName.STATUS, CheckName.ENTRY_STATUS


def prefetched(world: World, token: str | None = None) -> dict[str, Path]:
    file = world.folder / "list.jwt"
    file.write_text(token or world.status_token())
    return {STATUS_URI: file}


def statuses(report: Report) -> list[EntryStatus]:
    return [each.status for each in content(report).disclosed.entries]


def test_list_is_fetched_once_from_the_listed_origin_after_proof(world: World) -> None:
    rules = world.rules()
    world.check(world.token(), rules)
    report = world.check(world.token(), rules)
    assert world.requested == [STATUS_URI]
    assert (report.freshness.status_age_s, report.parts.status) == (3600, StatusPart.VALID)
    assert report.freshness.trust_version == "3"


@pytest.mark.parametrize(
    ("value", "reason", "part"),
    [
        (1, Reason.REVOKED, StatusPart.REVOKED),
        (2, Reason.SUSPENDED, StatusPart.SUSPENDED),
        (3, Reason.CORRECTED, StatusPart.REVOKED),
    ],
)
def test_certificate_that_is_not_in_force_is_invalid(
    world: World, value: int, reason: Reason, part: StatusPart
) -> None:
    world.statuses = {7: value}
    report = world.check(world.token())
    assert found(report, STATUS) == (Outcome.FAILED, reason)
    assert (report.verdict, report.parts.status, report.parts.credential) == (Verdict.INVALID, part, Verdict.VALID)


def test_unreachable_list_is_unknown_and_indeterminate_with_every_entry_unknown(world: World) -> None:
    def down(_: str) -> bytes:
        raise FetchError("connection refused", kind="connect")

    world.network = down
    report = world.check(world.token())
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_UNAVAILABLE)
    assert found(report, ENTRIES) == (Outcome.UNKNOWN, Reason.ENTRY_STATUS_UNAVAILABLE)
    assert (report.verdict, report.parts.status) == (Verdict.INDETERMINATE, StatusPart.UNKNOWN)
    assert statuses(report) == [EntryStatus.UNKNOWN, EntryStatus.UNKNOWN]


def test_failed_fetch_is_tried_again_for_the_next_certificate(world: World) -> None:
    down = iter([True, False])

    def flaky(_: str) -> bytes:
        if next(down):
            raise FetchError("down", kind="connect")
        return world.status_token().encode()

    world.network = flaky
    rules = world.rules()
    assert world.check(world.token(), rules).verdict is Verdict.INDETERMINATE
    assert world.check(world.token(), rules).verdict is Verdict.VALID


def test_lr_06_offline_without_any_list_is_indeterminate_and_asks_nobody(world: World) -> None:
    report = world.check(world.token(), world.rules(offline=True))
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_UNAVAILABLE)
    assert world.requested == []


def test_offline_answer_is_valid_only_under_a_profile_that_accepts_it(world: World) -> None:
    world.profile = replace(world.profile, accept_unknown_status=True)
    report = world.check(world.token(), world.rules(offline=True))
    assert (report.verdict, report.parts.status) == (Verdict.VALID, StatusPart.UNKNOWN)
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_UNAVAILABLE)


def test_prefetched_list_is_used_without_network(world: World) -> None:
    report = world.check(world.token(), world.rules(offline=True, prefetched=prefetched(world)))
    assert report.verdict is Verdict.VALID
    assert world.requested == []


def test_missing_prefetched_file_is_unknown(world: World) -> None:
    rules = world.rules(offline=True, prefetched={STATUS_URI: world.folder / "absent.jwt"})
    assert found(world.check(world.token(), rules), STATUS) == (Outcome.UNKNOWN, Reason.STATUS_UNAVAILABLE)


def test_list_remembered_from_a_fetch_serves_offline_while_it_is_fresh(world: World) -> None:
    world.check(world.token())
    world.now = NOW + timedelta(hours=11)
    assert world.check(world.token(), world.rules(offline=True)).verdict is Verdict.VALID
    world.now = NOW + timedelta(hours=13)
    report = world.check(world.token(), world.rules(offline=True))
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_STALE)
    assert report.freshness.status_age_s == 14 * 3600


def test_grace_of_the_profile_lengthens_the_life_of_a_list(world: World) -> None:
    world.check(world.token())
    world.now = NOW + timedelta(hours=13)
    world.profile = replace(world.profile, status_grace_s=7200)
    assert world.check(world.token(), world.rules(offline=True)).verdict is Verdict.VALID


def test_callers_own_limit_on_the_age_replaces_the_rule(world: World) -> None:
    strict = world.check(world.token(), world.rules(max_age_s=60))
    assert found(strict, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_STALE)
    assert world.check(world.token(), world.rules(max_age_s=3600)).verdict is Verdict.VALID


def test_expired_list_is_stale(world: World) -> None:
    world.status_issued_at -= 8 * 86_400
    assert found(world.check(world.token()), STATUS) == (Outcome.UNKNOWN, Reason.STATUS_STALE)


def test_list_signed_by_a_key_that_is_no_status_key_is_not_used(world: World) -> None:
    token = world.status_token(signer=world.keys.credential)
    report = world.check(world.token(), world.rules(offline=True, prefetched=prefetched(world, token)))
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_INVALID)


def test_list_of_another_uri_is_not_used(world: World) -> None:
    world.network = lambda _: world.status_token(uri="https://bank.example/status/2").encode()
    assert found(world.check(world.token()), STATUS) == (Outcome.UNKNOWN, Reason.STATUS_INVALID)


def test_index_outside_of_the_list_is_unknown(world: World) -> None:
    world.network = lambda _: world.status_token(size=4).encode()
    assert found(world.check(world.token()), STATUS) == (Outcome.UNKNOWN, Reason.STATUS_INVALID)


def test_older_list_than_one_already_seen_is_refused_across_runs(world: World) -> None:
    world.check(world.token())
    world.status_issued_at -= 60
    report = world.check(world.token(), world.rules(offline=True, prefetched=prefetched(world)))
    assert report.verdict is Verdict.VALID, "the newer remembered list still serves"
    StateFolder(world.folder / "state").remember(STATUS_URI, SeenList(int(NOW.timestamp()), 0), "damaged")
    report = world.check(world.token(), world.rules(offline=True, prefetched=prefetched(world)))
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_ROLLED_BACK)


def test_roll_back_is_said_to_be_unknown_where_nothing_is_remembered(world: World) -> None:
    world.remembers = False
    report = world.check(world.token())
    assert report.check(STATUS).detail == {"replay_check": "unknown"}
    assert report.verdict is Verdict.VALID


def test_value_without_a_meaning_is_unknown(world: World) -> None:
    world.network = lambda _: wide_list(world)
    report = world.check(world.token())
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_VALUE_UNKNOWN)
    assert statuses(report) == [EntryStatus.UNKNOWN, EntryStatus.VALID]


def wide_list(world: World) -> bytes:
    """A list of four bits an entry, in which certificate and first entry have a value that nobody defined."""
    from credential_schemas.status_list import StatusToken
    from credential_schemas.status_list_issue import StatusBitmap, build_status_token

    bitmap = StatusBitmap(bits=4, size=64)
    bitmap.set(7, 12)
    bitmap.set(11, 12)
    token = StatusToken(STATUS_URI, bitmap.freeze(), world.status_issued_at, None, None)
    return build_status_token(token, signer=world.keys.status).encode()


def test_cancelled_entry_leaves_the_rest_valid(world: World) -> None:
    world.statuses = {11: 1}
    report = world.check(world.token())
    assert found(report, ENTRIES) == (Outcome.PASSED, Reason.SUPERSEDED)
    assert statuses(report) == [EntryStatus.REVOKED, EntryStatus.VALID]
    assert (report.verdict, report.parts.status) == (Verdict.VALID, StatusPart.SUPERSEDED)


@pytest.mark.parametrize(("value", "status"), [(2, EntryStatus.SUSPENDED), (3, EntryStatus.CORRECTED)])
def test_suspended_and_corrected_entries_say_so(world: World, value: int, status: EntryStatus) -> None:
    world.statuses = {12: value}
    assert statuses(world.check(world.token())) == [EntryStatus.VALID, status]


def test_entry_past_its_own_last_day_has_ended_and_the_last_day_itself_counts(world: World) -> None:
    given = claims(entry(valid_until="2026-11-20"), entry("정보보안기사", idx=13, valid_until="2026-11-21"))
    report = world.check(world.token(given))
    assert statuses(report) == [EntryStatus.EXPIRED, EntryStatus.VALID]
    assert report.verdict is Verdict.VALID


def test_certificate_without_any_entry_in_force_is_invalid(world: World) -> None:
    world.statuses = {11: 1, 12: 2}
    report = world.check(world.token())
    assert found(report, ENTRIES) == (Outcome.FAILED, Reason.NO_ENTRY_IN_FORCE)
    assert report.verdict is Verdict.INVALID


def test_certificate_without_any_disclosed_entry_is_indeterminate(world: World) -> None:
    token = world.token(claims(training())).split("~")
    report = world.check("~".join([*token[:-2], ""]))
    assert found(report, ENTRIES) == (Outcome.UNKNOWN, Reason.NO_ENTRY_DISCLOSED)
    assert report.verdict is Verdict.INDETERMINATE


def test_real_network_refuses_a_list_outside_of_the_issuers_origins_without_connecting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr("socket.socket.connect", no_network)
    monkeypatch.setattr("socket.getaddrinfo", no_network)
    given = replace(claims(), status=replace(claims().status, uri="https://evil.example/status/1"))
    rules = world.rules()
    sources = replace(rules.statuses._sources, fetch=fetch_from_listed_origins())
    rules.statuses._sources = sources
    report = world.check(world.token(given), rules)
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_UNAVAILABLE)
    assert "origin" in str(report.check(STATUS).detail["note"])


def test_damaged_memory_counts_as_none(world: World) -> None:
    world.check(world.token())
    for file in (world.folder / "state" / "lists").glob("*.json"):
        file.write_text(json.dumps({"iat": "x", "fetched_at": 1}))
    assert StateFolder(world.folder / "state").seen(STATUS_URI) is None
    assert world.check(world.token()).verdict is Verdict.VALID


def test_memory_that_cannot_be_written_does_not_stop_a_check(world: World) -> None:
    (world.folder / "state").write_text("a file where the folder should be")
    assert world.check(world.token()).verdict is Verdict.VALID


def test_nonce_is_forgotten_after_its_life_and_strange_files_are_left_alone(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    assert state.use_nonce("a", "n", now=1000)
    (tmp_path / "nonces" / "strange").write_text("not a number")
    assert not state.use_nonce("a", "n", now=1500)
    assert state.use_nonce("a", "n", now=1601)
    assert (tmp_path / "nonces" / "strange").exists()


def test_a_nonce_file_that_a_crash_left_empty_is_forgotten_a_nonce_life_after_it_was_found(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    assert state.use_nonce("a", "n", now=1000)
    (record,) = (tmp_path / "nonces").iterdir()
    record.write_text("")
    assert not state.use_nonce("a", "n", now=5000)
    assert not state.use_nonce("a", "n", now=5600)
    assert state.use_nonce("a", "n", now=5601)


def test_last_known_revocation_is_not_forgotten_by_an_offline_profile(world: World) -> None:
    world.profile = Profile("field", accept_unknown_status=True)
    world.statuses, world.status_issued_at = {7: 1}, int(NOW.timestamp()) - 5 * 86400
    (world.folder / "list.jwt").write_text(world.status_token())
    rules = world.rules(offline=True, prefetched={STATUS_URI: world.folder / "list.jwt"})
    report = world.check(world.token(), rules)
    assert report.check(CheckName.STATUS).reason is Reason.STATUS_STALE
    assert report.verdict is Verdict.INDETERMINATE


def test_stale_list_that_says_valid_is_accepted_by_an_offline_profile(world: World) -> None:
    world.profile = Profile("field", accept_unknown_status=True)
    world.status_issued_at = int(NOW.timestamp()) - 5 * 86400
    (world.folder / "list.jwt").write_text(world.status_token())
    rules = world.rules(offline=True, prefetched={STATUS_URI: world.folder / "list.jwt"})
    assert world.check(world.token(), rules).verdict is Verdict.VALID


def test_key_that_will_be_distrusted_later_still_signs_lists(world: World) -> None:
    world.issuer["distrusted"] = [{"kid": world.keys.status.key_id, "since": "2027-01-01T00:00:00Z"}]
    assert world.check(world.token()).verdict is Verdict.VALID


def test_answer_is_reused_only_while_the_list_is_fresh(world: World) -> None:
    rules = world.rules()
    world.check(world.token(), rules)
    world.now = NOW + timedelta(hours=11)
    world.check(world.token(), rules)
    assert len(world.requested) == 1
    world.ttl_s = 60
    short = world.rules()
    world.now = NOW
    world.check(world.token(), short)
    world.now = NOW + timedelta(hours=11)
    world.check(world.token(), short)
    assert len(world.requested) == 3
