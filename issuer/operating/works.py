"""Work that goes on behind an answer: one thread for each thing that is worked on, and an end for all of them.

What a thread has done stands in the database step by step, so that one that ends early has lost nothing.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Self

from issuer.deliveries.ages import Promises
from issuer.pulling.fetching import Outside
from issuer.pulling.settings_file import AskedSource, SourceSettings
from keys.faults import faults_told
from keys.watching import carried

STOP_S: Final = 10.0


class Works:
    """The threads of one program; safe to share between threads. A `with` block of it ends them."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def begin(self, name: str, work: Callable[[], object]) -> bool:
        """Do some work in a thread; False, and nothing is begun, while work of this name goes on here or all ends."""
        with self._lock:
            if self.stop.is_set() or self._goes_on(name):
                return False
            thread = threading.Thread(target=carried(partial(_guarded, name, work)), name=name, daemon=True)
            self._threads[name] = thread
            thread.start()
            return True

    def goes_on(self, name: str) -> bool:
        """Return whether work of this name goes on in this program."""
        with self._lock:
            return self._goes_on(name)

    def wait(self, name: str) -> None:
        """Wait for the end of some work, if it goes on."""
        with self._lock:
            thread = self._threads.get(name)
        if thread is not None:
            thread.join()

    def end(self) -> None:
        """Ask all work to end, and wait for it a while; begin nothing more."""
        self.stop.set()
        with self._lock:
            threads = [*self._threads.values()]
        for thread in threads:
            thread.join(STOP_S)

    def _goes_on(self, name: str) -> bool:
        thread = self._threads.get(name)
        return thread is not None and thread.is_alive()


@dataclass(frozen=True, slots=True)
class OperatorWork:
    """What the operators' pages need beside the bank.

    Attributes:
        works: where what takes long is done.
        sources: those that can be asked, and what was promised for each.
        outside: the world outside, for asking them; None where none is asked.
    """

    works: Works = field(default_factory=Works)
    sources: SourceSettings = field(default_factory=SourceSettings)
    outside: Outside | None = None

    @property
    def asked(self) -> Mapping[str, AskedSource]:
        """Sources that can be asked, by id."""
        return self.sources.asked

    @property
    def promises(self) -> Promises:
        """How old what each source delivered may be."""
        return self.sources.promises


def _guarded(name: str, work: Callable[[], object]) -> None:
    with faults_told(name, Exception):  # the top of the thread; how far it came is recorded
        work()
