"""How many tries there are, and that strangers cannot use up those of a known browser."""

from collections.abc import Callable

import pytest

from keys.gate.rate_limits import Rate, RateLimits
from keys.sign_in.throttle import STANDARD_RATES, SignInRates, SignInThrottle, folded_name

KEY = bytes(range(32))
FEW = SignInRates(Rate("name", 2, 900), Rate("network", 3, 900), Rate("device", 2, 900), Rate("way", 2, 900))


def throttle() -> SignInThrottle:
    return SignInThrottle(RateLimits(), key=KEY, rates=FEW)


def test_the_rates_are_those_of_the_requirement() -> None:
    assert (STANDARD_RATES.name.amount, STANDARD_RATES.name.seconds) == (10, 900)


@pytest.mark.parametrize("second", ["Haneul", " haneul ", "ＨＡＮＥＵＬ"])
def test_tries_under_one_name_are_counted_together_from_everywhere(second: str) -> None:
    counting = throttle()
    assert counting.count("haneul", network="192.0.2.1", mark=None) is None
    assert counting.count(second, network="192.0.2.2", mark=None) is None
    wait_s = counting.count("haneul", network="192.0.2.3", mark=None)
    assert wait_s is not None
    assert 0 < wait_s <= 900


def test_tries_of_one_network_are_counted_together_under_every_name() -> None:
    counting = throttle()
    assert [counting.count(name, network="192.0.2.1", mark=None) for name in ("a", "b", "c")] == [None, None, None]
    assert counting.count("d", network="192.0.2.1", mark=None) is not None
    assert counting.count("d", network="192.0.2.2", mark=None) is None


def test_strangers_who_used_up_a_name_do_not_stop_a_known_browser(random_bytes: Callable[[int], bytes]) -> None:
    counting = throttle()
    mark = counting.new_mark("Haneul", random_bytes=random_bytes)
    for host in range(5):
        counting.count("haneul", network=f"192.0.2.{host}", mark=None)
    assert counting.count("haneul", network="192.0.2.9", mark=None) is not None
    assert counting.count("haneul", network="192.0.2.9", mark=mark) is None


def test_a_known_browser_has_its_own_few_tries(random_bytes: Callable[[int], bytes]) -> None:
    counting = throttle()
    mark = counting.new_mark("haneul", random_bytes=random_bytes)
    answers = [counting.count("haneul", network="192.0.2.1", mark=mark) for _ in range(3)]
    assert answers[:2] == [None, None]
    assert answers[2] is not None


def test_each_known_browser_of_a_person_has_tries_of_its_own(random_bytes: Callable[[int], bytes]) -> None:
    counting = throttle()
    first, second = (counting.new_mark("haneul", random_bytes=random_bytes) for _ in range(2))
    assert [counting.count("haneul", network="192.0.2.1", mark=first) for _ in range(3)][2] is not None
    assert counting.count("haneul", network="192.0.2.1", mark=second) is None


@pytest.mark.parametrize("change", ["", "x", "A" * 22 + "." + "0" * 64, "é.é"])
def test_an_invented_mark_is_worth_nothing(change: str) -> None:
    counting = throttle()
    assert [counting.count("haneul", network=f"192.0.2.{n}", mark=change) for n in range(2)] == [None, None]
    assert counting.count("haneul", network="192.0.2.9", mark=change) is not None


def test_the_mark_of_one_person_is_worth_nothing_for_another(random_bytes: Callable[[int], bytes]) -> None:
    counting = throttle()
    mark = counting.new_mark("mallory", random_bytes=random_bytes)
    assert [counting.count("haneul", network=f"192.0.2.{n}", mark=mark) for n in range(2)] == [None, None]
    assert counting.count("haneul", network="192.0.2.9", mark=mark) is not None


def test_a_name_that_is_no_text_is_counted_like_any_other() -> None:
    assert folded_name("a\ud83d") == "a?"
    assert throttle().count("a\ud83d", network="192.0.2.1", mark=None) is None


def test_who_is_signed_in_has_few_tries_when_asked_again() -> None:
    counting = throttle()
    assert [counting.count_again("u1") for _ in range(2)] == [None, None]
    assert counting.count_again("u1") is not None
    assert counting.count_again("u2") is None


def test_the_way_of_a_provider_is_open_to_one_network_only_so_often() -> None:
    counting = throttle()
    assert [counting.count_way("192.0.2.1") for _ in range(2)] == [None, None]
    assert counting.count_way("192.0.2.1") is not None
    assert counting.count_way("192.0.2.2") is None
