"""Look-ups that find nothing, counted against those who guess (S17); a look-up that succeeds costs nothing.

Those still under way are counted as if they will find nothing, so that asking many at once is no way round the count.

A known token stands for a service that asks for many people and stops its own guessers, each by these very rules. It
has a larger rate of its own: one guesser at that service must not take the look-ups away from everybody else there.
"""

import asyncio
import functools
from collections import Counter
from collections.abc import Callable
from typing import Final, TypeVar

from keys.gate.answers import busy, too_many
from keys.gate.callers import TOKEN_PREFIX
from keys.gate.rate_limits import Rate, RateLimits

AT_ONCE: Final = 16
"""Look-ups of all callers at the same time; each takes a thread, and seconds where another service is asked."""

UNKNOWN_NUMBERS: Final = Rate("unknown-numbers", amount=10, seconds=60)
UNKNOWN_NUMBERS_OF_TOKENS: Final = Rate("unknown-numbers", amount=600, seconds=60)

T = TypeVar("T")


class Misses:
    """Lets callers look something up until too many of their look-ups have found nothing; for one event loop."""

    def __init__(self, limits: RateLimits, *, rate: Rate = UNKNOWN_NUMBERS) -> None:
        """Count with the given limits, at the given rate for callers without a known token."""
        self._limits = limits
        self._rate = rate
        self._under_way: Counter[str] = Counter()

    async def attempt(self, caller: str, look_up: Callable[[], T], *, missed: type[Exception]) -> T:
        """Look something up in a thread.

        Args:
            caller: under what it is counted.
            look_up: the work.
            missed: what it raises when it finds nothing; that is counted and raised again.

        Raises:
            Refusal: 429 or 503, and nothing was looked up.
        """
        if self._under_way.total() >= AT_ONCE:
            raise busy()
        rate = UNKNOWN_NUMBERS_OF_TOKENS if caller.startswith(TOKEN_PREFIX) else self._rate
        look = functools.partial(self._limits.look, rate, caller, under_way=self._under_way[caller])
        self._under_way[caller] += 1
        try:
            wait_s = await asyncio.to_thread(look) if self._limits.shared else look()
            if wait_s is not None:
                raise too_many(wait_s)
            return await asyncio.to_thread(look_up)
        except missed:
            await asyncio.to_thread(self._limits.count, rate, caller)
            raise
        finally:
            self._under_way[caller] -= 1
            if not self._under_way[caller]:
                del self._under_way[caller]
