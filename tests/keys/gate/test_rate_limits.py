"""How often a caller may ask: windows that move, callers that do not disturb each other, places that fail."""

import threading

import pytest
from limits.errors import StorageError
from limits.storage import MemoryStorage, MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter

from keys.errors import GateError
from keys.gate import rate_limits
from keys.gate.rate_limits import Rate, RateLimits

RATE = Rate("test", amount=3, seconds=60)


class Clock:
    """The time that the library and we see."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    for module in ("limits.storage.memory.time", "keys.gate.rate_limits.time"):
        monkeypatch.setattr(f"{module}.time", standing.time)
    return standing


def test_a_caller_may_ask_as_often_as_the_rate_says_and_then_hears_how_long_to_wait(clock: Clock) -> None:
    limits = RateLimits()
    assert [limits.count(RATE, "a") for _ in range(5)] == [None, None, None, 60, 60]


def test_the_window_moves_so_that_no_boundary_allows_more(clock: Clock) -> None:
    limits = RateLimits()
    for moment in (0, 20, 40):
        clock.now = 1_000_000.0 + moment
        assert limits.count(RATE, "a") is None
    clock.now = 1_000_000.0 + 59
    assert limits.count(RATE, "a") == 1
    clock.now = 1_000_000.0 + 60
    assert [limits.count(RATE, "a"), limits.count(RATE, "a")] == [None, 20]


def test_callers_and_rates_are_counted_apart(clock: Clock) -> None:
    limits = RateLimits()
    for _ in range(4):
        limits.count(RATE, "a")
    assert limits.count(RATE, "b") is None
    assert limits.count(Rate("other", 1, 60), "a") is None


def test_looking_does_not_count_and_counts_those_under_way(clock: Clock) -> None:
    limits = RateLimits()
    assert [limits.look(RATE, "a") for _ in range(5)] == [None] * 5
    assert limits.look(RATE, "a", under_way=2) is None
    assert limits.look(RATE, "a", under_way=3) is not None
    for _ in range(3):
        limits.count(RATE, "a")
    assert limits.look(RATE, "a") == 60
    clock.now += 20
    assert limits.look(RATE, "a") == 40


@pytest.mark.parametrize("uri", ["", "::", "nowhere://", "async+memory://", "memory"])
def test_a_place_that_cannot_be_used_is_refused_without_being_repeated(uri: str) -> None:
    with pytest.raises(GateError, match=r"usable place for rate limits such as memory://, found another$"):
        RateLimits(uri)


class Broken(MemoryStorage):
    """A shared place that does not answer."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        raise StorageError(OSError())

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        raise StorageError(OSError())


class Shared(Storage, MovingWindowSupport):
    """A place that several processes share; whether it answers is the test's choice."""

    STORAGE_SCHEME = ("test-place",)  # type: ignore[assignment] # the library asks only what is in it
    answers = True
    asked = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        return ConnectionError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        type(self).asked += 1
        if not self.answers:
            raise ConnectionError
        return False

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        return 1_000_000.0 - 50, limit

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise AssertionError("a moving window asks for nothing of this")

    def get(self, key: str) -> int:
        raise AssertionError("a moving window asks for nothing of this")

    def get_expiry(self, key: str) -> float:
        raise AssertionError("a moving window asks for nothing of this")

    def check(self) -> bool:
        raise AssertionError("a moving window asks for nothing of this")

    def reset(self) -> int | None:
        raise AssertionError("a moving window asks for nothing of this")

    def clear(self, key: str) -> None:
        raise AssertionError("a moving window asks for nothing of this")


def test_a_shared_place_is_asked_and_believed_as_long_as_it_answers(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shared, "asked", 0)
    limits = RateLimits("test-place://")
    assert limits.shared is True
    assert (limits.count(RATE, "a"), Shared.asked) == (10, 1)
    monkeypatch.setattr(Shared, "answers", False)
    assert [limits.count(RATE, "a") for _ in range(4)] == [None, None, None, 60]
    assert Shared.asked == 2, "a place that is away was asked for each request"
    monkeypatch.setattr(rate_limits, "_AWAY_S", -1.0)
    monkeypatch.setattr(limits, "_asked_again_at", 0.0)
    assert limits.count(RATE, "b") is None  # still away, and to be asked again at once
    monkeypatch.setattr(Shared, "answers", True)
    assert (limits.count(RATE, "a"), Shared.asked) == (10, 4)


def test_counts_in_memory_are_shared_with_nobody() -> None:
    assert RateLimits().shared is False


def test_a_shared_place_that_does_not_answer_leaves_the_process_counting_by_itself(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = RateLimits()
    limits._limiter = MovingWindowRateLimiter(Broken())
    assert limits.look(RATE, "a", under_way=2) is None
    assert limits.look(RATE, "a", under_way=3) is not None
    assert [limits.count(RATE, "a") for _ in range(4)] == [None, None, None, 60]
    assert limits.look(RATE, "a") == 60


def test_a_shared_place_that_fails_after_the_count_still_says_how_long_to_wait(clock: Clock) -> None:
    class Half(Broken):
        def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
            return False

    limits = RateLimits()
    limits._limiter = MovingWindowRateLimiter(Half())
    limits.shared = True
    assert limits.count(RATE, "a") == RATE.seconds


def test_callers_of_long_ago_are_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_SWEEP_EVERY", 4)
    limits = RateLimits()
    for caller in "abc":
        limits.count(RATE, caller)
    memory = limits._memory
    key = next(iter(memory.events))
    clock.now += RATE.seconds + 1
    limits.count(RATE, "d")
    assert key not in memory.events
    assert (len(memory.events), len(memory.locks)) == (1, 1)


def test_no_thread_is_started_for_a_request(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = RateLimits()
    limits._memory.timer.join()
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("expected no thread"))
    assert [limits.count(RATE, "a") for _ in range(4)] == [None, None, None, 60]
    assert limits.look(RATE, "b") is None


def test_a_caller_who_comes_back_while_the_old_ones_are_forgotten_stays_counted(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "_SWEEP_EVERY", 2)
    limits = RateLimits()
    limits.count(RATE, "a")
    memory = limits._memory
    key = next(iter(memory.events))
    kept = memory.events[key].copy()
    memory.events[key].clear()

    class Returning:
        def __enter__(self) -> None:
            memory.events[key] = kept

        def __exit__(self, *_: object) -> None:
            pass

    memory.locks[key] = Returning()  # type: ignore[assignment] # stands for the moment before the lock is free
    limits._sweep()
    assert memory.events[key] == kept


def test_a_caller_whom_another_thread_forgot_meanwhile_disturbs_nobody(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "_SWEEP_EVERY", 2)
    limits = RateLimits()
    limits.count(RATE, "a")
    memory = limits._memory
    key = next(iter(memory.events))

    class Forgetting:
        def __enter__(self) -> None:
            memory.events.pop(key)
            memory.locks.pop(key)

        def __exit__(self, *_: object) -> None:
            pass

    memory.locks[key] = Forgetting()  # type: ignore[assignment] # stands for the moment before the lock is free
    limits._sweep()
    assert (memory.events, dict(memory.locks)) == ({}, {})
