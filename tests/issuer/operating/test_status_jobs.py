"""Many certificates: which are meant, what a dry run says, and a job that is done in parts and nothing twice."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from credential_schemas.status_list_issue import encode_status_list
from issuer.bank import Bank
from issuer.bank.key_errors import KeyNotFound
from issuer.errors import (
    AccountNotFound,
    CertificateNotFound,
    InvalidOption,
    IssuerError,
    ReasonUnknown,
    SourceRecordNotFound,
)
from issuer.issued.status_changes import Action, StatusOrder, change_certificates
from issuer.operating.errors import JobNotFound, NothingToChange, RehearsalDiffers
from issuer.operating.finding import MOST_NUMBERS, Filter, find_certificates
from issuer.operating.status_jobs import (
    begin_job,
    find_job,
    go_on,
    let_go_on,
    oldest_running_job,
    result_csv,
    running_jobs,
    stop_job,
    work_name,
    work_on,
)
from issuer.operating.status_orders import ManyOrder, rehearse
from issuer.operating.works import Works
from issuer.store.status_jobs import StatusJob

from .conftest import NUMBERS

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def numbers(bank: Bank, wanted: Filter) -> list[str]:
    return [each.number[-1] for each in find_certificates(bank, wanted)]


def statuses(bank: Bank) -> list[str]:
    with bank.store.read() as transaction:
        found = [transaction.certificates.certificate(number) for number in NUMBERS]
    return [each.status for each in found if each is not None]


def order(action: Action = "revoke", wanted: Filter | None = None, **values: str) -> ManyOrder:
    return ManyOrder(action, wanted or Filter(numbers=NUMBERS), values.get("reason", "under_review"), "why")


def begun(bank: Bank, given: ManyOrder | None = None) -> StatusJob:
    given = given or order()
    found = rehearse(bank, given)
    return begin_job(bank, given, code=found.code, count=len(found.changing), now=NOW)


def done(bank: Bank, given: ManyOrder | None = None) -> StatusJob:
    return work_on(bank, begun(bank, given).id, clock=lambda: NOW, stops=lambda: False)


def change(bank: Bank, number: str, action: Action) -> None:
    change_certificates(bank, [number], StatusOrder(action, "operator_decision"), now=NOW)


def details(bank: Bank, action: str) -> list[tuple[str | None, str | None]]:
    with bank.store.read() as transaction:
        return [(each.subject, each.detail) for each in transaction.audit.acts_after(0, [action])]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(numbers=NUMBERS[1:]), "23"),
        (Filter(record="23900000001A"), "123"),
        (Filter(record="qnet_qualifications:23900000001A"), "123"),
        (Filter(issued_from="2026-11-23"), "3"),
        (Filter(issued_until="2026-11-22"), "12"),
        (Filter(issued_from="2026-11-22T12:30", issued_until="2026-11-23T12:00"), "2"),
        (Filter(issued_from="2026-11-22T12:00", issued_until="2026-11-22T13:00"), "1"),
        (Filter(numbers=NUMBERS[:2], issued_from="2026-11-23"), ""),
    ],
)
def test_all_conditions_together_say_which_are_meant(bank: Bank, wanted: Filter, found: str) -> None:
    assert "".join(numbers(bank, wanted)) == found


def test_an_account_and_a_key_are_named_by_a_part(bank: Bank, holder_account: str) -> None:
    (first, *_) = find_certificates(bank, Filter(account=holder_account[:4]))
    assert numbers(bank, Filter(key=first.key_id[2:10], account=holder_account)) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("wanted", "kind", "said"),
    [
        (Filter(), InvalidOption, "nothing means no certificate"),
        (Filter(numbers=("CB-2026-00000009", NUMBERS[0])), CertificateNotFound, "CB-2026-00000009"),
        (Filter(numbers=("x",) * (MOST_NUMBERS + 1)), InvalidOption, "at most 20000 numbers"),
        (Filter(account="zz"), AccountNotFound, "zz"),
        (Filter(record="nowhere"), SourceRecordNotFound, "0 entries"),
        (Filter(record="military:23900000001A"), SourceRecordNotFound, "0 entries"),
        (Filter(key="nothing-like-it"), KeyNotFound, "nothing-like-it"),
        (Filter(issued_from="yesterday"), InvalidOption, "expected Korean time"),
        (Filter(issued_from="2026-11-22T25:00"), InvalidOption, "expected Korean time"),
        (Filter(issued_until="9999-12-31"), InvalidOption, "expected Korean time"),
        (Filter(issued_from="0001-01-01"), InvalidOption, "expected Korean time"),
    ],
)
def test_what_is_not_there_or_no_condition_is_refused(
    bank: Bank, wanted: Filter, kind: type[IssuerError], said: str
) -> None:
    with pytest.raises(kind) as refused:
        find_certificates(bank, wanted)
    assert said in str(refused.value)


def test_a_dry_run_counts_changes_holders_and_bytes_and_changes_nothing(bank: Bank, holder_account: str) -> None:
    change(bank, NUMBERS[0], "revoke")
    change(bank, NUMBERS[1], "suspend")
    found = rehearse(bank, order("suspend"))
    assert [each.number for each in found.changing] == [NUMBERS[2]]
    assert (found.unchanged, found.final, found.holders) == (1, 1, [holder_account])
    (size,) = found.lists
    assert 0 < size.before != size.after > 0
    assert [each.number for each in found.samples] == [NUMBERS[2]]
    assert statuses(bank) == ["revoked", "suspended", "valid"]


def test_the_sizes_of_a_dry_run_are_those_that_the_job_leads_to(bank: Bank) -> None:
    (size,) = rehearse(bank, order()).lists
    done(bank)
    with bank.store.read() as transaction:
        published = encode_status_list(transaction.status_lists.state(1).status_list)
    assert (len(published), rehearse(bank, order()).lists) == (size.after, [])


def test_an_unknown_reason_is_refused(bank: Bank) -> None:
    with pytest.raises(ReasonUnknown):
        rehearse(bank, order(reason="weather"))


def test_a_job_changes_what_was_rehearsed_with_events_and_records(bank: Bank) -> None:
    job = done(bank)
    assert (job.state, job.certificates, statuses(bank)) == ("done", 3, ["revoked"] * 3)
    with bank.store.read() as transaction:
        (event,) = transaction.certificates.events(NUMBERS[0])
    assert (event.before, event.after, event.reason) == ("valid", "revoked", "under_review")
    assert details(bank, "certificate_status_changed") == [(each, "revoked under_review: why") for each in NUMBERS]
    assert details(bank, "status_job_begun") == [("job 1", "revoke 3 under_review: why")]


def test_the_lists_are_published_with_the_job(bank: Bank) -> None:
    before = bank.folder.status_list(1).read_bytes()
    done(bank)
    assert bank.folder.status_list(1).read_bytes() != before
    with bank.store.read() as transaction:
        assert transaction.status_lists.due(published_before=0) == []


@pytest.mark.parametrize(("code", "count"), [("0" * 16, 3), (None, 2), (None, -1)])
def test_another_code_or_another_count_begins_nothing(bank: Bank, code: str | None, count: int) -> None:
    right = rehearse(bank, order()).code
    with pytest.raises(RehearsalDiffers) as refused:
        begin_job(bank, order(), code=code or right, count=count, now=NOW)
    assert refused.value.details == {"count": 3, "given": count}
    assert (statuses(bank), running_jobs(bank)) == (["valid"] * 3, 0)


def test_what_changed_since_the_dry_run_has_to_be_looked_at_again(bank: Bank) -> None:
    given = order("revoke")
    code = rehearse(bank, given).code
    change(bank, NUMBERS[0], "suspend")
    with pytest.raises(RehearsalDiffers):
        begin_job(bank, given, code=code, count=3, now=NOW)


def test_a_revoked_certificate_is_never_reinstated(bank: Bank) -> None:
    done(bank)
    given = order("reinstate")
    found = rehearse(bank, given)
    assert (found.changing, found.final, found.lists, found.samples) == ([], 3, [], [])
    with pytest.raises(NothingToChange) as refused:
        begin_job(bank, given, code=found.code, count=0, now=NOW)
    assert "3 are revoked, which is final" in str(refused.value)


def test_suspended_ones_are_reinstated_and_what_was_revoked_since_stays_so(bank: Bank) -> None:
    done(bank, order("suspend"))
    job = begun(bank, order("reinstate"))
    change(bank, NUMBERS[0], "revoke")
    change(bank, NUMBERS[1], "reinstate")
    work_on(bank, job.id, clock=lambda: NOW, stops=lambda: False)
    assert statuses(bank) == ["revoked", "valid", "valid"]
    rows = list(csv.DictReader(result_csv(bank, job.id, reason="a look", now=NOW).decode().splitlines()))
    assert [(row["outcome"], row["before"], row["after"]) for row in rows] == [
        ("final", "revoked", "revoked"),
        ("unchanged", "valid", "valid"),
        ("changed", "suspended", "valid"),
    ]
    assert details(bank, "status_job_read") == [("job 2", "a look")]


def test_a_job_that_ends_early_goes_on_and_does_nothing_twice(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.operating.status_jobs.AT_ONCE", 1)
    job, asked = begun(bank), iter([False, False, True])
    work_on(bank, job.id, clock=lambda: NOW, stops=lambda: next(asked))
    assert statuses(bank) == ["revoked", "revoked", "valid"]
    assert (find_job(bank, job.id).state, running_jobs(bank)) == ("running", 1)
    assert oldest_running_job(bank) == find_job(bank, job.id).begun_at
    assert b"CB-2026-00000003,,,waiting," in result_csv(bank, job.id, reason="a look", now=NOW)
    assert work_on(bank, job.id, clock=lambda: NOW, stops=lambda: False).state == "done"
    assert len(details(bank, "certificate_status_changed")) == 3


def test_a_stopped_job_keeps_what_is_done_and_goes_on_when_it_is_let(bank: Bank) -> None:
    job = begun(bank)
    stop_job(bank, job.id, reason="wait", now=NOW)
    stop_job(bank, job.id, reason="wait", now=NOW)
    assert work_on(bank, job.id, clock=lambda: NOW, stops=lambda: False).state == "stopped"
    assert (statuses(bank), details(bank, "status_job_stopped")) == (["valid"] * 3, [("job 1", "wait")])
    works = Works()
    assert go_on(bank, works, job.id, clock=lambda: NOW)
    works.wait(work_name(job.id))
    assert (find_job(bank, job.id).state, statuses(bank)) == ("done", ["revoked"] * 3)
    let_go_on(bank, job.id, now=NOW)
    assert find_job(bank, job.id).state == "done"
    assert [detail for _, detail in details(bank, "status_job_begun")][1] == "again: under_review: why"


def test_a_certificate_that_is_gone_is_said_to_be(bank: Bank) -> None:
    job = begun(bank)
    with bank.store.write() as transaction:
        transaction.certificates._connection.exec_driver_sql(
            "UPDATE status_job_numbers SET number = 'CB-2026-00000009' WHERE number = 'CB-2026-00000003'"
        )
    assert work_on(bank, job.id, clock=lambda: NOW, stops=lambda: False).state == "done"
    assert b"CB-2026-00000009,,,gone," in result_csv(bank, job.id, reason="a look", now=NOW)


@pytest.mark.parametrize(
    "ask",
    [
        lambda bank: find_job(bank, 9),
        lambda bank: work_on(bank, 9, clock=lambda: NOW, stops=lambda: False),
        lambda bank: stop_job(bank, 9, reason="x", now=NOW),
        lambda bank: result_csv(bank, 9, reason="x", now=NOW),
        lambda bank: go_on(bank, Works(), 9, clock=lambda: NOW),
    ],
)
def test_a_job_that_is_not_there_is_refused(bank: Bank, ask: Callable[[Bank], object]) -> None:
    with pytest.raises(JobNotFound, match="No job has the number 9"):
        ask(bank)
