"""Who watches what a program works on: nobody, unless its `main` said so; then every stage of the work is told.

A stage has a name that stands in the code, and words about it out of closed lists or settings, such as the host that is
asked. What came with a request, and whom it is about, is never told.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Final

Words = dict[str, str]
"""What is told about a stage or an event, by closed names."""


class Watch:
    """Somebody who watches; this one notes nothing and passes nothing on, others override what they need."""

    def stage(self, name: str, about: Words) -> AbstractContextManager[None]:  # noqa: ARG002 - for those that note
        """Return a context in which the work of a stage is done."""
        return _NOBODY

    def happened(self, name: str, about: Words) -> None:
        """Take note of an event."""

    def trace_id(self) -> str | None:
        """Return the id under which the present work is traced, None where it is not."""
        return None

    def passed_on(self, origin: str) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - for those that pass something on
        """Return the headers that a request to an origin gets from the present work."""
        return ()


_NOBODY: Final = nullcontext()
_WATCH: Final[ContextVar[Watch | None]] = ContextVar("watch", default=None)


def stage(name: str, **about: str) -> AbstractContextManager[None]:
    """Return a context in which the work of a stage is done; whoever watches is told of it.

    Args:
        name: a word of the code, such as `issue.seal`; docs/operations.md lists all of them.
        about: what else is told; never a value of a request.
    """
    watch = _WATCH.get()
    return _NOBODY if watch is None else watch.stage(name, about)


def happened(name: str, **about: str) -> None:
    """Report an event; arguments as for `stage`."""
    watch = _WATCH.get()
    if watch is not None:
        watch.happened(name, about)


def trace_id() -> str | None:
    """Return the id under which the present work is traced, 32 hex digits; None where it is not."""
    watch = _WATCH.get()
    return None if watch is None else watch.trace_id()


def passed_on(origin: str) -> tuple[tuple[str, str], ...]:
    """Return the headers that a request to an origin gets from the present work; none unless a setting names it."""
    watch = _WATCH.get()
    return () if watch is None else watch.passed_on(origin)


@contextmanager
def watched(watch: Watch | None) -> Iterator[None]:
    """Let somebody watch what runs in a `with` block and the tasks that it starts; None: nobody watches."""
    before = _WATCH.set(watch)
    try:
        yield
    finally:
        _WATCH.reset(before)


def carried(work: Callable[[], object]) -> Callable[[], None]:
    """Return work for a new thread that is watched as the present work is; by itself a thread is watched by nobody."""
    watch = _WATCH.get()

    def run() -> None:
        with watched(watch):
            work()

    return run
