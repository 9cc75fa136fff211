"""Places for heavy work of a service: making a certificate, or opening a stored one.

Both derive a key from a confirmation code, 64 MiB and a core for a moment. More of them at once than cores only makes
everybody wait, so a caller waits for a place, and is sent away when there is none in time.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from issuer.desk_errors import IssuingBusy

AT_ONCE: Final = 4
WAIT_S: Final = 10.0


class WorkPlaces:
    """A bounded number of places; safe to share between threads."""

    def __init__(self, at_once: int = AT_ONCE, *, wait_s: float = WAIT_S) -> None:
        """Give so many places, and let a caller wait so many seconds for one."""
        self._free = threading.BoundedSemaphore(at_once)
        self._wait_s = wait_s

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for the time of a `with` block.

        Raises:
            IssuingBusy: none became free; nothing was done.
        """
        if not self._free.acquire(timeout=self._wait_s):
            raise IssuingBusy
        try:
            yield
        finally:
            self._free.release()
