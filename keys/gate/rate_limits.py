"""How often a caller may ask (S17): moving windows, counted by the library `limits`, its only door.

The counts lie in the memory of the process, or in a place that several processes share, named by a URI. A shared place
that does not answer must not stop verification on a deadline day: it is waited for a quarter of a second, then the
process counts by itself and asks again after five seconds.
"""

import functools
import itertools
import math
import time
from typing import Final

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.storage.memory import Entry
from limits.strategies import MovingWindowRateLimiter

from keys.errors import GateError
from keys.values import dataclass

IN_MEMORY: Final = "memory://"
_SWEEP_EVERY: Final = 1024
_A_CALLER: Final = "{caller}"
_AWAY_S: Final = 5.0
_REDIS: Final = ("redis://", "rediss://", "redis+unix://")
_PATIENCE: Final = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}  # seconds; its own: five a request


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` requests of one caller within any `seconds` in a row, counted under `name`."""

    name: str
    amount: int
    seconds: int


class RateLimits:
    """Counts requests of callers; safe to share between threads."""

    def __init__(self, storage_uri: str = IN_MEMORY) -> None:
        """Open the place of the counts.

        Args:
            storage_uri: `memory://`, or one of the library's shared places, such as `redis://host:6379`.

        Raises:
            GateError: no such place, or what it needs is not installed.
        """
        try:
            patience = _PATIENCE if storage_uri.startswith(_REDIS) else {}
            storage = storage_from_string(storage_uri, wrap_exceptions=True, **patience)
            limiter = MovingWindowRateLimiter(storage)
        except (ConfigurationError, NotImplementedError, ValueError, AssertionError):
            raise GateError(f"expected a usable place for rate limits such as {IN_MEMORY}, found another") from None
        self.shared = not isinstance(storage, MemoryStorage)
        self._memory = _Memory()
        self._own = MovingWindowRateLimiter(self._memory)
        self._limiter = limiter if self.shared else self._own
        self._asked_again_at = 0.0
        self._counted = itertools.count(1)  # one call of C, so no two threads get the same number

    def count(self, rate: Rate, caller: str) -> int | None:
        """Count one request; answer None, or the seconds to wait when it is one too many (it is not counted then)."""
        self._sweep()
        if not self.shared:  # what the strategy of the library asks its storage, without the way there
            before, after = _around_caller(rate)
            within = self._memory.count(before + caller + after, rate.amount, rate.seconds)
            return None if within else self._wait(self._own, _item_of(rate), rate, caller)
        item = _item_of(rate)
        limiter = self._there()
        try:
            within = limiter.hit(item, rate.name, caller)
        except StorageError:
            limiter = self._leave()
            within = limiter.hit(item, rate.name, caller)
        return None if within else self._wait(limiter, item, rate, caller)

    def look(self, rate: Rate, caller: str, *, under_way: int = 0) -> int | None:
        """Answer as `count` would after `under_way` more requests, without counting."""
        item, cost = _item_of(rate), under_way + 1
        limiter = self._there()
        try:
            within = limiter.test(item, rate.name, caller, cost=cost)
        except StorageError:
            limiter = self._leave()
            within = limiter.test(item, rate.name, caller, cost=cost)
        return None if within else self._wait(limiter, item, rate, caller)

    def _there(self) -> MovingWindowRateLimiter:
        """Return where to count: the shared place, unless it did not answer a moment ago."""
        return self._own if time.monotonic() < self._asked_again_at else self._limiter

    def _leave(self) -> MovingWindowRateLimiter:
        """Let the shared place be for a while, so that not every request waits for it; return where to count."""
        self._asked_again_at = time.monotonic() + _AWAY_S
        return self._own

    def _wait(self, limiter: MovingWindowRateLimiter, item: RateLimitItem, rate: Rate, caller: str) -> int:
        try:
            free_at = limiter.get_window_stats(item, rate.name, caller).reset_time
        except StorageError:
            return rate.seconds
        return min(max(math.ceil(free_at - time.time()), 1), rate.seconds)

    def _sweep(self) -> None:
        """Forget callers without a request in any window."""
        if not next(self._counted) % _SWEEP_EVERY:
            self._memory.forget_callers_of_long_ago()


@functools.cache  # a service has a handful of rates
def _item_of(rate: Rate) -> RateLimitItem:
    return RateLimitItemPerSecond(rate.amount, rate.seconds)


@functools.cache
def _around_caller(rate: Rate) -> tuple[str, str]:
    """Return what stands before and after the caller in the key of the library's storage."""
    before, _, after = _item_of(rate).key_for(rate.name, _A_CALLER).partition(_A_CALLER)
    return before, after


class _Memory(MemoryStorage):
    """Moving windows in memory without the library's timer, which starts a thread for almost every request."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count requests if the window has room: the library's name of `count`."""
        return self.count(key, limit, expiry, amount)

    def count(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count requests if the window has room; what has left the window is forgotten first."""
        with self.locks[key]:
            events = self.events.setdefault(key, [])
            _forget_passed(events)
            if len(events) + amount > limit:
                return False
            events[:0] = [Entry(expiry)] * amount
            return True

    def forget_callers_of_long_ago(self) -> None:
        """Let go of everybody whose window is empty."""
        for key in list(self.events):
            with self.locks[key]:
                events = self.events.get(key) or []
                _forget_passed(events)
                if not events:
                    self.events.pop(key, None)
                    self.locks.pop(key, None)


def _forget_passed(events: list[Entry]) -> None:
    """Take away what has left the window; the newest stands first."""
    now = time.time()
    while events and events[-1].expiry <= now:
        events.pop()
