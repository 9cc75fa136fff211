"""Copies that were proved a while ago, for a program that may be handed the same one several times, such as a batch.

What is kept is what was read in a copy, and the key under which its signature was verified. None of that depends on
the time, the trust list or a status, so all these are judged anew at every check; a copy whose key is no longer the one
that the trust list names is verified again. What was refused is never kept.

A copy is personal data: nothing is kept unless the rules of a check have a memory, at most as many copies as that says,
and none is used, or outlives the next check, when its proof is a quarter of an hour old.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from keys.jwk import PublicKey
from keys.values import dataclass

if TYPE_CHECKING:
    from credential_schemas.plain_copies.reading import PlainCopy

KEPT_S: Final = 900
MOST: Final = 10_000
"""The largest number of copies that may be kept."""


@dataclass(frozen=True, slots=True)
class ProvedCopy:
    """A copy, the key that made its signature, and until when it is kept, by the clock of the memory."""

    copy: "PlainCopy"
    key: PublicKey
    until: float


class ProvedCopies:
    """Remembers copies by the SHA-256 of their whole text; for any threads.

    Args:
        most: how many are kept, at least 1; the one that was proved first goes first.
        timer: seconds from any beginning.
    """

    def __init__(self, most: int, *, timer: Callable[[], float] = time.monotonic) -> None:
        if not 1 <= most <= MOST:
            raise ValueError(f"expected to keep 1 to {MOST} copies, found {most}")
        self._most = most
        self._timer = timer
        self._kept: OrderedDict[bytes, ProvedCopy] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, unverified_token: str) -> ProvedCopy | None:
        """Return what was kept of exactly this text; None for nothing."""
        self._drop_old()
        return self._kept.get(_name(unverified_token))

    def keep(self, copy: "PlainCopy", key: PublicKey) -> None:
        """Keep a copy whose signature this key has made."""
        proved = ProvedCopy(copy, key, self._timer() + KEPT_S)
        with self._lock:
            self._kept[_name(copy.token)] = proved
            self._kept.move_to_end(_name(copy.token))
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        """Return how many copies are kept."""
        return len(self._kept)

    def _drop_old(self) -> None:
        now = self._timer()
        with self._lock:
            while self._kept and next(iter(self._kept.values())).until <= now:
                self._kept.popitem(last=False)


def _name(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
