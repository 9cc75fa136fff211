"""Bodies that are handed on while they come, for uploads too large to be held in memory (S5, S6).

Rules enforced:
* at most so many at the same time, and of one caller (503 with `Retry-After`);
* at most so many bytes, by declaration and as they come (413);
* a sender that is slower than the rule allows, measured from the start, is left (408): so nobody holds a place by
  sending a byte now and then.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from keys.gate.answers import Refusal, busy
from keys.values import dataclass

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


@dataclass(frozen=True, slots=True)
class StreamLimit:
    """What a body may be that is handed on while it comes.

    Args:
        max_bytes: of the body.
        seconds: that a sender has in any case.
        bytes_per_s: for each so many bytes that have come, a sender has one second more.
        at_once: such bodies at the same time.
        each: of them from one caller.
    """

    max_bytes: int
    seconds: float = 30.0
    bytes_per_s: int = 64 * 1024
    at_once: int = 8
    each: int = 2


class Streams:
    """Those that are under way at one address; for one event loop."""

    def __init__(self, limit: StreamLimit) -> None:
        """Let in what the limit allows."""
        self.limit = limit
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def place(self, caller: str) -> Iterator[None]:
        """Take a place for one body.

        Raises:
            Refusal: 503, all are taken.
        """
        if self._under_way.total() >= self.limit.at_once or self._under_way[caller] >= self.limit.each:
            raise busy()
        self._under_way[caller] += 1
        try:
            yield
        finally:
            self._under_way[caller] -= 1
            if not self._under_way[caller]:
                del self._under_way[caller]

    def watch(self, receive: Receive, *, declared: int) -> Receive:
        """Return what the application receives from: the same messages, held to the limit.

        Args:
            receive: of the server.
            declared: the length that the head states, 0 for none.

        Raises:
            Refusal: 413 for the declared length; the answer, when it is called, raises 413 or 408.
        """
        if declared > self.limit.max_bytes:
            raise self._too_large()
        return _Watched(receive, self)

    def _too_large(self) -> Refusal:
        return Refusal(413, "too_large", detail=f"expected at most {self.limit.max_bytes} bytes")


class _Watched:
    def __init__(self, receive: Receive, streams: Streams) -> None:
        self._receive = receive
        self._streams = streams
        self._seen = 0
        self._is_complete = False
        self._started_at = asyncio.get_running_loop().time()

    async def __call__(self) -> Message:
        if self._is_complete:
            return await self._receive()
        limit = self._streams.limit
        until = self._started_at + limit.seconds + self._seen / limit.bytes_per_s
        try:
            async with asyncio.timeout_at(until):
                message = await self._receive()
        except TimeoutError:
            raise Refusal(408, "body_timeout", detail="expected the body to come faster") from None
        self._seen += len(message.get("body", b""))
        if self._seen > limit.max_bytes:
            raise self._streams._too_large()  # noqa: SLF001 - the two classes of this module are one thing
        self._is_complete = not message.get("more_body", False)
        return message
