"""Look-ups that find nothing: ten a minute for a network, more for a service that is known by its token."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from keys.gate.answers import Refusal
from keys.gate.misses import UNKNOWN_NUMBERS, UNKNOWN_NUMBERS_OF_TOKENS, Misses
from keys.gate.rate_limits import RateLimits

GUESSER, SERVICE = "203.0.113.7", "token:employer"


class NothingFound(Exception):
    """What the look-ups of the tests raise."""


def nothing() -> str:
    raise NothingFound


@pytest.fixture
def misses() -> Misses:
    return Misses(RateLimits())


def outcome(misses: Misses, caller: str, look_up: Callable[[], str] = nothing) -> str:
    try:
        return asyncio.run(misses.attempt(caller, look_up, missed=NothingFound))
    except NothingFound:
        return "nothing"
    except Refusal as refusal:
        return str(refusal.status)


def test_a_network_that_finds_nothing_ten_times_is_stopped(misses: Misses) -> None:
    assert [outcome(misses, GUESSER) for _ in range(11)] == ["nothing"] * UNKNOWN_NUMBERS.amount + ["429"]


def test_a_known_token_may_miss_oftener_so_that_one_guesser_there_does_not_stop_the_others(misses: Misses) -> None:
    guesses = [outcome(misses, SERVICE) for _ in range(UNKNOWN_NUMBERS.amount + 1)]
    assert set(guesses) == {"nothing"}
    assert outcome(misses, SERVICE, lambda: "found") == "found"


def test_a_known_token_is_stopped_at_its_own_rate(misses: Misses) -> None:
    guesses = [outcome(misses, SERVICE) for _ in range(UNKNOWN_NUMBERS_OF_TOKENS.amount + 1)]
    assert guesses[-2:] == ["nothing", "429"]


@pytest.mark.parametrize("shared", [False, True])
def test_only_a_shared_place_of_counts_is_asked_beside_the_loop(shared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = RateLimits()
    limits.shared = shared
    asked_in: list[int] = []

    def full(*_: object, **__: object) -> int:
        asked_in.append(threading.get_ident())
        return 7

    monkeypatch.setattr(limits, "look", full)
    with pytest.raises(Refusal) as refusal:
        asyncio.run(Misses(limits).attempt(GUESSER, nothing, missed=NothingFound))
    assert refusal.value.retry_after_s == 7
    assert [thread != threading.get_ident() for thread in asked_in] == [shared]


def test_what_is_found_is_not_counted(misses: Misses) -> None:
    assert {outcome(misses, GUESSER, lambda: "found") for _ in range(20)} == {"found"}
