"""What everything about signing in needs: a try as it arrived, the world around, and a local name with its password."""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credential_schemas.look.harmless import harmless
from issuer.holders.errors import NewPasswordRefused, SignInCrowded, SignInNameRefused, SignInThrottled
from issuer.store.sign_ins import SignIn
from issuer.times import utc_text
from keys.gate.rate_limits import RateLimits
from keys.sign_in.errors import PasswordRefused, SignInBusy
from keys.sign_in.passwords import Passwords, RandomBytes, check_new_password
from keys.sign_in.sessions import STANDARD_LIMITS, SessionLimits
from keys.sign_in.throttle import SignInThrottle, folded_name

LOCAL: Final = "local"
MIN_NAME: Final = 3
MAX_NAME: Final = 64
_ID_BYTES: Final = 12
_NAME_MARKS: Final = frozenset("._-@")
_SERVICE_NAMES: Final = ("직무능력은행", "competency bank")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in, as it arrived.

    Attributes:
        name: as typed.
        password: as typed.
        code: of the second step, or a recovery code, as typed; empty for none.
        network: under what the caller is counted.
        mark: what the browser carries from an earlier sign-in, None for nothing.
        old_cookie: the session that the browser has now; it ends.
    """

    name: str
    password: str
    code: str = ""
    network: str = "unknown"
    mark: str | None = None
    old_cookie: str | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """The world of the desk: clock, chance, counts, and the costs of passwords."""

    clock: Callable[[], datetime]
    limits: RateLimits
    passwords: Passwords
    random_bytes: RandomBytes = secrets.token_bytes
    sessions: SessionLimits = STANDARD_LIMITS


def new_local(name: str, password: str, *, outside: Outside) -> SignIn:
    """Return a local way to sign in that belongs to no account yet and is not recorded.

    Raises:
        SignInNameRefused, NewPasswordRefused, SignInCrowded: it cannot be made of these.
    """
    shown = unicodedata.normalize("NFKC", name).strip()
    plain = all(mark.isalnum() or mark in _NAME_MARKS for mark in shown)
    if not (MIN_NAME <= len(shown) <= MAX_NAME and plain and harmless(shown) == shown):
        raise SignInNameRefused(shortest=MIN_NAME, longest=MAX_NAME)
    kept = hash_password(password, name=shown, outside=outside)
    return SignIn(new_id(outside), "", LOCAL, local_handle(shown), shown, kept, None, None, utc_text(outside.clock()))


def hash_password(password: str, *, name: str, outside: Outside) -> str:
    """Return what is kept of a new password.

    Raises:
        NewPasswordRefused, SignInCrowded: nothing is.
    """
    try:
        check_new_password(password, names=(name, *_SERVICE_NAMES))
        return outside.passwords.hash(password)
    except PasswordRefused as error:
        raise NewPasswordRefused(kind=error.kind) from error
    except SignInBusy as error:
        raise SignInCrowded from error


def count_try(throttle: SignInThrottle, attempt: Attempt) -> None:
    """Count a try before anything is looked at.

    Raises:
        SignInThrottled: it is one too many.
    """
    wait_s = throttle.count(attempt.name, network=attempt.network, mark=attempt.mark)
    if wait_s is not None:
        raise SignInThrottled(seconds=wait_s)


def local_handle(name: str) -> str:
    """Return under what a local name is found."""
    return f"{LOCAL}:{folded_name(name)}"


def new_id(outside: Outside) -> str:
    """Return a new id for a way to sign in: 24 hex digits."""
    return outside.random_bytes(_ID_BYTES).hex()
