"""`cb-issuer revoke`, `suspend`, `reinstate`: allowed changes, what is published, what a dry run leaves alone."""

import pytest

from issuer.taken_back import read_taken_back
from tests.issuer.conftest import Document, World


def value(world: World, issued: Document) -> int:
    return world.published_value(issued["status"]["idx"])


def test_a_suspension_is_published_at_once_and_can_be_lifted(world: World, issued: Document) -> None:
    number = issued["number"]
    seen = [value(world, issued)]
    for action in ("suspend", "reinstate", "revoke"):
        world.json(action, number)
        seen.append(value(world, issued))
    assert seen == [0, 2, 0, 1]


@pytest.mark.parametrize("action", ["reinstate", "suspend"])
def test_a_revocation_is_final(world: World, issued: Document, action: str) -> None:
    world.json("revoke", issued["number"])
    ran = world.run(action, issued["number"])
    assert ran.code == 5
    assert "a revocation is final" in ran.err
    assert value(world, issued) == 1


def test_doing_the_same_twice_changes_nothing(world: World, issued: Document) -> None:
    world.json("revoke", issued["number"])
    assert world.json("revoke", issued["number"])["changed"] == 0
    assert "already revoked" in world.run("revoke", issued["number"]).out


def test_a_dry_run_says_what_would_change_and_changes_nothing(world: World, issued: Document) -> None:
    ran = world.run("revoke", issued["number"], "--dry-run")
    assert ran.out == f"{issued['number']}: valid -> revoked (dry run)\n"
    assert value(world, issued) == 0
    assert world.json("suspend", issued["number"])["changed"] == 1


def test_several_certificates_change_together_or_not_at_all(world: World, holder: str, issued: Document) -> None:
    second = world.issue(holder)
    ran = world.run("revoke", issued["number"], second["number"], "CB-2026-00000099")
    assert ran.code == 2
    assert (value(world, issued), value(world, second)) == (0, 0)
    assert world.json("revoke", issued["number"], second["number"])["changed"] == 2
    assert (value(world, issued), value(world, second)) == (1, 1)


def test_events_keep_reason_and_time(world: World, issued: Document) -> None:
    world.wait(hours=2)
    world.json("revoke", issued["number"], "--reason", "holder_request")
    bank = world.open()
    with bank.store.read() as transaction:
        (event,) = transaction.certificates.events(issued["number"])
    bank.close()
    assert (event.before, event.after, event.reason) == ("valid", "revoked", "holder_request")
    assert event.at == "2026-11-22T05:00:00Z"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "expected either certificate numbers or --entry-source"),
        (("CB-2026-00000001", "--entry-source", "23900000001A"), "expected either"),
        (("CB-2026-00000001", "--reason", "weather"), "--reason weather is not a known reason"),
        (("--entry-source", "nowhere"), "0 entries have the source record id nowhere"),
        (("--entry-source", "military:23900000001A"), "0 entries have the source record id"),
    ],
)
def test_an_order_that_does_not_fit_is_a_usage_error(
    world: World, issued: Document, options: tuple[str, ...], said: str
) -> None:
    ran = world.run("revoke", *options)
    assert ran.code == 2
    assert said in ran.err


def test_one_entry_is_suspended_in_every_certificate_that_carries_it(
    world: World, holder: str, issued: Document
) -> None:
    world.issue(holder)
    document = world.json("suspend", "--entry-source", "23900000001A")
    assert [change["after"] for change in document["changes"]] == ["suspended", "suspended"]
    assert value(world, issued) == 0
    assert world.json("reinstate", "--entry-source", "qnet_qualifications:23900000001A")["changed"] == 2


def test_a_dry_run_on_an_entry_changes_nothing(world: World, holder: str, issued: Document) -> None:
    assert world.json("suspend", "--entry-source", "23900000001A", "--dry-run")["changed"] == 1
    assert world.entries(holder)["정보처리기사"]["status"] == "valid"


def test_what_an_operator_decided_about_an_entry_outlives_the_next_delivery(world: World, account: str) -> None:
    from tests.issuer.conftest import DELIVERIES

    world.json("revoke", "--entry-source", "23900000001A")
    world.json("import", "qnet_qualifications", DELIVERIES / "qnet_qualifications.xml")
    assert world.entries(account)["정보처리기사"]["status"] == "revoked"
    refused = world.run("reinstate", "--entry-source", "23900000001A")
    assert refused.code == 5
    assert "a revocation is final" in refused.err


def test_an_entry_that_no_certificate_carries_may_be_suspended_for_the_future(world: World) -> None:
    ran = world.run("suspend", "--entry-source", "12900000003C")
    assert ran.code == 0
    assert "No certificate carries this entry" in ran.out


def test_nothing_changes_when_the_status_key_does_not_open(world: World, issued: Document) -> None:
    (world.path / "keys/status.pem").unlink()
    assert world.run("revoke", issued["number"]).code == 5
    bank = world.open()
    with bank.store.read() as transaction:
        record = transaction.certificates.certificate(issued["number"])
    bank.close()
    assert record is not None
    assert record.status == "valid"


def test_why_is_recorded_in_words_for_numbers_and_entries_too(world: World, issued: Document) -> None:
    world.json("suspend", issued["number"], "--reason", "under_review", "--words", "전화로 신고")
    world.json("suspend", "--entry-source", "23900000001A", "--words", "원본 확인 중")
    bank = world.open()
    with bank.store.read() as transaction:
        acts = transaction.audit.acts_after(0, ["certificate_status_changed", "entry_status_changed"])
    bank.close()
    assert [each.detail for each in acts] == [
        "suspended under_review: 전화로 신고",
        "suspended operator_decision: 원본 확인 중",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--count", "2"), "--count: expected conditions beside it"),
        (("--out", "result.csv"), "--out: expected conditions beside it"),
        (("--words", "가" * 1001), "expected at most 1000 characters"),
        (("--words", "a\nb"), "expected visible characters only"),
    ],
)
def test_what_belongs_to_conditions_or_is_no_short_text_is_refused_beside_a_number(
    world: World, issued: Document, options: tuple[str, ...], said: str
) -> None:
    ran = world.run("revoke", issued["number"], *options)
    assert (ran.code, said in ran.err) == (2, True), ran.err
    assert value(world, issued) == 0


def test_a_revocation_that_cannot_be_published_is_kept_for_a_restore_all_the_same(
    world: World, issued: Document
) -> None:
    published = world.path / "public/status/1"
    published.unlink()
    published.mkdir()
    assert world.run("revoke", issued["number"]).code == 5
    kept = [(each.action, each.subject) for each in read_taken_back(world.path / "taken-back.jsonl")]
    assert kept == [("certificate_status_changed", issued["number"])]


def test_conditions_are_tried_first_and_done_with_the_number_typed_in(world: World, holder: str) -> None:
    second = world.issue(holder, "--type", "national_technical_qualification")["number"]
    tried = world.json("suspend", "--account", holder, "--dry-run")
    assert (tried["changing"], tried["holders"], tried["numbers"][1]) == (2, 1, second)
    assert "To do it: --count 2" in world.run("suspend", "--account", holder, "--dry-run").out
    for options, said in (((), "expected the number of changes that --dry-run says"), (("--count", "3"), "says 3")):
        refused = world.run("suspend", "--account", holder, *options)
        assert (refused.code != 0, said in refused.err) == (True, True)
    file = world.files / "result.csv"
    done = world.json("suspend", "--account", holder, "--count", "2", "--words", "a call", "--out", file)
    assert (done["state"], done["changed"]) == ("done", 2)
    assert file.read_text().splitlines()[2].startswith(f"{second},valid,suspended,changed,")
    world.json("revoke", second)
    said = world.run("reinstate", "--carrying", "23900000001A", "--issued-from", "2026-11-22", "--dry-run").out
    assert "1 are revoked and left alone; a revocation is final." in said
    assert world.json("suspend", "--job", "1")["changed"] == 2


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--account", "zz", "--dry-run"), 2, "zz"),
        (("--key", "nothing-like-it", "--dry-run"), 2, "nothing-like-it"),
        (("--issued-until", "soon", "--dry-run"), 2, "expected Korean time"),
        (("--issued-from", "2027-01-01", "--count", "0"), 5, "No certificate would change"),
        (("--account", "x", "--entry-source", "y"), 2, "expected conditions or --entry-source"),
        (("--job", "9"), 2, "No job has the number 9"),
        (("--issued-from", "2026-11-22", "--out", "/nowhere/x.csv"), 2, "its folder does not exist"),
    ],
)
def test_conditions_that_mean_nothing_are_refused(
    world: World, issued: Document, options: tuple[str, ...], code: int, said: str
) -> None:
    ran = world.run("revoke", *options)
    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_a_job_of_another_command_is_not_gone_on_with(world: World, issued: Document) -> None:
    world.json("suspend", "--issued-from", "2026-11-22", "--count", "1")
    for options in (("revoke", "--job", "1"), ("suspend", "--job", "1", "--account", "x")):
        refused = world.run(*options)
        assert (refused.code, "expected the job of this command" in refused.err) == (2, True)
