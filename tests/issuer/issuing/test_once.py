"""One retry key, one certificate: the same answer again, another request refused, many at once, after a crash."""

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.accounts.selection import Choice
from issuer.bank import Bank
from issuer.errors import IssuerError
from issuer.issuing import once
from issuer.issuing.claims import IssueRequest
from issuer.issuing.errors import ClockBehind, RetryKeyInvalid, RetryKeyReused
from issuer.issuing.making import Issued
from issuer.issuing.once import _TURNS, issue_once
from keys.errors import SealedAnswerError
from tests.issuer.conftest import START, World

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    opened = world.open()
    yield opened
    opened.close()


@pytest.fixture
def request_of(account: str) -> IssueRequest:
    choice = Choice(types=("vocational_training",))
    return IssueRequest(account, choice, "ko", "면접", consent=None)


def written(issued: Issued) -> bytes:
    return json.dumps({"number": issued.number, "confirmation_code": issued.confirmation_code}).encode()


def count(bank: Bank) -> int:
    with bank.store.read() as transaction:
        return transaction.certificates.count()


def test_a_retry_gets_the_same_answer_and_no_second_certificate(bank: Bank, request_of: IssueRequest) -> None:
    answers = {issue_once(bank, request_of, key=KEY, answer=written, now=START + timedelta(hours=n)) for n in range(3)}
    assert len(answers) == 1
    assert count(bank) == 1


def test_an_account_named_by_its_beginning_is_the_same_request(bank: Bank, request_of: IssueRequest) -> None:
    first = issue_once(bank, request_of, key=KEY, answer=written, now=START)
    shorter = replace(request_of, account_id=request_of.account_id[:6])
    assert issue_once(bank, shorter, key=KEY, answer=written, now=START) == first


def test_another_request_under_the_same_key_is_refused(bank: Bank, request_of: IssueRequest) -> None:
    issue_once(bank, request_of, key=KEY, answer=written, now=START)
    with pytest.raises(RetryKeyReused, match="another request"):
        issue_once(bank, replace(request_of, purpose="서류"), key=KEY, answer=written, now=START)
    assert count(bank) == 1


def test_the_same_key_of_another_account_is_another_key(world: World, bank: Bank, request_of: IssueRequest) -> None:
    other = replace(request_of, account_id=world.open_account("SYN-P-003"), choice=Choice(everything=True))
    first = issue_once(bank, request_of, key=KEY, answer=written, now=START)
    assert issue_once(bank, other, key=KEY, answer=written, now=START) != first
    assert count(bank) == 2


def test_after_a_day_the_key_is_free_again(bank: Bank, request_of: IssueRequest) -> None:
    first = issue_once(bank, request_of, key=KEY, answer=written, now=START)
    second = issue_once(bank, request_of, key=KEY, answer=written, now=START + timedelta(hours=24))
    assert first != second
    assert count(bank) == 2


def test_answers_are_destroyed_after_their_day(bank: Bank, request_of: IssueRequest) -> None:
    issue_once(bank, request_of, key=KEY, answer=written, now=START)
    kept = []
    for hours in (23.9, 24):
        with bank.store.write() as transaction:
            kept.append(transaction.answers.forget_expired(now_s=int((START + timedelta(hours=hours)).timestamp())))
    assert kept == [0, 1]


@pytest.mark.parametrize(
    "key", ["", "short", "a" * 15, "a" * 129, "sixteen letters!" + " ", "열여섯글자가넘는한국어열쇠입니다요"]
)
def test_a_key_of_another_form_is_refused(bank: Bank, request_of: IssueRequest, key: str) -> None:
    with pytest.raises(RetryKeyInvalid, match="16 to 128 visible ASCII"):
        issue_once(bank, request_of, key=key, answer=written, now=START)


def test_a_refused_request_keeps_no_answer_and_may_be_repaired(bank: Bank, request_of: IssueRequest) -> None:
    refused = replace(request_of, consent=b'{"purpose": "other"}')
    with pytest.raises(IssuerError, match="consent"):
        issue_once(bank, refused, key=KEY, answer=written, now=START)
    issue_once(bank, request_of, key=KEY, answer=written, now=START)
    assert count(bank) == 1


def test_fifty_at_once_make_one_certificate(bank: Bank, request_of: IssueRequest) -> None:
    def ask(_: int) -> bytes:
        return issue_once(bank, request_of, key=KEY, answer=written, now=START)

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(ask, range(50)))
    assert len(answers) == 1
    assert count(bank) == 1
    assert _TURNS == {}


def test_two_programs_at_once_make_one_certificate(
    world: World, bank: Bank, request_of: IssueRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, answers = world.open(), []

    def write_while_another_program_issues(issued: Issued) -> bytes:
        with monkeypatch.context() as patch:
            patch.setattr(once, "_TURNS", {})  # another program has turns of its own
            answers.append(issue_once(other, request_of, key=KEY, answer=written, now=START))
        return written(issued)

    mine = issue_once(bank, request_of, key=KEY, answer=write_while_another_program_issues, now=START)
    other.close()
    assert [mine] == answers
    assert count(bank) == 1


def test_the_answer_cannot_be_read_without_the_key(world: World, bank: Bank, request_of: IssueRequest) -> None:
    answer = json.loads(issue_once(bank, request_of, key=KEY, answer=written, now=START))
    stored = b"".join(path.read_bytes() for path in world.path.glob("bank.db*"))
    for secret in (answer["confirmation_code"], KEY):
        assert secret.encode() not in stored


@pytest.mark.sqlite
def test_an_answer_that_was_moved_to_another_place_does_not_open(bank: Bank, request_of: IssueRequest) -> None:
    issue_once(bank, request_of, key=KEY, answer=written, now=START)
    with bank.store.write() as transaction:
        transaction.answers._connection.exec_driver_sql("UPDATE kept_answers SET sealed = x'0100'")
    with pytest.raises(SealedAnswerError):
        issue_once(bank, request_of, key=KEY, answer=written, now=START)


def test_a_clock_behind_what_was_issued_issues_nothing(bank: Bank, request_of: IssueRequest) -> None:
    issue_once(bank, request_of, key=KEY, answer=written, now=START + timedelta(days=1))
    within = START + timedelta(days=1, seconds=-60)
    issue_once(bank, request_of, key=str(uuid.uuid4()), answer=written, now=within)
    with pytest.raises(ClockBehind, match="was issued at 2026-11-23T03:00:00Z"):
        issue_once(bank, request_of, key=str(uuid.uuid4()), answer=written, now=within - timedelta(seconds=1))
    assert count(bank) == 2


def test_what_was_issued_while_the_clock_ran_ahead_no_longer_counts_when_it_is_revoked(
    world: World, bank: Bank, request_of: IssueRequest
) -> None:
    ahead = json.loads(issue_once(bank, request_of, key=KEY, answer=written, now=START + timedelta(days=2)))
    with pytest.raises(ClockBehind):
        issue_once(bank, request_of, key=str(uuid.uuid4()), answer=written, now=START)
    world.json("revoke", ahead["number"], "--reason", "issued_in_error")
    issue_once(bank, request_of, key=str(uuid.uuid4()), answer=written, now=START)
    assert count(bank) == 2
