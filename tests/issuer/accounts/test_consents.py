"""Consent (LR-05): without a matching record nothing is issued."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.issuer.conftest import Ran, World

Issue = Callable[..., Ran]


@pytest.fixture
def collected(world: World) -> str:
    """An account with consent to collection only."""
    return world.open_account("SYN-P-001", "--consent-all", "--collect-only")


@pytest.fixture
def issue(world: World, collected: str) -> Issue:
    def run(*options: object) -> Ran:
        return world.run("issue", "--account", collected, "--all", *options, "--out", world.files / "c.pdf", "--json")

    return run


def write_consent(world: World, **members: object) -> object:
    file = world.files / "consent.json"
    everything: dict[str, object] = {"consent": 1, "recipient": None, "purpose": None, "entries": "all"}
    file.write_text(json.dumps({**everything, **members}), "utf-8")
    return file


def recorded(world: World, account: str) -> list[Any]:
    bank = world.open()
    with bank.store.read() as transaction:
        consents = list(transaction.accounts.consents(account, "disclosure"))
    bank.close()
    return consents


def test_lr_05_without_a_consent_nothing_is_issued(issue: Issue) -> None:
    ran = issue()
    assert ran.code == 5
    assert "No recorded consent of the holder covers this certificate (none is recorded)" in ran.err


def test_a_consent_to_unspecified_recipients_lets_the_holder_decide(world: World, collected: str, issue: Issue) -> None:
    world.json("accounts", "consent", collected, "--unspecified", "--all")
    assert issue("--recipient", "한국교통안전공단").code == 0


def test_a_consent_file_is_recorded_with_the_certificate(world: World, collected: str, issue: Issue) -> None:
    file = write_consent(world, recipient="한국교통안전공단", text_version="2026-1", channel="paper")
    assert issue("--recipient", "한국교통안전공단", "--consent", file).code == 0
    (consent,) = recorded(world, collected)
    assert (consent.recipient, consent.text_version, consent.channel) == ("한국교통안전공단", "2026-1", "paper")


def test_a_time_in_a_consent_file_is_recorded_in_utc(world: World, collected: str, issue: Issue) -> None:
    assert issue("--consent", write_consent(world, given_at="2026-11-22T09:00:00+09:00")).code == 0
    assert [each.given_at for each in recorded(world, collected)] == ["2026-11-22T00:00:00Z"]


def test_a_consent_file_that_came_with_a_failed_issue_is_not_recorded(
    world: World, collected: str, issue: Issue
) -> None:
    assert issue("--consent", write_consent(world), "--sd-jwt", "/dev/full").code == 5
    assert recorded(world, collected) == []


@pytest.mark.parametrize(
    ("options", "asked", "lacking"),
    [
        (("--recipient", "가나다"), ("--recipient", "라마바"), "it names another recipient"),
        (("--recipient", "가나다"), (), "it names another recipient"),
        (("--unspecified", "--purpose", "면접"), (), "it names another purpose"),
        (("--unspecified", "--until", "2026-11-21"), (), "its time is over"),
    ],
)
def test_a_consent_that_does_not_fit_is_named(
    world: World, collected: str, issue: Issue, options: tuple[str, ...], asked: tuple[str, ...], lacking: str
) -> None:
    world.json("accounts", "consent", collected, *options, "--all")
    ran = issue(*asked)
    assert ran.code == 5
    assert lacking in ran.err


def test_a_consent_covers_the_entries_it_names_and_no_others(world: World, collected: str, issue: Issue) -> None:
    entries = world.entries(collected)
    licence = entries["정보처리기사"]["id"]
    world.json("accounts", "consent", collected, "--unspecified", "--entry", licence)
    assert "it does not name the entry" in issue().err
    ran = world.run("issue", "--account", collected, "--entry", licence, "--out", world.files / "c.pdf")
    assert ran.code == 0


def test_a_consent_for_an_unknown_entry_is_refused(world: World, collected: str) -> None:
    ran = world.run("accounts", "consent", collected, "--unspecified", "--entry", "zzz")
    assert ran.code == 2


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"consent": 2}, 'expected "consent": 1'),
        ({"colour": "red"}, "only the members"),
        ({"entries": "some"}, 'entries: expected a list of entry ids or "all"'),
        ({"entries": [1]}, 'entries: expected a list of entry ids or "all"'),
        ({"recipient": 7}, "recipient: expected a text"),
        ({"purpose": ""}, "purpose: expected a text"),
        ({"valid_until": "soon"}, "valid_until: expected a day"),
        ({"given_at": "yesterday"}, "given_at: expected a time"),
        ({"given_at": "2026-11-22T09:00:00"}, "given_at: expected a time"),
        ({"given_at": "0001-01-01T00:00:00+09:00"}, "given_at: expected a time"),
    ],
)
def test_a_consent_file_that_is_none_is_refused(
    world: World, issue: Issue, members: dict[str, object], said: str
) -> None:
    ran = issue("--consent", write_consent(world, **members))
    assert ran.code == 4
    assert said in ran.err


def test_a_consent_file_must_say_recipient_purpose_and_entries(world: World, issue: Issue) -> None:
    file = world.files / "consent.json"
    file.write_text('{"consent": 1, "entries": "all"}')
    assert "null says that the holder decides" in issue("--consent", file).err


@pytest.mark.parametrize("content", ["", "[1]", "{"])
def test_a_consent_file_that_is_no_json_object_is_refused(world: World, issue: Issue, content: str) -> None:
    file = world.files / "consent.json"
    file.write_text(content)
    ran = issue("--consent", file)
    assert ran.code == 4
    assert "expected a JSON object" in ran.err


def test_a_consent_file_that_is_not_there_is_said_to_be_missing(world: World, issue: Issue) -> None:
    ran = issue("--consent", world.files / "nowhere.json")
    assert ran.code == 4
    assert "cannot be read" in ran.err


def test_a_consent_file_that_does_not_cover_the_choice_is_refused(world: World, issue: Issue) -> None:
    ran = issue("--consent", write_consent(world, entries=["zzz"]))
    assert ran.code == 5
    assert "it does not name the entry" in ran.err
