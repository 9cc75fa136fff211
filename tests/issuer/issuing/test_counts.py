"""How long issuing took and what was refused: counted by day, about nobody, forgotten after 90 days."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from issuer.accounts.selection import Choice
from issuer.bank import Bank
from issuer.errors import ConsentMissing, StorageFull
from issuer.issuing.claims import IssueRequest
from issuer.issuing.counts import KEPT_DAYS, counting_refusals, nearest_rank, record_time
from issuer.issuing.errors import RetryKeyInvalid
from issuer.issuing.making import Issued
from issuer.issuing.once import issue_once
from issuer.store.issuing_counts import ISSUING_COUNTS
from issuer.store.transaction import Transaction
from issuer.upkeep import Upkeep
from tests.issuer.conftest import START, World

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
DAY = "2026-11-22"


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


@pytest.fixture
def wish(account: str) -> IssueRequest:
    return IssueRequest(account, Choice(types=("vocational_training",)), "ko", "면접", consent=None)


def answer(issued: Issued) -> bytes:
    return issued.number.encode()


def rows(bank: Bank) -> list[tuple[str, int | None, str | None]]:
    with bank.store.read() as transaction:
        found = transaction.copies.rows("issuing_counts")
        return [
            (str(day), None if took is None else int(took), None if code is None else str(code))
            for _, day, took, code in found
        ]


def test_an_issuing_records_its_time_from_the_first_look_to_the_record(bank: Bank, wish: IssueRequest) -> None:
    bank.timer = iter((100.0, 100.7654)).__next__
    issue_once(bank, wish, key=KEY, answer=answer, now=START)
    assert rows(bank) == [(DAY, 765, None)]


def test_a_retry_that_gets_the_kept_answer_is_no_second_issuing(bank: Bank, wish: IssueRequest) -> None:
    for _ in range(2):
        issue_once(bank, wish, key=KEY, answer=answer, now=START)
    assert len(rows(bank)) == 1


def test_a_day_is_a_korean_day(bank: Bank, wish: IssueRequest) -> None:
    issue_once(bank, wish, key=KEY, answer=answer, now=datetime(2026, 11, 22, 15, 0, tzinfo=UTC))
    assert [row[0] for row in rows(bank)] == ["2026-11-23"]


def test_a_refusal_is_counted_by_its_code_and_says_nothing_else(bank: Bank, world: World) -> None:
    bare = world.open_account("SYN-P-003", "--consent", "hrdnet_training")
    with pytest.raises(RetryKeyInvalid):
        issue_once(
            bank, IssueRequest(bare, Choice(), "ko", "면접", consent=None), key="short", answer=answer, now=START
        )
    assert world.run("issue", "--account", "no-such-account", "--all", "--out", world.files / "c.pdf").code == 2
    assert rows(bank) == [(DAY, None, "retry_key_invalid"), (DAY, None, "account_not_found")]
    assert [column.name for column in ISSUING_COUNTS.c] == ["id", "day", "took_ms", "refusal"]


def test_a_refusal_that_cannot_be_counted_is_still_the_one_that_is_said(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> AbstractContextManager[Transaction]:
        raise StorageFull(what="the database")

    monkeypatch.setattr(bank.store, "write", full)
    with pytest.raises(ConsentMissing), counting_refusals(bank, now=START):
        raise ConsentMissing("nobody agreed")


def test_what_is_no_refusal_is_not_counted(bank: Bank) -> None:
    with pytest.raises(ZeroDivisionError), counting_refusals(bank, now=START):
        raise ZeroDivisionError
    assert rows(bank) == []


@pytest.mark.parametrize(("seconds", "kept_ms"), [(-5.0, 0), (0.0004, 0), (0.0006, 1), (1e9, 86_400_000)])
def test_a_time_that_no_clock_should_give_stays_within_bounds(bank: Bank, seconds: float, kept_ms: int) -> None:
    with bank.store.write() as transaction:
        record_time(transaction, seconds, now=START)
    assert rows(bank) == [(DAY, kept_ms, None)]


def test_counts_are_forgotten_after_their_days_and_not_before(bank: Bank) -> None:
    with bank.store.write() as transaction:
        record_time(transaction, 1.0, now=START)
        transaction.issuing_counts.refused(DAY, "consent_missing")
    for days, left in ((KEPT_DAYS, 2), (KEPT_DAYS + 1, 0)):
        Upkeep(bank, clock=lambda days=days: START + timedelta(days=days)).run()  # type: ignore[misc] # each its own
        assert len(rows(bank)) == left


@pytest.mark.parametrize(
    ("values", "median", "p95"),
    [
        ([], None, None),
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([3, 1, 2], 2, 3),
        (range(1, 101), 50, 95),
        ([5] * 99 + [900], 5, 5),
    ],
)
def test_a_rank_is_a_value_that_there_was(values: Sequence[int], median: int | None, p95: int | None) -> None:
    counted = {value: [*values].count(value) for value in values}
    assert (nearest_rank(counted, 50), nearest_rank(counted, 95)) == (median, p95)
