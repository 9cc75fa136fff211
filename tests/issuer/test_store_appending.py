"""Rows that wait for those of others: read as if they had been written at once, all there after the commit, or none."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from issuer.store.accounts import Account, Consent
from issuer.store.certificates import CarriedEntry, StoredCertificate
from issuer.store.engine import Store
from issuer.store.entries import Delivery, StoredEntry
from issuer.store.group_commit import GroupCommit
from issuer.store.transaction import Transaction

TIME = "2026-11-23T03:00:00Z"
CERTIFICATE = StoredCertificate(
    number="CB-1",
    account_id="account",
    list_no=1,
    idx=0,
    status="valid",
    kind="competency",
    edition="standard",
    language="ko",
    purpose="purpose",
    recipient=None,
    applicant_no=None,
    issued_on="2026-11-23",
    valid_until="2027-02-20",
    issued_at=TIME,
    key_id="key",
    consent_id=1,
    locator="locator-1",
    sealed=b"sealed",
    pdf_sha256="0" * 64,
    credential_sha256="0" * 64,
)


@pytest.fixture(autouse=True)
def fill(store: Store) -> None:
    """Give the store an account, an entry and reserved indexes 0 to 5 of list 1."""
    places = iter(range(6))
    with store.write() as transaction:
        delivery = transaction.entries.record_delivery(Delivery("source", "file", "", TIME, "2026-11-22"))
        transaction.accounts.open_account(Account("account", TIME))
        consent = Consent("account", "disclosure", None, None, {}, None, "1", TIME, "operator")
        assert transaction.accounts.record_consent(consent).id == 1
        transaction.entries.add(
            StoredEntry(
                id="entry",
                source="source",
                record_key="key",
                person_link=None,
                entry_type="vocational_training",
                title="title",
                title_en=None,
                issuing_body="body",
                record_keeper=None,
                source_record_id="1",
                source_status="valid",
                bank_status="valid",
                fields={},
                record_hash="",
                as_of="2026-11-22",
                delivery_id=delivery,
                first_collected_at=TIME,
                collected_at=TIME,
            )
        )
        transaction.status_lists.open_list(16)
        drawn = transaction.status_lists.reserve_status_indexes(6, draw=lambda most: next(places, 0) % most)
        assert sorted(drawn.indexes) == list(range(6))


def issued(serial: int, **changes: object) -> StoredCertificate:
    plain = {"number": f"CB-{serial}", "locator": f"locator-{serial}", "idx": serial}
    return replace(CERTIFICATE, **(plain | changes))  # type: ignore[arg-type] # fields by their names


def carried(number: int, idx: int, entry: str = "entry") -> CarriedEntry:
    return CarriedEntry(f"CB-{number}", 0, "entry", entry, ("title",), "0" * 64, 1, idx, 0)


def statements_of(store: Store) -> list[str]:
    """Note the beginning of every statement that the database gets from now on."""
    seen: list[str] = []

    def note(*given: object) -> None:
        seen.append(" ".join(str(given[2]).split()[:3]))

    event.listen(store._engine, "before_cursor_execute", note)
    return seen


def test_rows_of_many_certificates_go_in_one_statement_for_each_table(store: Store) -> None:
    seen = statements_of(store)
    with store.write() as transaction:
        for number in range(3):
            transaction.certificates.record_issued(issued(number), [carried(number, number + 3)])
            transaction.issuing_counts.took("2026-11-23", number)
    inserts = [each for each in seen if each.startswith("INSERT")]
    assert inserts == [
        "INSERT INTO certificates",
        "INSERT INTO certificate_entries",
        "INSERT INTO issuing_counts",
    ]
    with store.read() as transaction:
        assert transaction.certificates.count() == 3
        assert transaction.issuing_counts.times("2026-11-23")["2026-11-23"].total() == 3


def test_transaction_reads_what_it_recorded(store: Store) -> None:
    with store.write() as transaction:
        transaction.certificates.record_issued(issued(0), [carried(0, 3)])
        assert transaction.certificates.certificate("CB-0") == issued(0)
        transaction.certificates.record_issued(issued(1), [carried(1, 4)])
        assert transaction.certificates.carried_entries("CB-1") == [carried(1, 4)]
        transaction.certificates.record_issued(issued(2), [])
        transaction.certificates.set_status("CB-2", "revoked")
    with store.read() as transaction:
        found = transaction.certificates.of_account("account")
    assert [(each.number, each.status) for each in found] == [("CB-0", "valid"), ("CB-1", "valid"), ("CB-2", "revoked")]


def newest(transaction: Transaction, *recorded: StoredCertificate) -> str | None:
    for certificate in recorded:
        transaction.certificates.record_issued(certificate, [])
    return transaction.certificates.newest_issue()


def test_newest_issue_counts_what_waits_and_what_is_there(store: Store) -> None:
    later, last = "2026-11-23T04:00:00Z", "2026-11-23T05:00:00Z"
    seen = statements_of(store)
    with store.write() as transaction:
        assert newest(transaction) is None
        assert newest(transaction, issued(0, issued_at=later)) == later
        assert newest(transaction, issued(1)) == later
        assert newest(transaction, issued(2, issued_at=last, status="revoked")) == later
        assert not [each for each in seen if each.startswith("INSERT")]
    with store.write() as transaction:
        assert newest(transaction, issued(3)) == later
        assert newest(transaction, issued(4, issued_at=last)) == last
    with store.read() as transaction:
        assert newest(transaction) == last


def recorded_and_stopped(store: Store) -> None:
    with store.write() as transaction:
        transaction.certificates.record_issued(issued(0), [carried(0, 3)])
        raise ZeroDivisionError


def recorded(store: Store, *certificates: StoredCertificate) -> None:
    with store.write() as transaction:
        for certificate in certificates:
            transaction.certificates.record_issued(certificate, [])


def test_transaction_that_fails_leaves_nothing_of_what_waited(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        recorded_and_stopped(store)
    with store.write() as transaction:
        assert transaction.certificates.count() == 0
        transaction.certificates.record_issued(issued(0), [carried(0, 3)])
    with store.read() as transaction:
        assert transaction.certificates.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        issued(1, number="CB-0"),
        issued(1, locator="locator-0"),
        issued(1, idx=0),
        issued(1, idx=9),
        issued(1, account_id="x"),
    ],
    ids=["number twice", "locator twice", "index twice", "index never reserved", "no such account"],
)
def test_row_that_breaks_a_rule_takes_the_whole_transaction_with_it(store: Store, broken: StoredCertificate) -> None:
    with pytest.raises(IntegrityError):
        recorded(store, issued(0), broken)
    with store.read() as transaction:
        assert transaction.certificates.count() == 0


def test_broken_row_of_one_work_does_not_touch_those_that_share_its_commit(store: Store) -> None:
    sizes: list[int] = []

    @contextmanager
    def write_when_all_wait() -> Iterator[Transaction]:
        while not sizes and len(group._waiting) < 3:
            threading.Event().wait(0.001)
        sizes.append(len(group._waiting))
        with store.write() as transaction:
            yield transaction

    group = GroupCommit(write_when_all_wait, patience_s=1)

    def record(certificate: StoredCertificate) -> str:
        try:
            group.run(lambda transaction: transaction.certificates.record_issued(certificate, []))
        except IntegrityError:
            return "refused"
        return "recorded"

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(record, issued(0))
        while not group._led:
            threading.Event().wait(0.001)
        others = list(pool.map(record, [issued(1), issued(2, idx=0), issued(3)]))
    assert (first.result(), others) == ("recorded", ["recorded", "refused", "recorded"])
    with store.read() as transaction:
        assert [each.number for each in transaction.certificates.of_account("account")] == ["CB-0", "CB-1", "CB-3"]
