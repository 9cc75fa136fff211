"""Which uploads came before under which key (Idempotency-Key), so that one that is sent again is not taken again.

For one thread at a time.
"""

from collections import OrderedDict

from keys.values import dataclass
from verifier.jobs.errors import KeyReused
from verifier.jobs.limits import KEY_LIFE_S, MAX_KEYS


@dataclass(frozen=True, slots=True)
class _Remembered:
    digest: str
    job_id: str
    at: int


class UploadKeys:
    """The keys of the last day, in memory; times are seconds since 1970."""

    def __init__(self) -> None:
        self._keys: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()  # the oldest first

    def find(self, caller: str, key: str | None, *, digest: str, now: int) -> str | None:
        """Return the job of an upload that came before under this key of this caller; None without one or a key.

        Raises:
            KeyReused: another upload came under this key.
        """
        known = self._keys.get((caller, key)) if key is not None else None
        if known is None or known.at + KEY_LIFE_S <= now:
            return None
        if known.digest != digest:
            raise KeyReused("expected the same upload under this key, found another")
        return known.job_id

    def remember(self, caller: str, key: str | None, job_id: str, *, digest: str, now: int) -> None:
        """Keep in mind which job an upload became, where it has a key."""
        if key is not None:
            self._keys[caller, key] = _Remembered(digest, job_id, now)
            self._keys.move_to_end((caller, key))

    def forget_old(self, now: int) -> None:
        """Forget keys after a day, and the oldest where there are too many."""
        while self._keys:
            oldest = next(iter(self._keys))
            if len(self._keys) <= MAX_KEYS and self._keys[oldest].at + KEY_LIFE_S > now:
                break
            del self._keys[oldest]
