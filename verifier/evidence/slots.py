"""How many pieces of evidence are read at the same time, and how many may wait for their turn."""

import threading

from verifier.errors import TooBusy


class Slots:
    """A bounded number of permissions with a bounded queue before them; for any number of threads.

    Args:
        size: how many may be taken at the same time.
        waiting: how many callers may wait; one more is refused at once.
        wait_s: seconds a caller waits before it is refused.
    """

    def __init__(self, size: int, *, waiting: int, wait_s: float) -> None:
        self._free = size
        self._room = waiting
        self._wait_s = wait_s
        self._is_closed = False
        self._changed = threading.Condition()

    def take(self) -> None:
        """Take a permission, waiting for one if need be.

        Raises:
            TooBusy: the queue is full, or none became free in time, or nothing is given out any more.
        """
        with self._changed:
            if self._free == 0 and not self._is_closed:
                if self._room == 0:
                    raise TooBusy("expected room in the queue for a reader, found it full")
                self._room -= 1
                try:
                    self._changed.wait_for(lambda: self._free > 0 or self._is_closed, timeout=self._wait_s)
                finally:
                    self._room += 1
            if self._free == 0 or self._is_closed:
                raise TooBusy("expected a free reader, found none in time")
            self._free -= 1

    def give_back(self) -> None:
        """Return a permission."""
        with self._changed:
            self._free += 1
            self._changed.notify()

    def close(self) -> None:
        """Refuse whoever waits, and all who come later."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
