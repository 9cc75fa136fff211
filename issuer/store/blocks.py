"""Numbers and status indexes in blocks: one short transaction for many certificates.

A number or an index is reserved in the database before it is used, and never handed out twice. What is left of a block
when the program ends stays unused: a gap in the numbers, an index whose status is valid for ever.
"""

import threading
from collections.abc import Callable
from typing import Final

from issuer.store.engine import Store
from issuer.store.status_lists import ReservedIndexes

INDEXES_PER_NUMBER: Final = 10
"""How many status indexes a block holds for each of its numbers: one certificate with nine entries."""


class Reservations:
    """Hands out numbers and indexes; safe to share between threads."""

    def __init__(self, store: Store, *, draw: Callable[[int], int], numbers: int = 1) -> None:
        """Reserve `numbers` at a time.

        Args:
            store: where they are reserved.
            draw: answers a random number below its argument, such as `secrets.randbelow`.
            numbers: how many a block has; with 1 exactly what is asked for is reserved.
        """
        self._store = store
        self._draw = draw
        self._block = numbers
        self._lock = threading.Lock()
        self._year = 0
        self._serials: list[int] = []
        self._list_no = 0
        self._indexes: list[int] = []

    def take(self, year: int, count: int) -> tuple[int, ReservedIndexes]:
        """Take the next serial number of a year and as many distinct random indexes of one list.

        Raises:
            StorageFull, StorageUnusable: nothing was taken.
        """
        with self._lock:
            if self._year != year or not self._serials or len(self._indexes) < count:
                self._reserve(year, count)
            taken, self._indexes = self._indexes[:count], self._indexes[count:]
            return self._serials.pop(0), ReservedIndexes(self._list_no, tuple(taken))

    def _reserve(self, year: int, count: int) -> None:
        needs_serials = self._year != year or not self._serials
        needs_indexes = len(self._indexes) < count
        wanted = count if self._block == 1 else max(count, self._block * INDEXES_PER_NUMBER)
        with self._store.write() as transaction:
            serials = transaction.certificates.reserve_numbers(year, self._block) if needs_serials else ()
            reserved = (
                transaction.status_lists.reserve_status_indexes(wanted, draw=self._draw) if needs_indexes else None
            )
        if needs_serials:
            self._year, self._serials = year, list(serials)
        if reserved is not None:
            self._list_no, self._indexes = reserved.list_no, list(reserved.indexes)
