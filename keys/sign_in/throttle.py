"""How often somebody may try to sign in (S17), so that guessing is hopeless and nobody is locked out by a stranger.

Tries from browsers that nobody knows are counted under the name that was typed, whether or not there is such a person,
and under the network they come from. A browser from which the person has signed in before carries a mark, and its tries
are counted by themselves: strangers who use up the tries of a name do not stop the person at her own browser.
"""

import hashlib
import hmac
import re
import unicodedata
from typing import Final

from keys.encoding import b64url_encode
from keys.gate.rate_limits import Rate, RateLimits
from keys.keyed_link import keyed_link
from keys.sign_in.passwords import RandomBytes
from keys.values import dataclass

_CONTEXT: Final = "sign-in/device"
_MARK: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{64})")
_MARK_BYTES: Final = 16
DEVICE_SECONDS: Final = 180 * 24 * 60 * 60
"""How long a browser keeps its mark."""


@dataclass(frozen=True, slots=True)
class SignInRates:
    """How many tries under one name, from one network, and from one known browser; and visits on the way of a provider.

    Going there and coming back are two visits; each makes the service ask the provider something.
    """

    name: Rate
    network: Rate
    device: Rate
    way: Rate


STANDARD_RATES: Final = SignInRates(
    name=Rate("sign-in-name", amount=10, seconds=900),
    network=Rate("sign-in-network", amount=60, seconds=900),
    device=Rate("sign-in-device", amount=10, seconds=900),
    way=Rate("sign-in-way", amount=240, seconds=900),
)


class SignInThrottle:
    """Counts tries; safe to share between threads."""

    def __init__(self, limits: RateLimits, *, key: bytes, rates: SignInRates = STANDARD_RATES) -> None:
        """Count with the given limits; the key is the service's, at least 32 bytes."""
        self._limits = limits
        self._key = key
        self._rates = rates

    def count(self, name: str, *, network: str, mark: str | None) -> int | None:
        """Count one try before it is looked at; answer None, or how many seconds to wait when it is one too many.

        Args:
            name: as typed.
            network: the caller as `keys.gate` names it.
            mark: what the browser carries, None for nothing.
        """
        folded = folded_name(name)
        device = self._device(folded, mark)
        if device is not None:
            return self._limits.count(self._rates.device, device)
        wait_s = self._limits.count(self._rates.network, network)
        if wait_s is not None:
            return wait_s
        return self._limits.count(self._rates.name, hashlib.sha256(folded.encode("utf-8")).hexdigest())

    def count_again(self, user_id: str) -> int | None:
        """Count one try of somebody signed in who is asked for the password again; answers as `count`."""
        return self._limits.count(self._rates.device, user_id)

    def count_way(self, network: str) -> int | None:
        """Count one visit on the way to a provider or back; answers as `count`."""
        return self._limits.count(self._rates.way, network)

    def new_mark(self, name: str, *, random_bytes: RandomBytes) -> str:
        """Return the mark for a browser from which somebody has just signed in under this name."""
        nonce = b64url_encode(random_bytes(_MARK_BYTES))
        return f"{nonce}.{self._proof(folded_name(name), nonce)}"

    def _device(self, folded: str, mark: str | None) -> str | None:
        found = _MARK.fullmatch(mark or "")
        if found is None or not hmac.compare_digest(self._proof(folded, found[1]), found[2]):
            return None
        return found[1]

    def _proof(self, folded: str, nonce: str) -> str:
        return keyed_link(f"{nonce} {folded}", key=self._key, context=_CONTEXT)


def folded_name(name: str) -> str:
    """Return the one form of a sign-in name: NFKC, without case and outer spaces, and always writable as UTF-8."""
    return unicodedata.normalize("NFKC", name).casefold().strip().encode("utf-8", "replace").decode("utf-8")
