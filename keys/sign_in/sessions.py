"""Sessions: a random token that only the browser has, and a record of it that does not tell the token.

Rules enforced: 256 random bits, kept as SHA-256; a session ends half an hour after its last use and twelve hours after
it began; a token of another form names no session.

Left to the caller: a new session at every sign-in, whatever the browser brought (no fixation); taking the record away
at sign-out, and all of a person's at "sign out everywhere", at a new password and when the person is removed; reading
the roles anew for every request.

Source: NIST SP 800-63B-4 section 5; OWASP ASVS 5.0 chapter 7
"""

import hashlib
import re
from typing import Final

from keys.encoding import b64url_encode
from keys.limits import (
    SESSION_ABSOLUTE_SECONDS,
    SESSION_IDLE_SECONDS,
    SESSION_TOKEN_BYTES,
    SESSION_TOUCH_SECONDS,
)
from keys.sign_in.passwords import RandomBytes
from keys.values import dataclass

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What is kept of a session.

    Attributes:
        session_id: SHA-256 of the token, 64 hex digits.
        user_id: whose it is.
        started_at: Unix seconds.
        seen_at: Unix seconds of the last use, exact to a minute.
    """

    session_id: str
    user_id: str
    started_at: int
    seen_at: int


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How many seconds a session lives without use, and at most."""

    idle_s: int = SESSION_IDLE_SECONDS
    absolute_s: int = SESSION_ABSOLUTE_SECONDS


STANDARD_LIMITS: Final = SessionLimits()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks, as a service knows after it has found a living session: the person's id, shown name and roles."""

    user_id: str
    name: str
    roles: frozenset[str]
    session_id: str


def new_session(user_id: str, *, now: int, random_bytes: RandomBytes) -> tuple[str, SessionRecord]:
    """Begin a session: the value of the cookie, 43 characters, and the record to keep."""
    token = b64url_encode(random_bytes(SESSION_TOKEN_BYTES))
    return token, SessionRecord(_hash(token), user_id, now, now)


def session_id_of(token: str | None) -> str | None:
    """Return the id of the session that a cookie's value names; None where the value has another form."""
    return _hash(token) if token is not None and _TOKEN.fullmatch(token) else None


def is_alive(session: SessionRecord, *, now: int, limits: SessionLimits = STANDARD_LIMITS) -> bool:
    """Return whether a session may still be used; one from the future (a clock was set back) may not."""
    age, idle = now - session.started_at, now - session.seen_at
    return 0 <= age < limits.absolute_s and idle < limits.idle_s


def should_touch(session: SessionRecord, *, now: int) -> bool:
    """Return whether the time of the last use is worth writing again."""
    return now - session.seen_at >= SESSION_TOUCH_SECONDS


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("ascii")).hexdigest()
