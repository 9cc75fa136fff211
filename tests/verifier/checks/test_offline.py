"""Checks without a network: from a bundle alone, from lists seen online, and what is said when they are too old."""

from dataclasses import replace
from datetime import timedelta

import pytest

from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import CheckName, Outcome, StatusPart, Verdict
from credential_schemas.report.reasons import Reason
from keys.errors import FetchError
from tests.verifier.bundles import DAY_S, BundleDesk
from tests.verifier.checks.test_credential import found
from tests.verifier.world import STATUS_URI, World
from verifier.errors import BundleRefused
from verifier.policies.profile import Profile
from verifier.statuses.lookup import Freshness, StatusLookup, StatusSources

STATUS = CheckName.STATUS
HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def desk(world: World) -> BundleDesk:
    return BundleDesk(world)


def offline(desk: BundleDesk, **later: float) -> Report:
    """Check the world's certificate from a bundle alone, some time after the bundle was made."""
    file = desk.file()
    desk.world.now += timedelta(**later)
    return desk.world.check(desk.world.token(), desk.offline_rules(file))


@pytest.mark.parametrize("value", [0, 1, 2, 3])
@pytest.mark.parametrize("entry_value", [0, 1])
def test_offline_answer_from_a_bundle_is_the_online_answer(
    world: World, desk: BundleDesk, value: int, entry_value: int
) -> None:
    world.statuses = {7: value, 11: entry_value}
    token, file = world.token(), desk.file()
    online = world.check(token, replace(world.rules(), trust=desk.used(file).trust))
    world.requested.clear()
    world.folder /= "another-machine"
    assert world.check(token, desk.offline_rules(file)).to_json() == online.to_json()
    assert world.requested == []


def test_bundle_alone_is_enough_for_valid(desk: BundleDesk) -> None:
    report = offline(desk)
    assert (report.verdict, report.parts.status) == (Verdict.VALID, StatusPart.VALID)
    assert report.freshness.trust_version == "4"
    assert report.freshness.status_age_s == 3600


def test_list_counts_for_twelve_hours_after_the_bundle_was_made(world: World, desk: BundleDesk) -> None:
    report = offline(desk, seconds=HALF_A_DAY.total_seconds() - 1)
    assert report.verdict is Verdict.VALID


def test_older_bundle_leaves_the_matter_open_and_not_failed(desk: BundleDesk) -> None:
    report = offline(desk, hours=12)
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_STALE)
    assert (report.verdict, report.parts.status) == (Verdict.INDETERMINATE, StatusPart.UNKNOWN)


def test_shorter_life_that_the_issuer_gives_its_list_holds(world: World, desk: BundleDesk) -> None:
    world.ttl_s = 600
    assert found(offline(desk, seconds=600), STATUS) == (Outcome.UNKNOWN, Reason.STATUS_STALE)


def test_grace_of_the_profile_is_added_and_reported_with_its_age(world: World, desk: BundleDesk) -> None:
    world.profile = Profile("field", status_grace_s=24 * 3600)
    report = offline(desk, hours=35)
    assert report.verdict is Verdict.VALID
    assert report.freshness.status_age_s == 36 * 3600
    world.now += timedelta(hours=1)
    report = world.check(world.token(), desk.offline_rules(world.folder / "bank.bundle"))
    assert (report.verdict, found(report, STATUS)) == (
        Verdict.INDETERMINATE,
        (Outcome.UNKNOWN, Reason.STATUS_STALE),
    )


def test_revocation_in_a_stale_bundle_is_never_accepted_as_unknown(world: World, desk: BundleDesk) -> None:
    world.profile = Profile("lenient", accept_unknown_status=True)
    world.statuses = {7: 1}
    assert offline(desk, hours=13).verdict is Verdict.INDETERMINATE


def test_expired_bundle_is_refused_as_a_whole(desk: BundleDesk) -> None:
    with pytest.raises(BundleRefused) as caught:
        offline(desk, days=7, minutes=1)
    assert caught.value.kind == "expired"


def test_certificate_whose_list_is_not_in_the_bundle_is_open(world: World, desk: BundleDesk) -> None:
    file = desk.file(desk.token(lists={}))
    report = world.check(world.token(), desk.offline_rules(file))
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_UNAVAILABLE)


def test_list_in_a_bundle_is_verified_like_any_other(world: World, desk: BundleDesk) -> None:
    forged = world.status_token(signer=world.keys.stranger)
    report = world.check(world.token(), desk.offline_rules(desk.file(desk.token(lists={STATUS_URI: forged}))))
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_INVALID)
    assert report.verdict is Verdict.INDETERMINATE


def test_list_in_a_bundle_older_than_one_seen_online_is_refused(world: World, desk: BundleDesk) -> None:
    file = desk.file()
    world.status_issued_at += 1800
    world.check(world.token())
    world.now += timedelta(hours=13)
    report = world.check(world.token(), desk.offline_rules(file))
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_ROLLED_BACK)


def test_list_seen_online_serves_offline_while_it_is_fresh(world: World) -> None:
    world.check(world.token())
    world.now += timedelta(hours=11)
    report = world.check(world.token(), world.rules(offline=True))
    assert (report.verdict, world.requested) == (Verdict.VALID, [STATUS_URI])
    world.now += timedelta(hours=1)
    report = world.check(world.token(), world.rules(offline=True))
    assert found(report, STATUS) == (Outcome.UNKNOWN, Reason.STATUS_STALE)


def test_newer_list_seen_online_is_preferred_to_an_older_bundle(world: World, desk: BundleDesk) -> None:
    file = desk.file()
    world.statuses = {7: 1}
    world.status_issued_at += 1800
    world.check(world.token())
    report = world.check(world.token(), desk.offline_rules(file))
    assert found(report, STATUS) == (Outcome.FAILED, Reason.REVOKED)


def test_unknown_key_causes_no_request_at_all(world: World) -> None:
    report = world.check(world.token(signer=world.keys.stranger))
    assert found(report, CheckName.ISSUER_TRUST) == (Outcome.UNKNOWN, Reason.KEY_UNKNOWN)
    assert world.requested == []


def test_bundled_list_serves_when_the_network_is_down(world: World, desk: BundleDesk) -> None:
    def down(_: str) -> bytes:
        raise FetchError("expected an answer, found none", kind="connect")

    world.network = down
    sources = StatusSources({}, world.fetch(), None, bundled=desk.used(desk.file()).bundled)
    rules = replace(world.rules(), statuses=StatusLookup(sources, freshness=Freshness()))
    assert world.check(world.token(), rules).verdict is Verdict.VALID
    world.now += timedelta(seconds=7 * DAY_S + 60)
    assert found(world.check(world.token(), rules), STATUS) == (Outcome.UNKNOWN, Reason.STATUS_STALE)
